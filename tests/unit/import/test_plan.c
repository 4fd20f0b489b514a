/*
 * A pupil's elements as records: places, what is left over, the digest.
 */
#include "client/import/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client/import/ctf.h"
#include "client/import/element.h"
#include "client/import/file_name.h"
#include "client/import/path.h"
#include "client/import/remarks.h"
#include "common/support/file.h"

#define FILE_001 TESTS_FOLDER "/unit/import/files/9991001_CTF_9994001_001.xml"

/* What the first pupil of a file comes to. */
struct planned {
	struct arena arena;
	struct remarks remarks;
	struct plan plan;
	char text[8192];
	size_t size;
	char remainder[512];
};

static void
write_text(struct planned *planned, const char *text, int size)
{
	planned->size += (size_t)snprintf(planned->text + planned->size,
	    sizeof(planned->text) - planned->size, "%.*s", size, text);
	assert_true(planned->size < sizeof(planned->text));
}

static void
write_record(struct planned *planned, const struct plan_record *record)
{
	const struct column *column = record->collection->columns;
	const struct value *value = record->values;
	char number[32];

	write_text(planned, record->collection->name, 40);
	for (; column->name != NULL; column++, value++) {
		if (value->type == VALUE_NULL)
			continue;
		write_text(planned, " ", 1);
		write_text(planned, column->name, 40);
		write_text(planned, "=", 1);
		snprintf(number, sizeof(number), "%d",
		    value->type == VALUE_INTEGER ? (int)value->integer : 0);
		if (value->type == VALUE_TEXT)
			write_text(planned, (const char *)value->bytes.data,
			    (int)value->bytes.size);
		else
			write_text(planned, number, 32);
	}
	write_text(planned, "\n", 1);
}

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
	struct planned *planned = context;
	enum status status;

	if (number > 1)
		return STATUS_OK;
	status = plan_make(pupil, bytes_of_text("9991001"), &planned->arena,
	    &planned->remarks, &planned->plan, err);
	if (status != STATUS_OK)
		return status;
	write_record(planned, &planned->plan.pupil);
	for (const struct plan_record *record = planned->plan.records;
	     record != NULL; record = record->next)
		write_record(planned, record);
	for (uint32_t i = 0; i < planned->remarks.count; i++) {
		write_text(planned, "- ", 2);
		write_text(planned, planned->remarks.list[i].text, 400);
		write_text(planned, "\n", 1);
	}
	snprintf(planned->remainder, sizeof(planned->remainder), "%.*s",
	    (int)planned->plan.remainder.size,
	    (const char *)planned->plan.remainder.data);
	return STATUS_OK;
}

static struct planned planned;

static void
plan_bytes(struct bytes bytes)
{
	static const struct ctf_events events = { on_header, on_pupil };
	struct ctf *ctf = NULL;
	struct error err = { 0 };

	arena_deinit(&planned.arena);
	memset(&planned, 0, sizeof(planned));
	assert_int_equal(ctf_create(&events, &planned, &ctf, &err), STATUS_OK);
	if (ctf_feed(ctf, bytes, true, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	ctf_destroy(ctf);
}

/* The elements of one pupil. */
static void
plan_pupil(const char *elements)
{
	char text[4096];

	snprintf(text, sizeof(text),
	    "<CTfile><Header/><CTFpupilData><Pupil>%s</Pupil></CTFpupilData>"
	    "</CTfile>",
	    elements);
	plan_bytes(bytes_of_text(text));
}

/* Every place of the catalogue that a CTF has. */
static void
test_whole_pupil_finds_its_places(void **state)
{
	struct buffer file = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(file_read(FILE_001, 1 << 20, &file, &err), STATUS_OK);
	plan_bytes(buffer_view(&file));
	buffer_deinit(&file);
	assert_string_equal(planned.text,
	    "pupil upn=C999200119017 surname=Okafor-Lane forename=Teodora "
	    "preferred_forename=Teo birth_date=2015-01-19 sex=F "
	    "nc_year_actual=6 ethnicity=WCOR ethnicity_source=P "
	    "medical_flag=Y fsm_review_date=2026-09-01 paon=12 "
	    "street=Sorrel Way town=Millbrook postcode=ZZ99 1AA "
	    "phone_home=0121 496 0001 phone_other=0121 496 0002 "
	    "phone_other_type=A\n"
	    "identifier kind=former_upn value=H801200001001\n"
	    "language language_type=F language=ENG\n"
	    "enrolment laestab=9991001 school_name=Millbrook Juniors "
	    "enrol_status=C entry_date=2022-09-05 leaving_date=2026-07-21 "
	    "leaving_reason=PRO last_school=Y\n"
	    "enrolment laestab=9991002 school_name=Millbrook Infants "
	    "entry_date=2019-09-03 leaving_date=2022-07-20\n"
	    "contact contact_order=1 title=Mr surname=Lane forename=Idris "
	    "gender=M relationship=CAR responsibility=Y address_as_pupil=Y "
	    "phone_mobile=07700 900001 email=idris@example.org\n"
	    "contact contact_order=2 surname=Okafor forename=Ngozi "
	    "relationship=PAM responsibility=Y line1=3 Fern Court "
	    "county=Invented postcode=ZZ99 2BB\n"
	    "need rank=1 need_type=SLCN\n"
	    "need rank=2 need_type=HI\n"
	    "sen_provision start_date=2023-01-09 sen_provision=K\n"
	    "attendance year=2025 laestab=9991001 "
	    "school_name=Millbrook Juniors sessions_possible=380 "
	    "sessions_authorised=7 sessions_attended=371 "
	    "sessions_unauthorised=2\n"
	    "assessment stage=KS2 locale=ENG year=2025 subject=MAT method=TT "
	    "component=MTC result_status=R result_qualifier=MT result=25\n"
	    "assessment stage=KS2 locale=ENG year=2026 subject=ENG method=TA "
	    "component=WRI result_status=R result_qualifier=NL result=EXS\n"
	    "circumstance kind=fsm start_date=2022-04-01 uk_country=ENG\n"
	    "circumstance kind=disability value=HEAR\n"
	    "circumstance kind=looked_after value=999\n"
	    "- Ethnicity holds a code that is not known here; it is kept as it "
	    "came.\n"
	    "- 1 of its elements have no place here; they are kept as text "
	    "with the import.\n");
	assert_string_equal(planned.remainder, "Invented/Shoe: 33\n");
}

static void
test_what_does_not_fit_is_left_over(void **state)
{
	(void)state;
	plan_pupil("<Surname>AMES</Surname><DOB>19/1/2015</DOB><Sex>U</Sex>"
		   "<Contacts><Contact><Forename>Jo</Forename></Contact>"
		   "<Contact/></Contacts>");
	assert_string_equal(planned.text,
	    "pupil surname=AMES\n"
	    "- DOB is not imported: \"19/1/2015\": a date like 2015-01-19 is "
	    "needed.\n"
	    "- Sex is not imported: \"U\": one of M, F is needed.\n"
	    "- One of Contacts is not imported: it has no Surname.\n"
	    "- 3 of its elements have no place here; they are kept as text "
	    "with the import.\n"
	    "- The surname is in capitals; it is kept as it came.\n");
	assert_string_equal(planned.remainder,
	    "DOB: 19/1/2015\nSex: U\nContacts/Contact/Forename: Jo\n");
}

static void
test_gender_is_read_as_sex(void **state)
{
	(void)state;
	plan_pupil("<Gender>F</Gender>");
	assert_string_equal(planned.text,
	    "pupil sex=F\n"
	    "- Gender, as older files have it, was read as Sex.\n");
}

/* EnrolStatus is that of the sender, whichever of the schools it is. */
static void
test_enrol_status_belongs_to_the_sender(void **state)
{
	(void)state;
	plan_pupil("<BasicDetails><EnrolStatus>C</EnrolStatus></BasicDetails>"
		   "<SchoolHistory><School><LEA>999</LEA><Estab>1002</Estab>"
		   "<SchoolName>Infants</SchoolName></School>"
		   "<School><LEA>999</LEA><Estab>1001</Estab>"
		   "<SchoolName>Juniors</SchoolName></School></SchoolHistory>");
	assert_string_equal(planned.text,
	    "pupil\n"
	    "enrolment laestab=9991002 school_name=Infants\n"
	    "enrolment laestab=9991001 school_name=Juniors enrol_status=C\n");
	plan_pupil("<BasicDetails><EnrolStatus>C</EnrolStatus></BasicDetails>"
		   "<SchoolHistory><School><LEA>999</LEA><Estab>1002</Estab>"
		   "<SchoolName>Infants</SchoolName></School></SchoolHistory>");
	assert_string_equal(planned.remainder, "BasicDetails/EnrolStatus: C\n");
}

/* A second home telephone has no place; it is not lost. */
static void
test_second_telephone_is_left_over(void **state)
{
	(void)state;
	plan_pupil("<Phones><Phone><TelephoneType>H</TelephoneType>"
		   "<PhoneNo>1</PhoneNo></Phone><Phone><TelephoneType>H"
		   "</TelephoneType><PhoneNo>2</PhoneNo></Phone></Phones>");
	assert_string_equal(planned.remainder,
	    "Phones/Phone/TelephoneType: H\nPhones/Phone/PhoneNo: 2\n");
}

/* The digest tells contents apart and nothing else. */
static void
test_digest_is_of_what_is_said(void **state)
{
	uint8_t first[PLAN_DIGEST_BYTES];

	(void)state;
	plan_pupil("<Surname>Ames</Surname><DOB>2015-01-19</DOB>");
	memcpy(first, planned.plan.digest, sizeof(first));
	plan_pupil("\n <SURNAME> Ames </SURNAME><UPN/>\n<Dob>2015-01-19</Dob>");
	assert_memory_equal(first, planned.plan.digest, sizeof(first));
	plan_pupil("<Surname>Ames</Surname><DOB>2015-01-20</DOB>");
	assert_memory_not_equal(first, planned.plan.digest, sizeof(first));
	plan_pupil("<Surname>Ames2015-01-19</Surname><DOB/>");
	assert_memory_not_equal(first, planned.plan.digest, sizeof(first));
}

static void
test_remarks_are_bounded(void **state)
{
	static struct remarks remarks;
	struct arena arena = { 0 };

	(void)state;
	for (int i = 0; i < REMARKS_MAX + 10; i++)
		remarks_add(&remarks, &arena, REMARK_PERSON, DOUBT_TWICE,
		    "number %d", i);
	assert_int_equal(remarks.count, REMARKS_MAX);
	assert_int_equal(remarks.persons, REMARKS_MAX + 10);
	assert_int_equal(remarks.doubts, DOUBT_TWICE);
	assert_string_equal(remarks.list[REMARKS_MAX - 1].text,
	    "There are more remarks than are kept.");
	arena_deinit(&arena);
}

static void
assert_name(const char *path, const char *from, const char *to, bool copied)
{
	struct file_name name =
	    file_name_read(file_name_base(bytes_of_text(path)));

	assert_true(bytes_equal_text(name.from, from));
	assert_true(bytes_equal_text(name.to, to));
	assert_int_equal(name.copied, copied);
}

static void
test_file_names(void **state)
{
	(void)state;
	assert_name("/a/b/3341234_CTF_9991000_001.xml", "3341234", "9991000",
	    false);
	assert_name("C:\\ctf\\3341234_ctf_XXXXXXX_012.XML", "3341234",
	    "XXXXXXX", false);
	assert_name("3341234_CTF_9991000_001 (1).xml", "3341234", "9991000",
	    true);
	assert_name("leavers.xml", "", "", false);
	assert_name("3341234_CTF_999100_001.xml", "", "", false);
	assert_name(").xml", "", "", true);
	assert_name("", "", "", false);
}

/* The nearest test of a path by itself: two parts, or none. */
static void
test_paths_lead_to_two_parts(void **state)
{
	const struct collection *enrolment =
	    catalogue_collection(bytes_of_text("enrolment"));
	struct element pupil = { .name = "Pupil" };
	struct element school = { .name = "School", .parent = &pupil };
	struct element lea = { .name = "LEA", .parent = &school };
	struct element estab = { .name = "Estab", .parent = &school };
	struct element *parts[2];

	(void)state;
	pupil.first = pupil.last = &school;
	school.first = school.last = &lea;
	assert_false(path_resolve(enrolment,
	    collection_column(enrolment, bytes_of_text("laestab")), &pupil,
	    &school, parts));
	lea.next = school.last = &estab;
	assert_true(path_resolve(enrolment,
	    collection_column(enrolment, bytes_of_text("laestab")), &pupil,
	    &school, parts));
	assert_ptr_equal(parts[0], &lea);
	assert_ptr_equal(parts[1], &estab);
	assert_false(path_resolve(enrolment,
	    collection_column(enrolment, bytes_of_text("class_name")), &pupil,
	    &school, parts));
}

static int
forget_plan(void **state)
{
	(void)state;
	arena_deinit(&planned.arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_pupil_finds_its_places),
		cmocka_unit_test(test_what_does_not_fit_is_left_over),
		cmocka_unit_test(test_gender_is_read_as_sex),
		cmocka_unit_test(test_enrol_status_belongs_to_the_sender),
		cmocka_unit_test(test_second_telephone_is_left_over),
		cmocka_unit_test(test_digest_is_of_what_is_said),
		cmocka_unit_test(test_remarks_are_bounded),
		cmocka_unit_test(test_file_names),
		cmocka_unit_test(test_paths_lead_to_two_parts),
	};

	return cmocka_run_group_tests(tests, NULL, forget_plan);
}
