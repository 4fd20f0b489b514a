/*
 * What an engine holds.  Only its parts include this (engine_private.h).
 */
#ifndef CLIENT_ENGINE_ENGINE_STATE_H
#define CLIENT_ENGINE_ENGINE_STATE_H

#include "client/engine/engine.h"
#include "client/engine/engine_night.h"
#include "client/engine/engine_offer.h"
#include "common/replica/pending.h"

enum {
	ENGINE_BATCH_BYTES_FIRST = 32 * 1024,
	ENGINE_BATCHES_IN_FLIGHT = 2,
	ENGINE_BATCH_FAST_MS = 500,  /* a batch that took less: try more */
	ENGINE_BATCH_SLOW_MS = 3000, /* one that took more: try less */
	ENGINE_PROOF_MS = 60 * 1000, /* ask again after no answer */
	ENGINE_AGAIN_MS = 1000,      /* what the hub cannot take now */
	ENGINE_PURGE_AGAIN_MS = 10 * 1000, /* files that are held, or full */
	ENGINE_CLOCK_NOISE_MS = 60 * 1000,
	ENGINE_TEXT_BYTES = 200
};

/* Beyond what a stamp can hold: the year 6429. */
#define ENGINE_TIME_MS_MAX (UINT64_C(1) << 47)

/* One PUSH that is not wholly answered. */
struct push_sent {
	uint32_t commits;
	uint32_t bytes;
	uint64_t at_ms;
};

struct engine {
	struct engine_options options;
	struct replica *replica;
	struct replica_identity identity;
	enum engine_state state;
	uint64_t now_ms;
	uint64_t elapsed_ms;

	/* bytes */
	struct buffer input;
	struct buffer output;
	struct buffer given; /* what the last update borrowed */
	struct buffer body;
	struct buffer scratch;
	struct arena arena;
	size_t unsent_bytes;

	/* the line */
	uint64_t heard_at_ms;
	uint64_t pinged_at_ms;
	uint64_t ping_token;
	uint64_t hello_at_ms;
	uint32_t batch_bytes;
	bool hang_up;
	struct room room; /* on this computer's disk */

	/* where this replica stands; kept in its meta table */
	uint64_t cursor;
	uint64_t start;       /* the hub's head when this replica was fresh */
	uint64_t cursor_sent; /* what the hub was last told of both */
	uint64_t confirmed_sent;
	bool fresh;

	/* pushing */
	uint64_t sent_after[LANE_COUNT];
	struct push_sent sent[ENGINE_BATCHES_IN_FLIGHT];
	uint32_t sent_count;
	bool send_again; /* something was refused: all that waits goes again */
	uint64_t again_at_ms;  /* not before */
	bool restamped;        /* on this connection */
	uint64_t acknowledged; /* the greatest sequence of ours */

	/* taking */
	uint64_t asked[LIMIT_FILLS];
	uint32_t asked_count;
	struct buffer lacking; /* own ids to fetch, 8 bytes each, native */
	uint32_t fetching;

	/* proving */
	bool proved;
	bool proof_stored; /* meta "proved", for other processes */
	bool differs;
	bool prove_wanted;
	bool unsettled; /* since then more may follow */
	uint64_t unsettled_at_ms;
	bool hurried;
	uint64_t prove_asked_at_ms;

	struct offering offer; /* the hub was restored */
	struct night_run night;

	/* leaving and renewing */
	bool purge_unfinished;      /* bytes of a purge may still be in files */
	uint64_t purge_again_at_ms; /* not before; 0: at once */
	bool leaving;
	bool leave_sent;
	struct buffer csr;
	int64_t renew_at_ms; /* by the hub's clock */
	struct buffer certificate;
	bool renewing;

	struct engine_status status;
	char goodbye_text[ENGINE_TEXT_BYTES];
	uint32_t data_version;
};

static inline bool
engine_is_welcome(const struct engine *engine)
{
	return engine->state == ENGINE_CATCHING_UP ||
	       engine->state == ENGINE_IN_STEP;
}

#endif
