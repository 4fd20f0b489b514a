/*
 * Following the grants of the own school: which dossiers are to be fetched,
 * which are kept as they were, which are to be purged.
 *
 *	        grant            frozen            closed
 *	(none) ------> FILLING ---------> FROZEN ---------> CLOSING --> GONE
 *	                  |  ^               |                 |          |
 *	            whole |  +---------------+-----------------+----------+
 *	                  v        a later grant opens it again
 *	                OPEN
 *
 * A dossier that was begun here is OPEN before there is any grant.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "common/replica/fold.h"
#include "common/replica/id_list.h"
#include "common/replica/ledger.h"
#include "common/replica/pending.h"
#include "common/replica/purge.h"
#include "common/replica/replica_private.h"
#include "common/replica/take_private.h"
#include "common/replica/unplaced.h"
#include "protocol/identifier.h"

/* --- what leaves ---------------------------------------------------------- */

static bool
collect_row(void *context, const struct ledger_row *row)
{
	return id_list_add(context, row->id);
}

static enum status
remove_commit(struct replica *replica, uint64_t id, struct error *err)
{
	struct arena arena = { 0 };
	struct commit commit;
	struct ledger_row row;
	enum status status;

	status = ledger_find_change(replica, id, &arena, &row, &commit, err);
	if (status == STATUS_OK)
		status = ledger_remove(replica, id, err);
	if (status == STATUS_OK)
		status = fold_again(replica, &commit, err);
	/* Its author is told that it went on. */
	if (status == STATUS_OK &&
	    identifier_site(id) == replica_identity(replica).site)
		status = pending_note_passed_on(replica, id, commit.dossier,
		    row.received_ms, err);
	arena_deinit(&arena);
	return status;
}

enum status
take_cut_dossier(struct replica *replica, uint64_t dossier, uint64_t sequence,
    struct error *err)
{
	struct id_list list = { 0 };
	enum status status;

	/* What has no place is asked about before it goes. */
	status = ledger_each_of_dossier(replica, dossier, sequence,
	    UNPLACED_FROM - 1, collect_row, &list, err);
	if (status == STATUS_OK && list.no_memory)
		status = error_set(err, STATUS_NOMEM, "cut a dossier");
	for (size_t i = 0; status == STATUS_OK && i < list.count; i++)
		status = remove_commit(replica, list.ids[i], err);
	id_list_deinit(&list);
	return status;
}

/* --- one grant ------------------------------------------------------------ */

static bool
is_placeholder(const struct dossier *dossier)
{
	return dossier->state == DOSSIER_FILLING && dossier->fill_to == 0;
}

/* To be fetched: from where it stands, up to where the stream carries on. */
static void
begin_filling(struct dossier *dossier, const struct grant *grant,
    uint64_t start)
{
	dossier->state = DOSSIER_FILLING;
	dossier->frozen = grant->frozen;
	dossier->closed = 0;
	dossier->fill_to = grant->opened > start ? grant->opened : start;
	if (grant->frozen != 0 && dossier->fill_to > grant->frozen)
		dossier->fill_to = grant->frozen;
}

/* Until it is purged it is as any other: the tables are what the set says. */
enum status
take_close_dossier(struct replica *replica, struct dossier *dossier,
    uint64_t sequence, struct error *err)
{
	bool unseen = dossier->state == DOSSIER_FILLING;
	enum status status;

	dossier->state = DOSSIER_CLOSING;
	dossier->closed = sequence;
	status = dossier_put(replica, dossier, err);
	if (status == STATUS_OK && unseen)
		status = fold_dossier(replica, dossier->number, err);
	return status;
}

static enum status
follow_close(struct replica *replica, struct dossier *dossier,
    const struct grant *grant, struct error *err)
{
	if (dossier->state == DOSSIER_GONE || dossier->state == DOSSIER_CLOSING)
		return STATUS_OK;
	if (dossier->state == DOSSIER_OPEN)
		dossier->filled = grant->closed;
	return take_close_dossier(replica, dossier, grant->closed, err);
}

static enum status
follow_freeze(struct replica *replica, struct dossier *dossier,
    const struct grant *grant, struct error *err)
{
	enum status status;

	if (dossier->frozen == grant->frozen ||
	    dossier->state == DOSSIER_CLOSING || dossier->state == DOSSIER_GONE)
		return STATUS_OK;
	dossier->frozen = grant->frozen;
	if (dossier->state == DOSSIER_OPEN) {
		dossier->state = DOSSIER_FROZEN;
		dossier->filled = grant->frozen;
	} else if (dossier->state == DOSSIER_FILLING &&
		   dossier->fill_to > grant->frozen) {
		dossier->fill_to = grant->frozen;
	}
	status = dossier_put(replica, dossier, err);
	if (status != STATUS_OK)
		return status;
	return take_cut_dossier(replica, dossier->number, grant->frozen, err);
}

/* Whether the grant is later than what ended here. */
static bool
opens_again(const struct dossier *dossier, const struct grant *grant)
{
	switch (dossier->state) {
	case DOSSIER_GONE:
	case DOSSIER_CLOSING:
		return grant->opened > dossier->closed;
	case DOSSIER_FROZEN:
		return grant->opened > dossier->frozen;
	case DOSSIER_FILLING:
		return is_placeholder(dossier);
	case DOSSIER_OPEN:
		break;
	}
	/* It went away and came back unseen; but what its grant says was begun
	 * with the dossier never had to be fetched. */
	return grant->because != 0 && grant->because != dossier->number &&
	       grant->opened > dossier->filled;
}

enum status
take_follow_grant(struct replica *replica, const struct grant *grant,
    uint64_t start, struct error *err)
{
	struct dossier dossier;
	uint64_t cursor;
	bool unplaced;
	enum status status;

	/* Nobody closes a school's own dossier to it, or everybody's. */
	if (take_needs_no_grant(replica, grant->dossier))
		return STATUS_OK;
	/* Its sequences are those of another life of the hub: a step that has
	 * no place opens, freezes and frees nothing. */
	status = unplaced_has_record(replica, grant->id, &unplaced, err);
	if (status != STATUS_OK || unplaced)
		return status;
	status = dossier_get(replica, grant->dossier, &dossier, err);
	if (status == STATUS_NOT_FOUND) {
		if (grant->closed != 0)
			return STATUS_OK;
		dossier = (struct dossier){
			.number = grant->dossier,
			.kind = DOSSIER_KIND_PUPIL,
		};
	} else if (status != STATUS_OK) {
		return status;
	} else if (grant->closed != 0) {
		return follow_close(replica, &dossier, grant, err);
	} else if (!opens_again(&dossier, grant)) {
		if (grant->frozen == 0)
			return STATUS_OK;
		return follow_freeze(replica, &dossier, grant, err);
	}
	if (dossier.state == DOSSIER_GONE) {
		/* All is fetched again, also what the stream brought up to now
		 * for a close that a restored hub does not know. */
		dossier.filled = 0;
		status = replica_meta_get(replica, "cursor", 0, &cursor, err);
		if (status != STATUS_OK)
			return status;
		start = cursor > start ? cursor : start;
	}
	begin_filling(&dossier, grant, start);
	status = dossier_put(replica, &dossier, err);
	if (status != STATUS_OK || dossier.frozen == 0)
		return status;
	/* Opened again and passed on in one absence: what waited then was
	 * taken, and has its place. */
	return take_cut_dossier(replica, dossier.number, dossier.frozen, err);
}

/* --- all of them ---------------------------------------------------------- */

struct grant_list {
	struct grant *grants;
	size_t count;
	size_t room;
	bool no_memory;
};

static bool
collect_grant(void *context, const struct grant *grant)
{
	struct grant_list *list = context;

	if (list->count == list->room) {
		size_t room = list->room == 0 ? 64 : list->room * 2;
		struct grant *grants =
		    realloc(list->grants, room * sizeof(*grants));

		list->no_memory = grants == NULL;
		if (grants == NULL)
			return false;
		list->grants = grants;
		list->room = room;
	}
	list->grants[list->count++] = *grant;
	return true;
}

static bool
collect_placeholder(void *context, const struct dossier *dossier)
{
	if (!is_placeholder(dossier))
		return true;
	return id_list_add(context, dossier->number);
}

/* What came unseen for a dossier that turned out not to be granted. */
static enum status
drop_strangers(struct replica *replica, struct error *err)
{
	struct id_list list = { 0 };
	struct dossier own;
	struct purge_result purged;
	uint64_t waiting;
	bool recovering;
	enum status status;

	status = unplaced_is_recovering(replica, &recovering, err);
	if (status != STATUS_OK || recovering)
		return status; /* its grant may come again */
	status =
	    dossier_get(replica, replica_identity(replica).school, &own, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK || own.state == DOSSIER_FILLING)
		return status;
	status = dossier_each(replica, DOSSIER_FILLING, collect_placeholder,
	    &list, err);
	if (status == STATUS_OK && list.no_memory)
		status = error_set(err, STATUS_NOMEM, "drop dossiers");
	for (size_t i = 0; status == STATUS_OK && i < list.count; i++) {
		if (take_needs_no_grant(replica, list.ids[i]))
			continue;
		status =
		    pending_in_dossier(replica, list.ids[i], &waiting, err);
		if (status == STATUS_OK && waiting == 0)
			status =
			    purge_dossier(replica, list.ids[i], &purged, err);
	}
	id_list_deinit(&list);
	return status;
}

static enum status
follow_all(struct replica *replica, uint64_t start, struct error *err)
{
	struct grant_list list = { 0 };
	enum status status;

	status = grants_each_of_school(replica,
	    replica_identity(replica).school, collect_grant, &list, err);
	if (status == STATUS_OK && list.no_memory)
		status = error_set(err, STATUS_NOMEM, "follow the grants");
	for (size_t i = 0; status == STATUS_OK && i < list.count; i++) {
		status =
		    take_follow_grant(replica, &list.grants[i], start, err);
		if (status != STATUS_OK)
			error_wrap(err, "follow grant %" PRIu64,
			    list.grants[i].id);
	}
	free(list.grants);
	if (status != STATUS_OK)
		return status;
	return drop_strangers(replica, err);
}

/* Most batches change no grant, and there may be thousands. */
enum status
take_grants(struct replica *replica, uint64_t start, struct error *err)
{
	uint32_t version;
	enum status status;

	assert(replica_in_transaction(replica));
	status = replica_data_version(replica, &version, err);
	if (status != STATUS_OK ||
	    (replica->grants_followed && replica->grants_version == version))
		return status;
	status = follow_all(replica, start, err);
	replica->grants_followed = status == STATUS_OK;
	replica->grants_version = version;
	return status;
}
