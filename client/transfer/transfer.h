/*
 * The steps of a transfer: a child's file moves to the next school.
 *
 *	open -> answered -> accepted
 *	   \-> not_ours, cancelled, sent_out
 *
 * Every step is an ordinary commit, in a transaction of its own, that the hub
 * decides on: until it has answered, the record says that it waits.  Who may
 * take a step is asked before (rights_check).
 */
#ifndef CLIENT_TRANSFER_TRANSFER_H
#define CLIENT_TRANSFER_TRANSFER_H

#include "common/replica/record.h"

struct transfer_taker {
	struct replica *replica;
	uint64_t author; /* staff record; 0: none */
	uint64_t now_ms;
};

struct transfer_new {
	uint64_t to_school;
	const char *kind;         /* NULL: phase */
	const char *leaving_date; /* or NULL */
	const char *start_date;   /* or NULL */
};

/* Why no transfer can be opened for this pupil, or NULL. */
const char *transfer_why_not(struct replica *replica,
    const struct record *pupil);

enum status transfer_open_one(const struct transfer_taker *taker,
    uint64_t pupil, const struct transfer_new *transfer, uint64_t *commit,
    struct error *err);

/* id: of the envelope that came, or of its transfer.  STATUS_NOT_FOUND. */
enum status transfer_answer(const struct transfer_taker *taker, uint64_t id,
    bool ours, const char *reason, uint64_t *commit, struct error *err);

/* Accept, or cancel; likewise.  STATUS_NOT_FOUND: the file is not here. */
enum status transfer_settle(const struct transfer_taker *taker, uint64_t id,
    bool accept, const char *reason, uint64_t *commit, struct error *err);

#endif
