/*
 * The files of a folder of backups.
 *
 *	throughline-2026-11-23.db	a backup: whole and verified
 *	throughline-2026-11-23-2.db	the second of that day (UTC)
 *	throughline.part		being written; what is left of one that
 *					was broken off is removed
 *	throughline-damaged.db		a copy that was not sound, the last one,
 *					to look at; it counts as none
 *
 * No other file is ever touched.
 */
#ifndef SERVER_NIGHT_BACKUPS_H
#define SERVER_NIGHT_BACKUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/status.h"

enum {
	BACKUP_NAME_BYTES = 40
};

#define BACKUP_PART    "throughline.part"
#define BACKUP_DAMAGED "throughline-damaged.db"

struct backup_name {
	int year, month, day;
	uint32_t number; /* of that day, from 1 */
};

/* Pure.  Whether text is exactly such a name. */
bool backup_name_parse(const char *text, struct backup_name *name);

void backup_name_format(const struct backup_name *name,
    char text[BACKUP_NAME_BYTES]);

/* Below 0: a is older. */
int backup_name_compare(const struct backup_name *a,
    const struct backup_name *b);

/* The first name of the day of unix_ms that is behind all of that day in
 * folder. */
enum status backups_next_name(const char *folder, uint64_t unix_ms,
    char text[BACKUP_NAME_BYTES], struct error *err);

/* Remove what was broken off here. */
enum status backups_clear(const char *folder, struct error *err);

/*
 * Keep the newest `keep` (at least one), and in any case the one named just;
 * *kept counts them.
 */
enum status backups_prune(const char *folder, uint32_t keep, const char *just,
    uint32_t *kept, struct error *err);

/* The newest one.  STATUS_NOT_FOUND: there is none. */
enum status backups_newest(const char *folder, char text[BACKUP_NAME_BYTES],
    struct error *err);

#endif
