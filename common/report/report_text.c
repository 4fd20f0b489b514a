/*
 * For a terminal: 80 columns, no control character from anybody's data.
 */
#include <stdio.h>
#include <string.h>

#include "common/report/report_private.h"

enum {
	COLUMNS = 80,
	LINE_BYTES = 4 * WORDS_BYTES
};

/* --- lines ---------------------------------------------------------------- */

static bool
begins_character(char byte)
{
	return ((unsigned char)byte & 0xc0) != 0x80;
}

/* Control characters become spaces; U+0080 to U+009F are such too. */
static void
clean(char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;
		unsigned char next = (unsigned char)text[1];

		if (byte < ' ' || byte == 0x7f) {
			*text = ' ';
		} else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {
			text[0] = ' ';
			text[1] = ' ';
		}
	}
}

/* How many bytes of text, up to a space where there is one, fit in columns. */
static size_t
fitting(const char *text, size_t columns)
{
	size_t end = 0, shown = 0, last_space = 0;

	for (; text[end] != '\0'; end++) {
		if (begins_character(text[end]) && shown++ == columns)
			return last_space > 0 ? last_space : end;
		if (text[end] == ' ')
			last_space = end;
	}
	return end;
}

/* Break text into lines; the first begins with first, the others with as many
 * spaces. */
static void
put_wrapped(struct report_out *out, const char *first, const char *words)
{
	size_t indent = strlen(first);
	char text[LINE_BYTES], line[LINE_BYTES];
	const char *rest = text;
	size_t size;

	snprintf(text, sizeof(text), "%s", words);
	clean(text);
	report_put(out, first);
	for (;;) {
		size = fitting(rest, COLUMNS - indent);
		snprintf(line, sizeof(line), "%.*s\n", (int)size, rest);
		report_put(out, line);
		rest += size;
		rest += strspn(rest, " ");
		if (*rest == '\0')
			return;
		snprintf(line, sizeof(line), "%*s", (int)indent, "");
		report_put(out, line);
	}
}

static void
put_heading(struct report_out *out, const char *heading, char rule)
{
	char line[COLUMNS + 1] = "";
	size_t size = fitting(heading, COLUMNS);

	put_wrapped(out, "", heading);
	memset(line, rule, size);
	report_put(out, line);
	report_put(out, "\n");
}

/* --- parts ---------------------------------------------------------------- */

static void
put_sync(struct report_out *out, const json_t *report)
{
	const json_t *lines = json_object_get(report, "sync");
	char words[LINE_BYTES];
	json_t *line;
	size_t i;

	report_put(out, "\n");
	put_heading(out, "State of sync", '-');
	json_array_foreach(lines, i, line)
	{
		snprintf(words, sizeof(words), "%s: %s",
		    report_text(line, "what"), report_text(line, "text"));
		put_wrapped(out,
		    json_is_true(json_object_get(line, "attention"))
			? "  look  "
			: "  ok    ",
		    words);
	}
	if (json_array_size(lines) == 0)
		report_put(out, "  Nothing is told of it here.\n");
}

static void
put_items(struct report_out *out, const json_t *report, const json_t *items)
{
	char who[WORDS_BYTES], schools[WORDS_BYTES], due[WORDS_BYTES];
	char words[LINE_BYTES];
	const char *acts, *with;
	const json_t *item;
	size_t told = 0;

	for (size_t i = 0; i < json_array_size(items); i++) {
		item = json_array_get(items, i);
		if (!report_item_is_told(item, told))
			continue;
		told++;
		report_words_who(item, who);
		report_words_schools(report, item, schools);
		acts = report_words_acts(report, item);
		with = strcmp(schools, acts) != 0 ? schools : "";
		report_words_due(item, due);
		snprintf(words, sizeof(words), "%s%s%s: %s must act; %s", who,
		    with[0] != '\0' ? ", with " : "", with, acts, due);
		put_wrapped(out,
		    json_is_true(json_object_get(item, "new")) ? "  new  "
							       : "    -  ",
		    words);
	}
	if (told < json_array_size(items)) {
		snprintf(words, sizeof(words),
		    "and %zu more that have time, or do not fit here",
		    json_array_size(items) - told);
		put_wrapped(out, "    -  ", words);
	}
}

static void
put_groups(struct report_out *out, const json_t *groups)
{
	char words[WORDS_BYTES];
	json_t *group;
	size_t i;

	json_array_foreach(groups, i, group)
	{
		report_words_group(group, words);
		put_wrapped(out, "    -  ", words);
	}
}

static void
put_section(struct report_out *out, const json_t *report, const json_t *section)
{
	char counts[WORDS_BYTES], words[LINE_BYTES];

	report_words_section(report, section, counts);
	snprintf(words, sizeof(words), "%s: %s", report_text(section, "title"),
	    counts);
	report_put(out, "\n");
	put_wrapped(out, "", words);
	if (report_count(section, "count") == 0)
		return;
	put_wrapped(out, "  ", report_text(section, "advice"));
	if (report_is_of_hub(report))
		put_groups(out, json_object_get(section, "schools"));
	else
		put_items(out, report, json_object_get(section, "items"));
}

static void
put_list(struct report_out *out, const json_t *report, int list)
{
	const json_t *sections = json_object_get(report, report_lists[list]);
	bool told = false;
	json_t *section;
	size_t i;

	report_put(out, "\n");
	put_heading(out, report_list_titles[list], '-');
	json_array_foreach(sections, i, section)
	{
		if (!report_section_is_told(section))
			continue;
		put_section(out, report, section);
		told = true;
	}
	if (!told)
		report_put(out, "  None.\n");
}

static void
put_arrival(struct report_out *out, const json_t *report)
{
	const json_t *schools = json_object_get(report, "arrival");
	char counts[WORDS_BYTES], words[LINE_BYTES];
	const json_t *parts;
	json_t *school;
	size_t i;

	if (json_array_size(schools) == 0)
		return;
	report_put(out, "\n");
	put_heading(out, "Arrival check", '-');
	json_array_foreach(schools, i, school)
	{
		report_words_arrival(school, counts);
		snprintf(words, sizeof(words), "%s: %s",
		    report_text(school, "school"), counts);
		put_wrapped(out, "  ", words);
		parts = report_arrival_parts(school);
		for (size_t j = 0; report_words_chase(parts, j, words); j++)
			put_wrapped(out, "    -  ", words);
	}
}

enum status
report_render_text(const json_t *report, struct buffer *buffer,
    struct error *err)
{
	struct report_out out = { .buffer = buffer };
	char day[WORDS_BYTES], words[LINE_BYTES];

	report_words_day(report, day);
	snprintf(words, sizeof(words), "%s: morning report, %s",
	    report_text(report, "title"), day);
	put_heading(&out, words, '=');
	report_words_compared(report, words);
	put_wrapped(&out, "", words);
	put_sync(&out, report);
	put_arrival(&out, report);
	for (int list = 0; list < 2; list++)
		put_list(&out, report, list);
	if (out.status != STATUS_OK)
		return error_set(err, out.status, "write the report");
	return STATUS_OK;
}
