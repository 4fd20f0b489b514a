/* A proxy's answer, read whole and in pieces, and the setting of a proxy. */
#include <string.h>

#include "common/net/proxy.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	struct buffer request = { 0 };
	enum status whole, part;
	struct proxy proxy;
	struct error error;
	size_t taken = 0, early = 0;

	whole = proxy_read_response(in, &taken, &error);
	if (whole == STATUS_OK) {
		FUZZ_CHECK(taken >= 1 && taken <= size);
		FUZZ_CHECK(taken <= PROXY_RESPONSE_BYTES);
		/* One byte less of it has not ended. */
		in.size = taken - 1;
		part = proxy_read_response(in, &early, &error);
		FUZZ_CHECK(part == STATUS_AGAIN);
	}
	in.size = size;
	if (proxy_parse(in, &proxy, &error) == STATUS_OK) {
		FUZZ_CHECK(memchr(proxy.host, '\0', sizeof(proxy.host)));
		FUZZ_CHECK(proxy_write_connect(&proxy, proxy.host, proxy.port,
			       &request, &error) == STATUS_OK);
	}
	buffer_deinit(&request);
	return 0;
}
