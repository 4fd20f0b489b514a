#include "server/authority/found_words.h"

#include <inttypes.h>
#include <stdio.h>

const char *
found_outcome_word(enum found_outcome outcome)
{
	switch (outcome) {
	case FOUND_EQUAL:
		return "equal";
	case FOUND_MENDED:
		return "mended";
	case FOUND_UNFINISHED:
		return "unfinished";
	case FOUND_FAILED:
		return "failed";
	}
	return "unknown";
}

static const char *
sentence(enum found_outcome outcome)
{
	switch (outcome) {
	case FOUND_EQUAL:
		return "equal";
	case FOUND_MENDED:
		return "mended";
	case FOUND_UNFINISHED:
		return "not finished";
	case FOUND_FAILED:
		return "could not be mended";
	}
	return "ended in a way that this program does not know";
}

/* Room is left for all of it: numbers have 20 digits. */
static int
add(char text[FOUND_WORDS_BYTES], int used, uint64_t count, const char *what,
    const char **between)
{
	if (count == 0)
		return used;
	used += snprintf(text + used, (size_t)(FOUND_WORDS_BYTES - used),
	    "%s%" PRIu64 " %s", *between, count, what);
	*between = ", ";
	return used < FOUND_WORDS_BYTES ? used : FOUND_WORDS_BYTES - 1;
}

const char *
found_words(const struct found *found, char text[FOUND_WORDS_BYTES])
{
	const char *between = ": ";
	int used =
	    snprintf(text, FOUND_WORDS_BYTES, "%s", sentence(found->outcome));

	used = add(text, used, found->only_hub, "missing there", &between);
	used =
	    add(text, used, found->only_client, "missing at the hub", &between);
	used = add(text, used, found->damaged, "damaged", &between);
	used = add(text, used, found->faults, "faults of its tables", &between);
	if (found->refolded != 0)
		snprintf(text + used, (size_t)(FOUND_WORDS_BYTES - used),
		    "%stables made anew", between);
	return text;
}

json_t *
found_json(const struct found *found)
{
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:I}",
	    "outcome", found_outcome_word(found->outcome), "missing_there",
	    (json_int_t)found->only_hub, "missing_at_hub",
	    (json_int_t)found->only_client, "damaged",
	    (json_int_t)found->damaged, "faults", (json_int_t)found->faults,
	    "refolded", found->refolded != 0, "rounds",
	    (json_int_t)found->rounds, "bytes", (json_int_t)found->bytes, "ms",
	    (json_int_t)found->elapsed_ms);
}
