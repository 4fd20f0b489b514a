/*
 * hub.conf: what a person decides about a hub.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/net/invitation.h"
#include "common/support/config.h"
#include "common/support/file.h"
#include "protocol/limits.h"
#include "protocol/value.h"
#include "server/authority/hub_settings.h"

enum {
	DAY_S = 24 * 60 * 60,
	CERTIFICATE_DAYS_MAX = 10 * 365,
	BACKUP_KEEP_MAX = 10000,
	CLOCK_BYTES = 8, /* 02:00 */
	OWN_NIGHT_MINUTES = 30,
};

struct hub_settings
hub_settings_default(void)
{
	return (struct hub_settings){
		.listen = HUB_SETTINGS_LISTEN,
		.certificate_seconds = (int64_t)LIMIT_CERTIFICATE_DAYS * DAY_S,
		.night_minute = HUB_SETTINGS_NIGHT_MINUTE,
		.night_minutes = HUB_SETTINGS_NIGHT_MINUTES,
		.backup_keep = HUB_SETTINGS_BACKUP_KEEP,
	};
}

enum status
hub_settings_check(const struct hub_settings *settings, struct error *err)
{
	struct bytes name = bytes_of_text(settings->name);

	if (name.size == 0 || !utf8_is_valid(name))
		return error_set(err, STATUS_INVALID,
		    "a partnership needs a name, in UTF-8");
	if (settings->host_count == 0)
		return error_set(err, STATUS_INVALID,
		    "at least one name or address is needed by which the "
		    "schools' computers reach the hub");
	for (size_t i = 0; i < settings->host_count; i++)
		if (!certificate_host_is_valid(settings->hosts[i]))
			return error_set(err, STATUS_INVALID,
			    "\"%.80s\" is not the name or address of a "
			    "computer",
			    settings->hosts[i]);
	if (strlen(settings->hosts[0]) >= INVITATION_HOST_BYTES)
		return error_set(err, STATUS_INVALID,
		    "the first host is too long for an invitation");
	if (settings->certificate_seconds < 1 ||
	    settings->certificate_seconds >
		(int64_t)CERTIFICATE_DAYS_MAX * DAY_S)
		return error_set(err, STATUS_INVALID,
		    "certificates are good for 1 to %d days",
		    CERTIFICATE_DAYS_MAX);
	if (settings->backup_keep < 1 || settings->night_minute >= 24 * 60 ||
	    settings->night_minutes < 1 ||
	    settings->night_minutes > NIGHT_DAY_MINUTES)
		return error_set(err, STATUS_INVALID,
		    "at least one backup is kept, and a night begins within "
		    "the day and takes a minute to a day");
	return STATUS_OK;
}

static enum status
copy_setting(char *out, size_t capacity, const char *text, const char *key,
    struct error *err)
{
	if (strlen(text) >= capacity)
		return error_set(err, STATUS_INVALID, "%s is too long", key);
	memcpy(out, text, strlen(text) + 1);
	return STATUS_OK;
}

/* "a.example,10.0.0.1" */
static enum status
read_hosts(const char *text, struct hub_settings *settings, struct error *err)
{
	while (*text != '\0') {
		size_t size = strcspn(text, ", ");
		char *host;

		if (size > 0) {
			if (settings->host_count == CERTIFICATE_HOSTS ||
			    size >= CERTIFICATE_HOST_BYTES)
				return error_set(err, STATUS_INVALID,
				    "hosts: there are too many, or one is too "
				    "long");
			host = settings->hosts[settings->host_count++];
			memcpy(host, text, size);
			host[size] = '\0';
		}
		text += size + strspn(text + size, ", ");
	}
	return STATUS_OK;
}

static void
format_minute(int minute, char text[CLOCK_BYTES])
{
	if (minute < 0)
		snprintf(text, CLOCK_BYTES, "off");
	else
		snprintf(text, CLOCK_BYTES, "%02d:%02d", minute / 60 % 24,
		    minute % 60);
}

/* "02:00" or "off" */
static enum status
read_minute(const char *text, int *minute, struct error *err)
{
	char again[CLOCK_BYTES];
	int hour = -1, rest = -1;

	*minute = -1;
	if (sscanf(text, "%2d:%2d", &hour, &rest) == 2 && hour >= 0 &&
	    hour < 24 && rest >= 0 && rest < 60)
		*minute = hour * 60 + rest;
	format_minute(*minute, again);
	if (strcmp(text, again) == 0)
		return STATUS_OK;
	return error_set(err, STATUS_INVALID,
	    "night_at is a time of the day in UTC such as 02:00, or off; not "
	    "\"%.40s\"",
	    text);
}

static enum status
read_night(const struct config *config, struct hub_settings *settings,
    struct error *err)
{
	char at[CLOCK_BYTES];
	enum status status;

	format_minute(settings->night_minute, at);
	status = read_minute(config_text(config, "night_at", at),
	    &settings->night_minute, err);
	if (status == STATUS_OK)
		status = copy_setting(settings->backup_folder,
		    sizeof(settings->backup_folder),
		    config_text(config, "backup_folder", ""), "backup_folder",
		    err);
	if (status == STATUS_OK)
		status = copy_setting(settings->backup_folder_second,
		    sizeof(settings->backup_folder_second),
		    config_text(config, "backup_folder_second", ""),
		    "backup_folder_second", err);
	if (status == STATUS_OK)
		status = config_integer(config, "night_minutes", 1,
		    NIGHT_DAY_MINUTES, &settings->night_minutes, err);
	if (status == STATUS_OK)
		status = config_integer(config, "backup_keep", 1,
		    BACKUP_KEEP_MAX, &settings->backup_keep, err);
	return status;
}

enum status
hub_settings_read(const struct config *config, struct hub_settings *settings,
    struct error *err)
{
	enum status status;

	*settings = hub_settings_default();
	status = copy_setting(settings->name, sizeof(settings->name),
	    config_text(config, "name", ""), "name", err);
	if (status == STATUS_OK)
		status =
		    copy_setting(settings->listen, sizeof(settings->listen),
			config_text(config, "listen", HUB_SETTINGS_LISTEN),
			"listen", err);
	if (status == STATUS_OK)
		status = read_night(config, settings, err);
	if (status == STATUS_OK)
		status =
		    read_hosts(config_text(config, "hosts", ""), settings, err);
	if (status == STATUS_OK)
		status = config_integer(config, "certificate_seconds", 1,
		    INT64_MAX, &settings->certificate_seconds, err);
	if (status == STATUS_OK)
		status = hub_settings_check(settings, err);
	return status;
}

static enum status
write_night(const struct hub_settings *settings, struct config *config,
    struct error *err)
{
	const char *first = settings->backup_folder;
	const char *second = settings->backup_folder_second;
	char at[CLOCK_BYTES], keep[24], minutes[24];
	enum status status;

	format_minute(settings->night_minute, at);
	snprintf(keep, sizeof(keep), "%lld", (long long)settings->backup_keep);
	snprintf(minutes, sizeof(minutes), "%lld",
	    (long long)settings->night_minutes);
	status = config_set(config, "night_at", at, err);
	if (status == STATUS_OK)
		status = config_set(config, "night_minutes", minutes, err);
	if (status == STATUS_OK)
		status = config_set(config, "backup_keep", keep, err);
	if (status == STATUS_OK)
		status = config_set(config, "backup_folder",
		    *first != '\0' ? first : NULL, err);
	if (status == STATUS_OK)
		status = config_set(config, "backup_folder_second",
		    *second != '\0' ? second : NULL, err);
	return status;
}

enum status
hub_settings_write(const struct hub_settings *settings, struct config *config,
    struct error *err)
{
	char hosts[CERTIFICATE_HOSTS * CERTIFICATE_HOST_BYTES];
	char seconds[24];
	size_t used = 0;
	enum status status;

	for (size_t i = 0; i < settings->host_count; i++)
		used += (size_t)snprintf(hosts + used, sizeof(hosts) - used,
		    "%s%s", i == 0 ? "" : ",", settings->hosts[i]);
	snprintf(seconds, sizeof(seconds), "%lld",
	    (long long)settings->certificate_seconds);
	status = config_set(config, "name", settings->name, err);
	if (status == STATUS_OK)
		status = config_set(config, "listen", settings->listen, err);
	if (status == STATUS_OK)
		status = config_set(config, "hosts", hosts, err);
	if (status == STATUS_OK)
		status =
		    config_set(config, "certificate_seconds", seconds, err);
	if (status == STATUS_OK)
		status = write_night(settings, config, err);
	return status;
}

enum status
hub_settings_load(const char *folder, struct hub_settings *settings,
    struct error *err)
{
	struct config config = { 0 };
	char *path = file_path(folder, "hub.conf");
	enum status status;

	if (path == NULL)
		return error_set(err, STATUS_NOMEM, "read the settings");
	status = config_load(path, &config, err);
	if (status == STATUS_NOT_FOUND)
		error_set(err, status,
		    "%s is not a hub's folder: make one with `throughline-hub "
		    "init --data %s --name NAME`",
		    folder, folder);
	else if (status == STATUS_OK &&
		 hub_settings_read(&config, settings, err) != STATUS_OK)
		status = error_wrap(err, "%s", path);
	config_deinit(&config);
	free(path);
	return status;
}

enum status
hub_settings_save(const char *folder, const struct hub_settings *settings,
    struct error *err)
{
	struct config config = { 0 };
	char *path = file_path(folder, "hub.conf");
	enum status status;

	if (path == NULL)
		return error_set(err, STATUS_NOMEM, "write the settings");
	status = hub_settings_write(settings, &config, err);
	if (status == STATUS_OK)
		status = config_save(path, &config, err);
	config_deinit(&config);
	free(path);
	return status;
}

struct night_window
hub_settings_window(const struct hub_settings *settings)
{
	int begins = settings->night_minute < 0
	                 ? NIGHT_BEGINS_MINUTE
	                 : settings->night_minute + OWN_NIGHT_MINUTES;

	return (struct night_window){
		.begins_minute = (uint32_t)(begins % NIGHT_DAY_MINUTES),
		.minutes = (uint32_t)settings->night_minutes,
	};
}
