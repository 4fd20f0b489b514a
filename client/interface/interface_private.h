/*
 * What the rooms of the interface share: a request that is being answered
 * (struct call), and the table of routes.
 */
#ifndef CLIENT_INTERFACE_INTERFACE_PRIVATE_H
#define CLIENT_INTERFACE_INTERFACE_PRIVATE_H

#include <jansson.h>

#include "client/access/login.h"
#include "client/access/session.h"
#include "client/access/view.h"
#include "client/interface/interface.h"
#include "common/http/http_server.h"

enum {
	TOKEN_BYTES = 65, /* 64 hexadecimal digits and NUL */
	REVISION_BYTES = 16,
};

struct watcher; /* a page that listens to events: interface_state.c */

struct interface {
	uv_loop_t *loop;
	struct interface_options options;
	struct http_server *server;
	struct replica *replica;
	struct sessions *sessions;
	uint8_t key[32]; /* tokens and ETags are made with it */
	uint32_t jobs;

	uint64_t told;     /* the revision of which pages know */
	uint64_t revision; /* grows with whatever is written, by whomever */
	uint32_t data_version;
	uint8_t seen[REVISION_BYTES]; /* a digest of what others wrote */
	json_t *changed;              /* collections, since told */
	bool changed_by_others;

	uv_timer_t timer; /* runs while somebody listens */
	struct watcher *watchers;
	bool is_closing;
	void (*on_closed)(void *user);
	void *user;
};

/* --- one request (interface_call.c) --------------------------------------- */

struct call;

typedef enum status call_handler(struct call *call);

struct call {
	struct interface *interface;
	struct http_exchange *exchange;
	const struct http_request *request;
	const struct route *route;
	const char *parts[INTERFACE_PATH_PARTS]; /* what `*` stood for */
	char *path;                              /* their memory */
	uint64_t now_ms;

	struct bytes secret; /* of the cookie; borrowed from request */
	enum session_state state;
	struct viewer viewer;
	struct view view;
	json_t *body; /* an object; NULL: none was sent */

	struct arena arena;
	struct error error;
	bool is_deferred; /* answered later: by a job */
	bool is_answered;
	struct http_response response; /* its headers may be added to */

	uv_work_t work;
	enum status (*run)(struct call *call, struct replica *replica);
	call_handler *then;
	bool has_replica; /* run gets a connection of its own */
	enum status run_status;
	struct login_attempt attempt;
	uint64_t id;    /* what a job made */
	json_t *result; /* likewise */
};

/* Takes json.  STATUS_OK. */
enum status call_answer(struct call *call, int code, json_t *json);

/* The same with an ETag, for lists: 304 when nothing was written since. */
enum status call_answer_list(struct call *call, json_t *items,
    const char *next);

/* A code that no status stands for: {"error": sentence}.  STATUS_OK. */
enum status call_refuse(struct call *call, int code, const char *sentence);

/* The sentence of call->error, with what fits the status. */
void call_fail(struct call *call, enum status status);

/* Text of the body, or NULL where there is none or an empty one.  With needed
 * it is STATUS_INVALID to be without. */
enum status call_text(struct call *call, const char *name, bool needed,
    const char **text);

/* An id in the path, of what is not there if it is none. */
enum status call_id(struct call *call, const char *text, uint64_t *id);

/* The collection in the path.  STATUS_NOT_FOUND */
enum status call_collection(struct call *call, const char *name,
    const struct collection **collection);

/* `limit` and, as an id, `after`. */
enum status call_page(struct call *call, uint32_t *limit, uint64_t *after);

const char *call_parameter(const struct call *call, const char *name);

/* run on another thread, then `then` on the loop's.  STATUS_OK, and the call
 * is deferred; STATUS_BUSY.  with_replica: run gets a connection. */
enum status call_begin_job(struct call *call,
    enum status (*run)(struct call *call, struct replica *replica),
    bool with_replica, call_handler *then);

void call_destroy(struct call *call);

/* --- the table (interface_routes.c) --------------------------------------- */

enum route_needs {
	NEEDS_NOTHING,
	NEEDS_SESSION, /* which may be locked */
	NEEDS_OPEN,
};

struct route {
	enum http_method method;
	const char *path; /* below /api/1/; `*` is any one part */
	enum route_needs needs;
	enum action action; /* that they may take; ACTION_COUNT: any */
	call_handler *handler;
	size_t body_bytes; /* 0: as usual */
};

extern const struct route interface_routes[];
extern const size_t interface_route_count;

/* The route of a request and its parts; NULL with *code 404 or 405. */
const struct route *route_find(enum http_method method, const char *path,
    int *code);

/* The parts that `*` stands for, in a copy of path. */
enum status route_split(struct call *call, const char *path);

/* --- what was written (interface_state.c) --------------------------------- */

/* Look whether others have written. */
void interface_look(struct interface *interface);

/* What is shown changed otherwise than by records. */
void interface_note(struct interface *interface);

void interface_watch(struct interface *interface);

/* --- rooms ---------------------------------------------------------------- */

call_handler session_show, session_login, session_logout, session_lock_now,
    session_unlock_now, session_touch, session_change_passphrase, session_setup;
call_handler catalogue_show;
call_handler pupils_list, pupils_show;
call_handler records_list, records_show, records_create, records_change,
    records_delete, records_history;
call_handler conflicts_list, conflicts_settle;
call_handler state_show, state_events;
call_handler refused_list, refused_retry, refused_drop;
call_handler staff_list, staff_add, staff_change, staff_remove;
call_handler transfers_list, transfers_open, transfers_answer, transfers_accept,
    transfers_cancel;
call_handler report_now;

#endif
