/*
 * The book: what an onlooker saw, kept apart from every replica, so that the
 * invariants have something to compare them with.
 *
 * It is written by the world: when a computer's people wrote a commit, when
 * the hub gave out an answer, when an answer reached the computer, when a disk
 * went back to an old copy.  What is said in frames is read off the wire with
 * the real decoders (book_hear).
 */
#ifndef TESTS_SIM_BOOK_H
#define TESTS_SIM_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"
#include "protocol/digest.h"
#include "protocol/frame.h"

struct world;
struct computer;

enum entry_fate {
	ENTRY_WRITTEN, /* nobody but its computer knows it */
	ENTRY_TAKEN,   /* the hub answered with a place */
	ENTRY_REFUSED, /* the hub answered with a reason */
	ENTRY_LOST,    /* its computer's disk went back to before it, and the
			   hub had not answered: nobody can have it */
};

/* One commit that was written at a computer. */
struct entry {
	uint64_t id;
	uint64_t dossier;
	uint32_t computer; /* index in the world */
	uint32_t number;   /* its how-manieth, for the trace */
	enum entry_fate fate;
	bool heard;           /* the answer reached the computer */
	struct digest digest; /* as last sent or written; changes when restamped
				 or rewritten after a refusal */
	uint64_t sequence;    /* the hub's; of the present generation */
	uint32_t refusal;
	bool given_up;  /* refused, and a person dropped it or tried anew */
	bool undone;    /* taken, but the hub was restored to before that, and
			  all was not calm since */
	bool passed_on; /* taken behind the end of its school's right to read:
			   it left its author then */
	uint64_t written_ms;
};

struct book;

struct book *book_create(void);

void book_destroy(struct book *book);

/* People wrote it.  Entries move when one is added. */
struct entry *book_write(struct book *book, uint64_t id, uint64_t dossier,
    uint32_t computer, uint64_t now_ms);

/* NULL when nobody wrote that (the hub's own are not entries). */
struct entry *book_find(struct book *book, uint64_t id);

/* All, in the order in which they were written. */
struct entry *book_entries(struct book *book, uint32_t *count);

/*
 * Bytes of a connection pass: frames are put together and read.  What an end
 * has given out to be sent (delivered false) is promised even if it is lost on
 * the way; what arrives (delivered true) is known to the other end.  What
 * arrives without having been promised is promised at that moment.
 *
 *	PUSH    delivered	the digest of what its computer sent; but that
 *				of what was taken stands
 *	ANSWER  promised	TAKEN with its place; REFUSED; or WRITTEN still
 *				when it is to go again by itself
 *	ANSWER  delivered	heard, if it is still the answer to what was
 *				sent
 *
 * Each whole frame that arrives goes into the trace.  Bytes that are no frames
 * fail the run, unless a hostile computer sent them.  Connections that the
 * wire has forgotten are forgotten.
 */
void book_hear(struct world *world, uint64_t connection,
    struct computer *computer, int direction, bool delivered,
    struct bytes bytes);

/* Called for each whole frame, when the book has taken note of it; direction
 * is of wire.h.  One listener; NULL: none. */
typedef void book_listener(struct world *world, struct computer *computer,
    const struct frame *frame, int direction, bool delivered);

void book_listen(struct book *book, book_listener *listener);

/* The computer's disk went back to how it was at this time: what was written
 * at it or since and has no place is lost. */
void book_disk_went_back(struct book *book, uint32_t computer,
    uint64_t as_of_ms);

/* The hub's disk went back, and it has not got that any more. */
void book_undo(struct entry *entry);

/*
 * "oak1#3": its third entry.  "oak1#3+2": the second id behind (a further
 * change, or what the hub wrote because of it).  "oak": a school.  "hub#5":
 * the hub's own, counted from the first school.  "oak1:77": the rest, by
 * counter.  The text is the book's, good for a few calls.
 */
const char *book_name(struct world *world, uint64_t id);

#endif
