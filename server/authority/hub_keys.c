#include "server/authority/hub_keys.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/replica/ledger.h"
#include "common/support/clock.h"
#include "common/support/config.h"
#include "common/support/file.h"
#include "common/support/random.h"
#include "server/core/recovery.h"

enum {
	DER_BYTES_MAX = (CONFIG_VALUE_BYTES - 1) / 2
};

/* --- out ------------------------------------------------------------------ */

static enum status
set_hex(struct config *config, const char *key, struct bytes bytes,
    struct error *err)
{
	char text[2 * DER_BYTES_MAX + 1];
	enum status status;

	if (bytes.size > DER_BYTES_MAX)
		return error_set(err, STATUS_TOO_LARGE, "%s is too long", key);
	sodium_bin2hex(text, sizeof(text), bytes.data, bytes.size);
	status = config_set(config, key, text, err);
	sodium_memzero(text, sizeof(text));
	return status;
}

static enum status
set_key(struct config *config, const char *name, const struct key *key,
    struct error *err)
{
	struct buffer der = { 0 };
	enum status status;

	status = key_encode(key, &der, err);
	if (status == STATUS_OK)
		status = set_hex(config, name, buffer_view(&der), err);
	key_wipe(&der);
	return status;
}

enum status
hub_keys_export(const struct hub_folder *folder, const char *file,
    struct error *err)
{
	struct bytes mark = { folder->mark_key.bytes,
		sizeof(folder->mark_key.bytes) };
	struct config config = { 0 };
	enum status status;

	if (file_exists(file))
		return error_set(err, STATUS_EXISTS,
		    "there is something at %s already; name another file",
		    file);
	status = hub_settings_write(&folder->settings, &config, err);
	if (status == STATUS_OK)
		status = set_key(&config, "ca.key", folder->authority_key, err);
	if (status == STATUS_OK)
		status = set_hex(&config, "ca.crt",
		    buffer_view(&folder->authority), err);
	if (status == STATUS_OK)
		status = set_key(&config, "hub.key", folder->key, err);
	if (status == STATUS_OK)
		status = set_hex(&config, "hub.crt",
		    buffer_view(&folder->certificate), err);
	if (status == STATUS_OK)
		status = set_hex(&config, "mark.key", mark, err);
	if (status == STATUS_OK)
		status = config_save(file, &config, err);
	config_deinit(&config);
	return status;
}

/* --- in ------------------------------------------------------------------- */

static enum status
get_hex(const struct config *config, const char *key, struct buffer *out,
    struct error *err)
{
	const char *text = config_text(config, key, "");
	uint8_t *room = buffer_reserve(out, DER_BYTES_MAX);
	size_t size = 0;

	if (room == NULL)
		return error_set(err, STATUS_NOMEM, "read the keys");
	if (*text == '\0' || sodium_hex2bin(room, DER_BYTES_MAX, text,
				 strlen(text), NULL, &size, NULL) != 0)
		return error_set(err, STATUS_INVALID,
		    "it is not a file of a hub's keys: %s is missing or "
		    "damaged",
		    key);
	buffer_produce(out, size);
	return STATUS_OK;
}

static enum status
get_key(const struct config *config, const char *name, struct key **out,
    struct error *err)
{
	struct buffer der = { 0 };
	enum status status;

	status = get_hex(config, name, &der, err);
	if (status == STATUS_OK)
		status = key_decode(buffer_view(&der), out, err);
	key_wipe(&der);
	return status;
}

static enum status
get_mark_key(const struct config *config, struct mark_key *key,
    struct error *err)
{
	struct buffer bytes = { 0 };
	enum status status;

	status = get_hex(config, "mark.key", &bytes, err);
	if (status == STATUS_OK && bytes.size != sizeof(key->bytes))
		status = error_set(err, STATUS_INVALID, "mark.key is damaged");
	if (status == STATUS_OK)
		memcpy(key->bytes, buffer_view(&bytes).data, bytes.size);
	key_wipe(&bytes);
	return status;
}

static enum status
get_all(const struct config *config, struct hub_folder *folder,
    struct error *err)
{
	enum status status;

	status = hub_settings_read(config, &folder->settings, err);
	if (status == STATUS_OK)
		status = get_key(config, "ca.key", &folder->authority_key, err);
	if (status == STATUS_OK)
		status = get_hex(config, "ca.crt", &folder->authority, err);
	if (status == STATUS_OK)
		status = get_key(config, "hub.key", &folder->key, err);
	if (status == STATUS_OK)
		status = get_hex(config, "hub.crt", &folder->certificate, err);
	if (status == STATUS_OK)
		status = get_mark_key(config, &folder->mark_key, err);
	if (status == STATUS_OK)
		status = certificate_match(buffer_view(&folder->authority),
		    folder->authority_key, err);
	if (status == STATUS_OK)
		status = certificate_match(buffer_view(&folder->certificate),
		    folder->key, err);
	return status;
}

enum status
hub_keys_import(const char *path, const char *file, struct error *err)
{
	struct hub_folder *folder = NULL;
	struct config config = { 0 };
	enum status status;

	status = config_load(file, &config, err);
	if (status == STATUS_OK)
		status = hub_folder_create(path, &folder, err);
	if (status == STATUS_OK && get_all(&config, folder, err) != STATUS_OK)
		status = error_wrap(err, "%s", file);
	if (status == STATUS_OK)
		status = hub_folder_claim(path, err);
	if (status == STATUS_OK)
		status = hub_folder_save_keys(folder, err);
	if (status == STATUS_OK)
		status = hub_settings_save(path, &folder->settings, err);
	hub_folder_close(folder);
	config_deinit(&config);
	return status;
}

/* --- a backup becomes a hub ----------------------------------------------- */

static enum status
begin_anew(const struct hub_folder *folder, const char *path,
    struct hub_restored *restored, struct error *err)
{
	struct replica_options options = { .path = path, .kind = REPLICA_HUB };
	struct replica *replica = NULL;
	struct hub_writer writer = { 0 };
	enum status status;

	status = replica_open(&options, &replica, err);
	if (status == STATUS_OK)
		status = hub_folder_writer(folder, replica,
		    (uint64_t)clock_unix_ms(), &writer, err);
	if (status == STATUS_OK)
		status = ledger_head(replica, &restored->head, err);
	if (status == STATUS_OK)
		status = replica_begin(replica, err);
	if (status == STATUS_OK)
		status = recovery_begin(&writer, random_u64(), err);
	restored->generation = writer.generation;
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK && replica != NULL)
		replica_rollback(replica);
	replica_close(replica);
	return status;
}

enum status
hub_restore(const struct hub_folder *folder, const char *file,
    struct hub_restored *restored, struct error *err)
{
	char *path = hub_folder_file(folder, "replica.db");
	char *beside = hub_folder_file(folder, "restoring.db");
	enum status status = STATUS_OK;

	if (path == NULL || beside == NULL)
		status = error_set(err, STATUS_NOMEM, "restore a hub");
	if (status == STATUS_OK && file_exists(path))
		status = error_set(err, STATUS_EXISTS,
		    "%s has data already: restore into a new folder, after "
		    "`throughline-hub keys import`",
		    folder->path);
	if (status == STATUS_OK)
		status = file_remove(beside, err);
	if (status == STATUS_OK && file != NULL)
		status = file_copy(file, beside, err);
	if (status == STATUS_OK) {
		status = begin_anew(folder, beside, restored, err);
		if (status == STATUS_OK)
			status = file_rename(beside, path, err);
		else
			(void)file_remove(beside, NULL);
	}
	free(path);
	free(beside);
	return status;
}
