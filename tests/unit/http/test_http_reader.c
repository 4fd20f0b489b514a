/* Requests out of bytes: whole, in pieces, one behind another, and wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/http/http_limits.h"
#include "common/http/http_reader.h"

enum {
	BODY_MAX = 64,
};

/* Read one request, step bytes at a time; what follows it stays in in. */
static enum status
read_one(struct http_reader *reader, struct bytes *in, size_t step,
    struct error *err)
{
	enum status status = STATUS_AGAIN;
	bool has_head = false;

	while (status == STATUS_AGAIN) {
		struct bytes piece = { in->data,
			in->size < step ? in->size : step };
		size_t size = piece.size;

		if (!has_head) {
			status = http_reader_head(reader, &piece, err);
			has_head = status == STATUS_OK;
			if (has_head)
				status = STATUS_AGAIN;
		} else {
			status =
			    http_reader_body(reader, BODY_MAX, &piece, err);
		}
		if (status == STATUS_AGAIN && size == 0 && in->size == 0)
			break;
		bytes_advance(in, size - piece.size);
	}
	return status;
}

static struct http_reader *
open_reader(void)
{
	struct http_reader *reader = NULL;

	assert_int_equal(http_reader_create(&reader, NULL), STATUS_OK);
	return reader;
}

static const char *
header(const struct http_reader *reader, enum http_header which)
{
	return http_reader_request(reader)->headers[which];
}

static void
test_head_is_taken_apart(void **state)
{
	static const char text[] = "POST /a%20b?c=d HTTP/1.1\r\n"
				   "host: 127.0.0.1:1\r\n"
				   "Origin:http://127.0.0.1:1\r\n"
				   "COOKIE:  a=b; c=d \t\r\n"
				   "Content-Type: application/json\r\n"
				   "If-None-Match:\r\n"
				   "X-Unknown: 1\r\nX-Unknown: 2\r\n"
				   "Content-Length: 5\r\n"
				   "Connection: close\r\n\r\nhello";

	(void)state;
	for (size_t step = 1; step <= sizeof(text); step++) {
		struct http_reader *reader = open_reader();
		const struct http_request *request =
		    http_reader_request(reader);
		struct bytes in = bytes_of_text(text);
		struct error err;

		assert_int_equal(read_one(reader, &in, step, &err), STATUS_OK);
		assert_int_equal(in.size, 0);
		assert_int_equal(request->method, HTTP_METHOD_POST);
		assert_string_equal(request->target.path, "/a b");
		assert_string_equal(http_target_parameter(&request->target,
					"c"),
		    "d");
		assert_string_equal(header(reader, HTTP_HEADER_HOST),
		    "127.0.0.1:1");
		assert_string_equal(header(reader, HTTP_HEADER_ORIGIN),
		    "http://127.0.0.1:1");
		assert_string_equal(header(reader, HTTP_HEADER_COOKIE),
		    "a=b; c=d");
		assert_string_equal(header(reader, HTTP_HEADER_IF_NONE_MATCH),
		    "");
		assert_null(header(reader, HTTP_HEADER_TOKEN));
		assert_true(request->has_body);
		assert_true(request->is_last);
		assert_true(bytes_equal_text(request->body, "hello"));
		http_reader_destroy(reader);
	}
}

static void
test_requests_follow_one_another(void **state)
{
	static const char text[] =
	    "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
	    "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nGET"
	    "PUT /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
	    "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"
	    "DELETE /4 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
	    "PATCH /5 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "0\r\n\r\n"
	    "HEAD /6 HTTP/1.1\r\nHost: a\r\n\r\n";
	static const char *const bodies[] = { "", "GET", "abc0123456789", "",
		"", "" };

	(void)state;
	for (size_t step = 1; step <= sizeof(text); step++) {
		struct http_reader *reader = open_reader();
		const struct http_request *request =
		    http_reader_request(reader);
		struct bytes in = bytes_of_text(text);
		struct error err;

		for (size_t i = 0; i < 6; i++) {
			assert_int_equal(read_one(reader, &in, step, &err),
			    STATUS_OK);
			assert_int_equal(request->target.path[1],
			    '1' + (char)i);
			assert_true(bytes_equal_text(request->body, bodies[i]));
			assert_false(request->is_last);
			http_reader_next(reader);
		}
		assert_int_equal(in.size, 0);
		assert_int_equal(read_one(reader, &in, step, &err),
		    STATUS_AGAIN);
		http_reader_destroy(reader);
	}
}

#define HOST    "Host: a\r\n"
#define POST    "POST / HTTP/1.1\r\n" HOST
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

static const struct {
	int code;
	const char *text;
} bad[] = {
	/* lines */
	{ 400, "\r\nGET / HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET / HTTP/1.1\n" HOST "\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "\n" },
	{ 400, "GET / HTTP/1.1\rX\r\n" HOST "\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "X: a\r b\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "X: a\r\n\tb\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST ": a\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "X\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "X: \x01\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "X y: 1\r\n\r\n" },
	{ 400, "\x16\x03\x01\r\n\r\n" },
	{ 400, "hello\r\n\r\n" },
	{ 400, "BREW / HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET /a b HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET / HTTP/1.1 \r\n" HOST "\r\n" },
	{ 400, "GET\r\n\r\n" },
	/* methods and versions */
	{ 501, "OPTIONS / HTTP/1.1\r\n" HOST "\r\n" },
	{ 501, "TRACE / HTTP/1.1\r\n" HOST "\r\n" },
	{ 501, "CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n" },
	{ 501, "GET / HTTP/1.1\r\n" HOST
	       "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n" },
	{ 505, "GET / HTTP/1.0\r\n" HOST "\r\n" },
	{ 505, "GET / HTTP/2.0\r\n" HOST "\r\n" },
	{ 400, "GET / HTTP/1.2\r\n" HOST "\r\n" },
	{ 400, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
	/* targets */
	{ 400, "GET * HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET http://a/ HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET /../etc HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET /%2e%2e/etc HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET /%00 HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET /%g0 HTTP/1.1\r\n" HOST "\r\n" },
	/* headers that stand twice, or not at all */
	{ 400, "GET / HTTP/1.1\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST HOST "\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "Cookie: a\r\nCookie: b\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "Origin: a\r\nORIGIN:\r\n\r\n" },
	/* lengths */
	{ 400, POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n" },
	{ 400, POST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n" },
	{ 400, POST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" },
	{ 400, POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n" },
	{ 400, POST "Content-Length: 1\r\nContent-Length: 2\r\n\r\n" },
	{ 400, POST "Content-Length: 1, 1\r\n\r\n" },
	{ 400, POST "Content-Length: -1\r\n\r\n" },
	{ 400, POST "Content-Length: +1\r\n\r\n" },
	{ 400, POST "Content-Length: 0x1\r\n\r\n" },
	{ 400, POST "Content-Length:\r\n\r\n" },
	{ 400, POST "Content-Length: 18446744073709551616\r\n\r\n" },
	{ 413, POST "Content-Length: 18446744073709551615\r\n\r\n" },
	{ 413, POST "Content-Length: 65\r\n\r\n" },
	{ 501, POST "Transfer-Encoding: gzip, chunked\r\n\r\n" },
	{ 400, POST "Transfer-Encoding: chunked, gzip\r\n\r\n" },
	{ 400, POST "Transfer-Encoding: chunked\r\n"
		    "Transfer-Encoding: chunked\r\n\r\n" },
	{ 501, POST "Transfer-Encoding: xchunked\r\n\r\n" },
	/* chunks */
	{ 400, CHUNKED "g\r\n" },
	{ 400, CHUNKED "1\nx\r\n" },
	{ 400, CHUNKED "1\r\nxy\r\n" },
	{ 400, CHUNKED "fffffffffffffffff\r\n" },
	{ 400, CHUNKED "-1\r\n" },
	{ 413, CHUNKED "ffffffffffffffff\r\n"
		       "1234567890123456789012345678901234567890"
		       "1234567890123456789012345" },
	{ 400, CHUNKED "0\r\nHost: b\r\n\r\n" },
	{ 400, CHUNKED "0\r\nX: b\r\n\r\n" },
};

static void
test_what_is_wrong_is_refused_however_it_comes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t size = strlen(bad[i].text);

		for (size_t step = 1; step <= size; step++) {
			struct http_reader *reader = open_reader();
			struct bytes in = bytes_of_text(bad[i].text);
			enum status status;

			status = read_one(reader, &in, step,
			    step % 2 == 0 ? ERROR_IGNORED : NULL);
			if (status == STATUS_OK || status == STATUS_AGAIN ||
			    http_reader_code(reader) != bad[i].code)
				fail_msg("%zu, by %zu: %s, %d: %s", i, step,
				    status_name(status),
				    http_reader_code(reader), bad[i].text);
			http_reader_destroy(reader);
		}
	}
}

static void
test_zero_byte_is_refused(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n";
	struct http_reader *reader = open_reader();
	struct bytes in = { (const uint8_t *)text, sizeof(text) - 1 };
	struct error err;

	(void)state;
	assert_int_equal(read_one(reader, &in, 100, &err), STATUS_INVALID);
	assert_int_equal(http_reader_code(reader), 400);
	http_reader_destroy(reader);
}

/* Text of count times part, as a request with a blank line at the end. */
static char *
repeat(const char *before, const char *part, size_t count, const char *after)
{
	size_t size = strlen(part);
	char *text = calloc(1, strlen(before) + size * count + 64);
	char *at = text;

	assert_non_null(text);
	memcpy(text, before, strlen(before));
	at += strlen(before);
	for (size_t i = 0; i < count; i++, at += size)
		memcpy(at, part, size);
	memcpy(at, after, strlen(after) + 1);
	return text;
}

static int
code_of(char *text)
{
	struct http_reader *reader = open_reader();
	struct bytes in = bytes_of_text(text);
	int code;

	(void)read_one(reader, &in, 1000, ERROR_IGNORED);
	code = http_reader_code(reader);
	http_reader_destroy(reader);
	free(text);
	return code;
}

static void
test_head_is_limited(void **state)
{
	static const char end[] = " HTTP/1.1\r\n" HOST "\r\n";
	static const char begin[] = "GET / HTTP/1.1\r\n" HOST;
	const size_t frame = sizeof("GET / HTTP/1.1\r\n") - 1;
	const size_t line = HTTP_REQUEST_LINE_BYTES - frame;
	const size_t rest = HTTP_HEAD_BYTES - sizeof(begin) - 6;

	(void)state;
	assert_int_equal(code_of(repeat("GET /", "a", line, end)), 0);
	assert_int_equal(code_of(repeat("GET /", "a", line + 1, end)), 414);
	assert_int_equal(code_of(repeat("GET /", "a", 99999, "")), 414);
	assert_int_equal(code_of(repeat("GET /?", "a&", HTTP_PARAMETERS, end)),
	    0);
	assert_int_equal(code_of(
			     repeat("GET /?", "a&", HTTP_PARAMETERS + 1, end)),
	    414);
	assert_int_equal(code_of(repeat(begin, "X: y\r\n", HTTP_HEADERS - 1,
			     "\r\n")),
	    0);
	assert_int_equal(code_of(
			     repeat(begin, "X: y\r\n", HTTP_HEADERS, "\r\n")),
	    431);
	assert_int_equal(code_of(repeat("GET / HTTP/1.1\r\n" HOST "X: ", "y",
			     rest, "\r\n\r\n")),
	    0);
	assert_int_equal(code_of(repeat("GET / HTTP/1.1\r\n" HOST "X: ", "y",
			     rest + 1, "\r\n\r\n")),
	    431);
	assert_int_equal(code_of(repeat("GET / HTTP/1.1\r\n" HOST "X: ", "y",
			     99999, "")),
	    431);
}

/* A length that is announced takes no memory; what comes does. */
static void
test_body_is_limited(void **state)
{
	static const char full[] = POST "Content-Length: 64\r\n\r\n";
	struct http_reader *reader = open_reader();
	char *text = repeat(full, "x", 64, "");
	struct bytes in = bytes_of_text(text);

	(void)state;
	assert_int_equal(read_one(reader, &in, 9999, NULL), STATUS_OK);
	assert_int_equal(http_reader_request(reader)->body.size, 64);
	http_reader_destroy(reader);
	free(text);
	assert_int_equal(code_of(repeat(CHUNKED, "1\r\nx\r\n", 64, "")), 0);
	assert_int_equal(code_of(repeat(CHUNKED, "1\r\nx\r\n", 65, "")), 413);
	assert_int_equal(code_of(repeat(CHUNKED "1;", "x", 16000, "")), 0);
	assert_int_equal(code_of(repeat(CHUNKED "1;", "x", 99999, "")), 413);
}

/* The memory of a large body goes back, and the next request is read. */
static void
test_large_body_is_forgotten(void **state)
{
	static const char head[] = POST "Content-Length: 600000\r\n\r\n";
	struct http_reader *reader = open_reader();
	char *text =
	    repeat(head, "x", 600000, "GET / HTTP/1.1\r\n" HOST "\r\n");
	struct bytes in = bytes_of_text(text);

	(void)state;
	assert_int_equal(http_reader_head(reader, &in, NULL), STATUS_OK);
	assert_int_equal(http_reader_body(reader, 600000, &in, NULL),
	    STATUS_OK);
	assert_int_equal(http_reader_request(reader)->body.size, 600000);
	http_reader_next(reader);
	assert_int_equal(http_reader_head(reader, &in, NULL), STATUS_OK);
	assert_int_equal(http_reader_body(reader, 0, &in, NULL), STATUS_OK);
	assert_int_equal(http_reader_request(reader)->body.size, 0);
	http_reader_destroy(reader);
	http_reader_destroy(NULL);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head_is_taken_apart),
		cmocka_unit_test(test_requests_follow_one_another),
		cmocka_unit_test(
		    test_what_is_wrong_is_refused_however_it_comes),
		cmocka_unit_test(test_zero_byte_is_refused),
		cmocka_unit_test(test_head_is_limited),
		cmocka_unit_test(test_body_is_limited),
		cmocka_unit_test(test_large_body_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
