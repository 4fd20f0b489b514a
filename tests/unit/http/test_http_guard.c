/* Who may speak to the page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/http/http_guard.h"

static struct http_guard guard;

static int
init_guard(void **state)
{
	(void)state;
	http_guard_init(&guard, "127.0.0.1", 8080, "throughline");
	return 0;
}

/* 0: it may be answered. */
static int
ask(enum http_method method, const char *host, const char *origin,
    const char *site)
{
	struct http_request request = { .method = method };
	struct error err = { .status = STATUS_OK };
	int code = 0;

	request.headers[HTTP_HEADER_HOST] = host;
	request.headers[HTTP_HEADER_ORIGIN] = origin;
	request.headers[HTTP_HEADER_SEC_FETCH_SITE] = site;
	if (http_guard_check(&guard, &request, &code, &err) == STATUS_OK)
		return 0;
	assert_int_equal(err.status, STATUS_DENIED);
	assert_true(strlen(err.text) > 10);
	return code;
}

#define US "127.0.0.1:8080"

/* A name that was made to lead here is still not our name. */
static void
test_other_host_is_refused(void **state)
{
	static const char *const other[] = { NULL, "", "127.0.0.1",
		"127.0.0.1:80", "127.0.0.1:8081", "127.0.0.1:80800",
		"localhost", "localhost:8081", "evil.example:8080",
		"127.0.0.1.evil.example:8080", "[::1]:8080", "127.1:8080",
		"127.0.0.1:8080 ", "localhost.:8080", "LOCALHOST:8080" };

	(void)state;
	assert_int_equal(ask(HTTP_METHOD_GET, US, NULL, NULL), 0);
	assert_int_equal(ask(HTTP_METHOD_GET, "localhost:8080", NULL, NULL), 0);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		assert_int_equal(ask(HTTP_METHOD_GET, other[i], NULL, NULL),
		    421);
		assert_int_equal(ask(HTTP_METHOD_POST, other[i], "http://" US,
				     "same-origin"),
		    421);
	}
}

static void
test_write_comes_from_our_origin(void **state)
{
	(void)state;
	for (enum http_method method = HTTP_METHOD_POST;
	     method <= HTTP_METHOD_DELETE; method++) {
		assert_int_equal(ask(method, US, "http://" US, NULL), 0);
		assert_int_equal(ask(method, US, "http://" US, "same-origin"),
		    0);
		assert_int_equal(ask(method, US, NULL, "same-origin"), 0);
		assert_int_equal(ask(method, "localhost:8080",
				     "http://localhost:8080", NULL),
		    0);
		assert_int_equal(ask(method, US, NULL, NULL), 403);
		assert_int_equal(ask(method, US, NULL, "none"), 403);
		assert_int_equal(ask(method, US, NULL, "cross-site"), 403);
		assert_int_equal(ask(method, US, NULL, "same-site"), 403);
		assert_int_equal(ask(method, US, "http://" US, "same-site"),
		    403);
	}
}

/* Another port of this computer is another origin, though the same site. */
static void
test_other_origin_is_refused(void **state)
{
	static const char *const other[] = { "null", "", "http://evil.example",
		"https://127.0.0.1:8080", "http://127.0.0.1",
		"http://127.0.0.1:8081", "http://localhost:8080",
		"http://127.0.0.1:8080/", "127.0.0.1:8080",
		"http://127.0.0.1:8080.evil.example" };

	(void)state;
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		assert_int_equal(ask(HTTP_METHOD_POST, US, other[i], NULL),
		    403);
		assert_int_equal(ask(HTTP_METHOD_POST, US, other[i],
				     "same-origin"),
		    403);
		assert_int_equal(ask(HTTP_METHOD_GET, US, other[i], NULL), 403);
	}
}

/* Somebody follows a link to the page, or opens it from a bookmark. */
static void
test_page_may_be_opened_from_anywhere(void **state)
{
	(void)state;
	assert_int_equal(ask(HTTP_METHOD_GET, US, NULL, "cross-site"), 0);
	assert_int_equal(ask(HTTP_METHOD_GET, US, NULL, "none"), 0);
	assert_int_equal(ask(HTTP_METHOD_HEAD, US, NULL, NULL), 0);
}

static void
test_usual_port_is_not_written(void **state)
{
	(void)state;
	http_guard_init(&guard, "[::1]", 80, "throughline");
	assert_int_equal(ask(HTTP_METHOD_GET, "[::1]", NULL, NULL), 0);
	assert_int_equal(ask(HTTP_METHOD_GET, "[::1]:80", NULL, NULL), 0);
	assert_int_equal(ask(HTTP_METHOD_GET, "localhost", NULL, NULL), 0);
	assert_int_equal(ask(HTTP_METHOD_POST, "[::1]", "http://[::1]", NULL),
	    0);
	assert_int_equal(ask(HTTP_METHOD_GET, "::1", NULL, NULL), 421);
}

static void
test_session_is_a_cookie_of_this_port(void **state)
{
	struct http_response response = { .code = 200 };
	struct http_request request = { 0 };
	const char **cookie = &request.headers[HTTP_HEADER_COOKIE];

	(void)state;
	assert_int_equal(http_guard_set_session(&guard, &response, "aZ0_-"),
	    STATUS_OK);
	assert_int_equal(http_guard_end_session(&guard, &response), STATUS_OK);
	assert_true(bytes_equal_text(buffer_view(&response.headers),
	    "Set-Cookie: throughline-8080=aZ0_-; Path=/; HttpOnly; "
	    "SameSite=Strict\r\n"
	    "Set-Cookie: throughline-8080=; Path=/; HttpOnly; "
	    "SameSite=Strict; Max-Age=0\r\n"));
	http_response_deinit(&response);

	assert_int_equal(http_guard_session(&guard, &request).size, 0);
	*cookie = "throughline-8081=no; throughline-8080=aZ0_-";
	assert_true(
	    bytes_equal_text(http_guard_session(&guard, &request), "aZ0_-"));
	*cookie = "throughline-8080=a b";
	assert_int_equal(http_guard_session(&guard, &request).size, 0);
	*cookie = "throughline-8080=";
	assert_int_equal(http_guard_session(&guard, &request).size, 0);
}

static void
test_secret_has_a_greatest_length(void **state)
{
	char cookie[HTTP_TOKEN_BYTES + 32] = "throughline-8080=";
	struct http_request request = { 0 };
	size_t size = strlen(cookie);

	(void)state;
	request.headers[HTTP_HEADER_COOKIE] = cookie;
	memset(cookie + size, 'x', HTTP_TOKEN_BYTES);
	assert_int_equal(http_guard_session(&guard, &request).size,
	    HTTP_TOKEN_BYTES);
	cookie[size + HTTP_TOKEN_BYTES] = 'x';
	assert_int_equal(http_guard_session(&guard, &request).size, 0);
}

static void
test_token_is_compared_whole(void **state)
{
	struct http_request request = { 0 };
	const char **token = &request.headers[HTTP_HEADER_TOKEN];

	(void)state;
	assert_false(http_guard_has_token(&request, "secret"));
	*token = "secret";
	assert_true(http_guard_has_token(&request, "secret"));
	assert_false(http_guard_has_token(&request, "secreT"));
	assert_false(http_guard_has_token(&request, "secret2"));
	assert_false(http_guard_has_token(&request, "secre"));
	*token = "";
	assert_false(http_guard_has_token(&request, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_other_host_is_refused, init_guard),
		cmocka_unit_test_setup(test_write_comes_from_our_origin,
		    init_guard),
		cmocka_unit_test_setup(test_other_origin_is_refused,
		    init_guard),
		cmocka_unit_test_setup(test_page_may_be_opened_from_anywhere,
		    init_guard),
		cmocka_unit_test(test_usual_port_is_not_written),
		cmocka_unit_test_setup(test_session_is_a_cookie_of_this_port,
		    init_guard),
		cmocka_unit_test_setup(test_secret_has_a_greatest_length,
		    init_guard),
		cmocka_unit_test(test_token_is_compared_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
