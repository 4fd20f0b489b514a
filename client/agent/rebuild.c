/*
 * The files of a rebuild, in an order in which a crash at any moment does no
 * harm.  A WAL never lies beside a database that is not its own.
 */
#include "client/agent/rebuild.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/agent/memo.h"
#include "common/replica/check.h"
#include "common/replica/purge.h"
#include "common/report/report.h"
#include "common/support/clock.h"
#include "common/support/file.h"
#include "common/support/random.h"
#include "protocol/identifier.h"

enum {
	NAME_BYTES = 64,
	KEPT_MOST = 100 /* in a day */
};

/* --- who this computer is ------------------------------------------------- */

/* The certificate names it, whatever the database says. */
static enum status
find_site(const struct folder *folder, uint32_t *site, struct error *err)
{
	struct certificate_info info;
	uint64_t number = 0;
	enum status status;

	status =
	    certificate_parse(buffer_view(&folder->certificate), &info, err);
	if (status != STATUS_OK)
		return status;
	if (!identifier_parse(bytes_of_text(info.name), &number) ||
	    number > SITE_MAX)
		return error_set(err, STATUS_INVALID,
		    "%ssite.crt does not tell which computer this is: join "
		    "the hub anew in another folder",
		    folder->path);
	*site = (uint32_t)number;
	return STATUS_OK;
}

/* --- whether it has to be ------------------------------------------------- */

static bool
has_file(const struct folder *folder, const char *name)
{
	char *path = folder_file(folder, name);
	bool has = path != NULL && file_exists(path);

	free(path);
	return has;
}

enum status
rebuild_is_needed(const struct folder *folder, bool *needed, struct error *err)
{
	struct replica *replica = NULL;
	struct check_result result;
	uint32_t site;
	enum status status;

	status = find_site(folder, &site, err);
	if (status != STATUS_OK)
		return status;
	status = folder_open_replica(folder, false, &replica, err);
	if (status == STATUS_OK && replica_identity(replica).site == site)
		status = check_replica(replica, NULL, NULL, NULL, &result, err);
	else if (status == STATUS_OK)
		status = STATUS_CORRUPT;
	/* A disk that no longer gives back what was stored. */
	if (status == STATUS_IO && replica != NULL)
		status = STATUS_CORRUPT;
	replica_close(replica);
	*needed = status == STATUS_CORRUPT;
	return *needed ? STATUS_OK : status;
}

/* --- the new one ---------------------------------------------------------- */

/* What was in the damaged one may have been other than at the hub. */
static enum status
want_comparison(struct replica *replica, struct error *err)
{
	uint64_t ticket;

	return memo_wish(replica, MEMO_WISH_NIGHT, &ticket, err);
}

static enum status
fill_new(const struct folder *folder, const char *path, const char *damaged,
    uint64_t now_ms, struct salvage_result *saved, struct error *err)
{
	struct replica_options options = {
		.path = path,
		.kind = REPLICA_CLIENT,
	};
	struct salvage_options salvage = {
		.path = damaged,
		.now_ms = now_ms,
		.jump = (uint32_t)random_u64(),
		.take_report = report_take_salvaged,
	};
	struct replica *replica = NULL;
	enum status status;

	status = find_site(folder, &salvage.site, err);
	if (status == STATUS_OK)
		status = replica_open(&options, &replica, err);
	if (status == STATUS_OK)
		status = salvage_replica(replica, &salvage, saved, err);
	if (status == STATUS_OK)
		status = memo_note_copy(replica, now_ms, err);
	if (status == STATUS_OK)
		status = want_comparison(replica, err);
	/* All of it into the one file. */
	if (status == STATUS_OK)
		status = purge_finish(replica, err);
	replica_close(replica);
	if (status == STATUS_OK)
		status = file_sync(path, err);
	return status;
}

/* It becomes durable under its name at once; nothing happens to what is not
 * there. */
static enum status
rename_named(const struct folder *folder, const char *from, const char *to,
    struct error *err)
{
	char *old = folder_file(folder, from);
	char *new = folder_file(folder, to);
	enum status status = STATUS_OK;

	if (old == NULL || new == NULL)
		status = error_set(err, STATUS_NOMEM, "rename %s", from);
	else if (file_exists(old))
		status = file_rename(old, new, err);
	free(old);
	free(new);
	if (status == STATUS_OK)
		(void)file_sync(folder->path, ERROR_IGNORED);
	return status;
}

/* What an earlier attempt left. */
static enum status
clear_new(const struct folder *folder, struct error *err)
{
	static const char *const names[] = { "replica.db.new",
		"replica.db.new-wal", "replica.db.new-shm" };
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < 3; i++)
		status = folder_remove_file(folder->path, names[i], err);
	return status;
}

static enum status
make_new(const struct folder *folder, uint64_t now_ms,
    struct salvage_result *saved, struct error *err)
{
	char *path = folder_file(folder, "replica.db.new");
	char *damaged = folder_file(folder, "replica.db");
	enum status status;

	status = clear_new(folder, err);
	if (status == STATUS_OK && (path == NULL || damaged == NULL))
		status = error_set(err, STATUS_NOMEM, "rebuild");
	if (status == STATUS_OK)
		status = fill_new(folder, path, damaged, now_ms, saved, err);
	free(path);
	free(damaged);
	if (status == STATUS_OK)
		return rename_named(folder, "replica.db.new", FOLDER_REBUILT,
		    err);
	(void)clear_new(folder, ERROR_IGNORED);
	return status;
}

/* --- into its place ------------------------------------------------------- */

/* The last name of today's that is taken, and the one after it. */
static bool
choose_names(const struct folder *folder, uint64_t now_ms,
    char last[NAME_BYTES], char next[NAME_BYTES])
{
	char today[CLOCK_TEXT_BYTES];

	clock_format((int64_t)now_ms, today);
	last[0] = '\0';
	snprintf(next, NAME_BYTES, "replica.db.damaged-%.10s", today);
	for (int i = 2; i <= KEPT_MOST; i++) {
		if (!has_file(folder, next))
			return true;
		memcpy(last, next, NAME_BYTES);
		snprintf(next, NAME_BYTES, "replica.db.damaged-%.10s-%d", today,
		    i);
	}
	return false;
}

static enum status
put_aside(const struct folder *folder, const char *name, struct error *err)
{
	char wal[NAME_BYTES + 4];
	enum status status;

	snprintf(wal, sizeof(wal), "%s-wal", name);
	status = rename_named(folder, "replica.db-wal", wal, err);
	if (status == STATUS_OK)
		status =
		    folder_remove_file(folder->path, "replica.db-shm", err);
	if (status == STATUS_OK)
		status = rename_named(folder, "replica.db", name, err);
	return status;
}

static enum status
swap(const struct folder *folder, uint64_t now_ms,
    struct rebuild_result *result, struct error *err)
{
	char last[NAME_BYTES], next[NAME_BYTES];
	enum status status;

	if (!choose_names(folder, now_ms, last, next))
		return error_set(err, STATUS_EXISTS,
		    "%s holds too many damaged databases of today: delete them",
		    folder->path);
	if (has_file(folder, "replica.db"))
		memcpy(last, next, sizeof(last));
	status = put_aside(folder, next, err);
	if (status == STATUS_OK)
		status =
		    rename_named(folder, FOLDER_REBUILT, "replica.db", err);
	if (status == STATUS_OK && last[0] != '\0') {
		result->kept = folder_file(folder, last);
		if (result->kept == NULL)
			status = error_set(err, STATUS_NOMEM, "rebuild");
	}
	return status;
}

enum status
rebuild_folder(const struct folder *folder, uint64_t now_ms,
    struct rebuild_result *result, struct error *err)
{
	enum status status = STATUS_OK;

	*result = (struct rebuild_result){ 0 };
	result->resumed = has_file(folder, FOLDER_REBUILT);
	if (!result->resumed)
		status = make_new(folder, now_ms, &result->saved, err);
	if (status == STATUS_OK)
		status = swap(folder, now_ms, result, err);
	return status;
}
