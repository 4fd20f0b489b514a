/*
 * Certificates, always as DER, of keys on P-256: the hub's authority, the
 * hub's server certificate, and one for each site.
 *
 * A certificate travels in clear under TLS 1.2, so it says only an opaque
 * number: no school's name.  Which site may come in is decided by the hub's
 * table of serials after every handshake, never by a certificate alone.
 *
 * certificate.c reads and judges them, certificate_issue.c makes them.
 */
#ifndef COMMON_NET_CERTIFICATE_H
#define COMMON_NET_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/net/key.h"
#include "protocol/bytes.h"

enum {
	CERTIFICATE_SERIAL_BYTES = 16,
	CERTIFICATE_NAME_BYTES = 65, /* with NUL */
	CERTIFICATE_HOSTS = 16,
	CERTIFICATE_HOST_BYTES = 254, /* with NUL */
	CERTIFICATE_BACKDATE_S = 24 * 60 * 60,
};

/* Big-endian; shorter serials of others have zeros in front. */
struct certificate_serial {
	uint8_t bytes[CERTIFICATE_SERIAL_BYTES];
};

/* SHA-256 of the DER. */
struct certificate_fingerprint {
	uint8_t bytes[32];
};

struct certificate_info {
	struct certificate_serial serial;
	char name[CERTIFICATE_NAME_BYTES]; /* the subject's common name */
	int64_t not_before_s;              /* Unix time */
	int64_t not_after_s;
	bool is_authority;
};

/* Who issues: borrowed by the functions below. */
struct authority {
	const struct key *key;
	struct bytes certificate;
};

/*
 * The functions that make something append its DER to out.  Serials are
 * random; validity is from a day ago to validity_s from now, which may be
 * negative (tests of what has expired).
 */

enum status certificate_make_authority(const struct key *key,
    int64_t validity_s, struct buffer *out, struct error *err);

/*
 * hosts: host names ([A-Za-z0-9.-]) and IP addresses, 1 to CERTIFICATE_HOSTS;
 * for those alone clients accept it.  STATUS_INVALID names the bad one.
 */
enum status certificate_issue_server(const struct authority *authority,
    const struct key *key, const char *const *hosts, size_t host_count,
    int64_t validity_s, struct buffer *out, struct error *err);

/*
 * For the public key in request (DER, at most LIMIT_CSR_BYTES), which has to
 * be signed by that key; nothing else of the request is taken.  The common
 * name is the site's number in decimal.  STATUS_INVALID: not a request that is
 * accepted here.
 */
enum status certificate_issue_site(const struct authority *authority,
    struct bytes request, uint32_t site, int64_t validity_s, struct buffer *out,
    struct error *err);

enum {
	CERTIFICATE_KEY_HASH_BYTES = 32
};

/* By what the public key of a request is known again.  STATUS_INVALID: not a
 * request that is accepted here. */
enum status certificate_hash_request_key(struct bytes request,
    uint8_t hash[CERTIFICATE_KEY_HASH_BYTES], struct error *err);

/* The request of a site: its public key and nothing about it. */
enum status certificate_make_request(const struct key *key, struct buffer *out,
    struct error *err);

/* STATUS_INVALID, also when bytes follow the certificate. */
enum status certificate_parse(struct bytes certificate,
    struct certificate_info *info, struct error *err);

/* STATUS_INVALID unless it is of this key. */
enum status certificate_match(struct bytes certificate, const struct key *key,
    struct error *err);

/* STATUS_INVALID unless authority (DER) issued it, whatever the time. */
enum status certificate_check_issuer(struct bytes certificate,
    struct bytes authority, struct error *err);

/*
 * Whether its alternative names have host, in any case for a host name and
 * exactly for an IP address.  No wildcards: the hub's have none.
 */
bool certificate_is_for_host(struct bytes certificate, const char *host);

/* [A-Za-z0-9.-] with no empty label, or an IP address. */
bool certificate_host_is_valid(const char *host);

struct certificate_fingerprint certificate_fingerprint(
    struct bytes certificate);

/* PEM files of one certificate. */
enum status certificate_save(struct bytes certificate, const char *path,
    struct error *err);

enum status certificate_load(const char *path, struct buffer *out,
    struct error *err);

bool certificate_serial_equal(const struct certificate_serial *a,
    const struct certificate_serial *b);

#endif
