#include "server/core/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "common/replica/scope.h"
#include "server/core/nights.h"

/* --- runs -----------------------------------------------------------------
 */

static uint32_t
count_runs(const struct hub *hub)
{
	uint32_t count = 0;

	for (struct session *session = hub->sessions; session != NULL;
	     session = session->next)
		count += session->run != NULL;
	return count;
}

void
reconcile_end(struct session *session)
{
	struct reconcile_run *run = session->run;

	if (run == NULL)
		return;
	session->run = NULL;
	sketch_set_deinit(&run->set);
	free(run->left_out);
	free(run);
}

void
reconcile_rest(struct session *session)
{
	if (session->run != NULL &&
	    session->hub->elapsed_ms >
		session->run->rested_ms + HUB_RUN_REST_MS)
		reconcile_end(session);
}

/* Making a set costs as much as reading all of it: not at line speed. */
static bool
may_run(struct session *session)
{
	struct hub *hub = session->hub;

	if (!session_is_served(session) || count_runs(hub) >= HUB_RUNS)
		return false;
	if (session->runs >= HUB_RUNS_AT_ONCE &&
	    hub->elapsed_ms < session->run_ms + HUB_RUN_EVERY_MS)
		return false;
	session->runs++;
	session->run_ms = hub->elapsed_ms;
	/* It heard of this before it began. */
	session->run_wish = session->told_wanted;
	return true;
}

/* --- answers --------------------------------------------------------------
 */

static enum status
answer(struct session *session, struct reconciled *reconciled,
    struct error *err)
{
	enum status status;

	memcpy(reconciled->nonce, session->nonce, NONCE_BYTES);
	status = message_reconciled_encode(reconciled, &session->body, err);
	if (status == STATUS_OK)
		status = session_send(session, &session->held, FRAME_RECONCILED,
		    err);
	return status;
}

enum status
reconcile_later(struct session *session, struct error *err)
{
	struct reconciled later = { .state = RECONCILED_LATER };

	reconcile_end(session);
	return answer(session, &later, err);
}

enum status
reconcile_tell(struct session *session, struct buffer *out, struct error *err)
{
	struct hub *hub = session->hub;
	struct night_state state;
	struct night_message night = { 0 };
	enum status status;

	status =
	    nights_get(hub->options.replica, session->site.number, &state, err);
	if (status != STATUS_OK)
		return status;
	hub_make_nonce(hub, session->nonce);
	memcpy(night.nonce, session->nonce, NONCE_BYTES);
	night.due_ms = nights_due(&state, session->site.number,
	    hub->options.window, hub->writer.now_ms);
	/* Who is told to come now is not one that asks without end. */
	if (state.wanted > session->told_wanted)
		session->runs = 0;
	session->told_wanted = state.wanted;
	status = message_night_encode(&night, &session->body, err);
	if (status == STATUS_OK)
		status = session_send(session, out, FRAME_NIGHT, err);
	return status;
}

enum status
reconcile_follow(struct session *session, bool *told, struct error *err)
{
	struct night_state state;
	enum status status;

	*told = false;
	if (!session_is_served(session) || session->told_wanted != 0)
		return STATUS_OK;
	status = nights_get(session->hub->options.replica, session->site.number,
	    &state, err);
	if (status != STATUS_OK || state.wanted == 0)
		return status;
	*told = true;
	return reconcile_tell(session, &session->output, err);
}

/* --- RECONCILE ------------------------------------------------------------
 */

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

static enum status
make_run(struct session *session, const struct reconcile *reconcile,
    struct reconcile_run **out, struct digest_sum *sum, struct error *err)
{
	struct hub *hub = session->hub;
	struct reconcile_run *run = calloc(1, sizeof(*run));
	size_t bytes = reconcile->left_out_count * sizeof(*run->left_out);
	struct making making = { .err = err };
	struct sketch_keys keys;
	enum status status;

	*out = run;
	if (run != NULL && bytes > 0)
		run->left_out = malloc(bytes);
	if (run == NULL || (bytes > 0 && run->left_out == NULL))
		return error_set(err, STATUS_NOMEM, "compare with a site");
	if (bytes > 0)
		memcpy(run->left_out, reconcile->left_out, bytes);
	run->left_out_count = reconcile->left_out_count;
	run->at = reconcile->at;
	run->rested_ms = hub->elapsed_ms;
	sketch_keys_derive(reconcile->nonce, session->nonce,
	    session->site.school, run->at, &keys);
	status = sketch_set_init(&run->set, &keys,
	    reconcile->count < run->at ? reconcile->count : run->at, err);
	making.set = &run->set;
	if (status == STATUS_OK)
		status = scope_each_of_school(hub->options.replica,
		    session->site.school, run->at, run->left_out,
		    run->left_out_count, add_commit, &making, err);
	*sum = making.sum;
	return status == STATUS_OK ? making.status : status;
}

/* The first cells, where the sets differ. */
static enum status
compare(struct session *session, const struct reconcile *reconcile,
    const struct digest_sum *sum, struct error *err)
{
	struct reconcile_run *run = session->run;
	struct sketch_cell cells[SKETCH_FIRST_CELLS];
	struct reconciled reconciled = { .state = RECONCILED_EQUAL,
		.count = run->set.count };
	struct buffer packed = { 0 };
	enum status status = STATUS_OK;

	sketch_encode(&run->set, 0, 1, cells);
	if (reconcile->count != run->set.count ||
	    !digest_sum_equal(&reconcile->sum, sum) ||
	    reconcile->first_sum != cells[0].sum ||
	    reconcile->first_check != cells[0].check) {
		reconciled.state = RECONCILED_DIFFERS;
		sketch_encode(&run->set, 1, SKETCH_FIRST_CELLS, cells + 1);
		status = message_cells_pack(&packed, SKETCH_NARROW,
		    run->set.count, 0, cells, SKETCH_FIRST_CELLS, err);
		reconciled.cells = buffer_view(&packed);
	} else {
		reconcile_end(session);
	}
	hub_make_nonce(session->hub, session->nonce);
	if (status == STATUS_OK)
		status = answer(session, &reconciled, err);
	buffer_deinit(&packed);
	return status;
}

enum status
reconcile_step(struct session *session, struct bytes body, struct error *err)
{
	struct reconcile reconcile;
	struct reconcile_run *run = NULL;
	struct digest_sum sum;
	enum status status;

	status =
	    message_reconcile_decode(body, &session->arena, &reconcile, err);
	if (status != STATUS_OK)
		return status;
	if (reconcile.at > session->told)
		return error_set(err, STATUS_INVALID,
		    "a place that was never sent is compared");
	reconcile_end(session);
	if (!may_run(session))
		return reconcile_later(session, err);
	status = make_run(session, &reconcile, &run, &sum, err);
	session->run = run;
	/* More than can be compared, or than there is memory for. */
	if (status == STATUS_TOO_LARGE)
		return reconcile_later(session, err);
	if (status == STATUS_OK)
		status = compare(session, &reconcile, &sum, err);
	if (status != STATUS_OK)
		reconcile_end(session);
	return status;
}

/* --- SKETCH ---------------------------------------------------------------
 */

/* Of a list, the items stand in the place of the cells' sums. */
static enum status
list_items(struct sketch_set *set, const struct sketch_wish *wish,
    struct sketch_cell *cells, uint32_t *count, struct error *err)
{
	enum status status = sketch_set_sort(set, err);

	*count = 0;
	for (uint64_t i = wish->from;
	     status == STATUS_OK && i < set->count && *count < wish->count; i++)
		cells[(*count)++] =
		    (struct sketch_cell){ .sum = set->entries[i].item };
	return status;
}

static enum status
send_cells(struct session *session, const struct sketch_wish *wish,
    struct error *err)
{
	struct sketch_set *set = &session->run->set;
	struct cells answer = { .form = wish->form, .from = wish->from };
	uint32_t count = wish->count;
	struct sketch_cell *cells;
	struct buffer packed = { 0 };
	enum status status = STATUS_OK;

	cells = arena_array(&session->arena, count, sizeof(*cells));
	if (cells == NULL)
		return error_set(err, STATUS_NOMEM, "sketch a set");
	if (wish->form == SKETCH_LIST)
		status = list_items(set, wish, cells, &count, err);
	else
		sketch_encode(set, (uint32_t)wish->from,
		    (uint32_t)wish->from + count, cells);
	if (status == STATUS_OK)
		status = message_cells_pack(&packed, wish->form, set->count,
		    wish->from, cells, count, err);
	answer.cells = buffer_view(&packed);
	if (status == STATUS_OK)
		status = message_cells_encode(&answer, &session->body, err);
	if (status == STATUS_OK)
		status =
		    session_send(session, &session->held, FRAME_CELLS, err);
	buffer_deinit(&packed);
	return status;
}

enum status
reconcile_sketch(struct session *session, struct bytes body, struct error *err)
{
	struct reconcile_run *run;
	struct sketch_wish wish;
	enum status status;

	status = message_sketch_wish_decode(body, &session->arena, &wish, err);
	if (status != STATUS_OK)
		return status;
	reconcile_rest(session);
	run = session->run;
	if (run == NULL || run->sketches++ >= HUB_RUN_SKETCHES)
		return reconcile_later(session, err);
	run->rested_ms = session->hub->elapsed_ms;
	return send_cells(session, &wish, err);
}

/* --- FOUND ----------------------------------------------------------------
 */

enum status
reconcile_found(struct session *session, struct bytes body, struct error *err)
{
	struct hub *hub = session->hub;
	struct found found;
	enum status status;

	status = message_found_decode(body, &session->arena, &found, err);
	if (status != STATUS_OK)
		return status;
	reconcile_end(session);
	status = hub_join_turn(hub, session, err);
	if (status == STATUS_OK)
		status = nights_end(hub->options.replica, session->site.number,
		    hub->writer.now_ms, session->run_wish, &found, err);
	if (status == STATUS_OK)
		status = sites_set_room(hub->options.replica,
		    session->site.number, &found.room, err);
	if (status == STATUS_OK && hub->options.event != NULL)
		hub->options.event(hub->options.context, "reconciled",
		    session->site.number, (uint64_t)found.outcome);
	if (status == STATUS_OK)
		status = reconcile_tell(session, &session->held, err);
	return status;
}
