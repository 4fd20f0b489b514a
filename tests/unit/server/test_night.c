/*
 * The hub's night from its beginning to its end, beside a hub that has its
 * database open.  Covers server/night/job_backup.c and
 * server/night/job_database.c.
 */
#include "server/night/night.h"

#include <sqlite3.h>

#include "common/replica/check.h"
#include "nights.h"
#include "server/authority/hub_keys.h"
#include "server/night/verify.h"

static const char *
job_text(const struct night_row *row, size_t job, const char *number)
{
	json_t *one =
	    json_array_get(json_object_get(row->document, "jobs"), job);

	return json_string_value(
	    json_object_get(json_object_get(one, "numbers"), number));
}

/* --- a whole night -------------------------------------------------------- */

/* Every job of the plan, in its order, with an outcome that is kept. */
static void
test_night_is_told_and_kept(void **state)
{
	struct run run = { .place = *state };
	struct place *place = *state;
	struct night_row row;
	uint64_t last_ms = 1, before_ms = place_now();
	json_t *json;

	PLACE_OK(place, night_last_ms(place->replica, &last_ms, &place->err));
	assert_true(last_ms == 0);
	assert_int_equal(night_load(place->replica, NULL, &row, &place->err),
	    STATUS_NOT_FOUND);
	run_night(&run);
	assert_int_equal(run.why.status, STATUS_OK);
	for (size_t i = 0; night_plan[i].name != NULL; i++) {
		assert_string_equal(run.jobs_seen[i], night_plan[i].name);
		assert_true(*run.sentences[i] != '\0');
	}
	run_expect(&run, "integrity", NIGHT_OK, "sound: 2 commits");
	run_expect(&run, "backup", NIGHT_OK, "whole");
	run_expect(&run, "second_backup", NIGHT_OK, "No second folder");
	run_expect(&run, "checkpoint", NIGHT_OK, "write-ahead log");
	run_expect(&run, "certificates", NIGHT_OK, "No certificate");
	run_expect(&run, "clock", NIGHT_OK, "right");
	run_expect(&run, "purge", NIGHT_OK, "Every computer");

	PLACE_OK(place, night_load(place->replica, NULL, &row, &place->err));
	assert_in_range(row.began_ms, before_ms, place_now());
	assert_in_range(row.ended_ms, row.began_ms, place_now());
	json = night_row_json(&row);
	assert_int_equal(json_array_size(json_object_get(json, "jobs")),
	    run.count);
	assert_string_equal(json_string_value(json_object_get(json, "day")),
	    row.day);
	json_decref(json);
	assert_string_equal(job_text(&row, 0, "tables"),
	    job_text(&row, 1, "tables"));
	night_row_deinit(&row);
	PLACE_OK(place, night_last_ms(place->replica, &last_ms, &place->err));
	assert_in_range(last_ms, before_ms, place_now());
}

/* The newest backup and the exported keys make a hub with the same tables. */
static void
test_backup_is_restored_in_a_rehearsal(void **state)
{
	struct run run = { .place = *state };
	struct place *place = *state, other = *place;
	struct hub_restored restored;
	struct check_result result;
	struct digest before, after;
	char keys[300], path[300];

	run_night(&run);
	PLACE_OK(place,
	    check_tables_digest(place->replica, &before, &place->err));
	snprintf(keys, sizeof(keys), "%s/keys", place->base);
	snprintf(path, sizeof(path), "%s/other", place->base);
	PLACE_OK(place, hub_keys_export(place->folder, keys, &place->err));
	PLACE_OK(place, hub_keys_import(path, keys, &place->err));
	other.folder = NULL;
	other.replica = NULL;
	PLACE_OK(place, hub_folder_open(path, &other.folder, &place->err));
	PLACE_OK(place,
	    hub_restore(other.folder, nights_newest(place, "backups"),
		&restored, &place->err));
	PLACE_OK(place, hub_folder_open_replica(other.folder, true,
			    &other.replica, &place->err));
	PLACE_OK(place,
	    check_tables_digest(other.replica, &after, &place->err));
	assert_true(digest_equal(&before, &after));
	PLACE_OK(place, check_replica(other.replica, NULL, NULL, NULL, &result,
			    &place->err));
	place_close(&other);
}

/* --- where backups go ----------------------------------------------------- */

static void
make(const struct place *place, const char *folder, const char *name)
{
	assert_int_equal(file_write(nights_path(place, folder, name),
			     bytes_of_text("x"), FILE_SECRET, NULL),
	    STATUS_OK);
}

static void
make_folder(struct place *place, const char *name)
{
	PLACE_OK(place,
	    file_make_folder(nights_path(place, name, ""), &place->err));
}

/* The newest are kept, others' files too, and halves go. */
static void
test_old_backups_give_way(void **state)
{
	struct run run = { .place = *state };
	struct place *place = *state;

	make_folder(place, "backups");
	make(place, "backups", "throughline-2001-01-01.db");
	make(place, "backups", "throughline-2002-01-01.db");
	make(place, "backups", "throughline.part");
	make(place, "backups", "notes.txt");
	place->folder->settings.backup_keep = 2;
	run_night(&run);
	run_expect(&run, "backup", NIGHT_OK, "whole");
	assert_false(nights_has(place, "backups", "throughline-2001-01-01.db"));
	assert_true(nights_has(place, "backups", "throughline-2002-01-01.db"));
	assert_false(nights_has(place, "backups", "throughline.part"));
	assert_true(nights_has(place, "backups", "notes.txt"));
}

/* A disk that is not connected is not replaced by a folder of its name. */
static void
test_missing_folder_is_one_plain_sentence(void **state)
{
	struct run run = { .place = *state };
	struct place *place = *state;

	snprintf(place->folder->settings.backup_folder,
	    sizeof(place->folder->settings.backup_folder), "%s/disk",
	    place->base);
	run_night(&run);
	assert_int_equal(run.why.status, STATUS_OK);
	assert_int_equal(run.grade, NIGHT_FAILED);
	run_expect(&run, "backup", NIGHT_FAILED,
	    "/disk is not there: connect its disk");
	run_expect(&run, "purge", NIGHT_OK, "");
	assert_false(file_exists(place->folder->settings.backup_folder));
}

/* The second device: away, there, and not the first one again. */
static void
test_second_folder_is_on_another_device(void **state)
{
	struct run away = { .place = *state };
	struct run there = { .place = *state };
	struct run same = { .place = *state };
	struct place *place = *state;
	struct hub_settings *settings = &place->folder->settings;
	struct buffer one = { 0 }, two = { 0 };

	snprintf(settings->backup_folder_second,
	    sizeof(settings->backup_folder_second), "usb");
	run_night(&away);
	run_expect(&away, "backup", NIGHT_OK, "");
	run_expect(&away, "second_backup", NIGHT_WARNING, "usb is not there");

	make_folder(place, "usb");
	run_night(&there);
	run_expect(&there, "second_backup", NIGHT_OK, "byte for byte");
	PLACE_OK(place, file_read(nights_newest(place, "backups"),
			    64 * 1024 * 1024, &one, &place->err));
	PLACE_OK(place, file_read(nights_newest(place, "usb"), 64 * 1024 * 1024,
			    &two, &place->err));
	assert_true(bytes_equal(buffer_view(&one), buffer_view(&two)));
	buffer_deinit(&one);
	buffer_deinit(&two);

	snprintf(settings->backup_folder_second,
	    sizeof(settings->backup_folder_second), "backups");
	run_night(&same);
	run_expect(&same, "second_backup", NIGHT_WARNING,
	    "is the first folder");
}

/* --- what is not sound ---------------------------------------------------- */

/* A row that was altered behind the program's back is copied with the rest:
 * that copy is no backup, and the earlier one stays. */
static void
test_damaged_copy_is_no_backup(void **state)
{
	struct run before = { .place = *state };
	struct run run = { .place = *state };
	struct place *place = *state;
	char *newest;

	run_night(&before);
	place->folder->settings.backup_keep = 1;
	newest = strdup(nights_newest(place, "backups"));
	assert_int_equal(sqlite3_exec(replica_database(place->replica),
			     "UPDATE school SET phase = 'junior'", NULL, NULL,
			     NULL),
	    SQLITE_OK);
	run_night(&run);
	assert_int_equal(run.grade, NIGHT_FAILED);
	run_expect(&run, "integrity", NIGHT_FAILED, "check --repair");
	run_expect(&run, "backup", NIGHT_FAILED, "throughline-damaged.db");
	run_expect(&run, "second_backup", NIGHT_OK, "");
	assert_string_equal(nights_newest(place, "backups"), newest);
	assert_true(nights_has(place, "backups", BACKUP_DAMAGED));
	assert_false(nights_has(place, "backups", BACKUP_PART));
	free(newest);
}

/* Flip one bit at a place in a file. */
static void
flip(const char *path, size_t at)
{
	struct buffer content = { 0 };
	struct bytes view;
	uint8_t *copy;

	assert_int_equal(file_read(path, 64 * 1024 * 1024, &content, NULL),
	    STATUS_OK);
	view = buffer_view(&content);
	copy = malloc(view.size);
	memcpy(copy, view.data, view.size);
	copy[at] ^= 0x20;
	assert_int_equal(file_write(path, (struct bytes){ copy, view.size },
			     FILE_SECRET, NULL),
	    STATUS_OK);
	free(copy);
	buffer_deinit(&content);
}

static bool
find(const char *path, const char *text, size_t from, size_t *at)
{
	struct buffer content = { 0 };
	struct bytes view;
	bool found = false;

	assert_int_equal(file_read(path, 64 * 1024 * 1024, &content, NULL),
	    STATUS_OK);
	view = buffer_view(&content);
	for (*at = from; !found && *at + strlen(text) <= view.size; ++*at)
		found = memcmp(view.data + *at, text, strlen(text)) == 0;
	*at -= found;
	buffer_deinit(&content);
	return found;
}

/* One bit, wherever a school's name stands, in ledger or tables. */
static void
test_flipped_bit_is_noticed(void **state)
{
	struct run run = { .place = *state };
	struct place *place = *state;
	struct night_work work = { .replica = NULL };
	struct night_outcome outcome;
	struct check_result result;
	uint32_t places = 0;
	const char *path;

	run_night(&run);
	path = nights_newest(place, "backups");
	for (size_t at = 0; find(path, "Oak Infant", at, &at); at++) {
		outcome_init(&outcome, "backup");
		flip(path, at);
		assert_int_equal(night_verify_file(&work, path, &outcome,
				     &result, &place->err),
		    STATUS_CORRUPT);
		outcome_deinit(&outcome);
		flip(path, at);
		places++;
	}
	assert_in_range(places, 2, 10);
	outcome_init(&outcome, "backup");
	PLACE_OK(place,
	    night_verify_file(&work, path, &outcome, &result, &place->err));
	outcome_deinit(&outcome);
	flip(path, 0);
	outcome_init(&outcome, "backup");
	assert_int_equal(night_verify_file(&work, path, &outcome, &result,
			     &place->err),
	    STATUS_CORRUPT);
	outcome_deinit(&outcome);
}

/* --- a disk that is full -------------------------------------------------- */

static struct sqlite3_io_methods full_methods;
static struct sqlite3_vfs full_vfs;

static int
full_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 at)
{
	(void)file;
	(void)data;
	(void)size;
	(void)at;
	return SQLITE_FULL;
}

static int
full_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
    int *out_flags)
{
	sqlite3_vfs *real = sqlite3_vfs_find("unix");
	int result = real->xOpen(vfs, name, file, flags, out_flags);

	if (result == SQLITE_OK && name != NULL &&
	    strstr(name, BACKUP_PART) != NULL) {
		full_methods = *file->pMethods;
		full_methods.xWrite = full_write;
		file->pMethods = &full_methods;
	}
	return result;
}

/* No room for the backup: one sentence, and nothing that looks like one. */
static void
test_full_disk_is_one_plain_sentence(void **state)
{
	struct run run = { .place = *state };
	struct place *place = *state;
	char name[BACKUP_NAME_BYTES];

	full_vfs = *sqlite3_vfs_find("unix");
	full_vfs.zName = "full";
	full_vfs.xOpen = full_open;
	assert_int_equal(sqlite3_vfs_register(&full_vfs, 1), SQLITE_OK);
	run_night(&run);
	assert_int_equal(sqlite3_vfs_unregister(&full_vfs), SQLITE_OK);
	assert_int_equal(run.why.status, STATUS_OK);
	run_expect(&run, "integrity", NIGHT_OK, "");
	run_expect(&run, "backup", NIGHT_FAILED, "is full");
	assert_int_equal(backups_newest(nights_path(place, "backups", ""), name,
			     NULL),
	    STATUS_NOT_FOUND);
	assert_false(nights_has(place, "backups", BACKUP_PART));
}

/* --- hub.crt -------------------------------------------------------------- */

static void
test_certificate_is_renewed_in_the_night(void **state)
{
	struct run run = { .place = *state };
	struct run next = { .place = *state };
	struct place *place = *state;

	snprintf(place->folder->settings.hosts[1],
	    sizeof(place->folder->settings.hosts[1]), "hub.example");
	place->folder->settings.host_count = 2;
	run_night(&run);
	assert_int_equal(run.renewed, 1);
	assert_false(
	    hub_folder_wants_renewal(place->folder, (int64_t)place_now()));
	run_night(&next);
	assert_int_equal(next.renewed, 0);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, nights_setup, nights_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_night_is_told_and_kept),
		TEST(test_backup_is_restored_in_a_rehearsal),
		TEST(test_old_backups_give_way),
		TEST(test_missing_folder_is_one_plain_sentence),
		TEST(test_second_folder_is_on_another_device),
		TEST(test_damaged_copy_is_no_backup),
		TEST(test_flipped_bit_is_noticed),
		TEST(test_full_disk_is_one_plain_sentence),
		TEST(test_certificate_is_renewed_in_the_night),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
