#include "server/core/push.h"

#include <string.h>

#include "server/core/admission.h"
#include "server/core/counters.h"

/* A refusal is counted, kept, and told to the log. */
static enum status
push_refused(struct session *session, const struct admission *admission,
    struct error *err)
{
	struct hub *hub = session->hub;
	uint32_t number = session->site.number;
	uint64_t copies;
	enum status status;

	status = counters_refused(hub->options.replica, number, admission->id,
	    admission->refusal, hub->writer.now_ms, admission->bytes, err);
	if (status != STATUS_OK)
		return status;
	if (hub->options.event != NULL)
		hub->options.event(hub->options.context, "refused", number,
		    admission->refusal);
	if (admission->refusal != REFUSAL_REUSED)
		return STATUS_OK;
	status = counters_get(hub->options.replica, number, "alarm.reused",
	    &copies, err);
	if (status == STATUS_OK && copies > HUB_COPIES) {
		session->ends = true;
		session->end_code = GOODBYE_COPIED;
		status = hub_count(hub, number, "alarm.copied", copies, err);
	}
	return status;
}

static enum status
push_one(struct session *session, struct bytes commit, struct answer *answer,
    struct error *err)
{
	struct hub *hub = session->hub;
	struct admission admission = { .writer = &hub->writer,
		.replica = hub->options.replica,
		.arena = &hub->arena,
		.site = session->site.number,
		.school = session->site.school,
		.confirmed = session->confirmed,
		.now_ms = hub->writer.now_ms,
		.collecting = !session_is_served(session),
		.bytes = commit };
	enum status status;

	arena_reset(&hub->arena);
	status = admission_take(&admission, err);
	if (status != STATUS_OK)
		return status;
	answer->id = admission.id;
	memcpy(answer->digest, admission.digest.bytes,
	    LIMIT_ANSWER_DIGEST_BYTES);
	answer->refusal = admission.refusal;
	if (admission.refusal != REFUSAL_NONE) {
		answer->received_ms = hub->writer.now_ms;
		return push_refused(session, &admission, err);
	}
	answer->sequence = admission.sequence;
	answer->mark = admission.mark;
	answer->received_ms = admission.received_ms;
	return STATUS_OK;
}

/* Too much in one turn goes again by itself. */
static void
push_busy(struct session *session, struct bytes commit, struct answer *answer)
{
	struct digest digest = digest_of(commit);
	struct commit head;

	answer->id = commit_peek(commit, &head) == STATUS_OK ? head.id : 0;
	memcpy(answer->digest, digest.bytes, LIMIT_ANSWER_DIGEST_BYTES);
	answer->refusal = REFUSAL_BUSY;
	answer->received_ms = session->hub->writer.now_ms;
}

/* One frame for a batch.  A batch that comes again as it was keeps the time at
 * which it came first. */
static enum status
push_answer(struct session *session, struct answer *answers, uint32_t count,
    struct error *err)
{
	struct answers message = { .answers = answers,
		.answer_count = count,
		.received_ms = answers[0].received_ms };
	enum status status;

	for (uint32_t i = 1; i < count; i++)
		if (answers[i].received_ms != message.received_ms)
			message.received_ms = session->hub->writer.now_ms;
	status = message_answers_encode(&message, &session->body, err);
	if (status == STATUS_OK)
		status =
		    session_send(session, &session->held, FRAME_ANSWER, err);
	return status;
}

/* The site may have been revoked by another process since it connected. */
static enum status
push_is_current(struct session *session, bool *current, struct error *err)
{
	struct site site;
	enum status status;

	status = sites_get(session->hub->options.replica, session->site.number,
	    &site, err);
	*current = status == STATUS_OK && !site.revoked;
	if (!*current && (status == STATUS_OK || status == STATUS_NOT_FOUND)) {
		session_goodbye(session, GOODBYE_REVOKED,
		    "this computer was removed");
		status = STATUS_OK;
	}
	return status;
}

enum status
push_step(struct session *session, struct bytes body, struct error *err)
{
	struct answer *answers;
	struct push push;
	uint32_t count = 0;
	bool current;
	enum status status;

	status = message_push_decode(body, &session->arena, &push, err);
	if (status == STATUS_OK)
		status = hub_join_turn(session->hub, session, err);
	if (status == STATUS_OK)
		status = push_is_current(session, &current, err);
	if (status != STATUS_OK || !current || push.commit_count == 0)
		return status;
	answers =
	    arena_array(&session->arena, push.commit_count, sizeof(*answers));
	if (answers == NULL)
		return error_set(err, STATUS_NOMEM, "answer a batch");
	while (count < push.commit_count && status == STATUS_OK &&
	       !session->ends) {
		session->turn_bytes += push.commits[count].size;
		if (session->turn_bytes > HUB_TURN_BYTES)
			push_busy(session, push.commits[count],
			    &answers[count]);
		else
			status = push_one(session, push.commits[count],
			    &answers[count], err);
		count++;
	}
	/* What the checks said about a commit is no fault of the frame. */
	if (status == STATUS_INVALID || status == STATUS_TOO_LARGE)
		status = error_set(err, STATUS_CORRUPT,
		    "the hub's own records do not fit");
	if (status != STATUS_OK)
		return status;
	return push_answer(session, answers, count, err);
}
