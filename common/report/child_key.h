/*
 * What two records of one child have in common although they were typed by two
 * people: surname, forename and birthday without case, accents, spaces and
 * hyphens.  It proposes; it never proves, since strangers share names.
 */
#ifndef COMMON_REPORT_CHILD_KEY_H
#define COMMON_REPORT_CHILD_KEY_H

#include "common/replica/replica.h"

enum {
	CHILD_KEY_BYTES = 1024
};

/* Write the key, ended by NUL, and return its size.  Text that does not fit is
 * cut. */
size_t child_key_make(struct bytes surname, struct bytes forename,
    struct bytes birth_date, char key[CHILD_KEY_BYTES]);

/* Statements on this replica may call child_key(surname, forename,
 * birth_date); it is null when one of them is. */
enum status child_key_register(struct replica *replica, struct error *err);

#endif
