/*
 * Invented children, and what people type into a column: names, the same
 * again, nothing, too much, unusual letters, codes that nobody knows, numbers
 * at their ends.
 */
#ifndef TESTS_SIM_PEOPLE_CHILD_H
#define TESTS_SIM_PEOPLE_CHILD_H

#include <stddef.h>

#include "common/catalogue/catalogue.h"
#include "protocol/value.h"
#include "tests/sim/random.h"

enum {
	CHILD_UPN_BYTES = 14,
	CHILD_DATE_BYTES = 11,
	CHILD_MOMENT_BYTES = 21,
	/* of the longest text, each character of four bytes */
	CHILD_TEXT_BYTES = 4 * 8000
};

struct child {
	char upn[CHILD_UPN_BYTES];
	char birth_date[CHILD_DATE_BYTES];
	const char *surname;
	const char *forename;
	const char *sex;
	const char *year; /* "R", "1" .. "11" */
	const char *ethnicity;
	const char *language;
	const char *street;
	uint32_t house;
};

/* Always the same for the same seed. */
void child_invent(uint64_t seed, struct child *child);

/* A day from 2014 to 2027. */
void child_date(struct random *random, char date[CHILD_DATE_BYTES]);

/*
 * A value that column takes, of any type but references (and ids), which are
 * null.  Never null when the column is required.  room has CHILD_TEXT_BYTES,
 * to which the value may point.
 */
struct value child_value(struct random *random, const struct column *column,
    char *room);

#endif
