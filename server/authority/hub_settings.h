/*
 * hub.conf: what a person decides about a hub.
 */
#ifndef SERVER_AUTHORITY_HUB_SETTINGS_H
#define SERVER_AUTHORITY_HUB_SETTINGS_H

#include <stdint.h>

#include "common/net/certificate.h"
#include "common/support/config.h"

enum {
	HUB_SETTINGS_NAME_BYTES = 256,
	HUB_SETTINGS_ADDRESS_BYTES = 64,
};

#define HUB_SETTINGS_LISTEN "0.0.0.0:7443"

struct hub_settings {
	char name[HUB_SETTINGS_NAME_BYTES]; /* of the partnership */
	char listen[HUB_SETTINGS_ADDRESS_BYTES];
	/* By which computers reach the hub; the first is in invitations. */
	char hosts[CERTIFICATE_HOSTS][CERTIFICATE_HOST_BYTES];
	size_t host_count;           /* at least one */
	int64_t certificate_seconds; /* how long a certificate is good for */
};

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

enum status hub_settings_save(const char *folder,
    const struct hub_settings *settings, struct error *err);

#endif
