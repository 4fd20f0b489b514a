/*
 * The engine's door: events in, an update out; and which frame is for whom.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/engine/engine_private.h"
#include "common/replica/dossier.h"
#include "common/replica/record.h"

/* In the order in which they fire. */
static enum status on_connected(struct engine *engine, struct error *err);
static enum status on_received(struct engine *engine, struct bytes bytes,
    struct error *err);
static enum status on_frame(struct engine *engine, const struct frame *frame,
    struct error *err);
static enum status on_certificate(struct engine *engine, struct bytes body,
    struct error *err);
static void on_disconnected(struct engine *engine);
static enum status pump(struct engine *engine, struct error *err);

enum status
engine_create(const struct engine_options *options, struct engine **out,
    struct error *err)
{
	struct engine *engine;
	enum status status;

	assert(out != NULL && *out == NULL);
	assert(options->replica != NULL && options->codec != NULL);

	engine = calloc(1, sizeof(*engine));
	if (engine == NULL)
		return error_set(err, STATUS_NOMEM, "start the sync engine");
	engine->options = *options;
	engine->replica = options->replica;
	engine->identity = replica_identity(options->replica);
	engine->ping_token = options->seed;
	engine->batch_bytes = ENGINE_BATCH_BYTES_FIRST;
	engine->purge_unfinished = true; /* by an earlier process, perhaps */

	status = take_begin(engine, err);
	if (status == STATUS_OK)
		status = night_begin(engine, err);
	if (status != STATUS_OK) {
		engine_destroy(engine);
		return error_wrap(err, "start the sync engine");
	}
	*out = engine;
	return STATUS_OK;
}

void
engine_destroy(struct engine *engine)
{
	if (engine == NULL)
		return;
	night_forget(engine);
	buffer_deinit(&engine->input);
	buffer_deinit(&engine->output);
	buffer_deinit(&engine->given);
	buffer_deinit(&engine->body);
	buffer_deinit(&engine->scratch);
	buffer_deinit(&engine->lacking);
	buffer_deinit(&engine->csr);
	buffer_deinit(&engine->certificate);
	arena_deinit(&engine->arena);
	free(engine);
}

static uint64_t
next_wake(const struct engine *engine)
{
	uint64_t wake = engine->elapsed_ms + LIMIT_PING_MS;

	if (engine->state == ENGINE_OFFLINE)
		return UINT64_MAX;
	if (engine->prove_asked_at_ms != 0 &&
	    engine->prove_asked_at_ms + ENGINE_PROOF_MS < wake)
		wake = engine->prove_asked_at_ms + ENGINE_PROOF_MS;
	if (prove_waits(engine) &&
	    engine->unsettled_at_ms + engine->options.settle_ms < wake)
		wake = engine->unsettled_at_ms + engine->options.settle_ms;
	if (engine->send_again && engine->sent_count == 0 &&
	    engine->again_at_ms < wake)
		wake = engine->again_at_ms;
	if (engine->purge_again_at_ms > engine->elapsed_ms &&
	    engine->purge_again_at_ms < wake)
		wake = engine->purge_again_at_ms;
	if (night_wake(engine) < wake)
		wake = night_wake(engine);
	return wake > engine->elapsed_ms ? wake : engine->elapsed_ms + 1;
}

static void
fill_update(struct engine *engine, struct engine_update *update)
{
	struct buffer swap = engine->given;

	engine->given = engine->output;
	engine->output = swap;
	update->output = buffer_view(&engine->given);
	engine->status.sent_bytes += update->output.size;
	update->wish = engine->hang_up ? ENGINE_HANG_UP : ENGINE_KEEP;
	update->wake_ms = next_wake(engine);
	update->certificate = buffer_view(&engine->certificate);
	update->revoked = engine->status.goodbye.code == GOODBYE_REVOKED;
	update->left = engine->leave_sent && engine->hang_up &&
	               engine->status.goodbye.code == GOODBYE_DONE;
	update->check = engine->night.check && !engine->night.checking;
	engine->night.checking = engine->night.check;
}

enum status
engine_step(struct engine *engine, const struct engine_event *event,
    struct engine_update *update, struct error *err)
{
	enum status status = STATUS_OK;

	memset(update, 0, sizeof(*update));
	buffer_clear(&engine->output);
	buffer_clear(&engine->certificate);
	if (event->unsent_bytes < engine->unsent_bytes)
		engine->heard_at_ms = event->elapsed_ms; /* it drains */
	engine->unsent_bytes = event->unsent_bytes;
	engine->now_ms = event->now_ms;
	engine->elapsed_ms = event->elapsed_ms;

	switch (event->type) {
	case ENGINE_CONNECTED:
		status = on_connected(engine, err);
		break;
	case ENGINE_RECEIVED:
		status = on_received(engine, event->bytes, err);
		break;
	case ENGINE_DISCONNECTED:
		on_disconnected(engine);
		break;
	case ENGINE_TICK:
		break;
	}
	if (status == STATUS_OK)
		status = pump(engine, err);
	if (status != STATUS_OK) {
		if (replica_in_transaction(engine->replica))
			replica_rollback(engine->replica);
		engine->hang_up = true;
		buffer_clear(&engine->output);
	}
	fill_update(engine, update);
	return status;
}

/* --- the connection's life ------------------------------------------------ */

/* HELLO and the first batches go out without waiting to be greeted. */
static enum status
on_connected(struct engine *engine, struct error *err)
{
	enum status status;

	engine->state = ENGINE_GREETING;
	engine->hang_up = false;
	engine->heard_at_ms = engine->elapsed_ms;
	engine->pinged_at_ms = engine->elapsed_ms;
	engine->hello_at_ms = engine->elapsed_ms;
	memset(&engine->status.goodbye, 0, sizeof(engine->status.goodbye));
	buffer_clear(&engine->input);
	push_begin(engine);
	engine->asked_count = 0;
	engine->fetching = 0;
	engine->prove_asked_at_ms = 0;
	engine->prove_wanted = true;
	engine->renewing = false;
	engine->leave_sent = false;
	offer_reset(engine);
	night_reset(engine);

	status =
	    replica_data_version(engine->replica, &engine->data_version, err);
	if (status == STATUS_OK)
		status = take_begin(engine, err);
	arena_reset(&engine->arena);
	if (status == STATUS_OK)
		status = greet_choose_dictionary(engine, err);
	if (status == STATUS_OK)
		status = greet_send_hello(engine, err);
	arena_reset(&engine->arena);
	return status;
}

static enum status
on_received(struct engine *engine, struct bytes bytes, struct error *err)
{
	struct bytes input;
	struct frame frame;
	struct error wrong;
	enum status status;

	if (engine->state == ENGINE_OFFLINE || engine->hang_up)
		return STATUS_OK;
	engine->heard_at_ms = engine->elapsed_ms;
	engine->status.last_heard_ms = engine->now_ms;
	engine->status.received_bytes += bytes.size;
	status = buffer_append(&engine->input, bytes);
	if (status != STATUS_OK)
		return error_set(err, status, "keep what the hub sent");

	input = buffer_view(&engine->input);
	while (!engine->hang_up) {
		status = frame_read(&input, engine->options.codec,
		    &engine->scratch, &frame, &wrong);
		if (status == STATUS_AGAIN)
			break;
		if (status == STATUS_NOMEM)
			return error_set(err, status, "%s", wrong.text);
		if (status != STATUS_OK)
			return engine_complain(engine, GOODBYE_PROTOCOL,
			    wrong.text);
		status = on_frame(engine, &frame, err);
		if (status == STATUS_EXISTS)
			status = engine_complain(engine, GOODBYE_PROTOCOL,
			    "the hub gave one place to two commits");
		arena_reset(&engine->arena);
		if (status != STATUS_OK)
			return error_wrap(err, "%s from the hub",
			    frame_name(frame.type));
	}
	buffer_consume(&engine->input,
	    buffer_view(&engine->input).size - input.size);
	return STATUS_OK;
}

static enum status
on_frame(struct engine *engine, const struct frame *frame, struct error *err)
{
	if (frame->type == FRAME_GOODBYE)
		return line_take_goodbye(engine, frame->body, err);
	if (frame->type == FRAME_WELCOME)
		return greet_take_welcome(engine, frame->body, err);
	if (!engine_is_welcome(engine))
		return engine_complain(engine, GOODBYE_PROTOCOL,
		    "the hub spoke before WELCOME");

	switch (frame->type) {
	case FRAME_ANSWER:
		return push_take_answers(engine, frame->body, err);
	case FRAME_STREAM:
		return take_stream(engine, frame->body, err);
	case FRAME_FILLED:
		return take_fills(engine, frame->body, err);
	case FRAME_FETCHED:
		return take_fetched(engine, frame->body, err);
	case FRAME_OFFERED:
		return offer_take_offered(engine, frame->body, err);
	case FRAME_PROOF:
		return prove_take_proof(engine, frame->body, err);
	case FRAME_RECONCILED:
		return night_take_reconciled(engine, frame->body, err);
	case FRAME_CELLS:
		return night_take_cells(engine, frame->body, err);
	case FRAME_MENDED:
		return mend_take_mended(engine, frame->body, err);
	case FRAME_NIGHT:
		return night_take_night(engine, frame->body, err);
	case FRAME_PING:
		return line_take_ping(engine, frame->body, err);
	case FRAME_CERTIFICATE:
		return on_certificate(engine, frame->body, err);
	default:
		return STATUS_OK; /* PONG, or of a later version */
	}
}

static enum status
on_certificate(struct engine *engine, struct bytes body, struct error *err)
{
	struct certificate_message message;
	struct error wrong;
	enum status status;

	status = message_certificate_message_decode(body, &engine->arena,
	    &message, &wrong);
	if (status != STATUS_OK)
		return engine_misread(engine, status, &wrong, err);
	buffer_clear(&engine->certificate);
	buffer_clear(&engine->csr);
	if (buffer_append(&engine->certificate, message.der) != STATUS_OK)
		return error_set(err, STATUS_NOMEM, "keep a certificate");
	return STATUS_OK;
}

static void
on_disconnected(struct engine *engine)
{
	if (engine->state != ENGINE_OFFLINE)
		push_end(engine);
	if (engine->state == ENGINE_GREETING)
		greet_forget_dictionary(engine);
	engine->state = ENGINE_OFFLINE;
	engine->hang_up = false;
	engine->prove_asked_at_ms = 0;
	offer_reset(engine);
	night_reset(engine);
	engine->unsent_bytes = 0;
	buffer_clear(&engine->input);
}

/* --- what can be done now ------------------------------------------------- */

/* Another process wrote (the command line beside the agent). */
static enum status
notice_writes(struct engine *engine, struct error *err)
{
	uint32_t version;
	enum status status;

	status = replica_data_version(engine->replica, &version, err);
	if (status == STATUS_OK && version != engine->data_version) {
		engine->data_version = version;
		prove_forget(engine);
	}
	return status;
}

static enum status
pump(struct engine *engine, struct error *err)
{
	enum status status;

	if (engine->state == ENGINE_OFFLINE || engine->hang_up)
		return STATUS_OK;
	status = notice_writes(engine, err);
	if (status == STATUS_OK)
		status = push_pump(engine, err);
	if (status == STATUS_OK)
		status = line_keep_alive(engine, err);
	if (status != STATUS_OK || !engine_is_welcome(engine) ||
	    engine->hang_up)
		return status;
	status = take_pump(engine, err);
	if (status == STATUS_OK)
		status = offer_pump(engine, err);
	if (status == STATUS_OK)
		status = end_pump(engine, err);
	if (status == STATUS_OK)
		status = push_pump(engine, err); /* receipts */
	if (status == STATUS_OK)
		status = end_confirm(engine, err);
	if (status == STATUS_OK)
		status = renew_pump(engine, err);
	if (status == STATUS_OK)
		status = prove_pump(engine, err);
	if (status == STATUS_OK)
		status = night_pump(engine, err);
	return status;
}

enum status
engine_get_status(struct engine *engine, struct engine_status *status,
    struct error *err)
{
	struct dossier_totals totals;
	enum status result;

	result = pending_count(engine->replica, &engine->status.waiting,
	    &engine->status.aside, err);
	if (result == STATUS_OK)
		result = dossier_count(engine->replica, &totals, err);
	if (result != STATUS_OK)
		return result;
	engine->status.state = engine->state;
	engine->status.cursor = engine->cursor;
	offer_tell(engine);
	engine->status.proved = engine->proved && engine->status.waiting == 0;
	engine->status.differs = engine->differs;
	engine->status.reconciling = engine->night.stage != NIGHT_RESTING;
	engine->status.put_off = engine->night.put_off;
	engine->status.filling = totals.filling;
	engine->status.filled_permille =
	    engine->fresh || totals.all == 0
		? 0
		: 1000 * (totals.all - totals.filling) / totals.all;
	*status = engine->status;
	return STATUS_OK;
}

void
engine_set_room(struct engine *engine, const struct room *room)
{
	engine->room = *room;
}

void
engine_leave(struct engine *engine)
{
	engine->leaving = true;
}
