/*
 * A school's computer with its page on a loopback port, and people who ask it
 * over real sockets.
 */
#ifndef TESTS_UNIT_INTERFACE_OFFICE_H
#define TESTS_UNIT_INTERFACE_OFFICE_H

#include "tests/unit/replica/fixture.h"
#include "tests/unit/scratch.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>

#include "client/access/login.h"
#include "client/interface/interface.h"
#include "client/interface/interface_json.h"
#include "client/interface/interface_private.h"
#include "client/interface/interface_token.h"

#define PASSPHRASE "four words do well"

enum {
	OFFICE_PATIENCE_MS = 60 * 1000,
	OFFICE_COOKIE_BYTES = 160,
	OFFICE_HEAD_BYTES = 8192,
};

struct office {
	char folder[SCRATCH_BYTES];
	char path[SCRATCH_BYTES + 16];
	uv_loop_t loop;
	uv_timer_t watchdog;
	struct replica *replica; /* as another program has it open */
	struct replica *served;
	struct interface *interface;
	uint64_t school;
};

/* A browser: its cookie, its token, and what it was answered last. */
struct person {
	struct office *office;
	char cookie[OFFICE_COOKIE_BYTES];
	char token[TOKEN_BYTES];
	int code;
	json_t *json; /* NULL: it was no JSON */
	struct buffer heard;
	const char *extra; /* headers to send, as lines */
	uv_tcp_t tcp;
	uv_connect_t connect;
	uv_write_t write;
	bool is_over;
	bool is_closed;
};

/* --- the computer --------------------------------------------------------- */

static inline enum status
office_open_replica(void *user, struct replica **out, struct error *err)
{
	const struct office *office = user;
	struct replica_options options = { .path = office->path,
		.kind = REPLICA_CLIENT,
		.must_exist = true };
	enum status status = replica_open(&options, out, err);

	return status == STATUS_OK ? replica_jump(*out, 1, err) : status;
}

static inline bool
office_asset(const char *path, struct interface_asset *asset)
{
	bool is_script = strcmp(path, "/assets/main-1.js") == 0;

	if (!is_script && strcmp(path, "/") != 0)
		return false;
	asset->type = is_script ? "text/javascript" : "text/html";
	asset->body = bytes_of_text(is_script ? "1" : "<!doctype html>");
	asset->digest = "d1";
	asset->is_forever = is_script;
	return true;
}

static inline void
office_late(uv_timer_t *timer)
{
	(void)timer;
	fail_msg("nothing came of it");
}

static inline int
office_begin(void **state)
{
	struct office *office = calloc(1, sizeof(*office));
	struct replica_identity identity = { .site = 3 };
	struct interface_options options = {
		.address = "127.0.0.1",
		.open_replica = office_open_replica,
		.asset = office_asset,
		.user = office,
	};

	assert_non_null(office);
	assert_true(sodium_init() >= 0);
	passphrase_cheapen((struct passphrase_cost){ 1, 8192 });
	scratch_make(office->folder);
	(void)snprintf(office->path, sizeof(office->path), "%s/replica.db",
	    office->folder);
	office->replica = fixture_open_at(office->path, REPLICA_CLIENT, 3, OAK);
	identity.school = office->school =
	    fixture_insert(office->replica, 0, "school", "name",
		"Oak Infant School", "phase", "infant", "member", "Y", NULL);
	assert_ok(replica_identity_set(office->replica, &identity, err));
	assert_ok(office_open_replica(office, &office->served, err));
	assert_int_equal(uv_loop_init(&office->loop), 0);
	uv_timer_init(&office->loop, &office->watchdog);
	uv_timer_start(&office->watchdog, office_late, OFFICE_PATIENCE_MS, 0);
	options.replica = office->served;
	assert_ok(
	    interface_create(&office->loop, &options, &office->interface, err));
	*state = office;
	return 0;
}

static inline int
office_end(void **state)
{
	struct office *office = *state;

	interface_close(office->interface, NULL, NULL);
	uv_close((uv_handle_t *)&office->watchdog, NULL);
	uv_run(&office->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&office->loop), 0);
	replica_close(office->served);
	replica_close(office->replica);
	scratch_remove(office->folder);
	free(office);
	return 0;
}

/* --- a person ------------------------------------------------------------- */

static inline void
person_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct person *person = handle->data;

	out->base = (char *)buffer_reserve(&person->heard, suggested + 1);
	out->len = suggested;
	assert_non_null(out->base);
}

static inline void
person_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *piece)
{
	struct person *person = stream->data;

	(void)piece;
	if (count > 0)
		buffer_produce(&person->heard, (size_t)count);
	else if (count < 0)
		person->is_over = true;
}

static inline void
person_connected(uv_connect_t *request, int status)
{
	assert_int_equal(status, 0);
	uv_read_start((uv_stream_t *)&((struct person *)request->data)->tcp,
	    person_allocate, person_read);
}

static inline void
person_closed(uv_handle_t *handle)
{
	((struct person *)handle->data)->is_closed = true;
}

static inline void
person_hang_up(struct person *person)
{
	uv_close((uv_handle_t *)&person->tcp, person_closed);
	while (!person->is_closed)
		uv_run(&person->office->loop, UV_RUN_ONCE);
}

/* What was heard, as a text. */
static inline const char *
person_text(struct person *person)
{
	if (buffer_view(&person->heard).size == 0)
		return "";
	*buffer_reserve(&person->heard, 1) = '\0';
	return (const char *)buffer_view(&person->heard).data;
}

static inline void
person_send(struct person *person, const char *head, const char *body)
{
	uv_buf_t pieces[2] = {
		{ .base = (char *)(uintptr_t)head, .len = strlen(head) },
		{ .base = (char *)(uintptr_t)body, .len = strlen(body) },
	};
	const char *address = interface_address(person->office->interface);
	struct sockaddr_in where;

	buffer_clear(&person->heard);
	person->is_over = person->is_closed = false;
	person->tcp.data = person->connect.data = person;
	uv_tcp_init(&person->office->loop, &person->tcp);
	uv_ip4_addr("127.0.0.1",
	    (int)strtol(strchr(address, ':') + 1, NULL, 10), &where);
	assert_int_equal(uv_tcp_connect(&person->connect, &person->tcp,
			     (const struct sockaddr *)&where, person_connected),
	    0);
	assert_int_equal(uv_write(&person->write, (uv_stream_t *)&person->tcp,
			     pieces, 2, NULL),
	    0);
}

static inline void
person_keep(struct person *person)
{
	const char *text = person_text(person);
	const char *cookie = strstr(text, "Set-Cookie: ");
	const char *body = strstr(text, "\r\n\r\n");
	const char *token;

	assert_non_null(body);
	assert_int_equal(sscanf(text, "HTTP/1.1 %d", &person->code), 1);
	if (cookie != NULL && cookie < body) {
		cookie += strlen("Set-Cookie: ");
		(void)snprintf(person->cookie, sizeof(person->cookie), "%.*s",
		    (int)strcspn(cookie, ";\r"), cookie);
	}
	json_decref(person->json);
	person->json = json_loads(body + 4, 0, NULL);
	token = json_string_value(json_object_get(person->json, "token"));
	if (token != NULL)
		(void)snprintf(person->token, sizeof(person->token), "%s",
		    token);
}

/* "GET", "session", and a body or NULL.  Returns the code. */
static inline int
person_ask(struct person *person, const char *method, const char *route,
    const char *body)
{
	const char *address = interface_address(person->office->interface);
	char head[OFFICE_HEAD_BYTES], more[512] = "";

	if (strcmp(method, "GET") != 0)
		(void)snprintf(more, sizeof(more),
		    "Origin: http://%s\r\nX-Throughline-Token: %s\r\n"
		    "Content-Type: application/json\r\nContent-Length: %zu\r\n",
		    address, person->token, body == NULL ? 0 : strlen(body));
	assert_in_range(snprintf(head, sizeof(head),
			    "%s %s%s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n%s%s"
			    "Connection: close\r\n\r\n",
			    method, route[0] == '/' ? "" : "/api/1/", route,
			    address,
			    person->cookie[0] == '\0' ? "a=b" : person->cookie,
			    more, person->extra == NULL ? "" : person->extra),
	    1, sizeof(head) - 1);
	person_send(person, head, body == NULL ? "" : body);
	while (!person->is_over)
		uv_run(&person->office->loop, UV_RUN_ONCE);
	person_keep(person);
	person_hang_up(person);
	return person->code;
}

/* The text at a key of what was answered. */
static inline const char *
person_told(const struct person *person, const char *key)
{
	const char *text =
	    json_string_value(json_object_get(person->json, key));

	return text == NULL ? "" : text;
}

static inline void
person_leave(struct person *person)
{
	json_decref(person->json);
	buffer_deinit(&person->heard);
}

#define person_expect(person, method, route, body, expected)               \
	do {                                                               \
		int expect_code = person_ask(person, method, route, body); \
		if (expect_code != (expected))                             \
			fail_msg("%s %s: %s", method, route,               \
			    person_text(person));                          \
	} while (0)

/* --- accounts ------------------------------------------------------------- */

/* Log in by name. */
static inline void
person_login(struct person *person, struct office *office, const char *login)
{
	char body[256];

	*person = (struct person){ .office = office };
	(void)snprintf(body, sizeof(body),
	    "{\"login\": \"%s\", \"passphrase\": \"" PASSPHRASE "\"}", login);
	person_expect(person, "POST", "session", body, 200);
	assert_string_equal(person_told(person, "state"), "open");
}

/* An account of this role, named after it; logged in.  The first of all is the
 * head's. */
static inline void
person_begin(struct person *person, struct office *office, const char *role)
{
	struct login_new account = {
		.login_name = role,
		.role = role,
		.surname = "Brandt",
		.forename = "Ana",
		.passphrase = bytes_of_text(PASSPHRASE),
	};
	struct viewer manager;
	uint64_t login;

	if (viewer_begin_set_up(office->replica, &manager, UNREAD) !=
	    STATUS_OK) {
		assert_ok(login_find(office->replica, "head", &login, err));
		assert_ok(
		    viewer_of_login(office->replica, login, &manager, err));
	}
	assert_ok(login_add(office->replica, &manager, &account, NOW_MS, &login,
	    err));
	person_login(person, office, role);
}

#endif
