#include "server/authority/hub_folder.h"

#include <assert.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "common/support/file.h"
#include "common/support/random.h"
#include "server/authority/invitations.h"
#include "server/authority/issuer.h"

enum {
	YEAR_S = 365 * 24 * 60 * 60,
	LOOK_MS = 1000,
};

char *
hub_folder_file(const struct hub_folder *folder, const char *name)
{
	return file_path(folder->path, name);
}

struct authority
hub_folder_authority(const struct hub_folder *folder)
{
	return (struct authority){ folder->authority_key,
		buffer_view(&folder->authority) };
}

enum status
hub_folder_create(const char *path, struct hub_folder **out, struct error *err)
{
	struct hub_folder *folder = calloc(1, sizeof(*folder));

	if (folder != NULL)
		folder->path = file_path(path, "");
	if (folder == NULL || folder->path == NULL) {
		hub_folder_close(folder);
		return error_set(err, STATUS_NOMEM, "open %s", path);
	}
	*out = folder;
	return STATUS_OK;
}

void
hub_folder_close(struct hub_folder *folder)
{
	if (folder == NULL)
		return;
	free(folder->path);
	key_destroy(folder->authority_key);
	buffer_deinit(&folder->authority);
	key_destroy(folder->key);
	buffer_deinit(&folder->certificate);
	sodium_memzero(&folder->mark_key, sizeof(folder->mark_key));
	free(folder);
}

/* --- a new one ------------------------------------------------------------ */

static enum status
issue_own(struct hub_folder *folder, struct error *err)
{
	struct authority authority = hub_folder_authority(folder);
	const char *hosts[CERTIFICATE_HOSTS];

	for (size_t i = 0; i < folder->settings.host_count; i++)
		hosts[i] = folder->settings.hosts[i];
	buffer_clear(&folder->certificate);
	return certificate_issue_server(&authority, folder->key, hosts,
	    folder->settings.host_count, folder->settings.certificate_seconds,
	    &folder->certificate, err);
}

static enum status
make_keys(struct hub_folder *folder, struct error *err)
{
	enum status status;

	random_bytes(folder->mark_key.bytes, sizeof(folder->mark_key.bytes));
	status = key_generate(&folder->authority_key, err);
	if (status == STATUS_OK)
		status = key_generate(&folder->key, err);
	if (status == STATUS_OK)
		status = certificate_make_authority(folder->authority_key,
		    (int64_t)HUB_FOLDER_AUTHORITY_YEARS * YEAR_S,
		    &folder->authority, err);
	if (status == STATUS_OK)
		status = issue_own(folder, err);
	return status;
}

enum status
hub_folder_save_keys(const struct hub_folder *folder, struct error *err)
{
	struct bytes mark = { folder->mark_key.bytes,
		sizeof(folder->mark_key.bytes) };
	char *authority_key = hub_folder_file(folder, "ca.key");
	char *authority = hub_folder_file(folder, "ca.crt");
	char *key = hub_folder_file(folder, "hub.key");
	char *certificate = hub_folder_file(folder, "hub.crt");
	char *mark_key = hub_folder_file(folder, "mark.key");
	enum status status = STATUS_OK;

	if (authority_key == NULL || authority == NULL || key == NULL ||
	    certificate == NULL || mark_key == NULL)
		status = error_set(err, STATUS_NOMEM, "keep the keys");
	if (status == STATUS_OK)
		status = key_save(folder->authority_key, authority_key, err);
	if (status == STATUS_OK)
		status = certificate_save(buffer_view(&folder->authority),
		    authority, err);
	if (status == STATUS_OK)
		status = key_save(folder->key, key, err);
	if (status == STATUS_OK)
		status = certificate_save(buffer_view(&folder->certificate),
		    certificate, err);
	if (status == STATUS_OK)
		status = file_write(mark_key, mark, FILE_SECRET, err);
	free(authority_key);
	free(authority);
	free(key);
	free(certificate);
	free(mark_key);
	return status;
}

enum status
hub_folder_claim(const char *path, struct error *err)
{
	static const char *const names[] = { "hub.conf", "replica.db",
		"ca.key" };
	enum status status = STATUS_OK;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *name = file_path(path, names[i]);

		if (name == NULL)
			return error_set(err, STATUS_NOMEM, "look at %s", path);
		if (file_exists(name))
			status = error_set(err, STATUS_EXISTS,
			    "%s holds a hub already (%s); use another folder",
			    path, names[i]);
		free(name);
		if (status != STATUS_OK)
			return status;
	}
	return file_make_folder(path, err);
}

/* The database with its first generation and all tables. */
static enum status
make_replica(const struct hub_folder *folder, struct error *err)
{
	struct replica_options options = { .kind = REPLICA_HUB };
	char *path = hub_folder_file(folder, "replica.db");
	struct replica *replica = NULL;
	enum status status;

	if (path == NULL)
		return error_set(err, STATUS_NOMEM, "make the database");
	options.path = path;
	status = replica_open(&options, &replica, err);
	replica_close(replica);
	free(path);
	replica = NULL;
	if (status == STATUS_OK)
		status = hub_folder_open_replica(folder, true, &replica, err);
	replica_close(replica);
	return status;
}

enum status
hub_folder_init(const char *path, const struct hub_settings *settings,
    struct error *err)
{
	struct hub_folder *folder = NULL;
	enum status status;

	status = hub_settings_check(settings, err);
	if (status == STATUS_OK)
		status = hub_folder_claim(path, err);
	if (status == STATUS_OK)
		status = hub_folder_create(path, &folder, err);
	if (status != STATUS_OK)
		return status;
	folder->settings = *settings;
	status = make_keys(folder, err);
	if (status == STATUS_OK)
		status = hub_folder_save_keys(folder, err);
	if (status == STATUS_OK)
		status = make_replica(folder, err);
	if (status == STATUS_OK)
		status = hub_settings_save(path, settings, err);
	hub_folder_close(folder);
	return status;
}

/* --- an old one ----------------------------------------------------------- */

static enum status
load_mark_key(struct hub_folder *folder, const char *path, struct error *err)
{
	struct buffer key = { 0 };
	enum status status;

	status = file_read(path, sizeof(folder->mark_key.bytes), &key, err);
	if (status == STATUS_OK &&
	    buffer_view(&key).size != sizeof(folder->mark_key.bytes))
		status = error_set(err, STATUS_CORRUPT, "%s is damaged", path);
	if (status == STATUS_OK)
		memcpy(folder->mark_key.bytes, buffer_view(&key).data,
		    sizeof(folder->mark_key.bytes));
	key_wipe(&key);
	return status;
}

static enum status
load_keys(struct hub_folder *folder, struct error *err)
{
	char *authority_key = hub_folder_file(folder, "ca.key");
	char *authority = hub_folder_file(folder, "ca.crt");
	char *key = hub_folder_file(folder, "hub.key");
	char *certificate = hub_folder_file(folder, "hub.crt");
	char *mark_key = hub_folder_file(folder, "mark.key");
	enum status status = STATUS_OK;

	if (authority_key == NULL || authority == NULL || key == NULL ||
	    certificate == NULL || mark_key == NULL)
		status = error_set(err, STATUS_NOMEM, "read the keys");
	if (status == STATUS_OK)
		status = key_load(authority_key, &folder->authority_key, err);
	if (status == STATUS_OK)
		status = certificate_load(authority, &folder->authority, err);
	if (status == STATUS_OK)
		status = key_load(key, &folder->key, err);
	if (status == STATUS_OK)
		status =
		    certificate_load(certificate, &folder->certificate, err);
	if (status == STATUS_OK)
		status = load_mark_key(folder, mark_key, err);
	free(authority_key);
	free(authority);
	free(key);
	free(certificate);
	free(mark_key);
	return status;
}

enum status
hub_folder_open(const char *path, struct hub_folder **out, struct error *err)
{
	struct hub_folder *folder = NULL;
	enum status status;

	assert(out != NULL && *out == NULL);
	status = hub_folder_create(path, &folder, err);
	if (status != STATUS_OK)
		return status;
	status = hub_settings_load(path, &folder->settings, err);
	if (status == STATUS_OK)
		status = load_keys(folder, err);
	if (status != STATUS_OK) {
		hub_folder_close(folder);
		return status;
	}
	*out = folder;
	return STATUS_OK;
}

/* --- the database --------------------------------------------------------- */

enum status
hub_folder_writer(const struct hub_folder *folder, struct replica *replica,
    uint64_t now_ms, struct hub_writer *writer, struct error *err)
{
	return hub_writer_init(writer, replica, &folder->mark_key, now_ms,
	    random_u64(), err);
}

static enum status
prepare_writing(const struct hub_folder *folder, struct replica *replica,
    struct error *err)
{
	struct hub_writer writer;
	enum status status;

	status = replica_jump(replica, (uint32_t)random_u64(), err);
	if (status == STATUS_OK)
		status = hub_folder_writer(folder, replica, 0, &writer, err);
	if (status == STATUS_OK)
		status = invitations_create_table(replica, err);
	if (status == STATUS_OK)
		status = issuer_create_table(replica, err);
	return status;
}

enum status
hub_folder_open_replica(const struct hub_folder *folder, bool write,
    struct replica **out, struct error *err)
{
	struct replica_options options = {
		.kind = REPLICA_HUB,
		.must_exist = true,
	};
	char *path = hub_folder_file(folder, "replica.db");
	enum status status;

	if (path == NULL)
		return error_set(err, STATUS_NOMEM, "open the database");
	options.path = path;
	if (file_exists(path))
		status = replica_open(&options, out, err);
	else
		status = error_set(err, STATUS_NOT_FOUND,
		    "%s has keys but no data yet: bring back a backup with "
		    "`throughline-hub restore FILE --data %s`",
		    folder->path, folder->path);
	free(path);
	if (status == STATUS_OK && write)
		status = prepare_writing(folder, *out, err);
	if (status != STATUS_OK) {
		replica_close(*out);
		*out = NULL;
	}
	return status;
}

/* --- the hub's own certificate -------------------------------------------- */

bool
hub_folder_wants_renewal(const struct hub_folder *folder, int64_t unix_ms)
{
	struct bytes certificate = buffer_view(&folder->certificate);
	struct certificate_info info;
	int64_t from, life;

	if (certificate_parse(certificate, &info, NULL) != STATUS_OK)
		return true;
	for (size_t i = 0; i < folder->settings.host_count; i++)
		if (!certificate_is_for_host(certificate,
			folder->settings.hosts[i]))
			return true;
	from = info.not_before_s + CERTIFICATE_BACKDATE_S;
	life = info.not_after_s - from;
	return unix_ms / 1000 - from >= life / 3 * 2;
}

/* What cannot be stored is not shown either: the former one stays. */
enum status
hub_folder_renew(struct hub_folder *folder, struct error *err)
{
	char *path = hub_folder_file(folder, "hub.crt");
	struct buffer former = folder->certificate;
	enum status status;

	if (path == NULL)
		return error_set(err, STATUS_NOMEM, "renew hub.crt");
	folder->certificate = (struct buffer){ 0 };
	status = issue_own(folder, err);
	if (status == STATUS_OK)
		status = certificate_save(buffer_view(&folder->certificate),
		    path, err);
	free(path);
	if (status == STATUS_OK) {
		buffer_deinit(&former);
		return STATUS_OK;
	}
	buffer_deinit(&folder->certificate);
	folder->certificate = former;
	return status;
}

/* --- the lock ------------------------------------------------------------- */

/* An SQLite transaction is a lock that works alike on every system, and that
 * the end of the process releases. */
struct hub_lock {
	sqlite3 *database;
};

static enum status
lock_folder(const char *path, const char *what, int wait_ms,
    struct hub_lock **out, struct error *err)
{
	struct hub_lock *lock = calloc(1, sizeof(*lock));
	char *name = file_path(path, what);
	int code = SQLITE_NOMEM;

	if (lock != NULL && name != NULL)
		code = sqlite3_open(name, &lock->database);
	if (code == SQLITE_OK)
		code = sqlite3_busy_timeout(lock->database, wait_ms);
	if (code == SQLITE_OK)
		code = sqlite3_exec(lock->database,
		    "PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE", NULL, NULL,
		    NULL);
	free(name);
	if (code == SQLITE_OK) {
		*out = lock;
		return STATUS_OK;
	}
	hub_folder_unlock(lock);
	if (code == SQLITE_BUSY)
		return STATUS_BUSY;
	return error_set(err, STATUS_IO, "%s/%s: %s", path, what,
	    sqlite3_errstr(code));
}

/* It waits for those that only look. */
enum status
hub_folder_lock(const char *path, struct hub_lock **out, struct error *err)
{
	enum status status;

	assert(out != NULL && *out == NULL);
	status = lock_folder(path, "serve.lock", LOOK_MS, out, err);
	if (status == STATUS_BUSY)
		error_set(err, status, "a hub is serving %s already", path);
	return status;
}

enum status
hub_folder_lock_night(const char *path, struct hub_lock **out,
    struct error *err)
{
	enum status status;

	assert(out != NULL && *out == NULL);
	status = lock_folder(path, "night.lock", LOOK_MS, out, err);
	if (status == STATUS_BUSY)
		error_set(err, status,
		    "a night's work is being done in %s already; wait until it "
		    "has ended",
		    path);
	return status;
}

bool
hub_folder_is_served(const char *path)
{
	struct hub_lock *lock = NULL;
	bool is_served =
	    lock_folder(path, "serve.lock", 0, &lock, NULL) == STATUS_BUSY;

	hub_folder_unlock(lock);
	return is_served;
}

void
hub_folder_unlock(struct hub_lock *lock)
{
	if (lock == NULL)
		return;
	sqlite3_close(lock->database);
	free(lock);
}
