/*
 * Lines of what happened.  They are put together only for a reader; the hash
 * is of what they are made of.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/describe.h"
#include "tests/sim/trace.h"

enum {
	WHO_WIDTH = 5,
	LINE_BYTES = 64 + DESCRIBE_BYTES
};

void
trace_init(struct trace *trace, uint64_t began_ms)
{
	memset(trace, 0, sizeof(*trace));
	trace->began_ms = began_ms;
	trace->hash = UINT64_C(0x9e3779b97f4a7c15);
}

void
trace_deinit(struct trace *trace)
{
	buffer_deinit(&trace->text);
}

/* --- the hash ------------------------------------------------------------- */

static uint64_t
mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0xbf58476d1ce4e5b9);
	return hash ^ (hash >> 29);
}

static void
mix_bytes(struct trace *trace, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint64_t hash = mix(trace->hash, size);
	uint64_t word;

	for (; size >= sizeof(word); size -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		hash = mix(hash, word);
		bytes += sizeof(word);
	}
	word = 0;
	if (size > 0)
		memcpy(&word, bytes, size);
	trace->hash = mix(hash, word);
}

/* --- for readers ---------------------------------------------------------- */

static bool
is_read(const struct trace *trace)
{
	return trace->keep || trace->print;
}

static void
tell(struct trace *trace, uint64_t now_ms, const char *who, const char *line)
{
	uint64_t ms = now_ms - trace->began_ms;
	char text[LINE_BYTES];
	int pad = WHO_WIDTH - (int)strlen(who);
	int size = snprintf(text, sizeof(text),
	    "[%7" PRIu64 ".%03" PRIu64 "] %s:%*s%s\n", ms / 1000, ms % 1000,
	    who, pad > 1 ? pad : 1, "", line);

	if (size >= (int)sizeof(text)) {
		size = (int)sizeof(text) - 1;
		text[size - 1] = '\n';
	}
	if (trace->print)
		fwrite(text, 1, (size_t)size, stdout);
	if (trace->keep &&
	    buffer_append(&trace->text, bytes_of_text(text)) != STATUS_OK)
		abort();
}

bool
trace_wants_frames(const struct trace *trace)
{
	return trace->frames && is_read(trace);
}

void
trace_frame(struct trace *trace, uint64_t now_ms, const char *who, uint8_t type,
    struct bytes body, const char *line)
{
	trace->lines++;
	trace->hash = mix(mix(trace->hash, now_ms), type);
	mix_bytes(trace, who, strlen(who));
	mix_bytes(trace, body.data, body.size);
	if (line != NULL && is_read(trace))
		tell(trace, now_ms, who, line);
}

void
trace_line(struct trace *trace, uint64_t now_ms, const char *who,
    const char *format, ...)
{
	char line[DESCRIBE_BYTES];
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	trace->lines++;
	trace->hash = mix(trace->hash, now_ms);
	mix_bytes(trace, who, strlen(who));
	mix_bytes(trace, line,
	    size < (int)sizeof(line) ? (size_t)size : sizeof(line) - 1);
	if (is_read(trace))
		tell(trace, now_ms, who, line);
}
