/*
 * The transition file, first part: who the child is, what a Common Transfer
 * File (CTF) carries, and the state of support.
 */
#include "common/catalogue/catalogue.h"
#include "common/catalogue/declare.h"

static CODES_CLOSED(identifier_kind, WORDS(former_upn, "former UPN"),
    WORDS(uci, "UCI"), WORDS(admission_number, "admission number"));

static CODES_CLOSED(plan_kind, WORDS(ehc, "education, health and care plan"),
    WORDS(sen_support, "SEN support"), WORD(medical), WORD(behaviour),
    WORDS(personal_education, "personal education"), WORD(risk));

#define BS7666 "Address/BS7666Address/"
#define LINES  "Address/AddressLines/"

/* One field, however many lines: half of an old address beside half of a new
 * one would be a place that does not exist. */
#define ADDRESS_COLUMNS                                                       \
	TEXT("saon", TIE("address"), LABEL("Flat or unit"),                   \
	    CTF(BS7666 "SAON")),                                              \
	    TEXT("paon", TIE("address"), LABEL("House"), CTF(BS7666 "PAON")), \
	    TEXT("street", TIE("address"), CTF(BS7666 "Street")),             \
	    TEXT("locality", TIE("address"), CTF(BS7666 "Locality")),         \
	    TEXT("town", TIE("address"), CTF(BS7666 "Town")),                 \
	    TEXT("administrative_area", TIE("address"),                       \
		CTF(BS7666 "AdministrativeArea")),                            \
	    TEXT("post_town", TIE("address"), CTF(BS7666 "PostTown")),        \
	    TEXT_MAX(12, "uprn", TIE("address"),                              \
		CTF(BS7666 "UniquePropertyReferenceNumber")),                 \
	    TEXT("line1", TIE("address"), CTF(LINES "AddressLine1")),         \
	    TEXT("line2", TIE("address"), CTF(LINES "AddressLine2")),         \
	    TEXT("line3", TIE("address"), CTF(LINES "AddressLine3")),         \
	    TEXT("line4", TIE("address"), CTF(LINES "AddressLine4")),         \
	    TEXT("line5", TIE("address"), CTF(LINES "AddressLine5")),         \
	    TEXT("county", TIE("address"), CTF("Address/County")),            \
	    TEXT_MAX(8, "postcode", TIE("address"), CTF("Address/PostCode")), \
	    TEXT("country", TIE("address"), CTF("Address/Country"))

#define PHONE_COLUMNS                                                     \
	TEXT_MAX(20, "phone_home", CTF("Phones/Phone[H]/PhoneNo")),       \
	    TEXT_MAX(20, "phone_mobile", CTF("Phones/Phone[M]/PhoneNo")), \
	    TEXT_MAX(20, "phone_work", CTF("Phones/Phone[W]/PhoneNo")),   \
	    TEXT_MAX(20, "phone_other", TIE("p"),                         \
		CTF("Phones/Phone[*]/PhoneNo")),                          \
	    CODE(telephone_type, "phone_other_type", TIE("p"),            \
		CTF("Phones/Phone[*]/TelephoneType")),                    \
	    TEXT("email", CTF("Email"))

/* One in each dossier, whose number is its id.  While address_confidential is
 * Y, the address is for L, H and O alone. */
static const struct column pupil[] = {
	TEXT_MAX(13, "upn", IS(CONFIDENTIAL), CTF("UPN")),
	TEXT_MAX(10, "uln", IS(CONFIDENTIAL), CTF("UniqueLearnerNumber")),
	TEXT_MAX(10, "nhs_number", IS(CONFIDENTIAL | OFF)),
	TEXT("surname", IS(REQUIRED), SEEN_BY(LHSYO | T), CTF("Surname")),
	TEXT("forename", IS(REQUIRED), SEEN_BY(LHSYO | T), CTF("Forename")),
	TEXT("middle_names", CTF("BasicDetails/MiddleNames")),
	TEXT("preferred_surname", SEEN_BY(LHSYO | T),
	    CTF("BasicDetails/PreferredSurname")),
	TEXT("preferred_forename", SEEN_BY(LHSYO | T),
	    CTF("BasicDetails/PreferredForename")),
	TEXT("former_surname", SEEN_BY(L | H | O),
	    CTF("BasicDetails/FormerSurname")),
	TEXT("former_forename", SEEN_BY(L | H | O),
	    CTF("BasicDetails/FormerForename")),
	DATE("birth_date", IS(REQUIRED), CTF("DOB")),
	CODE(sex, "sex", CTF("Sex")),
	CODE(nc_year, "nc_year_actual", SEEN_BY(LHSYO | T),
	    CTF("BasicDetails/NCyearActual")),
	CODE(ethnicity, "ethnicity", IS(SPECIAL), TIE("e"),
	    CTF("BasicDetails/Ethnicity")),
	CODE(ethnicity_source, "ethnicity_source", TIE("e"),
	    CTF("BasicDetails/EthnicitySource")),
	YES_NO("medical_flag", IS(SPECIAL), CTF("BasicDetails/MedicalFlag")),
	DATE("fsm_review_date", CTF("FSMhistory/FSMreviewDate")),
	ADDRESS_COLUMNS,
	YES_NO("address_confidential", SEEN_BY(L | H | O)),
	PHONE_COLUMNS,
	REFERENCE("school", "holder", IS(REQUIRED | ARBITRATED),
	    UPDATED_ALSO(DESTINATION)),
	REFERENCE("transfer", "open_transfer", IS(ARBITRATED),
	    UPDATED_ALSO(HUB | DESTINATION)),
	COLUMNS_END,
};

static const struct column identifier[] = {
	CODE(identifier_kind, "kind", IS(REQUIRED), TIE("i")),
	TEXT("value", IS(REQUIRED), TIE("i"), CTF(".")),
	COLUMNS_END,
};

static const struct column language[] = {
	CODE(language_type, "language_type", IS(REQUIRED), TIE("l"),
	    CTF("LanguageType")),
	CODE(language, "language", IS(REQUIRED), TIE("l"), CTF("Language")),
	CODE(proficiency, "proficiency"),
	COLUMNS_END,
};

/* Also the history of schools. */
static const struct column enrolment[] = {
	REFERENCE("school", "school"),
	TEXT_MAX(7, "laestab", TIE("p"), LABEL("LAEstab"), CTF("LEA+Estab")),
	TEXT_MAX(6, "urn", TIE("p"), CTF("URN")),
	TEXT("school_name", IS(REQUIRED), TIE("p"), CTF("SchoolName")),
	CODE(enrol_status, "enrol_status", CTF("/BasicDetails/EnrolStatus")),
	DATE("entry_date", CTF("EntryDate")),
	DATE("leaving_date", TIE("l"), CTF("LeavingDate")),
	TEXT_MAX(10, "leaving_reason", TIE("l"), CTF("LeavingReason")),
	YES_NO("last_school", CTF("LastSchool")),
	TEXT("class_name", LABEL("Class"), SEEN_BY(LHSYO | T)),
	DATE("on_roll_on"),
	COLUMNS_END,
};

/* A court order and its note are one field: neither goes without the other. */
static const struct column contact[] = {
	INTEGER(1, 99, "contact_order", CTF("Order")),
	TEXT_MAX(20, "title", CTF("Title")),
	TEXT("surname", IS(REQUIRED), CTF("Surname")),
	TEXT("forename", CTF("Forename")),
	TEXT("middle_names", CTF("MiddleNames")),
	TEXT_MAX(1, "gender", CTF("Gender")),
	CODE(relationship, "relationship", CTF("Relationship")),
	YES_NO("responsibility", LABEL("Parental responsibility"),
	    CTF("Responsibility")),
	YES_NO("lives_with_pupil"),
	YES_NO("address_as_pupil", TIE("address"), CTF("AddressAsPupil")),
	ADDRESS_COLUMNS,
	PHONE_COLUMNS,
	CODE(language, "interpreter"),
	YES_NO("may_collect"),
	YES_NO("court_order", IS(SPECIAL), TIE("c"),
	    LABEL("Court order: restricted")),
	NOTE("court_order_note", IS(SPECIAL), TIE("c")),
	COLUMNS_END,
};

/* Its kinds lie in different places of a CTF; the import knows them. */
static const struct column circumstance[] = {
	CODE(circumstance, "kind", IS(REQUIRED), TIE("v")),
	TEXT_MAX(10, "value", TIE("v")),
	DATE("start_date", TIE("d")),
	DATE("end_date", TIE("d")),
	TEXT_MAX(3, "uk_country"),
	DATE("verified_on"),
	DATE("review_on"),
	NOTE("detail", SEEN_BY(LHSY)),
	COLUMNS_END,
};

static const struct column need[] = {
	INTEGER(1, 9, "rank", TIE("n"), CTF("SENtypeRank")),
	CODE(sen_need, "need_type", IS(REQUIRED), TIE("n"), CTF("SENtype")),
	PROSE("detail", SEEN_BY(L | H | S)),
	COLUMNS_END,
};

static const struct column sen_provision[] = {
	DATE("start_date", TIE("s"), CTF("StartDate")),
	DATE("end_date", TIE("s"), CTF("EndDate")),
	CODE(sen_provision, "sen_provision", IS(REQUIRED), TIE("s"),
	    CTF("SENprovision")),
	COLUMNS_END,
};

static const struct column support_plan[] = {
	CODE(plan_kind, "kind", IS(REQUIRED)),
	DATE("starts"),
	DATE("review_on"),
	DATE("ends"),
	PROSE("summary"),
	REFERENCE("attachment", "attachment"),
	COLUMNS_END,
};

static const struct column attendance[] = {
	INTEGER(1990, 2100, "year", IS(REQUIRED), TIE("y"), CTF("Year")),
	TEXT_MAX(7, "laestab", TIE("y"), LABEL("LAEstab"), CTF("LEA+Estab")),
	TEXT("school_name", TIE("y"), CTF("SchoolName")),
	INTEGER(0, 999, "sessions_possible", TIE("y"), CTF("SessionsPossible")),
	INTEGER(0, 999, "sessions_authorised", TIE("y"),
	    CTF("SessionsAuthorised")),
	INTEGER(0, 999, "sessions_attended", TIE("y"), CTF("SessionsAttended")),
	INTEGER(0, 999, "sessions_unauthorised", TIE("y"),
	    CTF("SessionsUnauthorised")),
	COLUMNS_END,
};

/* A result is text: some say why there is no mark. */
static const struct column assessment[] = {
	TEXT_MAX(4, "stage", IS(REQUIRED), TIE("r"), CTF("../Stage")),
	TEXT_MAX(4, "locale", TIE("r"), CTF("Locale")),
	INTEGER(1990, 2100, "year", IS(REQUIRED), TIE("r"), CTF("Year")),
	TEXT_MAX(4, "subject", IS(REQUIRED), TIE("r"), CTF("Subject")),
	TEXT_MAX(4, "method", TIE("r"), CTF("Method")),
	TEXT_MAX(6, "component", TIE("r"), CTF("Component")),
	TEXT_MAX(2, "result_status", TIE("r"), CTF("ResultStatus")),
	TEXT_MAX(4, "result_qualifier", TIE("r"), CTF("ResultQualifier")),
	TEXT_MAX(10, "result", IS(REQUIRED), TIE("r"), CTF("Result")),
	DATE("result_date", TIE("r"), CTF("ResultDate")),
	COLUMNS_END,
};

#define COLLECTION(collection, title)                                          \
	.name = #collection, .label = (title), .dossiers = DOSSIER_KIND_PUPIL, \
	.columns = (collection)

const struct collection catalogue_pupil[] = {
	{ COLLECTION(pupil, "Pupils"), RIGHTS(ANY, HOLDER, NOBODY),
	    SEEN_BY(LHSYO), CTF(""),
	    .duplicate_key = "upn|surname,forename,birth_date" },
	{ COLLECTION(identifier, "Other identifiers"),
	    RIGHTS(HOLDER, HOLDER, HOLDER), IS(CONFIDENTIAL),
	    SEEN_BY(L | H | O), CTF("BasicDetails/FormerUPN"),
	    .duplicate_key = "kind,value" },
	{ COLLECTION(language, "Languages"), RIGHTS(HOLDER, HOLDER, HOLDER),
	    SEEN_BY(LHSYO), CTF("BasicDetails/Languages/Type"),
	    .duplicate_key = "language_type" },
	{ COLLECTION(enrolment, "Enrolments"),
	    RIGHTS(HOLDER | DESTINATION, HOLDER | DESTINATION,
		HOLDER | DESTINATION),
	    SEEN_BY(LHSYO), CTF("SchoolHistory/School"),
	    .duplicate_key = "laestab,entry_date" },
	{ COLLECTION(contact, "Contacts"), RIGHTS(HOLDER, HOLDER, HOLDER),
	    SEEN_BY(LHSYO), CTF("Contacts/Contact") },
	{ COLLECTION(circumstance, "Circumstances"),
	    RIGHTS(HOLDER | DESTINATION, HOLDER | DESTINATION,
		HOLDER | DESTINATION),
	    IS(SPECIAL), SEEN_BY(LHSYO),
	    .duplicate_key = "kind,value,start_date" },
	{ COLLECTION(need, "Needs"), RIGHTS(HOLDER, HOLDER, HOLDER),
	    IS(SPECIAL), SEEN_BY(LHSY), CTF("SENhistory/SENneeds/SENneed"),
	    .duplicate_key = "need_type" },
	{ COLLECTION(sen_provision, "SEN provision"),
	    RIGHTS(HOLDER, HOLDER, HOLDER), IS(SPECIAL), SEEN_BY(LHSYO),
	    CTF("SENhistory/SEN"),
	    .duplicate_key = "start_date,sen_provision" },
	{ COLLECTION(support_plan, "Support plans"),
	    RIGHTS(HOLDER | DESTINATION, HOLDER | DESTINATION,
		HOLDER | DESTINATION),
	    IS(SPECIAL), SEEN_BY(L | H | S) },
	{ COLLECTION(attendance, "Attendance"), RIGHTS(HOLDER, HOLDER, HOLDER),
	    SEEN_BY(LHSYO), CTF("Attendance/YearData"),
	    .duplicate_key = "year,laestab" },
	{ COLLECTION(assessment, "Assessments"), RIGHTS(HOLDER, HOLDER, HOLDER),
	    SEEN_BY(LHSYO), CTF("StageAssessments/KeyStage/StageAssessment"),
	    .duplicate_key = "stage,locale,year,subject,method,component,"
			     "result_status,result_qualifier" },
	{ .name = NULL },
};
