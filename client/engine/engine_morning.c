/*
 * The end of a night: tables are made anew where anything was mended, all is
 * looked at once more, and the hub is told how it ended.
 */
#include <string.h>

#include "client/engine/engine_private.h"
#include "common/replica/damage.h"
#include "common/replica/defect.h"
#include "common/replica/mend.h"
#include "common/replica/unplaced.h"

/* --- tables and file ------------------------------------------------------ */

/* That a table was wrong is on record from the moment that it is right, since
 * whoever is interrupted then finds nothing any more. */
static enum status
note_tables(struct engine *engine, struct error *err)
{
	struct defect defect = { .found_ms = engine->now_ms,
		.kind = DEFECT_TABLES,
		.site = engine->identity.site };

	return defect_note(engine->replica, &defect, err);
}

static enum status
rebuild(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	enum status status;

	status = replica_begin(engine->replica, err);
	if (status == STATUS_OK)
		status = mend_rebuild(engine->replica, NULL, NULL, err);
	if (status == STATUS_OK && night->faulty)
		status = note_tables(engine, err);
	if (status == STATUS_OK)
		status =
		    replica_meta_set(engine->replica, "rebuild_wanted", 0, err);
	if (status == STATUS_OK)
		status = replica_commit(engine->replica, err);
	if (status != STATUS_OK) {
		replica_rollback(engine->replica);
		return status;
	}
	night->rebuild = false;
	night->rebuilt = true;
	night->faulty = false;
	night->found.refolded = 1;
	prove_forget(engine);
	return STATUS_OK;
}

/* What has no place goes the ways of recovery: it is pushed again, or asked
 * about and dropped. */
static enum status
follow_unplaced(struct engine *engine, struct error *err)
{
	bool recovering;
	enum status status;

	status = unplaced_is_recovering(engine->replica, &recovering, err);
	if (status == STATUS_OK && recovering && !engine->offer.recovering) {
		engine->offer.recovering = true;
		engine->offer.asked_again = false;
		engine->offer.head_then = 0;
	}
	return status;
}

enum status
night_check(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	enum status status;

	status = follow_unplaced(engine, err);
	if (status == STATUS_OK && night->rebuild)
		status = rebuild(engine, err);
	if (status != STATUS_OK)
		return status;
	sketch_set_deinit(&night->set);
	memset(&night->set, 0, sizeof(night->set));
	night->stage = NIGHT_CHECKING;
	night->check = true;
	return STATUS_OK;
}

void
engine_checked(struct engine *engine, uint64_t faults)
{
	if (engine->night.stage != NIGHT_CHECKING || !engine->night.check)
		return;
	engine->night.check = false;
	engine->night.checking = false; /* a second look may follow */
	engine->night.checked_faults = faults;
}

/* The run has looked at the commits, but one may have been damaged since: then
 * it goes on from there, since only the hub has it sound. */
static enum status
mend_faults(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	uint64_t upto = 0, found = 0;
	bool done;
	enum status status;

	night->rebuild = true;
	status = damage_look(engine->replica, UINT32_MAX, engine->now_ms, &upto,
	    &found, &done, err);
	if (status != STATUS_OK)
		return status;
	if (found == 0)
		return night_check(engine, err);
	night->found.damaged += found;
	night_forget(engine);
	night->wide = false;
	night->listed = 0;
	night->offered_count = 0;
	return night_ask(engine, err);
}

enum status
night_judge(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	uint64_t faults = night->checked_faults;
	enum status status;

	if (faults > 0 && night->found.faults == 0) {
		night->found.faults = faults;
		night->faulty = true;
	}
	if (faults > 0 && !night->rebuilt) {
		status = mend_faults(engine, err);
	} else if (faults > 0) {
		status = night_end(engine, FOUND_FAILED, err);
	} else if (night->found.only_hub + night->found.only_client +
		       night->found.damaged + night->found.faults >
		   0) {
		status = night_end(engine, FOUND_MENDED, err);
	} else {
		status = night_end(engine, FOUND_EQUAL, err);
	}
	return status;
}

/* --- the end -------------------------------------------------------------- */

/* For status, report and the morning. */
static enum status
keep(struct engine *engine, struct error *err)
{
	struct replica *replica = engine->replica;
	struct night_run *night = &engine->night;
	enum status status;

	status = replica_begin(replica, err);
	if (status == STATUS_OK)
		status = replica_meta_set(replica, "reconcile_wanted", 0, err);
	if (status == STATUS_OK)
		status = replica_meta_set(replica, "reconciled_ms",
		    engine->now_ms, err);
	if (status == STATUS_OK)
		status = replica_meta_set_blob(replica, "reconciled",
		    buffer_view(&engine->body), err);
	if (status == STATUS_OK && night->faulty)
		status = note_tables(engine, err);
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK) {
		replica_rollback(replica);
		return status;
	}
	night->faulty = false;
	return STATUS_OK;
}

enum status
night_end(struct engine *engine, enum found_outcome outcome, struct error *err)
{
	struct night_run *night = &engine->night;
	enum status status;

	night->found.outcome = outcome;
	night->found.room = engine->room;
	night->found.elapsed_ms = engine->elapsed_ms - night->began_ms;
	status = message_found_encode(&night->found, &engine->body, err);
	if (status == STATUS_OK)
		status = keep(engine, err);
	if (status == STATUS_OK)
		status = engine_send(engine, FRAME_FOUND, err);
	if (status != STATUS_OK)
		return status;
	engine->status.found = night->found;
	engine->status.reconciled_ms = engine->now_ms;
	engine->status.nights++;
	engine->status.progress++;
	night_reset(engine);
	night->wanted = false;
	night->spent = outcome == FOUND_UNFINISHED;
	return STATUS_OK;
}
