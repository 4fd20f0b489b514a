/*
 * The one place that differs between mbedTLS 2.28 (Debian 12) and 3.6.
 */
#ifndef COMMON_NET_MBEDTLS_COMPAT_H
#define COMMON_NET_MBEDTLS_COMPAT_H

/* 3.x hides fields for which it has no function yet. */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS

/* Headers of 2.28 do not stand up to our warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wcast-qual"
#include <mbedtls/asn1write.h>
#include <mbedtls/ecp.h>
#include <mbedtls/error.h>
#include <mbedtls/md.h>
#include <mbedtls/oid.h>
#include <mbedtls/pem.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <mbedtls/x509_csr.h>
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#include <psa/crypto.h>
#endif
#pragma GCC diagnostic pop

#include "common/support/random.h"
#include "protocol/status.h"

/* What mbedTLS calls for random bytes: the system's, by libsodium. */
static inline int
compat_random(void *unused, unsigned char *out, size_t size)
{
	(void)unused;
	random_bytes(out, size);
	return 0;
}

#if MBEDTLS_VERSION_NUMBER >= 0x03000000

/* What goes through PSA asks for it to be initialised. */
static inline int
compat_init(void)
{
	return psa_crypto_init() == PSA_SUCCESS ? 0 : -1;
}

static inline int
compat_parse_key(mbedtls_pk_context *pk, const unsigned char *key, size_t size)
{
	return mbedtls_pk_parse_key(pk, key, size, NULL, 0, compat_random,
	    NULL);
}

static inline int
compat_check_pair(const mbedtls_pk_context *public_key,
    const mbedtls_pk_context *key)
{
	return mbedtls_pk_check_pair(public_key, key, compat_random, NULL);
}

static inline int
compat_set_serial(mbedtls_x509write_cert *writer, unsigned char *serial,
    size_t size)
{
	return mbedtls_x509write_crt_set_serial_raw(writer, serial, size);
}

/*
 * TLS 1.2 here too.  The 1.3 of 3.6.4 puts no client certificate into its
 * tickets, so the hub could not look up the serial of a resumed session, and
 * a refused site sees a cut connection where it should be told.
 */
static inline void
compat_set_versions(mbedtls_ssl_config *config)
{
	mbedtls_ssl_conf_min_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_max_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_2);
}

#else

static inline int
compat_init(void)
{
	return 0;
}

static inline int
compat_parse_key(mbedtls_pk_context *pk, const unsigned char *key, size_t size)
{
	return mbedtls_pk_parse_key(pk, key, size, NULL, 0);
}

static inline int
compat_check_pair(const mbedtls_pk_context *public_key,
    const mbedtls_pk_context *key)
{
	return mbedtls_pk_check_pair(public_key, key);
}

static inline int
compat_set_serial(mbedtls_x509write_cert *writer, unsigned char *serial,
    size_t size)
{
	mbedtls_mpi number;
	int result;

	mbedtls_mpi_init(&number);
	result = mbedtls_mpi_read_binary(&number, serial, size);
	if (result == 0)
		result = mbedtls_x509write_crt_set_serial(writer, &number);
	mbedtls_mpi_free(&number);
	return result;
}

static inline void
compat_set_versions(mbedtls_ssl_config *config)
{
	mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3,
	    MBEDTLS_SSL_MINOR_VERSION_3);
}

#endif

/* "WHAT: X509 - ..." of an error number of mbedTLS. */
static inline enum status
compat_failed(struct error *err, enum status status, const char *what, int code)
{
	char text[128];

	if (code == MBEDTLS_ERR_MPI_ALLOC_FAILED ||
	    code == MBEDTLS_ERR_X509_ALLOC_FAILED ||
	    code == MBEDTLS_ERR_PK_ALLOC_FAILED ||
	    code == MBEDTLS_ERR_SSL_ALLOC_FAILED)
		status = STATUS_NOMEM;
	mbedtls_strerror(code, text, sizeof(text));
	return error_set(err, status, "%s: %s", what, text);
}

/* A key on P-256 and on nothing else. */
static inline int
compat_is_p256(const mbedtls_pk_context *pk)
{
	const mbedtls_ecp_keypair *pair;

	if (mbedtls_pk_get_type(pk) != MBEDTLS_PK_ECKEY)
		return 0;
	pair = mbedtls_pk_ec(*pk);
	return pair->grp.id == MBEDTLS_ECP_DP_SECP256R1;
}

#endif
