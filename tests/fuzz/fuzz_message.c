/*
 * The first byte chooses a message, the rest is its body.  What is understood
 * can be said again, and is then understood as the same bytes.
 */
#include "fuzz.h"
#include "protocol/message.h"
#include "protocol/message_night.h"
#include "protocol/sketch.h"

#define RECODE(name, type)                                                    \
	static enum status recode_##name(struct bytes body,                   \
	    struct arena *arena, struct buffer *out)                          \
	{                                                                     \
		struct error error;                                           \
		type message;                                                 \
                                                                              \
		if (message_##name##_decode(body, arena, &message, &error) != \
		    STATUS_OK)                                                \
			return error.status;                                  \
		return message_##name##_encode(&message, out, &error);        \
	}
MESSAGE_LIST(RECODE)
MESSAGE_NIGHT_LIST(RECODE)
#undef RECODE

enum {
	CELLS_HEAD_BYTES = 7, /* form; count of the set and index, 3 each */
	CELLS_MAX = 512
};

static uint32_t
load24(const uint8_t *in)
{
	return in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16;
}

/* Behind their head cells could have been written in one way alone. */
static enum status
recode_packed(struct bytes body, struct arena *arena, struct buffer *out)
{
	struct sketch_cell cells[CELLS_MAX];
	struct bytes head = { body.data, CELLS_HEAD_BYTES };
	enum sketch_form form;
	uint32_t set_count, from, count;
	enum status status;

	(void)arena;
	if (body.size < CELLS_HEAD_BYTES)
		return STATUS_INVALID;
	form = (enum sketch_form)(body.data[0] % (SKETCH_LIST + 1));
	set_count = load24(body.data + 1);
	from = load24(body.data + 4);
	bytes_advance(&body, CELLS_HEAD_BYTES);
	status = message_cells_unpack(body, form, set_count, from, cells,
	    CELLS_MAX, &count, NULL);
	if (status != STATUS_OK)
		return status;
	FUZZ_CHECK(message_cells_pack(out, form, set_count, from, cells, count,
		       NULL) == STATUS_OK);
	FUZZ_CHECK(bytes_equal(buffer_view(out), body));
	buffer_clear(out);
	FUZZ_CHECK(buffer_append(out, head) == STATUS_OK);
	return buffer_append(out, body);
}

static enum status (*const recoders[])(struct bytes body, struct arena *arena,
    struct buffer *out) = {

#define RECODER(name, type) recode_##name,
	MESSAGE_LIST(RECODER) MESSAGE_NIGHT_LIST(RECODER) recode_packed
#undef RECODER
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t count = sizeof(recoders) / sizeof(recoders[0]);
	struct buffer once = { 0 };
	struct buffer twice = { 0 };
	struct arena arena = { 0 };
	struct bytes body = { data, size };
	size_t which;

	if (size == 0)
		return 0;
	which = data[0] % count;
	bytes_advance(&body, 1);
	if (recoders[which](body, &arena, &once) == STATUS_OK) {
		FUZZ_CHECK(recoders[which](buffer_view(&once), &arena,
			       &twice) == STATUS_OK);
		FUZZ_CHECK(
		    bytes_equal(buffer_view(&once), buffer_view(&twice)));
	}
	buffer_deinit(&once);
	buffer_deinit(&twice);
	arena_deinit(&arena);
	return 0;
}
