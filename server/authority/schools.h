/*
 * The schools, as the hub's own programs see them.
 */
#ifndef SERVER_AUTHORITY_SCHOOLS_H
#define SERVER_AUTHORITY_SCHOOLS_H

#include "common/replica/replica.h"

enum {
	SCHOOL_NAME_BYTES = 256,
	SCHOOL_WORD_BYTES = 32,
};

/* Texts are ended by NUL, and empty when they are missing. */
struct school {
	uint64_t id;
	char name[SCHOOL_NAME_BYTES];
	char phase[SCHOOL_WORD_BYTES];
	char laestab[SCHOOL_WORD_BYTES];
	char urn[SCHOOL_WORD_BYTES];
	bool member;
	bool closed;
};

/* STATUS_NOT_FOUND */
enum status schools_get(struct replica *replica, uint64_t id,
    struct school *school, struct error *err);

/* STATUS_NOT_FOUND says how to see which there are. */
enum status schools_find(struct replica *replica, const char *laestab,
    struct school *school, struct error *err);

typedef bool schools_visitor(void *context, const struct school *school);

/* By id.  Return false to stop. */
enum status schools_each(struct replica *replica, schools_visitor *visit,
    void *context, struct error *err);

#endif
