/*
 * How a computer stands in words, and what needs a person.  Covers
 * server/command/view_words.c and server/command/view_problems.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/limits.h"
#include "server/command/view_problems.h"

#define NOW     UINT64_C(1800000000000)
#define HOUR_MS UINT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

/* Connected, in step, and compared in the night. */
static struct view_site
well(void)
{
	return (struct view_site){
		.site = { .number = 7, .name = "office" },
		.school = { .name = "Oak" },
		.state = { .last_seen_ms = NOW,
		    .program = THROUGHLINE_VERSION,
		    .room = { true, 5 << 20, UINT64_C(1) << 40 } },
		.night = { .proved_ms = NOW - 9 * DAY_MS,
		    .done_ms = NOW - 5 * HOUR_MS,
		    .equal_ms = NOW - 5 * HOUR_MS },
		.connected = true,
		.placed = true,
		.joined_ms = NOW - 30 * DAY_MS,
		.certificate_ms = NOW + 200 * DAY_MS,
		.offer = "",
	};
}

static struct view
well_hub(struct view_site *site)
{
	return (struct view){
		.now_ms = NOW,
		.certificate_seconds = 365 * 24 * 60 * 60,
		.serving = true,
		.free_bytes = UINT64_C(1) << 40,
		.made_ms = NOW - 30 * DAY_MS,
		.certificate_ms = NOW + 200 * DAY_MS,
		.authority_ms = NOW + 7000 * DAY_MS,
		.night_ms = NOW - 20 * HOUR_MS,
		.backup_ms = NOW - 20 * HOUR_MS,
		.sites = site,
		.site_count = 1,
	};
}

/* --- words ---------------------------------------------------------------- */

static void
expect_words(const struct view_site *site, const char *standing,
    const char *words, const char *night, const char *more)
{
	char text[VIEW_WORDS_BYTES];

	assert_string_equal(view_standing_word(view_standing(site)), standing);
	assert_string_equal(view_site_words(site, NOW, text), words);
	assert_string_equal(view_night_words(site, NOW, text), night);
	assert_string_equal(view_more_words(site, NOW, text), more);
}

static void
test_computer_that_is_well(void **state)
{
	struct view_site site = well();

	(void)state;
	expect_words(&site, "in_step", "in step", "equal 5 h ago", "");
	site.night.wanted = true;
	site.state.conflicts = 2;
	expect_words(&site, "in_step", "in step", "equal 5 h ago, wanted",
	    "2 in conflict");
}

static void
test_computer_that_is_away(void **state)
{
	struct view_site site = well();

	(void)state;
	site.connected = false;
	site.state.last_seen_ms = NOW - 5 * DAY_MS;
	site.behind = 12;
	site.state.pending = 3;
	expect_words(&site, "offline",
	    "offline 5 days, 12 behind, "
	    "3 waiting there",
	    "equal 5 h ago", "");
	site = well();
	site.connected = false;
	site.state.last_seen_ms = 0;
	site.night = (struct night_state){ .wanted = true };
	expect_words(&site, "never_heard", "never heard from",
	    "never compared, wanted", "");
	site.site.revoked = true;
	site.state.refused = 3;
	expect_words(&site, "revoked", "revoked", "never compared, wanted", "");
}

static void
test_computer_on_its_way(void **state)
{
	struct view_site site = well();

	(void)state;
	site.behind = 4;
	expect_words(&site, "behind", "4 behind", "equal 5 h ago", "");
	site.state.pending = 1;
	expect_words(&site, "waiting", "4 behind, 1 waiting there",
	    "equal 5 h ago", "");
	site.state.pending = 0;
	site.placed = false;
	expect_words(&site, "behind", "finding its place", "equal 5 h ago", "");
	site.night.proved_ms = 0;
	site.night.done_ms = 0;
	expect_words(&site, "first_sync", "first sync", "never compared", "");
	site = well();
	site.night.done_ms = 0;
	expect_words(&site, "never_compared", "in step", "never compared", "");
}

static void
test_everything_else_is_told_below(void **state)
{
	struct view_site site = well();

	(void)state;
	site.night.found.outcome = FOUND_FAILED;
	site.night.found.faults = 2;
	site.state.refused = 3;
	site.state.clock_error_ms = -LIMIT_STAMP_AHEAD_MS - 1000;
	site.unpurged = 4;
	site.offer = "waited for";
	site.certificate_ms = NOW + 3 * DAY_MS;
	memcpy(site.state.program, "0.0.1", 6);
	expect_words(&site, "differs", "differs", "failed 5 h ago",
	    "waited for, could not be mended: 2 faults of its tables, "
	    "3 refused, its clock is -301 s off, 4 closed files not purged, "
	    "version 0.0.1, certificate until 2027-01-18");
	site.night.found.outcome = FOUND_MENDED;
	assert_int_equal(view_standing(&site), SITE_IN_STEP);
}

/* Numbers of any size are cut, and never run over. */
static void
test_words_fit(void **state)
{
	char text[VIEW_WORDS_BYTES];
	struct view_site site = well();
	struct found most = { UINT64_MAX, FOUND_FAILED, UINT64_MAX, UINT64_MAX,
		UINT64_MAX, UINT64_MAX, 1, 0, 0, 0, { 0 } };

	(void)state;
	site.night.found = most;
	site.state.refused = site.state.conflicts = UINT64_MAX;
	site.unpurged = UINT64_MAX;
	site.state.clock_error_ms = INT64_MIN + 1;
	view_more_words(&site, NOW, text);
	assert_true(strlen(text) < VIEW_WORDS_BYTES);
}

/* --- problems ------------------------------------------------------------- */

struct heard {
	size_t count;
	enum view_problem_kind kind;
	const struct view_site *site;
	char what[ERROR_TEXT_BYTES];
};

static void
hear(void *context, enum view_problem_kind kind, const struct view_site *site,
    const char *what)
{
	struct heard *heard = context;

	heard->count++;
	heard->kind = kind;
	heard->site = site;
	snprintf(heard->what, sizeof(heard->what), "%s", what);
}

/* It is the only one. */
static void
expect_problem(const struct view *view, enum view_problem_kind kind,
    const char *part)
{
	struct heard heard = { 0 };

	assert_int_equal(view_judge(view, hear, &heard), 1);
	assert_int_equal(view_judge(view, NULL, NULL), 1);
	assert_string_equal(view_problem_word(heard.kind),
	    view_problem_word(kind));
	assert_non_null(strstr(heard.what, part));
	assert_true(strlen(view_problem_remedy(kind)) > 10);
}

static void
expect_well(const struct view *view)
{
	assert_int_equal(view_judge(view, NULL, NULL), 0);
}

static void
test_each_trouble_of_the_hub_is_one_problem(void **state)
{
	struct view_site site = well();
	struct view hub = well_hub(&site);

	(void)state;
	expect_well(&hub);
	hub.serving = false;
	expect_problem(&hub, PROBLEM_NOT_SERVING, "does not serve");
	hub = well_hub(&site);
	hub.collecting = true;
	expect_well(&hub);
	hub.recovery.waited_for = 2;
	expect_problem(&hub, PROBLEM_COLLECTING, "2 computers");
	hub = well_hub(&site);
	hub.damaged = 3;
	expect_problem(&hub, PROBLEM_DAMAGED, "3 commits");
	hub = well_hub(&site);
	hub.free_bytes = 5000000;
	expect_problem(&hub, PROBLEM_DISK, "Only 5 MB");
	hub = well_hub(&site);
	hub.certificate_ms = NOW + 29 * DAY_MS;
	expect_problem(&hub, PROBLEM_HUB_CERTIFICATE, "2027-02-13");
	hub = well_hub(&site);
	hub.authority_ms = NOW + 364 * DAY_MS;
	expect_problem(&hub, PROBLEM_AUTHORITY, "2028-01-14");
}

/* A hub of yesterday owes nothing yet. */
static void
test_nights_and_backups_have_two_days(void **state)
{
	struct view_site site = well();
	struct view hub = well_hub(&site);

	(void)state;
	hub.night_ms = NOW - 2 * DAY_MS;
	expect_well(&hub);
	hub.night_ms--;
	expect_problem(&hub, PROBLEM_NIGHT_LATE, "for two days");
	hub = well_hub(&site);
	hub.backup_ms = 0;
	expect_problem(&hub, PROBLEM_BACKUP_LATE, "no good backup");
	hub.night_ms = 0;
	hub.made_ms = NOW - DAY_MS;
	expect_well(&hub);
}

/* Each job that did not end well, unless status itself looks at that. */
static void
test_jobs_of_the_night_are_problems(void **state)
{
	struct view_site site = well();
	struct view hub = well_hub(&site);

	(void)state;
	hub.night.document =
	    json_pack("{s:[{s:s,s:s,s:s},{s:s,s:s,s:s},{s:s,s:s,s:s},{}]}",
		"jobs", "job", "backup", "grade", "ok", "sentence", "Whole.",
		"job", "disk", "grade", "warning", "sentence", "Full.", "job",
		"integrity", "grade", "failed", "sentence", "Wrong.");
	expect_problem(&hub, PROBLEM_NIGHT_JOB,
	    "Last night, integrity: Wrong.");
	hub.damaged = 1;
	expect_problem(&hub, PROBLEM_DAMAGED, "damaged");
	json_decref(hub.night.document);
}

static void
test_each_trouble_of_a_computer_is_one_problem(void **state)
{
	struct view_site site = well();
	struct view hub = well_hub(&site);

	(void)state;
	site.state.refused = 2;
	expect_problem(&hub, PROBLEM_SITE_REFUSED, "refused 2");
	site = well();
	site.state.clock_error_ms = LIMIT_STAMP_AHEAD_MS + 1;
	expect_problem(&hub, PROBLEM_SITE_CLOCK, "300 s off");
	site = well();
	site.state.room.free_bytes = 312000000;
	expect_problem(&hub, PROBLEM_SITE_DISK, "Only 312 MB");
	expect_words(&site, "in_step", "in step", "equal 5 h ago",
	    "312.0 MB free");
	site.state.room.known = false; /* an older program */
	expect_well(&hub);
	site = well();
	site.certificate_ms = NOW + DAY_MS;
	expect_problem(&hub, PROBLEM_SITE_CERTIFICATE, "2027-01-16");
	site = well();
	site.unpurged = 2;
	site.unpurged_since_ms = NOW - 6 * DAY_MS;
	expect_well(&hub);
	site.unpurged_since_ms = NOW - 8 * DAY_MS;
	expect_problem(&hub, PROBLEM_SITE_UNPURGED, "2 files");
	site = well();
	site.night.found.outcome = FOUND_UNFINISHED;
	expect_well(&hub);
	site.night.found.outcome = FOUND_FAILED;
	expect_problem(&hub, PROBLEM_SITE_DIFFERS, "could not be mended");
	site.site.revoked = true;
	expect_well(&hub);
}

/* One that is silent is not chased for its comparison too. */
static void
test_silence_and_comparisons_have_their_time(void **state)
{
	struct view_site site = well();
	struct view hub = well_hub(&site);

	(void)state;
	site.connected = false;
	site.state.last_seen_ms = NOW - 3 * DAY_MS;
	expect_well(&hub);
	site.state.last_seen_ms--;
	site.night.equal_ms = NOW - 20 * DAY_MS;
	expect_problem(&hub, PROBLEM_SITE_SILENT, "for 3 days");
	site.state.last_seen_ms = 0;
	expect_problem(&hub, PROBLEM_SITE_SILENT, "never connected");
	site.connected = true;
	expect_problem(&hub, PROBLEM_SITE_UNCOMPARED, "for a week");
	site.joined_ms = NOW - DAY_MS;
	site.night.equal_ms = 0;
	expect_well(&hub);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_computer_that_is_well),
		cmocka_unit_test(test_computer_that_is_away),
		cmocka_unit_test(test_computer_on_its_way),
		cmocka_unit_test(test_everything_else_is_told_below),
		cmocka_unit_test(test_words_fit),
		cmocka_unit_test(test_each_trouble_of_the_hub_is_one_problem),
		cmocka_unit_test(test_nights_and_backups_have_two_days),
		cmocka_unit_test(test_jobs_of_the_night_are_problems),
		cmocka_unit_test(
		    test_each_trouble_of_a_computer_is_one_problem),
		cmocka_unit_test(test_silence_and_comparisons_have_their_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
