#include "server/night/backups.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "common/support/clock.h"
#include "common/support/file.h"

enum {
	NUMBER_MAX = 9999
};

/* --- names ---------------------------------------------------------------- */

/* Reading is loose; what is read counts when it is written the same. */
bool
backup_name_parse(const char *text, struct backup_name *name)
{
	char again[BACKUP_NAME_BYTES];
	unsigned number = 1;

	*name = (struct backup_name){ .number = 1 };
	if (sscanf(text, "throughline-%4d-%2d-%2d-%4u", &name->year,
		&name->month, &name->day, &number) < 3 ||
	    name->year < 0 || name->month < 0 || name->day < 0)
		return false;
	name->number = number;
	backup_name_format(name, again);
	return number >= 1 && strcmp(text, again) == 0;
}

void
backup_name_format(const struct backup_name *name, char text[BACKUP_NAME_BYTES])
{
	char number[8] = "";

	if (name->number > 1)
		snprintf(number, sizeof(number), "-%u",
		    (unsigned)(name->number % (NUMBER_MAX + 1)));
	snprintf(text, BACKUP_NAME_BYTES, "throughline-%04u-%02u-%02u%s.db",
	    (unsigned)name->year % 10000, (unsigned)name->month % 100,
	    (unsigned)name->day % 100, number);
}

int
backup_name_compare(const struct backup_name *a, const struct backup_name *b)
{
	int64_t day_a = (a->year * 100 + a->month) * 100 + a->day;
	int64_t day_b = (b->year * 100 + b->month) * 100 + b->day;

	if (day_a != day_b)
		return day_a < day_b ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* --- a folder ------------------------------------------------------------- */

struct listing {
	struct backup_name *names;
	size_t count;
};

static int
newest_first(const void *a, const void *b)
{
	return backup_name_compare(b, a);
}

static enum status
add_name(struct listing *listing, const struct backup_name *name,
    struct error *err)
{
	size_t size = (listing->count + 1) * sizeof(*name);
	struct backup_name *grown = realloc(listing->names, size);

	if (grown == NULL)
		return error_set(err, STATUS_NOMEM, "look at the backups");
	grown[listing->count++] = *name;
	listing->names = grown;
	return STATUS_OK;
}

/* The newest first; free names. */
static enum status
list(const char *folder, struct listing *listing, struct error *err)
{
	struct backup_name name;
	enum status status = STATUS_OK;
	uv_fs_t request;
	uv_dirent_t entry;
	int result;

	*listing = (struct listing){ .names = NULL };
	result = uv_fs_scandir(NULL, &request, folder, 0, NULL);
	if (result < 0)
		status = error_set(err, file_status(result), "look into %s: %s",
		    folder, uv_strerror(result));
	while (status == STATUS_OK &&
	       uv_fs_scandir_next(&request, &entry) != UV_EOF)
		if (backup_name_parse(entry.name, &name))
			status = add_name(listing, &name, err);
	uv_fs_req_cleanup(&request);
	if (listing->count > 0)
		qsort(listing->names, listing->count, sizeof(name),
		    newest_first);
	return status;
}

enum status
backups_next_name(const char *folder, uint64_t unix_ms,
    char text[BACKUP_NAME_BYTES], struct error *err)
{
	struct clock_date date = clock_date_of((int64_t)unix_ms);
	struct backup_name next = { date.year, date.month, date.day, 1 };
	struct listing listing;
	enum status status;

	status = list(folder, &listing, err);
	for (size_t i = 0; i < listing.count; i++) {
		struct backup_name *name = &listing.names[i];

		if (name->year == next.year && name->month == next.month &&
		    name->day == next.day && name->number >= next.number)
			next.number = name->number + 1;
	}
	free(listing.names);
	if (status == STATUS_OK && next.number > NUMBER_MAX)
		status = error_set(err, STATUS_FULL,
		    "%s has too many backups of one day", folder);
	backup_name_format(&next, text);
	return status;
}

enum status
backups_clear(const char *folder, struct error *err)
{
	static const char *const parts[] = { BACKUP_PART,
		BACKUP_PART "-journal" };
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < 2; i++) {
		char *path = file_path(folder, parts[i]);

		if (path == NULL)
			return error_set(err, STATUS_NOMEM, "clear %s", folder);
		status = file_remove(path, err);
		free(path);
	}
	return status;
}

static enum status
remove_backup(const char *folder, const char *name, struct error *err)
{
	char *path = file_path(folder, name);
	enum status status;

	if (path == NULL)
		return error_set(err, STATUS_NOMEM, "remove a backup");
	status = file_remove(path, err);
	free(path);
	return status;
}

enum status
backups_prune(const char *folder, uint32_t keep, const char *just,
    uint32_t *kept, struct error *err)
{
	char name[BACKUP_NAME_BYTES];
	struct listing listing;
	uint32_t others;
	enum status status;

	assert(keep > 0);
	others = keep - 1;
	*kept = 0;
	status = list(folder, &listing, err);
	for (size_t i = 0; status == STATUS_OK && i < listing.count; i++) {
		backup_name_format(&listing.names[i], name);
		if (strcmp(name, just) == 0) {
			++*kept;
		} else if (others > 0) {
			others--;
			++*kept;
		} else {
			status = remove_backup(folder, name, err);
		}
	}
	free(listing.names);
	return status;
}

enum status
backups_newest(const char *folder, char text[BACKUP_NAME_BYTES],
    struct error *err)
{
	struct listing listing;
	enum status status;

	status = list(folder, &listing, err);
	if (status == STATUS_OK && listing.count == 0)
		status = error_set(err, STATUS_NOT_FOUND,
		    "there is no backup in %s", folder);
	if (status == STATUS_OK)
		backup_name_format(&listing.names[0], text);
	free(listing.names);
	return status;
}
