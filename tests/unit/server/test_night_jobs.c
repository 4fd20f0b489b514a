/*
 * What a night finds out about certificates, clocks, and computers that have
 * not purged.  Covers server/night/job_certificates.c,
 * server/night/job_computer.c, server/night/job_purge.c and
 * server/night/unpurged.c.
 */
#include "common/support/clock.h"
#include "server/authority/issuer.h"
#include "server/core/table.h"
#include "server/night/computer.h"
#include "server/night/plan.h"
#include "tests/unit/server/together.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)

/* Run one job on the fixture's hub; the outcome is for outcome_deinit. */
static struct night_outcome
run_job_at(struct fixture *f, night_job_run *run, uint64_t now_ms,
    uint64_t last_ms)
{
	struct night_work work = {
		.replica = f->replica,
		.folder = f->folder,
		.settings = hub_settings_default(),
		.now_ms = now_ms,
		.last_ms = last_ms,
	};
	struct night_outcome outcome;

	outcome_init(&outcome, "job");
	run(&work, &outcome);
	return outcome;
}

static void
expect_job(struct fixture *f, night_job_run *run, enum night_grade grade,
    const char *part)
{
	struct night_outcome outcome = run_job_at(f, run, f->now, 0);
	char *all = json_dumps(outcome.details, 0);

	if (outcome.grade != grade || (strstr(outcome.sentence, part) == NULL &&
					  strstr(all, part) == NULL))
		fail_msg("%s: \"%s\" %s", night_grade_word(outcome.grade),
		    outcome.sentence, all);
	free(all);
	outcome_deinit(&outcome);
}

static int64_t
number_of(const struct night_outcome *outcome, const char *name)
{
	return json_integer_value(json_object_get(outcome->numbers, name));
}

/* --- certificates --------------------------------------------------------- */

static void
set_expiry(struct fixture *f, uint32_t site, uint64_t until_ms)
{
	OK(issuer_create_table(f->replica, &f->err));
	OK(table_run(f->replica, &f->err,
	    "INSERT OR REPLACE INTO certificate VALUES(?1, ?2, ?3)", "bii",
	    serial_of(site), (uint64_t)site, until_ms / 1000));
}

/* Soon is thirty days; one that is revoked does not matter. */
static void
test_certificates_that_run_out_are_told(void **state)
{
	struct fixture *f = *state;
	struct hub_writer writer;
	const struct mark_key key = { { 7 } };

	set_expiry(f, 1, f->now + 31 * DAY_MS);
	set_expiry(f, 2, f->now + 300 * DAY_MS);
	set_expiry(f, 3, f->now + 2 * DAY_MS);
	OK(hub_writer_init(&writer, f->replica, &key, f->now, 1, &f->err));
	OK(sites_revoke(&writer, 3, "stolen", &f->err));
	{
		struct night_outcome outcome =
		    run_job_at(f, job_certificates, f->now, 0);

		/* This hub has no certificate of its own at all. */
		assert_int_equal(number_of(&outcome, "computers"), 0);
		outcome_deinit(&outcome);
	}
	set_expiry(f, 1, f->now + 30 * DAY_MS);
	expect_job(f, job_certificates, NIGHT_WARNING,
	    "Oak, computer (1): its certificate ends on 2027-02-14");
	set_expiry(f, 1, f->now - DAY_MS);
	expect_job(f, job_certificates, NIGHT_WARNING,
	    "its certificate ended on 2027-01-14");
}

static struct night_outcome
look_at_own(struct fixture *f, int64_t authority_s, bool wants_renewal,
    enum status renewal)
{
	struct night_work work = {
		.replica = f->replica,
		.settings = hub_settings_default(),
		.now_ms = (uint64_t)clock_unix_ms(),
		.wants_renewal = wants_renewal,
	};
	struct night_outcome outcome;
	struct key *key = NULL;

	OK(issuer_create_table(f->replica, &f->err));
	OK(key_generate(&key, &f->err));
	OK(certificate_make_authority(key, authority_s, &work.authority,
	    &f->err));
	OK(buffer_append(&work.certificate, buffer_view(&work.authority)));
	if (renewal != STATUS_OK)
		(void)error_set(&work.renewal, renewal, "the key is gone");
	outcome_init(&outcome, "certificates");
	job_certificates(&work, &outcome);
	key_destroy(key);
	buffer_deinit(&work.authority);
	buffer_deinit(&work.certificate);
	return outcome;
}

/* Whoever has no time left to move everybody is told a year before. */
static void
test_authority_is_told_a_year_before(void **state)
{
	struct fixture *f = *state;
	struct night_outcome outcome;
	const int64_t day_s = 24 * 60 * 60;

	outcome = look_at_own(f, 400 * day_s, true, STATUS_OK);
	assert_int_equal(outcome.grade, NIGHT_OK);
	assert_int_equal(json_array_size(outcome.details), 1);
	outcome_deinit(&outcome);
	outcome = look_at_own(f, 300 * day_s, false, STATUS_OK);
	assert_int_equal(outcome.grade, NIGHT_WARNING);
	assert_non_null(
	    strstr(json_string_value(json_array_get(outcome.details, 0)),
		"ca.crt"));
	outcome_deinit(&outcome);
}

/* Weeks before it ends, while there is time to help. */
static void
test_renewal_that_failed_is_told(void **state)
{
	struct night_outcome outcome =
	    look_at_own(*state, 400 * 24 * 60 * 60, true, STATUS_IO);
	const char *detail =
	    json_string_value(json_array_get(outcome.details, 0));

	assert_int_equal(outcome.grade, NIGHT_WARNING);
	assert_non_null(strstr(detail, "hub.crt (until "));
	assert_non_null(strstr(detail, "not be renewed: the key is gone"));
	outcome_deinit(&outcome);
}

/* --- disk and clock ------------------------------------------------------- */

static void
test_room_and_medians(void **state)
{
	int64_t odd[] = { 5, -100, 7 }, even[] = { 4, 100, 2, -100 };
	const uint64_t gib = 1024 * 1024 * 1024;

	(void)state;
	assert_int_equal(computer_wanted_bytes(0), gib);
	assert_int_equal(computer_wanted_bytes(gib / 3), gib);
	assert_int_equal(computer_wanted_bytes(gib), 3 * gib);
	assert_int_equal(computer_median(odd, 3), 5);
	assert_int_equal(computer_median(even, 4), 3);
}

/* No database where it ought to be: said, and no more than that. */
static void
test_disk_that_cannot_be_measured(void **state)
{
	expect_job(*state, job_disk, NIGHT_FAILED, "could not be measured");
}

static void
see(struct fixture *f, uint32_t number, int64_t clock_error_ms,
    uint64_t seen_ms)
{
	struct site_state state = {
		.number = number,
		.generation = 1,
		.last_seen_ms = seen_ms,
		.clock_error_ms = clock_error_ms,
		.program = "test",
	};

	OK(sites_greet(f->replica, &state, &f->err));
}

/* Three computers that agree are right, two prove nothing, and one whose own
 * clock is wrong does not matter. */
static void
test_clock_is_judged_by_most_computers(void **state)
{
	struct fixture *f = *state;

	see(f, 1, 61 * 1000, f->now);
	see(f, 2, 3600 * 1000, f->now);
	see(f, 3, 61 * 1000, f->now - 4 * DAY_MS);
	expect_job(f, job_clock, NIGHT_OK, "right");
	see(f, 3, 61 * 1000, f->now - DAY_MS);
	expect_job(f, job_clock, NIGHT_WARNING, "61 s slow by what most of 3");
	see(f, 1, -90 * 1000, f->now);
	see(f, 3, -90 * 1000, f->now);
	expect_job(f, job_clock, NIGHT_WARNING, "90 s fast");
	see(f, 3, 60 * 1000, f->now);
	expect_job(f, job_clock, NIGHT_OK, "right");
}

static void
test_clock_that_went_back_is_told(void **state)
{
	struct fixture *f = *state;
	struct night_outcome outcome;

	outcome = run_job_at(f, job_clock, f->now, f->now);
	assert_int_equal(outcome.grade, NIGHT_OK);
	outcome_deinit(&outcome);
	outcome = run_job_at(f, job_clock, f->now, f->now + 1);
	assert_int_equal(outcome.grade, NIGHT_WARNING);
	assert_non_null(strstr(outcome.sentence,
	    "went back: the last night began at 2027-01-15"));
	outcome_deinit(&outcome);
}

/* --- purge ---------------------------------------------------------------- */

static void
expect_purge(struct fixture *f, uint64_t now_ms, int64_t computers,
    int64_t files, enum night_grade grade)
{
	struct night_outcome outcome = run_job_at(f, job_purge, now_ms, 0);

	if (number_of(&outcome, "computers") != computers ||
	    number_of(&outcome, "files") != files ||
	    number_of(&outcome, "past_without_receipt") != 0 ||
	    outcome.grade != grade)
		fail_msg("%s: %s", night_grade_word(outcome.grade),
		    outcome.sentence);
	outcome_deinit(&outcome);
}

/* Oak announces a pupil to Elm, which takes it, and then takes it back. */
static void
test_computer_that_has_not_purged_is_named(void **state)
{
	struct fixture *f = *state;
	struct end oak, elm;
	uint64_t pupil, transfer;
	struct hub_writer writer;
	const struct mark_key key = { { 7 } };

	expect_purge(f, f->now, 0, 0, NIGHT_OK);
	end_open(&oak, f, 1, "oak");
	end_open(&elm, f, 2, "elm");
	sync_end(&oak);
	pupil = together_announce(&oak, &elm, &transfer);
	end_step_transfer(&oak, pupil, transfer, ELM, "cancelled");
	sync_end(&oak);

	/* Some days go by before a person is to chase it. */
	expect_purge(f, f->now, 1, 1, NIGHT_OK);
	expect_purge(f, f->now + 8 * DAY_MS, 1, 1, NIGHT_WARNING);
	/* A computer that joins now never had the file. */
	OK(hub_writer_init(&writer, f->replica, &key, f->now, 1, &f->err));
	OK(sites_register(&writer, 9, f->schools[ELM], text("new"),
	    (struct bytes){ (const uint8_t *)"9", 1 }, &f->err));
	expect_purge(f, f->now + 8 * DAY_MS, 1, 1, NIGHT_WARNING);
	together((struct end *[]){ &oak, &elm }, 2);
	expect_purge(f, f->now + 8 * DAY_MS, 0, 0, NIGHT_OK);
	end_close(&oak);
	end_close(&elm);
}

/* Nobody waits for a computer that will not come again. */
static void
test_revoked_computer_is_not_waited_for(void **state)
{
	struct fixture *f = *state;
	struct end oak;
	uint64_t pupil, transfer;
	struct hub_writer writer;
	const struct mark_key key = { { 7 } };

	end_open(&oak, f, 1, "oak");
	sync_end(&oak);
	pupil = end_new_pupil(&oak, "Canaryname");
	transfer = end_step_transfer(&oak, pupil, 0, ELM, "open");
	sync_end(&oak);
	end_step_transfer(&oak, pupil, transfer, ELM, "cancelled");
	sync_end(&oak);
	OK(hub_writer_init(&writer, f->replica, &key, f->now, 1, &f->err));
	OK(sites_revoke(&writer, 2, "stolen", &f->err));
	expect_purge(f, f->now + 8 * DAY_MS, 0, 0, NIGHT_OK);
	end_close(&oak);
}

int
main(void)
{
#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
		TEST(test_certificates_that_run_out_are_told),
		TEST(test_authority_is_told_a_year_before),
		TEST(test_renewal_that_failed_is_told),
		TEST(test_room_and_medians),
		TEST(test_disk_that_cannot_be_measured),
		TEST(test_clock_is_judged_by_most_computers),
		TEST(test_clock_that_went_back_is_told),
		TEST(test_computer_that_has_not_purged_is_named),
		TEST(test_revoked_computer_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
