/* A commit that decodes encodes to the same bytes; its head can be peeked. */
#include "fuzz.h"
#include "protocol/commit.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes in = { data, size };
	struct buffer out = { 0 };
	struct arena arena = { 0 };
	struct commit commit;
	struct commit peeked;
	struct error error;

	(void)commit_peek(in, &peeked);
	if (commit_decode(in, &arena, &commit, &error) == STATUS_OK) {
		FUZZ_CHECK(commit_encode(&commit, &out, &error) == STATUS_OK);
		FUZZ_CHECK(bytes_equal(buffer_view(&out), in));
		FUZZ_CHECK(commit_peek(in, &peeked) == STATUS_OK);
		FUZZ_CHECK(peeked.id == commit.id);
		FUZZ_CHECK(peeked.change_count == commit.change_count);
	}
	buffer_deinit(&out);
	arena_deinit(&arena);
	return 0;
}
