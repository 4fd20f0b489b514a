/*
 * What terminals and browsers get: within 80 columns, well-formed, accessible,
 * and nothing of anybody's data taken for more than text.
 *
 * Covers common/report/report_text.c, report_html.c and report_show.c.
 */
#include "common/report/report.h"

#include <expat.h>

#include "tests/unit/report/reading.h"
#include "tests/unit/scratch.h"

#define WICKED "<script>alert('1')</script>&\"\x1b[2J\xc2\x9b"

static json_t *
wicked_report(struct world *world, uint64_t school)
{
	struct report_about about = about_on(TODAY, school);
	json_t *report = NULL;

	about.title = WICKED;
	about.sync = json_array();
	report_add_line(about.sync, "Waiting", true, "%s", WICKED);
	report_add_line(about.sync, "Night", false, "done");
	fixture_update(world->replica, 0, world->elm, "name", WICKED, NULL);
	trouble(world);
	fixture_pupil(world->replica, WICKED, world->oak);
	assert_ok(report_make(world->replica, &about, &report, err));
	assert_ok(report_add_names(world->replica, report, err));
	json_decref(about.sync);
	return report;
}

/* --- the terminal --------------------------------------------------------- */

static void
expect_lines_fit(const char *text)
{
	size_t columns = 0;

	for (; *text != '\0'; text++) {
		if (*text == '\n')
			columns = 0;
		else if (((unsigned char)*text & 0xc0) != 0x80)
			columns++;
		assert_in_range(columns, 0, 80);
		assert_true(*text == '\n' || (unsigned char)*text >= ' ');
	}
}

static void
test_text_fits_in_80_columns(void **state)
{
	struct world *world = *state;
	struct buffer buffer = { 0 };

	for (int hub = 0; hub < 2; hub++) {
		json_t *report = wicked_report(world, hub ? 0 : world->oak);
		const char *text = rendered(report, 0, &buffer);

		expect_lines_fit(text);
		assert_null(strstr(text, "\xc2\x9b"));
		assert_non_null(strstr(text, "look  Waiting: <script>"));
		json_decref(report);
	}
	buffer_deinit(&buffer);
}

static void
test_long_word_is_broken(void **state)
{
	struct world *world = *state;
	struct report_about about = about_on(TODAY, 0);
	struct buffer buffer = { 0 };
	char title[300];
	json_t *report = NULL;

	memset(title, 'a', sizeof(title) - 1);
	title[sizeof(title) - 1] = '\0';
	about.title = title;
	assert_ok(report_make(world->replica, &about, &report, err));
	expect_lines_fit(rendered(report, 0, &buffer));
	buffer_deinit(&buffer);
	json_decref(report);
}

/* A name is cut between characters, or the page would be none. */
static void
test_long_names_stay_whole_characters(void **state)
{
	struct world *world = *state;
	struct buffer buffer = { 0 };
	char name[100 * 3 + 1] = "";
	json_t *lines = json_array();
	json_t *report;

	for (int i = 0; i < 100; i++)
		memcpy(name + 3 * i, "\u674e", 4);
	add_child(world, world->oak, name, "C999200119017");
	add_child(world, world->oak, name, "C999200119017");
	report = made_on(world, TODAY, world->oak);
	assert_ok(report_add_names(world->replica, report, err));
	for (int i = 0; i < RENDERINGS; i++)
		assert_true(
		    utf8_is_valid(bytes_of_text(rendered(report, i, &buffer))));
	report_add_line(lines, "Waiting", false, "%s%s", name, name);
	assert_int_equal(json_array_size(lines), 1);
	json_decref(lines);
	buffer_deinit(&buffer);
	json_decref(report);
}

static void
test_nothing_found_is_said(void **state)
{
	struct world *world = *state;
	struct buffer buffer = { 0 };
	json_t *report = made_on(world, TODAY, 0);

	assert_non_null(strstr(rendered(report, 0, &buffer), "None."));
	assert_non_null(strstr(rendered(report, 1, &buffer), "<p>None.</p>"));
	buffer_deinit(&buffer);
	json_decref(report);
}

/* Fifty of a kind are told, then how many more there are. */
static void
test_long_lists_are_cut_and_counted(void **state)
{
	struct world *world = *state;
	struct buffer buffer = { 0 };
	json_t *report;

	for (int i = 0; i < 55; i++)
		fixture_pupil(world->replica, "Brandt", world->oak);
	report = made_on(world, TODAY, world->oak);
	for (int i = 0; i < RENDERINGS - 1; i++)
		assert_non_null(strstr(rendered(report, i, &buffer),
		    "and 5 more that have time, or do not fit here"));
	buffer_deinit(&buffer);
	json_decref(report);
}

static void
test_long_chase_is_cut_and_counted(void **state)
{
	struct world *world = *state;
	struct buffer buffer = { 0 };
	json_t *report;

	for (int i = 0; i < 52; i++)
		fixture_insert(world->replica, world->elm, "expected_pupil",
		    "surname", "Brandt", "forename", "Ana", "birth_date",
		    "2015-03-02", "nc_year_actual", "7", "entry_date",
		    "2026-09-02", "state", "expected", NULL);
	report = made_on(world, TODAY, world->elm);
	for (int i = 0; i < RENDERINGS - 1; i++)
		assert_non_null(
		    strstr(rendered(report, i, &buffer), "and 2 more"));
	buffer_deinit(&buffer);
	json_decref(report);
}

/* --- the page ------------------------------------------------------------- */

struct page {
	int depth;
	int level; /* of the last heading */
	int headings;
	int tables, captions, head_cells, scopes;
};

static const char *
attribute_of(const XML_Char **attributes, const char *name)
{
	for (; *attributes != NULL; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	return NULL;
}

static void
on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
	static const char *const banned[] = { "script", "img", "link", "iframe",
		"object", "form", "a" };
	struct page *page = context;

	page->depth++;
	for (size_t i = 0; i < sizeof(banned) / sizeof(banned[0]); i++)
		assert_string_not_equal(name, banned[i]);
	assert_null(attribute_of(attributes, "src"));
	assert_null(attribute_of(attributes, "href"));
	assert_null(attribute_of(attributes, "onload"));
	if (name[0] == 'h' && name[1] >= '1' && name[1] <= '6') {
		assert_in_range(name[1] - '0', 1, page->level + 1);
		page->level = name[1] - '0';
		page->headings++;
	}
	page->tables += strcmp(name, "table") == 0;
	page->captions += strcmp(name, "caption") == 0;
	page->head_cells += strcmp(name, "th") == 0;
	page->scopes += strcmp(name, "th") == 0 &&
	                attribute_of(attributes, "scope") != NULL;
	if (strcmp(name, "html") == 0)
		assert_string_equal(attribute_of(attributes, "lang"), "en-GB");
}

static void
on_end(void *context, const XML_Char *name)
{
	struct page *page = context;

	(void)name;
	page->depth--;
}

static void
expect_page(const char *text)
{
	XML_Parser parser = XML_ParserCreate("UTF-8");
	struct page page = { 0 };

	assert_non_null(parser);
	XML_SetUserData(parser, &page);
	XML_SetElementHandler(parser, on_start, on_end);
	if (XML_Parse(parser, text, (int)strlen(text), 1) != XML_STATUS_OK)
		fail_msg("line %lu: %s",
		    (unsigned long)XML_GetCurrentLineNumber(parser),
		    XML_ErrorString(XML_GetErrorCode(parser)));
	XML_ParserFree(parser);
	assert_int_equal(page.depth, 0);
	assert_in_range(page.headings, 4, 100);
	assert_in_range(page.tables, 1, 100);
	assert_int_equal(page.tables, page.captions);
	assert_int_equal(page.head_cells, page.scopes);
}

static void
test_page_is_well_formed_and_escaped(void **state)
{
	struct world *world = *state;
	struct buffer buffer = { 0 };

	for (int hub = 0; hub < 2; hub++) {
		json_t *report = wicked_report(world, hub ? 0 : world->oak);
		const char *text = rendered(report, 1, &buffer);

		expect_page(text);
		assert_null(strstr(text, "<script"));
		assert_null(strstr(text, "http"));
		assert_null(strstr(text, "url("));
		assert_non_null(strstr(text, "&lt;script&gt;alert(&#39;1"));
		json_decref(report);
	}
	buffer_deinit(&buffer);
}

/* --- for a person --------------------------------------------------------- */

static enum status
show(struct world *world, const char *html, const char *day, bool json,
    struct error *error)
{
	const struct report_wish wish = { json, html, day };
	struct report_about about = about_on(TODAY, world->oak);

	return report_show(world->replica, &about, &wish, error);
}

static void
test_page_is_written_for_its_owner(void **state)
{
	struct world *world = *state;
	char folder[SCRATCH_BYTES], path[SCRATCH_BYTES + 16];
	struct error error = { 0 };
	FILE *file;

	trouble(world);
	scratch_make(folder);
	snprintf(path, sizeof(path), "%s/report.html", folder);
	assert_int_equal(show(world, path, NULL, false, &error), STATUS_OK);
	file = fopen(path, "r");
	assert_non_null(file);
	fclose(file);
	scratch_remove(folder);
	assert_int_equal(show(world, path, NULL, false, &error),
	    STATUS_NOT_FOUND);
}

static void
test_wrong_wishes_are_told(void **state)
{
	struct world *world = *state;
	struct error error = { 0 };

	assert_int_equal(show(world, "x", NULL, true, &error), STATUS_USAGE);
	assert_int_equal(show(world, NULL, "tuesday", false, &error),
	    STATUS_USAGE);
	assert_int_equal(show(world, NULL, "2026-11-23T", false, &error),
	    STATUS_USAGE);
	assert_int_equal(show(world, NULL, "2026-11-22", false, &error),
	    STATUS_NOT_FOUND);
}

/* A look keeps nothing, and is compared with the last night. */
static void
test_look_by_a_person_keeps_nothing(void **state)
{
	struct world *world = *state;
	struct report_about about = about_on(TODAY, world->oak);
	struct error error = { 0 };
	json_t *report = NULL;

	assert_int_equal(show(world, NULL, NULL, true, &error), STATUS_OK);
	assert_int_equal(report_load(world->replica, TODAY, &report, UNREAD),
	    STATUS_NOT_FOUND);
	assert_ok(report_make_and_store(world->replica, &about, NULL, err));
	assert_int_equal(show(world, NULL, TODAY, false, &error), STATUS_OK);
	assert_int_equal(show(world, NULL, NULL, false, &error), STATUS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(test_text_fits_in_80_columns),
		WORLD(test_long_word_is_broken),
		WORLD(test_long_names_stay_whole_characters),
		WORLD(test_nothing_found_is_said),
		WORLD(test_long_lists_are_cut_and_counted),
		WORLD(test_long_chase_is_cut_and_counted),
		WORLD(test_page_is_well_formed_and_escaped),
		WORLD(test_page_is_written_for_its_owner),
		WORLD(test_wrong_wishes_are_told),
		WORLD(test_look_by_a_person_keeps_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
