/*
 * What columns take and refuse, in the exact words that people read; and what
 * texts mean.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/catalogue/catalogue.h"

static const struct column *
column_named(const char *collection, const char *column)
{
	const struct column *found =
	    collection_column(catalogue_collection(bytes_of_text(collection)),
		bytes_of_text(column));

	assert_non_null(found);
	return found;
}

static struct value
parsed(const char *collection, const char *column, const char *text)
{
	static struct arena arena;
	struct error err = { 0 };
	struct value value;

	arena_deinit(&arena);
	if (column_parse(column_named(collection, column), bytes_of_text(text),
		&arena, &value, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	assert_int_equal(column_check(column_named(collection, column), &value,
			     NULL),
	    STATUS_OK);
	return value;
}

static void
assert_text(const char *collection, const char *column, const char *text,
    const char *meant)
{
	struct value value = parsed(collection, column, text);

	assert_int_equal(value.type, VALUE_TEXT);
	assert_true(bytes_equal_text(value.bytes, meant));
}

static void
assert_refused(const char *collection, const char *column, const char *text,
    const char *sentence)
{
	struct arena arena = { 0 };
	struct error err = { 0 };
	struct value value;

	assert_int_equal(column_parse(column_named(collection, column),
			     bytes_of_text(text), &arena, &value, &err),
	    STATUS_INVALID);
	assert_string_equal(err.text, sentence);
	arena_deinit(&arena);
}

static void
test_empty_text_is_null_everywhere(void **state)
{
	(void)state;
	assert_int_equal(parsed("pupil", "surname", "").type, VALUE_NULL);
	assert_int_equal(parsed("pupil", "birth_date", "  ").type, VALUE_NULL);
	assert_int_equal(parsed("need", "rank", "").type, VALUE_NULL);
	assert_int_equal(parsed("package", "proof", "").type, VALUE_NULL);
}

static void
test_text_is_trimmed_and_counted_in_characters(void **state)
{
	char long_text[102];

	(void)state;
	assert_text("pupil", "surname", " Okafor-Lane\r\n", "Okafor-Lane");
	assert_text("school", "urn", "ÀÉÎÕÜß", "ÀÉÎÕÜß");
	assert_refused("school", "urn", "1234567",
	    "urn: \"1234567\": a text of at most 6 characters is needed");
	memset(long_text, 'x', 101);
	long_text[101] = '\0';
	assert_refused("pupil", "surname", long_text,
	    "surname: \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\": a text "
	    "of at most 100 characters is needed");
}

static void
test_dates_and_moments(void **state)
{
	(void)state;
	assert_text("pupil", "birth_date", "2015-01-19", "2015-01-19");
	assert_refused("pupil", "birth_date", "19/1/2015",
	    "birth_date: \"19/1/2015\": a date like 2015-01-19 is needed");
	assert_refused("pupil", "birth_date", "2015-02-29",
	    "birth_date: \"2015-02-29\": a date like 2015-01-19 is needed");
	assert_text("visit", "starts", "2026-07-21T09:30:00Z",
	    "2026-07-21T09:30:00Z");
	assert_refused("visit", "starts", "2026-07-21 09:30",
	    "starts: \"2026-07-21 09:30\": a time in UTC like "
	    "2026-07-21T09:30:00Z is needed");
}

static void
test_numbers_have_limits(void **state)
{
	(void)state;
	assert_int_equal(parsed("contact", "contact_order", "7").integer, 7);
	assert_refused("contact", "contact_order", "0",
	    "contact_order: \"0\": a whole number from 1 to 99 is needed");
	assert_refused("contact", "contact_order", "two",
	    "contact_order: \"two\": a whole number from 1 to 99 is needed");
	assert_refused("contact", "contact_order", "99999999999999999999",
	    "contact_order: \"99999999999999999999\": a whole number from 1 to "
	    "99 is needed");
	assert_refused("contact", "contact_order", "-3",
	    "contact_order: \"-3\": a whole number from 1 to 99 is needed");
	assert_true(parsed("training_attendance", "hours", "1.5").real == 1.5);
	assert_true(parsed("training_attendance", "hours", "-0").real == 0);
	assert_refused("training_attendance", "hours", "-1.5",
	    "hours: \"-1.5\": a number from 0 to 24 is needed");
	assert_refused("training_attendance", "hours", "1x",
	    "hours: \"1x\": a number from 0 to 24 is needed");
	assert_refused("training_attendance", "hours", "25",
	    "hours: \"25\": a number from 0 to 24 is needed");
}

static void
test_references_and_ids_are_positive(void **state)
{
	(void)state;
	assert_int_equal(parsed("staff", "school", "123").integer, 123);
	assert_refused("staff", "school", "0",
	    "school: \"0\": the number of a record of school is needed");
	assert_refused("staff", "school", "9223372036854775808",
	    "school: \"9223372036854775808\": the number of a record of school "
	    "is needed");
	assert_refused("redaction", "change", "-1",
	    "change: \"-1\": the number of a record is needed");
}

static void
test_blobs_are_hexadecimal(void **state)
{
	struct value value = parsed("site", "serial", "00fFa0");

	(void)state;
	assert_int_equal(value.type, VALUE_BLOB);
	assert_int_equal(value.bytes.size, 3);
	assert_int_equal(value.bytes.data[1], 0xff);
	assert_refused("purge_receipt", "sum", "00ff",
	    "sum: \"00ff\": 16 bytes are needed");
	assert_refused("site", "serial", "0",
	    "serial: \"0\": at most 20 bytes are needed");
	assert_refused("site", "serial", "0g",
	    "serial: \"0g\": at most 20 bytes are needed");
}

static void
test_yes_and_no_in_many_words(void **state)
{
	(void)state;
	assert_text("school", "member", "Y", "Y");
	assert_text("school", "member", "true", "Y");
	assert_text("school", "member", "1", "Y");
	assert_text("school", "member", "yes", "Y");
	assert_text("school", "member", "n", "N");
	assert_text("school", "member", "False", "N");
	assert_text("school", "member", "0", "N");
	assert_refused("school", "member", "perhaps",
	    "member: \"perhaps\": one of Y, N is needed");
}

/* An unknown code of others' sets is kept and flagged, never dropped. */
static void
test_unknown_codes_are_kept_or_refused(void **state)
{
	const struct column *ethnicity = column_named("pupil", "ethnicity");
	const struct column *sex = column_named("pupil", "sex");
	struct value value;

	(void)state;
	assert_text("pupil", "ethnicity", "wbri", "WBRI");
	value = parsed("pupil", "ethnicity", "WCOR");
	assert_true(bytes_equal_text(value.bytes, "WCOR"));
	assert_true(column_code_is_unknown(ethnicity, &value));
	value = value_c_text("CHNE");
	assert_false(column_code_is_unknown(ethnicity, &value));
	value = value_c_text("U");
	assert_false(column_code_is_unknown(sex, &value));
	assert_refused("pupil", "sex", "U",
	    "sex: \"U\": one of M, F is needed");
	assert_refused("transfer", "state", "closed",
	    "state: \"closed\": one of open, answered, accepted, not_ours, "
	    "cancelled, sent_out is needed");
}

/* A long list of codes is not told to its end. */
static void
test_long_lists_of_codes_are_cut(void **state)
{
	static struct code codes[41];
	static char names[40][12];
	struct code_set set = { .name = "many",
		.codes = codes,
		.closed = true };
	struct column column = { .name = "pick",
		.type = COLUMN_CODE,
		.codes = &set };
	struct arena arena = { 0 };
	struct error err = { 0 };
	struct value value;

	(void)state;
	for (int i = 0; i < 40; i++) {
		snprintf(names[i], sizeof(names[i]), "choice_%02d", i);
		codes[i].code = names[i];
	}
	assert_int_equal(column_parse(&column, bytes_of_text("none"), &arena,
			     &value, &err),
	    STATUS_INVALID);
	assert_non_null(strstr(err.text, "one of choice_00, choice_01"));
	assert_non_null(strstr(err.text, " and others is needed"));
	assert_null(strstr(err.text, "choice_39"));
	arena_deinit(&arena);
}

/* What is confidential or special is not repeated in a sentence. */
static void
test_private_values_are_not_quoted(void **state)
{
	(void)state;
	assert_refused("pupil", "upn", "H80120000100100",
	    "upn: a text of at most 13 characters is needed");
	assert_refused("pupil", "medical_flag", "asthma",
	    "medical_flag: one of Y, N is needed");
}

static void
test_values_of_another_type_are_refused(void **state)
{
	struct error err = { 0 };
	struct value value = value_integer(7);

	(void)state;
	assert_int_equal(column_check(column_named("pupil", "surname"), &value,
			     &err),
	    STATUS_INVALID);
	assert_string_equal(err.text,
	    "surname: \"7\": a text of at most 100 characters is needed");
	value = value_c_text("7");
	assert_int_equal(column_check(column_named("need", "rank"), &value,
			     &err),
	    STATUS_INVALID);
	value = value_text((struct bytes){ (const uint8_t *)"\xff", 1 });
	assert_int_equal(column_check(column_named("pupil", "surname"), &value,
			     &err),
	    STATUS_INVALID);
	assert_string_equal(err.text,
	    "surname: a text of at most 100 characters is needed");
	value = value_null();
	assert_int_equal(column_check(column_named("pupil", "surname"), &value,
			     &err),
	    STATUS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_text_is_null_everywhere),
		cmocka_unit_test(
		    test_text_is_trimmed_and_counted_in_characters),
		cmocka_unit_test(test_dates_and_moments),
		cmocka_unit_test(test_numbers_have_limits),
		cmocka_unit_test(test_references_and_ids_are_positive),
		cmocka_unit_test(test_blobs_are_hexadecimal),
		cmocka_unit_test(test_yes_and_no_in_many_words),
		cmocka_unit_test(test_unknown_codes_are_kept_or_refused),
		cmocka_unit_test(test_long_lists_of_codes_are_cut),
		cmocka_unit_test(test_private_values_are_not_quoted),
		cmocka_unit_test(test_values_of_another_type_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
