/*
 * Reading the model, and the words that all renderings use for it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/report/report_private.h"
#include "protocol/value.h"

const char *const report_lists[2] = { "findings", "deadlines" };
const char *const report_list_titles[2] = { "Findings", "Deadlines" };

const char *
report_text(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text != NULL ? text : "";
}

uint64_t
report_count(const json_t *object, const char *member)
{
	return (uint64_t)json_integer_value(json_object_get(object, member));
}

void
report_cut(char *text)
{
	size_t size = strlen(text);

	while (size > 0 &&
	       !utf8_is_valid((struct bytes){ (const uint8_t *)text, size }))
		text[--size] = '\0';
}

bool
report_is_of_hub(const json_t *report)
{
	return strcmp(report_text(report, "for"), "hub") == 0;
}

static void
day_words(const json_t *object, const char *member, char out[DAY_WORDS_BYTES])
{
	day_format_words(day_of_text(
			     bytes_of_text(report_text(object, member))),
	    out);
}

void
report_words_day(const json_t *report, char words[WORDS_BYTES])
{
	static const char *const names[] = { "Thursday", "Friday", "Saturday",
		"Sunday", "Monday", "Tuesday", "Wednesday" };
	int32_t day = day_of_text(bytes_of_text(report_text(report, "day")));
	char date[DAY_WORDS_BYTES];

	day_format_words(day, date);
	snprintf(words, WORDS_BYTES, "%s %s",
	    day == DAY_NONE ? "" : names[(day % 7 + 7) % 7], date);
}

void
report_words_compared(const json_t *report, char words[WORDS_BYTES])
{
	char day[DAY_WORDS_BYTES];

	day_words(report, "compared_with", day);
	if (day[0] == '\0')
		snprintf(words, WORDS_BYTES,
		    "There is no earlier report to compare with.");
	else
		snprintf(words, WORDS_BYTES, "Compared with the report of %s.",
		    day);
}

/* --- sections ------------------------------------------------------------- */

bool
report_section_is_told(const json_t *section)
{
	return report_count(section, "count") > 0 ||
	       report_count(section, "gone") > 0;
}

/* Append; what does not fit is cut. */
static void
add(char words[WORDS_BYTES], const char *text)
{
	size_t size = strlen(words);

	snprintf(words + size, WORDS_BYTES - size, "%s", text);
	report_cut(words);
}

static void
add_count(char words[WORDS_BYTES], const char *before, uint64_t count,
    const char *after)
{
	char text[96];

	snprintf(text, sizeof(text), "%s%" PRIu64 "%s", before, count, after);
	add(words, text);
}

/* "4, of which 2 overdue and 1 due within 14 days" */
static void
add_counts(char words[WORDS_BYTES], const json_t *counted)
{
	uint64_t overdue = report_count(counted, "overdue");
	uint64_t soon = report_count(counted, "soon");

	add_count(words, "", report_count(counted, "count"), "");
	if (overdue > 0)
		add_count(words, ", of which ", overdue, " overdue");
	if (soon > 0)
		add_count(words, overdue > 0 ? " and " : ", of which ", soon,
		    " due within 14 days");
}

void
report_words_section(const json_t *report, const json_t *section,
    char words[WORDS_BYTES])
{
	char day[DAY_WORDS_BYTES];

	words[0] = '\0';
	add_counts(words, section);
	day_words(report, "compared_with", day);
	if (day[0] == '\0')
		return;
	add_count(words, "; ", report_count(section, "new"), " new");
	add_count(words, ", ", report_count(section, "gone"), " gone since ");
	add(words, day);
}

/* --- items ---------------------------------------------------------------- */

bool
report_item_is_told(const json_t *item, size_t told)
{
	return told < LISTED_MAX &&
	       strcmp(report_text(item, "urgency"), "in_time") != 0;
}

static const char *
name_of(const json_t *item, const char *id, const char *name)
{
	const char *text = report_text(item, name);

	if (*text != '\0')
		return text;
	return json_is_string(json_object_get(item, id))
	           ? "a file that is no longer here"
	           : "not named here";
}

void
report_words_who(const json_t *item, char words[WORDS_BYTES])
{
	words[0] = '\0';
	add(words, name_of(item, "subject", "name"));
	if (!json_is_string(json_object_get(item, "second")))
		return;
	add(words, "; ");
	add(words, name_of(item, "second", "second_name"));
}

const char *
report_school_or(const json_t *object, const char *member, const char *none)
{
	const char *name = report_text(object, member);

	return *name != '\0' ? name : none;
}

/* A school's report has its name as title. */
static bool
is_this_school(const json_t *report, const char *name)
{
	return !report_is_of_hub(report) &&
	       strcmp(name, report_text(report, "title")) == 0;
}

const char *
report_words_acts(const json_t *report, const json_t *item)
{
	const char *acts = report_school_or(item, "acts", "every school");

	return is_this_school(report, acts) ? "this school" : acts;
}

void
report_words_schools(const json_t *report, const json_t *item,
    char words[WORDS_BYTES])
{
	static const char *const members[] = { "school", "other" };

	words[0] = '\0';
	for (int i = 0; i < 2; i++) {
		const char *name = report_text(item, members[i]);

		if (*name == '\0' || is_this_school(report, name))
			continue;
		if (words[0] != '\0')
			add(words, ", ");
		add(words, name);
	}
}

void
report_words_due(const json_t *item, char words[WORDS_BYTES])
{
	json_int_t days = json_integer_value(json_object_get(item, "days"));
	char day[DAY_WORDS_BYTES];
	const char *s = days == 1 || days == -1 ? "" : "s";

	day_words(item, "due_on", day);
	if (day[0] == '\0')
		snprintf(words, WORDS_BYTES, "no date");
	else if (days < 0)
		snprintf(words, WORDS_BYTES,
		    "%" JSON_INTEGER_FORMAT " day%s overdue, since %s", -days,
		    s, day);
	else if (days == 0)
		snprintf(words, WORDS_BYTES, "due today, %s", day);
	else
		snprintf(words, WORDS_BYTES,
		    "due in %" JSON_INTEGER_FORMAT " day%s, %s", days, s, day);
}

void
report_words_group(const json_t *group, char words[WORDS_BYTES])
{
	const char *with = report_text(group, "with");

	words[0] = '\0';
	add(words, report_school_or(group, "acts", "every school"));
	add(words, " must act");
	if (*with != '\0')
		add(words, ", with ");
	add(words, with);
	add(words, ": ");
	add_counts(words, group);
}

/* --- arrival -------------------------------------------------------------- */

void
report_words_arrival(const json_t *arrival, char words[WORDS_BYTES])
{
	snprintf(words, WORDS_BYTES,
	    "%" PRIu64 " expected, %" PRIu64 " on roll, %" PRIu64 " to chase",
	    report_count(arrival, "expected"), report_count(arrival, "on_roll"),
	    report_count(arrival, "to_chase"));
}

const json_t *
report_arrival_parts(const json_t *arrival)
{
	const json_t *children = json_object_get(arrival, "children");

	return children != NULL ? children : json_object_get(arrival, "from");
}

bool
report_words_chase(const json_t *parts, size_t place, char words[WORDS_BYTES])
{
	static const char unknown[] = "an unknown school";
	const json_t *part = json_array_get(parts, place);

	words[0] = '\0';
	if (part == NULL || place > LISTED_MAX)
		return false;
	if (place == LISTED_MAX) {
		add_count(words, "and ", json_array_size(parts) - place,
		    " more");
	} else if (json_object_get(part, "count") != NULL) {
		add_count(words, "", report_count(part, "count"), " from ");
		add(words, report_school_or(part, "school", unknown));
	} else {
		report_words_who(part, words);
		add(words, ", from ");
		add(words, report_school_or(part, "from", unknown));
	}
	return true;
}

/* --- out ------------------------------------------------------------------ */

void
report_put(struct report_out *out, const char *text)
{
	if (out->status == STATUS_OK)
		out->status = buffer_append(out->buffer, bytes_of_text(text));
}
