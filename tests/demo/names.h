/*
 * Lists from which invented people are made.  No list holds whole names, so
 * nobody is meant by any of them; numbers are those kept for drama and streets
 * lie in a town that does not exist.
 */
#ifndef TESTS_DEMO_NAMES_H
#define TESTS_DEMO_NAMES_H

#include <stdint.h>

struct background {
	uint32_t share;        /* of a hundred families */
	const char *ethnicity; /* code */
	const char *language;  /* first language where it is not English */
	uint32_t own_language; /* of a hundred who speak it at home */
	const char *const *surnames;
	const char *const *boys;
	const char *const *girls;
};

/* The shares add up to a hundred. */
extern const struct background backgrounds[];
extern const uint32_t background_count;

extern const char *const street_names[];

#endif
