#include "server/core/greeting.h"

#include <assert.h>
#include <string.h>

#include "server/core/reconcile.h"
#include "server/core/recovery.h"

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t
greeting_start(const struct generation *ours, uint32_t our_count,
    const struct generation *theirs, uint32_t their_count, uint64_t cursor)
{
	return least(cursor,
	    replica_generations_common(ours, our_count, theirs, their_count));
}

static uint32_t
batch_within(uint32_t bytes)
{
	if (bytes < LIMIT_BATCH_BYTES_MIN)
		return LIMIT_BATCH_BYTES_MIN;
	return bytes > LIMIT_BATCH_BYTES ? LIMIT_BATCH_BYTES : bytes;
}

static enum status
greeting_note(struct session *session, const struct hello *hello,
    struct error *err)
{
	struct hub *hub = session->hub;
	struct site_state state = { .number = session->site.number,
		.generation = hub->writer.generation,
		.confirmed = session->confirmed,
		.cursor = session->cursor,
		.last_seen_ms = hub->writer.now_ms,
		.clock_error_ms =
		    (int64_t)(hello->clock_ms - hub->writer.now_ms),
		.pending = hello->health.pending,
		.refused = hello->health.refused,
		.conflicts = hello->health.conflicts,
		.room = hello->health.room };
	struct bytes program = hello->health.program;
	enum status status;

	if (program.size >= sizeof(state.program))
		program.size = 0;
	if (program.size > 0)
		memcpy(state.program, program.data, program.size);
	status = sites_greet(hub->options.replica, &state, err);
	if (status == STATUS_OK)
		status = sites_get_state(hub->options.replica, state.number,
		    &state, err);
	session->confirmed = state.confirmed;
	return status;
}

static enum status
greeting_answer(struct session *session, struct generation *generations,
    uint32_t generation_count, struct error *err)
{
	struct hub *hub = session->hub;
	struct welcome welcome = { .version = PROTOCOL_VERSION,
		.catalogue = catalogue_version(),
		.dictionary = codec_dictionary_id(hub->options.codec),
		.generations = generations,
		.generation_count = generation_count,
		.start = session->told,
		.head = hub->head,
		.time_ms = hub->writer.now_ms,
		.school = session->site.school,
		.collecting = hub->collecting,
		.offer = session->offering };
	enum status status;

	hub_make_nonce(hub, welcome.nonce);
	status = message_welcome_encode(&welcome, &session->body, err);
	if (status == STATUS_OK)
		status =
		    session_send(session, &session->held, FRAME_WELCOME, err);
	if (status == STATUS_OK && session_is_served(session))
		status = reconcile_tell(session, &session->held, err);
	return status;
}

/* Where the client stands, and from where the stream goes on. */
static enum status
greeting_place(struct session *session, const struct hello *hello,
    struct generation **generations, uint32_t *count, struct error *err)
{
	struct hub *hub = session->hub;
	uint64_t start = hub->head;
	enum status status;

	status = replica_generations(hub->options.replica, &session->arena,
	    generations, count, err);
	if (status != STATUS_OK)
		return status;
	if (!hello->fresh)
		start = least(start,
		    greeting_start(*generations, *count, hello->generations,
			hello->generation_count, hello->cursor));
	if (hello->generation_count > 0 && hello->cursor > hub->head &&
	    hello->generations[hello->generation_count - 1].number ==
		hub->writer.generation)
		return error_set(err, STATUS_INVALID,
		    "a place that was never sent");
	session->told = start;
	session->scanned = start;
	session->cursor = start;
	session->confirmed = least(hello->confirmed, start);
	session->told_ms = hub->elapsed_ms;
	return STATUS_OK;
}

/*
 * Whether the site may hold what this hub lost.  By what the hub knows of it,
 * not by what it says, but for one that holds nothing at all.
 */
static enum status
greeting_recover(struct session *session, const struct hello *hello,
    struct error *err)
{
	struct hub *hub = session->hub;
	enum offerer_state state;
	enum status status;

	status = recovery_get_offerer(hub->options.replica,
	    session->site.number, &state, err);
	if (status != STATUS_OK)
		return status;
	if (hello->fresh) {
		if (!hub->restored || state == OFFERER_OFFERED)
			return STATUS_OK;
		return hub_end_offer(hub, session, err);
	}
	session->offering =
	    (hub->restored && state != OFFERER_OFFERED) ||
	    hello->generation_count == 0 ||
	    hello->generations[hello->generation_count - 1].number !=
		hub->writer.generation;
	return STATUS_OK;
}

enum status
greeting_step(struct session *session, struct bytes body, struct error *err)
{
	struct hub *hub = session->hub;
	struct generation *generations;
	struct hello hello;
	uint32_t count;
	enum status status;

	status = message_hello_decode(body, &session->arena, &hello, err);
	if (status != STATUS_OK)
		return status;
	if (hello.version != PROTOCOL_VERSION) {
		session_goodbye(session, GOODBYE_VERSION,
		    "this program speaks another version of the protocol");
		return STATUS_OK;
	}
	if (hello.site != session->site.number)
		return error_set(err, STATUS_INVALID, "HELLO of another site");
	status = hub_join_turn(hub, session, err);
	if (status == STATUS_OK)
		status =
		    greeting_place(session, &hello, &generations, &count, err);
	if (status == STATUS_OK)
		status = greeting_note(session, &hello, err);
	if (status == STATUS_OK)
		status = greeting_recover(session, &hello, err);
	/* The last that was waited for: all are called again. */
	if (status != STATUS_OK || session->ends)
		return status;
	session->batch_bytes = batch_within(hello.batch_bytes);
	session->use_dictionary =
	    hello.dictionary == codec_dictionary_id(hub->options.codec);
	session->state = SESSION_SYNCING;
	return greeting_answer(session, generations, count, err);
}
