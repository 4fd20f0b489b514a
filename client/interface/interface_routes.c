/*
 * Every route of the interface: who may take it, and who answers.
 */
#include <stdlib.h>
#include <string.h>

#include "client/interface/interface_private.h"

#define GET    HTTP_METHOD_GET
#define POST   HTTP_METHOD_POST
#define PATCH  HTTP_METHOD_PATCH
#define DELETE HTTP_METHOD_DELETE
#define ANY    ACTION_COUNT

/* clang-format off */
const struct route interface_routes[] = {
	{ GET, "session", NEEDS_NOTHING, ANY, session_show, 0 },
	{ POST, "session", NEEDS_NOTHING, ANY, session_login, 0 },
	{ POST, "setup", NEEDS_NOTHING, ANY, session_setup, 0 },
	{ DELETE, "session", NEEDS_SESSION, ANY, session_logout, 0 },
	{ POST, "session/lock", NEEDS_SESSION, ANY, session_lock_now, 0 },
	{ POST, "session/unlock", NEEDS_SESSION, ANY, session_unlock_now, 0 },
	{ POST, "session/touch", NEEDS_OPEN, ANY, session_touch, 0 },
	{ POST, "session/passphrase", NEEDS_OPEN, ANY,
	    session_change_passphrase, 0 },
	{ GET, "state", NEEDS_OPEN, ANY, state_show, 0 },
	{ GET, "events", NEEDS_OPEN, ANY, state_events, 0 },
	{ GET, "catalogue", NEEDS_OPEN, ANY, catalogue_show, 0 },
	{ GET, "pupils", NEEDS_OPEN, ANY, pupils_list, 0 },
	{ GET, "pupils/*", NEEDS_OPEN, ANY, pupils_show, 0 },
	{ GET, "records/*", NEEDS_OPEN, ANY, records_list, 0 },
	{ POST, "records/*", NEEDS_OPEN, ANY, records_create, 0 },
	{ GET, "records/*/*", NEEDS_OPEN, ANY, records_show, 0 },
	{ GET, "records/*/*/history", NEEDS_OPEN, ANY, records_history, 0 },
	{ PATCH, "records/*/*", NEEDS_OPEN, ANY, records_change, 0 },
	{ DELETE, "records/*/*", NEEDS_OPEN, ANY, records_delete, 0 },
	{ GET, "conflicts", NEEDS_OPEN, ANY, conflicts_list, 0 },
	{ POST, "conflicts/*/*", NEEDS_OPEN, ACTION_RESOLVE,
	    conflicts_settle, 0 },
	{ GET, "refused", NEEDS_OPEN, ACTION_REFUSED, refused_list, 0 },
	{ POST, "refused/*/retry", NEEDS_OPEN, ACTION_REFUSED, refused_retry,
	    0 },
	{ DELETE, "refused/*", NEEDS_OPEN, ACTION_REFUSED, refused_drop, 0 },
	{ GET, "transfers", NEEDS_OPEN, ANY, transfers_list, 0 },
	{ POST, "transfers", NEEDS_OPEN, ACTION_TRANSFER_OPEN, transfers_open,
	    0 },
	{ POST, "transfers/*/answer", NEEDS_OPEN, ACTION_TRANSFER_ANSWER,
	    transfers_answer, 0 },
	{ POST, "transfers/*/accept", NEEDS_OPEN, ACTION_TRANSFER_ACCEPT,
	    transfers_accept, 0 },
	{ POST, "transfers/*/cancel", NEEDS_OPEN, ACTION_TRANSFER_CANCEL,
	    transfers_cancel, 0 },
	{ GET, "report", NEEDS_OPEN, ACTION_REPORT, report_now, 0 },
	{ GET, "staff", NEEDS_OPEN, ACTION_STAFF, staff_list, 0 },
	{ POST, "staff", NEEDS_OPEN, ACTION_STAFF, staff_add, 0 },
	{ PATCH, "staff/*", NEEDS_OPEN, ACTION_STAFF, staff_change, 0 },
	{ DELETE, "staff/*", NEEDS_OPEN, ACTION_STAFF, staff_remove, 0 },
};
/* clang-format on */

const size_t interface_route_count =
    sizeof(interface_routes) / sizeof(interface_routes[0]);

/* The part at the front of *text, which is advanced past it and its slash. */
static struct bytes
take_part(const char **text)
{
	size_t size = strcspn(*text, "/");
	struct bytes part = { (const uint8_t *)*text, size };

	*text += size;
	if (**text == '/')
		++*text;
	return part;
}

static bool
matches(const char *pattern, const char *path)
{
	while (*pattern != '\0' && *path != '\0') {
		struct bytes wanted = take_part(&pattern);
		struct bytes part = take_part(&path);

		if (!bytes_equal_text(wanted, "*") &&
		    !bytes_equal(wanted, part))
			return false;
	}
	return *pattern == '\0' && *path == '\0';
}

const struct route *
route_find(enum http_method method, const char *path, int *code)
{
	*code = 404;
	if (method == HTTP_METHOD_HEAD)
		method = HTTP_METHOD_GET;
	if (path[0] == '\0' || path[strlen(path) - 1] == '/')
		return NULL;
	for (size_t i = 0; i < interface_route_count; i++) {
		if (!matches(interface_routes[i].path, path))
			continue;
		if (interface_routes[i].method == method)
			return &interface_routes[i];
		*code = 405;
	}
	return NULL;
}

enum status
route_split(struct call *call, const char *path)
{
	const char *pattern = call->route->path;
	size_t size = strlen(path) + 1, count = 0;
	char *part;

	call->path = malloc(size);
	if (call->path == NULL)
		return error_set(&call->error, STATUS_NOMEM, "read a request");
	memcpy(call->path, path, size);
	part = call->path;
	while (*pattern != '\0') {
		struct bytes wanted = take_part(&pattern);
		char *slash = strchr(part, '/');

		if (slash != NULL)
			*slash = '\0';
		if (bytes_equal_text(wanted, "*"))
			call->parts[count++] = part;
		if (slash != NULL)
			part = slash + 1;
	}
	return STATUS_OK;
}
