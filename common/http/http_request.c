#include "common/http/http_request.h"

#include <assert.h>
#include <string.h>

const char *
http_method_name(enum http_method method)
{
	static const char *const names[] = {
#define METHOD_NAME(name) #name,
		HTTP_METHOD_LIST(METHOD_NAME)
#undef METHOD_NAME
	};

	assert((size_t)method < sizeof(names) / sizeof(names[0]));
	return names[method];
}

const char *
http_header_name(enum http_header header)
{
	static const char *const names[] = {
#define HEADER_NAME(name, text) text,
		HTTP_HEADER_LIST(HEADER_NAME)
#undef HEADER_NAME
	};

	assert((size_t)header < sizeof(names) / sizeof(names[0]));
	return names[header];
}

bool
http_request_is_read(const struct http_request *request)
{
	return request->method == HTTP_METHOD_GET ||
	       request->method == HTTP_METHOD_HEAD;
}

bool
http_request_is_type(const struct http_request *request, const char *type)
{
	const char *sent = request->headers[HTTP_HEADER_CONTENT_TYPE];
	struct bytes text;

	if (sent == NULL)
		return false;
	text = (struct bytes){ (const uint8_t *)sent, strcspn(sent, ";") };
	return bytes_equal_text_any_case(bytes_trimmed(text), type);
}

struct bytes
http_request_cookie(const struct http_request *request, const char *name)
{
	const char *at = request->headers[HTTP_HEADER_COOKIE];
	struct bytes found = { NULL, 0 };
	size_t size = strlen(name);
	bool is_found = false;

	while (at != NULL && *at != '\0') {
		size_t end = strcspn(at, ";");

		if (end > size && at[size] == '=' &&
		    memcmp(at, name, size) == 0) {
			if (is_found)
				return (struct bytes){ NULL, 0 };
			is_found = true;
			found.data = (const uint8_t *)at + size + 1;
			found.size = end - size - 1;
		}
		at += end;
		at += strspn(at, "; ");
	}
	return found;
}
