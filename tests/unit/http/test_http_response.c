/* Answers as they go out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/http/http_response.h"

#define SECURITY                                                           \
	"Content-Security-Policy: default-src 'none'; script-src 'self'; " \
	"style-src 'self'; img-src 'self' data:; connect-src 'self'; "     \
	"font-src 'self'; form-action 'self'; frame-ancestors 'none'; "    \
	"base-uri 'none'\r\n"                                              \
	"X-Content-Type-Options: nosniff\r\n"                              \
	"Referrer-Policy: no-referrer\r\n"                                 \
	"Cross-Origin-Opener-Policy: same-origin\r\n"                      \
	"Cross-Origin-Resource-Policy: same-origin\r\n"

/* Head and body must be exactly these. */
static void
expect(const struct http_response *response, const struct http_request *request,
    bool is_last, const char *head, const char *body)
{
	struct buffer out = { 0 };
	struct bytes rest;

	assert_int_equal(http_response_write(response, request, is_last, &out,
			     &rest),
	    STATUS_OK);
	assert_int_equal(buffer_append(&out, (struct bytes){ (void *)"", 1 }),
	    STATUS_OK);
	assert_string_equal((const char *)buffer_view(&out).data, head);
	assert_true(bytes_equal_text(rest, body));
	buffer_deinit(&out);
}

static void
test_answer_carries_its_security_with_it(void **state)
{
	struct http_response response = { .code = 404 };
	struct http_request request = { .method = HTTP_METHOD_GET };

	(void)state;
	expect(&response, &request, false,
	    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n"
	    "Cache-Control: no-store\r\n" SECURITY "\r\n",
	    "");
	assert_int_equal(http_response_say(&response, 400, "it is wrong"),
	    STATUS_OK);
	assert_int_equal(http_response_add(&response, "Allow", "GET, HEAD"),
	    STATUS_OK);
	expect(&response, NULL, true,
	    "HTTP/1.1 400 Bad Request\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Length: 12\r\nCache-Control: no-store\r\n"
	    "Connection: close\r\n" SECURITY "Allow: GET, HEAD\r\n\r\n",
	    "it is wrong\n");
	http_response_deinit(&response);
	assert_string_equal(http_response_reason(200), "OK");
	assert_string_equal(http_response_reason(299), "");
}

static void
test_head_tells_the_length_and_sends_nothing(void **state)
{
	struct http_response response = { .code = 200,
		.cache = HTTP_CACHE_FOREVER };
	struct http_request request = { .method = HTTP_METHOD_HEAD };

	(void)state;
	http_response_lend(&response, "text/css", bytes_of_text("a{}"));
	expect(&response, &request, false,
	    "HTTP/1.1 200 OK\r\nContent-Type: text/css\r\n"
	    "Content-Length: 3\r\n"
	    "Cache-Control: private, max-age=31536000, immutable\r\n" SECURITY
	    "\r\n",
	    "");
	http_response_deinit(&response);
}

static void
test_known_etag_is_not_modified(void **state)
{
	static const char *const same[] = { "*", "\"v1\"", "W/\"v1\"",
		"\"a\", \"v1\"", "\"a\",W/\"v1\",\"b\"" };
	static const char *const other[] = { "", "v1", "\"v\"", "\"v11\"",
		"\"a\", W/\"v2\"", "\"v1", "W/" };
	struct http_response response = { .code = 200,
		.cache = HTTP_CACHE_CHECK };
	struct http_request request = { .method = HTTP_METHOD_GET };
	const char **tags = &request.headers[HTTP_HEADER_IF_NONE_MATCH];
	static const char found[] =
	    "HTTP/1.1 304 Not Modified\r\nCache-Control: private, no-cache\r\n"
	    "ETag: \"v1\"\r\n" SECURITY "\r\n";
	static const char whole[] =
	    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
	    "Content-Length: 4\r\nCache-Control: private, no-cache\r\n"
	    "ETag: \"v1\"\r\n" SECURITY "\r\n";

	(void)state;
	http_response_lend(&response, "text/html", bytes_of_text("page"));
	http_response_set_etag(&response, "v1");
	expect(&response, &request, false, whole, "page");
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		*tags = same[i];
		expect(&response, &request, false, found, "");
	}
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		*tags = other[i];
		expect(&response, &request, false, whole, "page");
	}
	*tags = "*";
	request.method = HTTP_METHOD_POST; /* it changes something */
	expect(&response, &request, false, whole, "page");
	http_response_deinit(&response);
}

static void
test_answer_without_content_has_no_length(void **state)
{
	struct http_response response = { .code = 204 };
	struct http_request request = { .method = HTTP_METHOD_PUT };

	(void)state;
	expect(&response, &request, false,
	    "HTTP/1.1 204 No Content\r\n"
	    "Cache-Control: no-store\r\n" SECURITY "\r\n",
	    "");
	response = (struct http_response){ .code = 200,
		.is_stream = true,
		.type = "text/event-stream" };
	expect(&response, &request, false,
	    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
	    "Cache-Control: no-store\r\nConnection: close\r\n" SECURITY "\r\n",
	    "");
}

/* A name that somebody chose cannot end a header and begin another. */
static void
test_header_value_cannot_be_split(void **state)
{
	static const char *const bad[] = { "a\r\nSet-Cookie: b", "a\nb", "a\rb",
		"a\tb", "\x7f", "Zo\xc3\xab", "\x01" };
	struct http_response response = { .code = 200 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(http_response_add(&response, "Location",
				     bad[i]),
		    STATUS_INVALID);
	assert_int_equal(response.headers.size, 0);
	assert_int_equal(http_response_add(&response, "Location", "/ ~"),
	    STATUS_OK);
	http_response_deinit(&response);
}

/* What was there before is replaced, and the buffer's owner has none left. */
static void
test_body_is_taken(void **state)
{
	struct http_response response = { .code = 200 };
	struct buffer body = { 0 };

	(void)state;
	assert_int_equal(http_response_say(&response, 500, "old"), STATUS_OK);
	assert_int_equal(buffer_append(&body, bytes_of_text("{}")), STATUS_OK);
	http_response_take(&response, "application/json", &body);
	assert_null(body.data);
	assert_int_equal(body.size, 0);
	assert_true(bytes_equal_text(response.body, "{}"));
	http_response_deinit(&response);
	assert_int_equal(response.body.size, 0);
}

static void
test_event_is_written(void **state)
{
	static const char expected[] = "event: changed\nid: 7\ndata: {}\n\n"
				       "data: a\ndata: \ndata: b\ndata: c\n"
				       "data: \n\n"
				       "data: \n\n";
	struct buffer out = { 0 };

	(void)state;
	assert_int_equal(http_response_write_event(&out, "changed", "7",
			     bytes_of_text("{}")),
	    STATUS_OK);
	assert_int_equal(http_response_write_event(&out, NULL, NULL,
			     bytes_of_text("a\n\r\nb\rc\n")),
	    STATUS_OK);
	assert_int_equal(http_response_write_event(&out, NULL, NULL,
			     (struct bytes){ NULL, 0 }),
	    STATUS_OK);
	assert_true(bytes_equal_text(buffer_view(&out), expected));
	buffer_deinit(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer_carries_its_security_with_it),
		cmocka_unit_test(test_head_tells_the_length_and_sends_nothing),
		cmocka_unit_test(test_known_etag_is_not_modified),
		cmocka_unit_test(test_answer_without_content_has_no_length),
		cmocka_unit_test(test_header_value_cannot_be_split),
		cmocka_unit_test(test_body_is_taken),
		cmocka_unit_test(test_event_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
