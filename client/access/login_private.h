/*
 * What entering and keeping accounts share.
 */
#ifndef CLIENT_ACCESS_LOGIN_PRIVATE_H
#define CLIENT_ACCESS_LOGIN_PRIVATE_H

#include "client/access/login.h"
#include "common/replica/record.h"

enum {
	LOGIN_LETTERS_MAX = 40
};

#define LOGIN_WRONG "the name or the passphrase is not right"

/* A name as it is compared and kept: lower case, no spaces, at most
 * LOGIN_LETTERS_MAX bytes.  False: it is none. */
bool login_fold_name(const char *name, char out[LOGIN_NAME_BYTES]);

/* STATUS_NOT_FOUND: before the first sync one cannot know that there is no
 * account. */
enum status login_check_is_synced(struct replica *replica, struct error *err);

#endif
