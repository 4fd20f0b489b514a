/*
 * The lines of a head are checked here, as they come; once it stands whole,
 * llhttp takes it apart in one call, so that what its callbacks are given
 * lies unbroken in memory.  Then it is fed the body.
 */
#include "common/http/http_reader.h"

#include <assert.h>
#include <llhttp.h>
#include <stdlib.h>
#include <string.h>

#include "common/http/http_limits.h"

enum {
	BODY_KEPT_BYTES = HTTP_BODY_BYTES, /* memory, from one to the next */
};

struct http_reader {
	llhttp_t parser;
	struct http_request request;
	struct arena arena; /* what request shows, but the body */
	struct buffer head;
	struct buffer body;
	size_t body_bytes_max;
	uint64_t body_raw; /* with the chunks around it */

	/* the head so far */
	uint8_t previous;  /* byte */
	size_t line_bytes; /* of the line that is not ended */
	size_t lines;
	bool has_head;
	bool is_parsed; /* the head, by llhttp */
	bool is_whole;

	/* views of the head */
	struct bytes target;
	struct bytes field;
	struct bytes value;

	int code;
	struct error *err; /* while a call lasts */
};

static int on_url(llhttp_t *parser, const char *at, size_t size);
static int on_field(llhttp_t *parser, const char *at, size_t size);
static int on_value(llhttp_t *parser, const char *at, size_t size);
static int on_value_complete(llhttp_t *parser);
static int on_headers_complete(llhttp_t *parser);
static int on_body(llhttp_t *parser, const char *at, size_t size);
static int on_message_complete(llhttp_t *parser);

static const llhttp_settings_t settings = {
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_header_value_complete = on_value_complete,
	.on_headers_complete = on_headers_complete,
	.on_body = on_body,
	.on_message_complete = on_message_complete,
};

enum status
http_reader_create(struct http_reader **out, struct error *err)
{
	struct http_reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL)
		return error_set(err, STATUS_NOMEM, "read requests: %s",
		    status_text(STATUS_NOMEM));
	*out = reader;
	return STATUS_OK;
}

void
http_reader_destroy(struct http_reader *reader)
{
	if (reader == NULL)
		return;
	arena_deinit(&reader->arena);
	buffer_deinit(&reader->head);
	buffer_deinit(&reader->body);
	free(reader);
}

static enum status
fail(struct http_reader *reader, int code, const char *sentence)
{
	enum status status = code == 503   ? STATUS_NOMEM
	                     : code == 413 ? STATUS_TOO_LARGE
	                     : code == 414 ? STATUS_TOO_LARGE
	                     : code == 431 ? STATUS_TOO_LARGE
	                     : code > 500  ? STATUS_UNSUPPORTED
	                                   : STATUS_INVALID;

	reader->code = code;
	return error_set(reader->err, status, "%s", sentence);
}

/* --- the lines of a head -------------------------------------------------- */

static enum status
end_line(struct http_reader *reader)
{
	bool is_empty = reader->line_bytes == 2;

	reader->line_bytes = 0;
	if (is_empty && reader->lines == 0)
		return fail(reader, 400, "the request begins with no line");
	reader->has_head = is_empty;
	reader->lines += !is_empty;
	if (reader->lines > 1 + HTTP_HEADERS)
		return fail(reader, 431, "the request has too many headers");
	return STATUS_OK;
}

static enum status
check_byte(struct http_reader *reader, uint8_t byte, size_t head_bytes)
{
	uint8_t previous = reader->previous;

	reader->previous = byte;
	if (byte == '\0')
		return fail(reader, 400, "the request has a zero byte");
	if ((previous == '\r') != (byte == '\n'))
		return fail(reader, 400,
		    "a line of the request does not end in CR LF");
	if (reader->line_bytes == 0 && (byte == ' ' || byte == '\t'))
		return fail(reader, 400, "a line of the request is folded");
	reader->line_bytes++;
	if (reader->lines == 0 && reader->line_bytes > HTTP_REQUEST_LINE_BYTES)
		return fail(reader, 414, "the address is too long");
	if (head_bytes > HTTP_HEAD_BYTES)
		return fail(reader, 431, "the headers are too large");
	return byte == '\n' ? end_line(reader) : STATUS_OK;
}

static enum status
take_lines(struct http_reader *reader, struct bytes *in)
{
	enum status status = STATUS_OK;
	struct bytes taken = *in;

	while (status == STATUS_OK && !reader->has_head && in->size > 0) {
		uint8_t byte = in->data[0];

		bytes_advance(in, 1);
		status = check_byte(reader, byte,
		    reader->head.size + taken.size - in->size);
	}
	taken.size -= in->size;
	if (status == STATUS_OK &&
	    buffer_append(&reader->head, taken) != STATUS_OK)
		return fail(reader, 503, status_text(STATUS_NOMEM));
	return status;
}

/* --- what llhttp finds in it ---------------------------------------------- */

/* Put at behind what was found before of the same. */
static void
extend(struct bytes *found, const char *at, size_t size)
{
	const uint8_t *data = (const uint8_t *)at;

	if (found->size == 0)
		found->data = data;
	found->size = (size_t)(data + size - found->data);
}

static int
on_url(llhttp_t *parser, const char *at, size_t size)
{
	struct http_reader *reader = parser->data;

	extend(&reader->target, at, size);
	return 0;
}

static int
on_field(llhttp_t *parser, const char *at, size_t size)
{
	struct http_reader *reader = parser->data;

	if (reader->is_parsed) {
		fail(reader, 400, "the request has headers behind its body");
		return HPE_USER;
	}
	extend(&reader->field, at, size);
	return 0;
}

static int
on_value(llhttp_t *parser, const char *at, size_t size)
{
	struct http_reader *reader = parser->data;

	extend(&reader->value, at, size);
	return 0;
}

static enum status
keep_header(struct http_reader *reader, enum http_header header,
    struct bytes value)
{
	const char **kept = &reader->request.headers[header];

	if (*kept != NULL)
		return fail(reader, 400, "a header stands there twice");
	*kept = arena_text(&reader->arena, value);
	if (*kept == NULL)
		return fail(reader, 503, status_text(STATUS_NOMEM));
	return STATUS_OK;
}

static int
on_value_complete(llhttp_t *parser)
{
	struct http_reader *reader = parser->data;
	enum status status = STATUS_OK;
	struct bytes field = reader->field;
	struct bytes value = bytes_trimmed(reader->value);

	reader->field = (struct bytes){ NULL, 0 };
	reader->value = reader->field;
	if (field.size == 0)
		status = fail(reader, 400, "a header has no name");
	for (enum http_header i = 0; i < HTTP_HEADER_KINDS; i++)
		if (bytes_equal_text_any_case(field, http_header_name(i)))
			status = keep_header(reader, i, value);
	return status == STATUS_OK ? 0 : HPE_USER;
}

static enum status
find_method(struct http_reader *reader)
{
	const char *name =
	    llhttp_method_name((llhttp_method_t)reader->parser.method);
	enum http_method last = HTTP_METHOD_DELETE;

	for (enum http_method i = 0; i <= last; i++) {
		if (strcmp(name, http_method_name(i)) == 0) {
			reader->request.method = i;
			return STATUS_OK;
		}
	}
	return fail(reader, 501, "the request's method is not known here");
}

static enum status
find_target(struct http_reader *reader)
{
	enum status status = http_target_parse(reader->target, &reader->arena,
	    &reader->request.target, reader->err);

	if (status != STATUS_OK)
		reader->code = status == STATUS_NOMEM       ? 503
		               : status == STATUS_TOO_LARGE ? 414
		                                            : 400;
	return status;
}

static enum status
check_head(struct http_reader *reader)
{
	const llhttp_t *parser = &reader->parser;
	const char *encoding =
	    reader->request.headers[HTTP_HEADER_TRANSFER_ENCODING];

	if (parser->http_major != 1 || parser->http_minor != 1)
		return fail(reader, 505, "only HTTP/1.1 is spoken here");
	if (parser->upgrade != 0)
		return fail(reader, 501, "only HTTP/1.1 is spoken here");
	if (reader->request.headers[HTTP_HEADER_HOST] == NULL)
		return fail(reader, 400, "the request has no Host");
	if (encoding != NULL &&
	    !bytes_equal_text_any_case(bytes_of_text(encoding), "chunked"))
		return fail(reader, 501, "the body's encoding is not known");
	return STATUS_OK;
}

static int
on_headers_complete(llhttp_t *parser)
{
	struct http_reader *reader = parser->data;
	enum status status = find_method(reader);

	reader->is_parsed = true;
	if (status == STATUS_OK)
		status = check_head(reader);
	if (status == STATUS_OK)
		status = find_target(reader);
	reader->request.has_body =
	    (parser->flags & F_CHUNKED) != 0 || parser->content_length > 0;
	reader->request.is_last = (parser->flags & F_CONNECTION_CLOSE) != 0;
	return status == STATUS_OK ? 0 : HPE_USER;
}

/* A failure of llhttp's own has no code of ours yet. */
static enum status
explain(struct http_reader *reader)
{
	if (reader->code != 0)
		return reader->err != NULL ? reader->err->status
		                           : STATUS_INVALID;
	return fail(reader, 400, "the request is not well-formed");
}

enum status
http_reader_head(struct http_reader *reader, struct bytes *in,
    struct error *err)
{
	struct error ignored;
	enum status status;
	llhttp_errno_t found;

	assert(!reader->has_head && reader->code == 0);
	reader->err = err != NULL ? err : &ignored;
	status = take_lines(reader, in);
	if (status != STATUS_OK)
		return status;
	if (!reader->has_head)
		return STATUS_AGAIN;
	llhttp_init(&reader->parser, HTTP_REQUEST, &settings);
	reader->parser.data = reader;
	found = llhttp_execute(&reader->parser,
	    (const char *)buffer_view(&reader->head).data, reader->head.size);
	if ((found != HPE_OK && found != HPE_PAUSED) || !reader->is_parsed)
		return explain(reader);
	return STATUS_OK;
}

/* --- the body ------------------------------------------------------------- */

static int
on_body(llhttp_t *parser, const char *at, size_t size)
{
	struct http_reader *reader = parser->data;
	struct bytes piece = { (const uint8_t *)at, size };

	if (size > reader->body_bytes_max - reader->body.size) {
		fail(reader, 413, "the body is too large");
		return HPE_USER;
	}
	if (buffer_append(&reader->body, piece) != STATUS_OK) {
		fail(reader, 503, status_text(STATUS_NOMEM));
		return HPE_USER;
	}
	return 0;
}

/* What follows belongs to the next request. */
static int
on_message_complete(llhttp_t *parser)
{
	struct http_reader *reader = parser->data;

	reader->is_whole = true;
	return HPE_PAUSED;
}

/* Chunks of a byte each would cost far more than the body's limit. */
static bool
is_overhead_too_large(const struct http_reader *reader)
{
	return reader->body_raw - reader->body.size >
	       HTTP_CHUNK_OVERHEAD_BYTES + reader->body.size / 16;
}

enum status
http_reader_body(struct http_reader *reader, size_t body_bytes_max,
    struct bytes *in, struct error *err)
{
	struct error ignored;
	llhttp_errno_t found;
	size_t taken = in->size;

	assert(reader->has_head && reader->code == 0);
	reader->err = err != NULL ? err : &ignored;
	reader->body_bytes_max = body_bytes_max;
	if (!reader->request.has_body)
		return STATUS_OK;
	if ((reader->parser.flags & F_CHUNKED) == 0 && reader->body_raw == 0 &&
	    reader->parser.content_length > body_bytes_max)
		return fail(reader, 413, "the body is too large");
	if (taken == 0)
		return STATUS_AGAIN;
	found =
	    llhttp_execute(&reader->parser, (const char *)in->data, in->size);
	if (found == HPE_PAUSED)
		taken = (size_t)(llhttp_get_error_pos(&reader->parser) -
				 (const char *)in->data);
	else if (found != HPE_OK)
		return explain(reader);
	reader->body_raw += taken;
	bytes_advance(in, taken);
	if (is_overhead_too_large(reader))
		return fail(reader, 413, "the body comes in too many pieces");
	if (!reader->is_whole)
		return STATUS_AGAIN;
	reader->request.body = buffer_view(&reader->body);
	return STATUS_OK;
}

const struct http_request *
http_reader_request(const struct http_reader *reader)
{
	return &reader->request;
}

int
http_reader_code(const struct http_reader *reader)
{
	return reader->code;
}

void
http_reader_next(struct http_reader *reader)
{
	struct http_reader next = {
		.arena = reader->arena,
		.head = reader->head,
		.body = reader->body,
	};

	arena_reset(&next.arena);
	buffer_clear(&next.head);
	buffer_clear(&next.body);
	if (next.body.capacity > BODY_KEPT_BYTES)
		buffer_deinit(&next.body);
	*reader = next;
}
