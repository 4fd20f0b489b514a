/* What is asked of a request that was read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/http/http_request.h"

static void
test_names_are_those_of_http(void **state)
{
	(void)state;
	assert_string_equal(http_method_name(HTTP_METHOD_GET), "GET");
	assert_string_equal(http_method_name(HTTP_METHOD_DELETE), "DELETE");
	assert_string_equal(http_header_name(HTTP_HEADER_HOST), "Host");
	assert_string_equal(http_header_name(HTTP_HEADER_TOKEN),
	    "X-Throughline-Token");
}

static void
test_reads_are_get_and_head(void **state)
{
	struct http_request request = { .method = HTTP_METHOD_GET };

	(void)state;
	assert_true(http_request_is_read(&request));
	request.method = HTTP_METHOD_HEAD;
	assert_true(http_request_is_read(&request));
	for (request.method = HTTP_METHOD_POST;
	     request.method <= HTTP_METHOD_DELETE; request.method++)
		assert_false(http_request_is_read(&request));
}

static void
test_type_is_compared_without_parameters(void **state)
{
	struct http_request request = { 0 };
	const char **type = &request.headers[HTTP_HEADER_CONTENT_TYPE];

	(void)state;
	assert_false(http_request_is_type(&request, "application/json"));
	*type = "application/json";
	assert_true(http_request_is_type(&request, "application/json"));
	*type = "Application/JSON ; charset=utf-8";
	assert_true(http_request_is_type(&request, "application/json"));
	*type = "application/jsonx";
	assert_false(http_request_is_type(&request, "application/json"));
	*type = "text/plain;application/json";
	assert_false(http_request_is_type(&request, "application/json"));
}

static void
test_cookie_is_found_by_its_whole_name(void **state)
{
	struct http_request request = { 0 };
	const char **cookie = &request.headers[HTTP_HEADER_COOKIE];

	(void)state;
	assert_int_equal(http_request_cookie(&request, "t-80").size, 0);
	*cookie = "xt-80=no; t-8080=no;t-80=yes; t=no;";
	assert_true(
	    bytes_equal_text(http_request_cookie(&request, "t-80"), "yes"));
	*cookie = "t-80";
	assert_int_equal(http_request_cookie(&request, "t-80").size, 0);
	*cookie = "t-80=";
	assert_int_equal(http_request_cookie(&request, "t-80").size, 0);
	*cookie = "; ;; t-80=a=b";
	assert_true(
	    bytes_equal_text(http_request_cookie(&request, "t-80"), "a=b"));
}

/* Another program on this computer may have set the second one. */
static void
test_cookie_that_stands_twice_counts_for_nothing(void **state)
{
	struct http_request request = { 0 };

	(void)state;
	request.headers[HTTP_HEADER_COOKIE] = "t-80=mine; t-80=theirs";
	assert_int_equal(http_request_cookie(&request, "t-80").size, 0);
	request.headers[HTTP_HEADER_COOKIE] = "t-80=; t-80=theirs";
	assert_int_equal(http_request_cookie(&request, "t-80").size, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_those_of_http),
		cmocka_unit_test(test_reads_are_get_and_head),
		cmocka_unit_test(test_type_is_compared_without_parameters),
		cmocka_unit_test(test_cookie_is_found_by_its_whole_name),
		cmocka_unit_test(
		    test_cookie_that_stands_twice_counts_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
