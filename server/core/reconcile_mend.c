/*
 * MEND: what the hub had lost is put back at its place, by its mark; and what
 * the client lacks is sent.  Each is recorded as a defect of sync.
 */
#include <stdlib.h>
#include <string.h>

#include "common/replica/damage.h"
#include "common/replica/defect.h"
#include "common/replica/grants.h"
#include "common/replica/mend.h"
#include "common/replica/scope.h"
#include "server/core/batch.h"
#include "server/core/reconcile.h"
#include "server/core/recovery.h"

/* --- what only the client has ---------------------------------------------
 */

static int
compare_numbers(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* Whether the hub holds it, and sound. */
static enum status
find_held(struct replica *replica, uint64_t id, struct ledger_row *row,
    bool *held, struct error *err)
{
	bool damaged = false;
	enum status status = ledger_get(replica, id, row, err);

	*held = false;
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = damage_is_noted(replica, row->sequence, &damaged, err);
	*held = status == STATUS_OK && !damaged;
	return status;
}

/* Another commit has taken its place meanwhile: it goes to the head, as what
 * is offered late after a restore. */
static enum status
append_at_head(struct hub_writer *writer, uint32_t site,
    const struct item *item, uint64_t generation, struct error *err)
{
	struct item one = *item;
	struct offer offer = { .generation = generation,
		.items = &one,
		.item_count = 1 };
	uint32_t refused;
	bool ended;
	enum status status;

	status = recovery_offer(writer, site, &offer, &refused, err);
	if (status == STATUS_OK)
		status = recovery_finish(writer, &ended, err);
	return status;
}

/* Once for each dossier, however much of it came back. */
static enum status
recount(struct session *session, uint64_t *dossiers, uint32_t count,
    struct error *err)
{
	enum status status = STATUS_OK;

	if (count > 0)
		qsort(dossiers, count, sizeof(*dossiers), compare_numbers);
	for (uint32_t i = 0; status == STATUS_OK && i < count; i++)
		if (i == 0 || dossiers[i] != dossiers[i - 1])
			status = mend_recount(session->hub->options.replica,
			    dossiers[i], err);
	return status;
}

static enum status
put_back(struct session *session, const struct item *item,
    const struct commit *commit, uint64_t generation, struct error *err)
{
	struct hub_writer *writer = &session->hub->writer;
	struct ledger_row row = { .sequence = item->sequence,
		.id = item->id,
		.dossier = commit->dossier,
		.received_ms = item->received_ms < writer->now_ms
		                   ? item->received_ms
		                   : writer->now_ms,
		.digest = item->digest,
		.mark = item->mark,
		.redacted = item->redacted,
		.bytes = item->commit };
	enum status status;

	status = mend_put_back(writer->replica, &row, commit, err);
	if (status == STATUS_EXISTS)
		status = append_at_head(writer, session->site.number, item,
		    generation, err);
	return status;
}

static enum status
note(struct session *session, enum defect_kind kind, uint64_t id,
    uint64_t sequence, uint64_t received_ms, struct error *err)
{
	struct hub *hub = session->hub;
	struct defect defect = { .found_ms = hub->writer.now_ms,
		.kind = kind,
		.site = session->site.number,
		.commit_id = id,
		.sequence = sequence,
		.received_ms = received_ms };

	return defect_note(hub->options.replica, &defect, err);
}

/* What the mark vouches for was the hub's; all else it never had.  Where it is
 * held, its place is told only to who has the same bytes. */
static enum status
place_item(struct session *session, const struct item *item,
    const struct generation *generations, uint32_t count, struct placed *placed,
    uint64_t *dossier, struct error *err)
{
	struct hub_writer *writer = &session->hub->writer;
	uint64_t generation =
	    replica_generation_at(generations, count, item->sequence);
	struct ledger_row row;
	struct commit commit;
	struct mark mark;
	bool held, right = false;
	enum status status;

	*placed = (struct placed){ 0 };
	*dossier = DOSSIER_PARTNERSHIP;
	status = commit_decode(item->commit, &session->arena, &commit, err);
	if (status == STATUS_NOMEM)
		return status;
	if (status == STATUS_OK) {
		mark = mark_make(&writer->key, commit.id, &item->digest,
		    generation, item->sequence);
		right = commit_has_redacted(&commit) == item->redacted &&
		        mark_equal(&mark, &item->mark);
	}
	status = find_held(writer->replica, item->id, &row, &held, err);
	if (status != STATUS_OK)
		return status;
	status =
	    note(session, right || held ? DEFECT_HUB_LACKED : DEFECT_UNKNOWN,
		item->id, item->sequence, item->received_ms, err);
	if (status == STATUS_OK && !held && right) {
		*dossier = commit.dossier;
		status = put_back(session, item, &commit, generation, err);
		if (status == STATUS_OK)
			status = find_held(writer->replica, item->id, &row,
			    &held, err);
	}
	held = held && digest_equal(&row.digest, &item->digest);
	if (status == STATUS_OK && held)
		*placed = (struct placed){ row.sequence, row.mark };
	if (status == STATUS_OK && !held)
		status = hub_count(session->hub, session->site.number,
		    "alarm.mark", 0, err);
	return status;
}

static enum status
place_items(struct session *session, const struct mend *mend,
    struct mended *mended, struct error *err)
{
	struct generation *generations;
	uint64_t *dossiers;
	uint32_t count;
	enum status status;

	dossiers = arena_array(&session->arena, mend->item_count + 1,
	    sizeof(*dossiers));
	if (dossiers == NULL)
		return error_set(err, STATUS_NOMEM, "mend a set");
	status = replica_generations(session->hub->options.replica,
	    &session->arena, &generations, &count, err);
	mended->place_count = mend->item_count;
	mended->places = arena_array(&session->arena, mend->item_count + 1,
	    sizeof(*mended->places));
	if (status == STATUS_OK && mended->places == NULL)
		status = error_set(err, STATUS_NOMEM, "mend a set");
	for (uint32_t i = 0; status == STATUS_OK && i < mend->item_count; i++)
		status = place_item(session, &mend->items[i], generations,
		    count, &mended->places[i], &dossiers[i], err);
	if (status == STATUS_OK)
		status = recount(session, dossiers, mend->item_count, err);
	return status;
}

/* --- what only the hub has ------------------------------------------------
 */

struct wanted {
	uint64_t item;
	uint64_t sequence; /* 0: not found */
};

struct search {
	const struct sketch_keys *keys;
	struct wanted *wanted; /* ascending by item, while it is searched */
	uint32_t count;
};

static int
compare_items(const void *a, const void *b)
{
	const struct wanted *one = a, *other = b;

	return (one->item > other->item) - (one->item < other->item);
}

static int
compare_sequences(const void *a, const void *b)
{
	const struct wanted *one = a, *other = b;

	return (one->sequence > other->sequence) -
	       (one->sequence < other->sequence);
}

static bool
look_for(void *context, uint64_t sequence, const struct digest *digest)
{
	struct search *search = context;
	struct wanted key = { .item =
				  sketch_item(search->keys, digest->bytes) };
	struct wanted *found = bsearch(&key, search->wanted, search->count,
	    sizeof(key), compare_items);

	if (found != NULL)
		found->sequence = sequence;
	return true;
}

/* By place, what is not found first. */
static enum status
find_wanted(struct session *session, const struct mend *mend,
    struct search *search, struct error *err)
{
	struct reconcile_run *run = session->run;
	enum status status;

	search->keys = &run->set.keys;
	search->count = mend->wanted_count;
	search->wanted = arena_array(&session->arena, mend->wanted_count,
	    sizeof(*search->wanted));
	if (search->wanted == NULL)
		return error_set(err, STATUS_NOMEM, "mend a set");
	for (uint32_t i = 0; i < search->count; i++)
		search->wanted[i] = (struct wanted){ .item = mend->wanted[i] };
	qsort(search->wanted, search->count, sizeof(*search->wanted),
	    compare_items);
	status = scope_each_of_school(session->hub->options.replica,
	    session->site.school, run->at, run->left_out, run->left_out_count,
	    look_for, search, err);
	qsort(search->wanted, search->count, sizeof(*search->wanted),
	    compare_sequences);
	return status;
}

static enum status
send_one(struct session *session, struct batch *batch, uint64_t sequence,
    bool *withheld, struct error *err)
{
	struct ledger_row row;
	bool may = false;
	enum status status;

	*withheld = true;
	if (sequence == 0)
		return STATUS_OK;
	status = ledger_get_at(batch->replica, sequence, &row, err);
	if (status == STATUS_OK)
		status = grants_may_read(batch->replica, session->site.school,
		    row.dossier, sequence, &may, err);
	if (status != STATUS_OK || !may)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	*withheld = false;
	status = ledger_get_at(batch->replica, sequence, &row, err);
	if (status == STATUS_OK && !batch_add(batch, &row))
		return batch->status == STATUS_OK
		           ? STATUS_OK
		           : error_set(err, batch->status, "make a batch");
	if (status == STATUS_OK)
		status = note(session, DEFECT_CLIENT_LACKED, row.id, sequence,
		    row.received_ms, err);
	return status;
}

static enum status
send_wanted(struct session *session, const struct mend *mend,
    struct batch *batch, struct mended *mended, struct error *err)
{
	struct search search = { 0 };
	bool withheld;
	enum status status;

	if (mend->wanted_count == 0)
		return STATUS_OK;
	status = find_wanted(session, mend, &search, err);
	mended->withheld = arena_array(&session->arena, search.count + 1,
	    sizeof(*mended->withheld));
	if (status == STATUS_OK && mended->withheld == NULL)
		status = error_set(err, STATUS_NOMEM, "mend a set");
	for (uint32_t i = 0;
	     status == STATUS_OK && i < search.count && !batch->full; i++) {
		status = send_one(session, batch, search.wanted[i].sequence,
		    &withheld, err);
		if (status == STATUS_OK && withheld)
			mended->withheld[mended->withheld_count++] =
			    search.wanted[i].item;
	}
	mended->items = batch->items;
	mended->item_count = batch->count;
	return status;
}

enum status
reconcile_mend(struct session *session, struct bytes body, struct error *err)
{
	struct batch batch = { .replica = session->hub->options.replica,
		.arena = &session->arena,
		.limit = session->batch_bytes };
	struct mended mended = { 0 };
	struct mend mend;
	enum status status;

	status = message_mend_decode(body, &session->arena, &mend, err);
	if (status != STATUS_OK)
		return status;
	reconcile_rest(session);
	if (session->run == NULL)
		return reconcile_later(session, err);
	session->run->rested_ms = session->hub->elapsed_ms;
	status = hub_join_turn(session->hub, session, err);
	if (status == STATUS_OK)
		status = place_items(session, &mend, &mended, err);
	if (status == STATUS_OK)
		status = send_wanted(session, &mend, &batch, &mended, err);
	if (status == STATUS_OK)
		status = message_mended_encode(&mended, &session->body, err);
	if (status == STATUS_OK)
		status =
		    session_send(session, &session->held, FRAME_MENDED, err);
	return status;
}
