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
};

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

enum status
hub_settings_read(const struct config *config, struct hub_settings *settings,
    struct error *err)
{
	enum status status;

	memset(settings, 0, sizeof(*settings));
	settings->certificate_seconds = (int64_t)LIMIT_CERTIFICATE_DAYS * DAY_S;
	status = copy_setting(settings->name, sizeof(settings->name),
	    config_text(config, "name", ""), "name", err);
	if (status == STATUS_OK)
		status =
		    copy_setting(settings->listen, sizeof(settings->listen),
			config_text(config, "listen", HUB_SETTINGS_LISTEN),
			"listen", err);
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
