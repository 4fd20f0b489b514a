#include "protocol/scan.h"

#include "protocol/limits.h"
#include "protocol/reader.h"

/*
 * left[d] counts what is still to come at depth d, and owed all of them
 * together: each owes one byte at least, so counts that could not be held are
 * seen at their announcement.
 */
enum status
msgpack_scan(struct bytes in, struct error *err)
{
	uint64_t left[LIMIT_MSGPACK_DEPTH + 1] = { 1 };
	const size_t size = in.size;
	uint64_t owed = 1;
	unsigned int depth = 0;

	for (;;) {
		struct token token;
		const char *fault;
		uint64_t count = 0;
		size_t at = size - in.size;

		while (depth > 0 && left[depth] == 0)
			depth--;
		if (left[depth] == 0)
			break;
		fault = token_read(&in, &token);
		left[depth]--;
		owed--;
		if (fault == NULL && token.type == TOKEN_ARRAY)
			count = token.count;
		else if (fault == NULL && token.type == TOKEN_MAP)
			count = 2 * (uint64_t)token.count;
		owed += count;
		if (fault == NULL && owed > in.size)
			fault = "more is announced than there are bytes";
		if (fault == NULL && count > 0) {
			if (depth == LIMIT_MSGPACK_DEPTH)
				fault = "nested too deep";
			else
				left[++depth] = count;
		}
		if (fault != NULL)
			return error_set(err, STATUS_INVALID,
			    "msgpack: byte %zu: %s", at, fault);
	}
	if (in.size > 0)
		return error_set(err, STATUS_INVALID,
		    "msgpack: %zu bytes too many", in.size);
	return STATUS_OK;
}
