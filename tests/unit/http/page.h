/*
 * A loop with a server on it, and visitors that speak to it by real sockets.
 */
#ifndef TESTS_UNIT_HTTP_PAGE_H
#define TESTS_UNIT_HTTP_PAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/http/http_server.h"

enum {
	PATIENCE_MS = 30 * 1000, /* before a test is given up */
	LARGE_BYTES = 32 * 1024 * 1024,
	ASK_BYTES = 1024,
};

struct page {
	uv_loop_t loop;
	uv_timer_t watchdog;
	struct http_server_options options;
	struct http_server *server;
	struct http_exchange *kept; /* of /later */
	struct http_stream *stream; /* of /stream */
	uv_work_t work;
	uint8_t *large; /* LARGE_BYTES */
	unsigned requests;
	unsigned refused;
	int refused_code;
	unsigned gone; /* streams */
	bool is_closed;
};

struct visitor {
	struct page *page;
	uv_tcp_t tcp;
	uv_connect_t connect;
	uv_write_t write;
	struct buffer heard;
	bool is_deaf;
	bool is_writing;
	bool is_refused; /* what was last written, by a cut */
	bool is_over;    /* the server's end, or a cut */
	bool is_closed;  /* by us */
};

/* --- the page ------------------------------------------------------------- */

static inline void
on_stream_gone(struct http_stream *stream, void *user)
{
	struct page *page = user;

	assert_ptr_equal(stream, page->stream);
	page->stream = NULL;
	page->gone++;
}

static inline void
work_elsewhere(uv_work_t *work)
{
	(void)work;
}

static inline void
on_worked(uv_work_t *work, int status)
{
	struct page *page = work->data;

	assert_int_equal(status, 0);
	http_exchange_say(page->kept, 200, "worked");
	page->kept = NULL;
}

static inline size_t
on_head(struct http_server *server, const struct http_request *request,
    void *user)
{
	struct page *page = user;

	assert_true(page->server == NULL || page->server == server);
	if (strcmp(request->target.path, "/upload") == 0)
		return LARGE_BYTES;
	return strcmp(request->target.path, "/none") == 0 ? 0 : 1024;
}

static inline void
answer_with_size(struct http_exchange *exchange, size_t size)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%zu bytes", size);
	http_exchange_say(exchange, 200, text);
}

static inline void
on_request(struct http_server *server, struct http_exchange *exchange,
    const struct http_request *request, void *user)
{
	struct page *page = user;
	const char *path = request->target.path;
	struct http_response response = { .code = 200 };

	assert_ptr_equal(page->server, server);
	page->requests++;
	if (strcmp(path, "/later") == 0) {
		assert_null(page->kept);
		page->kept = exchange;
	} else if (strcmp(path, "/work") == 0) {
		page->kept = exchange;
		page->work.data = page;
		assert_int_equal(uv_queue_work(&page->loop, &page->work,
				     work_elsewhere, on_worked),
		    0);
	} else if (strcmp(path, "/stream") == 0) {
		page->stream = http_stream_open(exchange, on_stream_gone, page);
	} else if (strcmp(path, "/large") == 0) {
		http_response_lend(&response, "application/octet-stream",
		    (struct bytes){ page->large, LARGE_BYTES });
		http_exchange_answer(exchange, &response);
	} else if (request->has_body) {
		answer_with_size(exchange, request->body.size);
	} else {
		http_exchange_say(exchange, 200, path);
	}
}

static inline void
on_refused(struct http_server *server, int code, const struct error *why,
    void *user)
{
	struct page *page = user;

	assert_ptr_equal(page->server, server);
	assert_true(strlen(why->text) > 0);
	page->refused++;
	page->refused_code = code;
}

static inline void
on_page_closed(struct http_server *server, void *user)
{
	struct page *page = user;

	assert_ptr_equal(page->server, server);
	page->server = NULL;
	page->is_closed = true;
}

static inline void
on_watchdog(uv_timer_t *timer)
{
	(void)timer;
	fail_msg("nothing came of it");
}

static inline enum status
page_listen(struct page *page, const char *address, struct error *err)
{
	static const struct http_server_handlers handlers = { on_head,
		on_request, on_refused, on_page_closed };
	struct sockaddr_storage where = { 0 };

	if (uv_ip4_addr(address, 0, (struct sockaddr_in *)&where) != 0)
		assert_int_equal(uv_ip6_addr(address, 0,
				     (struct sockaddr_in6 *)&where),
		    0);
	page->options.address = (const struct sockaddr *)&where;
	page->options.cookie = "throughline";
	return http_server_open(&page->loop, &page->options, &handlers, page,
	    &page->server, err);
}

static inline int
page_init(void **state)
{
	struct page *page = calloc(1, sizeof(*page));

	assert_non_null(page);
	page->large = calloc(1, LARGE_BYTES);
	assert_non_null(page->large);
	assert_int_equal(uv_loop_init(&page->loop), 0);
	uv_timer_init(&page->loop, &page->watchdog);
	uv_timer_start(&page->watchdog, on_watchdog, PATIENCE_MS, 0);
	*state = page;
	return 0;
}

/* With these limits, on a port that is free. */
static inline struct page *
page_open(void **state, struct http_server_limits limits)
{
	struct page *page = *state;
	struct error err;

	page->options.limits = limits;
	if (page_listen(page, "127.0.0.1", &err) != STATUS_OK)
		fail_msg("%s", err.text);
	return page;
}

/* The server closes, and leaves nothing behind on the loop. */
static inline int
page_deinit(void **state)
{
	struct page *page = *state;

	http_server_close(page->server);
	uv_close((uv_handle_t *)&page->watchdog, NULL);
	uv_run(&page->loop, UV_RUN_DEFAULT);
	assert_null(page->server);
	assert_int_equal(uv_loop_close(&page->loop), 0);
	free(page->large);
	free(page);
	return 0;
}

#define page_run_until(page, condition) \
	while (!(condition))            \
	uv_run(&(page)->loop, UV_RUN_ONCE)

/* --- a visitor ------------------------------------------------------------ */

static inline void
on_visitor_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct visitor *visitor = handle->data;

	out->base = (char *)buffer_reserve(&visitor->heard, suggested);
	out->len = suggested;
	assert_non_null(out->base);
}

static inline void
on_visitor_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *piece)
{
	struct visitor *visitor = stream->data;

	(void)piece;
	if (count > 0)
		buffer_produce(&visitor->heard, (size_t)count);
	else if (count < 0)
		visitor->is_over = true;
}

static inline void
on_visitor_connect(uv_connect_t *request, int status)
{
	struct visitor *visitor = request->data;

	assert_int_equal(status, 0);
	if (!visitor->is_deaf)
		uv_read_start((uv_stream_t *)&visitor->tcp, on_visitor_allocate,
		    on_visitor_read);
}

static inline void
on_visitor_write(uv_write_t *request, int status)
{
	struct visitor *visitor = request->data;

	visitor->is_writing = false;
	visitor->is_refused = status < 0;
}

static inline void
on_visitor_closed(uv_handle_t *handle)
{
	struct visitor *visitor = handle->data;

	visitor->is_closed = true;
}

static inline void
visitor_open(struct visitor *visitor, struct page *page)
{
	struct sockaddr_in address;

	visitor->page = page;
	uv_tcp_init(&page->loop, &visitor->tcp);
	visitor->tcp.data = visitor->connect.data = visitor->write.data =
	    visitor;
	uv_ip4_addr("127.0.0.1", http_server_port(page->server), &address);
	assert_int_equal(uv_tcp_connect(&visitor->connect, &visitor->tcp,
			     (struct sockaddr *)&address, on_visitor_connect),
	    0);
}

/* data lives until it was sent. */
static inline void
visitor_say_bytes(struct visitor *visitor, struct bytes data)
{
	uv_buf_t piece = { .base = (char *)(uintptr_t)data.data,
		.len = data.size };

	page_run_until(visitor->page, !visitor->is_writing);
	visitor->is_writing = true;
	assert_int_equal(uv_write(&visitor->write, (uv_stream_t *)&visitor->tcp,
			     &piece, 1, on_visitor_write),
	    0);
}

static inline void
visitor_say(struct visitor *visitor, const char *text)
{
	visitor_say_bytes(visitor, bytes_of_text(text));
	page_run_until(visitor->page, !visitor->is_writing);
}

/* "GET /path", the Host, more headers as lines, the blank line, and a body. */
static inline void
visitor_ask(struct visitor *visitor, const char *what, const char *more,
    const char *body)
{
	char text[ASK_BYTES];
	int size =
	    snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: %s\r\n%s\r\n%s",
		what, http_server_address(visitor->page->server), more, body);

	assert_true(size < ASK_BYTES);
	visitor_say(visitor, text);
}

static inline bool
visitor_has_heard(const struct visitor *visitor, const char *text)
{
	struct bytes heard = buffer_view(&visitor->heard);
	size_t size = strlen(text);

	for (; heard.size >= size; bytes_advance(&heard, 1))
		if (memcmp(heard.data, text, size) == 0)
			return true;
	return false;
}

static inline void
visitor_wait(struct visitor *visitor, const char *text)
{
	page_run_until(visitor->page,
	    visitor_has_heard(visitor, text) || visitor->is_over);
	if (!visitor_has_heard(visitor, text))
		fail_msg("\"%s\" was not heard in: %.*s", text,
		    (int)visitor->heard.size,
		    (const char *)buffer_view(&visitor->heard).data);
}

static inline void
visitor_wait_end(struct visitor *visitor)
{
	page_run_until(visitor->page, visitor->is_over);
}

static inline void
visitor_close(struct visitor *visitor)
{
	uv_close((uv_handle_t *)&visitor->tcp, on_visitor_closed);
	page_run_until(visitor->page, visitor->is_closed);
	buffer_deinit(&visitor->heard);
}

/* With a reset; another visitor's answer shows that the server knows. */
static inline void
visitor_leave_in_anger(struct visitor *visitor)
{
	struct visitor other = { 0 };

	assert_int_equal(uv_tcp_close_reset(&visitor->tcp, on_visitor_closed),
	    0);
	page_run_until(visitor->page, visitor->is_closed);
	buffer_deinit(&visitor->heard);
	visitor_open(&other, visitor->page);
	visitor_ask(&other, "GET /", "Connection: close\r\n", "");
	visitor_wait_end(&other);
	visitor_close(&other);
	page_run_until(visitor->page,
	    http_server_connections(visitor->page->server) == 1);
}

#endif
