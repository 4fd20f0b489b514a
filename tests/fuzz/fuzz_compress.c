/* Whatever comes in, no more comes out than the limits allow. */
#include "fuzz.h"
#include "protocol/compress.h"
#include "protocol/limits.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct codec *codec;
	struct bytes in = { data, size };
	struct buffer out = { 0 };
	struct buffer back = { 0 };
	struct error error;

	if (codec == NULL)
		FUZZ_CHECK(codec_create(&codec, &error) == STATUS_OK);
	(void)codec_decompress(codec, in, &out, &error);
	FUZZ_CHECK(out.size <= LIMIT_BODY_BYTES);
	FUZZ_CHECK(
	    out.size <= 4096 || out.size / LIMIT_COMPRESSION_RATIO <= size);

	buffer_clear(&out);
	codec_use_dictionary(codec, size % 2 == 0);
	FUZZ_CHECK(codec_compress(codec, in, &out, &error) == STATUS_OK);
	if (codec_decompress(codec, buffer_view(&out), &back, &error) ==
	    STATUS_OK)
		FUZZ_CHECK(bytes_equal(buffer_view(&back), in));
	else
		FUZZ_CHECK(error.status == STATUS_TOO_LARGE);
	buffer_deinit(&out);
	buffer_deinit(&back);
	return 0;
}
