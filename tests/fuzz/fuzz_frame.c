/* Frames from a stream of bytes: each is taken whole, and only once. */
#include "fuzz.h"
#include "protocol/frame.h"
#include "protocol/limits.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct codec *codec;
	struct bytes in = { data, size };
	struct buffer scratch = { 0 };
	struct frame frame;
	struct error error;
	size_t before = size;

	if (codec == NULL)
		FUZZ_CHECK(codec_create(&codec, &error) == STATUS_OK);
	while (frame_read(&in, codec, &scratch, &frame, &error) == STATUS_OK) {
		FUZZ_CHECK(in.size + FRAME_HEAD_BYTES <= before);
		FUZZ_CHECK(frame.body.size <= LIMIT_BODY_BYTES);
		FUZZ_CHECK(frame_name(frame.type) != NULL);
		before = in.size;
	}
	buffer_deinit(&scratch);
	return 0;
}
