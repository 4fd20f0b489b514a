#include "common/command/output.h"

#include <stdbool.h>
#include <stdio.h>
#include <uv.h>

#include "common/support/clock.h"
#include "protocol/identifier.h"

enum {
	STANDARD_ERROR = 2
};

json_t *
output_id(uint64_t id)
{
	char text[IDENTIFIER_TEXT_BYTES];

	if (id == 0)
		return json_null();
	identifier_format(id, text);
	return json_string(text);
}

json_t *
output_time(uint64_t unix_ms)
{
	char text[CLOCK_TEXT_BYTES];

	if (unix_ms == 0)
		return json_null();
	clock_format((int64_t)unix_ms, text);
	return json_string(text);
}

void
output_json(json_t *json)
{
	json_dumpf(json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	putchar('\n');
	json_decref(json);
}

void
output_progress(const char *text)
{
	static bool shown;

	if (uv_guess_handle(STANDARD_ERROR) != UV_TTY)
		return;
	if (text == NULL && shown)
		fputs("\r\033[K", stderr);
	else if (text != NULL)
		fprintf(stderr, "\r\033[K%s", text);
	shown = text != NULL;
	fflush(stderr);
}
