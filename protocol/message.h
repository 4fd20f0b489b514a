/*
 * The bodies of the frames.  Each is a msgpack array; a reader ignores
 * elements behind those that it knows, so that later versions may add some.
 * PROTOCOL.md says when each is sent and what it obliges to.
 *
 * message_*_encode replaces out; message_*_decode keeps views into body and
 * arena, and checks every count and length against limits.h.  A commit travels
 * as a blob of its canonical bytes, which the decoders do not look into beyond
 * an item's id.  Items ascend by sequence, LIMIT_BATCH_COMMITS at most; to
 * encode more than a reader may take is a fault of the caller's.
 */
#ifndef PROTOCOL_MESSAGE_H
#define PROTOCOL_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"
#include "protocol/digest.h"
#include "protocol/frame.h"
#include "protocol/health.h"

enum {
	PROTOCOL_VERSION = 1,
	NONCE_BYTES = 16
};

/* One life of the hub's order, and where it left the one before. */
struct generation {
	uint64_t number;
	uint64_t left_at;
};

/* [version, catalogue, site, dictionary, [[generation, left_at], ...],
 *  cursor, confirmed, clock_ms, batch_bytes, fresh,
 *  [pending, refused, conflicts, database_bytes, program, free_bytes]]
 * free_bytes is left out if the room is not known. */
struct hello {
	uint32_t version;
	uint32_t catalogue;
	uint32_t site;
	uint32_t dictionary;
	struct generation *generations; /* oldest first; none at first */
	uint32_t generation_count;
	uint64_t cursor;      /* every stream item up to here is stored */
	uint64_t confirmed;   /* and nothing waits in what ended before here */
	uint64_t clock_ms;    /* Unix time, as the client has it */
	uint32_t batch_bytes; /* what the line has been carrying at a time */
	bool fresh; /* begin the stream at the hub's head; the rest is filled */
	struct health health;
};

/* [version, catalogue, dictionary, [[generation, left_at], ...], start, head,
 *  time_ms, nonce, school, collecting, offer] */
struct welcome {
	uint32_t version;
	uint32_t catalogue; /* write nothing that is newer than this */
	uint32_t dictionary;
	struct generation *generations;
	uint32_t generation_count;
	uint64_t start; /* the stream begins after this: cursor, or the head */
	uint64_t head;
	uint64_t time_ms;
	uint8_t nonce[NONCE_BYTES]; /* for the next reconciliation */
	uint64_t school;            /* the record of the site's school */
	bool collecting;            /* restored: new commits wait */
	bool offer; /* restored: say by OFFER what you hold, even nothing */
};

/* [lane, [commit, ...]] */
struct push {
	uint32_t lane;
	struct bytes *commits;
	uint32_t commit_count;
};

/*
 * [id, digest4, sequence, mark] when taken, [id, digest4, reason] else;
 * id and sequence are signed differences from the one before, the first from 0.
 */
struct answer {
	uint64_t id;
	uint8_t digest[LIMIT_ANSWER_DIGEST_BYTES];
	uint32_t refusal; /* REFUSAL_NONE: taken */
	uint64_t sequence;
	struct mark mark;
	uint64_t received_ms; /* one for the frame */
};

/* [received_ms, [answer, ...]] */
struct answers {
	struct answer *answers;
	uint32_t answer_count;
	uint64_t received_ms;
};

/*
 * A commit that the hub holds, on its way.
 *
 *	[sequence, received_ms, mark, commit]
 *	[sequence, received_ms, mark, commit, digest]	after a redaction
 *	[sequence, received_ms, mark, id]		the client's own
 *
 * sequence and received_ms are differences from the item before (the first
 * from 0); received_ms is signed.
 */
struct item {
	uint64_t sequence;
	uint64_t received_ms;
	struct mark mark;
	uint64_t id;
	struct bytes commit; /* empty when only the id is sent */
	bool redacted;
	struct digest digest; /* set by the reader when not redacted */
};

/* [from, upto, [item, ...]]: all that is the client's in (from, upto] */
struct stream {
	uint64_t from;
	uint64_t upto;
	struct item *items;
	uint32_t item_count;
};

/* [cursor, confirmed, batch_bytes] */
struct confirm {
	uint64_t cursor;
	uint64_t confirmed;
	uint32_t batch_bytes;
};

/* FILL: [[dossier, from, to], ...]: what lies in (from, to] */
struct fill {
	uint64_t dossier;
	uint64_t from;
	uint64_t to;
};

struct fills {
	struct fill *fills;
	uint32_t fill_count;
};

/* FILLED: [[dossier, from, upto, [item, ...], state, count, sum], ...] */
enum filled_state {
	FILLED_MORE = 0,  /* asks no new FILL: the hub goes on by itself */
	FILLED_DONE = 1,  /* count and sum are those of all of (0, to] */
	FILLED_ENDED = 2, /* the grant does not reach this */
	FILLED_GONE = 3,  /* the dossier was destroyed */
};

struct filled {
	uint64_t dossier;
	uint64_t from;
	uint64_t upto;
	struct item *items;
	uint32_t item_count;
	enum filled_state state;
	uint64_t count;
	struct digest_sum sum;
};

struct filleds {
	struct filled *filleds;
	uint32_t filled_count;
};

/* FETCH: [id, ...]; FETCHED: [[item, ...], [id that the hub has not, ...]] */
struct fetch {
	uint64_t *ids;
	uint32_t id_count;
};

struct fetched {
	struct item *items;
	uint32_t item_count;
	uint64_t *missing;
	uint32_t missing_count;
};

/* PROVE and PROOF: [cursor, count, sum] */
struct proof {
	uint64_t cursor;
	uint64_t count;
	struct digest_sum sum;
};

/* PING and PONG: [token, clock_ms] */
struct ping {
	uint64_t token;
	uint64_t clock_ms;
};

/* RENEW: [csr DER]; CERTIFICATE: [certificate DER] */
struct certificate_message {
	struct bytes der;
};

/* DROP: [grant]; LEAVE: [] */
struct drop {
	uint64_t grant;
};

/* OFFER: [generation, [item, ...], end]: items that have their commits */
struct offer {
	uint64_t generation;
	struct item *items;
	uint32_t item_count;
	bool end; /* nothing follows */
};

/* OFFERED: [generation, upto, refused, end] */
struct offered {
	uint64_t generation;
	uint64_t upto;    /* so far all is kept, but what */
	uint32_t refused; /* had no right mark */
	bool end;
};

/* [code, sentence] */
enum goodbye_code {
	GOODBYE_DONE = 0,
	GOODBYE_VERSION = 1,    /* upgrade this program */
	GOODBYE_REVOKED = 2,    /* this computer was removed */
	GOODBYE_REPLACED = 3,   /* the same site has connected again */
	GOODBYE_PROTOCOL = 4,   /* what came was not understood */
	GOODBYE_LIMIT = 5,      /* a limit was passed */
	GOODBYE_STOPPING = 6,   /* the program is being stopped */
	GOODBYE_INVITATION = 7, /* join: the code is wrong, used or expired */
	GOODBYE_REQUEST = 8,    /* join, renew: the request is not right */
	GOODBYE_INTERNAL = 9,
	GOODBYE_COPIED = 10, /* this site repeats others' numbers */
};

struct goodbye {
	uint32_t code;
	struct bytes text;
};

/* [version, secret, csr DER, computer's name] */
struct join {
	uint32_t version;
	struct bytes secret;
	struct bytes csr;
	struct bytes name;
};

/* [version, site, certificate DER, school id, school's name, time_ms,
 *  partnership's name] */
struct joined {
	uint32_t version;
	uint32_t site;
	struct bytes certificate;
	uint64_t school;
	struct bytes school_name;
	uint64_t time_ms;
	struct bytes partnership;
};

#define MESSAGE_LIST(X)                                    \
	X(hello, struct hello)                             \
	X(welcome, struct welcome)                         \
	X(push, struct push)                               \
	X(answers, struct answers)                         \
	X(stream, struct stream)                           \
	X(confirm, struct confirm)                         \
	X(fills, struct fills)                             \
	X(filleds, struct filleds)                         \
	X(fetch, struct fetch)                             \
	X(fetched, struct fetched)                         \
	X(proof, struct proof)                             \
	X(ping, struct ping)                               \
	X(certificate_message, struct certificate_message) \
	X(drop, struct drop)                               \
	X(goodbye, struct goodbye)                         \
	X(join, struct join)                               \
	X(joined, struct joined)                           \
	X(offer, struct offer)                             \
	X(offered, struct offered)

#define MESSAGE_DECLARE(name, type)                              \
	enum status message_##name##_encode(const type *message, \
	    struct buffer *out, struct error *err);              \
	enum status message_##name##_decode(struct bytes body,   \
	    struct arena *arena, type *message, struct error *err);
MESSAGE_LIST(MESSAGE_DECLARE)
#undef MESSAGE_DECLARE

/* LEAVE has nothing in it, and is no less looked at. */
enum status message_leave_decode(struct bytes body, struct arena *arena,
    struct error *err);

#endif
