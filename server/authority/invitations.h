/*
 * Invitations: one-time secrets by which computers join.
 *
 *	invitation(hash, school, created, expires, used_on, site)
 *	invitation_key(hash, key)
 *
 * Of the computer that used one the hash of its key is kept: when the answer
 * was lost with the line, the same key is answered again.
 *
 * Only a hash is kept, so who reads the database cannot join.  The table is
 * local: after a restore open invitations are given out anew.
 */
#ifndef SERVER_AUTHORITY_INVITATIONS_H
#define SERVER_AUTHORITY_INVITATIONS_H

#include "common/net/invitation.h"
#include "common/replica/replica.h"

enum status invitations_create_table(struct replica *replica,
    struct error *err);

/* A fresh secret for a computer of school. */
enum status invitations_create(struct replica *replica, uint64_t school,
    uint64_t now_ms, uint64_t expires_ms,
    uint8_t secret[INVITATION_SECRET_BYTES], struct error *err);

/*
 * Whether secret admits, and to which school.  STATUS_NOT_FOUND: there was
 * never such a one; STATUS_EXISTS: it was used; STATUS_TIMEOUT: it expired.
 * To the outside these three are one: err bears the same sentence.
 */
enum status invitations_check(struct replica *replica, struct bytes secret,
    uint64_t now_ms, uint64_t *school, struct error *err);

/* It admitted site by the key with that hash, and never admits another.  In
 * the same transaction as the check. */
enum status invitations_use(struct replica *replica, struct bytes secret,
    struct bytes key, uint64_t now_ms, uint32_t site, struct error *err);

/* The site that the same key was admitted as, while the invitation lives; 0:
 * none. */
enum status invitations_admitted(struct replica *replica, struct bytes secret,
    struct bytes key, uint64_t now_ms, uint64_t *school, uint32_t *site,
    struct error *err);

struct invitation_entry {
	uint64_t school;
	uint64_t created_ms;
	uint64_t expires_ms;
	uint64_t used_ms; /* 0: not yet */
	uint32_t site;    /* that joined by it */
};

typedef bool invitations_visitor(void *context,
    const struct invitation_entry *entry);

/* The oldest first.  Return false to stop. */
enum status invitations_each(struct replica *replica,
    invitations_visitor *visit, void *context, struct error *err);

/* Those that would admit now. */
enum status invitations_count_open(struct replica *replica, uint64_t now_ms,
    uint64_t *count, struct error *err);

#endif
