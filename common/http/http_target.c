#include "common/http/http_target.h"

#include <string.h>

#include "common/http/http_limits.h"
#include "protocol/value.h"

/* The number that this digit stands for, or -1. */
static int
digit_value(uint8_t digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

/* The byte that the escape at the front of text stands for, or -1. */
static int
escape_value(struct bytes text)
{
	int high, low;

	if (text.size < 3)
		return -1;
	high = digit_value(text.data[1]);
	low = digit_value(text.data[2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* Escapes put back to what they stand for.  In a query a plus is a blank. */
static enum status
decode(struct bytes text, bool is_query, struct arena *arena, const char **out,
    struct error *err)
{
	char *copy = arena_alloc(arena, text.size + 1);
	size_t size = 0;
	int value;

	if (copy == NULL)
		return error_set(err, STATUS_NOMEM, "read the address: %s",
		    status_text(STATUS_NOMEM));
	while (text.size > 0) {
		bool is_escape = text.data[0] == '%';

		value = is_escape ? escape_value(text) : text.data[0];
		if (value <= 0)
			return error_set(err, STATUS_INVALID,
			    "an escape in the address is wrong");
		if (is_escape && !is_query && (value == '/' || value == '\\'))
			return error_set(err, STATUS_INVALID,
			    "the address hides a slash");
		if (!is_escape && is_query && value == '+')
			value = ' ';
		copy[size++] = (char)value;
		bytes_advance(&text, is_escape ? 3 : 1);
	}
	if (!utf8_is_valid((struct bytes){ (uint8_t *)copy, size }))
		return error_set(err, STATUS_INVALID,
		    "the address is not UTF-8");
	*out = copy;
	return STATUS_OK;
}

/* A segment of a path that means another place, or none. */
static bool
is_odd_segment(const char *segment, size_t size, bool is_end)
{
	return (size == 0 && !is_end) || (size == 1 && segment[0] == '.') ||
	       (size == 2 && memcmp(segment, "..", 2) == 0);
}

static bool
is_plain_path(const char *path)
{
	const char *segment = path + 1;
	size_t size;

	for (const char *at = path; *at != '\0'; at++)
		if ((uint8_t)*at < ' ' || *at == 0x7f || *at == '\\')
			return false;
	for (;;) {
		size = strcspn(segment, "/");
		if (is_odd_segment(segment, size, segment[size] == '\0'))
			return false;
		if (segment[size] == '\0')
			return true;
		segment += size + 1;
	}
}

/* What stands before the separator; text is advanced behind it. */
static struct bytes
cut(struct bytes *text, char separator)
{
	struct bytes part = *text;
	const uint8_t *end = NULL;

	if (text->size > 0)
		end = memchr(text->data, separator, text->size);
	if (end != NULL)
		part.size = (size_t)(end - text->data);
	bytes_advance(text, part.size + (end != NULL));
	return part;
}

static size_t
count_parameters(struct bytes query)
{
	size_t count = 0;

	while (query.size > 0)
		count += cut(&query, '&').size > 0;
	return count;
}

static enum status
parse_query(struct bytes query, struct arena *arena, struct http_target *target,
    struct error *err)
{
	struct http_parameter *parameters;
	struct bytes part, name;
	enum status status;
	size_t count = count_parameters(query);

	if (count > HTTP_PARAMETERS)
		return error_set(err, STATUS_TOO_LARGE,
		    "the address has more than %d parameters", HTTP_PARAMETERS);
	parameters = arena_array(arena, count, sizeof(*parameters));
	if (parameters == NULL)
		return error_set(err, STATUS_NOMEM, "read the address: %s",
		    status_text(STATUS_NOMEM));
	target->parameters = parameters;
	while (query.size > 0) {
		part = cut(&query, '&');
		if (part.size == 0)
			continue;
		name = cut(&part, '=');
		status = decode(name, true, arena, &parameters->name, err);
		if (status == STATUS_OK)
			status =
			    decode(part, true, arena, &parameters->value, err);
		if (status != STATUS_OK)
			return status;
		parameters++;
	}
	target->parameter_count = count;
	return STATUS_OK;
}

enum status
http_target_parse(struct bytes text, struct arena *arena,
    struct http_target *target, struct error *err)
{
	struct bytes path;
	enum status status;

	*target = (struct http_target){ 0 };
	if (text.size == 0 || text.data[0] != '/')
		return error_set(err, STATUS_INVALID,
		    "the address does not begin with a slash");
	if (memchr(text.data, '#', text.size) != NULL)
		return error_set(err, STATUS_INVALID,
		    "the address has a fragment");
	path = cut(&text, '?');
	status = decode(path, false, arena, &target->path, err);
	if (status != STATUS_OK)
		return status;
	if (!is_plain_path(target->path))
		return error_set(err, STATUS_INVALID,
		    "the address is not a plain path");
	return parse_query(text, arena, target, err);
}

const char *
http_target_parameter(const struct http_target *target, const char *name)
{
	for (size_t i = 0; i < target->parameter_count; i++)
		if (strcmp(target->parameters[i].name, name) == 0)
			return target->parameters[i].value;
	return NULL;
}
