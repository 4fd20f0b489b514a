/*
 * What is made of that which was read of a damaged database.
 */
#include "common/replica/salvage_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/replica/damage_private.h"
#include "common/replica/dossier_private.h"
#include "common/replica/pending_private.h"
#include "common/replica/replica_private.h"
#include "common/replica/unplaced.h"
#include "protocol/identifier.h"
#include "protocol/stamp.h"

/* Where nothing tells how far the numbers went they go on far behind all that
 * was seen: behind a hundred thousand openings, each of which may have jumped
 * by 2^24.  There is room for it seven times over. */
#define UNKNOWN_JUMP (UINT64_C(1) << 40)

enum {
	CLOCK_SLACK_MS = 24 * 60 * 60 * 1000
};

/* --- what is certain about a commit --------------------------------------- */

static bool
is_own(const struct salvage *salvage, uint64_t id)
{
	return identifier_is_valid(id) &&
	       identifier_site(id) == salvage->options->site;
}

/* *sound: its bytes are those of its digest, and say what the row says. */
static bool
read_commit(struct salvage *salvage, const struct ledger_row *row,
    struct bytes digest, struct commit *commit, bool *sound)
{
	struct ledger_row found = *row;
	enum damage damage = DAMAGE_UNREADABLE;
	uint64_t counter;

	*sound = false;
	if (digest.size != sizeof(found.digest.bytes))
		return true;
	memcpy(found.digest.bytes, digest.data, digest.size);
	arena_reset(&salvage->arena);
	if (damage_find(&found, &salvage->arena, commit, &damage) !=
	    STATUS_OK) {
		salvage->status = error_set(salvage->err, STATUS_NOMEM,
		    "there is no memory for a commit");
		return false;
	}
	*sound = damage == DAMAGE_NONE;
	counter = identifier_counter(row->id) + commit->change_count;
	if (*sound && salvage->counter < counter)
		salvage->counter = counter;
	return true;
}

/* --- keeping it ----------------------------------------------------------- */

/*
 * Every dossier is to be fetched anew, and nothing of it is shown before that:
 * as if the stream had brought something of it that no grant has opened yet.
 */
static enum status
expect_dossier(struct salvage *salvage, const struct commit *commit,
    struct error *err)
{
	struct dossier dossier;
	enum status status;

	status = dossier_ensure(salvage->to, commit, err);
	if (status == STATUS_OK)
		status =
		    dossier_get(salvage->to, commit->dossier, &dossier, err);
	if (status != STATUS_OK || dossier.state == DOSSIER_FILLING)
		return status;
	dossier.state = DOSSIER_FILLING;
	return dossier_put(salvage->to, &dossier, err);
}

static enum status
keep(struct salvage *salvage, const struct salvage_waiting *row,
    const struct commit *commit, struct error *err)
{
	enum status status;

	status = expect_dossier(salvage, commit, err);
	if (status == STATUS_OK)
		status = pending_add(salvage->to, commit, row->bytes,
		    row->at_ms, err);
	if (status == STATUS_OK && row->state == PENDING_ASIDE)
		status = pending_mark_aside(salvage->to, commit,
		    (uint32_t)row->refusal, row->at_ms, err);
	if (status == STATUS_OK && salvage->stamp < commit->stamp)
		salvage->stamp = commit->stamp;
	return status;
}

static bool
is_kept(struct salvage *salvage, uint64_t id, bool *kept)
{
	struct pending_row row;
	enum status status;

	status = pending_get(salvage->to, id, &row, salvage->err);
	*kept = status == STATUS_OK;
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		salvage->status = status;
	return salvage->status == STATUS_OK;
}

/* Where a page stands in another's place, rows of another table say nothing of
 * what waited here. */
static bool
has_form(const struct salvage_waiting *row)
{
	static const uint8_t none[LIMIT_DIGEST_BYTES];

	if (row->digest.size != sizeof(none))
		return false;
	if (row->state == PENDING_PASSED_ON)
		return row->bytes.size == 0 &&
		       memcmp(row->digest.data, none, sizeof(none)) == 0;
	return row->state <= PENDING_ASIDE && row->bytes.size > 0;
}

/* The note that a commit went on with its dossier is all that is left of it,
 * and nothing proves it. */
static bool
keep_note(struct salvage *salvage, const struct salvage_waiting *row)
{
	if (row->dossier > IDENTIFIER_MAX || row->at_ms > INT64_MAX)
		return true;
	salvage->status = pending_note_passed_on(salvage->to, row->id,
	    row->dossier, row->at_ms, salvage->err);
	return salvage->status == STATUS_OK;
}

bool
salvage_take_waiting(struct salvage *salvage, const struct salvage_waiting *row)
{
	const struct ledger_row as_row = {
		.id = row->id,
		.dossier = row->dossier,
		.bytes = row->bytes,
	};
	struct salvage_waiting safe = *row;
	struct commit commit = { 0 };
	bool kept, sound = false;

	if (!is_own(salvage, row->id) || !has_form(row)) {
		salvage->doubtful = true;
		return true;
	}
	if (!is_kept(salvage, row->id, &kept) || kept)
		return salvage->status == STATUS_OK;
	if (row->state == PENDING_PASSED_ON)
		return keep_note(salvage, row);
	if (!read_commit(salvage, &as_row, row->digest, &commit, &sound))
		return false;
	if (!sound) {
		salvage->doubtful = true;
		return salvage_take_id(salvage, row->id, row->state);
	}
	/* What nothing proves has to fit, no more. */
	safe.refusal = row->refusal <= UINT32_MAX ? row->refusal : 0;
	safe.at_ms =
	    row->at_ms <= INT64_MAX ? row->at_ms : salvage->options->now_ms;
	salvage->status = keep(salvage, &safe, &commit, salvage->err);
	return salvage->status == STATUS_OK;
}

/*
 * What has a place the hub has, and sends again.  What this site wrote and had
 * lost its place, since the hub was restored, waits again.
 */
bool
salvage_take_placed(struct salvage *salvage, uint64_t sequence, uint64_t id,
    uint64_t dossier, uint64_t received_ms, struct bytes digest,
    struct bytes bytes)
{
	const struct ledger_row row = {
		.id = id,
		.dossier = dossier,
		.bytes = bytes,
	};
	const struct salvage_waiting waiting = {
		.id = id,
		.at_ms = received_ms,
		.bytes = bytes,
	};
	struct commit commit = { 0 };
	bool kept, sound = false;

	if (!is_own(salvage, id))
		return true;
	if (!read_commit(salvage, &row, digest, &commit, &sound))
		return false;
	if (!sound || sequence < UNPLACED_FROM || received_ms > INT64_MAX ||
	    unplaced_is_of_hub(&commit))
		return true;
	if (!is_kept(salvage, id, &kept) || kept)
		return salvage->status == STATUS_OK;
	salvage->status = keep(salvage, &waiting, &commit, salvage->err);
	return salvage->status == STATUS_OK;
}

bool
salvage_take_id(struct salvage *salvage, uint64_t id, uint64_t state)
{
	if (!is_own(salvage, id) || state > PENDING_ASIDE)
		return true;
	if (!id_list_add(&salvage->met, id))
		salvage->status =
		    error_set(salvage->err, STATUS_NOMEM, "note what waited");
	return salvage->status == STATUS_OK;
}

/* --- what is lost --------------------------------------------------------- */

static int
by_id(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a;
	uint64_t right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static uint64_t
count_lost(struct salvage *salvage)
{
	struct id_list *met = &salvage->met;
	uint64_t lost = 0, before = 0;
	bool kept;

	if (met->count > 0)
		qsort(met->ids, met->count, sizeof(met->ids[0]), by_id);
	for (size_t i = 0; i < met->count; i++) {
		if (met->ids[i] == before)
			continue;
		before = met->ids[i];
		if (!is_kept(salvage, before, &kept))
			break;
		lost += !kept;
	}
	return lost;
}

bool
salvage_is_lacking(struct salvage *salvage)
{
	return salvage->doubtful || !salvage->waiting_walked ||
	       count_lost(salvage) > 0;
}

/* --- who this is, and how far its numbers went ---------------------------- */

static enum status
store_identity(struct salvage *salvage, struct error *err)
{
	struct replica_identity identity = { .site = salvage->options->site };
	uint64_t school = salvage->facts[SALVAGE_SCHOOL];

	if (identifier_is_valid(school) && identifier_site(school) == SITE_HUB)
		identity.school = school;
	return replica_identity_set(salvage->to, &identity, err);
}

/* The note is believed unless rows say that it cannot be right, or it would
 * leave too few numbers. */
static uint64_t
choose_counter(const struct salvage *salvage)
{
	uint64_t noted = salvage->facts[SALVAGE_COUNTER];
	uint64_t behind = salvage->counter + LIMIT_RESERVED_IDS;

	if (noted > 0 && noted >= salvage->counter &&
	    noted <= COUNTER_MAX - UNKNOWN_JUMP)
		return noted < behind ? behind : noted;
	return behind <= COUNTER_MAX - UNKNOWN_JUMP ? behind + UNKNOWN_JUMP
	                                            : COUNTER_MAX;
}

/* The clock goes on behind what it gave out, as far as that can be true. */
static uint64_t
choose_stamp(const struct salvage *salvage)
{
	uint64_t latest =
	    stamp_from_ms(salvage->options->now_ms + CLOCK_SLACK_MS);
	uint64_t noted = salvage->facts[SALVAGE_STAMP];

	return noted > salvage->stamp && noted <= latest ? noted
	                                                 : salvage->stamp;
}

static enum status
store_facts(struct salvage *salvage, struct error *err)
{
	uint64_t catalogue = salvage->facts[SALVAGE_HUB_CATALOGUE];
	enum status status;

	status = replica_meta_set(salvage->to, "counter",
	    choose_counter(salvage), err);
	if (status == STATUS_OK)
		status = replica_jump(salvage->to, salvage->options->jump, err);
	if (status == STATUS_OK)
		status = replica_reset_stamp(salvage->to, choose_stamp(salvage),
		    err);
	if (status == STATUS_OK && catalogue > 0 &&
	    catalogue <= catalogue_version())
		status = replica_meta_set(salvage->to, "hub_catalogue",
		    catalogue, err);
	return status;
}

/* --- all of it ------------------------------------------------------------ */

static enum status
count_saved(struct salvage *salvage, struct error *err)
{
	struct salvage_result *result = salvage->result;
	enum status status;

	result->lost = count_lost(salvage);
	result->complete = (salvage->waiting_walked && !salvage->doubtful) ||
	                   salvage->waiting_listed;
	if (salvage->status != STATUS_OK)
		return salvage->status;
	status =
	    pending_count(salvage->to, &result->waiting, &result->aside, err);
	if (status != STATUS_OK)
		return status;
	return sql_finish_id(sql_use(salvage->to, "SELECT count(*) FROM pending"
						  " WHERE state = 2"),
	    &result->passed_on, err);
}

static enum status
salvage_all(struct salvage *salvage, struct error *err)
{
	enum status status;

	salvage_walk(salvage);
	if (salvage->status == STATUS_OK &&
	    (salvage_is_lacking(salvage) || !salvage->ledger_walked))
		salvage_pages(salvage);
	status = salvage->status;
	if (status == STATUS_OK)
		status = store_identity(salvage, err);
	if (status == STATUS_OK)
		status = store_facts(salvage, err);
	if (status == STATUS_OK)
		status = count_saved(salvage, err);
	return status;
}

enum status
salvage_replica(struct replica *to, const struct salvage_options *options,
    struct salvage_result *result, struct error *err)
{
	struct salvage salvage = {
		.to = to,
		.options = options,
		.result = result,
		.err = err,
	};
	enum status status;

	assert(options->site > 0 && options->site <= SITE_MAX);
	*result = (struct salvage_result){ 0 };
	status = replica_begin(to, err);
	if (status != STATUS_OK)
		return status;
	status = salvage_all(&salvage, err);
	if (status == STATUS_OK)
		status = replica_commit(to, err);
	else
		replica_rollback(to);
	id_list_deinit(&salvage.met);
	arena_deinit(&salvage.arena);
	if (status != STATUS_OK)
		return error_wrap(err, "salvage %s", options->path);
	return STATUS_OK;
}
