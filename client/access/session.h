/*
 * Who is logged in at the page: in memory, so that the end of the program ends
 * them all.
 *
 *	(login) --> OPEN --> LOCKED --> OPEN ...
 *	              |         |
 *	              +---------+--> gone: closed, too old, account closed
 *
 * An open session locks when nobody touched it for a while; locked, it keeps
 * whose it is and is opened again by their passphrase alone.  After twelve
 * hours it is gone, whatever happened.  Each look asks for the account as it is
 * now, so that what another computer of the school changed counts at once.
 *
 * No clock: now_ms is of one that only runs on.
 */
#ifndef CLIENT_ACCESS_SESSION_H
#define CLIENT_ACCESS_SESSION_H

#include "client/access/login.h"
#include "client/access/viewer.h"

enum {
	SESSION_TOKEN_BYTES = 65, /* 64 hexadecimal digits and NUL */
	SESSION_COUNT_MAX = 64,
	SESSION_IDLE_MINUTES = 10, /* unless session_set_idle */
	SESSION_IDLE_MINUTES_MAX = 60,
	SESSION_HOURS = 12,
};

enum session_state {
	SESSION_NONE, /* log in */
	SESSION_LOCKED,
	SESSION_OPEN,
};

struct sessions;

enum status sessions_create(struct sessions **out, struct error *err);

void sessions_destroy(struct sessions *sessions);

/* By the school's setting `lock_minutes`; where there is none, or no number,
 * SESSION_IDLE_MINUTES. */
enum status session_read_settings(struct sessions *sessions,
    struct replica *replica, struct error *err);

/* 1 to SESSION_IDLE_MINUTES_MAX; what is outside becomes the edge. */
void session_set_idle(struct sessions *sessions, uint32_t minutes);

/* A session of who has just logged in; token is told to them alone.  Where
 * there are too many the one that was idle longest ends. */
void session_begin(struct sessions *sessions, const struct viewer *viewer,
    uint64_t now_ms, char token[SESSION_TOKEN_BYTES]);

/*
 * Whose it is, as their account is now; locked, viewer says who but may not be
 * acted for.  touch: a person did something, which a page that asks by itself
 * is not.  Errors of the replica end nothing: SESSION_NONE with err.
 */
enum session_state session_look(struct sessions *sessions,
    struct replica *replica, struct bytes token, bool touch, uint64_t now_ms,
    struct viewer *viewer, struct error *err);

/* Nothing happens where there is none. */
void session_lock(struct sessions *sessions, struct bytes token);

/* By an attempt of the same login that was right.  STATUS_DENIED: it is of
 * another, or was wrong; STATUS_NOT_FOUND: there is no such session. */
enum status session_unlock(struct sessions *sessions, struct bytes token,
    const struct login_attempt *attempt, uint64_t now_ms, struct error *err);

void session_end(struct sessions *sessions, struct bytes token);

/* All of an account but one (token; empty: none): its passphrase changed. */
void session_end_others(struct sessions *sessions, uint64_t login,
    struct bytes token);

#endif
