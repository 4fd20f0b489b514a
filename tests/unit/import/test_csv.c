/*
 * Rows of CSV files, as RFC 4180 and spreadsheets write them.
 */
#include "client/import/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client/import/heading.h"

struct told {
	char text[2048];
	size_t size;
};

/* "1: a|b\n", "2! fault\n" */
static enum status
tell(void *context, const struct csv_row *row, struct error *err)
{
	struct told *told = context;
	char *end = told->text + told->size;
	size_t room = sizeof(told->text) - told->size;
	size_t used;

	(void)err;
	used = (size_t)snprintf(end, room, "%u%s", row->line,
	    row->fault != NULL ? "! " : ": ");
	if (row->fault != NULL)
		used +=
		    (size_t)snprintf(end + used, room - used, "%s", row->fault);
	for (uint32_t i = 0; i < row->field_count; i++)
		used += (size_t)snprintf(end + used, room - used, "%s%.*s",
		    i == 0 ? "" : "|", (int)row->fields[i].size,
		    (const char *)row->fields[i].data);
	used += (size_t)snprintf(end + used, room - used, "\n");
	told->size += used;
	assert_true(told->size < sizeof(told->text));
	return STATUS_OK;
}

static enum status
read_pieces(struct bytes bytes, size_t piece, struct told *told,
    struct error *err)
{
	struct csv *csv = NULL;
	enum status status = STATUS_OK;
	struct bytes part;

	assert_int_equal(csv_create(tell, told, &csv, err), STATUS_OK);
	while (bytes.size > 0 && status == STATUS_OK) {
		part = bytes;
		if (part.size > piece)
			part.size = piece;
		status = csv_feed(csv, part, false, err);
		bytes_advance(&bytes, part.size);
	}
	if (status == STATUS_OK)
		status = csv_feed(csv, bytes, true, err);
	csv_destroy(csv);
	return status;
}

/* The same rows come out in whatever pieces the bytes go in. */
static void
assert_rows(const char *text, const char *rows)
{
	struct error err = { 0 };

	for (size_t piece = 1; piece < 9; piece++) {
		struct told told = { .size = 0 };

		assert_int_equal(read_pieces(bytes_of_text(text), piece, &told,
				     &err),
		    STATUS_OK);
		assert_string_equal(told.text, rows);
	}
}

static void
test_rows_and_lines(void **state)
{
	(void)state;
	assert_rows("a,b\r\n1,2\r\n", "1: a|b\n2: 1|2\n");
	assert_rows("a,b\n1,2", "1: a|b\n2: 1|2\n");
	assert_rows("\xEF\xBB\xBF"
		    "a\n",
	    "1: a\n");
	assert_rows("a,b\n,\n\n\r\n3,\n", "1: a|b\n5: 3|\n");
	assert_rows("", "");
	assert_rows("x", "1: x\n");
}

static void
test_quoted_fields(void **state)
{
	(void)state;
	assert_rows("\"a,b\",\"c\"\"d\"\n\"\",e\n", "1: a,b|c\"d\n2: |e\n");
	assert_rows("\"two\nlines\",b\nc\n", "1: two\nlines|b\n3: c\n");
}

/* A bad row spoils itself alone. */
static void
test_faults_are_told_with_their_line(void **state)
{
	(void)state;
	assert_rows("a\"b,c\nd\n",
	    "1! a quotation mark stands within a field that is not quoted\n"
	    "2: d\n");
	assert_rows("\"a\"b\nd\n",
	    "1! something follows a closing quotation mark\n2: d\n");
	assert_rows("d\n\"a\nb\n",
	    "1: d\n2! a quotation mark is opened and never closed\n");
	assert_rows("Zo\xEB\nd\n",
	    "1! it is not in UTF-8; save the file as CSV UTF-8\n2: d\n");
}

static void
test_limits_spoil_the_row(void **state)
{
	struct told told = { .size = 0 };
	struct error err = { 0 };
	struct csv *csv = NULL;
	char commas[CSV_FIELDS + 3];

	(void)state;
	memset(commas, ',', sizeof(commas));
	commas[0] = 'x';
	commas[sizeof(commas) - 2] = '\n';
	commas[sizeof(commas) - 1] = '\0';
	assert_rows(commas, "1! it has more than 256 fields\n");
	assert_int_equal(csv_create(tell, &told, &csv, &err), STATUS_OK);
	for (int i = 0; i < CSV_ROW_BYTES / 8 + 10; i++)
		assert_int_equal(csv_feed(csv, bytes_of_text("01234567"), false,
				     &err),
		    STATUS_OK);
	assert_int_equal(csv_feed(csv, bytes_of_text("\nd\n"), true, &err),
	    STATUS_OK);
	csv_destroy(csv);
	assert_string_equal(told.text,
	    "1! it is longer than a megabyte\n2: d\n");
}

static void
assert_no_csv(const char *text, size_t size, const char *sentence)
{
	struct told told = { .size = 0 };
	struct error err = { 0 };
	struct bytes bytes = { (const uint8_t *)text, size };

	assert_int_equal(read_pieces(bytes, 3, &told, &err), STATUS_INVALID);
	assert_string_equal(err.text, sentence);
}

static void
test_what_is_no_csv_is_refused(void **state)
{
	(void)state;
	assert_no_csv("\xFF\xFE"
		      "a\0,\0",
	    6, "it is in UTF-16; save it as CSV UTF-8");
	assert_no_csv("PK\x03\x04"
		      "....",
	    8, "it is a spreadsheet, not a CSV; save it as CSV UTF-8");
}

static enum status
read_heading(const char *collection, const char *const *texts, uint32_t count,
    struct heading *heading, struct error *err)
{
	struct bytes fields[8];
	struct csv_row row = { .line = 1,
		.fields = fields,
		.field_count = count };

	for (uint32_t i = 0; i < count; i++)
		fields[i] = bytes_of_text(texts[i]);
	return heading_read(catalogue_collection(bytes_of_text(collection)),
	    &row, heading, err);
}

static void
test_headings_are_names_or_labels(void **state)
{
	static const char *const texts[] = { "upn", "Contact order",
		" surname ", "Parental responsibility" };
	struct heading heading;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(read_heading("contact", texts, 4, &heading, &err),
	    STATUS_OK);
	assert_int_equal(heading.count, 4);
	assert_int_equal(heading.fields[0].kind, HEADING_UPN);
	assert_string_equal(heading.fields[1].column->name, "contact_order");
	assert_string_equal(heading.fields[2].column->name, "surname");
	assert_string_equal(heading.fields[3].column->name, "responsibility");
}

static void
assert_bad_heading(const char *collection, const char *const *texts,
    uint32_t count, const char *sentence)
{
	struct heading heading;
	struct error err = { 0 };

	assert_int_equal(read_heading(collection, texts, count, &heading, &err),
	    STATUS_USAGE);
	assert_string_equal(err.text, sentence);
}

static void
test_bad_headings_are_refused(void **state)
{
	static const char *const unknown[] = { "name", "colour" };
	static const char *const twice[] = { "name", "Name" };
	static const char *const nobody[] = { "surname" };
	static const char *const arbitrated[] = { "surname", "holder" };

	(void)state;
	assert_bad_heading("school", unknown, 2,
	    "the heading \"colour\" is no column of school");
	assert_bad_heading("school", twice, 2,
	    "the heading \"Name\" stands twice");
	assert_bad_heading("contact", nobody, 1,
	    "a heading \"upn\" or \"pupil\" is needed, to say whose each row "
	    "is");
	assert_bad_heading("pupil", arbitrated, 2,
	    "the heading \"holder\" cannot be imported: the hub decides on "
	    "it");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_and_lines),
		cmocka_unit_test(test_quoted_fields),
		cmocka_unit_test(test_faults_are_told_with_their_line),
		cmocka_unit_test(test_limits_spoil_the_row),
		cmocka_unit_test(test_what_is_no_csv_is_refused),
		cmocka_unit_test(test_headings_are_names_or_labels),
		cmocka_unit_test(test_bad_headings_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
