/*
 * The sync engine: one site's side of the protocol, without any I/O.
 *
 * Bytes and the time go in with an event; bytes and what to do come out.  What
 * is durable lives in the replica, so an engine may be destroyed at any moment
 * and another goes on where it was.  The agent gives it a TLS link and a
 * timer; the simulator a network and a clock of its own.
 *
 *	OFFLINE --connected--> GREETING --WELCOME--> CATCHING_UP
 *	   ^                                            |  nothing to send,
 *	   |                                            v  fetch, fill or take
 *	   +----- link lost, GOODBYE, silence ------  IN_STEP <--> CATCHING_UP
 *
 * A connection that carries no answer to a ping within LIMIT_SILENCE_MS is
 * given up; one that carries anything, however slowly, is not.
 */
#ifndef CLIENT_ENGINE_ENGINE_H
#define CLIENT_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/replica/replica.h"
#include "protocol/bytes.h"
#include "protocol/compress.h"
#include "protocol/message_night.h"

struct engine;

enum engine_event_type {
	ENGINE_TICK,         /* time has passed, or somebody wrote */
	ENGINE_CONNECTED,    /* the link is up: HELLO goes out */
	ENGINE_RECEIVED,     /* bytes came */
	ENGINE_DISCONNECTED, /* the link is down */
};

struct engine_event {
	enum engine_event_type type;
	uint64_t now_ms;     /* Unix time by this computer's clock */
	uint64_t elapsed_ms; /* monotonic; only differences count */
	struct bytes bytes;  /* ENGINE_RECEIVED */
	size_t unsent_bytes; /* output given out before that is still queued */
};

enum engine_wish {
	ENGINE_KEEP, /* as it is */
	ENGINE_HANG_UP,
};

/* What is to be done now.  Owned by the engine, valid until the next step. */
struct engine_update {
	struct bytes output; /* send this */
	enum engine_wish wish;
	uint64_t wake_ms;         /* step with ENGINE_TICK at this elapsed_ms */
	struct bytes certificate; /* a renewed one arrived (DER): store it */
	bool revoked; /* the hub removed this computer: do not reconnect */
	bool left;    /* LEAVE was answered: nothing more to do */
	bool check;   /* look at tables and file, then engine_checked */
};

enum engine_state {
	ENGINE_OFFLINE,
	ENGINE_GREETING,
	ENGINE_CATCHING_UP,
	ENGINE_IN_STEP,
};

/* For people: see status_sentence in the agent. */
struct engine_status {
	enum engine_state state;
	bool proved;      /* the hub's {count, sum} agreed with ours since the
			     last local write and the last item taken */
	bool differs;     /* they did not agree: the night will repair it */
	bool offering;    /* the hub was restored: it is told what is here */
	bool collecting;  /* it knows that, and hears others: days, perhaps */
	uint64_t waiting; /* commits not answered */
	uint64_t aside;   /* commits refused */
	uint64_t cursor;
	uint64_t head;            /* the hub's, as last heard */
	uint64_t filling;         /* dossiers being fetched */
	uint64_t filled_permille; /* of the first sync */
	uint64_t last_heard_ms;   /* Unix time; 0: never */
	uint64_t last_proved_ms;
	int64_t clock_error_ms;  /* this clock minus the hub's, as measured */
	uint64_t alarms;         /* copies, foreign items, broken items */
	uint64_t pushed_commits; /* since the engine was created */
	uint64_t taken_commits;
	/* raised by whatever a connection brought about for good: an answer,
	 * something stored, a proof */
	uint64_t progress;
	uint64_t sent_bytes; /* frames given out, TLS not counted */
	uint64_t received_bytes;
	struct goodbye goodbye; /* why the hub hung up; text borrowed */
	bool reconciling;       /* a night's comparison is under way */
	bool put_off;           /* the hub cannot compare now: later */
	uint64_t nights;        /* that ended, since the engine was created */
	uint64_t reconciled_ms; /* Unix time of the last of them; 0: none */
	struct found found;     /* what it found */
};

struct engine_options {
	struct replica *replica; /* borrowed; has an identity */
	struct codec *codec;     /* borrowed */
	const char *program;     /* version told to the hub */
	/* receipts are signed by the device; NULL: left empty */
	enum status (
	    *sign)(void *context, struct bytes message, uint8_t signature[64]);
	void *sign_context;
	uint64_t seed; /* for ping tokens; any number */
	/* After a change, how long others may follow it before the hub is told
	 * how far all is stored, and asked for a proof; 0: at once. */
	uint64_t settle_ms;
	uint64_t night_bytes; /* that a night may cost; 0: as the line is */
};

enum status engine_create(const struct engine_options *options,
    struct engine **out, struct error *err);

void engine_destroy(struct engine *engine);

/*
 * The one door.  An error is of this computer (disk full, out of memory, a
 * damaged database), never of what the hub said: that ends the connection with
 * a GOODBYE and is in the status.  After an error the link should be dropped
 * and tried again later.
 */
enum status engine_step(struct engine *engine, const struct engine_event *event,
    struct engine_update *update, struct error *err);

enum status engine_get_status(struct engine *engine,
    struct engine_status *status, struct error *err);

/*
 * Ask for a certificate (DER of a request; copied) as soon as it is due_ms by
 * the hub's clock as this connection measured it: ours may be wrong, and what
 * is renewed too early ends the former one for nothing.
 */
enum status engine_renew(struct engine *engine, struct bytes csr,
    int64_t due_ms);

/* Somebody waits for the next proof: do not let things settle before it. */
void engine_hurry(struct engine *engine);

/* Compare with the hub as soon as nothing else is to be done, not only at
 * night; also over the next connections.  Asks again at once where the hub has
 * put it off. */
void engine_reconcile(struct engine *engine);

/*
 * After update.check: how many faults check_replica found, on a connection of
 * its own to the same database.  Step the engine then: it goes on from there.
 */
void engine_checked(struct engine *engine, uint64_t faults);

/* How it stands with this computer's disk, for the hub's administrator: told
 * with the next HELLO, and with what a night has FOUND.  Not known at first. */
void engine_set_room(struct engine *engine, const struct room *room);

/* Send what waits, purge everything, say LEAVE. */
void engine_leave(struct engine *engine);

#endif
