/* Answers that go on; covers common/http/http_exchange.c. */
#include "tests/unit/http/page.h"

static const struct http_server_limits usual;

static enum status
send_text(struct page *page, const char *text)
{
	return http_stream_send(page->stream, "note", NULL,
	    bytes_of_text(text));
}

static void
visitor_listen(struct visitor *visitor, struct page *page)
{
	visitor_open(visitor, page);
	visitor_ask(visitor, "GET /stream", "", "");
	page_run_until(page, page->stream != NULL);
}

static void
test_events_arrive_and_the_server_ends_them(void **state)
{
	struct page *page = page_open(state, usual);
	struct visitor visitor = { 0 };

	visitor_listen(&visitor, page);
	visitor_wait(&visitor, "Content-Type: text/event-stream\r\n");
	assert_false(visitor_has_heard(&visitor, "Content-Length"));
	assert_int_equal(send_text(page, "one"), STATUS_OK);
	assert_int_equal(send_text(page, "two"), STATUS_OK);
	visitor_wait(&visitor, "event: note\ndata: two\n\n");
	assert_int_equal(send_text(page, "three"), STATUS_OK);
	http_stream_close(page->stream);
	assert_int_equal(send_text(page, "four"), STATUS_CLOSED);
	assert_int_equal(page->gone, 0);
	visitor_wait_end(&visitor);
	assert_true(visitor_has_heard(&visitor, "data: three\n\n"));
	assert_false(visitor_has_heard(&visitor, "data: four"));
	visitor_close(&visitor);
	page_run_until(page, page->gone == 1);
	assert_int_equal(http_server_connections(page->server), 0);
}

static void
test_visitor_who_leaves_is_noticed(void **state)
{
	struct page *page = page_open(state, usual);
	struct visitor visitor = { 0 };

	visitor_listen(&visitor, page);
	visitor_wait(&visitor, "\r\n\r\n");
	visitor_close(&visitor);
	page_run_until(page, page->gone == 1);
}

/* Whoever does not read costs a bounded queue, and then nothing. */
static void
test_visitor_who_does_not_read_is_cut(void **state)
{
	struct page *page = page_open(state,
	    (struct http_server_limits){ .stream_bytes = 64 * 1024 });
	struct visitor visitor = { .is_deaf = true };
	enum status status = STATUS_OK;
	struct bytes data = { page->large, 16 * 1024 };
	size_t sent = 0;

	memset(page->large, 'x', data.size);
	visitor_listen(&visitor, page);
	while (status == STATUS_OK && sent < LARGE_BYTES) {
		status = http_stream_send(page->stream, NULL, NULL, data);
		sent += data.size;
		uv_run(&page->loop, UV_RUN_NOWAIT);
	}
	assert_int_equal(status, STATUS_FULL);
	page_run_until(page, page->gone == 1);
	assert_int_equal(http_server_connections(page->server), 0);
	visitor_close(&visitor);
}

/* The queue is not full, but nothing of it has moved for a while. */
static void
test_visitor_who_stops_reading_is_cut_in_time(void **state)
{
	struct page *page =
	    page_open(state, (struct http_server_limits){ .stream_alive_ms = 30,
				 .stream_bytes = LARGE_BYTES + 4096 });
	struct visitor visitor = { .is_deaf = true };

	memset(page->large, 'x', LARGE_BYTES);
	visitor_listen(&visitor, page);
	assert_int_equal(http_stream_send(page->stream, NULL, NULL,
			     (struct bytes){ page->large, LARGE_BYTES }),
	    STATUS_OK);
	page_run_until(page, page->gone == 1);
	visitor_close(&visitor);
}

static void
test_quiet_stream_is_kept_alive(void **state)
{
	struct page *page = page_open(state,
	    (struct http_server_limits){ .stream_alive_ms = 10 });
	struct visitor visitor = { 0 };

	visitor_listen(&visitor, page);
	visitor_wait(&visitor, "\r\n\r\n:\n\n:\n\n");
	assert_int_equal(send_text(page, "still here"), STATUS_OK);
	visitor_wait(&visitor, "data: still here\n\n");
	visitor_close(&visitor);
	page_run_until(page, page->gone == 1);
}

static void
test_server_that_closes_ends_streams(void **state)
{
	struct page *page = page_open(state, usual);
	struct visitor visitor = { 0 };

	visitor_listen(&visitor, page);
	http_server_close(page->server);
	visitor_wait_end(&visitor);
	page_run_until(page, page->is_closed);
	assert_int_equal(page->gone, 1);
	visitor_close(&visitor);
}

static void
test_stream_for_a_visitor_who_left_is_none(void **state)
{
	struct page *page = page_open(state, usual);
	struct visitor visitor = { 0 };

	visitor_open(&visitor, page);
	visitor_ask(&visitor, "GET /later", "", "");
	page_run_until(page, page->kept != NULL);
	visitor_leave_in_anger(&visitor);
	assert_null(http_stream_open(page->kept, on_stream_gone, page));
	page->kept = NULL;
	assert_int_equal(http_server_connections(page->server), 0);
	assert_int_equal(page->gone, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, page_init, page_deinit)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_events_arrive_and_the_server_ends_them),
		TEST(test_visitor_who_leaves_is_noticed),
		TEST(test_visitor_who_does_not_read_is_cut),
		TEST(test_visitor_who_stops_reading_is_cut_in_time),
		TEST(test_quiet_stream_is_kept_alive),
		TEST(test_server_that_closes_ends_streams),
		TEST(test_stream_for_a_visitor_who_left_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
