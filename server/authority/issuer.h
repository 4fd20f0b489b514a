/*
 * Certificates for computers, and which were given out.
 *
 *	certificate(serial, site, not_after)
 *
 * A renewed certificate takes the place of the former when it is first shown:
 * until then the former is let in, so that an answer that is lost with the
 * line locks nobody out.  The table is local; which serial is let in is in
 * the `site` records.
 */
#ifndef SERVER_AUTHORITY_ISSUER_H
#define SERVER_AUTHORITY_ISSUER_H

#include "common/net/certificate.h"
#include "common/replica/replica.h"
#include "server/core/hub_write.h"

struct issuer {
	struct replica *replica;    /* borrowed */
	struct authority authority; /* borrowed */
	int64_t certificate_seconds;
};

enum status issuer_create_table(struct replica *replica, struct error *err);

/*
 * Append a certificate (DER) for the key of the request csr.  STATUS_INVALID:
 * it is not a request that is accepted here.
 */
enum status issuer_issue(struct issuer *issuer, uint32_t site, struct bytes csr,
    struct buffer *out, struct certificate_serial *serial, struct error *err);

/* As issuer_issue, for the `issue` of hub_options; context is the issuer. */
enum status issuer_renew(void *context, uint32_t site, struct bytes csr,
    struct buffer *out, struct error *err);

/*
 * Before a peer's serial is looked up: if it is of a renewed certificate that
 * is shown for the first time, it becomes the serial of its site, in a
 * transaction of its own.
 */
enum status issuer_follow(struct hub_writer *writer,
    const struct certificate_serial *serial, struct error *err);

/* Until when a serial's certificate is good, Unix seconds; 0: not known. */
enum status issuer_get_expiry(struct replica *replica, struct bytes serial,
    int64_t *not_after_s, struct error *err);

#endif
