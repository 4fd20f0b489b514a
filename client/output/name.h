/*
 * What people call the things that records only refer to by number: a school
 * by its name, a child or a member of staff by theirs, a computer by its
 * school's.
 */
#ifndef CLIENT_OUTPUT_NAME_H
#define CLIENT_OUTPUT_NAME_H

#include "common/replica/record.h"

enum {
	NAME_BYTES = 64,
	WRITER_BYTES = 2 * NAME_BYTES + 16
};

/* The name of a record, cut to out.  False: it is not here, or has none. */
bool output_name(struct replica *replica, uint64_t id, char *out,
    size_t capacity);

/* Who wrote: a member of staff (author, or 0) or a computer, and the school. */
void output_writer(struct replica *replica, uint32_t site, uint64_t author,
    char *out, size_t capacity);

/* The same of a record that was read: hidden values are no part of it. */
bool output_record_name(const struct record *record, char *out,
    size_t capacity);

#endif
