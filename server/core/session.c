#include "server/core/session.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/replica/grants.h"
#include "common/replica/ledger.h"
#include "server/core/grant_write.h"
#include "server/core/greeting.h"
#include "server/core/push.h"
#include "server/core/reconcile.h"
#include "server/core/recovery.h"
#include "server/core/session_ask.h"

enum status
session_create(struct hub *hub, const struct site *site, void *user,
    uint64_t elapsed_ms, struct session **out, struct error *err)
{
	struct session *session;

	assert(out != NULL);
	session = calloc(1, sizeof(*session));
	if (session == NULL)
		return error_set(err, STATUS_NOMEM, "allocate a session");
	session->hub = hub;
	session->site = *site;
	session->user = user;
	session->state = SESSION_GREETING;
	session->heard_ms = elapsed_ms;
	session->batch_bytes = LIMIT_BATCH_BYTES_MIN;
	*out = session;
	return STATUS_OK;
}

void
session_destroy(struct session *session)
{
	if (session == NULL)
		return;
	reconcile_end(session);
	buffer_deinit(&session->input);
	buffer_deinit(&session->scratch);
	buffer_deinit(&session->body);
	buffer_deinit(&session->held);
	buffer_deinit(&session->output);
	arena_deinit(&session->arena);
	free(session);
}

bool
session_is_served(const struct session *session)
{
	return session->state == SESSION_SYNCING && !session->offering &&
	       !session->stranger && !session->hub->collecting;
}

/* --- what goes out --------------------------------------------------------
 */

enum status
session_send(struct session *session, struct buffer *out, enum frame_type type,
    struct error *err)
{
	struct codec *codec = session->hub->options.codec;

	codec_use_dictionary(codec, session->use_dictionary);
	return frame_write(out, (uint8_t)type, buffer_view(&session->body),
	    codec, err);
}

void
session_goodbye(struct session *session, enum goodbye_code code,
    const char *text)
{
	struct hub *hub = session->hub;
	struct goodbye goodbye = { .code = (uint32_t)code,
		.text = bytes_of_text(text) };

	if (session->state == SESSION_CLOSED)
		return;
	session->state = SESSION_CLOSED;
	buffer_clear(&session->held);
	buffer_clear(&session->input);
	/* Without memory for the reason it is hung up without one. */
	if (message_goodbye_encode(&goodbye, &session->body, NULL) == STATUS_OK)
		(void)session_send(session, &session->output, FRAME_GOODBYE,
		    NULL);
	if (hub->options.hang_up != NULL)
		hub->options.hang_up(hub->options.context, session);
}

/* What came was not understood. */
static enum status
session_fault(struct session *session, enum goodbye_code code, const char *text,
    struct error *err)
{
	struct hub *hub = session->hub;
	enum status status;

	status = hub_join_turn(hub, session, err);
	if (status == STATUS_OK)
		status = hub_count(hub, session->site.number, "protocol",
		    (uint64_t)code, err);
	session_goodbye(session, code, text);
	return status;
}

/* --- what each frame does -------------------------------------------------
 */

static enum status
step_goodbye(struct session *session, struct bytes body, struct error *err)
{
	(void)body;
	(void)err;
	session->state = SESSION_CLOSED;
	buffer_clear(&session->held);
	if (session->hub->options.hang_up != NULL)
		session->hub->options.hang_up(session->hub->options.context,
		    session);
	return STATUS_OK;
}

static enum status
step_ping(struct session *session, struct bytes body, struct error *err)
{
	struct ping ping;
	enum status status;

	status = message_ping_decode(body, &session->arena, &ping, err);
	if (status != STATUS_OK)
		return status;
	ping.clock_ms = session->hub->writer.now_ms;
	status = message_ping_encode(&ping, &session->body, err);
	if (status == STATUS_OK)
		status = session_send(session, &session->held, FRAME_PONG, err);
	return status;
}

/* A request that cannot be granted is answered with GOODBYE_REQUEST. */
static enum status
step_renew(struct session *session, struct bytes body, struct error *err)
{
	struct hub_options *options = &session->hub->options;
	struct certificate_message message;
	struct buffer der = { 0 };
	enum status status;

	status = message_certificate_message_decode(body, &session->arena,
	    &message, err);
	if (status == STATUS_OK)
		status = hub_join_turn(session->hub, session, err);
	if (status != STATUS_OK)
		return status;
	status = options->issue == NULL
	             ? STATUS_UNSUPPORTED
	             : options->issue(options->issue_context,
			   session->site.number, message.der, &der, err);
	if (status != STATUS_OK) {
		buffer_deinit(&der);
		session_goodbye(session, GOODBYE_REQUEST,
		    "the certificate cannot be renewed");
		return STATUS_OK;
	}
	message.der = buffer_view(&der);
	status =
	    message_certificate_message_encode(&message, &session->body, err);
	if (status == STATUS_OK)
		status = session_send(session, &session->held,
		    FRAME_CERTIFICATE, err);
	buffer_deinit(&der);
	return status;
}

/* Only what its own school was passed on, and keeps, may be dropped. */
static enum status
step_drop(struct session *session, struct bytes body, struct error *err)
{
	struct hub *hub = session->hub;
	struct hub_writer writer = hub->writer;
	struct grant grant;
	struct drop drop;
	uint64_t head;
	enum status status;

	status = message_drop_decode(body, &session->arena, &drop, err);
	if (status == STATUS_OK)
		status = hub_join_turn(hub, session, err);
	if (status != STATUS_OK)
		return status;
	/* Nothing is purged while it is not known who holds what. */
	if (!session_is_served(session))
		return hub_count(hub, session->site.number, "drop.refused", 0,
		    err);
	status = grants_get_by_id(writer.replica, drop.grant, &grant, err);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	if (status == STATUS_NOT_FOUND ||
	    grant.school != session->site.school || grant.frozen == 0 ||
	    grant.closed != 0)
		return hub_count(hub, session->site.number, "drop.refused", 0,
		    err);
	status = ledger_head(writer.replica, &head, err);
	if (status != STATUS_OK)
		return status;
	return grant_write_closed(&writer, &grant, head + 1, err);
}

static enum status
step_leave(struct session *session, struct bytes body, struct error *err)
{
	enum status status;

	status = message_leave_decode(body, &session->arena, err);
	if (status != STATUS_OK)
		return status;
	if (!session_is_served(session)) {
		session_goodbye(session, GOODBYE_STOPPING,
		    "the hub was restored: leave when it has heard all");
		return STATUS_OK;
	}
	status = hub_join_turn(session->hub, session, err);
	if (status == STATUS_OK)
		status = sites_revoke(&session->hub->writer,
		    session->site.number, "left", err);
	session->ends = true;
	session->end_code = GOODBYE_DONE;
	return status;
}

/* What a restored hub may have lost.  Answered when it is durable. */
static enum status
step_offer(struct session *session, struct bytes body, struct error *err)
{
	struct hub *hub = session->hub;
	struct offered offered = { 0 };
	struct offer offer;
	enum status status;

	status = message_offer_decode(body, &session->arena, &offer, err);
	if (status != STATUS_OK)
		return status;
	status = hub_join_turn(hub, session, err);
	if (status == STATUS_OK)
		status = recovery_offer(&hub->writer, session->site.number,
		    &offer, &offered.refused, err);
	if (status == STATUS_OK)
		status = hub_part_revoked(hub, err);
	if (status == STATUS_OK && offer.end)
		status = hub_end_offer(hub, session, err);
	if (status == STATUS_INVALID || status == STATUS_TOO_LARGE)
		status = error_set(err, STATUS_CORRUPT,
		    "what was offered does not fit");
	/* Who is called again need not be told: it greets anew. */
	if (status != STATUS_OK || session->state == SESSION_CLOSED ||
	    session->ends)
		return status;
	offered.generation = offer.generation;
	offered.end = offer.end;
	if (offer.item_count > 0)
		offered.upto = offer.items[offer.item_count - 1].sequence;
	status = message_offered_encode(&offered, &session->body, err);
	if (status == STATUS_OK)
		status =
		    session_send(session, &session->held, FRAME_OFFERED, err);
	/* From now on it is as those who were served when they greeted. */
	if (status == STATUS_OK && session_is_served(session))
		status = reconcile_tell(session, &session->held, err);
	return status;
}

/* --- the machine ----------------------------------------------------------
 */

typedef enum status frame_handler(struct session *session, struct bytes body,
    struct error *err);

static const struct {
	enum frame_type type;
	enum session_state state; /* in which it may come */
	frame_handler *handle;
} handlers[] = {
	{ FRAME_HELLO, SESSION_GREETING, greeting_step },
	{ FRAME_PUSH, SESSION_SYNCING, push_step },
	{ FRAME_CONFIRM, SESSION_SYNCING, ask_confirm },
	{ FRAME_FILL, SESSION_SYNCING, ask_fill },
	{ FRAME_FETCH, SESSION_SYNCING, ask_fetch },
	{ FRAME_PROVE, SESSION_SYNCING, ask_prove },
	{ FRAME_PING, SESSION_SYNCING, step_ping },
	{ FRAME_RENEW, SESSION_SYNCING, step_renew },
	{ FRAME_DROP, SESSION_SYNCING, step_drop },
	{ FRAME_LEAVE, SESSION_SYNCING, step_leave },
	{ FRAME_OFFER, SESSION_SYNCING, step_offer },
	{ FRAME_RECONCILE, SESSION_SYNCING, reconcile_step },
	{ FRAME_SKETCH, SESSION_SYNCING, reconcile_sketch },
	{ FRAME_MEND, SESSION_SYNCING, reconcile_mend },
	{ FRAME_FOUND, SESSION_SYNCING, reconcile_found },
	{ FRAME_GOODBYE, SESSION_SYNCING, step_goodbye },
};

/* A stranger may say what it holds, and nothing else. */
static bool
is_of_a_stranger(uint8_t type)
{
	return type == FRAME_HELLO || type == FRAME_OFFER ||
	       type == FRAME_PING || type == FRAME_GOODBYE;
}

/* Frames that only a hub sends. */
static bool
is_of_a_hub(uint8_t type)
{
	switch (type) {
	case FRAME_WELCOME:
	case FRAME_ANSWER:
	case FRAME_STREAM:
	case FRAME_FILLED:
	case FRAME_FETCHED:
	case FRAME_PROOF:
	case FRAME_CERTIFICATE:
	case FRAME_OFFERED:
	case FRAME_RECONCILED:
	case FRAME_CELLS:
	case FRAME_MENDED:
	case FRAME_NIGHT:
	case FRAME_JOIN:
	case FRAME_JOINED:
		return true;
	default:
		return false;
	}
}

/* A body that cannot be decoded is the site's fault; else a status is ours. */
static enum status
session_step(struct session *session, const struct frame *frame,
    struct error *err)
{
	enum status status;

	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
		if (frame->type != handlers[i].type)
			continue;
		if (session->state != handlers[i].state)
			break;
		if (session->stranger && !is_of_a_stranger(frame->type))
			return STATUS_OK;
		status = handlers[i].handle(session, frame->body, err);
		arena_reset(&session->arena);
		if (status != STATUS_INVALID && status != STATUS_TOO_LARGE)
			return status;
		return session_fault(session, GOODBYE_PROTOCOL,
		    "a frame was not understood", err);
	}
	if (session->state == SESSION_SYNCING && frame->type != FRAME_HELLO &&
	    !is_of_a_hub(frame->type))
		return STATUS_OK; /* of a later version: skipped */
	return session_fault(session, GOODBYE_PROTOCOL,
	    "a frame came out of turn", err);
}

static bool
reads_too_slowly(const struct session *session)
{
	return session->output.size + session->held.size +
	           session->unread_bytes >
	       HUB_UNREAD_BYTES;
}

static enum status
session_read(struct session *session, struct bytes *input, struct error *err)
{
	struct codec *codec = session->hub->options.codec;
	struct error wrong = { 0 };
	struct frame frame;
	enum status status = STATUS_OK;

	while (session->state != SESSION_CLOSED && !session->ends) {
		status =
		    frame_read(input, codec, &session->scratch, &frame, &wrong);
		if (status == STATUS_AGAIN)
			return STATUS_OK;
		if (status == STATUS_NOMEM)
			return error_set(err, status, "%s", wrong.text);
		if (status == STATUS_TOO_LARGE)
			return session_fault(session, GOODBYE_LIMIT,
			    "a frame is too large", err);
		if (status != STATUS_OK)
			return session_fault(session, GOODBYE_PROTOCOL,
			    "a frame was not understood", err);
		status = session_step(session, &frame, err);
		if (status != STATUS_OK)
			return status;
		if (reads_too_slowly(session))
			return session_fault(session, GOODBYE_LIMIT,
			    "answers are not being read", err);
	}
	return STATUS_OK;
}

enum status
session_receive(struct session *session, struct bytes bytes, struct error *err)
{
	struct bytes input;
	enum status status;

	if (session->state == SESSION_CLOSED || session->ends)
		return STATUS_OK;
	session->heard_ms = session->hub->elapsed_ms;
	session->received_bytes += bytes.size;
	status = buffer_append(&session->input, bytes);
	if (status != STATUS_OK)
		return error_set(err, status, "keep what a site sent");
	input = buffer_view(&session->input);
	status = session_read(session, &input, err);
	if (session->state != SESSION_CLOSED)
		buffer_consume(&session->input,
		    buffer_view(&session->input).size - input.size);
	return status;
}

static const char *
end_text(uint32_t code)
{
	if (code == GOODBYE_COPIED)
		return "this computer repeats numbers of another";
	if (code == GOODBYE_STOPPING)
		return "the hub has what its schools held: connect again";
	return "";
}

enum status
session_end_turn(struct session *session, struct error *err)
{
	enum status status;

	session->of_turn = false;
	session->turn_bytes = 0;
	if (session->state == SESSION_CLOSED)
		return STATUS_OK;
	status = buffer_append(&session->output, buffer_view(&session->held));
	if (status != STATUS_OK)
		return error_set(err, status, "answer a site");
	buffer_clear(&session->held);
	if (session->ends)
		session_goodbye(session, (enum goodbye_code)session->end_code,
		    end_text(session->end_code));
	return STATUS_OK;
}
