/*
 * Accounts: records of `login` in the school's own dossier, so that each of
 * its computers knows them, also without a line.
 *
 * Entering has three steps, of which only the middle one takes long and needs
 * no database, so that it can run on another thread:
 *
 *	login_begin(&attempt, replica, name, now_ms, err);
 *	login_verify(&attempt, passphrase, err);
 *	login_end(&attempt, replica, &viewer, err);
 *
 * A name that does not exist costs as much as one that does, and says the
 * same.  Names differ by more than the case of their letters; of two accounts
 * that two computers gave one name at once, the one with the lesser number
 * counts.
 */
#ifndef CLIENT_ACCESS_LOGIN_H
#define CLIENT_ACCESS_LOGIN_H

#include "client/access/passphrase.h"
#include "client/access/viewer.h"

enum {
	LOGIN_NAME_BYTES = 64, /* with its NUL */
	LOGIN_SECRET_BYTES = 1024,
};

/* Plain storage.  It holds no passphrase. */
struct login_attempt {
	char name[LOGIN_NAME_BYTES]; /* as it is compared: lower case */
	uint64_t login;              /* 0: there is none of that name */
	uint8_t secret[LOGIN_SECRET_BYTES];
	size_t secret_bytes;
	bool right;
};

/* STATUS_DENIED: too many wrong tries, not yet; or no name at all. */
enum status login_begin(struct login_attempt *attempt, struct replica *replica,
    const char *name, uint64_t now_ms, struct error *err);

/* A second's work.  STATUS_OK also when it is wrong. */
enum status login_verify(struct login_attempt *attempt, struct bytes passphrase,
    struct error *err);

/* STATUS_DENIED: the one sentence for whatever was wrong. */
enum status login_end(struct login_attempt *attempt, struct replica *replica,
    struct viewer *viewer, struct error *err);

/* All three.  attempt is filled in, for login_set_passphrase. */
enum status login_enter(struct replica *replica, const char *name,
    struct bytes passphrase, uint64_t now_ms, struct login_attempt *attempt,
    struct viewer *viewer, struct error *err);

/* The account of that name; an open one goes before a closed one.
 * STATUS_NOT_FOUND. */
enum status login_find(struct replica *replica, const char *name,
    uint64_t *login, struct error *err);

/* --- keeping them (login_keep.c) ------------------------------------------ */

/*
 * Each is for who may manage accounts (ACTION_STAFF), in a transaction of its
 * own.  There is always an open account that may.
 */
struct login_new {
	const char *login_name;  /* no spaces; at most 40 bytes */
	const char *role;        /* codes of the set `role` */
	const char *second_role; /* or NULL */
	uint64_t staff;          /* who it is for; 0: a new member of staff, */
	const char *surname;     /* of this name */
	const char *forename;
	const char *email; /* or NULL */
	struct bytes passphrase;
};

/* The first account, made in set-up, is a lead's or the head's.
 * STATUS_NOT_FOUND: nobody can be the first before this computer has synced.
 * STATUS_EXISTS: the name is taken, also by a closed account. */
enum status login_add(struct replica *replica, const struct viewer *viewer,
    const struct login_new *account, uint64_t now_ms, uint64_t *login,
    struct error *err);

/* second NULL: none.  The directory of staff follows. */
enum status login_set_roles(struct replica *replica,
    const struct viewer *viewer, uint64_t login, const char *role,
    const char *second, uint64_t now_ms, struct error *err);

/* Of another: for who manages accounts.  One's own: with the attempt by which
 * the present passphrase was shown just now. */
enum status login_set_passphrase(struct replica *replica,
    const struct viewer *viewer, uint64_t login,
    const struct login_attempt *proof, struct bytes passphrase, uint64_t now_ms,
    struct error *err);

/* A leaver: the account is closed, for good, and left_on (a date; NULL: today)
 * is noted in the directory. */
enum status login_close(struct replica *replica, const struct viewer *viewer,
    uint64_t login, const char *left_on, uint64_t now_ms, struct error *err);

#endif
