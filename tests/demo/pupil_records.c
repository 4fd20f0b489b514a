/*
 * A pupil: who it is, where it lives and with whom, which schools it went to.
 * Brothers and sisters have one home, and contacts that are the same people.
 */
#include <stdio.h>
#include <string.h>

#include "tests/demo/names.h"
#include "tests/demo/records.h"

static const struct partnership_family *
family_of(const struct records *records, uint32_t pupil)
{
	const struct partnership *partnership = records->partnership;

	return &partnership->families[partnership->pupils[pupil].family];
}

static void
write_address(struct records *records, const char *purpose, uint32_t number)
{
	struct draw draw =
	    draw_begin(records->partnership->seed, purpose, number);

	record_print(records, "paon", "%u", draw_between(&draw, 1, 180));
	record_text(records, "street", draw_pick(&draw, street_names));
	record_text(records, "town", "Hollinford");
	record_print(records, "postcode", "ZZ%u %uXY",
	    draw_between(&draw, 1, 98), draw_below(&draw, 10));
}

static void
write_no_address(struct records *records)
{
	record_text(records, "paon", "");
	record_text(records, "street", "");
	record_text(records, "town", "");
	record_text(records, "postcode", "");
}

static void
write_pupil(struct records *records, uint32_t number)
{
	const struct partnership_pupil *pupil =
	    &records->partnership->pupils[number];
	const struct background *background =
	    &backgrounds[family_of(records, number)->background];
	struct draw draw =
	    draw_begin(records->partnership->seed, "details", number);
	struct draw home =
	    draw_begin(records->partnership->seed, "telephone", pupil->family);
	bool refused = draw_chance(&draw, 2);

	record_begin(records, "pupil");
	records->record.in_ctf = true;
	record_text(records, "upn", pupil->upn);
	record_text(records, "surname", pupil->surname);
	record_text(records, "forename", pupil->forename);
	record_text(records, "middle_names", pupil->middle_names);
	record_text(records, "preferred_surname", pupil->surname);
	if (draw_chance(&draw, 4) && pupil->middle_names[0] != '\0')
		record_text(records, "preferred_forename", pupil->middle_names);
	else
		record_text(records, "preferred_forename", pupil->forename);
	record_text(records, "birth_date", pupil->birth_date);
	record_text(records, "sex", pupil->girl ? "F" : "M");
	if (pupil->year == 0)
		record_text(records, "nc_year_actual", "R");
	else
		record_print(records, "nc_year_actual", "%u", pupil->year);
	record_text(records, "ethnicity",
	    refused ? "REFU" : background->ethnicity);
	record_text(records, "ethnicity_source", "P");
	record_text(records, "medical_flag", draw_chance(&draw, 9) ? "Y" : "N");
	record_text(records, "fsm_review_date",
	    pupil_has_fsm(records, pupil) ? "2026-09-01" : "");
	write_address(records, "home", pupil->family);
	record_print(records, "phone_home", "01632 960%03u",
	    draw_below(&home, 1000));
	record_end(records);
}

static void
write_identifier(struct records *records, uint32_t number)
{
	const struct partnership_pupil *pupil =
	    &records->partnership->pupils[number];
	struct draw draw =
	    draw_begin(records->partnership->seed, "former", number);
	char former[PARTNERSHIP_UPN_BYTES];

	if (pupil->year < 3 || !draw_chance(&draw, 1))
		return;
	/* A series that no school of ours issues. */
	(void)snprintf(former, sizeof(former), "?9992999%02u%03u",
	    (PARTNERSHIP_YEAR - pupil->year) % 100, number % 1000);
	former[0] = partnership_upn_letter(former + 1);
	record_begin(records, "identifier");
	records->record.in_ctf = true;
	record_text(records, "kind", "former_upn");
	record_text(records, "value", former);
	record_end(records);
}

static void
write_language(struct records *records, uint32_t number)
{
	const struct background *background =
	    &backgrounds[family_of(records, number)->background];
	struct draw draw = draw_begin(records->partnership->seed, "language",
	    records->partnership->pupils[number].family);

	record_begin(records, "language");
	records->record.in_ctf = true;
	record_text(records, "language_type", "F");
	record_text(records, "language",
	    draw_chance(&draw, background->own_language) ? background->language
							 : "ENG");
	record_end(records);
}

static void
write_enrolment(struct records *records, const struct partnership_pupil *pupil,
    uint32_t from, uint32_t to)
{
	struct place place = pupil_place(pupil, from);
	uint32_t began = PARTNERSHIP_YEAR - pupil->year;
	bool present = to == pupil->year;

	record_begin(records, "enrolment");
	records->record.in_ctf = true;
	record_text(records, "laestab", place.laestab);
	record_text(records, "urn", place.urn);
	record_text(records, "school_name", place.name);
	record_text(records, "enrol_status", present ? "C" : "P");
	record_day(records, "entry_date", began + from, 2);
	if (present) {
		record_text(records, "leaving_date", "");
		record_text(records, "leaving_reason", "");
		record_text(records, "last_school", "");
	} else {
		/* The twenty-first of July after the last September. */
		record_print(records, "leaving_date", "%u-07-21",
		    began + to + 1);
		record_text(records, "leaving_reason", "PHASE");
		record_text(records, "last_school",
		    strcmp(pupil_place(pupil, to + 1).laestab,
			pupil_place(pupil, pupil->year).laestab) == 0
			? "Y"
			: "N");
	}
	record_end(records);
}

static void
write_history(struct records *records, uint32_t number)
{
	const struct partnership_pupil *pupil =
	    &records->partnership->pupils[number];
	uint32_t from = 0;

	for (uint32_t year = 1; year <= pupil->year; year++) {
		if (strcmp(pupil_place(pupil, year).laestab,
			pupil_place(pupil, from).laestab) == 0)
			continue;
		write_enrolment(records, pupil, from, year - 1);
		from = year;
	}
	write_enrolment(records, pupil, from, pupil->year);
}

void
pupil_records(struct records *records, uint32_t pupil)
{
	write_pupil(records, pupil);
	write_identifier(records, pupil);
	write_language(records, pupil);
	write_history(records, pupil);
}

struct person {
	const char *title;
	const char *surname;
	const char *gender;
	const char *relationship;
	bool responsible;
	bool at_home;
};

static void
write_contact(struct records *records, uint32_t number, uint32_t order,
    const struct person *person)
{
	const struct partnership_pupil *pupil =
	    &records->partnership->pupils[number];
	const struct background *background =
	    &backgrounds[family_of(records, number)->background];
	struct draw draw = draw_begin(records->partnership->seed,
	    order == 1 ? "first contact" : "second contact", pupil->family);
	const char *forename = draw_pick(&draw,
	    person->gender[0] == 'F' ? background->girls : background->boys);

	record_begin(records, "contact");
	records->record.in_ctf = true;
	record_print(records, "contact_order", "%u", order);
	record_text(records, "title", person->title);
	record_text(records, "surname", person->surname);
	record_text(records, "forename", forename);
	record_text(records, "gender", person->gender);
	record_text(records, "relationship", person->relationship);
	record_text(records, "responsibility", person->responsible ? "Y" : "N");
	record_text(records, "address_as_pupil", person->at_home ? "Y" : "N");
	if (person->at_home)
		write_no_address(records);
	else
		write_address(records, "other home", pupil->family);
	record_print(records, "phone_mobile", "07700 900%03u",
	    draw_below(&draw, 1000));
	record_print(records, "email", "family%u.%u@home.example",
	    pupil->family + 1, order);
	record_end(records);
}

void
family_records(struct records *records, uint32_t pupil)
{
	const struct partnership_family *family = family_of(records, pupil);
	const char *surname = family->kind == FAMILY_FOSTER
	                          ? family->other_surname
	                          : family->surname;
	struct person first = { "Mrs", surname, "F", "PAM", true, true };
	struct person second = { "Mr", surname, "M", "PAF", true, true };

	switch (family->kind) {
	case FAMILY_TOGETHER:
		break;
	case FAMILY_SEPARATED:
		first.title = "Ms";
		first.surname = family->other_surname;
		second.at_home = false;
		break;
	case FAMILY_STEP:
		second.surname = family->other_surname;
		second.relationship = "STF";
		second.responsible = false;
		break;
	case FAMILY_ALONE:
		first.title = "Ms";
		second =
		    (struct person){ "Mrs", surname, "F", "REL", false, false };
		break;
	case FAMILY_FOSTER:
		first.relationship = "FOM";
		second.relationship = "FOF";
		first.responsible = second.responsible = false;
		break;
	}
	write_contact(records, pupil, 1, &first);
	write_contact(records, pupil, 2, &second);
}
