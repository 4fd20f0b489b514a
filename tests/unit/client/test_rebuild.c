/*
 * `throughline rebuild`: what it says, the files that it leaves, and going on
 * after an interruption.
 *
 * Covers client/agent/rebuild.c, client/command/rebuild.c and
 * common/replica/salvage_kept.c.
 */
#include "tests/unit/client/run.h"

#include <jansson.h>
#include <sqlite3.h>

#include "client/agent/rebuild.h"
#include "common/replica/defect.h"
#include "common/report/report.h"

enum {
	SITE = 3,
	PAGE = 4096
};

/* The certificate says which computer it is. */
static void
certify(const struct place *place)
{
	struct buffer request = { 0 }, certificate = { 0 };
	struct authority authority;
	struct folder *folder = NULL;
	struct error err = { 0 };
	char *path = file_path(place->data, "site.crt");

	SCRIPT_OK(folder_open(place->data, &folder, &err), &err);
	authority =
	    (struct authority){ folder->key, buffer_view(&folder->authority) };
	SCRIPT_OK(certificate_make_request(folder->key, &request, &err), &err);
	SCRIPT_OK(certificate_issue_site(&authority, buffer_view(&request),
		      SITE, 1000, &certificate, &err),
	    &err);
	SCRIPT_OK(certificate_save(buffer_view(&certificate), path, &err),
	    &err);
	free(path);
	buffer_deinit(&request);
	buffer_deinit(&certificate);
	folder_close(folder);
}

static int
begin(void **state)
{
	assert_int_equal(place_begin(state), 0);
	certify(*state);
	return 0;
}

static void
path_of(const struct place *place, const char *name, char out[256])
{
	snprintf(out, 256, "%s/%s", place->data, name);
}

static bool
has(const struct place *place, const char *name)
{
	char path[256];

	path_of(place, name, path);
	return file_exists(path);
}

static void
move(const struct place *place, const char *from, const char *to)
{
	char old[256], new[256];

	path_of(place, from, old);
	path_of(place, to, new);
	assert_int_equal(rename(old, new), 0);
}

/* The beginning, without which SQLite reads nothing. */
static void
damage(const struct place *place)
{
	static const uint8_t nothing[PAGE];
	char path[256];
	FILE *file;

	path_of(place, "replica.db", path);
	file = fopen(path, "r+b");
	assert_non_null(file);
	assert_int_equal(fwrite(nothing, 1, PAGE, file), PAGE);
	fclose(file);
}

/* How many names begin so. */
static int
count_names(const struct place *place, const char *prefix)
{
	DIR *folder = opendir(place->data);
	const struct dirent *entry;
	int count = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL)
		count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(folder);
	return count;
}

static void
write_two(void **state)
{
	assert_int_equal(RUN("put", "pupil", "100", "middle_names=Teo"), 0);
	assert_int_equal(RUN("put", "pupil", "200", "middle_names=Id"), 0);
}

/* --- tests ---------------------------------------------------------------- */

static void
test_sound_database_is_left_alone(void **state)
{
	assert_int_equal(RUN("rebuild"), 1);
	expect_in(run_errors, "no fault was found");
	expect_in(run_errors, "--force");
	assert_int_equal(count_names(*state, "replica.db"), 1);
}

static void
test_damage_is_told_with_what_helps(void **state)
{
	damage(*state);
	assert_int_equal(RUN("list", "pupil"), 1);
	expect_in(run_errors, "the database is damaged");
	expect_in(run_errors, "`throughline rebuild`");
	assert_int_equal(RUN("status"), 1);
	expect_in(run_errors, "`throughline rebuild`");
}

static void
test_what_waited_is_saved_and_told(void **state)
{
	write_two(state);
	damage(*state);
	assert_int_equal(RUN("rebuild"), 0);
	expect_in(run_out, "2 entries that had not been sent were saved.");
	expect_in(run_out, "throughline sync");
	expect_in(run_out, "replica.db.damaged-");
	expect_in(run_out, "delete it");
	assert_int_equal(RUN("check"), 0);
	assert_int_equal(RUN("status"), 0);
	expect_in(run_out, "2 waiting");
	assert_int_equal(count_names(*state, "replica.db.damaged-"), 1);
	assert_false(has(*state, "replica.db.new"));
	assert_false(has(*state, FOLDER_REBUILT));
	/* And once more, on the same day. */
	damage(*state);
	assert_int_equal(RUN("rebuild"), 0);
	assert_int_equal(count_names(*state, "replica.db.damaged-"), 2);
}

static void
test_json_says_what_is_known(void **state)
{
	json_t *told;

	write_two(state);
	damage(*state);
	told = RUN_JSON("rebuild");
	assert_int_equal(json_integer_value(json_object_get(told, "waiting")),
	    2);
	assert_int_equal(json_integer_value(json_object_get(told, "lost")), 0);
	assert_true(json_is_false(json_object_get(told, "lost_known")));
	assert_true(json_is_false(json_object_get(told, "resumed")));
	expect_in(text_of(told, "kept"), "/replica.db.damaged-");
	json_decref(told);
}

static void
test_absent_and_empty_database(void **state)
{
	char path[256];

	path_of(*state, "replica.db", path);
	assert_int_equal(remove(path), 0);
	assert_int_equal(RUN("list", "pupil"), 1);
	expect_in(run_errors, "is not there; `throughline rebuild`");
	place_file(*state, "replica.db", bytes_of_text(""));
	assert_int_equal(RUN("list", "pupil"), 1);
	expect_in(run_errors, "is empty; `throughline rebuild`");
	assert_int_equal(RUN("rebuild"), 0);
	expect_in(run_out, "There may have been more");
	assert_int_equal(RUN("check"), 0);
}

/* --- what was kept of nights ---------------------------------------------- */

static struct replica *
open_here(const struct place *place)
{
	char path[256];

	path_of(place, "replica.db", path);
	return script_open(path, REPLICA_CLIENT);
}

static bool
note_defect(void *context, const struct defect *defect)
{
	*(struct defect *)context = *defect;
	return true;
}

/* Two nights, one of which left words that are no report. */
static void
keep_nights(const struct place *place)
{
	struct replica *replica = open_here(place);
	struct defect lacked = { 1790000000000, DEFECT_CLIENT_LACKED, SITE, 110,
		5, 1780000000000 };
	struct defect later = { UINT64_C(1) << 50, DEFECT_TABLES, SITE, 0, 0,
		0 };
	json_t *report =
	    json_pack("{s:s, s:s}", "day", "2026-07-21", "title", "Oak");
	struct error err = { 0 };

	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(defect_note(replica, &lacked, &err), &err);
	SCRIPT_OK(defect_note(replica, &later, &err), &err);
	SCRIPT_OK(report_store(replica, report, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	assert_int_equal(sqlite3_exec(replica_database(replica),
			     "INSERT INTO report VALUES ('2026-07-22', 'x');"
			     "INSERT INTO report VALUES ('2026-07-23',"
			     " '{\"day\":\"2026-07-24\"}');"
			     "INSERT INTO report VALUES ('2999-07-24',"
			     " '{\"day\":\"2999-07-24\"}')",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	json_decref(report);
	replica_close(replica);
}

static void
test_nights_that_can_be_read_are_kept(void **state)
{
	struct defect defect = { 0 };
	struct replica *replica;
	json_t *report = NULL;
	struct error err = { 0 };

	keep_nights(*state);
	assert_int_equal(RUN("rebuild", "--force"), 0);
	replica = open_here(*state);
	SCRIPT_OK(defect_each(replica, 0, note_defect, &defect, &err), &err);
	assert_int_equal(defect.kind, DEFECT_CLIENT_LACKED);
	assert_int_equal(defect.found_ms, 1790000000000);
	assert_int_equal(defect.site, SITE);
	assert_int_equal(defect.commit_id, 110);
	assert_int_equal(defect.sequence, 5);
	assert_int_equal(defect.received_ms, 1780000000000);
	assert_string_equal(script_query(replica,
				"SELECT count(*) FROM defect"),
	    "1");
	SCRIPT_OK(report_load(replica, "2026-07-21", &report, &err), &err);
	assert_string_equal(json_string_value(json_object_get(report, "title")),
	    "Oak");
	assert_string_equal(script_query(replica,
				"SELECT count(*) FROM report"),
	    "1");
	json_decref(report);
	replica_close(replica);
}

/* They may be another school's. */
static void
test_nights_of_another_computer_are_not_kept(void **state)
{
	struct replica_identity other = { SITE + 1, OAK };
	struct replica *replica;
	struct error err = { 0 };

	keep_nights(*state);
	replica = open_here(*state);
	SCRIPT_OK(replica_identity_set(replica, &other, &err), &err);
	replica_close(replica);
	assert_int_equal(RUN("rebuild"), 0);
	replica = open_here(*state);
	assert_string_equal(script_query(replica,
				"SELECT count(*) FROM defect"),
	    "0");
	assert_string_equal(script_query(replica,
				"SELECT count(*) FROM sqlite_schema"
				" WHERE name = 'report'"),
	    "0");
	replica_close(replica);
}

/* A database of another computer is not this one's. */
static void
test_database_of_another_computer_is_made_anew(void **state)
{
	const struct place *place = *state;
	struct replica_identity other = { SITE + 1, OAK };
	struct replica *replica;
	struct error err = { 0 };
	char path[256];

	path_of(place, "replica.db", path);
	replica = script_open(path, REPLICA_CLIENT);
	SCRIPT_OK(replica_identity_set(replica, &other, &err), &err);
	replica_close(replica);
	assert_int_equal(RUN("rebuild"), 0);
	replica = script_open(path, REPLICA_CLIENT);
	assert_int_equal(replica_identity(replica).site, SITE);
	replica_close(replica);
}

/* Whatever an interruption left, nobody opens a half, and it goes on. */
static void
test_interrupted_rebuild_goes_on(void **state)
{
	write_two(state);
	for (int moment = 0; moment < 3; moment++) {
		damage(*state);
		place_file(*state, "replica.db.new", bytes_of_text("half"));
		place_file(*state, "replica.db.new-wal", bytes_of_text("x"));
		assert_int_equal(RUN("rebuild"), 0);
		/* Back to the moment before the new one took its place. */
		move(*state, "replica.db", FOLDER_REBUILT);
		if (moment > 0)
			place_file(*state, "replica.db-wal",
			    bytes_of_text("the old one's"));
		if (moment > 1)
			place_file(*state, "replica.db",
			    bytes_of_text("the old one"));
		assert_int_equal(RUN("list", "pupil"), 1);
		expect_in(run_errors, "interrupted");
		expect_in(run_errors, "`throughline rebuild`");
		assert_int_equal(RUN("rebuild"), 0);
		expect_in(run_out, "interrupted is finished");
		expect_in(run_out, "replica.db.damaged-");
		assert_int_equal(RUN("check"), 0);
		assert_int_equal(RUN("status"), 0);
		expect_in(run_out, "2 waiting");
		assert_int_equal(count_names(*state, "replica.db-wal"), 0);
		assert_int_equal(count_names(*state, "replica.db.new"), 0);
	}
}

static void
test_running_agent_is_not_disturbed(void **state)
{
	const struct place *place = *state;
	struct folder_lock *lock = NULL;
	struct error err = { 0 };

	SCRIPT_OK(folder_lock(place->data, &lock, &err), &err);
	assert_int_equal(RUN("rebuild", "--force"), 1);
	expect_in(run_errors, "running");
	folder_unlock(lock);
}

/* A certificate that names no computer: nothing is touched. */
static void
test_unknown_computer_is_not_guessed(void **state)
{
	place_keys(*state);
	damage(*state);
	assert_int_equal(RUN("rebuild"), 1);
	expect_in(run_errors, "which computer this is");
	assert_int_equal(count_names(*state, "replica.db"), 1);
}

#define REBUILD(test) cmocka_unit_test_setup_teardown(test, begin, place_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		REBUILD(test_sound_database_is_left_alone),
		REBUILD(test_damage_is_told_with_what_helps),
		REBUILD(test_what_waited_is_saved_and_told),
		REBUILD(test_json_says_what_is_known),
		REBUILD(test_absent_and_empty_database),
		REBUILD(test_nights_that_can_be_read_are_kept),
		REBUILD(test_nights_of_another_computer_are_not_kept),
		REBUILD(test_database_of_another_computer_is_made_anew),
		REBUILD(test_interrupted_rebuild_goes_on),
		REBUILD(test_running_agent_is_not_disturbed),
		REBUILD(test_unknown_computer_is_not_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
