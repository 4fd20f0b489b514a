/*
 * What a school knows of a child that no CTF carries: transition records,
 * friendships, notes, nominations and meetings with the family.
 */
#include <string.h>

#include "tests/demo/records.h"

static const char *const strengths[] = {
	"Explains an idea to others better than most adults do.",
	"Draws maps of places that do not exist, with scale and key.",
	"Never gives up on a sum, and likes to be told so.",
	"Makes the whole table laugh without hurting anyone.",
	"Runs like the wind and waits for the slower ones.",
	"Remembers everybody's birthday.", "Plays the cornet, and practises.",
	"Reads far above the age; asks for the next book before the bell.", NULL
};
static const char *const what_helps[] = {
	"A job on arrival: registers, plants, chairs.",
	"To see the plan of the day before it begins.",
	"A quiet word beforehand rather than a question before all.",
	"Ten minutes to settle, and then no more reminders.",
	"Instructions in two steps, with the second one written down.",
	"A place beside someone calm, near the door.",
	"Knowing which adult to go to, and where that adult is at lunch.", NULL
};
static const char *const what_to_avoid[] = {
	"Being kept in at break: it makes the afternoon worse.",
	"Sarcasm, even when it is kindly meant.",
	"Reading aloud without warning.",
	"A change of seat in front of everybody.",
	"Being asked about the family in company.", "Shouting, also at others.",
	NULL
};
static const char *const voices[] = {
	"I want to know where the toilets are and that nobody minds asking.",
	"I am looking forward to science with real fire.",
	"I don't know anyone who is going. I would like one person.",
	"Please don't make me say my name to the whole class.",
	"I am good at drawing and bad at shoelaces.",
	"I want to be in the band.", NULL
};
static const char *const parent_views[] = {
	"Worried about the bus, not about the work.",
	"Would like one name to ring.", "Pleased, and glad to be asked.",
	"Mornings are hard; please ring before half past eight.", NULL
};
static const char *const levels[] = { "secure", "secure", "not_yet", "worry",
	NULL };
static const char *const judgements[] = { "below", "WTS", "EXS", "EXS", "EXS",
	"GDS", NULL };

static void
write_transition_record(struct records *records, uint32_t number)
{
	const struct partnership_pupil *pupil =
	    &records->partnership->pupils[number];
	struct draw draw =
	    draw_begin(records->partnership->seed, "transition", number);
	bool nominated = pupil_is_nominated(records, number);
	bool enhanced = nominated && draw_chance(&draw, 30);

	record_begin(records, "transition_record");
	record_text(records, "move", pupil->year == 6 ? "y6_7" : "y2_3");
	record_text(records, "academic_year", "2025/26");
	record_text(records, "tier",
	    enhanced    ? "enhanced"
	    : nominated ? "targeted"
			: "universal");
	record_text(records, "strengths", draw_pick(&draw, strengths));
	record_text(records, "what_helps", draw_pick(&draw, what_helps));
	record_text(records, "what_to_avoid",
	    draw_chance(&draw, 60) ? draw_pick(&draw, what_to_avoid) : "");
	record_text(records, "must_know",
	    draw_chance(&draw, 5) ? "Carries an inhaler in the blue bag." : "");
	record_text(records, "pupil_voice", draw_pick(&draw, voices));
	record_text(records, "parent_view",
	    draw_chance(&draw, 40) ? draw_pick(&draw, parent_views) : "");
	record_text(records, "reading", draw_pick(&draw, judgements));
	record_text(records, "writing", draw_pick(&draw, judgements));
	record_text(records, "maths", draw_pick(&draw, judgements));
	record_text(records, "independence", draw_pick(&draw, levels));
	record_text(records, "routines", draw_pick(&draw, levels));
	record_text(records, "friends", draw_pick(&draw, levels));
	record_text(records, "feelings", draw_pick(&draw, levels));
	record_text(records, "home", draw_pick(&draw, levels));
	record_text(records, "parent_agrees", "Y");
	record_text(records, "agreed_on", "2026-05-12");
	record_end(records);
}

/* Number may be one before the first or after the last of all. */
static bool
is_classmate(const struct partnership *partnership,
    const struct partnership_pupil *pupil, uint32_t number)
{
	return number < partnership->pupil_count &&
	       partnership->pupils[number].school == pupil->school &&
	       partnership->pupils[number].year == pupil->year;
}

static void
write_friendship(struct records *records, uint32_t number)
{
	const struct partnership *partnership = records->partnership;
	const struct partnership_pupil *pupil = &partnership->pupils[number];
	struct draw draw = draw_begin(partnership->seed, "friend", number);
	const struct partnership_pupil *other;
	uint32_t first = number;
	uint32_t count = 1;
	bool apart;

	while (is_classmate(partnership, pupil, first - 1)) {
		first--;
		count++;
	}
	while (is_classmate(partnership, pupil, first + count))
		count++;
	if (count == 1 || !draw_chance(&draw, 45))
		return;
	other = &partnership->pupils[first + draw_below(&draw, count - 1)];
	if (other >= pupil)
		other++;
	apart = draw_chance(&draw, 25);
	record_begin(records, "friendship");
	record_text(records, "kind", apart ? "keep_apart" : "keep_with");
	record_print(records, "other_name", "%s %s", other->forename,
	    other->surname);
	record_text(records, "other_school",
	    partnership_schools[other->school].laestab);
	record_text(records, "reason",
	    apart ? "They set each other off; both do better apart."
		  : "Each is calmer when the other is in the room.");
	record_end(records);
}

struct note {
	const char *category;
	const char *text;
};

static void
write_note(struct records *records, uint32_t number)
{
	static const struct note notes[] = {
		{ "praise", "Helped a new child find the hall, unasked." },
		{ "praise", "Read to the whole assembly, loud and clear." },
		{ "learning", "Has the idea of fractions since the pizza." },
		{ "learning", "Writes more when typing; try a keyboard." },
		{ "behaviour", "Left the room upset, came back after five"
			       " minutes and said sorry to the class." },
		{ "medical", "New glasses; to be worn for the board." },
		{ "family", "A baby brother since March; often tired." },
		{ "pastoral", "Walks home alone now, and is proud of it." },
		{ "pastoral", "Missed breakfast twice this week; fed here." },
	};
	struct draw draw =
	    draw_begin(records->partnership->seed, "note", number);
	const struct note *note;

	if (!draw_chance(&draw, 20))
		return;
	note = &notes[draw_below(&draw, sizeof(notes) / sizeof(notes[0]))];
	record_begin(records, "note");
	record_text(records, "category", note->category);
	record_day(records, "happened_on", PARTNERSHIP_YEAR,
	    draw_below(&draw, 280));
	record_text(records, "text", note->text);
	record_end(records);
}

static void
write_nomination(struct records *records, uint32_t number)
{
	static const char *const reasons[] = { "sen", "friendship",
		"confidence", "attendance", "circumstance", "school_judgement",
		NULL };
	static const char *const events[] = {
		"Music workshops: brass and drums",
		"Music workshops: strings and song", "Summer school 2026",
		"Summer school 2026", NULL
	};
	struct draw draw =
	    draw_begin(records->partnership->seed, "nomination", number);

	record_begin(records, "nomination");
	record_text(records, "event", draw_pick(&draw, events));
	record_text(records, "reason", draw_pick(&draw, reasons));
	record_text(records, "state",
	    draw_chance(&draw, 40) ? "invited" : "nominated");
	record_text(records, "state_on", "2026-05-19");
	record_text(records, "practical_needs",
	    draw_chance(&draw, 30) ? "Needs a lift home on Thursdays." : "");
	record_end(records);
}

static void
write_meeting(struct records *records, uint32_t number)
{
	const struct partnership_pupil *pupil =
	    &records->partnership->pupils[number];
	struct draw draw =
	    draw_begin(records->partnership->seed, "meeting", number);
	bool held = draw_chance(&draw, 50);

	record_begin(records, "family_meeting");
	record_text(records, "kind",
	    pupil->year == 6         ? "early_family"
	    : draw_chance(&draw, 50) ? "listen"
				     : "tell");
	record_print(records, "starts", "2026-06-%02uT%02u:30:00Z",
	    draw_between(&draw, 1, 28), draw_between(&draw, 13, 16));
	record_text(records, "place", "The library corner");
	record_text(records, "state", held ? "held" : "booked");
	record_text(records, "matters",
	    held ? draw_pick(&draw, parent_views) : "");
	record_text(records, "agreed",
	    held ? "The tutor rings in the second week of September." : "");
	record_end(records);
}

void
transition_records(struct records *records, uint32_t number)
{
	const struct partnership_pupil *pupil =
	    &records->partnership->pupils[number];
	struct draw draw =
	    draw_begin(records->partnership->seed, "to be met", number);
	bool nominated = pupil_is_nominated(records, number);

	write_note(records, number);
	if (!pupil->leaver)
		return;
	write_transition_record(records, number);
	write_friendship(records, number);
	if (nominated)
		write_nomination(records, number);
	if (nominated || (pupil->year == 2 && draw_chance(&draw, 10)))
		write_meeting(records, number);
}
