#include "common/http/http_response.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	LINE_BYTES = 256, /* of a header that we write ourselves */
};

static const char security_headers[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; "
    "style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

static const struct {
	int code;
	const char *reason;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 421, "Misdirected Request" },
	{ 422, "Unprocessable Content" },
	{ 423, "Locked" },
	{ 428, "Precondition Required" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" },
};

const char *
http_response_reason(int code)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].code == code)
			return reasons[i].reason;
	return "";
}

void
http_response_deinit(struct http_response *response)
{
	buffer_deinit(&response->owned);
	buffer_deinit(&response->headers);
	*response = (struct http_response){ 0 };
}

void
http_response_lend(struct http_response *response, const char *type,
    struct bytes body)
{
	response->type = type;
	response->body = body;
}

void
http_response_take(struct http_response *response, const char *type,
    struct buffer *body)
{
	buffer_deinit(&response->owned);
	response->owned = *body;
	*body = (struct buffer){ 0 };
	http_response_lend(response, type, buffer_view(&response->owned));
}

enum status
http_response_say(struct http_response *response, int code,
    const char *sentence)
{
	struct buffer body = { 0 };
	enum status status = buffer_append(&body, bytes_of_text(sentence));

	response->code = code;
	if (status == STATUS_OK)
		status = buffer_append(&body, bytes_of_text("\n"));
	if (status == STATUS_OK)
		http_response_take(response, "text/plain; charset=utf-8",
		    &body);
	buffer_deinit(&body);
	return status;
}

static bool
is_header_value(const char *value)
{
	for (; *value != '\0'; value++)
		if (*value < ' ' || *value > '~')
			return false;
	return true;
}

/* All of the texts, the last of which is NULL, or none. */
static enum status
append_texts(struct buffer *out, const char *const *texts)
{
	enum status status = STATUS_OK;
	size_t size = out->size;

	for (; *texts != NULL && status == STATUS_OK; texts++)
		status = buffer_append(out, bytes_of_text(*texts));
	if (status != STATUS_OK)
		buffer_truncate(out, size);
	return status;
}

enum status
http_response_add(struct http_response *response, const char *name,
    const char *value)
{
	const char *const texts[] = { name, ": ", value, "\r\n", NULL };

	if (!is_header_value(value))
		return STATUS_INVALID;
	return append_texts(&response->headers, texts);
}

void
http_response_set_etag(struct http_response *response, const char *etag)
{
	size_t size = strlen(etag);

	assert(size >= 1 && size <= HTTP_ETAG_BYTES);
	for (size_t i = 0; i < size; i++)
		assert(etag[i] > ' ' && etag[i] <= '~' && etag[i] != '"');
	memcpy(response->etag, etag, size + 1);
}

/* --- the head ------------------------------------------------------------- */

/* If-None-Match: a star, or a list of tags, each perhaps called weak. */
static bool
is_named(const char *list, const char *etag)
{
	size_t size = strlen(etag);

	if (strcmp(list, "*") == 0)
		return true;
	while (*list != '\0') {
		size_t item = strcspn(list, ",");

		if (strncmp(list, "W/", 2) == 0) {
			list += 2;
			item -= 2;
		}
		if (item >= size + 2 && list[0] == '"' &&
		    memcmp(list + 1, etag, size) == 0 && list[size + 1] == '"')
			return true;
		list += item;
		list += strspn(list, ", \t");
	}
	return false;
}

static bool
is_known_already(const struct http_response *response,
    const struct http_request *request)
{
	const char *list;

	if (request == NULL || response->code != 200 ||
	    response->etag[0] == '\0' || !http_request_is_read(request))
		return false;
	list = request->headers[HTTP_HEADER_IF_NONE_MATCH];
	return list != NULL && is_named(list, response->etag);
}

__attribute__((format(printf, 2, 3))) static enum status
append_line(struct buffer *out, const char *format, ...)
{
	char line[LINE_BYTES];
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	assert(size > 0 && (size_t)size < sizeof(line));
	return buffer_append(out, bytes_of_text(line));
}

static const char *
cache_policy(enum http_cache cache)
{
	switch (cache) {
	case HTTP_CACHE_CHECK:
		return "private, no-cache";
	case HTTP_CACHE_FOREVER:
		return "private, max-age=31536000, immutable";
	case HTTP_CACHE_NONE:
	default:
		return "no-store";
	}
}

static_assert(HTTP_ASSET_SECONDS == 31536000, "cache_policy says the same");

/* The lines about the body, for one that is there. */
static enum status
append_content(const struct http_response *response, struct buffer *head)
{
	enum status status = STATUS_OK;

	if (response->type != NULL)
		status =
		    append_line(head, "Content-Type: %s\r\n", response->type);
	if (status == STATUS_OK && !response->is_stream)
		status = append_line(head, "Content-Length: %zu\r\n",
		    response->body.size);
	return status;
}

enum status
http_response_write(const struct http_response *response,
    const struct http_request *request, bool is_last, struct buffer *head,
    struct bytes *body)
{
	bool is_known = is_known_already(response, request);
	int code = is_known ? 304 : response->code;
	bool has_body = code != 304 && code != 204;
	enum status status;

	assert(code >= 200 && code <= 599);
	status = append_line(head, "HTTP/1.1 %d %s\r\n", code,
	    http_response_reason(code));
	if (status == STATUS_OK && has_body)
		status = append_content(response, head);
	if (status == STATUS_OK)
		status = append_line(head, "Cache-Control: %s\r\n",
		    cache_policy(response->cache));
	if (status == STATUS_OK && response->etag[0] != '\0')
		status = append_line(head, "ETag: \"%s\"\r\n", response->etag);
	if (status == STATUS_OK && (is_last || response->is_stream))
		status = append_line(head, "Connection: close\r\n");
	if (status == STATUS_OK)
		status = buffer_append(head, bytes_of_text(security_headers));
	if (status == STATUS_OK)
		status = buffer_append(head, buffer_view(&response->headers));
	if (status == STATUS_OK)
		status = buffer_append(head, bytes_of_text("\r\n"));
	*body = (struct bytes){ NULL, 0 };
	if (has_body &&
	    (request == NULL || request->method != HTTP_METHOD_HEAD))
		*body = response->body;
	return status;
}

/* --- events --------------------------------------------------------------- */

static size_t
line_size(struct bytes text)
{
	size_t size = 0;

	while (size < text.size && text.data[size] != '\n' &&
	       text.data[size] != '\r')
		size++;
	return size;
}

/* Each line of data gets a field of its own. */
static enum status
append_data(struct buffer *out, struct bytes data)
{
	enum status status;
	struct bytes line;
	bool is_more = true;

	do {
		line = (struct bytes){ data.data, line_size(data) };
		status = buffer_append(out, bytes_of_text("data: "));
		if (status == STATUS_OK)
			status = buffer_append(out, line);
		if (status == STATUS_OK)
			status = buffer_append(out, bytes_of_text("\n"));
		bytes_advance(&data, line.size);
		is_more = data.size > 0;
		if (is_more)
			bytes_advance(&data,
			    data.size > 1 && memcmp(data.data, "\r\n", 2) == 0
				? 2
				: 1);
	} while (is_more && status == STATUS_OK);
	return status;
}

static enum status
append_field(struct buffer *out, const char *name, const char *value)
{
	const char *const texts[] = { name, value, "\n", NULL };

	if (value == NULL)
		return STATUS_OK;
	assert(strpbrk(value, "\r\n") == NULL);
	return append_texts(out, texts);
}

enum status
http_response_write_event(struct buffer *out, const char *event, const char *id,
    struct bytes data)
{
	size_t size = out->size;
	enum status status = append_field(out, "event: ", event);

	if (status == STATUS_OK)
		status = append_field(out, "id: ", id);
	if (status == STATUS_OK)
		status = append_data(out, data);
	if (status == STATUS_OK)
		status = buffer_append(out, bytes_of_text("\n"));
	if (status != STATUS_OK)
		buffer_truncate(out, size);
	return status;
}
