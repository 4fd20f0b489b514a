#include <assert.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "client/agent/folder.h"
#include "common/support/clock.h"
#include "common/support/file.h"
#include "common/support/random.h"

static const char *const folder_names[] = {
	"client.conf",
	"hub.crt",
	"site.key",
	"site.crt",
	"device.key",
	"session",
	"agent.lock",
	"agent.lock-journal",
};

/* What begins so: the replica, and what a rebuild keeps beside it. */
static const char replica_prefix[] = "replica.db";

char *
folder_file(const struct folder *folder, const char *name)
{
	return file_path(folder->path, name);
}

/* --- opening -------------------------------------------------------------- */

/* metered = yes, night_bytes = N (0: any) */
static enum status
load_night(struct folder *folder, struct error *err)
{
	int64_t bytes = -1;
	bool metered = false;
	enum status status;

	status = config_flag(&folder->config, "metered", &metered, err);
	if (status == STATUS_OK)
		status = config_integer(&folder->config, "night_bytes", 0,
		    INT64_MAX - 1, &bytes, err);
	if (bytes < 0)
		folder->night_bytes = metered ? FOLDER_METERED_BYTES : 0;
	else
		folder->night_bytes = bytes == 0 ? UINT64_MAX : (uint64_t)bytes;
	return status;
}

static enum status
load_config(struct folder *folder, struct error *err)
{
	char *path = folder_file(folder, "client.conf");
	const char *proxy;
	enum status status;

	if (path == NULL)
		return error_set(err, STATUS_NOMEM, "read the settings");
	status = config_load(path, &folder->config, err);
	free(path);
	if (status == STATUS_NOT_FOUND)
		return error_set(err, status,
		    "%s has not joined a hub yet: run "
		    "`throughline join CODE --data %s` with the code that the "
		    "hub's administrator gave you",
		    folder->path, folder->path);
	if (status == STATUS_OK)
		status = folder_set_hub(folder,
		    config_text(&folder->config, "hub", ""), err);
	proxy = config_text(&folder->config, "proxy", NULL);
	if (status == STATUS_OK && proxy != NULL)
		status = folder_set_proxy(folder, proxy, err);
	if (status == STATUS_OK)
		status = load_night(folder, err);
	return status;
}

static enum status
load_keys(struct folder *folder, struct error *err)
{
	struct buffer seed = { 0 };
	char *key = folder_file(folder, "site.key");
	char *certificate = folder_file(folder, "site.crt");
	char *authority = folder_file(folder, "hub.crt");
	char *device = folder_file(folder, "device.key");
	enum status status;

	if (key == NULL || certificate == NULL || authority == NULL ||
	    device == NULL)
		status = error_set(err, STATUS_NOMEM, "read the keys");
	else
		status = key_load(key, &folder->key, err);
	if (status == STATUS_OK)
		status =
		    certificate_load(certificate, &folder->certificate, err);
	if (status == STATUS_OK)
		status = certificate_load(authority, &folder->authority, err);
	if (status == STATUS_OK)
		status =
		    file_read(device, sizeof(folder->device_seed), &seed, err);
	if (status == STATUS_OK &&
	    buffer_view(&seed).size != sizeof(folder->device_seed))
		status =
		    error_set(err, STATUS_CORRUPT, "%s is damaged", device);
	if (status == STATUS_OK)
		memcpy(folder->device_seed, buffer_view(&seed).data,
		    sizeof(folder->device_seed));
	key_wipe(&seed);
	free(key);
	free(certificate);
	free(authority);
	free(device);
	return status;
}

enum status
folder_open(const char *path, struct folder **out, struct error *err)
{
	struct folder *folder;
	enum status status;

	assert(out != NULL && *out == NULL);

	folder = calloc(1, sizeof(*folder));
	if (folder == NULL)
		return error_set(err, STATUS_NOMEM, "open %s", path);
	folder->path = file_path(path, "");
	if (folder->path == NULL)
		status = error_set(err, STATUS_NOMEM, "open %s", path);
	else
		status = load_config(folder, err);
	if (status == STATUS_OK)
		status = load_keys(folder, err);
	if (status != STATUS_OK) {
		folder_close(folder);
		return status;
	}
	*out = folder;
	return STATUS_OK;
}

void
folder_close(struct folder *folder)
{
	if (folder == NULL)
		return;
	free(folder->path);
	config_deinit(&folder->config);
	key_destroy(folder->key);
	buffer_deinit(&folder->certificate);
	buffer_deinit(&folder->authority);
	sodium_memzero(folder->device_seed, sizeof(folder->device_seed));
	free(folder);
}

enum status
folder_set_hub(struct folder *folder, const char *host_port, struct error *err)
{
	const char *colon = strrchr(host_port, ':');
	size_t size = colon == NULL ? 0 : (size_t)(colon - host_port);
	unsigned long port = 0;
	char *end = NULL;

	if (size >= 2 && host_port[0] == '[' && colon[-1] == ']') {
		host_port++; /* [::1]:7000 */
		size -= 2;
	}
	if (colon != NULL && colon[1] >= '0' && colon[1] <= '9')
		port = strtoul(colon + 1, &end, 10);
	if (size == 0 || size >= FOLDER_HOST_BYTES || port == 0 ||
	    port > UINT16_MAX || *end != '\0')
		return error_set(err, STATUS_INVALID,
		    "the hub's address has to look like hub.example.org:7000");
	memcpy(folder->host, host_port, size);
	folder->host[size] = '\0';
	folder->port = (uint16_t)port;
	if (!certificate_host_is_valid(folder->host))
		return error_set(err, STATUS_INVALID,
		    "%s is not the name or address of a computer",
		    folder->host);
	return STATUS_OK;
}

enum status
folder_set_proxy(struct folder *folder, const char *proxy, struct error *err)
{
	enum status status;

	status = proxy_parse(bytes_of_text(proxy), &folder->proxy, err);
	folder->has_proxy = status == STATUS_OK;
	return status;
}

/* An empty file is a database to SQLite, but nobody's. */
static enum status
check_replica_is_there(const struct folder *folder, const char *path,
    struct error *err)
{
	char *rebuilt = folder_file(folder, FOLDER_REBUILT);
	bool between = rebuilt != NULL && file_exists(rebuilt);
	uint64_t size = 0;

	free(rebuilt);
	if (between)
		return error_set(err, STATUS_CORRUPT,
		    "rebuilding the database was interrupted");
	if (!file_exists(path))
		return error_set(err, STATUS_CORRUPT, "%s is not there", path);
	if (file_size(path, &size, ERROR_IGNORED) == STATUS_OK && size == 0)
		return error_set(err, STATUS_CORRUPT, "%s is empty", path);
	return STATUS_OK;
}

enum status
folder_open_replica(const struct folder *folder, bool write,
    struct replica **out, struct error *err)
{
	struct replica_options options = {
		.kind = REPLICA_CLIENT,
		.must_exist = true,
		.read_only = false,
	};
	char *path = folder_file(folder, "replica.db");
	enum status status;

	if (path == NULL)
		return error_set(err, STATUS_NOMEM, "open the replica");
	options.path = path;
	status = check_replica_is_there(folder, path, err);
	if (status == STATUS_OK)
		status = replica_open(&options, out, err);
	free(path);
	if (status == STATUS_OK && write)
		status = replica_jump(*out, (uint32_t)random_u64(), err);
	if (status != STATUS_OK) {
		replica_close(*out);
		*out = NULL;
	}
	return status;
}

void
folder_advise(struct error *err)
{
	struct error found = *err;

	error_set(err, found.status,
	    "%s; `throughline rebuild` makes the database anew from the hub",
	    found.text);
}

/* --- certificates --------------------------------------------------------- */

enum status
folder_renew(struct folder *folder, struct bytes certificate, struct error *err)
{
	char *path;
	enum status status;

	status = certificate_match(certificate, folder->key, err);
	if (status == STATUS_OK)
		status = certificate_check_issuer(certificate,
		    buffer_view(&folder->authority), err);
	if (status != STATUS_OK)
		return error_wrap(err, "the hub's new certificate");
	path = folder_file(folder, "site.crt");
	if (path == NULL)
		return error_set(err, STATUS_NOMEM, "keep a certificate");
	status = certificate_save(certificate, path, err);
	free(path);
	if (status != STATUS_OK)
		return status;
	buffer_clear(&folder->certificate);
	if (buffer_append(&folder->certificate, certificate) != STATUS_OK)
		return error_set(err, STATUS_NOMEM, "keep a certificate");
	folder_save_session(folder, (struct bytes){ NULL, 0 });
	return STATUS_OK;
}

int64_t
folder_renewal_ms(const struct folder *folder)
{
	struct certificate_info info;
	int64_t from, life;

	if (certificate_parse(buffer_view(&folder->certificate), &info,
		ERROR_IGNORED) != STATUS_OK)
		return INT64_MAX;
	from = info.not_before_s + CERTIFICATE_BACKDATE_S;
	life = info.not_after_s - from;
	return (from + life / 3 * 2) * 1000;
}

void
folder_load_session(const struct folder *folder, struct buffer *out)
{
	char *path = folder_file(folder, "session");

	buffer_clear(out);
	if (path != NULL &&
	    file_read(path, TLS_SESSION_BYTES, out, ERROR_IGNORED) != STATUS_OK)
		buffer_clear(out);
	free(path);
}

/* Without it the next handshake is a full one, so a failure is no error. */
void
folder_save_session(const struct folder *folder, struct bytes session)
{
	char *path = folder_file(folder, "session");

	if (path != NULL && session.size == 0)
		(void)file_remove(path, ERROR_IGNORED);
	else if (path != NULL)
		(void)file_write(path, session, FILE_SECRET, ERROR_IGNORED);
	free(path);
}

/* --- the device ----------------------------------------------------------- */

void
folder_device_public(const struct folder *folder, uint8_t public[32])
{
	uint8_t secret[crypto_sign_SECRETKEYBYTES];

	crypto_sign_seed_keypair(public, secret, folder->device_seed);
	sodium_memzero(secret, sizeof(secret));
}

enum status
folder_sign(void *context, struct bytes message, uint8_t signature[64])
{
	const struct folder *folder = context;
	uint8_t public[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret[crypto_sign_SECRETKEYBYTES];

	crypto_sign_seed_keypair(public, secret, folder->device_seed);
	crypto_sign_detached(signature, NULL, message.data, message.size,
	    secret);
	sodium_memzero(secret, sizeof(secret));
	return STATUS_OK;
}

/* --- the lock ------------------------------------------------------------- */

/* An SQLite transaction is a lock that works alike on every system, and that
 * the end of the process releases. */
struct folder_lock {
	sqlite3 *database;
};

enum status
folder_lock(const char *folder, struct folder_lock **out, struct error *err)
{
	struct folder_lock *lock = calloc(1, sizeof(*lock));
	char *path = file_path(folder, "agent.lock");
	int code = SQLITE_NOMEM;

	if (lock != NULL && path != NULL)
		code = sqlite3_open(path, &lock->database);
	if (code == SQLITE_OK)
		code = sqlite3_exec(lock->database,
		    "PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE", NULL, NULL,
		    NULL);
	free(path);
	if (code == SQLITE_OK) {
		*out = lock;
		return STATUS_OK;
	}
	folder_unlock(lock);
	if (code == SQLITE_BUSY)
		return error_set(err, STATUS_BUSY,
		    "throughline is running on %s already", folder);
	return error_set(err, STATUS_IO, "%s/agent.lock: %s", folder,
	    sqlite3_errstr(code));
}

void
folder_unlock(struct folder_lock *lock)
{
	if (lock == NULL)
		return;
	sqlite3_close(lock->database);
	free(lock);
}

enum status
folder_remove_file(const char *folder, const char *name, struct error *err)
{
	char *path = file_path(folder, name);
	enum status status;

	if (path == NULL)
		return error_set(err, STATUS_NOMEM, "remove %s", name);
	status = file_remove(path, err);
	free(path);
	return status;
}

static enum status
erase_replicas(const char *folder, struct error *err)
{
	enum status status = STATUS_OK;
	uv_fs_t request;
	uv_dirent_t entry;
	int result;

	result = uv_fs_scandir(NULL, &request, folder, 0, NULL);
	if (result < 0 && result != UV_ENOENT)
		status = error_set(err, file_status(result), "look into %s: %s",
		    folder, uv_strerror(result));
	while (status == STATUS_OK && result >= 0 &&
	       uv_fs_scandir_next(&request, &entry) != UV_EOF)
		if (strncmp(entry.name, replica_prefix,
			sizeof(replica_prefix) - 1) == 0)
			status = folder_remove_file(folder, entry.name, err);
	uv_fs_req_cleanup(&request);
	return status;
}

enum status
folder_erase(const char *folder, struct error *err)
{
	enum status status = STATUS_OK;
	size_t count = sizeof(folder_names) / sizeof(folder_names[0]);

	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		status = folder_remove_file(folder, folder_names[i], err);
	if (status == STATUS_OK)
		status = erase_replicas(folder, err);
	return status;
}
