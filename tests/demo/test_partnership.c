/* The invented partnership fits the rules of the real world it stands for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <expat.h>

#include "common/catalogue/catalogue.h"
#include "tests/demo/ctf_write.h"
#include "tests/demo/partnership.h"

struct tally {
	const struct partnership *partnership;
	uint32_t records;
	uint32_t expected;
	uint32_t nominations;
	uint32_t contacts;
};

/* References are checked by the import; everything else by the catalogue. */
static void
check_value(const struct collection *collection,
    const struct partnership_value *value)
{
	const struct column *column =
	    collection_column(collection, bytes_of_text(value->column));
	struct arena arena = { 0 };
	struct value parsed;
	struct error err;

	if (column == NULL)
		fail_msg("%s: no column %s", collection->name, value->column);
	if (value->text[0] == '\0') {
		assert_false(column->flags & COLUMN_REQUIRED);
		return;
	}
	if (column->type == COLUMN_REFERENCE)
		return;
	if (column_parse(column, bytes_of_text(value->text), &arena, &parsed,
		&err) != STATUS_OK ||
	    column_check(column, &parsed, &err) != STATUS_OK)
		fail_msg("%s: %s", collection->name, err.text);
	/* Of languages the catalogue names only a few. */
	if (column->codes != NULL && strcmp(column->name, "language") != 0 &&
	    column_code_is_unknown(column, &parsed))
		fail_msg("%s: code %s", value->column, value->text);
	arena_deinit(&arena);
}

static void
count_record(void *context, const struct partnership_record *record)
{
	struct tally *tally = context;
	const struct collection *collection =
	    catalogue_collection(bytes_of_text(record->collection));

	if (collection == NULL)
		fail_msg("no collection %s", record->collection);
	for (uint32_t i = 0; i < record->value_count; i++)
		check_value(collection, &record->values[i]);
	tally->records++;
	if (strcmp(record->collection, "expected_pupil") == 0)
		tally->expected++;
	if (strcmp(record->collection, "nomination") == 0)
		tally->nominations++;
	if (strcmp(record->collection, "contact") == 0)
		tally->contacts++;
}

/* The size of the real partnership, at scale 1. */
static void
test_scale_one_has_the_sizes_of_the_partnership(void **state)
{
	struct partnership *partnership =
	    partnership_generate(PARTNERSHIP_SEED, 1);
	struct tally tally = { .partnership = partnership };
	uint32_t secondary;

	(void)state;
	assert_non_null(partnership);
	secondary = partnership->first_pupil[1] - partnership->first_pupil[0];
	assert_in_range(secondary, 1290, 1310);
	assert_in_range(partnership->pupil_count, 3550, 3650);
	for (uint32_t s = 1; s < PARTNERSHIP_SCHOOLS; s++) {
		uint32_t count = partnership->first_pupil[s + 1] -
		                 partnership->first_pupil[s];

		if (s <= PARTNERSHIP_FEEDERS)
			assert_in_range(count, 280, 300);
		else
			assert_in_range(count, 135, 145);
	}
	partnership_visit_all(partnership, count_record, &tally);
	print_message("%u records, %u families\n", tally.records,
	    partnership->family_count);
	assert_in_range(tally.records, 42000, 46000);
	assert_int_equal(tally.contacts, 2 * partnership->pupil_count);
	assert_in_range(tally.expected, 150, 175);
	assert_in_range(tally.nominations, 25, 60);
	partnership_destroy(partnership);
}

/* Thirty leavers of each feeder go to the secondary. */
static void
test_each_feeder_sends_thirty(void **state)
{
	struct partnership *partnership = partnership_generate(7, 1);
	uint32_t leavers[PARTNERSHIP_SCHOOLS] = { 0 };

	(void)state;
	assert_non_null(partnership);
	for (uint32_t i = 0; i < partnership->pupil_count; i++)
		if (partnership->pupils[i].destination == PARTNERSHIP_SECONDARY)
			leavers[partnership->pupils[i].school]++;
	for (uint32_t s = 0; s < PARTNERSHIP_SCHOOLS; s++)
		assert_int_equal(leavers[s],
		    s >= 1 && s <= PARTNERSHIP_FEEDERS ? 30 : 0);
	partnership_destroy(partnership);
}

static int
compare_upns(const void *a, const void *b)
{
	return memcmp(*(const char *const *)a, *(const char *const *)b,
	    PARTNERSHIP_UPN_BYTES);
}

/* At every scale the UPNs are valid and no two are the same. */
static void
test_upns_are_valid_and_distinct(void **state)
{
	static const double scales[] = { 0.01, 1, PARTNERSHIP_SCALE_MAX };

	(void)state;
	assert_int_equal(partnership_upn_letter("201100018042"), 'R');
	assert_int_equal(partnership_upn_letter("20110001804V"), 'T');
	for (size_t s = 0; s < 3; s++) {
		struct partnership *partnership =
		    partnership_generate(1, scales[s]);
		const char **upns;
		uint32_t count;

		assert_non_null(partnership);
		count = partnership->pupil_count;
		upns = calloc(count, sizeof(*upns));
		assert_non_null(upns);
		for (uint32_t i = 0; i < count; i++) {
			upns[i] = partnership->pupils[i].upn;
			assert_true(upn_is_valid(bytes_of_text(upns[i])));
		}
		qsort(upns, count, sizeof(*upns), compare_upns);
		for (uint32_t i = 1; i < count; i++)
			assert_string_not_equal(upns[i - 1], upns[i]);
		free(upns);
		partnership_destroy(partnership);
	}
}

/* A child is five to six when the year of reception ends, and so on. */
static void
test_birth_dates_fit_the_year_group(void **state)
{
	struct partnership *partnership = partnership_generate(2, 0.3);

	(void)state;
	assert_non_null(partnership);
	for (uint32_t i = 0; i < partnership->pupil_count; i++) {
		const struct partnership_pupil *pupil = &partnership->pupils[i];
		char first[16];
		char last[16];

		(void)snprintf(first, sizeof(first), "%u-09-01",
		    2020 - pupil->year);
		(void)snprintf(last, sizeof(last), "%u-08-31",
		    2021 - pupil->year);
		assert_true(strcmp(pupil->birth_date, first) >= 0);
		assert_true(strcmp(pupil->birth_date, last) <= 0);
	}
	partnership_destroy(partnership);
}

/* Brothers and sisters are in different years and have their family's name. */
static void
test_siblings_share_family_but_not_year(void **state)
{
	struct partnership *partnership = partnership_generate(3, 0.5);
	uint32_t siblings = 0;

	(void)state;
	assert_non_null(partnership);
	for (uint32_t i = 0; i < partnership->family_count; i++) {
		const struct partnership_family *family =
		    &partnership->families[i];
		uint32_t years = 0;

		assert_int_equal(family->years & family->years >> 1, 0);
		for (uint32_t bit = 0; bit < 14; bit++)
			years += family->years >> bit & 1;
		assert_int_equal(years, family->children);
		siblings += family->children > 1;
	}
	assert_true(siblings > partnership->family_count / 5);
	partnership_destroy(partnership);
}

static char *
write_roll(uint64_t seed, uint32_t school, size_t *bytes)
{
	struct partnership *partnership = partnership_generate(seed, 0.05);
	FILE *file = tmpfile();
	char *text;
	long size;

	assert_non_null(partnership);
	assert_non_null(file);
	ctf_write(file, partnership, school, partnership->first_pupil[school],
	    partnership->first_pupil[school + 1] -
		partnership->first_pupil[school]);
	size = ftell(file);
	assert_true(size > 0);
	rewind(file);
	text = malloc((size_t)size);
	assert_non_null(text);
	*bytes = fread(text, 1, (size_t)size, file);
	assert_int_equal(*bytes, size);
	assert_int_equal(fclose(file), 0);
	partnership_destroy(partnership);
	return text;
}

/* A second generation gives the same bytes, another seed gives others. */
static void
test_same_seed_gives_same_bytes(void **state)
{
	size_t bytes[3];
	char *first = write_roll(5, 0, &bytes[0]);
	char *again = write_roll(5, 0, &bytes[1]);
	char *other = write_roll(6, 0, &bytes[2]);

	(void)state;
	assert_int_equal(bytes[0], bytes[1]);
	assert_int_equal(memcmp(first, again, bytes[0]), 0);
	assert_true(
	    bytes[0] != bytes[2] || memcmp(first, other, bytes[0]) != 0);
	free(first);
	free(again);
	free(other);
}

/* What is written as a CTF is well-formed XML. */
static void
test_every_roll_is_well_formed(void **state)
{
	(void)state;
	for (uint32_t s = 0; s < PARTNERSHIP_SCHOOLS; s++) {
		XML_Parser parser = XML_ParserCreate(NULL);
		size_t bytes;
		char *text = write_roll(4, s, &bytes);

		assert_non_null(parser);
		assert_int_equal(XML_Parse(parser, text, (int)bytes, 1),
		    XML_STATUS_OK);
		XML_ParserFree(parser);
		free(text);
	}
}

/* What cannot be made is refused. */
static void
test_senseless_scale_is_refused(void **state)
{
	(void)state;
	assert_null(partnership_generate(1, 0));
	assert_null(partnership_generate(1, -1));
	assert_null(partnership_generate(1, PARTNERSHIP_SCALE_MAX + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_scale_one_has_the_sizes_of_the_partnership),
		cmocka_unit_test(test_each_feeder_sends_thirty),
		cmocka_unit_test(test_upns_are_valid_and_distinct),
		cmocka_unit_test(test_birth_dates_fit_the_year_group),
		cmocka_unit_test(test_siblings_share_family_but_not_year),
		cmocka_unit_test(test_same_seed_gives_same_bytes),
		cmocka_unit_test(test_every_roll_is_well_formed),
		cmocka_unit_test(test_senseless_scale_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
