/*
 * The last comparison with the hub, in words.
 */
#include <stdio.h>
#include <string.h>

#include "client/agent/memo.h"
#include "common/support/number.h"

static const char *const names[] = {
	[FOUND_EQUAL] = "equal",
	[FOUND_MENDED] = "mended",
	[FOUND_UNFINISHED] = "unfinished",
	[FOUND_FAILED] = "failed",
};

const char *
memo_found_name(enum found_outcome outcome)
{
	return names[outcome];
}

void
memo_minute(uint64_t unix_ms, char out[CLOCK_TEXT_BYTES])
{
	clock_format((int64_t)unix_ms, out);
	out[10] = ' ';
	out[16] = '\0';
}

/* "3 entries that ... were ..." behind what is there already. */
static void
add(char out[MEMO_WORDS_BYTES], uint64_t count, const char *one,
    const char *more)
{
	char number[NUMBER_TEXT_BYTES];
	size_t used = strlen(out);

	if (count == 0)
		return;
	number_format(count, number);
	snprintf(out + used, MEMO_WORDS_BYTES - used, "%s%s %s",
	    used > 0 ? ", " : "", number, count == 1 ? one : more);
}

void
memo_found_words(const struct found *found, char out[MEMO_WORDS_BYTES])
{
	size_t used;

	out[0] = '\0';
	add(out, found->damaged, "entry was damaged here",
	    "entries were damaged here");
	add(out, found->only_hub, "entry was missing here",
	    "entries were missing here");
	add(out, found->only_client, "entry was missing at the hub",
	    "entries were missing at the hub");
	add(out, found->faults, "fault was in the tables or the file",
	    "faults were in the tables or the file");
	used = strlen(out);
	if (found->refolded)
		snprintf(out + used, MEMO_WORDS_BYTES - used,
		    "%sthe tables were made anew", used > 0 ? "; " : "");
}

static const char *
how_it_ended(const struct found *found)
{
	switch (found->outcome) {
	case FOUND_EQUAL:
		return "the same";
	case FOUND_MENDED:
		return "repaired";
	case FOUND_UNFINISHED:
		return "not finished, for what a night may cost was spent; "
		       "the next one goes on";
	case FOUND_FAILED:
		break;
	}
	return "not repaired; tell the hub's administrator";
}

void
memo_night_sentence(const struct memo *memo, char out[MEMO_WORDS_BYTES])
{
	char when[CLOCK_TEXT_BYTES], words[MEMO_WORDS_BYTES];

	if (memo->reconciled_ms == 0) {
		snprintf(out, MEMO_WORDS_BYTES,
		    "Not compared with the hub yet");
		return;
	}
	memo_minute(memo->reconciled_ms, when);
	memo_found_words(&memo->found, words);
	snprintf(out, MEMO_WORDS_BYTES, "Compared with the hub at %s: %s", when,
	    how_it_ended(&memo->found));
	if (words[0] != '\0')
		snprintf(out + strlen(out), MEMO_WORDS_BYTES - strlen(out),
		    " (%s)", words);
}
