/*
 * Two spellings of one child have one key, and two children two.
 */
#include "common/report/child_key.h"

#include "common/replica/sql.h"
#include "tests/unit/replica/fixture.h"

static void
expect_key(const char *surname, const char *forename, const char *expected)
{
	char key[CHILD_KEY_BYTES];
	size_t size = child_key_make(bytes_of_text(surname),
	    bytes_of_text(forename), bytes_of_text("2015-01-19"), key);

	assert_string_equal(key, expected);
	assert_int_equal(size, strlen(expected));
}

static void
test_case_accents_and_punctuation_do_not_count(void **state)
{
	(void)state;
	expect_key("Okafor-Lane", "Teodora", "2015-01-19 okaforlane teodora ");
	expect_key("OKAFOR LANE", "TEODORA", "2015-01-19 okaforlane teodora ");
	expect_key("O\u2019Brien", "Zo\u00eb", "2015-01-19 obrien zoe ");
	expect_key("O'Brien", "Zoe\u0308", "2015-01-19 obrien zoe ");
	expect_key("\u0141ukasz", "\u017bofia", "2015-01-19 lukasz zofia ");
}

/* Where the surname ends counts. */
static void
test_other_names_have_other_keys(void **state)
{
	(void)state;
	expect_key("Lane", "Okafor", "2015-01-19 lane okafor ");
	expect_key("Okafor", "Lane", "2015-01-19 okafor lane ");
	expect_key("", "", "2015-01-19   ");
}

static void
test_other_scripts_and_broken_bytes_are_kept(void **state)
{
	(void)state;
	expect_key("\u0434", "\u674e", "2015-01-19 \u0434 \u674e ");
	expect_key("\xf0\x9f\x8c\xb3", "a", "2015-01-19 \xf0\x9f\x8c\xb3 a ");
	expect_key("a\xc3", "b\xe2\x80", "2015-01-19 a\xc3 b\xe2\x80 ");
}

static void
test_long_names_are_cut(void **state)
{
	char name[2 * CHILD_KEY_BYTES];
	char key[CHILD_KEY_BYTES];

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(child_key_make(bytes_of_text(name), bytes_of_text(""),
			     bytes_of_text(""), key),
	    CHILD_KEY_BYTES - 1);
}

static void
test_statements_call_it(void **state)
{
	struct replica *replica = fixture_open(7, OAK);
	struct sql *sql;

	(void)state;
	assert_ok(child_key_register(replica, err));
	sql = sql_use(replica, "SELECT child_key('Lane', 'Ana', '2015-01-19'),"
			       " child_key('Lane', NULL, '2015-01-19')");
	assert_ok(sql_step(sql, err));
	assert_true(
	    bytes_equal_text(sql_column_bytes(sql, 0), "2015-01-19 lane ana "));
	assert_true(sql_column_is_null(sql, 1));
	/* Again, while a statement runs. */
	assert_ok(child_key_register(replica, err));
	sql_release(sql);
	replica_close(replica);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_case_accents_and_punctuation_do_not_count),
		cmocka_unit_test(test_other_names_have_other_keys),
		cmocka_unit_test(test_other_scripts_and_broken_bytes_are_kept),
		cmocka_unit_test(test_long_names_are_cut),
		cmocka_unit_test(test_statements_call_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
