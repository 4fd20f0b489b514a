#include "server/core/hub.h"

#include <assert.h>
#include <stdlib.h>

#include "common/replica/ledger.h"
#include "common/replica/purge.h"
#include "server/core/counters.h"
#include "server/core/reconcile.h"
#include "server/core/recovery.h"
#include "server/core/session.h"
#include "server/core/stream.h"

/* --- the hub's life -------------------------------------------------------
 */

/* What the database says of the hub: the head, and whether it only collects. */
struct outlook {
	uint64_t head;
	bool restored;
	bool collecting;
};

/* Looked at as a whole before the hub goes by any of it: a head of which it
 * could not be read is not 0. */
static enum status
hub_look(struct hub *hub, struct outlook *outlook, struct error *err)
{
	struct replica *replica = hub->options.replica;
	enum status status;

	status = ledger_head(replica, &outlook->head, err);
	if (status == STATUS_OK)
		status = recovery_get(replica, &outlook->restored,
		    &outlook->collecting, err);
	return status;
}

static void
hub_go_by(struct hub *hub, const struct outlook *outlook)
{
	hub->head = outlook->head;
	hub->restored = outlook->restored;
	hub->collecting = outlook->collecting;
}

enum status
hub_create(const struct hub_options *options, struct hub **out,
    struct error *err)
{
	struct outlook outlook = { 0 };
	struct hub *hub;
	enum status status;

	assert(out != NULL && options->codec != NULL);
	hub = calloc(1, sizeof(*hub));
	if (hub == NULL)
		return error_set(err, STATUS_NOMEM, "allocate the hub");
	hub->options = *options;
	status = hub_writer_init(&hub->writer, options->replica,
	    &options->mark_key, 0, options->seed, err);
	if (status == STATUS_OK)
		status = replica_meta_get(options->replica, "hub_time", 0,
		    &hub->writer.now_ms, err);
	hub->kept_ms = hub->writer.now_ms;
	if (status == STATUS_OK)
		status = replica_data_version(options->replica,
		    &hub->data_version, err);
	if (status == STATUS_OK)
		status = hub_look(hub, &outlook, err);
	if (status != STATUS_OK) {
		hub_destroy(hub);
		return error_wrap(err, "start the hub");
	}
	hub_go_by(hub, &outlook);
	*out = hub;
	return STATUS_OK;
}

void
hub_destroy(struct hub *hub)
{
	if (hub == NULL)
		return;
	assert(hub->sessions == NULL);
	replica_rollback(hub->options.replica);
	arena_deinit(&hub->arena);
	free(hub);
}

/* The hub's time never goes back, so that nothing that it took is ahead.  How
 * long sessions are silent is counted apart: when a clock that was fast is put
 * right, that time stands still until the true one has caught up. */
static void
hub_advance(struct hub *hub, uint64_t now_ms)
{
	if (now_ms > hub->told_ms)
		hub->elapsed_ms += now_ms - hub->told_ms;
	hub->told_ms = now_ms;
	if (now_ms > hub->writer.now_ms)
		hub->writer.now_ms = now_ms;
}

/* --- the turn -------------------------------------------------------------
 */

enum status
hub_join_turn(struct hub *hub, struct session *session, struct error *err)
{
	enum status status;

	session->of_turn = true;
	if (replica_in_transaction(hub->options.replica))
		return STATUS_OK;
	status = replica_begin(hub->options.replica, err);
	if (status == STATUS_OK && hub->writer.now_ms > hub->kept_ms)
		status = replica_meta_set(hub->options.replica, "hub_time",
		    hub->writer.now_ms, err);
	return status;
}

enum status
hub_count(struct hub *hub, uint32_t site, const char *name, uint64_t number,
    struct error *err)
{
	if (hub->options.event != NULL)
		hub->options.event(hub->options.context, name, site, number);
	return counters_add(hub->options.replica, site, name, err);
}

/* Nothing of this turn was written, nothing was answered: those who had a part
 * in it come again. */
static void
hub_lose_turn(struct hub *hub)
{
	replica_rollback(hub->options.replica);
	for (struct session *session = hub->sessions; session != NULL;
	     session = session->next) {
		if (!session->of_turn)
			continue;
		session->of_turn = false;
		session_goodbye(session, GOODBYE_INTERNAL,
		    "the hub could not store this");
	}
}

/* Bytes that went are noted along with what else the turn writes. */
static enum status
hub_note_traffic(struct hub *hub, struct error *err)
{
	enum status status = STATUS_OK;

	for (struct session *session = hub->sessions;
	     session != NULL && status == STATUS_OK; session = session->next) {
		if (!session->of_turn)
			continue;
		status = sites_add_traffic(hub->options.replica,
		    session->site.number, session->received_bytes,
		    session->sent_bytes, err);
		session->received_bytes = 0;
		session->sent_bytes = 0;
	}
	return status;
}

static void
hub_wake(struct hub *hub, struct session *session)
{
	if (hub->options.wake != NULL)
		hub->options.wake(hub->options.context, session);
}

/* Whether there may be something to give out that was not there before. */
static bool
has_news(const struct hub *hub, const struct session *session)
{
	if (session->output.size > 0)
		return true;
	return session_is_served(session) &&
	       (session->asked || session->scanned < hub->head);
}

static enum status
hub_fan_out(struct hub *hub, struct error *err)
{
	enum status status = STATUS_OK, first = STATUS_OK;

	for (struct session *session = hub->sessions; session != NULL;
	     session = session->next) {
		status = session_end_turn(session, err);
		if (status != STATUS_OK) {
			first = status;
			session_goodbye(session, GOODBYE_INTERNAL, "");
		}
		if (has_news(hub, session))
			hub_wake(hub, session);
	}
	return first;
}

/* A value that was redacted in this turn leaves no byte in the log either.
 * While somebody reads, or for want of room, the next turn tries again. */
static void
hub_forget(struct hub *hub)
{
	if (purge_is_wanted(hub->options.replica))
		(void)purge_finish(hub->options.replica, ERROR_IGNORED);
}

/* Behind COMMIT nothing fails any more: what is stored is answered. */
enum status
hub_end_turn(struct hub *hub, uint64_t now_ms, struct error *err)
{
	struct replica *replica = hub->options.replica;
	uint64_t kept_ms = hub->writer.now_ms;
	struct outlook outlook;
	enum status status;

	hub_advance(hub, now_ms);
	if (replica_in_transaction(replica)) {
		status = hub_note_traffic(hub, err);
		if (status == STATUS_OK)
			status = hub_note_head(hub, err);
		if (status == STATUS_OK)
			status = hub_look(hub, &outlook, err);
		if (status == STATUS_OK)
			status = replica_commit(replica, err);
		if (status != STATUS_OK) {
			hub_lose_turn(hub);
			return error_wrap(err, "store what sites sent");
		}
		hub_go_by(hub, &outlook);
		hub->kept_ms = kept_ms;
		hub_forget(hub);
	}
	return hub_fan_out(hub, err);
}

/* --- sessions -------------------------------------------------------------
 */

static enum status
hub_admit(struct hub *hub, const struct site *site, void *user,
    struct session **out, struct error *err)
{
	struct session *other, *session = NULL;
	enum status status;

	status =
	    session_create(hub, site, user, hub->elapsed_ms, &session, err);
	if (status != STATUS_OK)
		return status;
	for (other = hub->sessions; other != NULL; other = other->next)
		if (other->site.number == site->number)
			session_goodbye(other, GOODBYE_REPLACED,
			    "this computer has connected again");
	session->next = hub->sessions;
	hub->sessions = session;
	*out = session;
	return STATUS_OK;
}

enum status
hub_connect(struct hub *hub, struct bytes serial, uint64_t now_ms, void *user,
    struct session **out, struct error *err)
{
	struct site site;
	enum status status;

	hub_advance(hub, now_ms);
	status = sites_get_by_serial(hub->options.replica, serial, &site, err);
	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && site.revoked))
		return error_set(err, STATUS_DENIED,
		    "this computer is not one of the partnership's");
	if (status != STATUS_OK)
		return status;
	return hub_admit(hub, &site, user, out, err);
}

/* Who is known under that number and revoked, or has offered and is unknown
 * still, has nothing more to say. */
enum status
hub_connect_stranger(struct hub *hub, uint32_t number, uint64_t now_ms,
    void *user, struct session **out, struct error *err)
{
	struct site site = { .number = number };
	struct site known;
	enum offerer_state state;
	enum status status;

	hub_advance(hub, now_ms);
	status = sites_get(hub->options.replica, number, &known, err);
	if (status == STATUS_NOT_FOUND)
		known.revoked = false;
	else if (status != STATUS_OK)
		return status;
	status =
	    recovery_get_offerer(hub->options.replica, number, &state, err);
	if (status != STATUS_OK)
		return status;
	if (!hub->restored || known.revoked || number == SITE_HUB ||
	    (!hub->collecting && state == OFFERER_OFFERED))
		return error_set(err, STATUS_DENIED,
		    "this computer is not one of the partnership's");
	status = hub_admit(hub, &site, user, out, err);
	if (status == STATUS_OK)
		(*out)->stranger = true;
	return status;
}

enum status
hub_receive(struct hub *hub, struct session *session, struct bytes bytes,
    uint64_t now_ms, struct error *err)
{
	enum status status;

	hub_advance(hub, now_ms);
	status = session_receive(session, bytes, err);
	if (status == STATUS_OK)
		return STATUS_OK;
	session->of_turn = true;
	hub_lose_turn(hub);
	return error_wrap(err, "site %u", session->site.number);
}

enum status
hub_output(struct hub *hub, struct session *session, size_t unsent_bytes,
    struct buffer *out, uint64_t now_ms, struct error *err)
{
	struct bytes made;
	enum status status = STATUS_OK;

	hub_advance(hub, now_ms);
	session->unread_bytes = unsent_bytes;
	/* What a turn wrote and has not made durable is not sent. */
	if (session_is_served(session) &&
	    !replica_in_transaction(hub->options.replica))
		status = stream_pump(session, err);
	if (status != STATUS_OK)
		return error_wrap(err, "site %u", session->site.number);
	made = buffer_view(&session->output);
	status = buffer_append(out, made);
	if (status != STATUS_OK)
		return error_set(err, status, "give out what a site gets");
	session->sent_bytes += made.size;
	buffer_clear(&session->output);
	return STATUS_OK;
}

void
hub_disconnect(struct hub *hub, struct session *session)
{
	struct session **link = &hub->sessions;

	while (*link != session) {
		assert(*link != NULL);
		link = &(*link)->next;
	}
	*link = session->next;
	session_destroy(session);
}

/* --- time and other processes ---------------------------------------------
 */

enum status
hub_part_revoked(struct hub *hub, struct error *err)
{
	struct site site;
	enum status status;

	for (struct session *session = hub->sessions; session != NULL;
	     session = session->next) {
		status = sites_get(hub->options.replica, session->site.number,
		    &site, err);
		if (session->stranger && status == STATUS_NOT_FOUND)
			continue;
		if (status == STATUS_NOT_FOUND ||
		    (status == STATUS_OK && site.revoked))
			session_goodbye(session, GOODBYE_REVOKED,
			    "this computer was removed");
		else if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/* What others wrote is followed once all of it could be: else it is looked at
 * again with the next tick, so that nobody who was removed is forgotten. */
static enum status
hub_follow_others(struct hub *hub, bool wrote, struct error *err)
{
	uint64_t head = hub->head;
	struct outlook outlook;
	enum status status;

	status = hub_look(hub, &outlook, err);
	if (status != STATUS_OK)
		return status;
	hub_go_by(hub, &outlook);
	if (wrote || hub->nights_wanted)
		status = hub_follow_nights(hub, err);
	if (status == STATUS_OK && (wrote || !hub->recovery_looked))
		status = hub_look_for_the_end(hub, err);
	if (status == STATUS_OK && wrote)
		status = hub_part_revoked(hub, err);
	for (struct session *session = hub->sessions;
	     session != NULL && hub->head != head; session = session->next)
		if (session->state != SESSION_CLOSED)
			hub_wake(hub, session);
	return status;
}

static enum status
hub_follow(struct hub *hub, struct error *err)
{
	uint32_t version;
	enum status status;

	status = hub_note_damage(hub, err);
	if (status == STATUS_OK)
		status =
		    replica_data_version(hub->options.replica, &version, err);
	if (status == STATUS_OK)
		status =
		    hub_follow_others(hub, version != hub->data_version, err);
	if (status == STATUS_OK)
		hub->data_version = version;
	return status;
}

enum status
hub_tick(struct hub *hub, uint64_t now_ms, struct error *err)
{
	hub_advance(hub, now_ms);
	for (struct session *session = hub->sessions; session != NULL;
	     session = session->next) {
		if (session->state == SESSION_CLOSED)
			continue;
		if (hub->elapsed_ms > session->heard_ms + LIMIT_SILENCE_MS)
			session_goodbye(session, GOODBYE_LIMIT,
			    "nothing was heard for too long");
		else if (stream_is_behind(session))
			hub_wake(hub, session);
		reconcile_rest(session);
	}
	if (replica_in_transaction(hub->options.replica))
		return STATUS_OK;
	return hub_follow(hub, err);
}

void *
session_user(const struct session *session)
{
	return session->user;
}

uint32_t
session_site(const struct session *session)
{
	return session->site.number;
}
