/*
 * Commits that arrive from the hub, and its answers about our own.
 *
 * Nothing that the hub sends is an error of this computer: what it sends
 * wrongly is told as a take_result, and is not kept.
 */
#include "common/replica/take_private.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "common/replica/fold.h"
#include "common/replica/ledger.h"
#include "common/replica/pending.h"
#include "common/replica/unplaced.h"
#include "protocol/identifier.h"

/* A commit on its way in. */
struct arrival {
	const struct item *item;
	struct commit commit;
	struct digest digest;
	struct dossier dossier; /* the row; number alone when there is none */
	bool by_stream;
	bool in_ledger; /* something is there under the same id */
	bool unplaced;  /* without a place */
	bool pending;   /* or here, waiting or */
	bool aside;     /* set aside */
};

bool
take_needs_no_grant(struct replica *replica, uint64_t dossier)
{
	return dossier == DOSSIER_PARTNERSHIP ||
	       dossier == replica_identity(replica).school;
}

/* --- settling our own ----------------------------------------------------- */

/* Passed on before that, though perhaps still being fetched up to there. */
static bool
is_behind_freeze(const struct dossier *dossier, uint64_t sequence)
{
	return (dossier->state == DOSSIER_FROZEN ||
		   dossier->state == DOSSIER_FILLING) &&
	       dossier->frozen != 0 && sequence > dossier->frozen;
}

/*
 * It has its place.  Work that was taken after the dossier was passed on
 * belongs to the new holder alone.
 */
static enum status
settle(struct replica *replica, uint64_t id, uint64_t dossier_number,
    uint64_t sequence, uint64_t received_ms, const struct mark *mark,
    struct error *err)
{
	struct dossier dossier;
	enum status status;

	status = pending_settle(replica, id, sequence, received_ms, mark, err);
	if (status != STATUS_OK)
		return status;
	status = dossier_get(replica, dossier_number, &dossier, err);
	if (status == STATUS_OK && is_behind_freeze(&dossier, sequence))
		return take_cut_dossier(replica, dossier_number, dossier.frozen,
		    err);
	return status;
}

enum status
take_place(struct replica *replica, const struct item *item,
    uint64_t dossier_number, enum take_result *result, struct error *err)
{
	struct dossier dossier;
	enum status status;

	*result = TAKE_PLACED;
	status = unplaced_place(replica, item->id, item->sequence,
	    item->received_ms, &item->mark, err);
	if (status == STATUS_EXISTS) {
		*result = TAKE_BROKEN; /* another stands there */
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		status = dossier_get(replica, dossier_number, &dossier, err);
	if (status == STATUS_OK && is_behind_freeze(&dossier, item->sequence))
		return take_cut_dossier(replica, dossier_number, dossier.frozen,
		    err);
	return status;
}

/* What waits here under that number need not be what the hub has: a copy of
 * this computer may have sent other bytes.  An answer names the bytes, and
 * what is fetched brings them. */
static enum status
take_number(struct replica *replica, const struct item *item,
    enum take_result *result, struct error *err)
{
	struct ledger_row row;
	enum status status;

	status = ledger_get(replica, item->id, &row, err);
	*result = TAKE_KNOWN;
	if (status == STATUS_OK && row.sequence >= UNPLACED_FROM)
		return take_place(replica, item, row.dossier, result, err);
	if (status != STATUS_NOT_FOUND)
		return status;
	*result = TAKE_LACKING;
	/* How long it is, it will never tell if it may not be read any more. */
	return replica_pass_ids(replica, item->id,
	    LIMIT_CHANGES + LIMIT_RESERVED_IDS, err);
}

/* --- what was here under the same id -------------------------------------- */

/* Ours leaves the ledger, and is kept for a person to look at. */
static enum status
move_aside(struct replica *replica, uint64_t id, struct arena *arena,
    struct error *err)
{
	struct commit commit;
	struct ledger_row row;
	enum status status;

	status = ledger_find_change(replica, id, arena, &row, &commit, err);
	if (status == STATUS_OK)
		status = ledger_remove(replica, id, err);
	if (status == STATUS_OK)
		status = pending_add(replica, &commit, row.bytes,
		    row.received_ms, err);
	if (status == STATUS_OK)
		status = pending_set_aside(replica, id, REFUSAL_REUSED,
		    row.received_ms, err);
	return status;
}

/* What is here under the same id. */
static enum status
compare(struct replica *replica, struct arrival *arrival,
    enum take_result *result, struct error *err)
{
	struct pending_row pending;
	struct ledger_row row;
	enum status status;

	*result = TAKE_NEW;
	status = ledger_get(replica, arrival->item->id, &row, err);
	if (status == STATUS_OK) {
		arrival->in_ledger = true;
		arrival->unplaced = row.sequence >= UNPLACED_FROM;
		*result = !digest_equal(&row.digest, &arrival->digest)
		              ? TAKE_DIFFERS
		          : arrival->unplaced ? TAKE_PLACED
		                              : TAKE_KNOWN;
		return STATUS_OK;
	}
	if (status != STATUS_NOT_FOUND)
		return status;
	status = pending_get(replica, arrival->item->id, &pending, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	if (pending.state == PENDING_PASSED_ON) /* it has come back */
		return pending_drop(replica, arrival->item->id, err);
	arrival->pending = true;
	arrival->aside = pending.state == PENDING_ASIDE;
	if (!digest_equal(&pending.digest, &arrival->digest))
		*result = TAKE_DIFFERS;
	else if (!arrival->aside)
		*result = TAKE_SETTLED;
	return STATUS_OK;
}

/* The hub's copy stands; ours, where it differs, is set aside.  What was set
 * aside although the hub has it (a refusal before a restore) is forgotten. */
static enum status
make_way(struct replica *replica, const struct arrival *arrival,
    enum take_result result, struct arena *arena, struct error *err)
{
	uint64_t id = arrival->item->id;

	if (arrival->in_ledger)
		return move_aside(replica, id, arena, err);
	if (arrival->pending && !arrival->aside)
		return pending_set_aside(replica, id, REFUSAL_REUSED,
		    arrival->item->received_ms, err);
	if (arrival->aside && result == TAKE_NEW)
		return pending_drop(replica, id, err);
	return STATUS_OK;
}

/* --- whether its dossier is ours to have ---------------------------------- */

static enum status
find_dossier(struct replica *replica, uint64_t number, struct dossier *dossier,
    bool *found, struct error *err)
{
	enum status status;

	*found = false;
	status = dossier_get(replica, number, dossier, err);
	if (status == STATUS_NOT_FOUND) {
		*dossier = (struct dossier){ .number = number };
		return STATUS_OK;
	}
	*found = status == STATUS_OK;
	return status;
}

/*
 * A fresh client hears the stream before it has fetched its own dossier, and
 * cannot judge yet: what comes is kept unseen, in a dossier that has nothing
 * to be filled up to, until take_grants knows more.
 */
static enum status
await_grant(struct replica *replica, struct arrival *arrival, bool *expected,
    struct error *err)
{
	struct dossier *dossier = &arrival->dossier;
	struct dossier own;
	bool found;
	enum status status;

	status = find_dossier(replica, replica_identity(replica).school, &own,
	    &found, err);
	if (status != STATUS_OK)
		return status;
	*expected =
	    arrival->by_stream && (!found || own.state == DOSSIER_FILLING);
	if (!*expected)
		return STATUS_OK;
	*dossier = (struct dossier){
		.number = dossier->number,
		.kind = DOSSIER_KIND_PUPIL,
		.state = DOSSIER_FILLING,
	};
	return dossier_put(replica, dossier, err);
}

/* A grant that this very batch brought opens it now. */
static enum status
open_by_grant(struct replica *replica, struct dossier *dossier, bool *found,
    struct error *err)
{
	struct grant grant;
	enum status status;

	status = grants_get(replica, replica_identity(replica).school,
	    dossier->number, &grant, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK && grant.closed == 0)
		status = take_follow_grant(replica, &grant, 0, err);
	if (status != STATUS_OK)
		return status;
	return find_dossier(replica, dossier->number, dossier, found, err);
}

static enum status
is_expected(struct replica *replica, struct arrival *arrival, bool *expected,
    struct error *err)
{
	struct dossier *dossier = &arrival->dossier;
	uint64_t sequence = arrival->item->sequence;
	bool found;
	enum status status;

	*expected = true;
	status = find_dossier(replica, arrival->commit.dossier, dossier, &found,
	    err);
	if (status != STATUS_OK ||
	    take_needs_no_grant(replica, dossier->number))
		return status;
	if (!found || (dossier->state != DOSSIER_OPEN &&
			  dossier->state != DOSSIER_FILLING))
		status = open_by_grant(replica, dossier, &found, err);
	if (status != STATUS_OK)
		return status;
	if (!found)
		return await_grant(replica, arrival, expected, err);
	switch (dossier->state) {
	case DOSSIER_OPEN:
	case DOSSIER_FILLING:
		*expected = dossier->frozen == 0 || sequence <= dossier->frozen;
		break;
	case DOSSIER_FROZEN:
		*expected = sequence <= dossier->frozen;
		break;
	case DOSSIER_CLOSING:
		*expected = sequence <= dossier->closed;
		break;
	case DOSSIER_GONE:
		*expected = false;
		break;
	}
	return STATUS_OK;
}

/* --- taking it ------------------------------------------------------------ */

/* *broken: it is not what it says it is. */
static enum status
read_arrival(struct arrival *arrival, struct arena *arena, bool *broken,
    struct error *err)
{
	const struct item *item = arrival->item;
	enum status status;

	status = commit_decode(item->commit, arena, &arrival->commit, err);
	if (status == STATUS_NOMEM)
		return status;
	*broken = status != STATUS_OK || arrival->commit.id != item->id ||
	          commit_has_redacted(&arrival->commit) != item->redacted ||
	          item->sequence == 0;
	if (!*broken)
		arrival->digest =
		    item->redacted ? item->digest : digest_of(item->commit);
	return STATUS_OK;
}

static enum status
append(struct replica *replica, const struct arrival *arrival,
    enum take_result *result, struct error *err)
{
	const struct item *item = arrival->item;
	struct ledger_row row = {
		.sequence = item->sequence,
		.id = item->id,
		.dossier = arrival->commit.dossier,
		.received_ms = item->received_ms,
		.digest = arrival->digest,
		.mark = item->mark,
		.redacted = item->redacted,
		.bytes = item->commit,
	};
	enum status status;

	status = ledger_append(replica, &row, &arrival->commit, err);
	if (status == STATUS_EXISTS) {
		/* Another commit stands in that place. */
		*result = TAKE_BROKEN;
		return STATUS_OK;
	}
	/* Of a former life of this database, which may have been lost; what
	 * follows from it bears the numbers behind it, and need not come. */
	if (status == STATUS_OK)
		status = replica_pass_ids(replica, item->id,
		    arrival->commit.change_count + LIMIT_RESERVED_IDS, err);
	if (status != STATUS_OK || arrival->dossier.state == DOSSIER_FILLING)
		return status;
	return fold_commit(replica, &arrival->commit, err);
}

static enum status
take_commit(struct replica *replica, struct arrival *arrival,
    struct arena *arena, enum take_result *result, struct error *err)
{
	const struct item *item = arrival->item;
	bool broken, expected;
	enum status status;

	status = read_arrival(arrival, arena, &broken, err);
	if (status == STATUS_OK && broken)
		*result = TAKE_BROKEN;
	if (status != STATUS_OK || broken)
		return status;
	status = compare(replica, arrival, result, err);
	if (status != STATUS_OK || *result == TAKE_KNOWN)
		return status;
	if (*result == TAKE_PLACED)
		return take_place(replica, item, arrival->commit.dossier,
		    result, err);
	if (*result == TAKE_SETTLED)
		return settle(replica, item->id, arrival->commit.dossier,
		    item->sequence, item->received_ms, &item->mark, err);
	status = is_expected(replica, arrival, &expected, err);
	if (status != STATUS_OK)
		return status;
	if (!expected) {
		*result = TAKE_FOREIGN;
		return STATUS_OK;
	}
	/* The hub has written it anew, with the places of now. */
	if (*result == TAKE_DIFFERS && arrival->unplaced &&
	    unplaced_is_of_hub(&arrival->commit)) {
		*result = TAKE_NEW;
		status = unplaced_give_up(replica, item->id, err);
	} else {
		status = make_way(replica, arrival, *result, arena, err);
	}
	if (status != STATUS_OK)
		return status;
	return append(replica, arrival, result, err);
}

enum status
take_item(struct replica *replica, const struct item *item, bool by_stream,
    enum take_result *result, struct error *err)
{
	struct arrival arrival = { .item = item, .by_stream = by_stream };
	struct arena arena = { 0 };
	enum status status;

	assert(replica_in_transaction(replica));
	if (item->commit.size == 0)
		status = take_number(replica, item, result, err);
	else
		status = take_commit(replica, &arrival, &arena, result, err);
	arena_deinit(&arena);
	if (status != STATUS_OK)
		return error_wrap(err, "take commit %" PRIu64, item->id);
	return STATUS_OK;
}

/* --- answers -------------------------------------------------------------- */

enum status
take_answer(struct replica *replica, const struct answer *answer,
    uint64_t now_ms, struct error *err)
{
	struct pending_row row;
	bool waits = false;
	enum status status;

	assert(replica_in_transaction(replica));
	status = pending_get(replica, answer->id, &row, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	if (row.state != PENDING_WAITING ||
	    memcmp(row.digest.bytes, answer->digest, sizeof(answer->digest)) !=
		0)
		return STATUS_OK;
	if (answer->refusal == REFUSAL_NONE)
		return settle(replica, answer->id, row.dossier,
		    answer->sequence, answer->received_ms, &answer->mark, err);
	if (refusal_is_for_want(answer->refusal))
		status =
		    pending_builds_on_waiting(replica, answer->id, &waits, err);
	if (status != STATUS_OK)
		return status;
	if (refusal_remedy(answer->refusal) == REMEDY_SET_ASIDE && !waits)
		return pending_set_aside(replica, answer->id, answer->refusal,
		    now_ms, err);
	/* It goes again, at once, with a new stamp or behind what it builds on:
	 * the engine knows when. */
	return STATUS_OK;
}
