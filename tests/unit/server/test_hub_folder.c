/*
 * A hub's folder: made once, its keys carried to another, a backup brought
 * back beside them.
 */
#include "server/authority/hub_folder.h"

#include "common/replica/check.h"
#include "common/replica/ledger.h"
#include "place.h"
#include "server/authority/hub_keys.h"
#include "server/authority/schools.h"

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	place_init(place);
	*state = place;
	return 0;
}

static int
teardown(void **state)
{
	place_deinit(*state);
	free(*state);
	return 0;
}

/* Nothing that is there is ever written over. */
static void
test_second_init_is_refused(void **state)
{
	struct place *place = *state;
	struct hub_settings settings = place_settings();

	assert_int_equal(hub_folder_init(place->path, &settings, &place->err),
	    STATUS_EXISTS);
	PLACE_OK(place, hub_settings_load(place->path, &settings, &place->err));
	assert_string_equal(settings.name, "The Invented Partnership");
	assert_string_equal(settings.hosts[0], "127.0.0.1");
}

/* What cannot be is named before anything is made. */
static void
test_bad_settings_are_refused(void **state)
{
	struct place *place = *state;
	struct hub_settings settings = place_settings();

	settings.host_count = 0;
	assert_int_equal(hub_settings_check(&settings, &place->err),
	    STATUS_INVALID);
	settings = place_settings();
	settings.name[0] = '\0';
	assert_int_equal(hub_settings_check(&settings, &place->err),
	    STATUS_INVALID);
	settings = place_settings();
	settings.certificate_seconds = 0;
	assert_int_equal(hub_settings_check(&settings, &place->err),
	    STATUS_INVALID);
	settings = place_settings();
	settings.hosts[0][0] = '_';
	assert_int_equal(hub_settings_check(&settings, &place->err),
	    STATUS_INVALID);
}

static enum status
read_night(const char *key, const char *value, struct hub_settings *settings)
{
	struct config config = { 0 };
	enum status status;

	assert_int_equal(config_set(&config, "name", "The Invented", NULL),
	    STATUS_OK);
	assert_int_equal(config_set(&config, "hosts", "127.0.0.1", NULL),
	    STATUS_OK);
	assert_int_equal(config_set(&config, key, value, NULL), STATUS_OK);
	status = hub_settings_read(&config, settings, ERROR_IGNORED);
	config_deinit(&config);
	return status;
}

/* A night begins at a time of the day, or never. */
static void
test_settings_of_the_night(void **state)
{
	static const char *const bad[] = { "2:00", "24:00", "02:60", "02:00:00",
		"-1:00", "noon", "02.00" };
	struct hub_settings settings, again;
	struct config config = { 0 };

	(void)state;
	assert_int_equal(read_night("night_at", "23:59", &settings), STATUS_OK);
	assert_int_equal(settings.night_minute, 24 * 60 - 1);
	assert_int_equal(read_night("night_at", "off", &settings), STATUS_OK);
	assert_true(settings.night_minute < 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(read_night("night_at", bad[i], &settings),
		    STATUS_INVALID);
	assert_int_equal(read_night("backup_keep", "0", &settings),
	    STATUS_INVALID);
	assert_int_equal(read_night("night_minutes", "0", &settings),
	    STATUS_INVALID);
	assert_int_equal(read_night("night_minutes", "1441", &settings),
	    STATUS_INVALID);
	assert_int_equal(read_night("night_minutes", "90", &settings),
	    STATUS_OK);
	assert_int_equal(settings.night_minutes, 90);
	assert_int_equal(read_night("backup_folder", "/x y", &settings),
	    STATUS_OK);
	assert_int_equal(settings.night_minute, HUB_SETTINGS_NIGHT_MINUTE);
	assert_int_equal(settings.backup_keep, HUB_SETTINGS_BACKUP_KEEP);
	assert_int_equal(hub_settings_write(&settings, &config, NULL),
	    STATUS_OK);
	assert_int_equal(hub_settings_read(&config, &again, NULL), STATUS_OK);
	assert_string_equal(again.backup_folder, "/x y");
	assert_string_equal(again.backup_folder_second, "");
	assert_int_equal(again.night_minute, HUB_SETTINGS_NIGHT_MINUTE);
	assert_int_equal(again.night_minutes, HUB_SETTINGS_NIGHT_MINUTES);
	config_deinit(&config);
}

/* The hub's certificate is renewed when two thirds of its life are over, and
 * when it lacks one of its names. */
static void
test_certificate_is_renewed_in_time(void **state)
{
	struct place *place = *state;
	int64_t now = clock_unix_ms();
	int64_t life = place->folder->settings.certificate_seconds * 1000;

	assert_false(hub_folder_wants_renewal(place->folder, now));
	assert_true(
	    hub_folder_wants_renewal(place->folder, now + life / 3 * 2 + 2000));
	snprintf(place->folder->settings.hosts[1],
	    sizeof(place->folder->settings.hosts[1]), "hub.example");
	place->folder->settings.host_count = 2;
	assert_true(hub_folder_wants_renewal(place->folder, now));
	PLACE_OK(place, hub_folder_renew(place->folder, &place->err));
	assert_false(hub_folder_wants_renewal(place->folder, now));
}

/* A certificate that cannot be stored is not shown: after the next start there
 * would be another again. */
static void
test_renewal_that_cannot_be_stored_changes_nothing(void **state)
{
	struct place *place = *state;
	struct buffer before = { 0 };
	struct bytes shown = buffer_view(&place->folder->certificate);
	char *path = hub_folder_file(place->folder, "hub.crt");

	assert_int_equal(buffer_append(&before, shown), STATUS_OK);
	PLACE_OK(place, file_remove(path, &place->err));
	PLACE_OK(place, file_make_folder(path, &place->err));
	assert_int_not_equal(hub_folder_renew(place->folder, &place->err),
	    STATUS_OK);
	assert_true(bytes_equal(buffer_view(&before),
	    buffer_view(&place->folder->certificate)));
	buffer_deinit(&before);
	free(path);
}

/* One hub serves a folder, and others see that it does. */
static void
test_lock_is_one_holders(void **state)
{
	struct place *place = *state;
	struct hub_lock *lock = NULL, *second = NULL;

	assert_false(hub_folder_is_served(place->path));
	PLACE_OK(place, hub_folder_lock(place->path, &lock, &place->err));
	assert_true(hub_folder_is_served(place->path));
	assert_int_equal(hub_folder_lock(place->path, &second, &place->err),
	    STATUS_BUSY);
	hub_folder_unlock(lock);
	assert_false(hub_folder_is_served(place->path));
}

/* Keys in one file and a backup in another make the same hub again, in a new
 * generation, with numbers of computers left out. */
static void
test_backup_and_keys_make_a_hub_again(void **state)
{
	struct place *place = *state;
	struct place other = *place;
	struct hub_restored restored = { 0 };
	struct school school;
	char keys[300], backup[300];
	uint64_t generation = 0, next = 0, head = 0;

	snprintf(keys, sizeof(keys), "%s/keys", place->base);
	snprintf(backup, sizeof(backup), "%s/backup", place->base);
	snprintf(other.path, sizeof(other.path), "%s/other", place->base);
	other.folder = NULL;
	other.replica = NULL;
	PLACE_OK(place, hub_keys_export(place->folder, keys, &place->err));
	assert_int_equal(hub_keys_export(place->folder, keys, &place->err),
	    STATUS_EXISTS);
	PLACE_OK(place, check_backup(place->replica, backup, &place->err));
	PLACE_OK(place, ledger_head(place->replica, &head, &place->err));

	PLACE_OK(&other, hub_keys_import(other.path, keys, &other.err));
	PLACE_OK(&other,
	    hub_folder_open(other.path, &other.folder, &other.err));
	PLACE_OK(&other,
	    hub_restore(other.folder, backup, &restored, &other.err));
	assert_int_equal(hub_restore(other.folder, backup, &restored,
			     &other.err),
	    STATUS_EXISTS);
	hub_folder_close(other.folder);
	other.folder = NULL;
	place_open(&other);
	assert_true(restored.head == head);
	assert_true(other.writer.generation == restored.generation);
	assert_true(other.writer.generation != place->writer.generation);
	PLACE_OK(&other,
	    replica_meta_get(other.replica, "next_site", 1, &next, &other.err));
	assert_int_equal(next, 1 + LIMIT_RESTORE_SKIP_SITES);
	PLACE_OK(&other,
	    schools_find(other.replica, PLACE_LAESTAB, &school, &other.err));
	assert_string_equal(school.name, "Oak Infant School");
	assert_memory_equal(&other.folder->mark_key, &place->folder->mark_key,
	    sizeof(struct mark_key));
	PLACE_OK(&other, replica_meta_get(other.replica, "generation", 0,
			     &generation, &other.err));
	assert_true(generation == restored.generation);
	place_close(&other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_second_init_is_refused),
		TEST(test_bad_settings_are_refused),
		TEST(test_settings_of_the_night),
		TEST(test_certificate_is_renewed_in_time),
		TEST(test_renewal_that_cannot_be_stored_changes_nothing),
		TEST(test_lock_is_one_holders),
		TEST(test_backup_and_keys_make_a_hub_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
