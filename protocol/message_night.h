/*
 * The bodies of the night's frames: two sets of commits are compared by a
 * sketch, and what one side lacks is brought (section 17 of PROTOCOL.md).
 * As to encoding and decoding all is as in message.h; numbers of 8 bytes in
 * blobs are little-endian, and what ascends has none twice.
 */
#ifndef PROTOCOL_MESSAGE_NIGHT_H
#define PROTOCOL_MESSAGE_NIGHT_H

#include "protocol/message.h"

enum {
	CELL_BYTES_MAX = 8 + 8 + 10 /* on the wire */
};

/* How cells come. */
enum sketch_form {
	SKETCH_NARROW = 0, /* checks of 4 bytes */
	SKETCH_WIDE = 1,   /* checks of 8 bytes: for many differences */
	SKETCH_LIST = 2,   /* no cells: the items, ascending, 8 bytes each */
};

/* [at, nonce, count, sum, first, [dossier, ...]]
 * first: a blob of sum and check of cell 0, 8 bytes each */
struct reconcile {
	uint64_t at; /* the sequence up to which the sets are compared */
	uint8_t nonce[NONCE_BYTES]; /* the client's, for this run alone */
	uint64_t count;
	struct digest_sum sum; /* of the digests */
	uint64_t first_sum;
	uint64_t first_check;
	uint64_t *left_out; /* dossiers that are not filled yet, ascending */
	uint32_t left_out_count;
};

enum reconciled_state {
	RECONCILED_EQUAL = 0,
	RECONCILED_DIFFERS = 1,
	RECONCILED_LATER = 2, /* not now: at the time that NIGHT says */
};

/* [state, count, nonce, cells]: cells from 0 on, narrow, SKETCH_FIRST_CELLS at
 * most, when they differ; else none */
struct reconciled {
	enum reconciled_state state;
	uint64_t count;             /* of the hub's set */
	uint8_t nonce[NONCE_BYTES]; /* for the next run */
	struct bytes cells;
};

/* SKETCH: [form, from, count]: send so many cells (of a list: items) from there
 * on; one at least, and none beyond LIMIT_SKETCH_CELLS (LIMIT_SKETCH_ITEMS) */
struct sketch_wish {
	enum sketch_form form;
	uint64_t from;
	uint32_t count;
};

/* CELLS: [form, from, cells]; of a list, fewer than were asked for are the
 * last, and none may be left */
struct cells {
	enum sketch_form form;
	uint64_t from;
	struct bytes cells;
};

/* MEND: [[item, ...], wanted]: what only the client has, with its marks; and
 * what only the hub has, a blob of 8 bytes each */
struct mend {
	struct item *items; /* each with its commit */
	uint32_t item_count;
	uint64_t *wanted; /* of the sketch's items, ascending */
	uint32_t wanted_count;
};

/* [sequence, mark], or [0, mark]: the hub does not know this commit */
struct placed {
	uint64_t sequence;
	struct mark mark;
};

/* MENDED: [[placed, ...], [item, ...], withheld]: one for each item of MEND, in
 * its order; what was wanted, as far as it fits; and what of it may not be
 * read any more, in any order.  The rest is to be wanted again. */
struct mended {
	struct placed *places;
	uint32_t place_count;
	struct item *items; /* each with its commit */
	uint32_t item_count;
	uint64_t *withheld;
	uint32_t withheld_count;
};

/* FOUND: [at, outcome, [only_hub, only_client, damaged, faults, refolded],
 *  rounds, bytes, elapsed_ms, [database_bytes, free_bytes]]; the last only if
 *  the room is known */
enum found_outcome {
	FOUND_EQUAL = 0,      /* nothing was to be done */
	FOUND_MENDED = 1,     /* all that was found is mended */
	FOUND_UNFINISHED = 2, /* the rest waits for another night */
	FOUND_FAILED = 3,     /* it could not be mended: for a person */
};

struct found {
	uint64_t at;
	enum found_outcome outcome;
	uint64_t only_hub;    /* commits */
	uint64_t only_client; /* commits */
	uint64_t damaged;     /* commits that were not what was stored */
	uint64_t faults;      /* of the tables and the file */
	uint64_t refolded;    /* 1: the tables were made anew */
	uint64_t rounds;      /* exchanges with the hub */
	uint64_t bytes;       /* bodies, both ways */
	uint64_t elapsed_ms;
	struct room room; /* as the run ended */
};

/* NIGHT: [due_ms, nonce]: the next run is due then, by the hub's clock */
struct night_message {
	uint64_t due_ms;
	uint8_t nonce[NONCE_BYTES];
};

#define MESSAGE_NIGHT_LIST(X)              \
	X(reconcile, struct reconcile)     \
	X(reconciled, struct reconciled)   \
	X(sketch_wish, struct sketch_wish) \
	X(cells, struct cells)             \
	X(mend, struct mend)               \
	X(mended, struct mended)           \
	X(found, struct found)             \
	X(night, struct night_message)

#define MESSAGE_DECLARE(name, type)                              \
	enum status message_##name##_encode(const type *message, \
	    struct buffer *out, struct error *err);              \
	enum status message_##name##_decode(struct bytes body,   \
	    struct arena *arena, type *message, struct error *err);
MESSAGE_NIGHT_LIST(MESSAGE_DECLARE)
#undef MESSAGE_DECLARE

/*
 * Cells on the wire: sum (8 bytes), check (its low 4 bytes, or 8), and the
 * count as a zig-zag varint, in its shortest form, of its difference from
 * sketch_expected(count of the sender's set, i).  A count below 0 or above that
 * of the set does not exist.  Of a list each cell is an item, its sum; check
 * and count are 0.
 */
struct sketch_cell;

/* Append cells of indices from, from + 1, ...: no more than one frame holds,
 * of a set of LIMIT_SKETCH_ITEMS at most. */
enum status message_cells_pack(struct buffer *out, enum sketch_form form,
    uint64_t set_count, uint64_t from, const struct sketch_cell *cells,
    uint32_t cell_count, struct error *err);

/* At most max cells; STATUS_INVALID says what is wrong with them, and then
 * *cell_count is 0.  A narrow cell's check has its low 32 bits. */
enum status message_cells_unpack(struct bytes in, enum sketch_form form,
    uint64_t set_count, uint64_t from, struct sketch_cell *cells, uint32_t max,
    uint32_t *cell_count, struct error *err);

#endif
