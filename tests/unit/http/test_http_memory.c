/* Every allocation of reading and answering fails once, and is told. */
#include "tests/unit/http/page.h"

#include "common/http/http_reader.h"

static unsigned failing;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *
__wrap_malloc(size_t size)
{
	if (failing > 0 && --failing == 0)
		return NULL;
	return __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	if (failing > 0 && --failing == 0)
		return NULL;
	return __real_calloc(count, size);
}

static enum status
read_request(struct http_reader *reader, struct bytes in, struct error *err)
{
	enum status status = http_reader_head(reader, &in, err);

	if (status == STATUS_OK)
		status = http_reader_body(reader, 100, &in, err);
	if (status != STATUS_OK)
		assert_int_equal(http_reader_code(reader), 503);
	return status;
}

/* The parameters and a header are longer than a block of the arena. */
static char *
long_request(void)
{
	static const char head[] = "POST /path?a=";
	static const char rest[] = " HTTP/1.1\r\nHost: a\r\nCookie: ";
	static const char end[] = "\r\nContent-Length: 5\r\n\r\nhello";
	const size_t many = 5000;
	char *text = calloc(1, 2 * many + 200);
	char *at = text;

	assert_non_null(text);
	memcpy(at, head, sizeof(head) - 1);
	at += sizeof(head) - 1;
	memset(at, 'b', many);
	at += many;
	memcpy(at, rest, sizeof(rest) - 1);
	at += sizeof(rest) - 1;
	memset(at, 'c', many);
	at += many;
	memcpy(at, end, sizeof(end));
	return text;
}

/* The reader of a failed read is of no more use, and is freed whole. */
static enum status
read_anew(const char *text)
{
	struct http_reader *reader = NULL;
	struct error err = { .status = STATUS_OK };
	enum status status = http_reader_create(&reader, &err);

	if (status == STATUS_OK)
		status = read_request(reader, bytes_of_text(text), &err);
	if (status != STATUS_OK)
		assert_int_equal(err.status, STATUS_NOMEM);
	http_reader_destroy(reader);
	return status;
}

static void
test_reading_tells_that_memory_is_short(void **state)
{
	static const char plain[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	char *text = long_request();
	const char *const requests[] = { plain, text };
	unsigned failures = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		enum status status;
		unsigned n = 0;

		do {
			failing = ++n;
			status = read_anew(requests[i]);
			failures += status == STATUS_NOMEM;
		} while (status == STATUS_NOMEM);
		assert_int_equal(status, STATUS_OK);
		assert_true(failing > 0); /* none was left to fail */
		failing = 0;
	}
	assert_true(failures >= 8);
	free(text);
}

/* A query without room for its list of parameters. */
static void
test_parameters_tell_that_memory_is_short(void **state)
{
	struct http_target target;
	char text[8000] = "/?";
	unsigned failures = 0;

	(void)state;
	for (int i = 0; i < 60; i++)
		memcpy(text + strlen(text), "a=&", 4);
	memset(text + strlen(text), 'x', 4000);
	for (unsigned n = 1; n < 8; n++) {
		struct arena arena = { 0 };
		struct bytes path = bytes_of_text("/a?b=c");

		assert_int_equal(http_target_parse(path, &arena, &target, NULL),
		    STATUS_OK);
		/* Hardly anything is left of the first block. */
		assert_non_null(arena_alloc(&arena, 3900));
		failing = n;
		failures += http_target_parse(bytes_of_text(text), &arena,
				&target, NULL) == STATUS_NOMEM;
		failing = 0;
		arena_deinit(&arena);
	}
	assert_true(failures >= 2);
}

/* What was there before is still there, whole. */
static void
test_answer_tells_that_memory_is_short(void **state)
{
	static char value[400];
	struct http_response response = { .code = 200 };
	struct buffer out = { 0 };
	struct bytes body;
	enum status status;
	size_t size;
	unsigned n = 0;

	(void)state;
	memset(value, 'v', sizeof(value) - 1);
	do {
		failing = ++n;
		size = response.headers.size;
		status = http_response_add(&response, "X", value);
		if (status != STATUS_OK)
			assert_int_equal(response.headers.size, size);
	} while (status != STATUS_OK);
	assert_true(n > 1);
	for (n = 1, status = STATUS_NOMEM; status != STATUS_OK; n++) {
		failing = n;
		status = http_response_say(&response, 500, value);
		assert_int_equal(response.code, 500);
	}
	for (n = 1, status = STATUS_NOMEM; status != STATUS_OK; n++) {
		buffer_deinit(&out);
		failing = n;
		status =
		    http_response_write(&response, NULL, true, &out, &body);
	}
	for (n = 1, status = STATUS_NOMEM; status != STATUS_OK; n++) {
		buffer_deinit(&out);
		failing = n;
		status = http_response_write_event(&out, "e", "1",
		    (struct bytes){ (const uint8_t *)value, sizeof(value) });
		if (status != STATUS_OK)
			assert_int_equal(out.size, 0);
	}
	failing = 0;
	buffer_deinit(&out);
	http_response_deinit(&response);
}

/* A connection that there is no memory for is closed, and the next is taken. */
static void
test_server_without_memory_goes_on(void **state)
{
	struct page *page =
	    page_open(state, (struct http_server_limits){ .idle_ms = 0 });

	for (unsigned n = 1; n <= 2; n++) {
		struct visitor first = { 0 }, second = { 0 };

		visitor_open(&first, page);
		failing = n;
		visitor_wait_end(&first);
		assert_int_equal(failing, 0);
		visitor_open(&second, page);
		visitor_ask(&second, "GET /here", "", "");
		visitor_wait(&second, "/here\n");
		visitor_close(&first);
		visitor_close(&second);
	}
}

/* Each allocation for one visit fails once: it is answered or it is over. */
static void
test_visit_ends_however_short_memory_is(void **state)
{
	struct page *page =
	    page_open(state, (struct http_server_limits){ .connections = 3 });
	bool is_whole = false;

	for (unsigned n = 1; !is_whole; n++) {
		struct visitor visitor = { 0 };

		visitor_open(&visitor, page);
		/* Its own memory, which must not fail. */
		assert_non_null(buffer_reserve(&visitor.heard, 256 * 1024));
		failing = n;
		visitor_ask(&visitor, "GET /stream", "", "");
		page_run_until(page,
		    visitor.is_over || visitor_has_heard(&visitor, "\r\n\r\n"));
		if (page->stream != NULL)
			(void)http_stream_send(page->stream, NULL, NULL,
			    (struct bytes){ page->large, 4096 });
		is_whole = failing > 0;
		failing = 0;
		visitor_close(&visitor);
		page_run_until(page, page->stream == NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading_tells_that_memory_is_short),
		cmocka_unit_test(test_parameters_tell_that_memory_is_short),
		cmocka_unit_test(test_answer_tells_that_memory_is_short),
		cmocka_unit_test_setup_teardown(
		    test_server_without_memory_goes_on, page_init, page_deinit),
		cmocka_unit_test_setup_teardown(
		    test_visit_ends_however_short_memory_is, page_init,
		    page_deinit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
