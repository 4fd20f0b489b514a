/*
 * backup, second_backup: a copy that is known to be whole, and one of it on
 * another device.
 *
 * A backup bears its name only once it has been opened, folded anew and
 * compared.  So whatever has such a name was sound, and what is broken off in
 * the middle leaves a file that counts for nothing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "common/replica/check.h"
#include "common/support/file.h"
#include "server/night/backups.h"
#include "server/night/plan.h"
#include "server/night/verify.h"

enum {
	COMPARE_BYTES = 64 * 1024
};

/* A folder of backups, and the files in it that matter tonight. */
struct place {
	char *folder;
	char *part;
	char *backup;
	char name[BACKUP_NAME_BYTES];
};

static void
place_deinit(struct place *place)
{
	free(place->folder);
	free(place->part);
	free(place->backup);
}

/* The setting, or what is meant without one. */
static char *
resolve(const struct night_work *work, const char *setting)
{
	if (*setting == '\0')
		return file_path(work->folder, "backups");
	if (*setting == '/')
		return strdup(setting);
	return file_path(work->folder, setting);
}

/* A folder that somebody named may be a disk that is not connected: it is not
 * made in its place. */
static enum status
enter(struct place *place, const char *setting, struct error *err)
{
	if (*setting == '\0')
		return file_make_folder(place->folder, err);
	if (file_exists(place->folder))
		return STATUS_OK;
	return error_set(err, STATUS_NOT_FOUND,
	    "%s is not there: connect its disk, make the folder, or name "
	    "another in hub.conf",
	    place->folder);
}

static enum status
place_name(struct place *place, struct error *err)
{
	free(place->backup);
	place->backup = file_path(place->folder, place->name);
	if (place->backup == NULL)
		return error_set(err, STATUS_NOMEM, "prepare a backup");
	return STATUS_OK;
}

static enum status
place_init(struct place *place, const struct night_work *work,
    const char *setting, struct error *err)
{
	enum status status;

	*place = (struct place){ .folder = resolve(work, setting) };
	if (place->folder != NULL)
		place->part = file_path(place->folder, BACKUP_PART);
	if (place->part == NULL)
		return error_set(err, STATUS_NOMEM, "prepare a backup");
	status = enter(place, setting, err);
	if (status == STATUS_OK)
		status = backups_clear(place->folder, err);
	if (status == STATUS_OK)
		status = backups_next_name(place->folder, work->now_ms,
		    place->name, err);
	if (status == STATUS_OK)
		status = place_name(place, err);
	return status;
}

static void
place_clear(const struct place *place)
{
	if (place->folder != NULL)
		(void)backups_clear(place->folder, NULL);
}

/* That old ones cannot be removed takes nothing from the new one. */
static void
prune(const struct place *place, const struct night_work *work,
    struct night_outcome *outcome)
{
	uint32_t kept = 0;
	struct error err = { 0 };

	if (backups_prune(place->folder, (uint32_t)work->settings.backup_keep,
		place->name, &kept, &err) == STATUS_OK)
		outcome_count(outcome, "kept", kept);
	else
		outcome_add(outcome, NIGHT_WARNING,
		    "Old backups could not be removed: %.400s", err.text);
}

/* The part becomes the backup, for good. */
static enum status
place_keep(struct place *place, const struct night_work *work,
    struct night_outcome *outcome, struct error *err)
{
	uint64_t bytes = 0;
	enum status status;

	status = file_sync(place->part, err);
	if (status == STATUS_OK)
		status = file_rename(place->part, place->backup, err);
	if (status == STATUS_OK)
		status = file_sync(place->folder, err);
	if (status != STATUS_OK)
		return status;
	(void)file_size(place->backup, &bytes, NULL);
	outcome_word(outcome, "file", place->backup);
	outcome_count(outcome, "bytes", bytes);
	prune(place, work, outcome);
	return STATUS_OK;
}

/* --- the backup ----------------------------------------------------------- */

/* It holds what children's files hold. */
static void
hide_from_others(const char *path)
{
	uv_fs_t request;

	(void)uv_fs_chmod(NULL, &request, path, FILE_SECRET, NULL);
	uv_fs_req_cleanup(&request);
}

/* One is kept to look at; it has no name of a backup. */
static void
put_aside(const struct place *place, uint64_t faults,
    struct night_outcome *outcome)
{
	char *aside = file_path(place->folder, BACKUP_DAMAGED);

	if (aside != NULL)
		(void)file_rename(place->part, aside, NULL);
	outcome_say(outcome, NIGHT_FAILED,
	    "Tonight's backup is not sound (%" PRIu64 " faults), and was put "
	    "aside as %.300s; the earlier ones are kept.  Run "
	    "`throughline-hub check`, and look at the disk.",
	    faults, aside != NULL ? aside : "nothing");
	free(aside);
}

static enum status
make_backup(struct night_work *work, struct place *place,
    struct night_outcome *outcome, struct error *err)
{
	struct check_result result = { 0 };
	enum status status;

	night_watch(work, work->replica);
	status = check_backup(work->replica, place->part, err);
	if (status != STATUS_OK)
		return status;
	hide_from_others(place->part);
	status = night_verify_file(work, place->part, outcome, &result, err);
	if (status == STATUS_CORRUPT)
		put_aside(place, result.faults, outcome);
	if (status == STATUS_OK)
		status = place_keep(place, work, outcome, err);
	return status;
}

void
job_backup(struct night_work *work, struct night_outcome *outcome)
{
	struct error err = { 0 };
	struct place place;
	enum status status;

	status = place_init(&place, work, work->settings.backup_folder, &err);
	if (status == STATUS_OK)
		status = make_backup(work, &place, outcome, &err);
	if (status == STATUS_OK) {
		outcome_say(outcome, NIGHT_OK,
		    "The backup %s is whole and was folded anew.", place.name);
		work->backup = place.backup;
		place.backup = NULL;
	} else {
		place_clear(&place);
		if (*outcome->sentence == '\0')
			outcome_fail(outcome, "There is no backup of tonight",
			    &err);
	}
	place_deinit(&place);
}

/* --- the second one ------------------------------------------------------- */

static enum status
open_to_read(const char *path, uv_file *file, struct error *err)
{
	uv_fs_t request;

	*file = uv_fs_open(NULL, &request, path, UV_FS_O_RDONLY, 0, NULL);
	uv_fs_req_cleanup(&request);
	if (*file < 0)
		return error_set(err, file_status(*file), "open %s: %s", path,
		    uv_strerror(*file));
	return STATUS_OK;
}

static void
close_read(uv_file file)
{
	uv_fs_t request;

	if (file >= 0)
		(void)uv_fs_close(NULL, &request, file, NULL);
}

/* As many as there are, up to a full piece. */
static ssize_t
read_piece(uv_file file, uint64_t at, char *piece)
{
	uv_buf_t view = uv_buf_init(piece, COMPARE_BYTES);
	uv_fs_t request;
	ssize_t count;

	count = uv_fs_read(NULL, &request, file, &view, 1, (int64_t)at, NULL);
	uv_fs_req_cleanup(&request);
	return count;
}

static enum status
compare_open(struct night_work *work, uv_file one, uv_file two, uint64_t bytes,
    struct error *err)
{
	char first[COMPARE_BYTES], second[COMPARE_BYTES];
	ssize_t count = 1, other;

	for (uint64_t at = 0; count > 0; at += (uint64_t)count) {
		if (!night_goes_on(work, at, bytes))
			return error_set(err, STATUS_CANCELLED, "compare");
		count = read_piece(one, at, first);
		other = read_piece(two, at, second);
		if (count < 0 || other < 0)
			return error_set(err, STATUS_IO,
			    "the copy cannot be read back");
		if (count != other || memcmp(first, second, (size_t)count) != 0)
			return error_set(err, STATUS_CORRUPT,
			    "the copy differs from the backup");
	}
	return STATUS_OK;
}

static enum status
compare_files(struct night_work *work, const char *one, const char *two,
    struct error *err)
{
	uv_file files[2] = { -1, -1 };
	uint64_t bytes = 0;
	enum status status;

	status = file_size(one, &bytes, err);
	if (status == STATUS_OK)
		status = open_to_read(one, &files[0], err);
	if (status == STATUS_OK)
		status = open_to_read(two, &files[1], err);
	if (status == STATUS_OK)
		status = compare_open(work, files[0], files[1], bytes, err);
	close_read(files[0]);
	close_read(files[1]);
	return status;
}

/* The name of the first, unless there is one of that name already. */
static enum status
take_its_name(const struct night_work *work, struct place *place,
    struct error *err)
{
	const char *name = strrchr(work->backup, '/') + 1;
	char *path = file_path(place->folder, name);
	bool taken = path == NULL || file_exists(path);

	free(path);
	if (taken)
		return STATUS_OK;
	snprintf(place->name, sizeof(place->name), "%s", name);
	return place_name(place, err);
}

static enum status
make_second(struct night_work *work, struct place *place,
    struct night_outcome *outcome, struct error *err)
{
	size_t size = strlen(place->folder);
	enum status status;

	if (strncmp(work->backup, place->folder, size) == 0 &&
	    work->backup[size] == '/')
		return error_set(err, STATUS_INVALID,
		    "%s is the first folder: name one on another device",
		    place->folder);
	status = take_its_name(work, place, err);
	if (status == STATUS_OK)
		status = file_copy(work->backup, place->part, err);
	if (status == STATUS_OK)
		status = compare_files(work, work->backup, place->part, err);
	if (status == STATUS_OK)
		status = place_keep(place, work, outcome, err);
	return status;
}

/* That the second device is away, or full, is something to know; the night has
 * not failed, since the first backup is there. */
void
job_second_backup(struct night_work *work, struct night_outcome *outcome)
{
	const char *setting = work->settings.backup_folder_second;
	struct error err = { 0 };
	struct place place;
	enum status status;

	if (*setting == '\0') {
		outcome_say(outcome, NIGHT_OK,
		    "No second folder is set (backup_folder_second in "
		    "hub.conf).");
		return;
	}
	if (work->backup == NULL) {
		outcome_say(outcome, NIGHT_WARNING,
		    "There is no backup of tonight to copy.");
		return;
	}
	status = place_init(&place, work, setting, &err);
	if (status == STATUS_OK)
		status = make_second(work, &place, outcome, &err);
	if (status == STATUS_OK) {
		outcome_say(outcome, NIGHT_OK,
		    "The second backup %s is the same, byte for byte.",
		    place.name);
	} else {
		place_clear(&place);
		outcome_say(outcome, NIGHT_WARNING,
		    "There is no second backup of tonight: %.400s", err.text);
	}
	place_deinit(&place);
}
