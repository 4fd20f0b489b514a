/*
 * How a computer's comparison ended, for people and for programs.  Pure.
 */
#ifndef SERVER_AUTHORITY_FOUND_WORDS_H
#define SERVER_AUTHORITY_FOUND_WORDS_H

#include <jansson.h>

#include "protocol/message_night.h"

enum {
	FOUND_WORDS_BYTES = 192
};

/* "mended: 3 missing there, 1 missing at the hub"; returns text. */
const char *found_words(const struct found *found,
    char text[FOUND_WORDS_BYTES]);

/* {"outcome": "mended", "missing_there": 3, "missing_at_hub": 1, ...}; a new
 * reference. */
json_t *found_json(const struct found *found);

/* "equal", "mended", "unfinished", "failed" */
const char *found_outcome_word(enum found_outcome outcome);

#endif
