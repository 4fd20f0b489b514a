/*
 * The keys of a hub in one file, to be kept apart from its data; and a hub
 * made of such a file and a backup.
 */
#ifndef SERVER_AUTHORITY_HUB_KEYS_H
#define SERVER_AUTHORITY_HUB_KEYS_H

#include "server/authority/hub_folder.h"

/*
 * Settings, keys and certificates as lines of text, for this user alone.
 * STATUS_EXISTS: there is something at file.
 */
enum status hub_keys_export(const struct hub_folder *folder, const char *file,
    struct error *err);

/* Into a new folder at path.  STATUS_EXISTS as hub_folder_init. */
enum status hub_keys_import(const char *path, const char *file,
    struct error *err);

struct hub_restored {
	uint64_t generation; /* the new one */
	uint64_t head;       /* of the backup */
};

/*
 * The backup in file becomes the database of a folder that has keys and no
 * database (NULL: an empty one does, and all is to come from the schools).  It
 * begins a generation never used before, collects, and leaves out numbers
 * of computers that the lost database may have given.  STATUS_EXISTS: there
 * is a database.
 */
enum status hub_restore(const struct hub_folder *folder, const char *file,
    struct hub_restored *restored, struct error *err);

#endif
