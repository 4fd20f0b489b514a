/*
 * hub.conf: what a person decides about a hub.
 */
#ifndef SERVER_AUTHORITY_HUB_SETTINGS_H
#define SERVER_AUTHORITY_HUB_SETTINGS_H

#include <stdint.h>

#include "common/net/certificate.h"
#include "common/support/config.h"
#include "server/core/nights.h"

enum {
	HUB_SETTINGS_NAME_BYTES = 256,
	HUB_SETTINGS_ADDRESS_BYTES = 64,
	HUB_SETTINGS_PATH_BYTES = 1024,
	HUB_SETTINGS_NIGHT_MINUTE = 2 * 60,
	HUB_SETTINGS_NIGHT_MINUTES = 4 * 60,
	HUB_SETTINGS_BACKUP_KEEP = 14,
};

#define HUB_SETTINGS_LISTEN "0.0.0.0:7443"

struct hub_settings {
	char name[HUB_SETTINGS_NAME_BYTES]; /* of the partnership */
	char listen[HUB_SETTINGS_ADDRESS_BYTES];
	/* By which computers reach the hub; the first is in invitations. */
	char hosts[CERTIFICATE_HOSTS][CERTIFICATE_HOST_BYTES];
	size_t host_count;           /* at least one */
	int64_t certificate_seconds; /* how long a certificate is good for */

	/* The night: "night_at = 02:00", UTC, or "off". */
	int night_minute; /* of the day; below 0: off */
	/* Over how long the comparisons with the computers are spread, at
	 * least one minute and at most a day; see hub_settings_window. */
	int64_t night_minutes;
	/* Empty: backups/ in the hub's folder.  One that is named has to be
	 * there; a relative one is in the hub's folder. */
	char backup_folder[HUB_SETTINGS_PATH_BYTES];
	int64_t backup_keep; /* how many of the newest, at least one */
	/* On another device; empty: none. */
	char backup_folder_second[HUB_SETTINGS_PATH_BYTES];
};

/* What is not decided by whoever makes a hub. */
struct hub_settings hub_settings_default(void);

/* STATUS_INVALID says what cannot be. */
enum status hub_settings_check(const struct hub_settings *settings,
    struct error *err);

/* From and to any file of settings; read checks them. */
enum status hub_settings_read(const struct config *config,
    struct hub_settings *settings, struct error *err);

enum status hub_settings_write(const struct hub_settings *settings,
    struct config *config, struct error *err);

/* folder/hub.conf.  STATUS_NOT_FOUND says to init first. */
enum status hub_settings_load(const char *folder, struct hub_settings *settings,
    struct error *err);

/* When the computers are compared: from half an hour behind the hub's own night
 * on, which is off or not. */
struct night_window hub_settings_window(const struct hub_settings *settings);

enum status hub_settings_save(const char *folder,
    const struct hub_settings *settings, struct error *err);

#endif
