/*
 * Requests: whole and byte by byte they come to the same, and what is read
 * from a request may be asked and answered.
 */
#include <stdbool.h>
#include <string.h>

#include "common/http/http_guard.h"
#include "common/http/http_reader.h"
#include "common/http/http_response.h"
#include "fuzz.h"
#include "protocol/value.h"

enum {
	BODY_MAX = 4096,
	REQUESTS_MAX = 16, /* so that few bytes cannot cost much time */
};

/* What became of the bytes: requests read, then how it ended. */
struct outcome {
	unsigned requests;
	size_t body_bytes;
	enum status status;
	int code;
};

static void
check_text(const char *text)
{
	FUZZ_CHECK(utf8_is_valid(bytes_of_text(text)));
}

static void
check_target(const struct http_target *target)
{
	const char *path = target->path;

	FUZZ_CHECK(path[0] == '/');
	FUZZ_CHECK(strstr(path, "//") == NULL);
	FUZZ_CHECK(strstr(path, "/../") == NULL);
	FUZZ_CHECK(strstr(path, "/./") == NULL);
	FUZZ_CHECK(
	    strlen(path) < 3 || strcmp(path + strlen(path) - 3, "/..") != 0);
	FUZZ_CHECK(strpbrk(path, "\\\r\n\t") == NULL);
	check_text(path);
	FUZZ_CHECK(target->parameter_count <= HTTP_PARAMETERS);
	for (size_t i = 0; i < target->parameter_count; i++) {
		check_text(target->parameters[i].name);
		check_text(target->parameters[i].value);
	}
}

/* The guard, a session and an answer. */
static void
use_request(const struct http_request *request)
{
	struct http_response response = { .code = 200 };
	struct buffer head = { 0 };
	struct http_guard guard;
	struct bytes body, secret;
	int code = 0;

	FUZZ_CHECK(request->headers[HTTP_HEADER_HOST] != NULL);
	for (enum http_header i = 0; i < HTTP_HEADER_KINDS; i++)
		FUZZ_CHECK(request->headers[i] == NULL ||
			   strpbrk(request->headers[i], "\r\n") == NULL);
	check_target(&request->target);
	http_guard_init(&guard, "127.0.0.1", 8080, "t");
	if (http_guard_check(&guard, request, &code, NULL) != STATUS_OK)
		FUZZ_CHECK(code == 421 || code == 403);
	secret = http_guard_session(&guard, request);
	FUZZ_CHECK(secret.size <= HTTP_TOKEN_BYTES);
	(void)http_guard_has_token(request, "token");
	(void)http_request_is_type(request, "application/json");
	/* What is given back in a header cannot end it. */
	(void)http_response_add(&response, "Location", request->target.path);
	http_response_lend(&response, "text/plain", request->body);
	http_response_set_etag(&response, "v1");
	FUZZ_CHECK(http_response_write(&response, request, request->is_last,
		       &head, &body) == STATUS_OK);
	FUZZ_CHECK(body.size == 0 || body.size == request->body.size);
	buffer_deinit(&head);
	http_response_deinit(&response);
}

static struct outcome
read_all(const uint8_t *data, size_t size, size_t step)
{
	struct outcome outcome = { .status = STATUS_OK };
	struct http_reader *reader = NULL;
	struct bytes in = { data, size };
	bool has_head = false;

	FUZZ_CHECK(http_reader_create(&reader, NULL) == STATUS_OK);
	while (outcome.requests < REQUESTS_MAX) {
		struct bytes piece = { in.data,
			in.size < step ? in.size : step };
		size_t given = piece.size;

		outcome.status =
		    has_head ? http_reader_body(reader, BODY_MAX, &piece, NULL)
			     : http_reader_head(reader, &piece, NULL);
		bytes_advance(&in, given - piece.size);
		if (outcome.status == STATUS_AGAIN) {
			FUZZ_CHECK(piece.size == 0);
			if (in.size == 0)
				break;
			continue;
		}
		if (outcome.status != STATUS_OK)
			break;
		if (!has_head) {
			has_head = true;
			continue;
		}
		FUZZ_CHECK(http_reader_request(reader)->body.size <= BODY_MAX);
		outcome.body_bytes += http_reader_request(reader)->body.size;
		use_request(http_reader_request(reader));
		http_reader_next(reader);
		outcome.requests++;
		has_head = false;
	}
	outcome.code = http_reader_code(reader);
	FUZZ_CHECK((outcome.code == 0) == (outcome.status == STATUS_OK ||
					      outcome.status == STATUS_AGAIN));
	http_reader_destroy(reader);
	return outcome;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole = read_all(data, size, SIZE_MAX);
	struct outcome bytewise = read_all(data, size, 1);

	FUZZ_CHECK(whole.requests == bytewise.requests);
	FUZZ_CHECK(whole.body_bytes == bytewise.body_bytes);
	FUZZ_CHECK(whole.status == bytewise.status);
	FUZZ_CHECK(whole.code == bytewise.code);
	return 0;
}
