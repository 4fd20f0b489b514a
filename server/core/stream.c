#include "server/core/stream.h"

#include <string.h>

#include "common/replica/grants.h"
#include "server/core/batch.h"
#include "server/core/fill.h"

static struct batch
batch_for(struct session *session)
{
	return (struct batch){ .replica = session->hub->options.replica,
		.arena = &session->arena,
		.site = session->site.number,
		.limit = session->batch_bytes };
}

/* --- the stream -----------------------------------------------------------
 */

static enum status
send_range(struct session *session, struct batch *batch, uint64_t upto,
    struct error *err)
{
	struct stream stream = { .from = session->told,
		.upto = upto,
		.items = batch->items,
		.item_count = batch->count };
	enum status status;

	status = message_stream_encode(&stream, &session->body, err);
	if (status == STATUS_OK)
		status =
		    session_send(session, &session->output, FRAME_STREAM, err);
	if (status != STATUS_OK)
		return status;
	session->told = upto;
	session->scanned = upto;
	session->told_ms = session->hub->elapsed_ms;
	return STATUS_OK;
}

bool
stream_is_behind(const struct session *session)
{
	return session_is_served(session) &&
	       session->told < session->hub->head &&
	       session->hub->elapsed_ms >=
	           session->told_ms + HUB_EMPTY_STREAM_MS;
}

static enum status
pump_stream(struct session *session, struct error *err)
{
	struct batch batch = batch_for(session);
	uint64_t head = session->hub->head;
	uint64_t upto;
	enum status status;

	if (session->scanned < head) {
		status =
		    ledger_each_of_school(batch.replica, session->site.school,
			session->scanned, head, batch_visit, &batch, err);
		hub_see_damage(session->hub, batch.damaged);
		if (status == STATUS_OK && batch.status != STATUS_OK)
			status = error_set(err, batch.status, "make a batch");
		if (status != STATUS_OK)
			return status;
		upto = batch_reaches(&batch, head);
		if (batch.count > 0)
			return send_range(session, &batch, upto, err);
		session->scanned = head;
	}
	if (stream_is_behind(session))
		return send_range(session, &batch, head, err);
	return STATUS_OK;
}

/* --- fetches --------------------------------------------------------------
 */

/* Whatever the order in which they were asked for, a frame's items ascend: one
 * that does not follow the last begins another frame. */
static bool
follows(const struct batch *batch, const struct ledger_row *row)
{
	return batch->count == 0 ||
	       row->sequence > batch->items[batch->count - 1].sequence;
}

/* One that is held, and that the school may read now, goes into the batch. */
static enum status
fetch_one(struct session *session, struct batch *batch, uint64_t id,
    bool *missing, struct error *err)
{
	struct ledger_row row;
	bool may = false;
	enum status status;

	*missing = false;
	status = ledger_get(batch->replica, id, &row, err);
	if (status == STATUS_OK)
		status = grants_may_read(batch->replica, session->site.school,
		    row.dossier, row.sequence, &may, err);
	if (status == STATUS_OK && may) /* the row was borrowed */
		status = ledger_get(batch->replica, id, &row, err);
	*missing = status == STATUS_NOT_FOUND || (status == STATUS_OK && !may);
	if (*missing)
		return STATUS_OK;
	if (status == STATUS_OK && !follows(batch, &row))
		batch->full = true;
	else if (status == STATUS_OK)
		(void)batch_add(batch, &row);
	*missing = batch->damaged != 0 && batch->damaged == row.sequence;
	if (status == STATUS_OK && batch->status != STATUS_OK)
		status = error_set(err, batch->status, "make a batch");
	return status;
}

static enum status
pump_fetches(struct session *session, struct error *err)
{
	struct batch batch = batch_for(session);
	struct fetched fetched = { 0 };
	uint32_t done = 0;
	bool missing;
	enum status status = STATUS_OK;

	if (session->fetch_count == 0)
		return STATUS_OK;
	batch.site = SITE_HUB; /* asked for because it is lacking */
	fetched.missing = arena_array(&session->arena, session->fetch_count,
	    sizeof(fetched.missing[0]));
	if (fetched.missing == NULL)
		return error_set(err, STATUS_NOMEM, "answer what is lacking");
	while (done < session->fetch_count && done < LIMIT_FETCHES) {
		status = fetch_one(session, &batch, session->fetches[done],
		    &missing, err);
		if (status != STATUS_OK || batch.full)
			break;
		if (missing)
			fetched.missing[fetched.missing_count++] =
			    session->fetches[done];
		done++;
	}
	hub_see_damage(session->hub, batch.damaged);
	fetched.items = batch.items;
	fetched.item_count = batch.count;
	if (status == STATUS_OK)
		status = message_fetched_encode(&fetched, &session->body, err);
	if (status == STATUS_OK)
		status =
		    session_send(session, &session->output, FRAME_FETCHED, err);
	session->fetch_count -= done;
	memmove(session->fetches, session->fetches + done,
	    session->fetch_count * sizeof(session->fetches[0]));
	return status;
}

/* --- proof ----------------------------------------------------------------
 */

/*
 * Nothing of its scope lies behind the place that the client stands at.  The
 * ledger is read as it is now: a command beside the hub may have written.  A
 * sum that such a write came into is thrown away, and made again once the
 * stream has told of it.
 */
static enum status
pump_proof(struct session *session, struct error *err)
{
	struct replica *replica = session->hub->options.replica;
	struct proof proof = { .cursor = session->proving_cursor };
	uint64_t head;
	enum status status;

	if (session->cursor > proof.cursor)
		proof.cursor = session->cursor;
	if (!session->proving || session->scanned < session->hub->head ||
	    proof.cursor != session->told || session->fill_count > 0)
		return STATUS_OK;
	status = grants_scope(replica, session->site.school, &proof.count,
	    &proof.sum, err);
	if (status == STATUS_OK)
		status = ledger_head(replica, &head, err);
	if (status == STATUS_OK && head != session->hub->head) {
		session->hub->head = head;
		session->asked = true;
		return STATUS_OK;
	}
	session->proving = false;
	if (status == STATUS_OK)
		status = message_proof_encode(&proof, &session->body, err);
	if (status == STATUS_OK)
		status =
		    session_send(session, &session->output, FRAME_PROOF, err);
	return status;
}

/* --- all of it ------------------------------------------------------------
 */

typedef enum status pump(struct session *session, struct error *err);

static bool
has_room(const struct session *session)
{
	return session->output.size + session->unread_bytes <
	       LIMIT_OUTPUT_BYTES;
}

/*
 * Fetches, fills and the stream take turns, a frame each, so that a long first
 * sync does not keep today's changes waiting.
 */
enum status
stream_pump(struct session *session, struct error *err)
{
	static pump *const pumps[] = { pump_fetches, fill_pump, pump_stream,
		pump_proof };
	size_t before;
	enum status status = STATUS_OK;

	do {
		before = session->output.size;
		session->asked = false;
		for (size_t i = 0; i < sizeof(pumps) / sizeof(pumps[0]); i++) {
			if (status != STATUS_OK || !has_room(session))
				break;
			status = pumps[i](session, err);
			arena_reset(&session->arena);
		}
	} while (status == STATUS_OK && has_room(session) &&
		 (session->output.size > before || session->asked));
	return status;
}
