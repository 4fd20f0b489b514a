/*
 * The night, a site's side (section 17 of PROTOCOL.md): what the engine calls
 * of it.  Part of engine_private.h.
 *
 *	RESTING --due, or wanted--> LOOKING   for commits that are damaged
 *	   ^			       |
 *	   |			    ASKED     RECONCILE is on its way
 *	   |			       | \    they differ
 *	   |			       |  SKETCHING   cells, until decoded
 *	   |			       |      |
 *	   |			       |  MENDING     both ways
 *	   |			       v      |
 *	   +---- FOUND ------------ CHECKING <+   tables and file
 *
 * Nothing of it is needed again after an interruption: what was mended stays
 * so, and the run begins anew.
 */
#ifndef CLIENT_ENGINE_ENGINE_NIGHT_H
#define CLIENT_ENGINE_ENGINE_NIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/replica/id_list.h"
#include "protocol/message_night.h"
#include "protocol/sketch.h"

enum {
	NIGHT_LOOK_ROWS = 500,    /* in one step */
	NIGHT_TRIES = 3,          /* with other nonces */
	NIGHT_SLOW_LINE_MS = 400, /* round trip: fewer rounds, more cells */
	NIGHT_SLOW_BYTES = 1024 * 1024,   /* where the line carries little */
	NIGHT_AGAIN_MS = 10 * 60 * 1000,  /* when the hub cannot now */
	NIGHT_DIFFERS_MS = 60 * 60 * 1000 /* when a proof fails again */
};

struct engine;
struct error;

enum night_stage {
	NIGHT_RESTING,
	NIGHT_LOOKING,
	NIGHT_ASKED,
	NIGHT_SKETCHING,
	NIGHT_LISTING, /* the hub's whole list, instead of cells */
	NIGHT_MENDING,
	NIGHT_CHECKING
};

struct night_run {
	enum night_stage stage;
	bool put_off;  /* the hub said: later */
	bool crossed;  /* NIGHT came while RECONCILE was on its way */
	bool known;    /* the hub has said when, and its nonce is here */
	bool wanted;   /* now, whatever is due */
	bool spent;    /* what this night may cost: the next goes on */
	bool rebuild;  /* tables are to be made anew */
	bool rebuilt;  /* they were, in this run */
	bool faulty;   /* they were wrong, which is not on record yet */
	bool check;    /* the owner is to look at tables and file */
	bool checking; /* it was told so */
	uint64_t checked_faults;
	uint8_t nonce[NONCE_BYTES]; /* the hub's, for the next run */
	uint64_t nonces;            /* of ours, so far */
	uint64_t not_before_ms;     /* elapsed_ms, as all below */
	uint64_t due_at_ms;
	uint64_t differed_ms; /* when a proof failed; 0: never */
	uint64_t began_ms;
	uint64_t asked_ms;
	bool slow_line;
	uint32_t tries;

	uint64_t looked_upto;
	struct sketch_set set;
	struct sketch_decoder decoder;
	bool wide;
	uint64_t listed;
	struct id_list theirs; /* items of the hub's list */

	/* what differs */
	struct id_list items_here; /* ascending; and of the same commits, */
	struct id_list only_here;  /* sequences, ascending */
	struct id_list only_there; /* items, ascending */
	struct id_list offered;    /* ids in the MEND that is on its way */
	uint32_t offered_count;    /* of only_here, so far answered */
	uint32_t mended;           /* of the last MEND */

	struct found found;
};

/* What is kept of earlier runs. */
enum status night_begin(struct engine *engine, struct error *err);

/* The run, with all its memory: it may begin anew. */
void night_forget(struct engine *engine);

/* A connection begins or ends. */
void night_reset(struct engine *engine);

/* Begin a run when one is due and nothing else is to be done. */
enum status night_pump(struct engine *engine, struct error *err);

/* When to step again for it; UINT64_MAX: not for it. */
uint64_t night_wake(const struct engine *engine);

/* The line's budget for a night. */
bool night_is_spent(const struct engine *engine);

/* The set as it is now, and the question whether the hub's is the same. */
enum status night_ask(struct engine *engine, struct error *err);

/* One frame of the run, with its bytes counted. */
enum status night_send(struct engine *engine, int type, struct error *err);

enum status night_take_night(struct engine *engine, struct bytes body,
    struct error *err);

/* --- engine_compare.c ----------------------------------------------------- */

enum status night_take_reconciled(struct engine *engine, struct bytes body,
    struct error *err);

enum status night_take_cells(struct engine *engine, struct bytes body,
    struct error *err);

/* --- engine_mend.c -------------------------------------------------------- */

enum status mend_begin(struct engine *engine, struct error *err);

enum status mend_take_mended(struct engine *engine, struct bytes body,
    struct error *err);

/* --- engine_morning.c ----------------------------------------------------- */

/* Compare tables and file, after making them anew if need be. */
enum status night_check(struct engine *engine, struct error *err);

/* They were looked at: make them anew, or end. */
enum status night_judge(struct engine *engine, struct error *err);

/* Say how it ended, and rest. */
enum status night_end(struct engine *engine, enum found_outcome outcome,
    struct error *err);

#endif
