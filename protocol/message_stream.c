/*
 * The messages that carry commits, or ask for them: up, answered, down, filled
 * and fetched.
 */
#include "protocol/identifier.h"
#include "protocol/limits.h"
#include "protocol/message_codec.h"

enum status
message_push_encode(const struct push *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 2);
	pack_unsigned(&pack, message->lane);
	pack_list(&pack, message->commit_count, LIMIT_BATCH_COMMITS);
	for (uint32_t i = 0; i < message->commit_count; i++)
		pack_blob(&pack, message->commits[i].data,
		    message->commits[i].size);
	return message_end(&pack, "PUSH", err);
}

enum status
message_push_decode(struct bytes body, struct arena *arena,
    struct push *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 2, err);
	message->lane = message_number32(&in, "lane");
	message->commits = reader_list(&in, &message->commit_count,
	    LIMIT_BATCH_COMMITS, sizeof(*message->commits), "commits");
	for (uint32_t i = 0; i < message->commit_count; i++)
		message->commits[i] =
		    reader_blob(&in, LIMIT_COMMIT_BYTES, "commit");
	return message_close(&in, "PUSH");
}

/* Of the answers so far; what the next one's differences are from. */
struct answered {
	uint64_t id;
	uint64_t sequence;
};

static void
pack_answer(struct pack *pack, struct answered *before,
    const struct answer *answer)
{
	bool taken = answer->refusal == 0;

	pack_array(pack, taken ? 4 : 3);
	pack_signed(pack, (int64_t)(answer->id - before->id));
	pack_blob(pack, answer->digest, sizeof(answer->digest));
	before->id = answer->id;
	if (!taken) {
		pack_unsigned(pack, answer->refusal);
		return;
	}
	pack_signed(pack, (int64_t)(answer->sequence - before->sequence));
	pack_blob(pack, answer->mark.bytes, sizeof(answer->mark.bytes));
	before->sequence = answer->sequence;
}

enum status
message_answers_encode(const struct answers *message, struct buffer *out,
    struct error *err)
{
	struct answered before = { 0 };
	struct pack pack;

	message_begin(&pack, out, 2);
	pack_unsigned(&pack, message->received_ms);
	pack_list(&pack, message->answer_count, LIMIT_BATCH_COMMITS);
	for (uint32_t i = 0; i < message->answer_count; i++)
		pack_answer(&pack, &before, &message->answers[i]);
	return message_end(&pack, "ANSWER", err);
}

static void
read_answer(struct reader *reader, struct answered *before,
    struct answer *answer)
{
	uint32_t had = message_element(reader, 3, "answer");

	answer->id = message_difference(reader, before->id, "id");
	reader_blob_exact(reader, answer->digest, sizeof(answer->digest),
	    "digest");
	before->id = answer->id;
	if (had == 3) {
		answer->refusal = message_number32(reader, "reason");
		if (answer->refusal == 0)
			reader_fail(reader, STATUS_INVALID, "reason",
			    "refused without one");
		return;
	}
	answer->sequence =
	    message_difference(reader, before->sequence, "sequence");
	if (answer->sequence > SEQUENCE_MAX)
		reader_fail(reader, STATUS_INVALID, "sequence", "out of range");
	reader_blob_exact(reader, answer->mark.bytes,
	    sizeof(answer->mark.bytes), "mark");
	before->sequence = answer->sequence;
	message_element_end(reader, had, 4);
}

enum status
message_answers_decode(struct bytes body, struct arena *arena,
    struct answers *message, struct error *err)
{
	struct answered before = { 0 };
	struct reader in;

	message_open(&in, body, arena, 2, err);
	message->received_ms = message_number(&in, "received");
	message->answers = reader_list(&in, &message->answer_count,
	    LIMIT_BATCH_COMMITS, sizeof(*message->answers), "answers");
	for (uint32_t i = 0; i < message->answer_count; i++) {
		read_answer(&in, &before, &message->answers[i]);
		message->answers[i].received_ms = message->received_ms;
	}
	return message_close(&in, "ANSWER");
}

/* Items may not lie outside what their frame says it covers. */
static void
check_covered(struct reader *reader, uint64_t from, uint64_t upto,
    const struct item *items, uint32_t count)
{
	if (reader->status != STATUS_OK)
		return;
	if (from > upto || (count > 0 && (items[0].sequence <= from ||
					     items[count - 1].sequence > upto)))
		reader_fail(reader, STATUS_INVALID, "items",
		    "not in what is said to be covered");
}

enum status
message_stream_encode(const struct stream *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 3);
	pack_unsigned(&pack, message->from);
	pack_unsigned(&pack, message->upto);
	pack_items(&pack, message->items, message->item_count);
	return message_end(&pack, "STREAM", err);
}

enum status
message_stream_decode(struct bytes body, struct arena *arena,
    struct stream *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 3, err);
	message->from = message_sequence(&in, "from");
	message->upto = message_sequence(&in, "up to");
	message->items =
	    message_items(&in, &message->item_count, LIMIT_BATCH_COMMITS);
	check_covered(&in, message->from, message->upto, message->items,
	    message->item_count);
	return message_close(&in, "STREAM");
}

enum status
message_fills_encode(const struct fills *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	buffer_clear(out);
	pack_begin(&pack, out);
	pack_list(&pack, message->fill_count, LIMIT_FILLS);
	for (uint32_t i = 0; i < message->fill_count; i++) {
		pack_array(&pack, 3);
		pack_unsigned(&pack, message->fills[i].dossier);
		pack_unsigned(&pack, message->fills[i].from);
		pack_unsigned(&pack, message->fills[i].to);
	}
	return message_end(&pack, "FILL", err);
}

enum status
message_fills_decode(struct bytes body, struct arena *arena,
    struct fills *message, struct error *err)
{
	struct reader in;

	message_open_list(&in, body, arena, err);
	message->fills = reader_list(&in, &message->fill_count, LIMIT_FILLS,
	    sizeof(*message->fills), "fills");
	for (uint32_t i = 0; i < message->fill_count; i++) {
		struct fill *fill = &message->fills[i];
		uint32_t had = message_element(&in, 3, "fill");

		fill->dossier = message_number(&in, "dossier");
		fill->from = message_sequence(&in, "from");
		fill->to = message_sequence(&in, "to");
		if (fill->from > fill->to)
			reader_fail(&in, STATUS_INVALID, "fill",
			    "it ends before it begins");
		message_element_end(&in, had, 3);
	}
	return message_close(&in, "FILL");
}

enum status
message_filleds_encode(const struct filleds *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	buffer_clear(out);
	pack_begin(&pack, out);
	pack_list(&pack, message->filled_count, LIMIT_FILLS);
	for (uint32_t i = 0; i < message->filled_count; i++) {
		const struct filled *filled = &message->filleds[i];

		pack_array(&pack, 7);
		pack_unsigned(&pack, filled->dossier);
		pack_unsigned(&pack, filled->from);
		pack_unsigned(&pack, filled->upto);
		pack_items(&pack, filled->items, filled->item_count);
		pack_unsigned(&pack, filled->state);
		pack_unsigned(&pack, filled->count);
		pack_sum(&pack, &filled->sum);
	}
	return message_end(&pack, "FILLED", err);
}

static void
read_filled(struct reader *reader, struct filled *filled, uint32_t items_max)
{
	uint32_t had = message_element(reader, 7, "section");

	filled->dossier = message_number(reader, "dossier");
	filled->from = message_sequence(reader, "from");
	filled->upto = message_sequence(reader, "up to");
	filled->items = message_items(reader, &filled->item_count, items_max);
	filled->state =
	    (enum filled_state)reader_unsigned(reader, FILLED_GONE, "state");
	filled->count = message_number(reader, "count");
	message_sum(reader, &filled->sum);
	check_covered(reader, filled->from, filled->upto, filled->items,
	    filled->item_count);
	message_element_end(reader, had, 7);
}

enum status
message_filleds_decode(struct bytes body, struct arena *arena,
    struct filleds *message, struct error *err)
{
	uint32_t left = LIMIT_BATCH_COMMITS; /* items, in all sections */
	struct reader in;

	message_open_list(&in, body, arena, err);
	message->filleds = reader_list(&in, &message->filled_count, LIMIT_FILLS,
	    sizeof(*message->filleds), "sections");
	for (uint32_t i = 0; i < message->filled_count; i++) {
		read_filled(&in, &message->filleds[i], left);
		left -= message->filleds[i].item_count;
	}
	return message_close(&in, "FILLED");
}

static void
pack_ids(struct pack *pack, const uint64_t *ids, uint32_t count)
{
	pack_list(pack, count, LIMIT_FETCHES);
	for (uint32_t i = 0; i < count; i++)
		pack_unsigned(pack, ids[i]);
}

static uint64_t *
read_ids(struct reader *reader, uint32_t *count)
{
	uint64_t *ids;

	ids = reader_list(reader, count, LIMIT_FETCHES, sizeof(*ids), "ids");
	for (uint32_t i = 0; i < *count; i++)
		ids[i] = message_number(reader, "id");
	return ids;
}

enum status
message_fetch_encode(const struct fetch *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	buffer_clear(out);
	pack_begin(&pack, out);
	pack_ids(&pack, message->ids, message->id_count);
	return message_end(&pack, "FETCH", err);
}

enum status
message_fetch_decode(struct bytes body, struct arena *arena,
    struct fetch *message, struct error *err)
{
	struct reader in;

	message_open_list(&in, body, arena, err);
	message->ids = read_ids(&in, &message->id_count);
	return message_close(&in, "FETCH");
}

enum status
message_fetched_encode(const struct fetched *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 2);
	pack_items(&pack, message->items, message->item_count);
	pack_ids(&pack, message->missing, message->missing_count);
	return message_end(&pack, "FETCHED", err);
}

enum status
message_fetched_decode(struct bytes body, struct arena *arena,
    struct fetched *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 2, err);
	message->items =
	    message_items(&in, &message->item_count, LIMIT_FETCHES);
	message->missing = read_ids(&in, &message->missing_count);
	return message_close(&in, "FETCHED");
}
