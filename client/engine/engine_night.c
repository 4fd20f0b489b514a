/*
 * When a night is due, and its first question: whether this replica's set is
 * the hub's.
 */
#include "client/engine/engine_private.h"

#include <string.h>

#include "common/replica/damage.h"
#include "common/replica/scope.h"

/* --- when ----------------------------------------------------------------- */

static uint64_t
hub_now_ms(const struct engine *engine)
{
	int64_t now = (int64_t)engine->now_ms - engine->status.clock_error_ms;

	return now < 0 ? 0 : (uint64_t)now;
}

void
night_forget(struct engine *engine)
{
	struct night_run *night = &engine->night;

	sketch_decoder_deinit(&night->decoder);
	sketch_set_deinit(&night->set);
	memset(&night->decoder, 0, sizeof(night->decoder));
	memset(&night->set, 0, sizeof(night->set));
	id_list_deinit(&night->theirs);
	id_list_deinit(&night->items_here);
	id_list_deinit(&night->only_here);
	id_list_deinit(&night->only_there);
	id_list_deinit(&night->offered);
	night->stage = NIGHT_RESTING;
	night->check = false;
}

void
night_reset(struct engine *engine)
{
	/* What smelt wrong smells so still. */
	night_forget(engine);
	engine->night.known = false;
	engine->night.put_off = false;
	engine->night.tries = 0;
}

enum status
night_begin(struct engine *engine, struct error *err)
{
	uint64_t wanted, rebuild;
	enum status status;

	status = replica_meta_get(engine->replica, "reconcile_wanted", 0,
	    &wanted, err);
	if (status == STATUS_OK)
		status = replica_meta_get(engine->replica, "rebuild_wanted", 0,
		    &rebuild, err);
	if (status != STATUS_OK)
		return status;
	engine->night.wanted = engine->night.wanted || wanted != 0;
	engine->night.rebuild = rebuild != 0;
	return STATUS_OK;
}

void
engine_reconcile(struct engine *engine)
{
	engine->night.wanted = true;
	engine->night.not_before_ms = 0;
}

static bool
is_due(const struct engine *engine)
{
	const struct night_run *night = &engine->night;

	if (!night->known || engine->elapsed_ms < night->not_before_ms)
		return false;
	return night->wanted || engine->elapsed_ms >= night->due_at_ms;
}

/* All else goes first: what waits, what is fetched or filled. */
static enum status
is_free(struct engine *engine, bool *is, struct error *err)
{
	uint64_t waiting, aside;
	enum status status;

	*is = false;
	if (engine->cursor < engine->status.head || engine->offer.recovering ||
	    engine->offer.collecting || engine->offer.offering ||
	    engine->leaving || engine->fresh || engine->fetching > 0 ||
	    take_lacking_count(engine) > 0 || engine->asked_count > 0)
		return STATUS_OK;
	status = pending_count(engine->replica, &waiting, &aside, err);
	*is = status == STATUS_OK && waiting == 0;
	return status;
}

uint64_t
night_wake(const struct engine *engine)
{
	const struct night_run *night = &engine->night;
	uint64_t wake = night->not_before_ms;

	if (night->stage == NIGHT_LOOKING)
		return engine->elapsed_ms;
	if (!night->known || night->stage != NIGHT_RESTING)
		return UINT64_MAX;
	if (!night->wanted && night->due_at_ms > wake)
		wake = night->due_at_ms;
	/* What is due and has not begun waits for something else to end. */
	return wake > engine->elapsed_ms ? wake : UINT64_MAX;
}

enum status
night_take_night(struct engine *engine, struct bytes body, struct error *err)
{
	uint64_t hub_ms = hub_now_ms(engine);
	struct night_message message;
	struct error wrong;
	enum status status;

	status = message_night_decode(body, &engine->arena, &message, &wrong);
	if (status != STATUS_OK)
		return engine_misread(engine, status, &wrong, err);
	memcpy(engine->night.nonce, message.nonce, NONCE_BYTES);
	engine->night.due_at_ms = engine->elapsed_ms;
	if (message.due_ms > hub_ms)
		engine->night.due_at_ms += message.due_ms - hub_ms;
	engine->night.known = true;
	engine->night.not_before_ms = 0;
	if (engine->night.stage == NIGHT_ASKED)
		engine->night.crossed = true;
	return STATUS_OK;
}

/* --- asking --------------------------------------------------------------- */

enum status
night_send(struct engine *engine, int type, struct error *err)
{
	struct night_run *night = &engine->night;

	night->found.rounds++;
	night->found.bytes += buffer_view(&engine->body).size;
	night->asked_ms = engine->elapsed_ms;
	return engine_send(engine, (enum frame_type)type, err);
}

bool
night_is_spent(const struct engine *engine)
{
	uint64_t budget = engine->options.night_bytes;

	if (budget == 0 && engine->batch_bytes > LIMIT_BATCH_BYTES_MIN)
		return false;
	if (budget == 0)
		budget = NIGHT_SLOW_BYTES;
	return engine->night.found.bytes >= budget;
}

struct making {
	struct sketch_set *set;
	struct digest_sum sum;
	enum status status;
	struct error *err;
};

static bool
add_commit(void *context, uint64_t sequence, const struct digest *digest)
{
	struct making *making = context;

	(void)sequence;
	digest_sum_add(&making->sum, digest);
	making->status =
	    sketch_set_add(making->set, digest->bytes, making->err);
	return making->status == STATUS_OK;
}

/* Nobody has to guess it: only never the same again. */
static void
make_nonce(struct engine *engine, uint8_t nonce[NONCE_BYTES])
{
	uint64_t source[4] = { engine->options.seed, engine->night.nonces++,
		engine->now_ms, engine->elapsed_ms };
	struct digest digest = digest_of(
	    (struct bytes){ (const uint8_t *)source, sizeof(source) });

	memcpy(nonce, digest.bytes, NONCE_BYTES);
}

static enum status
make_set(struct engine *engine, struct reconcile *reconcile, struct error *err)
{
	struct night_run *night = &engine->night;
	struct making making = { .set = &night->set, .err = err };
	struct sketch_keys keys;
	struct sketch_cell first;
	enum status status;

	make_nonce(engine, reconcile->nonce);
	sketch_keys_derive(reconcile->nonce, night->nonce,
	    engine->identity.school, reconcile->at, &keys);
	status = sketch_set_init(&night->set, &keys, 0, err);
	if (status == STATUS_OK)
		status = scope_each_here(engine->replica, reconcile->at,
		    add_commit, &making, err);
	if (status == STATUS_OK)
		status = making.status;
	if (status != STATUS_OK)
		return status;
	sketch_encode(&night->set, 0, 1, &first);
	reconcile->count = night->set.count;
	reconcile->sum = making.sum;
	reconcile->first_sum = first.sum;
	reconcile->first_check = first.check;
	return STATUS_OK;
}

enum status
night_ask(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	struct reconcile reconcile = { .at = engine->cursor };
	enum status status;

	night->found.at = reconcile.at;
	reconcile.left_out = arena_array(&engine->arena, LIMIT_LEFT_OUT,
	    sizeof(*reconcile.left_out));
	if (reconcile.left_out == NULL)
		return error_set(err, STATUS_NOMEM, "compare with the hub");
	status = scope_left_out(engine->replica, reconcile.left_out,
	    LIMIT_LEFT_OUT, &reconcile.left_out_count, err);
	if (status == STATUS_TOO_LARGE) {
		/* A first sync: when it is done. */
		night_forget(engine);
		night->not_before_ms = engine->elapsed_ms + NIGHT_AGAIN_MS;
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		status = make_set(engine, &reconcile, err);
	if (status == STATUS_OK)
		status =
		    message_reconcile_encode(&reconcile, &engine->body, err);
	if (status == STATUS_OK)
		status = night_send(engine, FRAME_RECONCILE, err);
	night->stage = NIGHT_ASKED;
	night->crossed = false;
	night->known = false; /* its nonce is used up */
	return status;
}

/* A commit after the other, some in each step, so that nobody waits for it. */
static enum status
look(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	bool done;
	enum status status;

	status = damage_look(engine->replica, NIGHT_LOOK_ROWS, engine->now_ms,
	    &night->looked_upto, &night->found.damaged, &done, err);
	if (status != STATUS_OK || !done)
		return status;
	if (night->found.damaged > 0)
		night->rebuild = true;
	return night_ask(engine, err);
}

static enum status
begin(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	enum status status;

	night->stage = NIGHT_LOOKING;
	night->spent = false;
	night->looked_upto = 0;
	night->wide = false;
	night->rebuilt = false;
	night->listed = 0;
	night->offered_count = 0;
	night->began_ms = engine->elapsed_ms;
	night->found = (struct found){ 0 };
	/* Until it has ended: who is interrupted begins anew. */
	status = replica_meta_set(engine->replica, "reconcile_wanted", 1, err);
	return status == STATUS_OK ? look(engine, err) : status;
}

/* A proof failed: the night repairs it, and does not wait for the night. */
static void
follow_proof(struct engine *engine)
{
	struct night_run *night = &engine->night;

	if (!engine->differs || night->wanted || night->spent ||
	    (night->differed_ms != 0 &&
		engine->elapsed_ms < night->differed_ms + NIGHT_DIFFERS_MS))
		return;
	night->differed_ms = engine->elapsed_ms;
	night->wanted = true;
}

enum status
night_pump(struct engine *engine, struct error *err)
{
	struct night_run *night = &engine->night;
	bool is;
	enum status status;

	follow_proof(engine);
	if (night->stage == NIGHT_LOOKING) {
		status = look(engine, err);
	} else if (night->stage == NIGHT_CHECKING && !night->check) {
		status = night_judge(engine, err);
	} else if (night->stage == NIGHT_RESTING && is_due(engine)) {
		status = is_free(engine, &is, err);
		if (status == STATUS_OK && is)
			status = begin(engine, err);
	} else {
		return STATUS_OK;
	}
	arena_reset(&engine->arena);
	return status;
}
