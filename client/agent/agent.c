/*
 * The agent's life: connect, let the engine speak, wait and try again.
 *
 *	WAITING --timer--> CONNECTING --on_open--> CONNECTED
 *	   ^                    |                      |
 *	   +------ on_closed ---+----------------------+
 * Callbacks record what happened and step the engine; the engine decides.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "client/agent/agent_private.h"
#include "client/agent/device.h"
#include "client/agent/memo.h"
#include "common/support/clock.h"
#include "common/support/random.h"

/* In the order in which they fire. */
static void on_timer(uv_timer_t *timer);
static void on_open(struct link *link, const struct link_info *info,
    void *user);
static void on_bytes(struct link *link, struct bytes bytes, void *user);
static void on_drained(struct link *link, void *user);
static void on_closed(struct link *link, const struct error *why, void *user);

static const struct link_handlers link_handlers = {
	.on_open = on_open,
	.on_bytes = on_bytes,
	.on_drained = on_drained,
	.on_closed = on_closed,
};

/* --- steps of the engine -------------------------------------------------- */

static void
keep_certificate(struct agent *agent, struct bytes certificate)
{
	struct error error;

	if (folder_renew(agent->options.folder, certificate, &error) ==
	    STATUS_OK) {
		log_event(agent->options.log, LOG_INFO, "agent.renewed",
		    LOG_NUMBER("connections", agent->connections));
		agent->renewal_ms = folder_renewal_ms(agent->options.folder);
		tls_context_destroy(agent->context);
		agent->context = NULL; /* made anew for the next connection */
		return;
	}
	log_event(agent->options.log, LOG_WARNING, "agent.renewal_failed",
	    LOG_TOKEN("status", status_name(error.status)));
}

void
agent_measure(struct agent *agent)
{
	struct room room = device_measure(agent->options.folder);

	engine_set_room(agent->engine, &room);
}

/* Once the first sync is over: this computer's key goes into its record. */
static void
introduce(struct agent *agent)
{
	struct engine_status status;

	if (agent->introduced || agent->options.mode == AGENT_LEAVE ||
	    engine_get_status(agent->engine, &status, ERROR_IGNORED) !=
		STATUS_OK ||
	    !status.proved)
		return;
	agent->introduced =
	    device_introduce(agent->options.folder, agent->options.replica,
		(uint64_t)clock_unix_ms(), ERROR_IGNORED) == STATUS_OK;
	if (agent->introduced)
		agent_step(agent, ENGINE_TICK, (struct bytes){ NULL, 0 });
}

static void
act_on(struct agent *agent, const struct engine_update *update)
{
	agent->engine_wake_ms = update->wake_ms;
	if (update->output.size > 0 && agent->open &&
	    link_write(agent->link, update->output) != STATUS_OK)
		link_abort(agent->link);
	if (update->certificate.size > 0)
		keep_certificate(agent, update->certificate);
	if (update->left) {
		agent_finish(agent, NULL);
		return;
	}
	if (update->revoked) {
		error_set(&agent->why, STATUS_DENIED,
		    "this computer was removed by the hub's administrator; "
		    "ask for a new invitation if that was a mistake");
		agent_finish(agent, &agent->why);
		return;
	}
	if (update->wish == ENGINE_HANG_UP && agent->link != NULL)
		link_close(agent->link);
}

void
agent_step(struct agent *agent, enum engine_event_type type, struct bytes bytes)
{
	struct engine_event event = {
		.type = type,
		.now_ms = (uint64_t)clock_unix_ms(),
		.elapsed_ms = clock_monotonic_ms(),
		.bytes = bytes,
		.unsent_bytes =
		    agent->open ? link_queued_bytes(agent->link) : 0,
	};
	struct engine_update update;
	struct error error;

	if (engine_step(agent->engine, &event, &update, &error) != STATUS_OK) {
		agent_fail(agent, &error);
		return;
	}
	act_on(agent, &update);
	if (agent->done)
		return;
	if (update.check)
		agent_night_check(agent);
	agent_memo_write(agent, false);
	introduce(agent);
	agent_night_follow(agent);
	agent_look_whether_done(agent);
}

/* --- the link ------------------------------------------------------------- */

static enum status
make_context(struct agent *agent, struct error *err)
{
	struct folder *folder = agent->options.folder;
	struct tls_client_options options = {
		.protocol = TLS_PROTOCOL_SYNC,
		.authority = buffer_view(&folder->authority),
		.key = folder->key,
		.certificate = buffer_view(&folder->certificate),
	};

	if (agent->context != NULL)
		return STATUS_OK;
	return tls_context_create_client(&options, &agent->context, err);
}

static void
connect_now(struct agent *agent)
{
	struct folder *folder = agent->options.folder;
	struct link_options options = {
		.host = folder->host,
		.port = folder->port,
		.proxy = folder->has_proxy ? &folder->proxy : NULL,
	};
	struct buffer session = { 0 };
	struct error error;
	enum status status;

	status = make_context(agent, &error);
	if (status == STATUS_OK) {
		folder_load_session(folder, &session);
		options.session = buffer_view(&session);
		options.context = agent->context;
		status = link_connect(agent->loop, &options, &link_handlers,
		    agent, &agent->link, &error);
	}
	key_wipe(&session);
	if (status != STATUS_OK)
		on_closed(NULL, &error, agent);
}

/*
 * Hand the engine a request when it seems time; true when it has something new
 * to say.  One a connection: a hub that does not answer is not pestered.
 */
static bool
renew_if_due(struct agent *agent)
{
	struct buffer request = { 0 };
	int64_t hub_ms = clock_unix_ms() - agent->clock_error_ms;
	bool due;

	if (!agent->open || hub_ms < agent->renewal_ms)
		return false;
	due = certificate_make_request(agent->options.folder->key, &request,
		  ERROR_IGNORED) == STATUS_OK &&
	      engine_renew(agent->engine, buffer_view(&request),
		  agent->renewal_ms) == STATUS_OK;
	agent->renewal_ms = INT64_MAX;
	buffer_deinit(&request);
	return due;
}

static void
on_open(struct link *link, const struct link_info *info, void *user)
{
	struct agent *agent = user;
	struct buffer session = { 0 };

	agent->open = true;
	agent->connections++;
	agent->renewal_ms = folder_renewal_ms(agent->options.folder);
	agent->resumed = info->tls.resumed;
	agent->offline_since_ms = 0;
	log_event(agent->options.log, LOG_INFO, "agent.connected",
	    LOG_NUMBER("resumed", info->tls.resumed));
	if (!info->tls.resumed &&
	    link_save_session(link, &session, ERROR_IGNORED) == STATUS_OK)
		folder_save_session(agent->options.folder,
		    buffer_view(&session));
	key_wipe(&session);
	(void)renew_if_due(agent);
	agent_measure(agent);
	agent_step(agent, ENGINE_CONNECTED, (struct bytes){ NULL, 0 });
}

static void
on_bytes(struct link *link, struct bytes bytes, void *user)
{
	struct agent *agent = user;

	(void)link;
	agent_step(agent, ENGINE_RECEIVED, bytes);
}

static void
on_drained(struct link *link, void *user)
{
	(void)link;
	agent_step(user, ENGINE_TICK, (struct bytes){ NULL, 0 });
}

static uint64_t
wait_before_dialling(struct agent *agent)
{
	struct engine_status status;
	bool known = engine_get_status(agent->engine, &status, ERROR_IGNORED) ==
	             STATUS_OK;

	return back_off_next(&agent->back_off, known ? &status : NULL,
	    (uint32_t)random_u64());
}

/* Whether it ended for a reason that trying again does not mend. */
static bool
parted_for_good(struct agent *agent, struct error *reason)
{
	struct engine_status status;

	if (engine_get_status(agent->engine, &status, ERROR_IGNORED) !=
	    STATUS_OK)
		return false;
	switch (status.goodbye.code) {
	case GOODBYE_VERSION:
	case GOODBYE_PROTOCOL:
	case GOODBYE_LIMIT:
	case GOODBYE_REQUEST:
	case GOODBYE_COPIED:
		error_set(reason, STATUS_DENIED, "%.*s",
		    (int)status.goodbye.text.size,
		    (const char *)status.goodbye.text.data);
		return true;
	default:
		return false;
	}
}

static void
on_closed(struct link *link, const struct error *why, void *user)
{
	struct agent *agent = user;
	struct error reason = { .status = STATUS_OK };
	bool was_open = agent->open;

	(void)link;
	agent->counts = agent_counts(agent);
	agent->link = NULL;
	agent->open = false;
	agent_night_forget(agent);
	if (agent->offline_since_ms == 0)
		agent->offline_since_ms = (uint64_t)clock_unix_ms();
	if (agent->done || agent->stopping) {
		agent_memo_write(agent, true);
		agent_finish(agent, NULL);
		return;
	}
	log_event(agent->options.log, LOG_INFO, "agent.disconnected",
	    LOG_TOKEN("status", status_name(why->status)));
	if (was_open)
		agent_step(agent, ENGINE_DISCONNECTED,
		    (struct bytes){ NULL, 0 });
	if (agent->done)
		return;
	agent->connect_at_ms =
	    clock_monotonic_ms() + wait_before_dialling(agent);
	/* Once means now: a hub that is not there is said so at once. */
	if (agent->options.mode != AGENT_RUN &&
	    (parted_for_good(agent, &reason) || agent->connections == 0))
		agent_finish(agent, reason.status != STATUS_OK ? &reason : why);
	agent_memo_write(agent, false);
}

/* --- the timer ------------------------------------------------------------ */

static void
on_timer(uv_timer_t *timer)
{
	struct agent *agent = timer->data;
	uint64_t now = clock_monotonic_ms();
	uint32_t version;
	bool written;

	if (agent->done)
		return;
	if (agent->link == NULL && now >= agent->connect_at_ms)
		connect_now(agent);
	if (agent->done || replica_data_version(agent->options.replica,
			       &version, ERROR_IGNORED) != STATUS_OK)
		return;
	written = version != agent->data_version || renew_if_due(agent);
	agent->data_version = version;
	if (written)
		agent_memo_look(agent);
	if (written || (agent->open && now >= agent->engine_wake_ms))
		agent_step(agent, ENGINE_TICK, (struct bytes){ NULL, 0 });
	else
		agent_night_follow(agent);
	if (!agent->done && agent->options.mode != AGENT_RUN)
		agent_look_whether_done(agent);
}

/* --- from outside --------------------------------------------------------- */

enum status
agent_start(uv_loop_t *loop, const struct agent_options *options,
    const struct agent_handlers *handlers, void *user, struct agent **out,
    struct error *err)
{
	struct engine_options engine_options = {
		.replica = options->replica,
		.program = THROUGHLINE_VERSION,
		.sign = folder_sign,
		.sign_context = options->folder,
		.seed = random_u64(),
		.night_bytes = options->folder->night_bytes,
	};
	struct agent *agent = calloc(1, sizeof(*agent));
	struct memo memo;
	enum status status;

	if (agent == NULL)
		return error_set(err, STATUS_NOMEM, "start");
	agent->options = *options;
	agent->handlers = *handlers;
	agent->user = user;
	agent->loop = loop;
	agent->progress_at_ms = clock_monotonic_ms();
	if (options->mode == AGENT_RUN)
		engine_options.settle_ms = AGENT_SETTLE_MS;
	status = codec_create(&agent->codec, err);
	engine_options.codec = agent->codec;
	if (status == STATUS_OK)
		status = agent_memo_begin(agent, err);
	if (status == STATUS_OK)
		status = engine_create(&engine_options, &agent->engine, err);
	if (status != STATUS_OK) {
		agent_destroy(agent);
		return status;
	}
	if (memo_read(options->replica, &memo, ERROR_IGNORED) == STATUS_OK) {
		agent->clock_error_ms = memo.clock_error_ms;
		agent->offline_since_ms = memo.offline_since_ms != 0
		                              ? memo.offline_since_ms
		                              : memo.last_heard_ms;
	}
	if (options->mode == AGENT_LEAVE)
		engine_leave(agent->engine);
	if (options->mode == AGENT_RECONCILE)
		engine_reconcile(agent->engine);
	uv_timer_init(loop, &agent->timer);
	agent->timer.data = agent;
	agent->timer_open = true;
	uv_timer_start(&agent->timer, on_timer, 0, AGENT_LOOK_MS);
	agent_memo_look(agent);
	*out = agent;
	return STATUS_OK;
}

void
agent_stop(struct agent *agent)
{
	agent->stopping = true;
	agent_finish(agent, NULL);
}

void
agent_destroy(struct agent *agent)
{
	if (agent == NULL)
		return;
	assert(!agent->timer_open && agent->link == NULL);
	engine_destroy(agent->engine);
	codec_destroy(agent->codec);
	tls_context_destroy(agent->context);
	free(agent);
}

struct link_counts
agent_counts(const struct agent *agent)
{
	struct link_counts counts = agent->counts, now = { 0 };

	if (agent->link != NULL)
		now = link_get_counts(agent->link);
	counts.raw_in += now.raw_in;
	counts.raw_out += now.raw_out;
	counts.plain_in += now.plain_in;
	counts.plain_out += now.plain_out;
	return counts;
}

uint32_t
agent_connections(const struct agent *agent)
{
	return agent->connections;
}

bool
agent_resumed(const struct agent *agent)
{
	return agent->resumed;
}
