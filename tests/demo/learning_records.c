/* Needs, circumstances, attendance and assessments. */
#include <stdio.h>
#include <string.h>

#include "tests/demo/names.h"
#include "tests/demo/records.h"

static const char *const need_types[] = { "SLCN", "SEMH", "SPLD", "MLD", "ASD",
	"SLCN", "SEMH", "HI", "VI", "PD", NULL };
static const char *const need_details[] = {
	"Short instructions, one at a time, and a moment to answer.",
	"A quiet place to go to, agreed beforehand and not as a sanction.",
	"Reading aloud only when asked first; a coloured overlay helps.",
	"Sits at the front on the left, away from the projector's fan.",
	"Needs warning of any change of room or teacher.",
	"Works best in a pair with somebody calm.", NULL
};
static const char *const disabilities[] = { "MED", "HEAR", "VIS", "MOB", "AUT",
	"COMM", NULL };
static const char *const other_kinds[] = { "young_carer", "service_child",
	"bereavement", "traveller", "previously_looked_after", "kinship_care",
	"persistent_absence", NULL };
static const char *const other_values[] = { "S", "Y", "", "", "A", "KF", "",
	NULL };

static void
write_needs(struct records *records, uint32_t number)
{
	const char *provision = pupil_sen_provision(records, number);
	struct draw draw =
	    draw_begin(records->partnership->seed, "needs", number);
	uint32_t year = records->partnership->pupils[number].year;
	uint32_t count;

	if (provision == NULL)
		return;
	record_begin(records, "sen_provision");
	records->record.in_ctf = true;
	record_day(records, "start_date",
	    PARTNERSHIP_YEAR - draw_below(&draw, year + 1),
	    draw_below(&draw, 250));
	record_text(records, "end_date", "");
	record_text(records, "sen_provision", provision);
	record_end(records);
	count = provision[0] == 'E' ? 2 : 1;
	for (uint32_t rank = 1; rank <= count; rank++) {
		record_begin(records, "need");
		records->record.in_ctf = true;
		record_print(records, "rank", "%u", rank);
		record_text(records, "need_type",
		    need_types[(draw_below(&draw, 5) + 5 * (rank - 1)) % 10]);
		record_text(records, "detail", draw_pick(&draw, need_details));
		record_end(records);
	}
}

static void
write_circumstance(struct records *records, const char *kind, const char *value,
    bool in_ctf)
{
	record_begin(records, "circumstance");
	records->record.in_ctf = in_ctf;
	record_text(records, "kind", kind);
	record_text(records, "value", value);
	record_text(records, "start_date",
	    strcmp(kind, "disability") == 0 ? "" : "2024-09-02");
	record_text(records, "end_date", "");
	record_text(records, "uk_country",
	    strcmp(kind, "fsm") == 0 ? "ENG" : "");
	record_end(records);
}

static void
write_circumstances(struct records *records, uint32_t number)
{
	const struct partnership *partnership = records->partnership;
	const struct partnership_pupil *pupil = &partnership->pupils[number];
	const struct partnership_family *family =
	    &partnership->families[pupil->family];
	struct draw draw =
	    draw_begin(partnership->seed, "circumstances", number);
	struct draw at_home =
	    draw_begin(partnership->seed, "language", pupil->family);

	if (pupil_has_fsm(records, pupil)) {
		write_circumstance(records, "fsm", "TFSM", true);
		write_circumstance(records, "pupil_premium", "DPP", false);
	}
	if (family->kind == FAMILY_FOSTER)
		write_circumstance(records, "looked_after", "999", true);
	if (draw_chance(&draw, 3))
		write_circumstance(records, "disability",
		    draw_pick(&draw, disabilities), true);
	/* The same draw as that of the language at home. */
	if (draw_chance(&at_home, backgrounds[family->background].own_language))
		write_circumstance(records, "eal", "", false);
	if (draw_chance(&draw, 6)) {
		uint32_t kind = draw_below(&draw, 7);

		write_circumstance(records, other_kinds[kind],
		    other_values[kind], false);
	}
	if (pupil->leaver && pupil->destination == PARTNERSHIP_OUTSIDE &&
	    draw_chance(&draw, 30))
		write_circumstance(records, "sole_transfer", "", false);
}

static void
write_attendance(struct records *records, uint32_t number, uint32_t back)
{
	const struct partnership_pupil *pupil =
	    &records->partnership->pupils[number];
	struct place place = pupil_place(pupil, pupil->year - back);
	struct draw draw = draw_begin(records->partnership->seed,
	    back == 0 ? "attendance" : "earlier attendance", number);
	uint32_t possible = back == 0 ? 312 : 380;
	uint32_t authorised = draw_below(&draw, 9) * draw_below(&draw, 5);
	uint32_t unauthorised = 0;

	if (draw_chance(&draw, 14))
		unauthorised = draw_between(&draw, 1, 40);
	record_begin(records, "attendance");
	records->record.in_ctf = true;
	record_print(records, "year", "%u", PARTNERSHIP_YEAR + 1 - back);
	record_text(records, "laestab", place.laestab);
	record_text(records, "school_name", place.name);
	record_print(records, "sessions_possible", "%u", possible);
	record_print(records, "sessions_authorised", "%u", authorised);
	record_print(records, "sessions_attended", "%u",
	    possible - authorised - unauthorised);
	record_print(records, "sessions_unauthorised", "%u", unauthorised);
	record_end(records);
}

struct assessment {
	uint32_t year; /* at whose end it is made */
	const char *stage;
	const char *subject;
	const char *method;
	const char *component;
	const char *qualifier;
	uint32_t low; /* high 0: a teacher's judgement */
	uint32_t high;
};

static const struct assessment assessments[] = {
	{ 1, "KS1", "ENG", "TT", "PHO", "NM", 14, 40 },
	{ 4, "KS2", "MAT", "TT", "MTC", "MT", 6, 25 },
	{ 6, "KS2", "ENG", "TT", "REA", "NS", 86, 119 },
	{ 6, "KS2", "ENG", "TT", "GPS", "NS", 87, 120 },
	{ 6, "KS2", "MAT", "TT", "MAT", "NS", 85, 120 },
	{ 6, "KS2", "ENG", "TA", "WRI", "TA", 0, 0 },
	{ 11, "KS4", "ENG", "TT", "GCSE", "NG", 2, 9 },
	{ 11, "KS4", "MAT", "TT", "GCSE", "NG", 2, 9 },
	{ 11, "KS4", "GEO", "TT", "GCSE", "NG", 2, 9 },
};

static void
write_assessment(struct records *records, uint32_t number, uint32_t index)
{
	static const char *const judgements[] = { "WTS", "EXS", "EXS", "EXS",
		"GDS", NULL };
	const struct assessment *assessment = &assessments[index];
	const struct partnership_pupil *pupil =
	    &records->partnership->pupils[number];
	struct draw draw = draw_begin(records->partnership->seed, "assessment",
	    (uint64_t)number * 16 + index);
	uint32_t year = PARTNERSHIP_YEAR + 1 - (pupil->year - assessment->year);

	/* In 2020 and 2021 nothing was assessed. */
	if (year == 2020 || year == 2021)
		return;
	record_begin(records, "assessment");
	records->record.in_ctf = true;
	record_text(records, "stage", assessment->stage);
	record_text(records, "locale", "ENG");
	record_print(records, "year", "%u", year);
	record_text(records, "subject", assessment->subject);
	record_text(records, "method", assessment->method);
	record_text(records, "component", assessment->component);
	record_text(records, "result_status", "R");
	record_text(records, "result_qualifier", assessment->qualifier);
	if (assessment->high == 0)
		record_text(records, "result", draw_pick(&draw, judgements));
	else if (draw_chance(&draw, 2))
		record_text(records, "result", "A");
	else
		record_print(records, "result", "%u",
		    draw_between(&draw, assessment->low, assessment->high));
	record_end(records);
}

void
learning_records(struct records *records, uint32_t pupil)
{
	uint32_t year = records->partnership->pupils[pupil].year;

	write_needs(records, pupil);
	write_circumstances(records, pupil);
	if (year > 0)
		write_attendance(records, pupil, 1);
	write_attendance(records, pupil, 0);
	for (uint32_t i = 0; i < sizeof(assessments) / sizeof(assessments[0]);
	     i++)
		if (assessments[i].year < year)
			write_assessment(records, pupil, i);
}
