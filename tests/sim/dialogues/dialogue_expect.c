/*
 * Expectations: the lines of the trace since the last one, made so that they
 * are read, against a text.
 */
#include <ctype.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/describe.h"
#include "tests/sim/dialogues/dialogue_private.h"

enum {
	LINE_BYTES = 2 * DESCRIBE_BYTES,
	FOLD_AT = 62, /* characters of a line */
	FOLD_BY = 10  /* spaces before what is folded */
};

static void
append(struct buffer *buffer, const char *text, size_t size)
{
	struct bytes bytes = { (const uint8_t *)text, size };

	if (buffer_append(buffer, bytes) != STATUS_OK)
		abort();
}

/* --- one line ------------------------------------------------------------- */

/* hub#3399517 is hub#1, when it is the first that came up; and so for elm1:77,
 * which nobody's people wrote (others). */
static uint32_t
number_of(uint64_t id, bool others)
{
	uint64_t *ids = dialogue.numbers[others];
	uint32_t *count = &dialogue.number_counts[others];
	uint32_t i = 0;

	while (i < *count && ids[i] != id)
		i++;
	if (i == *count && i < NUMBERS)
		ids[(*count)++] = id;
	return i + 1;
}

static const char sum[] = ", sum ", hub[] = "hub#";

/* The ':' of "elm1:77"? */
static bool
is_before_counter(const char *line, const char *first)
{
	return line > first && isdigit((unsigned char)line[-1]) &&
	       *line == ':' && isdigit((unsigned char)line[1]);
}

/* What a reader has no use for is left out, and ids are counted. */
static void
tidy(const char *line, size_t size, char *out)
{
	const char *first = line, *end = line + size;
	size_t used = 0;

	while (line < end && used < LINE_BYTES - 32) {
		bool of_hub = strncmp(line, hub, strlen(hub)) == 0;

		if (strncmp(line, sum, strlen(sum)) == 0) {
			line += strlen(sum) + 4;
		} else if (of_hub || is_before_counter(line, first)) {
			const char *before = of_hub ? hub : ":";
			char *behind;
			uint64_t id =
			    strtoull(line + strlen(before), &behind, 10);

			used += (size_t)snprintf(out + used, 32, "%s%" PRIu32,
			    before, number_of(id, !of_hub));
			line = behind;
		} else {
			out[used++] = *line++;
		}
	}
	out[used] = '\0';
}

static bool nights_are_told;

void
tell_nights(bool told)
{
	nights_are_told = told;
}

static bool
has_any(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strstr(text, *words) != NULL)
			return true;
	return false;
}

static bool
is_noise(const char *line, size_t size)
{
	static const char *const noise[] = { ": PING ", ": PONG ",
		": joins as site ", NULL };
	static const char *const nights[] = { ": NIGHT", ": RECONCILE",
		": SKETCH", ": CELLS", ": MEND", ": FOUND", NULL };
	char text[LINE_BYTES];

	snprintf(text, sizeof(text), "%.*s", (int)size, line);
	return has_any(text, noise) ||
	       (!nights_are_told && has_any(text, nights));
}

/* At the last space before the fold. */
static void
append_folded(struct buffer *told, const char *text)
{
	size_t most = FOLD_AT;

	while (strlen(text) > most) {
		size_t cut = most;

		while (cut > most / 2 && text[cut] != ' ')
			cut--;
		append(told, text, cut);
		append(told, "\n", 1);
		text += cut + (text[cut] == ' ');
		for (int i = 0; i < FOLD_BY; i++)
			append(told, " ", 1);
		most = FOLD_AT - FOLD_BY;
	}
	append(told, text, strlen(text));
	append(told, "\n", 1);
}

/* "[     20.004] oak1: ..." becomes "[   20] oak1: ...". */
static void
append_line(struct buffer *told, const char *line, size_t size)
{
	const struct world *world = dialogue.world;
	char text[LINE_BYTES + 32], tidied[LINE_BYTES];
	char *rest;
	uint64_t ms;

	if (is_noise(line, size))
		return;
	ms = strtoull(line + 1, &rest, 10) * 1000;
	ms += strtoull(rest + 1, &rest, 10);
	ms += world->trace.began_ms - dialogue.since_ms;
	rest += strlen("] ");
	tidy(rest, size - (size_t)(rest - line), tidied);
	snprintf(text, sizeof(text), "[%5" PRIu64 "] %s", ms, tidied);
	append_folded(told, text);
}

/* --- all of it ------------------------------------------------------------ */

static void
take_told(struct world *world, struct buffer *told)
{
	struct bytes text = buffer_view(&world->trace.text);
	const char *line = (const char *)text.data + dialogue.told;
	const char *last = (const char *)text.data + text.size;

	while (line < last) {
		const char *stop = memchr(line, '\n', (size_t)(last - line));

		append_line(told, line, (size_t)(stop - line));
		line = stop + 1;
	}
	append(told, "", 1);
	dialogue.told = text.size;
	dialogue.since_ms = world->now_ms;
}

void
quietly(struct world *world)
{
	struct buffer told = { 0 };

	take_told(world, &told);
	buffer_deinit(&told);
}

/* --- a difference --------------------------------------------------------- */

static size_t
line_size(const char *text)
{
	const char *stop = strchr(text, '\n');

	return stop == NULL ? strlen(text) : (size_t)(stop - text) + 1;
}

static void
print_lines(char sign, const char *text, const char *stop)
{
	while (text < stop) {
		size_t size = line_size(text);

		printf("%c %.*s", sign, (int)size, text);
		text += size;
	}
}

/* The lines between what both begin with and what both end with. */
static void
print_difference(const char *expected, const char *told)
{
	const char *expected_end = expected + strlen(expected);
	const char *told_end = told + strlen(told);

	while (*told != '\0' && line_size(told) == line_size(expected) &&
	       strncmp(told, expected, line_size(told)) == 0) {
		size_t size = line_size(told);

		print_lines(' ', told, told + size);
		told += size;
		expected += size;
	}
	while (told_end > told && expected_end > expected &&
	       told_end[-1] == expected_end[-1]) {
		told_end--;
		expected_end--;
	}
	told_end += line_size(told_end);
	expected_end += line_size(expected_end);
	print_lines('-', expected, expected_end);
	print_lines('+', told, told_end);
	print_lines(' ', told_end, told_end + strlen(told_end));
}

static void
print_paste(const char *told)
{
	printf("\texpect(world,");
	while (*told != '\0') {
		size_t size = line_size(told) - 1;

		printf("\n\t    \"%.*s\\n\"", (int)size, told);
		told += size + 1;
	}
	printf(");\n");
}

void
expect_at(struct world *world, const char *text, const char *file, int line)
{
	struct buffer told = { 0 };
	const char *actual;

	take_told(world, &told);
	actual = (const char *)buffer_view(&told).data;
	if (strcmp(actual, text) != 0) {
		printf("%s:%d: expected (-), told (+):\n", file, line);
		print_difference(text, actual);
		printf("to paste at %s:%d:\n", file, line);
		print_paste(actual);
		printf("end of paste\n");
		dialogue.differences++;
	}
	buffer_deinit(&told);
}
