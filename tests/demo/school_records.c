/*
 * What schools say of themselves and for all: staff, community organisations,
 * events, training, the shared language of the curricula; and whom the
 * secondary expects in September.
 */
#include <assert.h>
#include <string.h>

#include "tests/demo/names.h"
#include "tests/demo/records.h"

struct row {
	uint32_t school; /* that writes it */
	const char *texts[8];
};

static void
write_rows(struct records *records, const char *collection,
    const char *const *columns, const struct row *rows, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (rows[i].school != records->record.school)
			continue;
		record_begin(records, collection);
		for (uint32_t c = 0; columns[c] != NULL; c++)
			record_text(records, columns[c],
			    rows[i].texts[c] != NULL ? rows[i].texts[c] : "");
		record_end(records);
	}
}

#define COUNT(rows) (uint32_t)(sizeof(rows) / sizeof((rows)[0]))

/* The first of a school hold its offices, then one in four to five assists,
 * which makes about 130 of 600. */
static const char *
staff_role(uint32_t school, uint32_t index)
{
	static const char *const offices[] = { "head", "lead", "deputy_lead",
		"senco", "transition_lead", "office", "office" };

	if (index < COUNT(offices))
		return offices[index];
	if (school == PARTNERSHIP_SECONDARY && index < COUNT(offices) + 7)
		return "head_of_year";
	if (school == PARTNERSHIP_SECONDARY)
		return index % 7 == 0 ? "teaching_assistant" : "teacher";
	return index % 7 < 2 ? "teaching_assistant" : "teacher";
}

static void
write_staff(struct records *records, uint32_t school)
{
	const struct partnership_school *place = &partnership_schools[school];

	for (uint32_t i = 0; i < place->staff; i++) {
		struct draw draw = draw_begin(records->partnership->seed,
		    "staff", (uint64_t)school * 1000 + i);
		const struct background *background =
		    &backgrounds[draw_chance(&draw, 70)
				     ? 0
				     : draw_below(&draw, background_count)];

		record_begin(records, "staff");
		record_text(records, "school", place->laestab);
		record_text(records, "surname",
		    draw_pick(&draw, background->surnames));
		record_text(records, "forename",
		    draw_pick(&draw, draw_chance(&draw, 75)
					 ? background->girls
					 : background->boys));
		record_text(records, "role", staff_role(school, i));
		record_print(records, "email", "staff%u@%s.school.example",
		    i + 1, place->laestab);
		record_end(records);
	}
}

static void
write_organisations(struct records *records)
{
	static const char *const columns[] = { "name", "kind", "contact_name",
		"email", "phone", "about", "state", NULL };
	static const struct row rows[] = {
		{ 0, { "Hollinford Music Service", "arts", "The bandmaster",
			 "music@hollinford.example", "01632 960401",
			 "Brass, drums and strings; lends instruments.",
			 "working_together" } },
		{ 0, { "Bridge Yard CIC", "cic", "The youth workers",
			 "yard@bridge.example", "01632 960402",
			 "A youth club on two evenings, in our sports hall.",
			 "working_together" } },
		{ 0, { "Hollinford Council: family hubs", "local_authority",
			 "Outreach desk", "hubs@hollinford.example",
			 "01632 960403", "A morning a week in a school.",
			 "met" } },
		{ 1, { "Saint Brannoc's Church", "faith", "The vicarage",
			 "office@brannoc.example", "01632 960404",
			 "A hall, a food cupboard, a holiday club.", "met" } },
		{ 2, { "Marlpit Road Mosque", "faith", "The committee",
			 "committee@marlpit.example", "01632 960405",
			 "Saturday school for ninety; would like to meet.",
			 "to_meet" } },
		{ 3, { "Gurdwara Hollinford", "faith", "The langar kitchen",
			 "kitchen@gurdwara.example", "01632 960406",
			 "Meals at weekends, open to all.", "met" } },
		{ 4, { "Allotment Society", "charity", "The secretary",
			 "plots@allotment.example", "01632 960407",
			 "Two plots kept free for schools.", "to_meet" } },
		{ 5, { "Larkmoor Harriers", "sport", "The coach",
			 "coach@harriers.example", "01632 960408",
			 "Running for children of seven and up.",
			 "working_together" } },
		{ 6, { "Tannery Works", "business", "The foreman",
			 "works@tannery.example", "01632 960409",
			 "Work experience for Years 10 and 12.", "paused" } },
		{ 7, { "Community nursing team", "health", "The duty nurse",
			 "nurses@hollinford.example", "01632 960410",
			 "Hearing and sight tests, toilet training.", "met" } },
	};

	write_rows(records, "organisation", columns, rows, COUNT(rows));
}

static void
write_events(struct records *records)
{
	static const char *const columns[] = { "kind", "name", "host_school",
		"move", "starts", "ends", "about", "state", NULL };
	static const struct row rows[] = {
		{ 0, { "summer_school", "Summer school 2026", "9994001", "y6_7",
			 "2026-07-27T08:30:00Z", "2026-07-31T14:00:00Z",
			 "A week of making, sport and finding one's way.",
			 "open" } },
		{ 0, { "music_workshop", "Music workshops: brass and drums",
			 "9994001", "y6_7", "2026-06-11T14:00:00Z",
			 "2026-07-09T15:30:00Z",
			 "Five Thursdays with the music service.", "open" } },
		{ 0, { "music_workshop", "Music workshops: strings and song",
			 "9992002", "y6_7", "2026-06-09T14:00:00Z",
			 "2026-07-07T15:30:00Z",
			 "Five Tuesdays at Marlpit, for three schools.",
			 "open" } },
		{ 0, { "induction", "Induction days", "9994001", "y6_7",
			 "2026-07-02T07:45:00Z", "2026-07-03T14:15:00Z",
			 "Two days in the new form.", "planned" } },
		{ 3, { "buddy", "Copse Hill: a buddy from Year 4", "9992003",
			 "y2_3", "2026-06-16T12:30:00Z", "2026-07-14T13:15:00Z",
			 "Lunch in the junior hall, once a week.", "open" } },
	};

	write_rows(records, "transition_event", columns, rows, COUNT(rows));
}

static void
write_training(struct records *records)
{
	static const char *const columns[] = { "title", "kind", "for_role",
		"led_by", "host_school", "place", "starts", "about", NULL };
	static const struct row rows[] = {
		{ 0, { "Joint Inset day", "inset", "", "All heads", "9994001",
			 "Main hall", "2026-01-05T08:30:00Z",
			 "Six hundred of us in one place." } },
		{ 0, { "Talking a child down", "course", "teaching_assistant",
			 "An educational psychologist", "9994001",
			 "Drama studio", "2026-01-05T11:00:00Z",
			 "What to say first, and what never." } },
		{ 0, { "Reading with, not for", "course", "teaching_assistant",
			 "The literacy lead", "9994001", "Library",
			 "2026-01-05T13:00:00Z",
			 "Helping without taking over." } },
		{ 1, { "Decisions in geography, R to 13", "course", "teacher",
			 "The geography group", "9992001", "Year 5 room",
			 "2026-02-24T16:00:00Z",
			 "One skill through all ages." } },
		{ 4, { "Coaching pairs: visits", "coaching",
			 "teaching_assistant", "Two assistants", "9992004",
			 "The staff room", "2026-03-10T15:45:00Z",
			 "Visits between schools, in pairs." } },
	};

	write_rows(records, "training_session", columns, rows, COUNT(rows));
}

static void
write_curriculum(struct records *records)
{
	static const char *const columns[] = { "subject", "strand", "phase",
		"term", "meaning", "looks_like", "state", "agreed_on", NULL };
#define GEOGRAPHY "Geography", "Decision-making"
#define AGREED    "agreed", "2026-01-05"
	static const struct row rows[] = {
		{ 7, { GEOGRAPHY, "early_years", "Choose",
			 "Taking one thing and leaving another.",
			 "Says which path to take, and goes.", AGREED } },
		{ 7, { GEOGRAPHY, "ks1", "Trade-off",
			 "Choosing one thing means giving up another.",
			 "Wants the park and the shop, and picks.", AGREED } },
		{ 8, { GEOGRAPHY, "ks1", "Reason",
			 "What makes a choice a good one.",
			 "Answers \"because\" with something seen.", AGREED } },
		{ 3, { GEOGRAPHY, "lower_ks2", "Evidence",
			 "What we know, and how we know it.",
			 "Points at the map, not at the teacher.", AGREED } },
		{ 3, { GEOGRAPHY, "lower_ks2", "Stakeholder",
			 "Somebody whom a decision touches.",
			 "Names three whom a new road would touch.", AGREED } },
		{ 1, { GEOGRAPHY, "upper_ks2", "Criteria",
			 "What we agreed beforehand to judge by.",
			 "Ranks four sites against a list.", AGREED } },
		{ 2, { GEOGRAPHY, "upper_ks2", "Consequence",
			 "What follows, wanted or not.",
			 "Says who would lose, as well as who gains.",
			 AGREED } },
		{ 0, { GEOGRAPHY, "ks3", "Scale",
			 "The same choice looks different from nearer.",
			 "Compares the street's view with the county's.",
			 AGREED } },
		{ 0, { GEOGRAPHY, "ks4", "Uncertainty",
			 "Deciding before all is known.",
			 "Gives a range, and says what would change it.",
			 AGREED } },
		{ 0, { GEOGRAPHY, "ks5", "Contested",
			 "A question on which fair people differ.",
			 "Puts the other side's case so that they would agree.",
			 "proposed" } },
	};

	write_rows(records, "curriculum_term", columns, rows, COUNT(rows));
#undef GEOGRAPHY
#undef AGREED
}

/*
 * Of ten leavers the local authority announced nine, and one of these with a
 * wrong day of birth: somebody has to ask.
 */
static void
write_expected(struct records *records, uint32_t number)
{
	const struct partnership_pupil *pupil =
	    &records->partnership->pupils[number];
	uint32_t fate = number % 10;
	char date[PARTNERSHIP_DATE_BYTES];

	if (pupil->destination != PARTNERSHIP_SECONDARY || fate == 3)
		return;
	memcpy(date, pupil->birth_date, sizeof(date));
	if (fate == 7)
		memcpy(date + 8, strcmp(date + 8, "01") == 0 ? "02" : "01", 2);
	record_begin(records, "expected_pupil");
	record_text(records, "upn", pupil->upn);
	record_text(records, "surname", pupil->surname);
	record_text(records, "forename", pupil->forename);
	record_print(records, "birth_date", "%s", date);
	record_text(records, "sex", pupil->girl ? "F" : "M");
	record_text(records, "nc_year_actual", "7");
	record_text(records, "from_school",
	    partnership_schools[pupil->school].laestab);
	record_text(records, "entry_date", "2026-09-03");
	record_text(records, "state", "expected");
	record_end(records);
}

void
partnership_visit_school(const struct partnership *partnership, uint32_t school,
    partnership_visit visit, void *context)
{
	struct records records = {
		.partnership = partnership,
		.visit = visit,
		.context = context,
	};

	assert(school < PARTNERSHIP_SCHOOLS);
	records.record.pupil = PARTNERSHIP_NO_PUPIL;
	records.record.school = school;
	write_staff(&records, school);
	write_organisations(&records);
	write_events(&records);
	write_training(&records);
	write_curriculum(&records);
	if (school != PARTNERSHIP_SECONDARY)
		return;
	for (uint32_t i = 0; i < partnership->pupil_count; i++)
		write_expected(&records, i);
}
