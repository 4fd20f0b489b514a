/*
 * Making certificates.  Each is filled in by one function, and signed, encoded
 * and released by finish, so that no kind can forget a step.
 */
#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "common/net/certificate.h"
#include "common/net/mbedtls_compat.h"
#include "common/support/clock.h"
#include "protocol/limits.h"

enum {
	SUBJECT_BYTES = 256,
	EXTENSION_BYTES = CERTIFICATE_HOSTS * (CERTIFICATE_HOST_BYTES + 4),
	TIME_BYTES = 15, /* YYYYMMDDhhmmss and NUL */
	SAN_NAME = 2,
	SAN_ADDRESS = 7,
};

static void
format_time(int64_t unix_s, char text[TIME_BYTES])
{
	struct clock_date date = clock_date_of(unix_s * 1000);
	char line[96];

	snprintf(line, sizeof(line), "%04d%02d%02d%02d%02d%02d", date.year,
	    date.month, date.day, date.hour, date.minute, date.second);
	snprintf(text, TIME_BYTES, "%.14s", line);
}

/* What all certificates have in common: version, serial, validity. */
static int
begin(mbedtls_x509write_cert *writer, int64_t validity_s)
{
	int64_t now_s = clock_unix_ms() / 1000;
	uint8_t serial[CERTIFICATE_SERIAL_BYTES];
	char from[TIME_BYTES], to[TIME_BYTES];
	int result;

	mbedtls_x509write_crt_init(writer);
	mbedtls_x509write_crt_set_version(writer, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(writer, MBEDTLS_MD_SHA256);
	/* Positive and of full length: always the same 16 bytes in DER. */
	random_bytes(serial, sizeof(serial));
	serial[0] = (uint8_t)((serial[0] & 0x3f) | 0x40);
	result = compat_set_serial(writer, serial, sizeof(serial));
	format_time(now_s - CERTIFICATE_BACKDATE_S, from);
	format_time(now_s + validity_s, to);
	if (result == 0)
		result = mbedtls_x509write_crt_set_validity(writer, from, to);
	return result;
}

/* What it may be used for, beside signing of handshakes. */
static int
set_use(mbedtls_x509write_cert *writer, const char *oid, size_t oid_size)
{
	unsigned char space[32], *at = space + sizeof(space);
	int size = 0, result;

	result = mbedtls_asn1_write_oid(&at, space, oid, oid_size);
	if (result < 0)
		return result;
	size = result;
	size += mbedtls_asn1_write_len(&at, space, (size_t)size);
	size += mbedtls_asn1_write_tag(&at, space,
	    MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
	result = mbedtls_x509write_crt_set_extension(writer,
	    MBEDTLS_OID_EXTENDED_KEY_USAGE,
	    MBEDTLS_OID_SIZE(MBEDTLS_OID_EXTENDED_KEY_USAGE), 0, at,
	    (size_t)size);
	if (result == 0)
		result =
		    mbedtls_x509write_crt_set_basic_constraints(writer, 0, -1);
	if (result == 0)
		result = mbedtls_x509write_crt_set_key_usage(writer,
		    MBEDTLS_X509_KU_DIGITAL_SIGNATURE);
	return result;
}

/* One GeneralName in front of *at; its size or an error. */
static int
write_host(unsigned char **at, unsigned char *space, const char *host)
{
	uint8_t address[16];
	const uint8_t *data = address;
	unsigned char tag = SAN_ADDRESS;
	size_t size;
	int result, total;

	if (uv_inet_pton(AF_INET, host, address) == 0) {
		size = 4;
	} else if (uv_inet_pton(AF_INET6, host, address) == 0) {
		size = 16;
	} else {
		tag = SAN_NAME;
		data = (const uint8_t *)host;
		size = strlen(host);
	}
	result = mbedtls_asn1_write_raw_buffer(at, space, data, size);
	if (result < 0)
		return result;
	total = result;
	result = mbedtls_asn1_write_len(at, space, size);
	if (result < 0)
		return result;
	total += result;
	result = mbedtls_asn1_write_tag(at, space,
	    (unsigned char)(MBEDTLS_ASN1_CONTEXT_SPECIFIC | tag));
	return result < 0 ? result : total + result;
}

static int
set_hosts(mbedtls_x509write_cert *writer, const char *const *hosts,
    size_t count)
{
	unsigned char space[EXTENSION_BYTES + 16];
	unsigned char *at = space + sizeof(space);
	int result, size = 0;

	while (count-- > 0) {
		result = write_host(&at, space, hosts[count]);
		if (result < 0)
			return result;
		size += result;
	}
	size += mbedtls_asn1_write_len(&at, space, (size_t)size);
	size += mbedtls_asn1_write_tag(&at, space,
	    MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
	return mbedtls_x509write_crt_set_extension(writer,
	    MBEDTLS_OID_SUBJECT_ALT_NAME,
	    MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME), 0, at,
	    (size_t)size);
}

/* The keys and the two identifiers that are made from them. */
static int
set_keys(mbedtls_x509write_cert *writer, mbedtls_pk_context *subject,
    mbedtls_pk_context *issuer)
{
	int result;

	mbedtls_x509write_crt_set_subject_key(writer, subject);
	mbedtls_x509write_crt_set_issuer_key(writer, issuer);
	result = mbedtls_x509write_crt_set_subject_key_identifier(writer);
	if (result == 0)
		result =
		    mbedtls_x509write_crt_set_authority_key_identifier(writer);
	return result;
}

/* The issuer's name as it stands in its own certificate. */
static enum status
issuer_name(const struct authority *authority, char name[SUBJECT_BYTES],
    struct error *err)
{
	struct certificate_info info;
	enum status status;

	status = certificate_parse(authority->certificate, &info, err);
	if (status == STATUS_OK)
		status = certificate_match(authority->certificate,
		    authority->key, err);
	if (status != STATUS_OK && err != NULL)
		error_wrap(err, "the authority");
	if (status != STATUS_OK)
		return status;
	snprintf(name, SUBJECT_BYTES, "CN=%s", info.name);
	return STATUS_OK;
}

/* Sign unless result says that something failed; append; release. */
static enum status
finish(mbedtls_x509write_cert *writer, int result, struct buffer *out,
    struct error *err)
{
	unsigned char der[LIMIT_CERTIFICATE_BYTES];
	enum status status = STATUS_OK;
	struct bytes written;

	if (result == 0)
		result = mbedtls_x509write_crt_der(writer, der, sizeof(der),
		    compat_random, NULL);
	mbedtls_x509write_crt_free(writer);
	if (result < 0)
		return compat_failed(err, STATUS_IO, "make a certificate",
		    result);
	written = (struct bytes){ der + sizeof(der) - result, (size_t)result };
	status = buffer_append(out, written);
	if (status != STATUS_OK)
		error_set(err, status, "make a certificate: %s",
		    status_text(status));
	return status;
}

enum status
certificate_make_authority(const struct key *key, int64_t validity_s,
    struct buffer *out, struct error *err)
{
	char name[SUBJECT_BYTES];
	mbedtls_x509write_cert writer;
	int result;

	/* Names of authorities differ, or a mix-up would be hard to see. */
	snprintf(name, sizeof(name), "CN=throughline-%016" PRIx64,
	    random_u64());
	result = begin(&writer, validity_s);
	if (result == 0)
		result = mbedtls_x509write_crt_set_subject_name(&writer, name);
	if (result == 0)
		result = mbedtls_x509write_crt_set_issuer_name(&writer, name);
	if (result == 0)
		result =
		    set_keys(&writer, key_get_handle(key), key_get_handle(key));
	if (result == 0)
		result =
		    mbedtls_x509write_crt_set_basic_constraints(&writer, 1, 0);
	if (result == 0)
		result = mbedtls_x509write_crt_set_key_usage(&writer,
		    MBEDTLS_X509_KU_KEY_CERT_SIGN | MBEDTLS_X509_KU_CRL_SIGN);
	return finish(&writer, result, out, err);
}

static enum status
check_hosts(const char *const *hosts, size_t count, struct error *err)
{
	if (count == 0 || count > CERTIFICATE_HOSTS)
		return error_set(err, STATUS_INVALID,
		    "a hub has 1 to %d names, not %zu", CERTIFICATE_HOSTS,
		    count);
	for (size_t i = 0; i < count; i++)
		if (!certificate_host_is_valid(hosts[i]))
			return error_set(err, STATUS_INVALID,
			    "\"%.100s\" is neither a host name nor an IP "
			    "address",
			    hosts[i]);
	return STATUS_OK;
}

enum status
certificate_issue_server(const struct authority *authority,
    const struct key *key, const char *const *hosts, size_t host_count,
    int64_t validity_s, struct buffer *out, struct error *err)
{
	char issuer[SUBJECT_BYTES];
	mbedtls_x509write_cert writer;
	enum status status;
	int result;

	status = check_hosts(hosts, host_count, err);
	if (status == STATUS_OK)
		status = issuer_name(authority, issuer, err);
	if (status != STATUS_OK)
		return status;
	result = begin(&writer, validity_s);
	if (result == 0)
		result =
		    mbedtls_x509write_crt_set_subject_name(&writer, "CN=hub");
	if (result == 0)
		result = mbedtls_x509write_crt_set_issuer_name(&writer, issuer);
	if (result == 0)
		result = set_keys(&writer, key_get_handle(key),
		    key_get_handle(authority->key));
	if (result == 0)
		result = set_use(&writer, MBEDTLS_OID_SERVER_AUTH,
		    MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH));
	if (result == 0)
		result = set_hosts(&writer, hosts, host_count);
	return finish(&writer, result, out, err);
}

/* mbedTLS parses a request without looking at its signature. */
static bool
request_is_signed(mbedtls_x509_csr *request)
{
	const mbedtls_md_info_t *sha256 =
	    mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
	unsigned char hash[32];

	if (request->sig_md != MBEDTLS_MD_SHA256 ||
	    request->sig_pk != MBEDTLS_PK_ECDSA)
		return false;
	return mbedtls_md(sha256, request->cri.p, request->cri.len, hash) ==
	           0 &&
	       mbedtls_pk_verify_ext(request->sig_pk, request->sig_opts,
		   &request->pk, request->sig_md, hash, sizeof(hash),
		   request->sig.p, request->sig.len) == 0;
}

static enum status
check_request(struct bytes bytes, mbedtls_x509_csr *request, struct error *err)
{
	int result;

	mbedtls_x509_csr_init(request);
	if (bytes.size == 0 || bytes.size > LIMIT_CSR_BYTES)
		return error_set(err, STATUS_INVALID,
		    "it is not a certificate request");
	result = mbedtls_x509_csr_parse_der(request, bytes.data, bytes.size);
	if (result != 0)
		return compat_failed(err, STATUS_INVALID,
		    "it is not a certificate request", result);
	if (!compat_is_p256(&request->pk))
		return error_set(err, STATUS_INVALID,
		    "the request is not for a P-256 key");
	if (!request_is_signed(request))
		return error_set(err, STATUS_INVALID,
		    "the request is not signed by its key");
	return STATUS_OK;
}

enum status
certificate_hash_request_key(struct bytes request,
    uint8_t hash[CERTIFICATE_KEY_HASH_BYTES], struct error *err)
{
	mbedtls_x509_csr checked;
	uint8_t der[256];
	size_t used;
	int size = 0;
	enum status status;

	status = check_request(request, &checked, err);
	if (status == STATUS_OK)
		size =
		    mbedtls_pk_write_pubkey_der(&checked.pk, der, sizeof(der));
	mbedtls_x509_csr_free(&checked);
	if (status != STATUS_OK)
		return status;
	if (size <= 0)
		return compat_failed(err, STATUS_INVALID,
		    "the key of the request cannot be read", size);
	used = (size_t)size; /* at the end */
	crypto_generichash(hash, CERTIFICATE_KEY_HASH_BYTES,
	    der + sizeof(der) - used, used, NULL, 0);
	return STATUS_OK;
}

enum status
certificate_issue_site(const struct authority *authority, struct bytes request,
    uint32_t site, int64_t validity_s, struct buffer *out, struct error *err)
{
	char issuer[SUBJECT_BYTES], name[SUBJECT_BYTES];
	mbedtls_x509write_cert writer;
	mbedtls_x509_csr checked;
	enum status status;
	int result;

	status = check_request(request, &checked, err);
	if (status == STATUS_OK)
		status = issuer_name(authority, issuer, err);
	if (status == STATUS_OK) {
		snprintf(name, sizeof(name), "CN=%" PRIu32, site);
		result = begin(&writer, validity_s);
		if (result == 0)
			result = mbedtls_x509write_crt_set_subject_name(&writer,
			    name);
		if (result == 0)
			result = mbedtls_x509write_crt_set_issuer_name(&writer,
			    issuer);
		if (result == 0)
			result = set_keys(&writer, &checked.pk,
			    key_get_handle(authority->key));
		if (result == 0)
			result = set_use(&writer, MBEDTLS_OID_CLIENT_AUTH,
			    MBEDTLS_OID_SIZE(MBEDTLS_OID_CLIENT_AUTH));
		status = finish(&writer, result, out, err);
	}
	mbedtls_x509_csr_free(&checked);
	return status;
}

enum status
certificate_make_request(const struct key *key, struct buffer *out,
    struct error *err)
{
	unsigned char der[LIMIT_CSR_BYTES];
	mbedtls_x509write_csr writer;
	enum status status;
	int result;

	mbedtls_x509write_csr_init(&writer);
	mbedtls_x509write_csr_set_md_alg(&writer, MBEDTLS_MD_SHA256);
	mbedtls_x509write_csr_set_key(&writer, key_get_handle(key));
	result = mbedtls_x509write_csr_set_subject_name(&writer, "CN=site");
	if (result == 0)
		result = mbedtls_x509write_csr_der(&writer, der, sizeof(der),
		    compat_random, NULL);
	mbedtls_x509write_csr_free(&writer);
	if (result < 0)
		return compat_failed(err, STATUS_IO,
		    "make a certificate request", result);
	status = buffer_append(out,
	    (struct bytes){ der + sizeof(der) - result, (size_t)result });
	if (status != STATUS_OK)
		error_set(err, status, "make a certificate request: %s",
		    status_text(status));
	return status;
}
