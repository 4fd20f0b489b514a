/*
 * Joining, at the hub: a JOIN comes in, JOINED or GOODBYE goes out.  Pure but
 * for the database.
 */
#ifndef SERVER_AUTHORITY_JOINING_H
#define SERVER_AUTHORITY_JOINING_H

#include "protocol/frame.h"
#include "server/authority/issuer.h"

enum {
	JOINING_NAME_BYTES = 65, /* of a computer, with NUL */
	/* A JOIN is small; what is longer is none. */
	JOINING_INPUT_BYTES = 8 * 1024,
};

struct joining {
	struct issuer *issuer;    /* borrowed */
	struct hub_writer writer; /* with now_ms of the moment */
	const char *partnership;  /* borrowed */
};

/*
 * Take the frame at the front of input, as far as it has come.
 *
 * STATUS_AGAIN	 more has to come
 * STATUS_OK	 the computer is *site, and durably so; out has JOINED
 * else		 out has GOODBYE, which says no more than the peer may know;
 *		 err says what it was: as invitations_check, or STATUS_INVALID
 *		 for a bad frame or request, or a fault of this computer
 *
 * Everything is done in one transaction; none may be open.
 */
enum status joining_answer(struct joining *joining, struct bytes input,
    struct codec *codec, struct buffer *out, uint32_t *site, struct error *err);

/* What the partnership's list calls the computer: [A-Za-z0-9 ._-], others
 * become a dash, and at least one character. */
void joining_clean_name(struct bytes name, char out[JOINING_NAME_BYTES]);

#endif
