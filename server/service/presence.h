/*
 * What the serving process tells others (status, invite) by way of the
 * database: its port, who is connected, and the connections that failed.
 * Written at most once a second, and only when it has changed.
 */
#ifndef SERVER_SERVICE_PRESENCE_H
#define SERVER_SERVICE_PRESENCE_H

#include "common/replica/replica.h"
#include "protocol/limits.h"

/* number, name */
#define PRESENCE_FAILURE_LIST(X)            \
	X(CERTIFICATE, "wrong_certificate") \
	X(HANDSHAKE, "handshake")           \
	X(UNKNOWN, "unknown_computer")      \
	X(TOO_MANY, "too_many")             \
	X(INVITATION, "wrong_invitation")   \
	X(JOIN, "bad_join")                 \
	X(LOST, "line_lost")

enum presence_failure {
#define PRESENCE_ENUM(name, text) PRESENCE_##name,
	PRESENCE_FAILURE_LIST(PRESENCE_ENUM)
#undef PRESENCE_ENUM
	PRESENCE_FAILURES
};

const char *presence_failure_name(enum presence_failure failure);

struct presence {
	uint32_t sites[LIMIT_SESSIONS]; /* connected, in no order */
	uint32_t site_count;
	uint64_t failures[PRESENCE_FAILURES]; /* since ever */
};

bool presence_has(const struct presence *presence, uint32_t site);

/* As it was stored last; all zero at first. */
enum status presence_load(struct replica *replica, struct presence *presence,
    struct error *err);

/* In a transaction of its own. */
enum status presence_store(struct replica *replica,
    const struct presence *presence, struct error *err);

/* The port that the hub had last; 0: it has never served. */
enum status presence_get_port(struct replica *replica, uint16_t *port,
    struct error *err);

enum status presence_set_port(struct replica *replica, uint16_t port,
    struct error *err);

#endif
