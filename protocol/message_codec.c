#include "protocol/message_codec.h"

#include <assert.h>

#include "protocol/commit.h"
#include "protocol/identifier.h"
#include "protocol/limits.h"
#include "protocol/scan.h"
#include "protocol/value.h"

void
message_begin(struct pack *pack, struct buffer *out, size_t count)
{
	buffer_clear(out);
	pack_begin(pack, out);
	pack_array(pack, count);
}

enum status
message_end(struct pack *pack, const char *name, struct error *err)
{
	enum status status = pack_end(pack);

	if (status == STATUS_OK && pack->out->size > LIMIT_BODY_BYTES)
		status = STATUS_TOO_LARGE;
	if (status != STATUS_OK)
		return error_set(err, status, "encode %s: %s", name,
		    status_text(status));
	return STATUS_OK;
}

uint32_t
message_open(struct reader *reader, struct bytes body, struct arena *arena,
    uint32_t count, struct error *err)
{
	message_open_list(reader, body, arena, err);
	return reader_tuple(reader, count, UINT32_MAX, "body");
}

void
message_open_list(struct reader *reader, struct bytes body, struct arena *arena,
    struct error *err)
{
	*reader = (struct reader){ .rest = body, .arena = arena, .err = err };
	reader->status = msgpack_scan(body, err);
}

enum status
message_close(const struct reader *reader, const char *name)
{
	if (reader->status != STATUS_OK && reader->err != NULL)
		return error_wrap(reader->err, "%s", name);
	return reader->status;
}

uint32_t
message_element(struct reader *reader, uint32_t count, const char *what)
{
	return reader_tuple(reader, count, UINT32_MAX, what);
}

void
message_element_end(struct reader *reader, uint32_t had, uint32_t count)
{
	if (had > count)
		reader_skip(reader, had - count);
}

void
pack_list(struct pack *pack, uint32_t count, uint32_t max)
{
	assert(count <= max);
	pack_array(pack, count);
}

struct bytes
message_text(struct reader *reader, const char *what)
{
	struct bytes text = reader_text(reader, LIMIT_TEXT_BYTES, what);

	if (!utf8_is_valid(text))
		reader_fail(reader, STATUS_INVALID, what, "not UTF-8");
	return text;
}

uint64_t
message_number(struct reader *reader, const char *what)
{
	return reader_unsigned(reader, INT64_MAX, what);
}

uint64_t
message_sequence(struct reader *reader, const char *what)
{
	return reader_unsigned(reader, SEQUENCE_MAX, what);
}

uint64_t
message_difference(struct reader *reader, uint64_t before, const char *what)
{
	int64_t step = reader_signed(reader, what);

	if (step < -(int64_t)before || step > INT64_MAX - (int64_t)before) {
		reader_fail(reader, STATUS_INVALID, what, "out of range");
		return before;
	}
	return before + (uint64_t)step;
}

uint32_t
message_number32(struct reader *reader, const char *what)
{
	return (uint32_t)reader_unsigned(reader, UINT32_MAX, what);
}

void
pack_sum(struct pack *pack, const struct digest_sum *sum)
{
	uint8_t bytes[16];

	digest_sum_store(sum, bytes);
	pack_blob(pack, bytes, sizeof(bytes));
}

void
message_sum(struct reader *reader, struct digest_sum *sum)
{
	uint8_t bytes[16] = { 0 };

	reader_blob_exact(reader, bytes, sizeof(bytes), "sum");
	digest_sum_load(sum, bytes);
}

void
pack_generations(struct pack *pack, const struct generation *generations,
    uint32_t count)
{
	pack_list(pack, count, LIMIT_GENERATIONS);
	for (uint32_t i = 0; i < count; i++) {
		pack_array(pack, 2);
		pack_unsigned(pack, generations[i].number);
		pack_unsigned(pack, generations[i].left_at);
	}
}

struct generation *
message_generations(struct reader *reader, uint32_t *count)
{
	struct generation *generations;

	generations = reader_list(reader, count, LIMIT_GENERATIONS,
	    sizeof(*generations), "generations");
	for (uint32_t i = 0; i < *count; i++) {
		uint32_t had = message_element(reader, 2, "generation");

		generations[i].number = message_number(reader, "generation");
		generations[i].left_at = message_sequence(reader, "left at");
		message_element_end(reader, had, 2);
	}
	return generations;
}

void
pack_items(struct pack *pack, const struct item *items, uint32_t count)
{
	uint64_t sequence = 0;
	uint64_t received_ms = 0;

	pack_list(pack, count, LIMIT_BATCH_COMMITS);
	for (uint32_t i = 0; i < count; i++) {
		const struct item *item = &items[i];

		assert(item->sequence > sequence);
		pack_array(pack,
		    item->redacted && item->commit.size > 0 ? 5 : 4);
		pack_unsigned(pack, item->sequence - sequence);
		pack_signed(pack, (int64_t)(item->received_ms - received_ms));
		pack_blob(pack, item->mark.bytes, sizeof(item->mark.bytes));
		if (item->commit.size == 0)
			pack_unsigned(pack, item->id);
		else
			pack_blob(pack, item->commit.data, item->commit.size);
		if (item->redacted && item->commit.size > 0)
			pack_blob(pack, item->digest.bytes,
			    sizeof(item->digest.bytes));
		sequence = item->sequence;
		received_ms = item->received_ms;
	}
}

/* The commit, or only its id. */
static void
read_content(struct reader *reader, struct item *item)
{
	struct bytes ahead = reader->rest;
	struct token token = { .type = TOKEN_NIL };
	struct commit commit;

	if (reader->status == STATUS_OK && token_read(&ahead, &token) == NULL &&
	    token.type == TOKEN_UNSIGNED) {
		item->id = message_number(reader, "id");
		if (!identifier_is_valid(item->id))
			reader_fail(reader, STATUS_INVALID, "id",
			    "out of range");
		return;
	}
	item->commit = reader_blob(reader, LIMIT_COMMIT_BYTES, "commit");
	if (reader->status != STATUS_OK)
		return;
	if (commit_peek(item->commit, &commit) != STATUS_OK) {
		reader_fail(reader, STATUS_INVALID, "commit",
		    "it does not begin like one");
		return;
	}
	item->id = commit.id;
}

static void
read_item(struct reader *reader, const struct item *before, struct item *item)
{
	uint32_t had = message_element(reader, 4, "item");
	uint64_t step = message_sequence(reader, "sequence");

	item->received_ms =
	    message_difference(reader, before->received_ms, "received");
	if (reader->status == STATUS_OK &&
	    (step == 0 || step > SEQUENCE_MAX - before->sequence))
		reader_fail(reader, STATUS_INVALID, "sequence", "out of order");
	item->sequence = before->sequence + step;
	reader_blob_exact(reader, item->mark.bytes, sizeof(item->mark.bytes),
	    "mark");
	read_content(reader, item);
	item->redacted = had > 4 && item->commit.size > 0;
	if (item->redacted)
		reader_blob_exact(reader, item->digest.bytes,
		    sizeof(item->digest.bytes), "digest");
	else if (reader->status == STATUS_OK && item->commit.size > 0)
		item->digest = digest_of(item->commit);
	message_element_end(reader, had, item->redacted ? 5 : 4);
}

struct item *
message_items(struct reader *reader, uint32_t *count, uint32_t max)
{
	const struct item none = { 0 };
	struct item *items;

	items = reader_list(reader, count, max, sizeof(*items), "items");
	for (uint32_t i = 0; i < *count && reader->status == STATUS_OK; i++)
		read_item(reader, i == 0 ? &none : &items[i - 1], &items[i]);
	return items;
}

struct item *
message_whole_items(struct reader *reader, uint32_t *count, uint32_t max)
{
	struct item *items = message_items(reader, count, max);

	for (uint32_t i = 0; reader->status == STATUS_OK && i < *count; i++)
		if (items[i].commit.size == 0)
			reader_fail(reader, STATUS_INVALID, "items",
			    "a number without its commit");
	return items;
}
