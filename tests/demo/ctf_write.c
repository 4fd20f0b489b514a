/*
 * The order of elements is that of the format, not of our columns: a table
 * for each part says which column stands in which element.
 */
#include <string.h>

#include "tests/demo/ctf_write.h"

struct element {
	const char *name;
	const char *column;
};

struct writer {
	FILE *out;
	const struct partnership *partnership;
	uint32_t pupil;
	uint32_t written;  /* records of the part at hand */
	const char *stage; /* of the assessments at hand */
};

static void
write_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '&')
			(void)fputs("&amp;", out);
		else if (*text == '<')
			(void)fputs("&lt;", out);
		else if (*text == '>')
			(void)fputs("&gt;", out);
		else
			(void)fputc(*text, out);
	}
}

static void
write_element(FILE *out, const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	(void)fprintf(out, "<%s>", name);
	write_text(out, text);
	(void)fprintf(out, "</%s>\n", name);
}

static const char *
record_value(const struct partnership_record *record, const char *column)
{
	for (uint32_t i = 0; i < record->value_count; i++)
		if (strcmp(record->values[i].column, column) == 0)
			return record->values[i].text;
	return "";
}

static void
write_elements(FILE *out, const struct partnership_record *record,
    const struct element *elements)
{
	for (; elements->name != NULL; elements++)
		write_element(out, elements->name,
		    record_value(record, elements->column));
}

/* LEA and Estab are the two parts of an LAEstab. */
static void
write_school_number(FILE *out, const char *laestab)
{
	(void)fprintf(out, "<LEA>%.3s</LEA>\n<Estab>%.4s</Estab>\n", laestab,
	    laestab + 3);
}

static const struct element identity[] = {
	{ "UPN", "upn" },
	{ "Surname", "surname" },
	{ "Forename", "forename" },
	{ "DOB", "birth_date" },
	{ "Sex", "sex" },
	{ NULL, NULL },
};

static void
write_identity(void *context, const struct partnership_record *record)
{
	struct writer *writer = context;

	write_elements(writer->out, record, identity);
}

static void
write_former_upn(void *context, const struct partnership_record *record)
{
	struct writer *writer = context;

	write_element(writer->out, "FormerUPN", record_value(record, "value"));
}

static void
write_language(void *context, const struct partnership_record *record)
{
	static const struct element elements[] = {
		{ "LanguageType", "language_type" },
		{ "Language", "language" },
		{ NULL, NULL },
	};
	struct writer *writer = context;

	(void)fputs("<Languages><Type>\n", writer->out);
	write_elements(writer->out, record, elements);
	(void)fputs("</Type></Languages>\n", writer->out);
}

static void
write_disability(void *context, const struct partnership_record *record)
{
	struct writer *writer = context;

	if (strcmp(record_value(record, "kind"), "disability") != 0)
		return;
	(void)fputs("<Disabilities>\n", writer->out);
	write_element(writer->out, "Disability", record_value(record, "value"));
	(void)fputs("</Disabilities>\n", writer->out);
}

static void
write_details(void *context, const struct partnership_record *record)
{
	static const struct element names[] = {
		{ "PreferredSurname", "preferred_surname" },
		{ "PreferredForename", "preferred_forename" },
		{ "MiddleNames", "middle_names" },
		{ "NCyearActual", "nc_year_actual" },
		{ "Ethnicity", "ethnicity" },
		{ "EthnicitySource", "ethnicity_source" },
		{ NULL, NULL },
	};
	struct writer *writer = context;
	const char *medical = record_value(record, "medical_flag");

	(void)fputs("<BasicDetails>\n", writer->out);
	partnership_visit_pupil(writer->partnership, writer->pupil,
	    "identifier", write_former_upn, writer);
	write_elements(writer->out, record, names);
	partnership_visit_pupil(writer->partnership, writer->pupil, "language",
	    write_language, writer);
	write_element(writer->out, "MedicalFlag",
	    medical[0] == 'Y' ? "true" : "false");
	partnership_visit_pupil(writer->partnership, writer->pupil,
	    "circumstance", write_disability, writer);
	(void)fputs("<EnrolStatus>C</EnrolStatus>\n</BasicDetails>\n",
	    writer->out);
}

static void
write_fsm(void *context, const struct partnership_record *record)
{
	static const struct element elements[] = {
		{ "FSMCategory", "value" },
		{ "FSMstartDate", "start_date" },
		{ "FSMendDate", "end_date" },
		{ "UKcountry", "uk_country" },
		{ NULL, NULL },
	};
	struct writer *writer = context;

	if (strcmp(record_value(record, "kind"), "fsm") != 0)
		return;
	(void)fputs("<FSMhistory>\n<FSMreviewDate>2026-09-01</FSMreviewDate>\n"
		    "<FSMinstance>\n",
	    writer->out);
	write_elements(writer->out, record, elements);
	(void)fputs("</FSMinstance>\n</FSMhistory>\n", writer->out);
}

static void
write_looked_after(void *context, const struct partnership_record *record)
{
	struct writer *writer = context;

	if (strcmp(record_value(record, "kind"), "looked_after") != 0)
		return;
	(void)fputs("<LookedAfter>\n<InCare>true</InCare>\n", writer->out);
	write_element(writer->out, "CareAuthority",
	    record_value(record, "value"));
	(void)fputs("</LookedAfter>\n", writer->out);
}

static void
write_provision(void *context, const struct partnership_record *record)
{
	static const struct element elements[] = {
		{ "StartDate", "start_date" },
		{ "EndDate", "end_date" },
		{ "SENprovision", "sen_provision" },
		{ NULL, NULL },
	};
	struct writer *writer = context;

	(void)fputs("<SENhistory>\n<SEN>\n", writer->out);
	write_elements(writer->out, record, elements);
	(void)fputs("</SEN>\n", writer->out);
	writer->written++;
}

static void
write_need(void *context, const struct partnership_record *record)
{
	static const struct element elements[] = {
		{ "SENtypeRank", "rank" },
		{ "SENtype", "need_type" },
		{ NULL, NULL },
	};
	struct writer *writer = context;

	if (writer->written++ == 0)
		(void)fputs("<SENneeds>\n", writer->out);
	(void)fputs("<SENneed>\n", writer->out);
	write_elements(writer->out, record, elements);
	(void)fputs("</SENneed>\n", writer->out);
}

static void
write_address(FILE *out, const struct partnership_record *record)
{
	static const struct element elements[] = {
		{ "PAON", "paon" },
		{ "Street", "street" },
		{ "Town", "town" },
		{ NULL, NULL },
	};

	(void)fputs("<Address>\n<BS7666Address>\n", out);
	write_elements(out, record, elements);
	(void)fputs("</BS7666Address>\n", out);
	write_element(out, "PostCode", record_value(record, "postcode"));
	(void)fputs("</Address>\n", out);
}

static void
write_phone(FILE *out, const char *type, const char *number)
{
	if (number[0] == '\0')
		return;
	(void)fputs("<Phones>\n<Phone>\n", out);
	write_element(out, "TelephoneType", type);
	write_element(out, "PhoneNo", number);
	(void)fputs("</Phone>\n</Phones>\n", out);
}

static void
write_home(void *context, const struct partnership_record *record)
{
	struct writer *writer = context;

	write_address(writer->out, record);
	write_phone(writer->out, "H", record_value(record, "phone_home"));
}

static void
write_contact(void *context, const struct partnership_record *record)
{
	static const struct element elements[] = {
		{ "Order", "contact_order" },
		{ "Title", "title" },
		{ "Surname", "surname" },
		{ "Forename", "forename" },
		{ "Gender", "gender" },
		{ "Relationship", "relationship" },
		{ NULL, NULL },
	};
	struct writer *writer = context;
	FILE *out = writer->out;

	if (writer->written++ == 0)
		(void)fputs("<Contacts>\n", out);
	(void)fputs("<Contact>\n", out);
	write_elements(out, record, elements);
	write_element(out, "Responsibility",
	    record_value(record, "responsibility")[0] == 'Y' ? "true"
							     : "false");
	if (record_value(record, "address_as_pupil")[0] == 'Y')
		write_element(out, "AddressAsPupil", "true");
	else
		write_address(out, record);
	write_phone(out, "M", record_value(record, "phone_mobile"));
	write_element(out, "Email", record_value(record, "email"));
	(void)fputs("</Contact>\n", out);
}

static void
write_attendance(void *context, const struct partnership_record *record)
{
	static const struct element elements[] = {
		{ "SchoolName", "school_name" },
		{ "SessionsPossible", "sessions_possible" },
		{ "SessionsAuthorised", "sessions_authorised" },
		{ "SessionsAttended", "sessions_attended" },
		{ "SessionsUnauthorised", "sessions_unauthorised" },
		{ NULL, NULL },
	};
	struct writer *writer = context;

	if (writer->written++ == 0)
		(void)fputs("<Attendance>\n", writer->out);
	(void)fputs("<YearData>\n", writer->out);
	write_element(writer->out, "Year", record_value(record, "year"));
	write_school_number(writer->out, record_value(record, "laestab"));
	write_elements(writer->out, record, elements);
	(void)fputs("</YearData>\n", writer->out);
}

static void
write_assessment(void *context, const struct partnership_record *record)
{
	static const struct element elements[] = {
		{ "Locale", "locale" },
		{ "Year", "year" },
		{ "Subject", "subject" },
		{ "Method", "method" },
		{ "Component", "component" },
		{ "ResultStatus", "result_status" },
		{ "ResultQualifier", "result_qualifier" },
		{ "Result", "result" },
		{ NULL, NULL },
	};
	struct writer *writer = context;
	const char *stage = record_value(record, "stage");

	if (writer->written++ == 0)
		(void)fputs("<StageAssessments>\n", writer->out);
	if (writer->stage == NULL || strcmp(writer->stage, stage) != 0) {
		(void)fputs(writer->stage != NULL ? "</KeyStage>\n" : "",
		    writer->out);
		(void)fputs("<KeyStage>\n", writer->out);
		write_element(writer->out, "Stage", stage);
		writer->stage = stage;
	}
	(void)fputs("<StageAssessment>\n", writer->out);
	write_elements(writer->out, record, elements);
	(void)fputs("</StageAssessment>\n", writer->out);
}

static void
write_school(void *context, const struct partnership_record *record)
{
	static const struct element elements[] = {
		{ "URN", "urn" },
		{ "SchoolName", "school_name" },
		{ "EntryDate", "entry_date" },
		{ "LeavingDate", "leaving_date" },
		{ "LeavingReason", "leaving_reason" },
		{ NULL, NULL },
	};
	struct writer *writer = context;
	const char *last = record_value(record, "last_school");

	if (writer->written++ == 0)
		(void)fputs("<SchoolHistory>\n", writer->out);
	(void)fputs("<School>\n", writer->out);
	write_school_number(writer->out, record_value(record, "laestab"));
	write_elements(writer->out, record, elements);
	if (last[0] != '\0')
		write_element(writer->out, "LastSchool",
		    last[0] == 'Y' ? "true" : "false");
	(void)fputs("</School>\n", writer->out);
}

/* A part whose first record opens element, which is closed after the last. */
static void
write_part(struct writer *writer, const char *collection,
    partnership_visit visit, const char *closing)
{
	writer->written = 0;
	partnership_visit_pupil(writer->partnership, writer->pupil, collection,
	    visit, writer);
	if (writer->written > 0)
		(void)fputs(closing, writer->out);
}

static void
write_pupil(struct writer *writer)
{
	(void)fputs("<Pupil>\n", writer->out);
	write_part(writer, "pupil", write_identity, "");
	write_part(writer, "pupil", write_details, "");
	write_part(writer, "circumstance", write_fsm, "");
	write_part(writer, "circumstance", write_looked_after, "");
	write_part(writer, "sen_provision", write_provision, "");
	/* Who has a provision has a need. */
	write_part(writer, "need", write_need, "</SENneeds>\n</SENhistory>\n");
	write_part(writer, "pupil", write_home, "");
	write_part(writer, "contact", write_contact, "</Contacts>\n");
	write_part(writer, "attendance", write_attendance, "</Attendance>\n");
	write_part(writer, "assessment", write_assessment,
	    "</KeyStage>\n</StageAssessments>\n");
	write_part(writer, "enrolment", write_school, "</SchoolHistory>\n");
	(void)fputs("</Pupil>\n", writer->out);
}

void
ctf_write(FILE *out, const struct partnership *partnership, uint32_t school,
    uint32_t first, uint32_t count)
{
	const struct partnership_school *place = &partnership_schools[school];

	(void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CTfile>\n"
		    "<Header>\n"
		    "<DocumentName>Common Transfer File</DocumentName>\n"
		    "<CTFversion>25.0</CTFversion>\n"
		    "<DateTime>2026-06-01T09:00:00</DateTime>\n"
		    "<DocumentQualifier>full</DocumentQualifier>\n"
		    "<SupplierID>Invented</SupplierID>\n<SourceSchool>\n",
	    out);
	write_school_number(out, place->laestab);
	write_element(out, "URN", place->urn);
	write_element(out, "SchoolName", place->name);
	(void)fputs("<AcademicYear>2025</AcademicYear>\n</SourceSchool>\n"
		    "<DestSchool>\n",
	    out);
	write_school_number(out, place->laestab);
	write_element(out, "URN", place->urn);
	(void)fputs("</DestSchool>\n</Header>\n<CTFpupilData>\n", out);
	for (uint32_t i = 0; i < count; i++) {
		struct writer writer = { out, partnership, first + i, 0, NULL };

		write_pupil(&writer);
	}
	(void)fputs("</CTFpupilData>\n</CTfile>\n", out);
}
