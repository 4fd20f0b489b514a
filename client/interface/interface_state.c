/*
 * What was written, by whomever; how the sync stands; and telling both to the
 * pages that listen.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "client/agent/memo.h"
#include "client/interface/interface_private.h"
#include "common/command/output.h"
#include "common/replica/dossier.h"
#include "common/replica/pending.h"
#include "common/support/clock.h"
#include "protocol/digest.h"

struct watcher {
	struct interface *interface;
	struct watcher *next;
	struct http_stream *stream;
	char secret[SESSION_TOKEN_BYTES]; /* of the session that listens */
	enum session_state state;         /* as it was told */
	struct buffer told;               /* the state, as it was told */
};

/* --- what was written ----------------------------------------------------- */

void
interface_note(struct interface *interface)
{
	interface->revision++;
	interface->changed_by_others = true;
}

/* By this connection.  Who read what changes nothing that is shown. */
static void
note_write(void *context, const char *collection, uint64_t record)
{
	struct interface *interface = context;

	(void)record;
	if (strcmp(collection, "read_audit") == 0)
		return;
	interface->revision++;
	json_object_set_new(interface->changed, collection, json_true());
}

/* The set of commits in some bytes: other processes also write what is no
 * record, such as when the hub was last heard. */
static void
digest_set(struct interface *interface, uint8_t out[REVISION_BYTES])
{
	uint64_t of[5] = { 0 };
	struct digest_sum sum = { 0 };
	crypto_generichash_state state;

	(void)dossier_scope(interface->replica, &of[0], &sum, &of[1],
	    ERROR_IGNORED);
	(void)pending_count(interface->replica, &of[2], &of[3], ERROR_IGNORED);
	(void)conflict_count(interface->replica, &of[4], ERROR_IGNORED);
	crypto_generichash_init(&state, NULL, 0, REVISION_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)of, sizeof(of));
	crypto_generichash_update(&state, (const uint8_t *)&sum, sizeof(sum));
	crypto_generichash_final(&state, out, REVISION_BYTES);
}

void
interface_look(struct interface *interface)
{
	uint8_t seen[REVISION_BYTES];
	uint32_t version = interface->data_version;

	(void)replica_data_version(interface->replica, &version, ERROR_IGNORED);
	if (version == interface->data_version)
		return;
	interface->data_version = version;
	digest_set(interface, seen);
	if (memcmp(seen, interface->seen, sizeof(seen)) == 0)
		return;
	memcpy(interface->seen, seen, sizeof(seen));
	interface_note(interface);
}

void
interface_watch(struct interface *interface)
{
	uv_timer_init(interface->loop, &interface->timer);
	interface->timer.data = interface;
	replica_watch(interface->replica, note_write, interface);
	(void)replica_data_version(interface->replica, &interface->data_version,
	    ERROR_IGNORED);
	digest_set(interface, interface->seen);
}

/* --- how the sync stands -------------------------------------------------- */

static json_t *
state_json(struct interface *interface, struct error *err)
{
	char sentence[MEMO_SENTENCE_BYTES];
	struct memo memo = { 0 };

	if (memo_read(interface->replica, &memo, err) != STATUS_OK)
		return NULL;
	memo.agent_running = true; /* in this very program */
	memo_sentence(&memo, sentence);
	return json_pack("{s:s, s:s, s:b, s:I, s:I, s:I, s:o, s:o, s:o, s:b}",
	    "sentence", sentence, "state", memo_state_name(memo.state),
	    "synced", memo.state == MEMO_SYNCED, "waiting",
	    (json_int_t)memo.waiting, "refused", (json_int_t)memo.refused,
	    "conflicts", (json_int_t)memo.conflicts, "first_sync_percent",
	    memo.state == MEMO_FIRST_SYNC
		? json_integer((json_int_t)(memo.filled_permille / 10))
		: json_null(),
	    "last_heard", output_time(memo.last_heard_ms), "offline_since",
	    output_time(memo.offline_since_ms), "online",
	    memo.offline_since_ms == 0);
}

enum status
state_show(struct call *call)
{
	json_t *json = state_json(call->interface, &call->error);

	return json == NULL ? call->error.status : call_answer(call, 200, json);
}

/* --- telling pages -------------------------------------------------------- */

/* The stream goes on, or its on_gone comes. */
static void
send_event(struct watcher *watcher, const char *event, json_t *json)
{
	char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);

	if (text != NULL && watcher->stream != NULL)
		(void)http_stream_send(watcher->stream, event, NULL,
		    bytes_of_text(text));
	free(text);
	json_decref(json);
}

/* Only when it is not as it was told. */
static void
send_state(struct watcher *watcher, json_t *state)
{
	char *text = state == NULL ? NULL : json_dumps(state, JSON_COMPACT);

	if (text != NULL &&
	    !bytes_equal_text(buffer_view(&watcher->told), text)) {
		buffer_clear(&watcher->told);
		(void)buffer_append(&watcher->told, bytes_of_text(text));
		(void)http_stream_send(watcher->stream, "state", NULL,
		    bytes_of_text(text));
	}
	free(text);
}

/* Whether it may still be told anything.  Listening is no sign of a person. */
static bool
look_at_session(struct watcher *watcher)
{
	static const char *const names[] = {
		[SESSION_NONE] = "none",
		[SESSION_LOCKED] = "locked",
		[SESSION_OPEN] = "open",
	};
	struct interface *interface = watcher->interface;
	enum session_state before = watcher->state;
	struct viewer viewer;

	watcher->state = session_look(interface->sessions, interface->replica,
	    bytes_of_text(watcher->secret), false, clock_monotonic_ms(),
	    &viewer, ERROR_IGNORED);
	if (watcher->state != before)
		send_event(watcher, "session",
		    json_pack("{s:s}", "state", names[watcher->state]));
	if (watcher->state == SESSION_NONE)
		http_stream_close(watcher->stream);
	return watcher->state == SESSION_OPEN;
}

/* Which collections; none named: others wrote, and it may be any. */
static json_t *
changed_json(const struct interface *interface)
{
	json_t *names = json_array();
	const char *name;
	json_t *value;

	if (!interface->changed_by_others)
		json_object_foreach(interface->changed, name, value)
		    json_array_append_new(names, json_string(name));
	return json_pack("{s:o}", "collections", names);
}

static void
on_timer(uv_timer_t *timer)
{
	struct interface *interface = timer->data;
	uint64_t before = interface->told;
	json_t *state;

	interface_look(interface);
	interface->told = interface->revision;
	state = state_json(interface, ERROR_IGNORED);
	for (struct watcher *watcher = interface->watchers; watcher != NULL;
	     watcher = watcher->next) {
		if (watcher->state == SESSION_NONE || !look_at_session(watcher))
			continue;
		send_state(watcher, state);
		if (interface->revision != before)
			send_event(watcher, "changed", changed_json(interface));
	}
	json_decref(state);
	json_object_clear(interface->changed);
	interface->changed_by_others = false;
}

static void
on_gone(struct http_stream *stream, void *user)
{
	struct watcher *gone = user;
	struct interface *interface = gone->interface;
	struct watcher **at = &interface->watchers;

	(void)stream;
	while (*at != gone)
		at = &(*at)->next;
	*at = gone->next;
	buffer_deinit(&gone->told);
	sodium_memzero(gone->secret, sizeof(gone->secret));
	free(gone);
	if (interface->watchers == NULL)
		uv_timer_stop(&interface->timer);
}

enum status
state_events(struct call *call)
{
	struct interface *interface = call->interface;
	struct watcher *watcher = calloc(1, sizeof(*watcher));

	if (watcher == NULL || call->secret.size >= sizeof(watcher->secret)) {
		free(watcher);
		return error_set(&call->error, STATUS_NOMEM, "listen");
	}
	watcher->interface = interface;
	watcher->state = call->state;
	memcpy(watcher->secret, call->secret.data, call->secret.size);
	call->is_answered = true;
	watcher->stream = http_stream_open(call->exchange, on_gone, watcher);
	if (watcher->stream == NULL) {
		free(watcher);
		return STATUS_OK;
	}
	if (interface->watchers == NULL) {
		json_object_clear(interface->changed);
		interface->told = interface->revision;
		uv_timer_start(&interface->timer, on_timer, 0,
		    INTERFACE_LOOK_MS);
	}
	watcher->next = interface->watchers;
	interface->watchers = watcher;
	return STATUS_OK;
}
