/*
 * Code sets.  Those of the common basic data set (CBDS) are open: a code that
 * is not here is kept as it came and flagged.  Our own are closed.
 */
#include "common/catalogue/catalogue.h"
#include "common/catalogue/declare.h"

#define OPEN(set)                                             \
	{                                                     \
		.name = #set, .codes = (set), .closed = false \
	}
#define CLOSED(set)                                          \
	{                                                    \
		.name = #set, .codes = (set), .closed = true \
	}

static const struct code yn[] = {
	{ "Y", "Yes", 0 },
	{ "N", "No", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_yn = CLOSED(yn);

/* Closed: any other needs a person (CTF has only these). */
static const struct code sex[] = {
	{ "M", "Male", 0 },
	{ "F", "Female", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_sex = CLOSED(sex);

static const struct code nc_year[] = {
	{ "N1", "First nursery year", 0 },
	{ "N2", "Second nursery year", 0 },
	{ "R", "Reception", 0 },
	{ "1", "Year 1", 0 },
	{ "2", "Year 2", 0 },
	{ "3", "Year 3", 0 },
	{ "4", "Year 4", 0 },
	{ "5", "Year 5", 0 },
	{ "6", "Year 6", 0 },
	{ "7", "Year 7", 0 },
	{ "8", "Year 8", 0 },
	{ "9", "Year 9", 0 },
	{ "10", "Year 10", 0 },
	{ "11", "Year 11", 0 },
	{ "12", "Year 12", 0 },
	{ "13", "Year 13", 0 },
	{ "14", "Year 14", 0 },
	{ "X", "Follows no year", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_nc_year = OPEN(nc_year);

static const struct code ethnicity[] = {
	{ "WBRI", "White British", 0 },
	{ "WIRI", "White Irish", 0 },
	{ "WIRT", "Traveller of Irish heritage", 0 },
	{ "WROM", "Gypsy or Roma", 0 },
	{ "WOTH", "Any other White background", 0 },
	{ "MWBC", "White and Black Caribbean", 0 },
	{ "MWBA", "White and Black African", 0 },
	{ "MWAS", "White and Asian", 0 },
	{ "MOTH", "Any other mixed background", 0 },
	{ "AIND", "Indian", 0 },
	{ "APKN", "Pakistani", 0 },
	{ "ABAN", "Bangladeshi", 0 },
	{ "AOTH", "Any other Asian background", 0 },
	{ "BCRB", "Black Caribbean", 0 },
	{ "BAFR", "Black African", 0 },
	{ "BOTH", "Any other Black background", 0 },
	{ "CHNE", "Chinese", 0 },
	{ "OOTH", "Any other ethnic group", 0 },
	{ "REFU", "Refused", 0 },
	{ "NOBT", "Not obtained", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_ethnicity = OPEN(ethnicity);

static const struct code ethnicity_source[] = {
	{ "C", "The child", 0 },
	{ "P", "A parent", 0 },
	{ "S", "This school", 0 },
	{ "T", "The previous school", 0 },
	{ "O", "Other", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_ethnicity_source = OPEN(ethnicity_source);

static const struct code language[] = {
	{ "ENG", "English", 0 },
	{ "ENB", "Believed to be English", 0 },
	{ "OTH", "Other than English", 0 },
	{ "OTB", "Believed to be other than English", 0 },
	{ "REF", "Refused", 0 },
	{ "NOT", "Not obtained", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_language = OPEN(language);

static const struct code language_type[] = {
	{ "F", "First language", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_language_type = OPEN(language_type);

static const struct code proficiency[] = {
	{ "A", "New to English", 0 },
	{ "B", "Early acquisition", 0 },
	{ "C", "Developing competence", 0 },
	{ "D", "Competent", 0 },
	{ "E", "Fluent", 0 },
	{ "N", "Not yet assessed", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_proficiency = OPEN(proficiency);

static const struct code enrol_status[] = {
	{ "C", "Single registration", 0 },
	{ "M", "Main of two schools", 0 },
	{ "S", "Subsidiary of two schools", 0 },
	{ "G", "Guest", 0 },
	{ "F", "At a college", 0 },
	{ "O", "Other", 0 },
	{ "P", "Previously", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_enrol_status = OPEN(enrol_status);

static const struct code relationship[] = {
	{ "PAM", "Mother", 0 },
	{ "PAF", "Father", 0 },
	{ "STM", "Stepmother", 0 },
	{ "STF", "Stepfather", 0 },
	{ "FOM", "Foster mother", 0 },
	{ "FOF", "Foster father", 0 },
	{ "CAR", "Carer", 0 },
	{ "FAM", "Other family", 0 },
	{ "REL", "Other relative", 0 },
	{ "CHM", "Childminder", 0 },
	{ "SWR", "Social worker", 0 },
	{ "DOC", "Doctor", 0 },
	{ "HTC", "Head teacher", 0 },
	{ "TCH", "Teacher", 0 },
	{ "RLG", "Religious contact", 0 },
	{ "OTH", "Other", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_relationship = OPEN(relationship);

static const struct code telephone_type[] = {
	{ "H", "Home", 0 },
	{ "A", "Other home", 0 },
	{ "M", "Mobile", 0 },
	{ "W", "Work", 0 },
	{ "D", "Minicom", 0 },
	{ "F", "Fax", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_telephone_type = OPEN(telephone_type);

static const struct code sen_provision[] = {
	{ "N", "None", 0 },
	{ "K", "SEN support", 0 },
	{ "E", "Education, health and care plan", 0 },
	{ "A", "School Action (old)", 0 },
	{ "P", "School Action Plus (old)", 0 },
	{ "Q", "School Action Plus, assessment (old)", 0 },
	{ "S", "Statement (old)", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_sen_provision = OPEN(sen_provision);

static const struct code sen_need[] = {
	{ "SPLD", "Specific learning difficulty", 0 },
	{ "MLD", "Moderate learning difficulty", 0 },
	{ "SLD", "Severe learning difficulty", 0 },
	{ "PMLD", "Profound and multiple learning difficulty", 0 },
	{ "SEMH", "Social, emotional and mental health", 0 },
	{ "SLCN", "Speech, language and communication", 0 },
	{ "HI", "Hearing impairment", 0 },
	{ "VI", "Vision impairment", 0 },
	{ "MSI", "Multi-sensory impairment", 0 },
	{ "PD", "Physical disability", 0 },
	{ "ASD", "Autism", 0 },
	{ "DS", "Down syndrome", 0 },
	{ "OTH", "Other", 0 },
	{ "NSA", "Not yet assessed", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_sen_need = OPEN(sen_need);

/* The office sees what is counted for the census, and not the rest. */
static const struct code circumstance[] = {
	{ "fsm", "Free school meals", LHSYO },
	{ "pupil_premium", "Pupil premium", LHSYO },
	{ "service_child", "Service child", LHSYO },
	{ "young_carer", "Young carer", LHSYO },
	{ "looked_after", "Looked after", LHSYO },
	{ "previously_looked_after", "Previously looked after", LHSY },
	{ "kinship_care", "Kinship care", LHSY },
	{ "disability", "Disability", LHSY },
	{ "eal", "English as an additional language", LHSY },
	{ "traveller", "Traveller", LHSY },
	{ "sole_transfer", "The only one transferring", LHSY },
	{ "bereavement", "Bereavement", LHSY },
	{ "persistent_absence", "Persistent absence", LHSY },
	{ "other", "Other", LHSY },
	{ NULL, NULL, 0 },
};
const struct code_set codes_circumstance = CLOSED(circumstance);

static const struct code role[] = {
	{ "lead", "Designated safeguarding lead", 0 },
	{ "deputy_lead", "Deputy safeguarding lead", 0 },
	{ "head", "Head teacher", 0 },
	{ "senco", "SENCO", 0 },
	{ "head_of_year", "Head of year", 0 },
	{ "transition_lead", "Transition lead", 0 },
	{ "office", "Office", 0 },
	{ "teacher", "Teacher", 0 },
	{ "teaching_assistant", "Teaching assistant", 0 },
	{ "other", "Other", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_role = CLOSED(role);

static const struct code move[] = {
	{ "y2_3", "Year 2 to 3", 0 },
	{ "y6_7", "Year 6 to 7", 0 },
	{ "y11_12", "Year 11 to 12", 0 },
	{ "in_year", "In year", 0 },
	{ "other", "Other", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_move = CLOSED(move);

/* Open: a school adds its own categories. */
static const struct code abuse[] = {
	{ "emotional", "Emotional abuse", 0 },
	{ "neglect", "Neglect", 0 },
	{ "physical", "Physical abuse", 0 },
	{ "sexual", "Sexual abuse", 0 },
	{ NULL, NULL, 0 },
};
const struct code_set codes_abuse = OPEN(abuse);
