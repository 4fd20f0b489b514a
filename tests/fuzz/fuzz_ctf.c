/* A CTF read whole and in pieces of any size comes to the same pupils, and
 * each of them to a plan. */
#include <string.h>

#include "client/import/ctf.h"
#include "client/import/plan.h"
#include "fuzz.h"

struct reading {
	uint32_t pupils;
	uint64_t sum; /* over the digests of all pupils */
	struct remarks remarks;
};

static enum status
on_header(void *context, struct element *header, const char *remark,
    struct error *err)
{
	(void)context;
	(void)header;
	(void)remark;
	(void)err;
	return STATUS_OK;
}

static enum status
on_pupil(void *context, struct element *pupil, uint32_t number,
    struct error *err)
{
	struct reading *reading = context;
	struct arena arena = { 0 };
	struct plan plan;
	uint64_t part;
	enum status status;

	FUZZ_CHECK(number == ++reading->pupils);
	remarks_clear(&reading->remarks);
	status = plan_make(pupil, bytes_of_text("9991001"), &arena,
	    &reading->remarks, &plan, err);
	FUZZ_CHECK(status == STATUS_OK || status == STATUS_TOO_LARGE);
	memcpy(&part, plan.digest, sizeof(part));
	reading->sum = reading->sum * 31 + part;
	arena_deinit(&arena);
	return status;
}

static enum status
read_pieces(struct bytes bytes, size_t piece, struct reading *reading)
{
	static const struct ctf_events events = { on_header, on_pupil };
	struct ctf *ctf = NULL;
	struct bytes part;
	enum status status;

	FUZZ_CHECK(ctf_create(&events, reading, &ctf, NULL) == STATUS_OK);
	do {
		part = bytes;
		if (part.size > piece)
			part.size = piece;
		bytes_advance(&bytes, part.size);
		status = ctf_feed(ctf, part, bytes.size == 0, NULL);
	} while (bytes.size > 0 && status == STATUS_OK);
	ctf_destroy(ctf);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct reading whole;
	static struct reading pieces;
	const struct bytes in = { data, size };
	enum status status;

	memset(&whole, 0, sizeof(whole));
	memset(&pieces, 0, sizeof(pieces));
	status = read_pieces(in, size + 1, &whole);
	FUZZ_CHECK(read_pieces(in, size % 29 + 1, &pieces) == status);
	FUZZ_CHECK(whole.pupils == pieces.pupils && whole.sum == pieces.sum);
	return 0;
}
