/*
 * "Synced" is a claim about two computers, so it is said only after the hub
 * has compared: nothing waits, nothing is being fetched, and {count, sum} of
 * all that this school may have agree.
 */
#include "client/engine/engine_private.h"
#include "common/replica/dossier.h"

void
prove_forget(struct engine *engine)
{
	engine->proved = false;
	engine->prove_wanted = true;
	if (!engine->unsettled)
		engine->unsettled_at_ms = engine->elapsed_ms;
	engine->unsettled = true;
}

enum status
prove_void(struct engine *engine, struct error *err)
{
	if (!engine->proof_stored)
		return STATUS_OK;
	engine->proof_stored = false;
	return replica_meta_set(engine->replica, "proved", 0, err);
}

bool
prove_waits(const struct engine *engine)
{
	return engine->unsettled && !engine->hurried &&
	       engine->elapsed_ms - engine->unsettled_at_ms <
	           engine->options.settle_ms;
}

void
engine_hurry(struct engine *engine)
{
	engine->hurried = true;
}

/* What there is to prove; *ready when it makes sense to ask. */
static enum status
prepare(struct engine *engine, struct proof *proof, bool *ready,
    struct error *err)
{
	uint64_t waiting, aside, filling;
	enum status status;

	*ready = false;
	status = pending_count(engine->replica, &waiting, &aside, err);
	if (status != STATUS_OK || waiting > 0)
		return status;
	if (engine->offer.recovering || take_lacking_count(engine) > 0 ||
	    engine->cursor < engine->acknowledged)
		return STATUS_OK;
	status = dossier_scope(engine->replica, &proof->count, &proof->sum,
	    &filling, err);
	proof->cursor = engine->cursor;
	*ready = status == STATUS_OK && filling == 0;
	return status;
}

enum status
prove_pump(struct engine *engine, struct error *err)
{
	struct proof proof;
	enum status status;
	bool ready;

	engine->state = engine->proved ? ENGINE_IN_STEP : ENGINE_CATCHING_UP;
	if (engine->prove_asked_at_ms != 0 &&
	    engine->elapsed_ms - engine->prove_asked_at_ms >= ENGINE_PROOF_MS)
		engine->prove_wanted = true;
	if (!engine->prove_wanted || prove_waits(engine))
		return STATUS_OK;
	engine->unsettled = false;
	status = prepare(engine, &proof, &ready, err);
	if (status != STATUS_OK || !ready)
		return status;
	engine->prove_wanted = false;
	engine->prove_asked_at_ms = engine->elapsed_ms;
	status = message_proof_encode(&proof, &engine->body, err);
	if (status == STATUS_OK)
		status = engine_send(engine, FRAME_PROVE, err);
	return status;
}

enum status
prove_take_proof(struct engine *engine, struct bytes body, struct error *err)
{
	struct proof theirs, ours;
	struct error wrong;
	enum status status;
	bool ready;

	status = message_proof_decode(body, &engine->arena, &theirs, &wrong);
	if (status != STATUS_OK)
		return engine_misread(engine, status, &wrong, err);
	if (theirs.cursor != engine->cursor)
		return STATUS_OK; /* it has moved on: asked again already */
	status = prepare(engine, &ours, &ready, err);
	if (status != STATUS_OK || !ready)
		return status;
	engine->prove_asked_at_ms = 0;
	engine->hurried = false;
	engine->proved = theirs.count == ours.count &&
	                 digest_sum_equal(&theirs.sum, &ours.sum);
	engine->differs = !engine->proved;
	if (engine->proved) {
		engine->status.last_proved_ms = engine->now_ms;
		engine->status.progress++;
		engine->state = ENGINE_IN_STEP;
		engine->proof_stored = true;
		status = replica_meta_set(engine->replica, "last_proved_ms",
		    engine->now_ms, err);
		if (status == STATUS_OK)
			status =
			    replica_meta_set(engine->replica, "proved", 1, err);
	}
	return status;
}
