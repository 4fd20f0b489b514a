/*
 * Arbitrated fields: taken only if they replace exactly the one head, the step
 * is legal and its actor the right one; and what the hub writes because of
 * them, in the same savepoint.
 *
 *	transfer	open --(the destination answers)--> answered
 *			answered --> accepted		by the destination
 *			open, answered --> cancelled	by the holder
 *			open --> sent_out		by the holder, where the
 *							receiver is no member
 *			open, answered --> not_ours
 *	envelope	waiting --> ours, not_ours; ours --> not_ours
 *			waiting, ours --> withdrawn	by the hub
 *
 * The answer goes into the envelope; the hub moves both at once.  The commit
 * that moves a transfer also sets or empties the pupil's open_transfer and,
 * accepting, sets its holder.
 */
#ifndef SERVER_CORE_STEPS_H
#define SERVER_CORE_STEPS_H

#include "protocol/commit.h"
#include "protocol/status.h"

struct admission;
struct legal_step;

/* The arbitrated step that a commit takes; legal is NULL for none. */
struct step {
	const struct legal_step *legal;
	const struct change *pupil;    /* that writes its arbitrated fields */
	const struct change *transfer; /* likewise */
	const struct change *envelope;
	uint64_t pupil_id;
	uint64_t transfer_id;
	uint64_t to_school; /* that is told, or was; 0: nobody */
};

/* Finds step.  STALE, STEP, RIGHTS; REUSED when the numbers that consequences
 * need are taken. */
enum status steps_check(struct admission *admission, struct error *err);

/* After the commit has its place: what follows from it. */
enum status steps_follow(struct admission *admission, struct error *err);

#endif
