/*
 * Rows of a CSV file by RFC 4180, as a stream: bytes go in, in pieces of any
 * size; one row after the other comes out.  A byte-order mark is skipped, lines
 * end in CRLF or LF, quoted fields may hold commas, quotes and lines.  Rows of
 * empty fields alone are left out.
 */
#ifndef CLIENT_IMPORT_CSV_H
#define CLIENT_IMPORT_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"

enum {
	CSV_FIELDS = 256,
	CSV_ROW_BYTES = 1024 * 1024,
};

struct csv_row {
	uint32_t line; /* where it begins, from 1 */
	const struct bytes *fields;
	uint32_t field_count;
	const char *fault; /* why it cannot be read (then no fields), or NULL */
};

/* Borrowed.  Other than STATUS_OK ends the reading. */
typedef enum status csv_visitor(void *context, const struct csv_row *row,
    struct error *err);

struct csv;

enum status csv_create(csv_visitor *visit, void *context, struct csv **out,
    struct error *err);

void csv_destroy(struct csv *csv);

/*
 * A fault spoils its row alone: reading goes on with the next line (after a
 * quote that is never closed, with the end).  STATUS_INVALID: it is no CSV at
 * all, but UTF-16 or a spreadsheet's own format.
 */
enum status csv_feed(struct csv *csv, struct bytes bytes, bool last,
    struct error *err);

#endif
