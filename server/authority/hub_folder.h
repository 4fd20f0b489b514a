/*
 * The hub's data folder.
 *
 *	hub.conf	name, listen, hosts, certificate_seconds, night_at,
 *			night_minutes, backup_folder, backup_folder_second,
 *			backup_keep (text; may be edited; see hub_settings.h)
 *	ca.key		the authority that every computer trusts, and its
 *	ca.crt		certificate
 *	hub.key		what the hub shows when computers connect; renewed by
 *	hub.crt		itself
 *	mark.key	by which the hub knows again what it once took
 *	replica.db	the replica, with the hub's own tables
 *	serve.lock	held by the hub that serves
 *	night.lock	held by whoever does the night's work
 *	backups/	what the night made, unless backup_folder names another
 *
 * Keys are apart from data: a backup has none of them (see hub_keys.h).
 */
#ifndef SERVER_AUTHORITY_HUB_FOLDER_H
#define SERVER_AUTHORITY_HUB_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/net/certificate.h"
#include "common/net/key.h"
#include "common/replica/replica.h"
#include "protocol/digest.h"
#include "server/authority/hub_settings.h"
#include "server/core/hub_write.h"

enum {
	HUB_FOLDER_AUTHORITY_YEARS = 20
};

struct hub_folder {
	char *path;
	struct hub_settings settings;
	struct key *authority_key;
	struct buffer authority; /* DER */
	struct key *key;
	struct buffer certificate; /* DER */
	struct mark_key mark_key;
};

/*
 * A new hub: the folder, keys, certificates and an empty database; hub.conf
 * last, so that a folder with it is a whole one.  STATUS_EXISTS: there is a
 * hub, or a part of one, already.
 */
enum status hub_folder_init(const char *path,
    const struct hub_settings *settings, struct error *err);

/* STATUS_NOT_FOUND says to init first. */
enum status hub_folder_open(const char *path, struct hub_folder **out,
    struct error *err);

void hub_folder_close(struct hub_folder *folder);

/* The three for hub_keys.c.  Without keys yet. */
enum status hub_folder_create(const char *path, struct hub_folder **out,
    struct error *err);

/* STATUS_EXISTS when the folder has a hub or a part of one;
 * else it is made. */
enum status hub_folder_claim(const char *path, struct error *err);

/* All keys and certificates, as files. */
enum status hub_folder_save_keys(const struct hub_folder *folder,
    struct error *err);

/* path/name, allocated; NULL when there is no memory. */
char *hub_folder_file(const struct hub_folder *folder, const char *name);

/* Borrowed from the folder. */
struct authority hub_folder_authority(const struct hub_folder *folder);

/*
 * The database for this process.  With write, the hub's numbers jump, and the
 * tables of the authority are made where they are missing.  STATUS_NOT_FOUND:
 * keys were imported and the database was not restored yet.
 */
enum status hub_folder_open_replica(const struct hub_folder *folder, bool write,
    struct replica **out, struct error *err);

/* For what the hub itself writes; the replica is open for writing. */
enum status hub_folder_writer(const struct hub_folder *folder,
    struct replica *replica, uint64_t now_ms, struct hub_writer *writer,
    struct error *err);

/* Whether two thirds of the life of hub.crt are over, or its hosts are not
 * those of the settings. */
bool hub_folder_wants_renewal(const struct hub_folder *folder, int64_t unix_ms);

/* A new hub.crt, on disk and in folder; or in neither. */
enum status hub_folder_renew(struct hub_folder *folder, struct error *err);

/*
 * One hub serves a folder.  STATUS_BUSY: another process does.  Released by
 * hub_folder_unlock, or by the end of the process, however it ends.
 */
struct hub_lock;

enum status hub_folder_lock(const char *path, struct hub_lock **out,
    struct error *err);

/* The same for the night's work, beside a hub that serves. */
enum status hub_folder_lock_night(const char *path, struct hub_lock **out,
    struct error *err);

void hub_folder_unlock(struct hub_lock *lock);

/* Whether one does now. */
bool hub_folder_is_served(const char *path);

#endif
