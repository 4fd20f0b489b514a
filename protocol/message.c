/*
 * The messages of a session, in the order in which they first pass: who I am,
 * what is new, how far it is stored, whether we agree.  Those that carry
 * commits in bulk are in message_stream.c, those about the computer itself in
 * message_site.c.
 */
#include "protocol/identifier.h"
#include "protocol/limits.h"
#include "protocol/message_codec.h"

static void
pack_health(struct pack *pack, const struct health *health)
{
	const struct room *room = &health->room;

	pack_array(pack, room->known ? 6 : 5);
	pack_unsigned(pack, health->pending);
	pack_unsigned(pack, health->refused);
	pack_unsigned(pack, health->conflicts);
	pack_unsigned(pack, room->database_bytes);
	pack_text(pack, health->program);
	if (room->known)
		pack_unsigned(pack, room->free_bytes);
}

static void
read_health(struct reader *reader, struct health *health)
{
	uint32_t had = message_element(reader, 5, "health");

	health->pending = message_number(reader, "pending");
	health->refused = message_number(reader, "refused");
	health->conflicts = message_number(reader, "conflicts");
	health->room.database_bytes = message_number(reader, "database");
	health->program = message_text(reader, "program");
	health->room.known = had > 5;
	health->room.free_bytes =
	    health->room.known ? message_number(reader, "free") : 0;
	message_element_end(reader, had, health->room.known ? 6 : 5);
}

enum status
message_hello_encode(const struct hello *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 11);
	pack_unsigned(&pack, message->version);
	pack_unsigned(&pack, message->catalogue);
	pack_unsigned(&pack, message->site);
	pack_unsigned(&pack, message->dictionary);
	pack_generations(&pack, message->generations,
	    message->generation_count);
	pack_unsigned(&pack, message->cursor);
	pack_unsigned(&pack, message->confirmed);
	pack_unsigned(&pack, message->clock_ms);
	pack_unsigned(&pack, message->batch_bytes);
	pack_boolean(&pack, message->fresh);
	pack_health(&pack, &message->health);
	return message_end(&pack, "HELLO", err);
}

enum status
message_hello_decode(struct bytes body, struct arena *arena,
    struct hello *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 11, err);
	message->version = message_number32(&in, "version");
	message->catalogue = message_number32(&in, "catalogue");
	message->site = (uint32_t)reader_unsigned(&in, SITE_MAX, "site");
	message->dictionary = message_number32(&in, "dictionary");
	message->generations =
	    message_generations(&in, &message->generation_count);
	message->cursor = message_sequence(&in, "cursor");
	message->confirmed = reader_unsigned(&in, message->cursor, "confirmed");
	message->clock_ms = message_number(&in, "clock");
	message->batch_bytes = message_number32(&in, "batch");
	message->fresh = reader_boolean(&in, "fresh");
	read_health(&in, &message->health);
	return message_close(&in, "HELLO");
}

enum status
message_welcome_encode(const struct welcome *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 11);
	pack_unsigned(&pack, message->version);
	pack_unsigned(&pack, message->catalogue);
	pack_unsigned(&pack, message->dictionary);
	pack_generations(&pack, message->generations,
	    message->generation_count);
	pack_unsigned(&pack, message->start);
	pack_unsigned(&pack, message->head);
	pack_unsigned(&pack, message->time_ms);
	pack_blob(&pack, message->nonce, sizeof(message->nonce));
	pack_unsigned(&pack, message->school);
	pack_boolean(&pack, message->collecting);
	pack_boolean(&pack, message->offer);
	return message_end(&pack, "WELCOME", err);
}

enum status
message_welcome_decode(struct bytes body, struct arena *arena,
    struct welcome *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 11, err);
	message->version = message_number32(&in, "version");
	message->catalogue = message_number32(&in, "catalogue");
	message->dictionary = message_number32(&in, "dictionary");
	message->generations =
	    message_generations(&in, &message->generation_count);
	message->start = message_sequence(&in, "start");
	message->head = message_sequence(&in, "head");
	message->time_ms = message_number(&in, "time");
	reader_blob_exact(&in, message->nonce, sizeof(message->nonce), "nonce");
	message->school = message_number(&in, "school");
	message->collecting = reader_boolean(&in, "collecting");
	message->offer = reader_boolean(&in, "offer");
	return message_close(&in, "WELCOME");
}

enum status
message_confirm_encode(const struct confirm *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 3);
	pack_unsigned(&pack, message->cursor);
	pack_unsigned(&pack, message->confirmed);
	pack_unsigned(&pack, message->batch_bytes);
	return message_end(&pack, "CONFIRM", err);
}

enum status
message_confirm_decode(struct bytes body, struct arena *arena,
    struct confirm *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 3, err);
	message->cursor = message_sequence(&in, "cursor");
	message->confirmed = reader_unsigned(&in, message->cursor, "confirmed");
	message->batch_bytes = message_number32(&in, "batch");
	return message_close(&in, "CONFIRM");
}

enum status
message_proof_encode(const struct proof *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 3);
	pack_unsigned(&pack, message->cursor);
	pack_unsigned(&pack, message->count);
	pack_sum(&pack, &message->sum);
	return message_end(&pack, "PROOF", err);
}

enum status
message_proof_decode(struct bytes body, struct arena *arena,
    struct proof *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 3, err);
	message->cursor = message_sequence(&in, "cursor");
	message->count = message_number(&in, "count");
	message_sum(&in, &message->sum);
	return message_close(&in, "PROOF");
}

enum status
message_ping_encode(const struct ping *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 2);
	pack_unsigned(&pack, message->token);
	pack_unsigned(&pack, message->clock_ms);
	return message_end(&pack, "PING", err);
}

enum status
message_ping_decode(struct bytes body, struct arena *arena,
    struct ping *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 2, err);
	message->token = reader_unsigned(&in, UINT64_MAX, "token");
	message->clock_ms = message_number(&in, "clock");
	return message_close(&in, "PING");
}

enum status
message_goodbye_encode(const struct goodbye *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 2);
	pack_unsigned(&pack, message->code);
	pack_text(&pack, message->text);
	return message_end(&pack, "GOODBYE", err);
}

enum status
message_goodbye_decode(struct bytes body, struct arena *arena,
    struct goodbye *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 2, err);
	message->code = message_number32(&in, "code");
	message->text = message_text(&in, "sentence");
	return message_close(&in, "GOODBYE");
}
