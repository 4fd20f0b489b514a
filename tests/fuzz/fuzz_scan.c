/* What the scan takes is one object that msgpack-c takes too, whole. */
#include <msgpack.h>

#include "fuzz.h"
#include "protocol/scan.h"

enum {
	SIZE_MAX_BYTES = 64 * 1024 /* msgpack-c needs 24 times as much */
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	msgpack_unpacked unpacked;
	struct error error;
	size_t at = 0;

	if (size > SIZE_MAX_BYTES ||
	    msgpack_scan((struct bytes){ data, size }, &error) != STATUS_OK)
		return 0;
	msgpack_unpacked_init(&unpacked);
	FUZZ_CHECK(msgpack_unpack_next(&unpacked, (const char *)data, size,
		       &at) == MSGPACK_UNPACK_SUCCESS);
	FUZZ_CHECK(at == size);
	msgpack_unpacked_destroy(&unpacked);
	return 0;
}
