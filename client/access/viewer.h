/*
 * Who looks: a member of staff by their account, or, while the school has no
 * account yet, the keeper of this computer, who sets it up.
 *
 * Accounts are records of the collection `login` in the school's own dossier;
 * so they are the same on each of the school's computers, also without a line.
 */
#ifndef CLIENT_ACCESS_VIEWER_H
#define CLIENT_ACCESS_VIEWER_H

#include "common/replica/replica.h"

struct viewer {
	bool set_up;    /* the school has no account yet: all is open */
	uint64_t login; /* 0 in set-up */
	uint64_t staff; /* the author of what is written; 0: none */
	uint32_t roles; /* enum role, the union of two */
	uint32_t site;
	uint64_t school;
};

/* The bits of a code of the set `role`.  0 for "other", who sees what is for
 * everybody, and for a code that is not known. */
uint32_t viewer_roles_of(struct bytes code);

/* How many accounts the school has, disabled ones too: from the first on
 * nobody works without one. */
enum status viewer_count_accounts(struct replica *replica, uint64_t *count,
    struct error *err);

/* STATUS_DENIED: there are accounts, and a person has to say who they are. */
enum status viewer_begin_set_up(struct replica *replica, struct viewer *viewer,
    struct error *err);

/* The person of an account, as its record is now; where two computers differ
 * about a role, with what both give.  STATUS_DENIED: it is
 * disabled, gone, or no account of this school. */
enum status viewer_of_login(struct replica *replica, uint64_t login,
    struct viewer *viewer, struct error *err);

#endif
