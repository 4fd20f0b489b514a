#include "client/import/csv.h"

#include <assert.h>
#include <stdlib.h>

#include "protocol/value.h"

/*
 *	          "               "
 *	START ----------> QUOTED ----> CLOSING --> START (comma), row (line end)
 *	  |                  ^  ______/ " (a quote in the field)
 *	  | other            |_/
 *	  +-----> PLAIN ----> START (comma), row (line end)
 *
 *	SPOILT: the rest of a line that cannot be read
 */
enum csv_state {
	CSV_START,
	CSV_PLAIN,
	CSV_QUOTED,
	CSV_CLOSING,
	CSV_SPOILT,
};

struct csv {
	csv_visitor *visit;
	void *context;
	enum csv_state state;
	const char *fault;
	struct buffer first; /* up to four bytes, until the mark is judged */
	bool judged;
	struct buffer row; /* the fields of the row, one behind the other */
	size_t ends[CSV_FIELDS];
	uint32_t field_count;
	uint32_t line;     /* of the present byte */
	uint32_t row_line; /* where the row began */
};

enum status
csv_create(csv_visitor *visit, void *context, struct csv **out,
    struct error *err)
{
	struct csv *csv = calloc(1, sizeof(*csv));

	assert(out != NULL && *out == NULL);
	if (csv == NULL)
		return error_set(err, STATUS_NOMEM, "allocate a CSV reader");
	csv->visit = visit;
	csv->context = context;
	csv->line = 1;
	csv->row_line = 1;
	*out = csv;
	return STATUS_OK;
}

void
csv_destroy(struct csv *csv)
{
	if (csv == NULL)
		return;
	buffer_deinit(&csv->first);
	buffer_deinit(&csv->row);
	free(csv);
}

static void
spoil(struct csv *csv, const char *fault)
{
	if (csv->fault == NULL)
		csv->fault = fault;
	csv->state = CSV_SPOILT;
}

static void
end_field(struct csv *csv)
{
	if (csv->field_count == CSV_FIELDS) {
		spoil(csv, "it has more than 256 fields");
		return;
	}
	csv->ends[csv->field_count++] = csv->row.size;
	csv->state = CSV_START;
}

static bool
is_blank(const struct csv *csv)
{
	return csv->fault == NULL && csv->row.size == 0;
}

static enum status
tell_row(struct csv *csv, struct error *err)
{
	struct bytes content = buffer_view(&csv->row);
	struct bytes fields[CSV_FIELDS];
	struct csv_row row = { .line = csv->row_line };
	size_t start = 0;

	if (csv->fault == NULL && !utf8_is_valid(content))
		csv->fault = "it is not in UTF-8; save the file as CSV UTF-8";
	row.fault = csv->fault;
	for (uint32_t i = 0; i < csv->field_count; i++) {
		fields[i] = (struct bytes){ NULL, csv->ends[i] - start };
		if (fields[i].size > 0)
			fields[i].data = content.data + start;
		start = csv->ends[i];
	}
	if (row.fault == NULL) {
		row.fields = fields;
		row.field_count = csv->field_count;
	}
	return csv->visit(csv->context, &row, err);
}

/* A line has ended: its last field, and the row if there is anything in it. */
static enum status
end_row(struct csv *csv, struct error *err)
{
	enum status status = STATUS_OK;

	if (csv->state != CSV_SPOILT)
		end_field(csv);
	if (!is_blank(csv))
		status = tell_row(csv, err);
	buffer_clear(&csv->row);
	csv->field_count = 0;
	csv->fault = NULL;
	csv->state = CSV_START;
	csv->row_line = csv->line;
	return status;
}

static enum status
keep(struct csv *csv, uint8_t byte)
{
	if (csv->row.size >= CSV_ROW_BYTES) {
		spoil(csv, "it is longer than a megabyte");
		return STATUS_OK;
	}
	return buffer_append(&csv->row, (struct bytes){ &byte, 1 });
}

/* A byte where fields and rows may end. */
static enum status
take_outside(struct csv *csv, uint8_t byte, struct error *err)
{
	switch (byte) {
	case '\n':
		return end_row(csv, err);
	case '\r': /* of CRLF */
		return STATUS_OK;
	case ',':
		if (csv->state != CSV_SPOILT)
			end_field(csv);
		return STATUS_OK;
	case '"':
		if (csv->state == CSV_START) {
			csv->state = CSV_QUOTED;
			return STATUS_OK;
		}
		if (csv->state == CSV_CLOSING) {
			csv->state = CSV_QUOTED;
			return keep(csv, byte);
		}
		spoil(csv, "a quotation mark stands within a field that is not "
			   "quoted");
		return STATUS_OK;
	default:
		if (csv->state == CSV_SPOILT)
			return STATUS_OK;
		if (csv->state == CSV_CLOSING) {
			spoil(csv, "something follows a closing quotation "
				   "mark");
			return STATUS_OK;
		}
		csv->state = CSV_PLAIN;
		return keep(csv, byte);
	}
}

static enum status
take_byte(struct csv *csv, uint8_t byte, struct error *err)
{
	enum status status = STATUS_OK;

	if (byte == '\n')
		csv->line++;
	if (byte == '\0')
		spoil(csv, "it holds a byte that is no text");
	else if (csv->state == CSV_QUOTED && byte == '"')
		csv->state = CSV_CLOSING;
	else if (csv->state == CSV_QUOTED)
		status = keep(csv, byte);
	else
		status = take_outside(csv, byte, err);
	if (status == STATUS_NOMEM)
		return error_set(err, status, "read a row");
	return status;
}

/* Skip a byte-order mark; say what is no CSV. */
static enum status
judge_first(struct csv *csv, struct bytes *bytes, struct error *err)
{
	const uint8_t *data = bytes->data;

	csv->judged = true;
	if (bytes->size >= 3 && data[0] == 0xEF && data[1] == 0xBB &&
	    data[2] == 0xBF)
		bytes_advance(bytes, 3);
	else if (bytes->size >= 2 && ((data[0] == 0xFF && data[1] == 0xFE) ||
					 (data[0] == 0xFE && data[1] == 0xFF)))
		return error_set(err, STATUS_INVALID,
		    "it is in UTF-16; save it as CSV UTF-8");
	else if (bytes->size >= 2 && ((data[0] == 'P' && data[1] == 'K') ||
					 (data[0] == 0xD0 && data[1] == 0xCF)))
		return error_set(err, STATUS_INVALID,
		    "it is a spreadsheet, not a CSV; save it as CSV UTF-8");
	return STATUS_OK;
}

static enum status
take_bytes(struct csv *csv, struct bytes bytes, struct error *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < bytes.size && status == STATUS_OK; i++)
		status = take_byte(csv, bytes.data[i], err);
	return status;
}

static enum status
finish(struct csv *csv, struct error *err)
{
	if (csv->state == CSV_QUOTED)
		spoil(csv, "a quotation mark is opened and never closed");
	if (csv->row.size == 0 && csv->field_count == 0 &&
	    csv->state == CSV_START)
		return STATUS_OK;
	return end_row(csv, err);
}

enum status
csv_feed(struct csv *csv, struct bytes bytes, bool last, struct error *err)
{
	struct bytes first;
	enum status status = STATUS_OK;

	if (!csv->judged) {
		status = buffer_append(&csv->first, bytes);
		if (status != STATUS_OK)
			return error_set(err, status, "read a row");
		if (csv->first.size < 4 && !last)
			return STATUS_OK;
		first = buffer_view(&csv->first);
		status = judge_first(csv, &first, err);
		bytes = first;
	}
	if (status == STATUS_OK)
		status = take_bytes(csv, bytes, err);
	if (csv->first.size > 0)
		buffer_clear(&csv->first);
	if (status == STATUS_OK && last)
		status = finish(csv, err);
	return status;
}
