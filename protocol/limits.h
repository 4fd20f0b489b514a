/*
 * Every limit of the system, in one place.  Protocol limits are part of the
 * specification (PROTOCOL.md); those of a queue or a time-out are ours.
 */
#ifndef PROTOCOL_LIMITS_H
#define PROTOCOL_LIMITS_H

#include <assert.h>

enum {
	/* identifiers */
	LIMIT_SITE_BITS = 20,
	LIMIT_COUNTER_BITS = 43,
	LIMIT_COUNTER_JUMP_BITS = 24,
	/* numbers that an arbitrated commit leaves free for the hub's own */
	LIMIT_RESERVED_IDS = 16,
	LIMIT_RESTORE_SKIP_SITES = 1000,
	/* of a sequence: what has lost its place stands behind them all */
	LIMIT_SEQUENCE_BITS = 62,

	/* a commit */
	LIMIT_VALUE_BYTES = 64 * 1024,
	LIMIT_COMMIT_BYTES = 256 * 1024,
	LIMIT_CHANGES = 2048,
	LIMIT_COLUMNS_PER_CHANGE = 128,
	LIMIT_NAME_BYTES = 64, /* of a collection or a column */
	LIMIT_REPLACES = 64,
	LIMIT_MSGPACK_DEPTH = 8,
	LIMIT_DIGEST_BYTES = 16,
	LIMIT_MARK_BYTES = 8,
	LIMIT_ANSWER_DIGEST_BYTES = 4,

	/* the wire */
	LIMIT_FRAME_BYTES = 1024 * 1024,    /* a body, as sent */
	LIMIT_BODY_BYTES = 4 * 1024 * 1024, /* a body, decompressed */
	LIMIT_COMPRESSION_RATIO = 256,
	LIMIT_BATCH_BYTES_MIN = 4 * 1024,
	LIMIT_BATCH_BYTES = 512 * 1024, /* commits in one frame, before zstd */
	LIMIT_BATCH_COMMITS = 4096,
	LIMIT_FILLS = 256,    /* dossiers asked for and not yet answered */
	LIMIT_FETCHES = 1024, /* own commits asked for in one frame */
	LIMIT_GENERATIONS = 64,
	LIMIT_LEFT_OUT = 256, /* dossiers that are not compared */
	LIMIT_CELLS = 16384,  /* of a sketch, in one frame */
	LIMIT_LISTED = 65536, /* items of a list, in one frame */
	LIMIT_WANTED = 4096,  /* commits, in one frame of the repair */
	LIMIT_OUTPUT_BYTES = 2 * 1024 * 1024, /* waiting at one session */
	LIMIT_SESSIONS = 1024,
	LIMIT_HANDSHAKES = 32, /* at once */
	LIMIT_CSR_BYTES = 2048,
	LIMIT_CERTIFICATE_BYTES = 4096,
	LIMIT_SECRET_BYTES = 64, /* of an invitation */
	LIMIT_TEXT_BYTES = 512,  /* a name or a sentence in a message */

	/* reconciliation */
	LIMIT_SKETCH_ITEMS = 4 * 1024 * 1024,
	LIMIT_SKETCH_CELLS = 1024 * 1024,

	/* time */
	LIMIT_STAMP_AHEAD_MS = 5 * 60 * 1000,
	LIMIT_CONNECT_MS = 30 * 1000,
	LIMIT_HANDSHAKE_MS = 60 * 1000,
	LIMIT_PING_MS = 20 * 1000,
	LIMIT_SILENCE_MS = 60 * 1000,
	LIMIT_BACKOFF_MS_MIN = 500,
	LIMIT_BACKOFF_MS = 5 * 60 * 1000,
	LIMIT_CLOSES_PER_DAY = 50,
	LIMIT_WRITE_AFTER_END_DAYS = 30,
	LIMIT_INVITATION_HOURS = 24 * 7,
	LIMIT_CERTIFICATE_DAYS = 365,
};

static_assert(LIMIT_SITE_BITS + LIMIT_COUNTER_BITS == 63,
    "an identifier is a positive 64-bit integer");
static_assert(LIMIT_VALUE_BYTES < LIMIT_COMMIT_BYTES,
    "the largest value fits a commit");
static_assert(LIMIT_BATCH_BYTES + LIMIT_COMMIT_BYTES < LIMIT_FRAME_BYTES,
    "a batch that one commit overfills still fits a frame");
static_assert(LIMIT_FRAME_BYTES < LIMIT_BODY_BYTES,
    "a frame that compresses nothing fits a body");
static_assert(LIMIT_PING_MS * 2 < LIMIT_SILENCE_MS,
    "a lost ping alone ends no connection");

#endif
