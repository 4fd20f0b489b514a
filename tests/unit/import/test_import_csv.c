/*
 * Importing CSV files: good rows are taken, bad ones told, nothing twice.
 */
#include "place.h"

#include "client/import/heading.h"

static enum status
try_csv(struct place *place, const char *collection, const char *text)
{
	struct bytes bytes = bytes_of_text(text);

	place->told[0] = '\0';
	return import_csv(&place->options, collection, place_source, &bytes,
	    &place->totals, &place->error);
}

static void
import_text(struct place *place, const char *collection, const char *text)
{
	place_must(try_csv(place, collection, text), &place->error);
}

static void
assert_told(const struct place *place, const char *told)
{
	assert_string_equal(place->told, told);
}

#define STAFF                              \
	"School,Surname,Forename,Role\r\n" \
	"9994001,Adeyemi,Rosa,senco\r\n"   \
	"9991001,\"Grey, of old\",Jo,head\r\n"

static void
test_rows_become_records_once(void **state)
{
	struct place *place = *state;

	import_text(place, "staff", STAFF);
	assert_told(place, "2 created line 2\n3 created line 3\n");
	assert_int_equal(place_count(place, "staff"), 2);
	place_assert(place, "staff", "surname", "Grey, of old");
	import_text(place, "staff", STAFF);
	assert_told(place, "2 unchanged line 2\n3 unchanged line 3\n");
	assert_int_equal(place_count(place, "staff"), 2);
}

static void
test_bad_rows_are_told_and_good_ones_taken(void **state)
{
	struct place *place = *state;

	import_text(place, "staff",
	    "school,surname,forename,role\n"
	    "9994001,Adeyemi,Rosa,queen\n"
	    "9994001,Adeyemi,,senco\n"
	    "7,Adeyemi,Rosa,senco\n"
	    "9994001,Ade\"yemi,Rosa,senco\n"
	    "9994001,a,b,senco,c\n"
	    "9994001,Adeyemi,Rosa,senco\n");
	assert_told(place,
	    "2 cannot be read line 2\n"
	    "  x role: \"queen\": one of lead, deputy_lead, head, senco, "
	    "head_of_year, transition_lead, office, teacher, "
	    "teaching_assistant, other is needed\n"
	    "3 cannot be read line 3\n"
	    "  x staff: forename is needed\n"
	    "4 cannot be read line 4\n"
	    "  x school: there is no school with the number 7\n"
	    "5 cannot be read line 5\n"
	    "  x a quotation mark stands within a field that is not quoted\n"
	    "6 cannot be read line 6\n"
	    "  x it has 5 fields, and there are 4 headings\n"
	    "7 created line 7\n");
	assert_int_equal(place->totals.refused, 5);
	assert_int_equal(place->totals.created, 1);
}

#define PUPILS                                           \
	"upn,surname,forename,birth_date\n"              \
	"C999200119017,Okafor-Lane,Teodora,2015-01-19\n" \
	",Halvorsen,Pip,2014-11-02\n"

static void
test_pupils_are_known_by_upn(void **state)
{
	struct place *place = *state;

	import_text(place, "pupil", PUPILS);
	assert_told(place,
	    "2 created line 2\n"
	    "3 needs a person line 3\n"
	    "  ! There is no UPN, so nobody can tell for sure which child this "
	    "is.\n");
	import_text(place, "pupil",
	    "upn,surname,forename,birth_date,sex\n"
	    "C999200119017,Okafor-Lane,Thea,2015-01-19,F\n");
	assert_told(place,
	    "2 updated line 2\n"
	    "  ! Pupils: Forename is \"Teodora\" here and \"Thea\" in the "
	    "file.\n");
	assert_int_equal(place_count(place, "pupil"), 1);
	place_assert(place, "pupil", "sex", "F");
	place_assert(place, "pupil", "holder", "(number)");
}

static void
test_records_of_a_pupil_name_it(void **state)
{
	struct place *place = *state;

	import_text(place, "pupil", PUPILS);
	import_text(place, "contact",
	    "upn,surname,forename\n"
	    "C999200119017,Lane,Idris\n"
	    "R674123101121,Lane,Idris\n"
	    ",Lane,Idris\n");
	assert_told(place, "2 created line 2\n"
			   "3 cannot be read line 3\n"
			   "  x no pupil here has that UPN\n"
			   "4 cannot be read line 4\n"
			   "  x it does not say whose it is\n");
	assert_int_equal(place_count(place, "contact"), 1);
}

/* What a person wrote beside a record's number is meant. */
static void
test_row_with_an_id_replaces(void **state)
{
	struct place *place = *state;
	char text[256];

	snprintf(text, sizeof(text),
	    "id,name,email\n%llu,Alder Brook,\n9,x,y\n",
	    (unsigned long long)place->school);
	import_text(place, "school", text);
	assert_told(place, "2 updated line 2\n"
			   "3 cannot be read line 3\n"
			   "  x there is no school with the number 9\n");
	import_text(place, "school", text);
	assert_int_equal(place->totals.unchanged, 1);
}

static void
test_duplicate_key_finds_what_is_here(void **state)
{
	struct place *place = *state;

	import_text(place, "expected_pupil",
	    "surname,forename,birth_date,nc_year_actual,state\n"
	    "Ames,Jo,2015-02-03,7,expected\n");
	import_text(place, "expected_pupil",
	    "surname,forename,birth_date,nc_year_actual,state,upn\n"
	    "AMES,Jo,2015-02-03,7,arrived,\n");
	assert_told(place,
	    "2 unchanged line 2\n"
	    "  ! Expected pupils: State is \"expected\" here and \"arrived\" "
	    "in the file.\n");
	assert_int_equal(place_count(place, "expected_pupil"), 1);
}

static void
assert_refused(struct place *place, const char *collection, const char *text,
    enum status status, const char *sentence)
{
	assert_int_equal(try_csv(place, collection, text), status);
	assert_string_equal(place->error.text, sentence);
}

static void
test_what_cannot_be_imported(void **state)
{
	struct place *place = *state;

	assert_refused(place, "pupils", "a\n", STATUS_USAGE,
	    "import: there is no collection \"pupils\"");
	assert_refused(place, "grant", "dossier\n", STATUS_USAGE,
	    "import: grant cannot be imported");
	assert_refused(place, "redaction", "change\n", STATUS_USAGE,
	    "import: redaction cannot be imported");
	assert_refused(place, "school", "colour\n", STATUS_USAGE,
	    "import school: the heading \"colour\" is no column of school");
	assert_refused(place, "school", "", STATUS_INVALID,
	    "import school: the file is empty");
	assert_refused(place, "school", "PK\x03\x04", STATUS_INVALID,
	    "import school: it is a spreadsheet, not a CSV; save it as CSV "
	    "UTF-8");
}

static bool
stop(void *context, uint64_t bytes)
{
	(void)context;
	return bytes == 0;
}

static void
test_stopped_import_says_so(void **state)
{
	struct place *place = *state;

	place->options.progress = stop;
	assert_int_equal(try_csv(place, "staff", STAFF), STATUS_CANCELLED);
}

#define IMPORT_TEST(test) \
	cmocka_unit_test_setup_teardown(test, place_open, place_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IMPORT_TEST(test_rows_become_records_once),
		IMPORT_TEST(test_bad_rows_are_told_and_good_ones_taken),
		IMPORT_TEST(test_pupils_are_known_by_upn),
		IMPORT_TEST(test_records_of_a_pupil_name_it),
		IMPORT_TEST(test_row_with_an_id_replaces),
		IMPORT_TEST(test_duplicate_key_finds_what_is_here),
		IMPORT_TEST(test_what_cannot_be_imported),
		IMPORT_TEST(test_stopped_import_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
