/*
 * Admission: what the hub checks before a commit becomes part of the set, in
 * one function (admission_judge), in the order in which the protocol lists it.
 *
 * A commit that passes is appended, folded and followed by its consequences in
 * one savepoint of the turn's transaction: it is taken with them, or not at
 * all.
 */
#ifndef SERVER_CORE_ADMISSION_H
#define SERVER_CORE_ADMISSION_H

#include "common/replica/grants.h"
#include "protocol/commit.h"
#include "protocol/refusal.h"
#include "server/core/hub_state.h"
#include "server/core/steps.h"

struct retaken {
	struct digest digest; /* of the bytes before a redaction */
	bool redacted;
	uint64_t received_ms;
};

struct admission {
	/* who brings it */
	struct hub_writer *writer;
	struct replica *replica;
	struct arena *arena; /* for everything below; reset by the caller */
	uint32_t site;
	uint64_t school;
	uint64_t confirmed; /* the place that the site has confirmed */
	uint64_t now_ms;
	bool collecting;
	struct bytes bytes;
	/* The hub took it once, in a former life: what its mark vouches for.
	 * NULL for what is new. */
	const struct retaken *retaken;

	/* what the checks found out, in this order */
	uint64_t id; /* also of a commit that cannot be read; 0: not even so */
	struct digest digest;
	struct commit commit;
	bool known; /* the hub has it: sequence, mark, received_ms are its */
	enum dossier_kind kind;
	bool begins;     /* it begins its dossier */
	uint32_t rights; /* in the dossier, of the school */
	struct step step;
	enum refusal refusal;

	/* its place, once taken */
	uint64_t sequence;
	struct mark mark;
	uint64_t received_ms;
};

/*
 * Judge and take one commit, inside the turn's transaction.  refusal says what
 * became of it; an error is of this computer, and the turn is lost.
 */
enum status admission_take(struct admission *admission, struct error *err);

/* For the checks: refuse, and go on no further. */
enum status admission_refuse(struct admission *admission, enum refusal refusal);

#endif
