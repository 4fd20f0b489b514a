#include "client/access/session.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "client/access/login_private.h"
#include "common/support/random.h"

enum {
	KEY_BYTES = 32
};

#define MINUTE_MS UINT64_C(60000)
#define LIFE_MS   (SESSION_HOURS * 60 * MINUTE_MS)

struct session {
	bool used;
	bool locked;
	uint8_t key[KEY_BYTES]; /* the token */
	uint64_t login;
	uint64_t begun_ms;
	uint64_t touched_ms;
};

struct sessions {
	uint64_t idle_ms;
	struct session all[SESSION_COUNT_MAX];
};

enum status
sessions_create(struct sessions **out, struct error *err)
{
	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		return error_set(err, STATUS_NOMEM, "begin sessions");
	(*out)->idle_ms = SESSION_IDLE_MINUTES * MINUTE_MS;
	return STATUS_OK;
}

void
sessions_destroy(struct sessions *sessions)
{
	if (sessions != NULL)
		sodium_memzero(sessions, sizeof(*sessions));
	free(sessions);
}

void
session_set_idle(struct sessions *sessions, uint32_t minutes)
{
	if (minutes < 1)
		minutes = 1;
	if (minutes > SESSION_IDLE_MINUTES_MAX)
		minutes = SESSION_IDLE_MINUTES_MAX;
	sessions->idle_ms = minutes * MINUTE_MS;
}

enum status
session_read_settings(struct sessions *sessions, struct replica *replica,
    struct error *err)
{
	const struct value name = value_c_text("lock_minutes");
	struct arena arena = { 0 };
	unsigned long minutes = 0;
	struct record record;
	struct value value;
	uint64_t id;
	enum status status;

	status = record_find(replica, "setting", "name", &name, &id, err);
	if (status == STATUS_OK)
		status = record_get(replica, id, &arena, &record, err);
	if (status == STATUS_OK) {
		value = record_value(&record, "value");
		if (value.type == VALUE_TEXT)
			minutes =
			    strtoul((const char *)value.bytes.data, NULL, 10);
	}
	arena_deinit(&arena);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	if (minutes > SESSION_IDLE_MINUTES_MAX)
		minutes = SESSION_IDLE_MINUTES_MAX;
	session_set_idle(sessions,
	    minutes == 0 ? SESSION_IDLE_MINUTES : (uint32_t)minutes);
	return STATUS_OK;
}

/* --- finding one ---------------------------------------------------------- */

static void
forget(struct session *session)
{
	sodium_memzero(session, sizeof(*session));
}

/* All are compared, so that time tells nothing of any. */
static struct session *
find(struct sessions *sessions, struct bytes token)
{
	uint8_t key[KEY_BYTES];
	struct session *found = NULL;
	size_t size;

	if (token.size != SESSION_TOKEN_BYTES - 1 ||
	    sodium_hex2bin(key, sizeof(key), (const char *)token.data,
		token.size, NULL, &size, NULL) != 0 ||
	    size != sizeof(key))
		return NULL;
	for (size_t i = 0; i < SESSION_COUNT_MAX; i++)
		if (sodium_memcmp(sessions->all[i].key, key, sizeof(key)) ==
			0 &&
		    sessions->all[i].used)
			found = &sessions->all[i];
	sodium_memzero(key, sizeof(key));
	return found;
}

/* Those whose time is over go; those that nobody touched lock. */
static void
pass_time(struct sessions *sessions, uint64_t now_ms)
{
	for (size_t i = 0; i < SESSION_COUNT_MAX; i++) {
		struct session *session = &sessions->all[i];

		if (!session->used)
			continue;
		if (now_ms - session->begun_ms >= LIFE_MS)
			forget(session);
		else if (now_ms - session->touched_ms >= sessions->idle_ms)
			session->locked = true;
	}
}

/* --- a life --------------------------------------------------------------- */

static struct session *
find_room(struct sessions *sessions)
{
	struct session *oldest = &sessions->all[0];

	for (size_t i = 0; i < SESSION_COUNT_MAX; i++) {
		if (!sessions->all[i].used)
			return &sessions->all[i];
		if (sessions->all[i].touched_ms < oldest->touched_ms)
			oldest = &sessions->all[i];
	}
	return oldest;
}

void
session_begin(struct sessions *sessions, const struct viewer *viewer,
    uint64_t now_ms, char token[SESSION_TOKEN_BYTES])
{
	struct session *session;

	pass_time(sessions, now_ms);
	session = find_room(sessions);
	*session = (struct session){
		.used = true,
		.login = viewer->login,
		.begun_ms = now_ms,
		.touched_ms = now_ms,
	};
	random_bytes(session->key, sizeof(session->key));
	sodium_bin2hex(token, SESSION_TOKEN_BYTES, session->key,
	    sizeof(session->key));
}

enum session_state
session_look(struct sessions *sessions, struct replica *replica,
    struct bytes token, bool touch, uint64_t now_ms, struct viewer *viewer,
    struct error *err)
{
	struct session *session;
	enum status status;

	*viewer = (struct viewer){ .set_up = false };
	pass_time(sessions, now_ms);
	session = find(sessions, token);
	if (session == NULL) {
		error_set(err, STATUS_NOT_FOUND, "log in");
		return SESSION_NONE;
	}
	status = viewer_of_login(replica, session->login, viewer, err);
	if (status == STATUS_DENIED)
		forget(session);
	if (status != STATUS_OK)
		return SESSION_NONE;
	if (session->locked)
		return SESSION_LOCKED;
	if (touch)
		session->touched_ms = now_ms;
	return SESSION_OPEN;
}

void
session_lock(struct sessions *sessions, struct bytes token)
{
	struct session *session = find(sessions, token);

	if (session != NULL)
		session->locked = true;
}

enum status
session_unlock(struct sessions *sessions, struct bytes token,
    const struct login_attempt *attempt, uint64_t now_ms, struct error *err)
{
	struct session *session;

	pass_time(sessions, now_ms);
	session = find(sessions, token);
	if (session == NULL)
		return error_set(err, STATUS_NOT_FOUND,
		    "this session has ended; log in");
	if (!attempt->right || attempt->login != session->login)
		return error_set(err, STATUS_DENIED, LOGIN_WRONG);
	session->locked = false;
	session->touched_ms = now_ms;
	return STATUS_OK;
}

void
session_end(struct sessions *sessions, struct bytes token)
{
	struct session *session = find(sessions, token);

	if (session != NULL)
		forget(session);
}

void
session_end_others(struct sessions *sessions, uint64_t login,
    struct bytes token)
{
	const struct session *kept = find(sessions, token);

	for (size_t i = 0; i < SESSION_COUNT_MAX; i++)
		if (sessions->all[i].used && sessions->all[i].login == login &&
		    &sessions->all[i] != kept)
			forget(&sessions->all[i]);
}
