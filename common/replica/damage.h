/*
 * Commits that are not what was stored: their bytes cannot be read, or are
 * another commit's, or are not those of their digest.  They are noted, are no
 * part of what a night compares, and so are brought anew from whoever holds
 * them sound.
 *
 *	damaged(sequence, id, found_ms)
 */
#ifndef COMMON_REPLICA_DAMAGE_H
#define COMMON_REPLICA_DAMAGE_H

#include "common/replica/replica.h"

/*
 * Look at up to max rows of the ledger behind *upto, move it on, and note what
 * is damaged, in a transaction of its own when none is open.  *found counts on
 * by what is damaged, noted before or not; what is sound again leaves the
 * notes.  *done: the ledger has no more.
 */
enum status damage_look(struct replica *replica, uint32_t max, uint64_t now_ms,
    uint64_t *upto, uint64_t *found, bool *done, struct error *err);

/*
 * Look at the whole ledger before all is folded anew.  No time is known there:
 * what is noted first has found_ms 0 until the next look.  Inside a
 * transaction.
 */
enum status damage_note_all(struct replica *replica, struct error *err);

enum status damage_count(struct replica *replica, uint64_t *count,
    struct error *err);

enum status damage_is_noted(struct replica *replica, uint64_t sequence,
    bool *noted, struct error *err);

struct damaged {
	uint64_t sequence;
	uint64_t id;
	uint64_t found_ms;    /* first */
	uint64_t received_ms; /* 0: not known */
};

typedef bool damaged_visitor(void *context, const struct damaged *damaged);

/* Those that were first noted from since_ms on, by place.  Return false to
 * stop. */
enum status damage_each(struct replica *replica, uint64_t since_ms,
    damaged_visitor *visit, void *context, struct error *err);

/* Rows have got other places: so do their notes.  Inside a transaction. */
enum status damage_follow(struct replica *replica, struct error *err);

/* Take out of the ledger what is noted as damaged at that place or under that
 * id, with its touches, so that a sound copy finds room; its dossier is counted
 * anew.  Does not refold.  0: no place, or no id.  Inside a transaction. */
enum status damage_make_way(struct replica *replica, uint64_t sequence,
    uint64_t id, bool *had, struct error *err);

#endif
