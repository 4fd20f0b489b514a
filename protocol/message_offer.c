/*
 * Recovery: what a client holds beyond the place to which its hub was
 * restored, and what the hub has kept of it.
 */
#include "protocol/limits.h"
#include "protocol/message_codec.h"

enum status
message_offer_encode(const struct offer *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 3);
	pack_unsigned(&pack, message->generation);
	pack_items(&pack, message->items, message->item_count);
	pack_boolean(&pack, message->end);
	return message_end(&pack, "OFFER", err);
}

enum status
message_offer_decode(struct bytes body, struct arena *arena,
    struct offer *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 3, err);
	message->generation = message_number(&in, "generation");
	message->items =
	    message_whole_items(&in, &message->item_count, LIMIT_BATCH_COMMITS);
	message->end = reader_boolean(&in, "end");
	return message_close(&in, "OFFER");
}

enum status
message_offered_encode(const struct offered *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 4);
	pack_unsigned(&pack, message->generation);
	pack_unsigned(&pack, message->upto);
	pack_unsigned(&pack, message->refused);
	pack_boolean(&pack, message->end);
	return message_end(&pack, "OFFERED", err);
}

enum status
message_offered_decode(struct bytes body, struct arena *arena,
    struct offered *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 4, err);
	message->generation = message_number(&in, "generation");
	message->upto = message_sequence(&in, "up to");
	message->refused = message_number32(&in, "refused");
	message->end = reader_boolean(&in, "end");
	return message_close(&in, "OFFERED");
}
