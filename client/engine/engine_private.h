/*
 * The engine's parts share this; nobody else includes it.
 *
 *	engine.c	the door, the states, frames in and out
 *	engine_greet.c	HELLO and WELCOME
 *	engine_push.c	what waits goes to the hub, answers come back
 *	engine_take.c	stream, fills and fetches
 *	engine_end.c	closed dossiers, receipts, how far is confirmed, leaving
 *	engine_offer.c	what a restored hub may have lost
 *	engine_prove.c	"synced", said only when it is proved
 */
#ifndef CLIENT_ENGINE_ENGINE_PRIVATE_H
#define CLIENT_ENGINE_ENGINE_PRIVATE_H

#include "client/engine/engine.h"
#include "client/engine/engine_offer.h"
#include "common/replica/pending.h"

enum {
	ENGINE_BATCH_BYTES_FIRST = 32 * 1024,
	ENGINE_BATCHES_IN_FLIGHT = 2,
	ENGINE_BATCH_FAST_MS = 500,  /* a batch that took less: try more */
	ENGINE_BATCH_SLOW_MS = 3000, /* one that took more: try less */
	ENGINE_PROOF_MS = 60 * 1000, /* ask again after no answer */
	ENGINE_AGAIN_MS = 1000,      /* what the hub cannot take now */
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

	/* leaving and renewing */
	bool purge_unfinished; /* bytes of a purge may still be in files */
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

/* --- engine.c ------------------------------------------------------------- */

/* Append engine->body as one frame to the output. */
enum status engine_send(struct engine *engine, enum frame_type type,
    struct error *err);

/* The hub said what it should not: say why and hang up.  STATUS_OK. */
enum status engine_complain(struct engine *engine, enum goodbye_code code,
    const char *why);

/* A body could not be decoded: the hub said what it should not, unless there
 * was no memory to read it. */
enum status engine_misread(struct engine *engine, enum status status,
    const struct error *wrong, struct error *err);

static inline bool
engine_is_welcome(const struct engine *engine)
{
	return engine->state == ENGINE_CATCHING_UP ||
	       engine->state == ENGINE_IN_STEP;
}

/* --- engine_greet.c ------------------------------------------------------- */

/* For the first flight: the shared dictionary, if the hub had it last time. */
enum status greet_choose_dictionary(struct engine *engine, struct error *err);

/* The hub did not greet: perhaps it has another dictionary now. */
void greet_forget_dictionary(struct engine *engine);

enum status greet_send_hello(struct engine *engine, struct error *err);

enum status greet_take_welcome(struct engine *engine, struct bytes body,
    struct error *err);

/* --- engine_push.c -------------------------------------------------------- */

void push_begin(struct engine *engine);

/* The line broke: a batch that was not answered was too large for it. */
void push_end(struct engine *engine);

/* Send batches while there is something to send and room for it. */
enum status push_pump(struct engine *engine, struct error *err);

enum status push_take_answers(struct engine *engine, struct bytes body,
    struct error *err);

/* --- engine_take.c -------------------------------------------------------- */

enum status take_begin(struct engine *engine, struct error *err);

/* After WELCOME: a fresh replica learns where its stream starts. */
enum status take_start(struct engine *engine, uint64_t start,
    struct error *err);

enum status take_stream(struct engine *engine, struct bytes body,
    struct error *err);

enum status take_fills(struct engine *engine, struct bytes body,
    struct error *err);

enum status take_fetched(struct engine *engine, struct bytes body,
    struct error *err);

/* Ask for dossiers to fill and commits to fetch. */
enum status take_pump(struct engine *engine, struct error *err);

/* Ask for ids; there is no FETCH that is not answered. */
enum status take_ask(struct engine *engine, struct fetch *fetch,
    struct error *err);

uint32_t take_lacking_count(const struct engine *engine);

/* --- engine_end.c --------------------------------------------------------- */

/* Purge what was closed and has nothing waiting, with receipts. */
enum status end_pump(struct engine *engine, struct error *err);

/* Tell the hub how far all is stored, and how far nothing waits. */
enum status end_confirm(struct engine *engine, struct error *err);

enum status end_confirmed(struct engine *engine, uint64_t *confirmed,
    struct error *err);

/* --- engine_renew.c ------------------------------------------------------- */

enum status renew_pump(struct engine *engine, struct error *err);

/* --- engine_prove.c ------------------------------------------------------- */

/* Something changed: what was proved is proved no more. */
void prove_forget(struct engine *engine);

/* The same for other processes, inside the transaction that changes it. */
enum status prove_void(struct engine *engine, struct error *err);

/* Others may follow a change soon: neither confirm nor prove yet. */
bool prove_waits(const struct engine *engine);

enum status prove_pump(struct engine *engine, struct error *err);

enum status prove_take_proof(struct engine *engine, struct bytes body,
    struct error *err);

#endif
