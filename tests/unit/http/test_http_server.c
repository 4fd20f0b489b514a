/* The server over real sockets: whom it answers, refuses and waits for. */
#include "tests/unit/http/page.h"

static const struct http_server_limits usual;

static void
test_requests_of_one_connection_are_answered_in_order(void **state)
{
	struct page *page = page_open(state, usual);
	struct visitor visitor = { 0 };

	visitor_open(&visitor, page);
	visitor_ask(&visitor, "GET /one", "", "");
	visitor_wait(&visitor, "\r\n\r\n/one\n");
	assert_true(visitor_has_heard(&visitor, "HTTP/1.1 200 OK\r\n"));
	assert_true(visitor_has_heard(&visitor, "Content-Security-Policy: "));
	assert_false(visitor_has_heard(&visitor, "Server:"));
	assert_false(visitor_has_heard(&visitor, "Connection: close"));
	buffer_clear(&visitor.heard);
	visitor_ask(&visitor, "HEAD /two", "", "");
	visitor_ask(&visitor, "GET /three", "", "");
	visitor_ask(&visitor, "GET /four", "Connection: close\r\n", "");
	visitor_wait_end(&visitor);
	assert_true(visitor_has_heard(&visitor, "/three\nHTTP/1.1 200"));
	assert_true(visitor_has_heard(&visitor, "Connection: close\r\n"));
	assert_false(visitor_has_heard(&visitor, "/two\n"));
	assert_true(visitor_has_heard(&visitor, "/four\n"));
	assert_int_equal(page->requests, 4);
	assert_int_equal(page->refused, 0);
	visitor_close(&visitor);
}

static void
test_answer_may_come_later(void **state)
{
	struct page *page = page_open(state, usual);
	struct visitor visitor = { 0 }, other = { 0 };

	visitor_open(&visitor, page);
	visitor_open(&other, page);
	visitor_ask(&visitor, "GET /later", "", "");
	page_run_until(page, page->kept != NULL);
	/* What was asked behind it waits, and other visitors do not. */
	visitor_ask(&visitor, "GET /behind", "", "");
	visitor_ask(&other, "GET /beside", "", "");
	visitor_wait(&other, "/beside\n");
	assert_int_equal(visitor.heard.size, 0);
	http_exchange_say(page->kept, 200, "at last");
	page->kept = NULL;
	visitor_wait(&visitor, "/behind\n");
	assert_true(visitor_has_heard(&visitor, "at last\n"));
	visitor_ask(&other, "GET /work", "", "");
	visitor_wait(&other, "worked\n");
	visitor_close(&visitor);
	visitor_close(&other);
}

/* Whoever makes the answer need not know that nobody waits for it any more. */
static void
test_answer_for_a_visitor_who_left_is_dropped(void **state)
{
	struct page *page = page_open(state, usual);
	struct visitor visitor = { 0 };

	visitor_open(&visitor, page);
	visitor_ask(&visitor, "GET /later", "", "");
	page_run_until(page, page->kept != NULL);
	visitor_leave_in_anger(&visitor);
	assert_int_equal(http_server_connections(page->server), 1);
	http_exchange_say(page->kept, 200, "too late");
	page->kept = NULL;
	assert_int_equal(http_server_connections(page->server), 0);
}

/* Its own end closed: it asks nothing more, and still wants the answer. */
static void
test_visitor_who_has_said_all_is_answered(void **state)
{
	struct page *page = page_open(state, usual);
	struct visitor visitor = { 0 };
	uv_shutdown_t shutdown;

	visitor_open(&visitor, page);
	visitor_ask(&visitor, "GET /later", "", "");
	uv_shutdown(&shutdown, (uv_stream_t *)&visitor.tcp, NULL);
	page_run_until(page, page->kept != NULL);
	uv_run(&page->loop, UV_RUN_NOWAIT);
	http_exchange_say(page->kept, 200, "for you");
	page->kept = NULL;
	visitor_wait_end(&visitor);
	assert_true(visitor_has_heard(&visitor, "for you\n"));
	visitor_close(&visitor);
}

/* Nobody but the page itself gets as far as the handler. */
static void
test_hostile_page_is_refused(void **state)
{
	static const struct {
		const char *text;
		const char *answer;
	} hostile[] = {
		{ "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		    "HTTP/1.1 421 Misdirected Request\r\n" },
		{ "GET / HTTP/1.0\r\n\r\n",
		    "HTTP/1.1 505 HTTP Version Not Supported\r\n" },
		{ "\x16\x03\x01\x02 a TLS greeting\r\n\r\n",
		    "HTTP/1.1 400 Bad Request\r\n" },
		{ "GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
		    "HTTP/1.1 400 Bad Request\r\n" },
		{ "OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n",
		    "HTTP/1.1 501 Not Implemented\r\n" },
	};

	static const char *const headers[] = { "",
		"Origin: http://evil.example\r\n", "Origin: null\r\n",
		"Sec-Fetch-Site: cross-site\r\n",
		"Sec-Fetch-Site: same-site\r\n" };
	struct page *page = page_open(state, usual);
	unsigned refused = 0;

	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct visitor visitor = { 0 };

		visitor_open(&visitor, page);
		visitor_say(&visitor, hostile[i].text);
		visitor_wait(&visitor, hostile[i].answer);
		visitor_wait_end(&visitor);
		assert_true(visitor_has_heard(&visitor, "frame-ancestors"));
		assert_int_equal(page->refused, ++refused);
		visitor_close(&visitor);
	}
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct visitor visitor = { 0 };

		visitor_open(&visitor, page);
		visitor_ask(&visitor, "POST /", headers[i], "");
		visitor_wait(&visitor, "HTTP/1.1 403 Forbidden\r\n");
		visitor_wait_end(&visitor);
		assert_int_equal(page->refused, ++refused);
		visitor_close(&visitor);
	}
	assert_int_equal(page->requests, 0);
}

#define OWN "Sec-Fetch-Site: same-origin\r\n"

/* The route says how much; more is refused before any of it was sent. */
static void
test_body_is_taken_as_far_as_its_route_says(void **state)
{
	struct page *page = page_open(state, usual);
	struct visitor visitor = { 0 }, first = { 0 }, second = { 0 },
		       third = { 0 };

	visitor_open(&visitor, page);
	visitor_ask(&visitor, "POST /", OWN "Content-Length: 1024\r\n", "");
	visitor_say_bytes(&visitor, (struct bytes){ page->large, 1024 });
	visitor_wait(&visitor, "\r\n\r\n1024 bytes\n");
	visitor_ask(&visitor, "PUT /upload", OWN "Content-Length: 33554432\r\n",
	    "");
	visitor_say_bytes(&visitor, (struct bytes){ page->large, LARGE_BYTES });
	visitor_wait(&visitor, "33554432 bytes\n");
	visitor_ask(&visitor, "POST /", OWN "Transfer-Encoding: chunked\r\n",
	    "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n");
	visitor_wait(&visitor, "\r\n\r\n4 bytes\n");
	assert_int_equal(page->refused, 0);

	visitor_open(&first, page);
	visitor_ask(&first, "POST /", OWN "Content-Length: 1025\r\n", "");
	visitor_wait_end(&first);
	visitor_open(&second, page);
	visitor_ask(&second, "POST /none", OWN "Content-Length: 1\r\n", "x");
	visitor_wait_end(&second);
	visitor_open(&third, page);
	visitor_ask(&third, "POST /none", OWN "Transfer-Encoding: chunked\r\n",
	    "1\r\nx\r\n");
	visitor_wait_end(&third);
	assert_true(visitor_has_heard(&first, " 413 Content Too Large\r\n"));
	assert_true(visitor_has_heard(&second, " 413 Content Too Large\r\n"));
	assert_true(visitor_has_heard(&third, " 413 Content Too Large\r\n"));
	assert_int_equal(page->refused, 3);
	assert_int_equal(page->requests, 3);
	visitor_close(&visitor);
	visitor_close(&first);
	visitor_close(&second);
	visitor_close(&third);
}

/* A cut while it still sends might reach it before the answer does. */
static void
test_refused_body_is_let_run_out(void **state)
{
	struct page *page = page_open(state, usual);
	struct visitor visitor = { 0 };

	visitor_open(&visitor, page);
	visitor_ask(&visitor, "POST /", OWN "Content-Length: 33554432\r\n", "");
	visitor_say_bytes(&visitor, (struct bytes){ page->large, LARGE_BYTES });
	visitor_wait(&visitor, "HTTP/1.1 413 ");
	page_run_until(page, !visitor.is_writing);
	assert_false(visitor.is_refused);
	visitor_close(&visitor);
	page_run_until(page, http_server_connections(page->server) == 0);
}

static void
test_visitor_who_asks_first_is_told_to_go_on(void **state)
{
	struct page *page = page_open(state, usual);
	struct visitor visitor = { 0 }, other = { 0 };

	visitor_open(&visitor, page);
	visitor_ask(&visitor, "POST /",
	    OWN "Expect: 100-continue\r\nContent-Length: 2\r\n", "");
	visitor_wait(&visitor, "HTTP/1.1 100 Continue\r\n\r\n");
	visitor_say(&visitor, "ab");
	visitor_wait(&visitor, "2 bytes\n");
	visitor_open(&other, page);
	visitor_ask(&other, "POST /",
	    OWN "Expect: 100-continue\r\nContent-Length: 2000\r\n", "");
	visitor_wait(&other, "HTTP/1.1 413 ");
	assert_false(visitor_has_heard(&other, "100 Continue"));
	visitor_close(&visitor);
	visitor_close(&other);
}

static void
test_large_answer_arrives_whole(void **state)
{
	struct page *page = page_open(state, usual);
	struct visitor visitor = { 0 };

	visitor_open(&visitor, page);
	visitor_ask(&visitor, "GET /large", "Connection: close\r\n", "");
	visitor_wait_end(&visitor);
	assert_true(visitor.heard.size > LARGE_BYTES);
	assert_true(visitor.heard.size < LARGE_BYTES + 4096);
	visitor_close(&visitor);
}

/* The oldest that does nothing gives way; those at work do not. */
static void
test_connections_are_limited(void **state)
{
	struct page *page =
	    page_open(state, (struct http_server_limits){ .connections = 2 });
	struct visitor busy = { 0 }, idle = { 0 }, third = { 0 };

	visitor_open(&busy, page);
	visitor_ask(&busy, "GET /later", "", "");
	page_run_until(page, page->kept != NULL);
	visitor_open(&idle, page);
	visitor_ask(&idle, "GET /idle", "", "");
	visitor_wait(&idle, "/idle\n");
	assert_int_equal(http_server_connections(page->server), 2);
	visitor_open(&third, page);
	visitor_ask(&third, "GET /third", "", "");
	visitor_wait(&third, "/third\n");
	visitor_wait_end(&idle);
	assert_false(busy.is_over);
	assert_int_equal(http_server_connections(page->server), 2);
	http_exchange_say(page->kept, 200, "done");
	page->kept = NULL;
	visitor_wait(&busy, "done\n");
	visitor_close(&busy);
	visitor_close(&idle);
	visitor_close(&third);
}

static void
test_who_finds_no_place_waits_for_one(void **state)
{
	struct page *page =
	    page_open(state, (struct http_server_limits){ .connections = 1 });
	struct visitor busy = { 0 }, next = { 0 };

	visitor_open(&busy, page);
	visitor_ask(&busy, "GET /later", "Connection: close\r\n", "");
	page_run_until(page, page->kept != NULL);
	visitor_open(&next, page);
	visitor_ask(&next, "GET /next", "", "");
	assert_int_equal(page->requests, 1);
	http_exchange_say(page->kept, 200, "done");
	page->kept = NULL;
	visitor_wait_end(&busy);
	visitor_close(&busy);
	visitor_wait(&next, "/next\n");
	visitor_close(&next);
}

static void
test_close_waits_for_answers(void **state)
{
	struct page *page = page_open(state, usual);
	struct visitor busy = { 0 }, idle = { 0 }, half = { 0 }, body = { 0 };

	visitor_open(&busy, page);
	visitor_open(&idle, page);
	visitor_open(&half, page);
	visitor_open(&body, page);
	visitor_say(&half, "GET / HT");
	visitor_ask(&body, "POST /", OWN "Content-Length: 2\r\n", "x");
	visitor_ask(&idle, "GET /idle", "", "");
	visitor_wait(&idle, "/idle\n");
	visitor_ask(&busy, "GET /later", "", "");
	page_run_until(page, page->kept != NULL);
	http_server_close(page->server);
	http_server_close(page->server);
	visitor_wait_end(&idle);
	visitor_wait_end(&half);
	visitor_wait_end(&body);
	assert_false(page->is_closed);
	http_exchange_say(page->kept, 200, "the last");
	page->kept = NULL;
	visitor_wait_end(&busy);
	assert_true(visitor_has_heard(&busy, "Connection: close\r\n"));
	assert_true(visitor_has_heard(&busy, "the last\n"));
	visitor_close(&busy);
	page_run_until(page, page->is_closed);
	visitor_close(&idle);
	visitor_close(&half);
	visitor_close(&body);
}

static void
test_other_addresses_are_refused(void **state)
{
	struct page *page = *state;
	struct error err;

	assert_int_equal(page_listen(page, "0.0.0.0", &err), STATUS_INVALID);
	assert_int_equal(page_listen(page, "192.0.2.1", &err), STATUS_INVALID);
	assert_int_equal(page_listen(page, "::", &err), STATUS_INVALID);
	assert_null(page->server);
	/* Not an address of this computer: the system says no. */
	page->options.is_public = true;
	assert_int_not_equal(page_listen(page, "192.0.2.1", &err), STATUS_OK);
	assert_null(page->server);
	assert_int_equal(page_listen(page, "0.0.0.0", &err), STATUS_OK);
}

static void
test_address_is_told(void **state)
{
	struct page *page = page_open(state, usual);
	char address[64];

	assert_true(http_server_port(page->server) > 0);
	(void)snprintf(address, sizeof(address), "127.0.0.1:%u",
	    (unsigned)http_server_port(page->server));
	assert_string_equal(http_server_address(page->server), address);
	(void)snprintf(address, sizeof(address), "throughline-%u",
	    (unsigned)http_server_port(page->server));
	assert_string_equal(http_server_guard(page->server)->cookie, address);
}

static void
test_loopback_of_ipv6_is_taken(void **state)
{
	struct page *page = *state;
	char address[64];

	if (page_listen(page, "::1", NULL) != STATUS_OK)
		skip(); /* this computer has no IPv6 */
	(void)snprintf(address, sizeof(address), "[::1]:%u",
	    (unsigned)http_server_port(page->server));
	assert_string_equal(http_server_address(page->server), address);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, page_init, page_deinit)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_requests_of_one_connection_are_answered_in_order),
		TEST(test_answer_may_come_later),
		TEST(test_answer_for_a_visitor_who_left_is_dropped),
		TEST(test_visitor_who_has_said_all_is_answered),
		TEST(test_hostile_page_is_refused),
		TEST(test_body_is_taken_as_far_as_its_route_says),
		TEST(test_refused_body_is_let_run_out),
		TEST(test_visitor_who_asks_first_is_told_to_go_on),
		TEST(test_large_answer_arrives_whole),
		TEST(test_connections_are_limited),
		TEST(test_who_finds_no_place_waits_for_one),
		TEST(test_close_waits_for_answers),
		TEST(test_other_addresses_are_refused),
		TEST(test_address_is_told),
		TEST(test_loopback_of_ipv6_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
