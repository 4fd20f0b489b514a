#include "common/net/certificate.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "common/net/mbedtls_compat.h"
#include "common/support/clock.h"
#include "common/support/file.h"
#include "protocol/limits.h"

enum {
	PEM_BYTES = 2 * LIMIT_CERTIFICATE_BYTES,
	SAN_NAME = 2, /* tags of GeneralName in RFC 5280 */
	SAN_ADDRESS = 7,
};

/* Parsed; to be freed whatever this returns. */
static enum status
open_certificate(struct bytes der, mbedtls_x509_crt *parsed, struct error *err)
{
	int result;

	mbedtls_x509_crt_init(parsed);
	if (der.size == 0 || der.size > LIMIT_CERTIFICATE_BYTES)
		return error_set(err, STATUS_INVALID,
		    "it is not a certificate");
	result = mbedtls_x509_crt_parse_der(parsed, der.data, der.size);
	if (result != 0)
		return compat_failed(err, STATUS_INVALID,
		    "it is not a certificate", result);
	if (parsed->raw.len != der.size)
		return error_set(err, STATUS_INVALID,
		    "something follows the certificate");
	return STATUS_OK;
}

static int64_t
seconds_of(const mbedtls_x509_time *time)
{
	struct clock_date date = { .year = time->year,
		.month = time->mon,
		.day = time->day,
		.hour = time->hour,
		.minute = time->min,
		.second = time->sec };

	return clock_unix_ms_of(&date) / 1000;
}

static enum status
read_serial(const mbedtls_x509_buf *raw, struct certificate_serial *serial,
    struct error *err)
{
	const unsigned char *data = raw->p;
	size_t size = raw->len;

	while (size > 0 && *data == 0) {
		data++;
		size--;
	}
	if (size > sizeof(serial->bytes))
		return error_set(err, STATUS_INVALID,
		    "its serial number is longer than %d bytes",
		    CERTIFICATE_SERIAL_BYTES);
	memset(serial, 0, sizeof(*serial));
	if (size > 0)
		memcpy(serial->bytes + sizeof(serial->bytes) - size, data,
		    size);
	return STATUS_OK;
}

/* The first common name, if it is made of what ours are made of. */
static enum status
read_name(const mbedtls_x509_name *subject, char name[CERTIFICATE_NAME_BYTES],
    struct error *err)
{
	name[0] = '\0';
	for (; subject != NULL; subject = subject->next) {
		const mbedtls_x509_buf *value = &subject->val;

		if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &subject->oid) != 0)
			continue;
		if (value->len >= CERTIFICATE_NAME_BYTES)
			return error_set(err, STATUS_INVALID,
			    "its name is too long");
		for (size_t i = 0; i < value->len; i++)
			if (value->p[i] == '\0' ||
			    strchr("abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.",
				value->p[i]) == NULL)
				return error_set(err, STATUS_INVALID,
				    "its name has a character that is not "
				    "allowed");
		memcpy(name, value->p, value->len);
		name[value->len] = '\0';
		return STATUS_OK;
	}
	return STATUS_OK;
}

enum status
certificate_parse(struct bytes certificate, struct certificate_info *info,
    struct error *err)
{
	mbedtls_x509_crt parsed;
	enum status status;

	memset(info, 0, sizeof(*info));
	status = open_certificate(certificate, &parsed, err);
	if (status == STATUS_OK)
		status = read_serial(&parsed.serial, &info->serial, err);
	if (status == STATUS_OK)
		status = read_name(&parsed.subject, info->name, err);
	if (status == STATUS_OK) {
		info->not_before_s = seconds_of(&parsed.valid_from);
		info->not_after_s = seconds_of(&parsed.valid_to);
		info->is_authority = parsed.ca_istrue != 0;
	}
	mbedtls_x509_crt_free(&parsed);
	return status;
}

enum status
certificate_match(struct bytes certificate, const struct key *key,
    struct error *err)
{
	mbedtls_x509_crt parsed;
	enum status status;

	status = open_certificate(certificate, &parsed, err);
	if (status == STATUS_OK &&
	    (!compat_is_p256(&parsed.pk) ||
		compat_check_pair(&parsed.pk, key_get_handle(key)) != 0))
		status = error_set(err, STATUS_INVALID,
		    "the certificate is of another key");
	mbedtls_x509_crt_free(&parsed);
	return status;
}

enum status
certificate_check_issuer(struct bytes certificate, struct bytes authority,
    struct error *err)
{
	const uint32_t time =
	    MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;
	mbedtls_x509_crt parsed, issuer;
	enum status status;
	uint32_t flags = 0;

	mbedtls_x509_crt_init(&issuer);
	status = open_certificate(certificate, &parsed, err);
	if (status == STATUS_OK)
		status = open_certificate(authority, &issuer, err);
	if (status == STATUS_OK) {
		mbedtls_x509_crt_verify(&parsed, &issuer, NULL, NULL, &flags,
		    NULL, NULL);
		if ((flags & ~time) != 0)
			status = error_set(err, STATUS_INVALID,
			    "another authority issued the certificate");
	}
	mbedtls_x509_crt_free(&issuer);
	mbedtls_x509_crt_free(&parsed);
	return status;
}

static bool
address_of(const char *host, uint8_t address[16], size_t *size)
{
	if (uv_inet_pton(AF_INET, host, address) == 0)
		*size = 4;
	else if (uv_inet_pton(AF_INET6, host, address) == 0)
		*size = 16;
	else
		return false;
	return true;
}

bool
certificate_host_is_valid(const char *host)
{
	size_t size = strlen(host), address_size;
	uint8_t address[16];

	if (address_of(host, address, &address_size))
		return strchr(host, '%') == NULL;
	if (size == 0 || size >= CERTIFICATE_HOST_BYTES || host[0] == '.' ||
	    host[0] == '-' || host[size - 1] == '.' ||
	    strstr(host, "..") != NULL)
		return false;
	return strspn(host,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789.-") == size;
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static bool
is_same_name(const mbedtls_x509_buf *name, const char *host)
{
	if (strlen(host) != name->len)
		return false;
	for (size_t i = 0; i < name->len; i++)
		if (lower(name->p[i]) != lower((uint8_t)host[i]))
			return false;
	return true;
}

bool
certificate_is_for_host(struct bytes certificate, const char *host)
{
	const mbedtls_x509_sequence *names;
	mbedtls_x509_crt parsed;
	uint8_t address[16];
	size_t size = 0;
	bool is_address, found = false;

	is_address = address_of(host, address, &size);
	if (open_certificate(certificate, &parsed, NULL) == STATUS_OK &&
	    parsed.subject_alt_names.buf.p != NULL)
		for (names = &parsed.subject_alt_names; names != NULL && !found;
		     names = names->next) {
			int tag = names->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK;

			if (is_address)
				found =
				    tag == SAN_ADDRESS &&
				    names->buf.len == size &&
				    memcmp(names->buf.p, address, size) == 0;
			else
				found = tag == SAN_NAME &&
				        is_same_name(&names->buf, host);
		}
	mbedtls_x509_crt_free(&parsed);
	return found;
}

struct certificate_fingerprint
certificate_fingerprint(struct bytes certificate)
{
	struct certificate_fingerprint fingerprint;

	crypto_hash_sha256(fingerprint.bytes, certificate.data,
	    certificate.size);
	return fingerprint;
}

bool
certificate_serial_equal(const struct certificate_serial *a,
    const struct certificate_serial *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

enum status
certificate_save(struct bytes certificate, const char *path, struct error *err)
{
	unsigned char pem[PEM_BYTES];
	size_t size = 0;
	int result;

	result = mbedtls_pem_write_buffer("-----BEGIN CERTIFICATE-----\n",
	    "-----END CERTIFICATE-----\n", certificate.data, certificate.size,
	    pem, sizeof(pem), &size);
	if (result != 0)
		return compat_failed(err, STATUS_INVALID, "write a certificate",
		    result);
	return file_write(path, bytes_of_text((char *)pem), FILE_PUBLIC, err);
}

enum status
certificate_load(const char *path, struct buffer *out, struct error *err)
{
	struct buffer text = { 0 };
	mbedtls_x509_crt parsed;
	enum status status;
	int result;

	mbedtls_x509_crt_init(&parsed);
	status = file_read(path, PEM_BYTES - 1, &text, err);
	if (status == STATUS_OK)
		status =
		    buffer_append(&text, (struct bytes){ (const uint8_t *)"",
					     1 }); /* PEM's counted NUL */
	if (status == STATUS_OK) {
		struct bytes view = buffer_view(&text);

		result = mbedtls_x509_crt_parse(&parsed, view.data, view.size);
		if (result != 0)
			status = error_set(err, STATUS_CORRUPT,
			    "%s: there is no certificate in it", path);
		else
			status = buffer_append(out,
			    (struct bytes){ parsed.raw.p, parsed.raw.len });
	}
	mbedtls_x509_crt_free(&parsed);
	buffer_deinit(&text);
	return status;
}
