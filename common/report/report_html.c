/*
 * One page to read and to print: no script, nothing from outside, headings in
 * order, tables with captions and scopes, and no meaning by colour alone.
 * Every element is closed, so that it is XML as well.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/report/report_private.h"

static const char head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en-GB\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\"/>\n"
    "<meta name=\"viewport\" content=\"width=device-width, "
    "initial-scale=1\"/>\n"
    "<style>\n"
    "@page { size: A4; margin: 15mm; }\n"
    "body { font: 1rem/1.45 Arial, Helvetica, sans-serif; color: #0b0c0c;"
    " background: #ffffff; max-width: 60rem; margin: 0 auto;"
    " padding: 1.5rem; }\n"
    "h1 { font-size: 1.75rem; line-height: 1.2; margin: 0; }\n"
    "h2 { font-size: 1.375rem; margin: 2rem 0 0.5rem;"
    " border-bottom: 2px solid #0b0c0c; }\n"
    "h3 { font-size: 1.125rem; margin: 1.5rem 0 0.25rem; }\n"
    "p { margin: 0 0 0.5rem; }\n"
    ".lead { font-size: 1.125rem; }\n"
    ".quiet { color: #484949; }\n"
    "table { border-collapse: collapse; width: 100%;"
    " margin: 0.5rem 0 1rem; }\n"
    "caption { text-align: left; font-weight: bold; padding: 0.25rem 0; }\n"
    "th, td { text-align: left; vertical-align: top;"
    " padding: 0.375rem 1rem 0.375rem 0;"
    " border-bottom: 1px solid #b1b4b6; overflow-wrap: break-word; }\n"
    "thead th { border-bottom: 2px solid #0b0c0c; vertical-align: bottom; }\n"
    "tbody th { font-weight: bold; }\n"
    ".number { text-align: right; white-space: nowrap; }\n"
    ".mark { font-weight: bold; border: 2px solid #0b0c0c;"
    " padding: 0 0.375rem; white-space: nowrap; }\n"
    "@media print { body { font-size: 10pt; padding: 0; max-width: none; }"
    " h2, h3, caption { break-after: avoid; }"
    " tr { break-inside: avoid; } thead { display: table-header-group; } }\n"
    "</style>\n";

/* --- text and elements ---------------------------------------------------- */

/* The five that mean something become references; what XML cannot hold becomes
 * a space. */
static void
put_text(struct report_out *out, const char *text)
{
	char one[2] = "";

	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			report_put(out, "&amp;");
			break;
		case '<':
			report_put(out, "&lt;");
			break;
		case '>':
			report_put(out, "&gt;");
			break;
		case '"':
			report_put(out, "&quot;");
			break;
		case '\'':
			report_put(out, "&#39;");
			break;
		default:
			one[0] = (unsigned char)*text < ' ' ? ' ' : *text;
			report_put(out, one);
			break;
		}
	}
}

/* before and after are markup, text is not. */
static void
put_in(struct report_out *out, const char *before, const char *text,
    const char *after)
{
	report_put(out, before);
	put_text(out, text);
	report_put(out, after);
}

static void
put_number(struct report_out *out, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	put_in(out, "<td class=\"number\">", text, "</td>");
}

/* Titles of columns; those that begin with '#' are of numbers. */
static void
begin_table(struct report_out *out, const char *caption,
    const char *const *columns)
{
	put_in(out, "<table>\n<caption>", caption, "</caption>\n<thead><tr>");
	for (; *columns != NULL; columns++) {
		if (**columns == '#')
			put_in(out, "<th scope=\"col\" class=\"number\">",
			    *columns + 1, "</th>");
		else
			put_in(out, "<th scope=\"col\">", *columns, "</th>");
	}
	report_put(out, "</tr></thead>\n<tbody>\n");
}

static void
end_table(struct report_out *out)
{
	report_put(out, "</tbody>\n</table>\n");
}

/* --- parts ---------------------------------------------------------------- */

static void
put_sync(struct report_out *out, const json_t *report)
{
	static const char *const columns[] = { "What", "How it stands", "To do",
		NULL };
	const json_t *lines = json_object_get(report, "sync");
	json_t *line;
	size_t i;

	report_put(out, "<h2>State of sync</h2>\n");
	if (json_array_size(lines) == 0) {
		report_put(out, "<p>Nothing is told of it here.</p>\n");
		return;
	}
	begin_table(out, "Sync and the night's work", columns);
	json_array_foreach(lines, i, line)
	{
		put_in(out, "<tr><th scope=\"row\">", report_text(line, "what"),
		    "</th>");
		put_in(out, "<td>", report_text(line, "text"), "</td>");
		report_put(out,
		    json_is_true(json_object_get(line, "attention"))
			? "<td><span class=\"mark\">Look at this</span></td>"
			: "<td>Nothing</td>");
		report_put(out, "</tr>\n");
	}
	end_table(out);
}

static void
put_item(struct report_out *out, const json_t *report, const json_t *item)
{
	char words[WORDS_BYTES];

	report_words_who(item, words);
	put_in(out, "<tr><th scope=\"row\">", words, "");
	if (json_is_true(json_object_get(item, "new")))
		report_put(out, " <span class=\"mark\">new</span>");
	report_words_schools(report, item, words);
	put_in(out, "</th><td>", words, "</td>");
	put_in(out, "<td>", report_words_acts(report, item), "</td>");
	report_words_due(item, words);
	put_in(out, "<td>", words, "</td></tr>\n");
}

static void
put_items(struct report_out *out, const json_t *report, const json_t *section)
{
	static const char *const columns[] = { "Whom or what", "With",
		"Who must act", "When", NULL };
	const json_t *items = json_object_get(section, "items");
	char words[WORDS_BYTES];
	size_t told = 0;
	json_t *item;
	size_t i;

	snprintf(words, sizeof(words), "%s, one by one",
	    report_text(section, "title"));
	begin_table(out, words, columns);
	json_array_foreach(items, i, item)
	{
		if (!report_item_is_told(item, told))
			continue;
		told++;
		put_item(out, report, item);
	}
	if (told < json_array_size(items)) {
		snprintf(words, sizeof(words),
		    "and %zu more that have time, or do not fit here",
		    json_array_size(items) - told);
		put_in(out, "<tr><td colspan=\"4\">", words, "</td></tr>\n");
	}
	end_table(out);
}

static void
put_groups(struct report_out *out, const json_t *section)
{
	static const char *const columns[] = { "Who must act", "With",
		"#How many", "#Overdue", "#Due within 14 days", NULL };
	char words[WORDS_BYTES];
	json_t *group;
	size_t i;

	snprintf(words, sizeof(words), "%s, by school",
	    report_text(section, "title"));
	begin_table(out, words, columns);
	json_array_foreach(json_object_get(section, "schools"), i, group)
	{
		put_in(out, "<tr><th scope=\"row\">",
		    report_school_or(group, "acts", "every school"), "</th>");
		put_in(out, "<td>", report_school_or(group, "with", "nobody"),
		    "</td>");
		put_number(out, report_count(group, "count"));
		put_number(out, report_count(group, "overdue"));
		put_number(out, report_count(group, "soon"));
		report_put(out, "</tr>\n");
	}
	end_table(out);
}

static void
put_list(struct report_out *out, const json_t *report, int list)
{
	const json_t *sections = json_object_get(report, report_lists[list]);
	char words[WORDS_BYTES];
	bool told = false;
	json_t *section;
	size_t i;

	put_in(out, "<h2>", report_list_titles[list], "</h2>\n");
	json_array_foreach(sections, i, section)
	{
		if (!report_section_is_told(section))
			continue;
		told = true;
		put_in(out, "<h3>", report_text(section, "title"), "</h3>\n");
		report_words_section(report, section, words);
		put_in(out, "<p>In all: ", words, ".</p>\n");
		if (report_count(section, "count") == 0)
			continue;
		put_in(out, "<p class=\"quiet\">",
		    report_text(section, "advice"), "</p>\n");
		if (report_is_of_hub(report))
			put_groups(out, section);
		else
			put_items(out, report, section);
	}
	if (!told)
		report_put(out, "<p>None.</p>\n");
}

static void
put_arrival(struct report_out *out, const json_t *report)
{
	const json_t *schools = json_object_get(report, "arrival");
	char words[WORDS_BYTES];
	const json_t *parts;
	json_t *school;
	size_t i;

	if (json_array_size(schools) == 0)
		return;
	report_put(out, "<h2>Arrival check</h2>\n");
	json_array_foreach(schools, i, school)
	{
		put_in(out, "<h3>", report_text(school, "school"), "</h3>\n");
		report_words_arrival(school, words);
		put_in(out, "<p class=\"lead\">", words, ".</p>\n");
		parts = report_arrival_parts(school);
		if (json_array_size(parts) == 0)
			continue;
		report_put(out, "<p>To chase:</p>\n<ul>\n");
		for (size_t j = 0; report_words_chase(parts, j, words); j++)
			put_in(out, "<li>", words, "</li>\n");
		report_put(out, "</ul>\n");
	}
}

enum status
report_render_html(const json_t *report, struct buffer *buffer,
    struct error *err)
{
	struct report_out out = { .buffer = buffer };
	char words[WORDS_BYTES];

	report_put(&out, head);
	put_in(&out, "<title>Morning report: ", report_text(report, "title"),
	    "</title>\n</head>\n<body>\n<main>\n");
	put_in(&out, "<h1>Morning report: ", report_text(report, "title"),
	    "</h1>\n");
	report_words_day(report, words);
	put_in(&out, "<p class=\"lead\">", words, "</p>\n");
	report_words_compared(report, words);
	put_in(&out, "<p>", words, "</p>\n");
	put_sync(&out, report);
	put_arrival(&out, report);
	for (int list = 0; list < 2; list++)
		put_list(&out, report, list);
	report_put(&out, "</main>\n</body>\n</html>\n");
	if (out.status != STATUS_OK)
		return error_set(err, out.status, "write the report's page");
	return STATUS_OK;
}
