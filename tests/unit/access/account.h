/*
 * A school with accounts, at a cost that a test can afford.
 */
#ifndef TESTS_UNIT_ACCESS_ACCOUNT_H
#define TESTS_UNIT_ACCESS_ACCOUNT_H

#include "tests/unit/replica/fixture.h"

#include <sodium.h>

#include "client/access/login.h"

#define PASSPHRASE "four words do well"
#define OTHER      "a kettle under rain"

static inline int
account_begin(void **state)
{
	(void)state;
	passphrase_cheapen((struct passphrase_cost){ 1, 8192 });
	return sodium_init() < 0;
}

/* A computer that has heard of its school. */
static inline struct replica *
account_open(void)
{
	struct replica *replica = fixture_open(3, OAK);
	struct replica_identity identity = { .site = 3 };

	identity.school = fixture_insert(replica, 0, "school", "name",
	    "Oak Infant School", "phase", "infant", "member", "Y", NULL);
	assert_ok(replica_identity_set(replica, &identity, err));
	return replica;
}

static inline uint64_t
account_school_id(struct replica *replica)
{
	return replica_identity(replica).school;
}

static inline enum status
account_add(struct replica *replica, const struct viewer *viewer,
    const char *name, const char *role, uint64_t *login)
{
	const struct login_new account = {
		.login_name = name,
		.role = role,
		.surname = "Brandt",
		.forename = "Ana",
		.passphrase = bytes_of_text(PASSPHRASE),
	};

	return login_add(replica, viewer, &account, NOW_MS, login, UNREAD);
}

static inline enum status
account_enter(struct replica *replica, const char *name, const char *passphrase,
    uint64_t now_ms, struct viewer *viewer)
{
	struct login_attempt attempt;

	return login_enter(replica, name, bytes_of_text(passphrase), now_ms,
	    &attempt, viewer, UNREAD);
}

/* A school whose head has an account; the head is viewer. */
static inline struct replica *
account_school(struct viewer *viewer)
{
	struct replica *replica = account_open();
	struct viewer keeper;
	uint64_t login;

	assert_ok(viewer_begin_set_up(replica, &keeper, err));
	assert_int_equal(account_add(replica, &keeper, "head", "head", &login),
	    STATUS_OK);
	assert_ok(viewer_of_login(replica, login, viewer, err));
	return replica;
}

#endif
