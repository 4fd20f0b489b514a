/* A CSV read whole and in pieces of any size comes to the same rows. */
#include "client/import/csv.h"
#include "fuzz.h"

static uint64_t
add(uint64_t sum, uint64_t number)
{
	return (sum ^ number) * UINT64_C(0x100000001b3);
}

static enum status
on_row(void *context, const struct csv_row *row, struct error *err)
{
	uint64_t *sum = context;

	(void)err;
	FUZZ_CHECK(row->fault == NULL || row->field_count == 0);
	*sum = add(*sum, row->line);
	*sum = add(*sum, row->fault != NULL);
	for (uint32_t i = 0; i < row->field_count; i++) {
		*sum = add(*sum, row->fields[i].size);
		for (size_t k = 0; k < row->fields[i].size; k++)
			*sum = add(*sum, row->fields[i].data[k]);
	}
	return STATUS_OK;
}

static enum status
read_pieces(struct bytes bytes, size_t piece, uint64_t *sum)
{
	struct csv *csv = NULL;
	struct bytes part;
	enum status status;

	FUZZ_CHECK(csv_create(on_row, sum, &csv, NULL) == STATUS_OK);
	do {
		part = bytes;
		if (part.size > piece)
			part.size = piece;
		bytes_advance(&bytes, part.size);
		status = csv_feed(csv, part, bytes.size == 0, NULL);
	} while (bytes.size > 0 && status == STATUS_OK);
	csv_destroy(csv);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes in = { data, size };
	uint64_t whole = 0;
	uint64_t pieces = 0;
	enum status status = read_pieces(in, size + 1, &whole);

	FUZZ_CHECK(read_pieces(in, size % 29 + 1, &pieces) == status);
	FUZZ_CHECK(whole == pieces);
	return 0;
}
