/*
 * Dossiers that are fetched: what lay in one before it was granted comes in
 * sections, and is shown when count and sum say that nothing is missing.
 */
#include <assert.h>
#include <inttypes.h>

#include "common/replica/fold.h"
#include "common/replica/ledger.h"
#include "common/replica/pending.h"
#include "common/replica/replica_private.h"
#include "common/replica/take_private.h"

struct tally {
	uint64_t count;
	struct digest_sum sum;
};

static bool
add_row(void *context, const struct ledger_row *row)
{
	struct tally *tally = context;

	tally->count++;
	digest_sum_add(&tally->sum, &row->digest);
	return true;
}

/* The section's commits; what does not belong in it is left out, and then
 * missing in the sum. */
static enum status
take_items(struct replica *replica, const struct filled *filled,
    struct error *err)
{
	for (uint32_t i = 0; i < filled->item_count; i++) {
		const struct item *item = &filled->items[i];
		struct commit head;
		enum take_result result;
		enum status status;

		if (item->sequence > filled->upto)
			continue;
		if (item->commit.size != 0 &&
		    (commit_peek(item->commit, &head) != STATUS_OK ||
			head.dossier != filled->dossier))
			continue;
		status = take_item(replica, item, false, &result, err);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/*
 * How far a file has been fetched, and that it is shown, is nothing to its
 * grant: in a first sync of thousands all the others need not be followed
 * again for each.
 */
static enum status
put_progress(struct replica *replica, const struct dossier *dossier,
    struct error *err)
{
	bool followed = replica->grants_followed;
	enum status status;

	status = dossier_put(replica, dossier, err);
	if (status == STATUS_OK && dossier->state != DOSSIER_FROZEN &&
	    !take_needs_no_grant(replica, dossier->number))
		replica->grants_followed = followed;
	return status;
}

static enum status
show(struct replica *replica, struct dossier *dossier, struct error *err)
{
	enum status status;

	dossier->state = dossier->frozen != 0 ? DOSSIER_FROZEN : DOSSIER_OPEN;
	status = put_progress(replica, dossier, err);
	if (status != STATUS_OK)
		return status;
	return fold_dossier(replica, dossier->number, err);
}

static enum status
finish(struct replica *replica, struct dossier *dossier,
    const struct filled *filled, bool *whole, struct error *err)
{
	struct tally tally = { 0 };
	enum status status;

	status = ledger_each_of_dossier(replica, dossier->number, 0,
	    filled->upto, add_row, &tally, err);
	if (status != STATUS_OK)
		return status;
	if (tally.count == filled->count &&
	    digest_sum_equal(&tally.sum, &filled->sum)) {
		dossier->filled = filled->upto;
		*whole = dossier->filled >= dossier->fill_to;
		if (*whole)
			return show(replica, dossier, err);
	} else {
		/* Something is missing: all of it again. */
		dossier->filled = 0;
	}
	return put_progress(replica, dossier, err);
}

/* The grant ended, or the dossier was destroyed, while it was fetched: what had
 * come goes as a closed dossier goes, with a receipt. */
static enum status
give_up(struct replica *replica, struct dossier *dossier, uint64_t upto,
    struct error *err)
{
	uint64_t closed = dossier->closed > upto ? dossier->closed : upto;

	if (closed < dossier->fill_to)
		closed = dossier->fill_to;
	return take_close_dossier(replica, dossier, closed, err);
}

static enum status
take_section(struct replica *replica, struct dossier *dossier,
    const struct filled *filled, bool *whole, struct error *err)
{
	enum status status;

	/* What needs no grant has none that could end, whatever the hub says:
	 * it is asked for again. */
	if ((filled->state == FILLED_ENDED || filled->state == FILLED_GONE) &&
	    take_needs_no_grant(replica, dossier->number))
		return STATUS_OK;
	if (filled->state == FILLED_ENDED || filled->state == FILLED_GONE)
		return give_up(replica, dossier, filled->upto, err);
	status = take_items(replica, filled, err);
	if (status != STATUS_OK)
		return status;
	if (filled->state == FILLED_DONE)
		return finish(replica, dossier, filled, whole, err);
	if (filled->from > dossier->filled || filled->upto <= dossier->filled)
		return STATUS_OK;
	dossier->filled = filled->upto;
	return put_progress(replica, dossier, err);
}

enum status
take_filled(struct replica *replica, const struct filled *filled, bool *whole,
    struct error *err)
{
	struct dossier dossier;
	enum status status;

	assert(replica_in_transaction(replica));
	*whole = false;
	status = dossier_get(replica, filled->dossier, &dossier, err);
	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK && dossier.state != DOSSIER_FILLING))
		return STATUS_OK; /* no longer wanted */
	if (status == STATUS_OK)
		status = take_section(replica, &dossier, filled, whole, err);
	if (status != STATUS_OK)
		return error_wrap(err, "fill dossier %" PRIu64,
		    filled->dossier);
	return STATUS_OK;
}
