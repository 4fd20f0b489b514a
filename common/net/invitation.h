/*
 * The one-time code by which a computer joins: where the hub is, how to know
 * it, and a secret that admits once.  One printable line:
 *
 *	TL1-XXXXXXXX-XXXXXXXX-...
 *
 * in checked base 32 (see base32.h), so that it survives a telephone call.
 * Pure.
 */
#ifndef COMMON_NET_INVITATION_H
#define COMMON_NET_INVITATION_H

#include <stdint.h>

#include "common/net/certificate.h"
#include "protocol/bytes.h"

enum {
	INVITATION_HOST_BYTES = 128, /* with NUL */
	INVITATION_SECRET_BYTES = 16,
	INVITATION_TEXT_BYTES = 400, /* of the longest, with NUL */
};

struct invitation {
	char host[INVITATION_HOST_BYTES]; /* name or address */
	uint16_t port;                    /* 1 .. 65535 */
	struct certificate_fingerprint authority;
	uint8_t secret[INVITATION_SECRET_BYTES];
};

/* STATUS_INVALID for a host or port that cannot be. */
enum status invitation_encode(const struct invitation *invitation,
    char text[INVITATION_TEXT_BYTES], struct error *err);

/* STATUS_INVALID says what is mistyped; blanks and case do not matter. */
enum status invitation_decode(struct bytes text, struct invitation *invitation,
    struct error *err);

#endif
