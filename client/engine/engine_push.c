/*
 * What waits goes to the hub in batches, by lane and then by id; answers come
 * back commit by commit.
 *
 * The size of a batch follows what the line has been carrying and is kept for
 * the next connection: a line that breaks every few seconds still gets whole
 * batches through.  After a refusal what was already sent is answered first,
 * then all that still waits goes again, because what built on the refused
 * commit has changed.
 */
#include <string.h>

#include "client/engine/engine_private.h"
#include "common/replica/take.h"
#include "protocol/stamp.h"

/* One batch being collected from one lane. */
struct batch {
	struct arena *arena;
	struct bytes *commits;
	uint32_t count;
	uint32_t bytes;
	uint32_t bytes_max;
	uint64_t last;
	bool out_of_memory;
};

void
push_begin(struct engine *engine)
{
	uint64_t kept = ENGINE_BATCH_BYTES_FIRST;

	(void)replica_meta_get(engine->replica, "batch_bytes", kept, &kept,
	    ERROR_IGNORED);
	if (kept < LIMIT_BATCH_BYTES_MIN)
		kept = LIMIT_BATCH_BYTES_MIN;
	if (kept > LIMIT_BATCH_BYTES)
		kept = LIMIT_BATCH_BYTES;
	engine->batch_bytes = (uint32_t)kept;
	memset(engine->sent_after, 0, sizeof(engine->sent_after));
	engine->sent_count = 0;
	engine->send_again = false;
	engine->again_at_ms = 0;
	engine->restamped = false;
}

static void
set_batch_bytes(struct engine *engine, uint32_t bytes)
{
	if (bytes < LIMIT_BATCH_BYTES_MIN)
		bytes = LIMIT_BATCH_BYTES_MIN;
	if (bytes > LIMIT_BATCH_BYTES)
		bytes = LIMIT_BATCH_BYTES;
	if (bytes == engine->batch_bytes)
		return;
	engine->batch_bytes = bytes;
	/* Losing this costs a few bytes, so a failure is no error. */
	(void)replica_meta_set(engine->replica, "batch_bytes", bytes,
	    ERROR_IGNORED);
}

void
push_end(struct engine *engine)
{
	if (engine->sent_count > 0 &&
	    engine->sent[0].bytes >= engine->batch_bytes / 2)
		set_batch_bytes(engine, engine->batch_bytes / 2);
	engine->sent_count = 0;
}

/* --- out ------------------------------------------------------------------ */

static bool
collect(void *context, const struct pending_row *row)
{
	struct batch *batch = context;
	uint8_t *copy;

	if (batch->count == LIMIT_BATCH_COMMITS)
		return false;
	if (batch->count > 0 &&
	    batch->bytes + row->bytes.size > batch->bytes_max)
		return false;
	copy = arena_alloc(batch->arena, row->bytes.size);
	if (copy == NULL) {
		batch->out_of_memory = true;
		return false;
	}
	memcpy(copy, row->bytes.data, row->bytes.size);
	batch->commits[batch->count].data = copy;
	batch->commits[batch->count].size = row->bytes.size;
	batch->count++;
	batch->bytes += (uint32_t)row->bytes.size;
	batch->last = row->id;
	return true;
}

static enum status
send_batch(struct engine *engine, enum lane lane, const struct batch *batch,
    struct error *err)
{
	struct push push = {
		.lane = (uint32_t)lane,
		.commits = batch->commits,
		.commit_count = batch->count,
	};
	struct push_sent *sent = &engine->sent[engine->sent_count];
	enum status status;

	status = message_push_encode(&push, &engine->body, err);
	if (status == STATUS_OK)
		status = engine_send(engine, FRAME_PUSH, err);
	if (status != STATUS_OK)
		return status;
	sent->commits = batch->count;
	sent->bytes = batch->bytes;
	sent->at_ms = engine->elapsed_ms;
	engine->sent_count++;
	engine->sent_after[lane] = batch->last;
	engine->status.pushed_commits += batch->count;
	return STATUS_OK;
}

/* The next batch of the first lane that has one; *sent says whether. */
static enum status
push_next(struct engine *engine, bool *sent, struct error *err)
{
	struct batch batch = { .arena = &engine->arena };
	enum status status = STATUS_OK;

	*sent = false;
	batch.bytes_max = engine->batch_bytes;
	batch.commits = arena_array(&engine->arena, LIMIT_BATCH_COMMITS,
	    sizeof(batch.commits[0]));
	if (batch.commits == NULL)
		return error_set(err, STATUS_NOMEM, "collect what waits");
	for (int lane = 0; lane < LANE_COUNT && !*sent; lane++) {
		status = pending_each_waiting(engine->replica, (enum lane)lane,
		    engine->sent_after[lane], collect, &batch, err);
		if (status == STATUS_OK && batch.out_of_memory)
			status =
			    error_set(err, STATUS_NOMEM, "collect what waits");
		if (status != STATUS_OK)
			break;
		if (batch.count == 0)
			continue;
		status = send_batch(engine, (enum lane)lane, &batch, err);
		*sent = true;
		if (status != STATUS_OK)
			break;
	}
	arena_reset(&engine->arena);
	return status;
}

enum status
push_pump(struct engine *engine, struct error *err)
{
	enum status status = STATUS_OK;
	bool sent = true;

	if (offer_holds_pushes(engine))
		return STATUS_OK;
	if (engine->send_again && engine->sent_count == 0 &&
	    engine->elapsed_ms >= engine->again_at_ms) {
		memset(engine->sent_after, 0, sizeof(engine->sent_after));
		engine->send_again = false;
	}
	while (status == STATUS_OK && sent && !engine->send_again &&
	       engine->sent_count < ENGINE_BATCHES_IN_FLIGHT &&
	       engine->unsent_bytes <= engine->batch_bytes)
		status = push_next(engine, &sent, err);
	return status;
}

/* --- answers -------------------------------------------------------------- */

/* A batch came back: adapt to how long that took. */
static void
batch_answered(struct engine *engine)
{
	const struct push_sent *first = &engine->sent[0];
	uint64_t took = engine->elapsed_ms - first->at_ms;

	if (took > ENGINE_BATCH_SLOW_MS && first->bytes > LIMIT_BATCH_BYTES_MIN)
		set_batch_bytes(engine, engine->batch_bytes / 2);
	else if (took < ENGINE_BATCH_FAST_MS &&
		 first->bytes >= engine->batch_bytes / 2)
		set_batch_bytes(engine, engine->batch_bytes * 2);
	engine->sent_count--;
	memmove(&engine->sent[0], &engine->sent[1],
	    engine->sent_count * sizeof(engine->sent[0]));
}

/* How many commits wait for their answer. */
static uint32_t
count_asked(const struct engine *engine)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < engine->sent_count; i++)
		count += engine->sent[i].commits;
	return count;
}

static void
count_answers(struct engine *engine, uint32_t count)
{
	while (count-- > 0)
		if (--engine->sent[0].commits == 0)
			batch_answered(engine);
}

/* The corrected present, by the hub's clock. */
static uint64_t
hub_now(const struct engine *engine)
{
	int64_t now = (int64_t)engine->now_ms - engine->status.clock_error_ms;

	return now > 0 ? (uint64_t)now : 0;
}

static enum status
take_one(struct engine *engine, const struct answer *answer, struct error *err)
{
	enum refusal_remedy remedy = refusal_remedy(answer->refusal);
	enum status status;

	if (remedy == REMEDY_RESTAMP) /* by take_all */
		return STATUS_OK;
	if (remedy == REMEDY_AGAIN) {
		engine->send_again = true;
		engine->again_at_ms = engine->elapsed_ms + ENGINE_AGAIN_MS;
		return STATUS_OK;
	}
	status = take_answer(engine->replica, answer, hub_now(engine), err);
	if (status != STATUS_OK)
		return status;
	engine->status.progress++;
	if (remedy == REMEDY_SET_ASIDE) {
		engine->send_again = true;
		return STATUS_OK;
	}
	if (answer->sequence > engine->acknowledged)
		engine->acknowledged = answer->sequence;
	return STATUS_OK;
}

static enum status
take_all(struct engine *engine, struct answers *answers, struct error *err)
{
	uint64_t *early =
	    arena_array(&engine->arena, answers->answer_count, sizeof(*early));
	enum status status = STATUS_OK;
	size_t count = 0;

	if (early == NULL && answers->answer_count > 0)
		return error_set(err, STATUS_NOMEM, "take what was answered");
	for (uint32_t i = 0; status == STATUS_OK && i < answers->answer_count;
	     i++) {
		struct answer *answer = &answers->answers[i];

		answer->received_ms = answers->received_ms;
		if (refusal_remedy(answer->refusal) == REMEDY_RESTAMP)
			early[count++] = answer->id;
		status = take_one(engine, answer, err);
	}
	if (status != STATUS_OK || count == 0)
		return status;
	/* Our clock may have jumped since WELCOME.  Where it is the hub's that
	 * jumps about, we do not follow at the speed of the line. */
	engine->send_again = true;
	if (engine->restamped)
		engine->again_at_ms = engine->elapsed_ms + ENGINE_AGAIN_MS;
	engine->restamped = true;
	status = greet_measure_clock(engine, answers->received_ms,
	    engine->sent[0].at_ms, err);
	if (status != STATUS_OK)
		return status;
	return pending_restamp(engine->replica, early, count,
	    stamp_from_ms(hub_now(engine)), hub_now(engine), err);
}

enum status
push_take_answers(struct engine *engine, struct bytes body, struct error *err)
{
	struct answers answers;
	struct error wrong;
	enum status status;

	status = message_answers_decode(body, &engine->arena, &answers, &wrong);
	if (status != STATUS_OK)
		return engine_misread(engine, status, &wrong, err);
	if (answers.answer_count > count_asked(engine))
		return engine_complain(engine, GOODBYE_PROTOCOL,
		    "the hub answered what was not asked");

	status = replica_begin(engine->replica, err);
	if (status != STATUS_OK)
		return status;
	status = take_all(engine, &answers, err);
	if (status == STATUS_OK)
		status = prove_void(engine, err);
	if (status == STATUS_OK)
		status = replica_commit(engine->replica, err);
	if (status != STATUS_OK) {
		replica_rollback(engine->replica);
		return status;
	}
	count_answers(engine, answers.answer_count);
	prove_forget(engine);
	return STATUS_OK;
}
