/*
 * Importing CTFs into a replica: what is new, known, different or doubtful.
 */
#include "place.h"

#include "client/import/compare.h"
#include "client/import/group.h"
#include "client/import/match.h"
#include "client/import/merge.h"
#include "client/import/writer.h"

#define FOLDER   TESTS_FOLDER "/unit/import/files/"
#define FILE_001 "9991001_CTF_9994001_001.xml"

#define UPN     "<UPN>C999200119017</UPN>"
#define NAME    "<Surname>Okafor-Lane</Surname><Forename>Teodora</Forename>"
#define BIRTH   "<DOB>2015-01-19</DOB>"
#define TEODORA UPN NAME BIRTH

/* Import a file of that name with these pupils, for the school `estab`. */
static void
import_to(struct place *place, const char *estab, const char *pupils)
{
	char text[8192];
	struct bytes bytes;
	int size = snprintf(text, sizeof(text),
	    "<CTfile><Header><DocumentName>Common Transfer File</DocumentName>"
	    "<CTFversion>25.0</CTFversion>"
	    "<SourceSchool><LEA>999</LEA><Estab>1001</Estab></SourceSchool>"
	    "<DestSchool><LEA>999</LEA><Estab>%s</Estab></DestSchool></Header>"
	    "<CTFpupilData>%s</CTFpupilData></CTfile>",
	    estab, pupils);

	assert_in_range(size, 1, sizeof(text) - 1);
	bytes = (struct bytes){ (const uint8_t *)text, (size_t)size };
	place->told[0] = '\0';
	place_must(import_ctf(&place->options, FILE_001, place_source, &bytes,
		       &place->totals, &place->error),
	    &place->error);
}

static void
import_pupils(struct place *place, const char *pupils)
{
	import_to(place, "4001", pupils);
}

static void
import_pupil(struct place *place, const char *elements)
{
	char text[4096];

	snprintf(text, sizeof(text), "<Pupil>%s</Pupil>", elements);
	import_pupils(place, text);
}

static void
test_file_creates_its_pupils(void **state)
{
	struct place *place = *state;

	place->notes = true;
	place_must(import_ctf_file(&place->options, FOLDER FILE_001,
		       &place->totals, &place->error),
	    &place->error);
	assert_string_equal(place->told,
	    "0 unchanged 9991001_CTF_9994001_001.xml\n"
	    "1 created Teodora Okafor-Lane\n"
	    "  - Ethnicity holds a code that is not known here; it is kept as "
	    "it came.\n"
	    "  - 1 of its elements have no place here; they are kept as text "
	    "with the import.\n"
	    "2 created PIP HALVORSEN\n"
	    "  - Gender, as older files have it, was read as Sex.\n"
	    "  - The surname is in capitals; it is kept as it came.\n");
	assert_int_equal(place->totals.read, 2);
	assert_int_equal(place->totals.created, 2);
	assert_int_equal(place_count(place, "pupil"), 2);
	assert_int_equal(place_count(place, "contact"), 2);
	assert_int_equal(place_count(place, "enrolment"), 2);
	assert_int_equal(place_count(place, "circumstance"), 3);
	assert_int_equal(place_count(place, "assessment"), 2);
	place_assert(place, "attendance", "school_name", "Millbrook Juniors");
	place_assert(place, "pupil", "holder", "(number)");
	place_assert(place, "ctf_import", "source_laestab", "9991001");
}

/* A file imported twice changes nothing the second time. */
static void
test_second_import_changes_nothing(void **state)
{
	static const char *const collections[] = { "pupil", "contact",
		"enrolment", "need", "circumstance", "attendance", "language",
		"identifier", "assessment", "sen_provision", "ctf_import" };
	struct place *place = *state;
	uint32_t before[sizeof(collections) / sizeof(collections[0])];
	uint32_t i;

	place_must(import_ctf_file(&place->options, FOLDER FILE_001,
		       &place->totals, &place->error),
	    &place->error);
	for (i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		before[i] = place_count(place, collections[i]);
	place->told[0] = '\0';
	place_must(import_ctf_file(&place->options, FOLDER FILE_001,
		       &place->totals, &place->error),
	    &place->error);
	assert_string_equal(place->told,
	    "0 unchanged 9991001_CTF_9994001_001.xml\n"
	    "1 unchanged Teodora Okafor-Lane\n"
	    "2 unchanged PIP HALVORSEN\n");
	assert_int_equal(place->totals.unchanged, 2);
	for (i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		assert_int_equal(before[i], place_count(place, collections[i]));
}

static void
test_empty_here_is_filled(void **state)
{
	struct place *place = *state;

	import_pupil(place, TEODORA);
	import_pupil(place,
	    TEODORA "<Sex>F</Sex><Address><PostCode>ZZ99 1AA</PostCode>"
		    "</Address>");
	assert_string_equal(place->told, "0 unchanged " FILE_001 "\n"
					 "1 updated Teodora Okafor-Lane\n");
	place_assert(place, "pupil", "sex", "F");
	place_assert(place, "pupil", "postcode", "ZZ99 1AA");
	assert_int_equal(place_count(place, "pupil"), 1);
}

/* Capitals and spaces are no difference; anything else is a person's. */
static void
test_differing_values_are_proposed_and_kept(void **state)
{
	struct place *place = *state;

	import_pupil(place,
	    TEODORA "<BasicDetails><PreferredForename>Teo</PreferredForename>"
		    "</BasicDetails><Address><PostCode>ZZ99 1AA</PostCode>"
		    "</Address>");
	import_pupil(place,
	    UPN BIRTH "<Surname>OKAFOR-LANE</Surname><Forename>TEODORA"
		      "</Forename><BasicDetails><PreferredForename>Dora"
		      "</PreferredForename></BasicDetails><Address><PostCode>"
		      "ZZ99 2BB</PostCode></Address>");
	assert_string_equal(place->told,
	    "0 unchanged " FILE_001 "\n"
	    "1 unchanged TEODORA OKAFOR-LANE\n"
	    "  ! Pupils: Preferred forename is \"Teo\" here and \"Dora\" in "
	    "the file.\n"
	    "  ! Pupils: Postcode is not here what it is in the file.\n");
	assert_int_equal(place->totals.remarks_person, 2);
	place_assert(place, "pupil", "preferred_forename", "Teo");
	place_assert(place, "pupil", "postcode", "ZZ99 1AA");
	place_assert(place, "pupil", "surname", "Okafor-Lane");
}

/* Half of one address is never joined to half of another. */
static void
test_address_is_filled_whole_or_not_at_all(void **state)
{
	struct place *place = *state;

	import_pupil(place,
	    TEODORA "<Address><County>Invented</County></Address>");
	import_pupil(place,
	    TEODORA "<Address><PostCode>ZZ99 1AA</PostCode></Address>");
	assert_string_equal(place->told,
	    "0 unchanged " FILE_001 "\n"
	    "1 unchanged Teodora Okafor-Lane\n"
	    "  ! Pupils: Postcode is not here what it is in the file.\n");
	place_assert(place, "pupil", "postcode", "(null)");
}

#define CONTACT(order, surname, phone)                                        \
	"<Contact><Order>" order "</Order><Surname>" surname "</Surname>"     \
	"<Forename>Idris</Forename><Relationship>CAR</Relationship><Phones>"  \
	"<Phone><TelephoneType>M</TelephoneType><PhoneNo>" phone "</PhoneNo>" \
	"</Phone></Phones></Contact>"

/* The same name is not the same person. */
static void
test_contacts_are_never_joined_by_name(void **state)
{
	struct place *place = *state;

	import_pupil(place,
	    TEODORA "<Contacts>" CONTACT("1", "Lane", "07700 900001")
		CONTACT("2", "Lane", "07700 900002") "</Contacts>");
	assert_int_equal(place_count(place, "contact"), 2);
	import_pupil(place,
	    TEODORA "<Contacts>" CONTACT("2", "LANE", "07700900001")
		CONTACT("1", "Lane", "07700 900003") "</Contacts>");
	assert_string_equal(place->told,
	    "0 unchanged " FILE_001 "\n"
	    "1 unchanged Teodora Okafor-Lane\n"
	    "  ! A contact in the file is not here in every particular; "
	    "contacts are not joined by name.\n");
	assert_int_equal(place_count(place, "contact"), 2);
}

static void
test_contacts_come_to_a_pupil_without_any(void **state)
{
	struct place *place = *state;

	import_pupil(place, TEODORA);
	import_pupil(place,
	    TEODORA "<Contacts>" CONTACT("1", "Lane", "07700 900001")
		CONTACT("2", "Okafor", "07700 900002") "</Contacts>");
	assert_string_equal(place->told, "0 unchanged " FILE_001 "\n"
					 "1 updated Teodora Okafor-Lane\n");
	assert_int_equal(place_count(place, "contact"), 2);
}

static void
test_doubtful_upns_need_a_person(void **state)
{
	struct place *place = *state;

	import_pupils(place,
	    "<Pupil>" NAME BIRTH "</Pupil>"
	    "<Pupil><UPN>T20110001804V</UPN>" NAME BIRTH "</Pupil>"
	    "<Pupil><UPN>R201100018043</UPN>" NAME BIRTH "</Pupil>");
	assert_string_equal(place->told,
	    "0 unchanged " FILE_001 "\n"
	    "1 needs a person Teodora Okafor-Lane\n"
	    "  ! There is no UPN, so nobody can tell for sure which child this "
	    "is.\n"
	    "2 needs a person Teodora Okafor-Lane\n"
	    "  ! The UPN is a temporary one; the child may be known under "
	    "another.\n"
	    "3 needs a person Teodora Okafor-Lane\n"
	    "  ! The UPN cannot be right: its check letter does not fit; ask "
	    "the school that sent it.\n");
	assert_int_equal(place->totals.person, 3);
	assert_int_equal(place_count(place, "pupil"), 0);
	place->options.accept = DOUBT_TEMPORARY_UPN;
	place->options.only = 1;
	import_pupil(place, "<UPN>T20110001804V</UPN>" NAME BIRTH);
	assert_int_equal(place->totals.created, 1);
}

static void
test_known_upn_of_another_child_needs_a_person(void **state)
{
	struct place *place = *state;

	import_pupil(place, TEODORA);
	place->options.accept = UINT32_MAX;
	import_pupil(place, UPN "<Surname>Ames</Surname><Forename>Jo</Forename>"
				"<DOB>2014-01-19</DOB><Sex>M</Sex>");
	assert_string_equal(place->told,
	    "0 unchanged " FILE_001 "\n"
	    "1 needs a person Jo Ames\n"
	    "  ! The UPN is known here with another surname.\n"
	    "  ! The UPN is known here with another birth date.\n");
	place_assert(place, "pupil", "sex", "(null)");
}

/* A former UPN finds its pupil, but not two. */
static void
test_former_upns(void **state)
{
	struct place *place = *state;

	import_pupil(place,
	    TEODORA "<BasicDetails><FormerUPN>H801200001001</FormerUPN>"
		    "</BasicDetails>");
	import_pupil(place, "<UPN>H801200001001</UPN>" NAME BIRTH);
	assert_string_equal(place->told,
	    "0 unchanged " FILE_001 "\n"
	    "1 unchanged Teodora Okafor-Lane\n"
	    "  ! Pupils: UPN is not here what it is in the file.\n");
	import_pupil(place, "<UPN>R674123101121</UPN>" NAME BIRTH
			    "<BasicDetails><FormerUPN>C999200119017</FormerUPN>"
			    "</BasicDetails>");
	assert_string_equal(place->told,
	    "0 unchanged " FILE_001 "\n"
	    "1 needs a person Teodora Okafor-Lane\n"
	    "  ! Its former UPN is the UPN of another pupil here; they may be "
	    "the same child.\n");
	assert_int_equal(place_count(place, "pupil"), 1);
}

#define SCHOOL(estab, entry, rest)                                         \
	"<School><LEA>999</LEA><Estab>" estab "</Estab><SchoolName>" estab \
	"</SchoolName><EntryDate>" entry "</EntryDate>" rest "</School>"
#define LEFT "<LeavingDate>2026-07-21</LeavingDate>"

static void
test_enrolments_without_an_end_need_a_person(void **state)
{
	struct place *place = *state;

	import_pupil(place,
	    TEODORA "<SchoolHistory>" SCHOOL("1001", "2022-09-05", "")
		SCHOOL("1002", "2019-09-03", LEFT) "</SchoolHistory>");
	assert_string_equal(place->told,
	    "0 unchanged " FILE_001 "\n"
	    "1 created Teodora Okafor-Lane\n"
	    "  ! An enrolment is not imported: it has no leaving date, so the "
	    "child would still be there.\n");
	assert_int_equal(place_count(place, "enrolment"), 1);
	import_pupil(place,
	    TEODORA "<SchoolHistory>" SCHOOL("1001", "2022-09-05", "")
		SCHOOL("4001", "2026-09-01", "") "</SchoolHistory>");
	assert_string_equal(place->told,
	    "0 unchanged " FILE_001 "\n"
	    "1 unchanged Teodora Okafor-Lane\n"
	    "  ! An enrolment is not imported: by the file the child is at two "
	    "schools at once.\n"
	    "  ! An enrolment is not imported: by the file the child is at two "
	    "schools at once.\n");
	import_pupil(place,
	    TEODORA "<SchoolHistory>" SCHOOL("1001", "2022-09-05", LEFT)
		SCHOOL("4001", "2026-09-01", "") "</SchoolHistory>");
	assert_string_equal(place->told, "0 unchanged " FILE_001 "\n"
					 "1 updated Teodora Okafor-Lane\n");
	assert_int_equal(place_count(place, "enrolment"), 3);
	place_assert(place, "enrolment", "school", "(number)");
}

static void
test_file_for_another_school_needs_a_person(void **state)
{
	struct place *place = *state;

	import_to(place, "4002", "<Pupil>" TEODORA "</Pupil>");
	assert_string_equal(place->told,
	    "0 needs a person " FILE_001 "\n"
	    "  ! The file is meant for another school (9994002), so nothing of "
	    "it was imported; if it is right all the same, import it with "
	    "--accept destination.\n"
	    "1 needs a person Teodora Okafor-Lane\n");
	assert_int_equal(place_count(place, "pupil"), 0);
	place->options.accept = import_doubt_parse(
	    bytes_of_text(import_doubt_name(DOUBT_DESTINATION)));
	import_to(place, "4002", "<Pupil>" TEODORA "</Pupil>");
	assert_int_equal(place->totals.created, 1);
}

static void
test_dry_run_keeps_nothing(void **state)
{
	struct place *place = *state;

	place->options.dry_run = true;
	import_pupil(place, TEODORA);
	assert_string_equal(place->told, "0 unchanged " FILE_001 "\n"
					 "1 created Teodora Okafor-Lane\n");
	assert_int_equal(place_count(place, "pupil"), 0);
}

/* A pupil that cannot be written is told, and the others are. */
static void
test_pupil_without_birth_date_is_refused_alone(void **state)
{
	struct place *place = *state;

	import_pupils(place,
	    "<Pupil>" UPN NAME
	    "</Pupil><Pupil><UPN>R674123101121</UPN>" NAME BIRTH "</Pupil>");
	assert_string_equal(place->told,
	    "0 unchanged " FILE_001 "\n"
	    "1 cannot be read Teodora Okafor-Lane\n"
	    "  x pupil: birth_date is needed\n"
	    "2 created Teodora Okafor-Lane\n");
	assert_int_equal(place_count(place, "pupil"), 1);
}

/* What came before the break is right, and stays. */
static void
test_broken_file_keeps_what_came_before(void **state)
{
	struct place *place = *state;
	struct bytes text =
	    bytes_of_text("<CTfile><Header/><CTFpupilData>\n<Pupil>" TEODORA
			  "</Pupil>\n<Pupil>" UPN "<Surname");

	assert_int_equal(import_ctf(&place->options, "x/leavers.xml",
			     place_source, &text, &place->totals,
			     &place->error),
	    STATUS_INVALID);
	assert_string_equal(place->error.text,
	    "import leavers.xml: line 3: the file breaks off; ask for it to "
	    "be sent again");
	assert_int_equal(place->totals.created, 1);
	assert_int_equal(place_count(place, "pupil"), 1);
}

static void
test_odd_files_are_explained(void **state)
{
	struct place *place = *state;
	struct bytes text = bytes_of_text(
	    "<CTfile><Header><CTFVersion>17.0</CTFVersion><DocumentQualifier>"
	    "partial</DocumentQualifier></Header></CTfile>");

	place->notes = true;
	place_must(import_ctf(&place->options,
		       "9991001_CTF_9994001_001 (1).xml", place_source, &text,
		       &place->totals, &place->error),
	    &place->error);
	assert_string_equal(place->told,
	    "0 unchanged 9991001_CTF_9994001_001 (1).xml\n"
	    "  - The file is of version 17.0 of CTF, older than 25.0; what has "
	    "a place here was read, the rest is kept as text.\n"
	    "  - The file's name ends like that of a second download; what was "
	    "imported before is not imported again.\n"
	    "  - It is a partial file: not all of each pupil is in it.\n");
}

static void
test_file_that_is_not_there(void **state)
{
	struct place *place = *state;

	assert_int_equal(import_ctf_file(&place->options, FOLDER "none.xml",
			     &place->totals, &place->error),
	    STATUS_NOT_FOUND);
	assert_non_null(strstr(place->error.text, "none.xml: it does not "
						  "exist"));
}

/* More than one group, and more than one commit's worth of one pupil. */
static void
test_many_pupils_and_a_large_one(void **state)
{
	struct place *place = *state;
	struct buffer text = { 0 };
	struct bytes bytes;
	char line[512];

	assert_int_equal(buffer_append(&text,
			     bytes_of_text("<CTfile><Header/><CTFpupilData>"
					   "<Pupil>" TEODORA "<Attendance>")),
	    STATUS_OK);
	for (int i = 0; i < 1500; i++) {
		snprintf(line, sizeof(line),
		    "<YearData><Year>%d</Year><LEA>%03d</LEA><Estab>1001"
		    "</Estab></YearData>",
		    1990 + i % 100, i / 100);
		assert_int_equal(buffer_append(&text, bytes_of_text(line)),
		    STATUS_OK);
	}
	assert_int_equal(buffer_append(&text,
			     bytes_of_text("</Attendance></Pupil>")),
	    STATUS_OK);
	for (int i = 0; i < 70; i++)
		assert_int_equal(buffer_append(&text,
				     bytes_of_text(
					 "<Pupil><UPN>R674123101121</UPN>" NAME
					     BIRTH "</Pupil>")),
		    STATUS_OK);
	assert_int_equal(buffer_append(&text,
			     bytes_of_text("</CTFpupilData></CTfile>")),
	    STATUS_OK);
	bytes = buffer_view(&text);
	place_must(import_ctf(&place->options, FILE_001, place_source, &bytes,
		       &place->totals, &place->error),
	    &place->error);
	buffer_deinit(&text);
	assert_int_equal(place->totals.created, 2);
	assert_int_equal(place->totals.unchanged, 69);
	assert_int_equal(place_count(place, "attendance"), 1500);
}

#define IMPORT_TEST(test) \
	cmocka_unit_test_setup_teardown(test, place_open, place_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IMPORT_TEST(test_file_creates_its_pupils),
		IMPORT_TEST(test_second_import_changes_nothing),
		IMPORT_TEST(test_empty_here_is_filled),
		IMPORT_TEST(test_differing_values_are_proposed_and_kept),
		IMPORT_TEST(test_address_is_filled_whole_or_not_at_all),
		IMPORT_TEST(test_contacts_are_never_joined_by_name),
		IMPORT_TEST(test_contacts_come_to_a_pupil_without_any),
		IMPORT_TEST(test_doubtful_upns_need_a_person),
		IMPORT_TEST(test_known_upn_of_another_child_needs_a_person),
		IMPORT_TEST(test_former_upns),
		IMPORT_TEST(test_enrolments_without_an_end_need_a_person),
		IMPORT_TEST(test_file_for_another_school_needs_a_person),
		IMPORT_TEST(test_dry_run_keeps_nothing),
		IMPORT_TEST(test_pupil_without_birth_date_is_refused_alone),
		IMPORT_TEST(test_broken_file_keeps_what_came_before),
		IMPORT_TEST(test_odd_files_are_explained),
		IMPORT_TEST(test_file_that_is_not_there),
		IMPORT_TEST(test_many_pupils_and_a_large_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
