#include "common/net/key.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/net/mbedtls_compat.h"
#include "common/support/file.h"

enum {
	KEY_BYTES = 2048, /* the longest key file, and its DER */
};

struct key {
	mbedtls_pk_context *pk;
};

static enum status
create(struct key **out, struct error *err)
{
	struct key *key;

	assert(out != NULL && *out == NULL);
	key = calloc(1, sizeof(*key));
	if (key != NULL)
		key->pk = calloc(1, sizeof(*key->pk));
	if (key == NULL || key->pk == NULL || compat_init() != 0) {
		key_destroy(key);
		return error_set(err, STATUS_NOMEM, "make room for a key: %s",
		    status_text(STATUS_NOMEM));
	}
	mbedtls_pk_init(key->pk);
	*out = key;
	return STATUS_OK;
}

enum status
key_generate(struct key **out, struct error *err)
{
	struct key *key = NULL;
	enum status status;
	int result;

	status = create(&key, err);
	if (status != STATUS_OK)
		return status;
	result = mbedtls_pk_setup(key->pk,
	    mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
	if (result == 0)
		result = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1,
		    mbedtls_pk_ec(*key->pk), compat_random, NULL);
	if (result != 0) {
		key_destroy(key);
		return compat_failed(err, STATUS_IO, "make a key", result);
	}
	*out = key;
	return STATUS_OK;
}

void
key_destroy(struct key *key)
{
	if (key == NULL)
		return;
	if (key->pk != NULL)
		mbedtls_pk_free(key->pk);
	free(key->pk);
	free(key);
}

void *
key_get_handle(const struct key *key)
{
	return key->pk;
}

void
key_wipe(struct buffer *buffer)
{
	if (buffer->data != NULL)
		sodium_memzero(buffer->data, buffer->capacity);
	buffer_deinit(buffer);
	*buffer = (struct buffer){ 0 };
}

enum status
key_save(const struct key *key, const char *path, struct error *err)
{
	unsigned char pem[KEY_BYTES] = { 0 };
	enum status status;
	int result;

	result = mbedtls_pk_write_key_pem(key->pk, pem, sizeof(pem));
	if (result == 0)
		status = file_write(path, bytes_of_text((char *)pem),
		    FILE_SECRET, err);
	else
		status = compat_failed(err, STATUS_IO, "write a key", result);
	sodium_memzero(pem, sizeof(pem));
	return status;
}

enum status
key_load(const char *path, struct key **out, struct error *err)
{
	struct buffer text = { 0 };
	enum status status;

	/* Room from the start, so that no copy is left behind by growing. */
	if (buffer_reserve(&text, 128 * 1024) == NULL)
		return error_set(err, STATUS_NOMEM, "read %s: %s", path,
		    status_text(STATUS_NOMEM));
	status = file_read(path, KEY_BYTES, &text, err);
	if (status == STATUS_OK) {
		status = key_decode(buffer_view(&text), out, err);
		if (status == STATUS_INVALID)
			status = STATUS_CORRUPT;
		if (status != STATUS_OK && err != NULL) {
			err->status = status;
			error_wrap(err, "%s", path);
		}
	}
	key_wipe(&text);
	return status;
}

enum status
key_encode(const struct key *key, struct buffer *out, struct error *err)
{
	unsigned char der[KEY_BYTES];
	enum status status;
	int size;

	size = mbedtls_pk_write_key_der(key->pk, der, sizeof(der));
	if (size < 0)
		return compat_failed(err, STATUS_IO, "write a key", size);
	/* mbedTLS fills from the end. */
	status = buffer_append(out,
	    (struct bytes){ der + sizeof(der) - size, (size_t)size });
	sodium_memzero(der, sizeof(der));
	if (status != STATUS_OK)
		return error_set(err, status, "write a key: %s",
		    status_text(status));
	return STATUS_OK;
}

enum status
key_decode(struct bytes bytes, struct key **out, struct error *err)
{
	unsigned char text[KEY_BYTES + 1];
	struct key *key = NULL;
	enum status status;
	int result;

	if (bytes.size == 0 || bytes.size > KEY_BYTES)
		return error_set(err, STATUS_INVALID, "it is not a key");
	status = create(&key, err);
	if (status != STATUS_OK)
		return status;
	/* PEM has to end with a NUL that is counted, DER must not. */
	memcpy(text, bytes.data, bytes.size);
	text[bytes.size] = '\0';
	result = compat_parse_key(key->pk, text, bytes.size + (text[0] == '-'));
	sodium_memzero(text, sizeof(text));
	if (result == 0 && compat_is_p256(key->pk)) {
		*out = key;
		return STATUS_OK;
	}
	key_destroy(key);
	return error_set(err, STATUS_INVALID, "it is not a P-256 key");
}
