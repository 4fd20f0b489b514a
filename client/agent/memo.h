/*
 * What the agent leaves in the replica for other processes: how the sync
 * stands, and their wishes for a sync or a comparison now.
 */
#ifndef CLIENT_AGENT_MEMO_H
#define CLIENT_AGENT_MEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "client/engine/engine.h"
#include "common/support/clock.h"

enum {
	MEMO_SENTENCE_BYTES = 256,
	MEMO_WORDS_BYTES = 512
};

/* As people know it. */
enum memo_state {
	MEMO_FIRST_SYNC, /* "First sync 61 %" */
	MEMO_SYNCED,     /* proved with the hub, nothing waits */
	MEMO_WAITING,    /* connected, or not running; "3 waiting" */
	MEMO_CHECKING,   /* connected, nothing waits, not proved yet */
	MEMO_OFFLINE,    /* "Offline since 16:42; 3 waiting" */
	MEMO_DIFFERS,    /* the hub's count and sum are not ours */
	MEMO_REVOKED,
	MEMO_COLLECTING, /* the hub was restored, and asks the schools */
};

struct memo {
	enum memo_state state;
	uint64_t waiting;
	uint64_t refused;
	uint64_t conflicts;
	uint64_t alarms;
	uint64_t filled_permille;
	uint64_t closes_held;   /* closed dossiers that wait for a person */
	uint64_t last_heard_ms; /* Unix time; 0: never */
	uint64_t last_proved_ms;
	uint64_t offline_since_ms; /* 0: connected */
	int64_t clock_error_ms;
	bool reconciling;       /* a comparison with the hub is under way */
	bool put_off;           /* the hub cannot compare now */
	uint64_t reconciled_ms; /* when the last one ended; 0: none yet */
	struct found found;     /* what it found */
	bool agent_running;     /* filled in by who asks the lock */
};

/* "first sync", "synced", "waiting", "checking", "offline", "differs",
 * "removed", "collecting": the words of --json. */
const char *memo_state_name(enum memo_state state);

/* One sentence for a person.  Times are in UTC. */
void memo_sentence(const struct memo *memo, char out[MEMO_SENTENCE_BYTES]);

/* By the agent, when something of it changed. */
enum status memo_write(struct replica *replica,
    const struct engine_status *status, uint64_t offline_since_ms,
    struct error *err);

/* A copy of all this was made today, and stays: receipts of what is purged
 * later tell of it. */
enum status memo_note_copy(struct replica *replica, uint64_t now_ms,
    struct error *err);

/* By anybody: what the agent wrote, with what the replica says now. */
enum status memo_read(struct replica *replica, struct memo *memo,
    struct error *err);

/* --- wishes --------------------------------------------------------------- */

enum memo_wish {
	MEMO_WISH_SYNC,
	MEMO_WISH_NIGHT /* compare with the hub, now; kept until it is done */
};

/* Ask the agent that runs, or will; *ticket is met when memo_wish_met. */
enum status memo_wish(struct replica *replica, enum memo_wish wish,
    uint64_t *ticket, struct error *err);

enum status memo_wish_met(struct replica *replica, enum memo_wish wish,
    uint64_t ticket, bool *met, struct error *err);

/* By the agent: the last ticket that is not met yet; 0: none. */
enum status memo_get_wish(struct replica *replica, enum memo_wish wish,
    uint64_t *ticket, struct error *err);

enum status memo_meet_wish(struct replica *replica, enum memo_wish wish,
    uint64_t ticket, struct error *err);

/* --- the night, in words (memo_night.c) ----------------------------------- */

/* "equal", "mended", "unfinished", "failed": the words of --json. */
const char *memo_found_name(enum found_outcome outcome);

/* What was found and what was done about it, "" when that is nothing: "3
 * entries that were missing here were fetched, 1 that the hub had lost was
 * given back". */
void memo_found_words(const struct found *found, char out[MEMO_WORDS_BYTES]);

/* "Compared with the hub at 2026-07-21 02:14: the same" */
void memo_night_sentence(const struct memo *memo, char out[MEMO_WORDS_BYTES]);

/* "2026-07-21 02:14", UTC */
void memo_minute(uint64_t unix_ms, char out[CLOCK_TEXT_BYTES]);

#endif
