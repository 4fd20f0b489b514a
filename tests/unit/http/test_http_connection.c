/*
 * How long a connection may take, and how much it may leave lying: covers
 * common/http/http_connection.c.
 */
#include "tests/unit/http/page.h"

static const struct http_server_limits usual;

#define OWN "Sec-Fetch-Site: same-origin\r\n"

static void
test_visitor_who_does_nothing_is_cut(void **state)
{
	struct page *page =
	    page_open(state, (struct http_server_limits){ .idle_ms = 20 });
	struct visitor visitor = { 0 };

	visitor_open(&visitor, page);
	visitor_wait_end(&visitor);
	assert_int_equal(visitor.heard.size, 0);
	assert_int_equal(page->refused, 0);
	visitor_close(&visitor);
}

/* However steadily its bytes come, a head has one time for all of it. */
static void
test_slow_head_is_refused(void **state)
{
	struct page *page =
	    page_open(state, (struct http_server_limits){ .head_ms = 30 });
	struct visitor visitor = { 0 };

	visitor_open(&visitor, page);
	visitor_say(&visitor, "GET / HTTP/1.1\r\nX: ");
	while (page->refused == 0)
		visitor_say(&visitor, "x");
	visitor_wait(&visitor, "HTTP/1.1 408 Request Timeout");
	visitor_wait_end(&visitor);
	assert_int_equal(page->refused_code, 408);
	assert_int_equal(page->requests, 0);
	visitor_close(&visitor);
}

static void
test_slow_body_is_refused(void **state)
{
	struct page *page = page_open(state,
	    (struct http_server_limits){ .rate_ms = 20, .rate_bytes = 2 });
	struct visitor visitor = { 0 };

	visitor_open(&visitor, page);
	visitor_ask(&visitor, "POST /", OWN "Content-Length: 2\r\n", "x");
	visitor_wait(&visitor, "HTTP/1.1 408 Request Timeout");
	visitor_wait_end(&visitor);
	assert_int_equal(page->refused_code, 408);
	assert_int_equal(page->requests, 0);
	visitor_close(&visitor);
}

/* A body has no time for all of it, as long as it moves. */
static void
test_steady_body_is_taken(void **state)
{
	struct page *page = page_open(state,
	    (struct http_server_limits){ .rate_ms = 50, .rate_bytes = 1 });
	struct visitor visitor = { 0 };
	uint64_t began;

	visitor_open(&visitor, page);
	visitor_ask(&visitor, "PUT /upload", OWN "Content-Length: 33554432\r\n",
	    "");
	began = uv_now(&page->loop);
	while (uv_now(&page->loop) < began + 200)
		visitor_say(&visitor, "x");
	assert_false(visitor.is_over);
	assert_int_equal(page->refused, 0);
	visitor_close(&visitor);
}

static void
test_visitor_who_does_not_read_is_cut(void **state)
{
	struct page *page = page_open(state,
	    (struct http_server_limits){ .rate_ms = 50, .rate_bytes = 4096 });
	struct visitor visitor = { .is_deaf = true };

	visitor_open(&visitor, page);
	visitor_ask(&visitor, "GET /large", "", "");
	page_run_until(page, page->requests == 1);
	page_run_until(page, http_server_connections(page->server) == 0);
	visitor_close(&visitor);
}

/* What is sent ahead of an answer stays outside, but for a little. */
static void
test_reading_ahead_is_bounded(void **state)
{
	struct page *page = page_open(state, usual);
	struct visitor visitor = { 0 };

	visitor_open(&visitor, page);
	visitor_ask(&visitor, "GET /later", "", "");
	page_run_until(page, page->kept != NULL);
	visitor_say_bytes(&visitor, (struct bytes){ page->large, LARGE_BYTES });
	for (int turn = 0; turn < 2000; turn++)
		uv_run(&page->loop, UV_RUN_NOWAIT);
	assert_true(visitor.is_writing);
	http_exchange_say(page->kept, 200, "done");
	page->kept = NULL;
	visitor_wait(&visitor, "done\n");
	visitor_wait(&visitor, "HTTP/1.1 400 "); /* zero bytes */
	visitor_close(&visitor);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, page_init, page_deinit)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_visitor_who_does_nothing_is_cut),
		TEST(test_slow_head_is_refused),
		TEST(test_slow_body_is_refused),
		TEST(test_steady_body_is_taken),
		TEST(test_visitor_who_does_not_read_is_cut),
		TEST(test_reading_ahead_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
