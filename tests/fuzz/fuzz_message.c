/*
 * The first byte chooses a message, the rest is its body.  What is understood
 * can be said again, and is then understood as the same bytes.
 */
#include "fuzz.h"
#include "protocol/message.h"

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
#undef RECODE

static enum status (*const recoders[])(struct bytes body, struct arena *arena,
    struct buffer *out) = {

#define RECODER(name, type) recode_##name,
	MESSAGE_LIST(RECODER)
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
