/*
 * A Common Transfer File of a few invented children, in memory.
 */
#ifndef TESTS_SIM_PEOPLE_CTF_H
#define TESTS_SIM_PEOPLE_CTF_H

#include "protocol/bytes.h"

/*
 * Append the file of that seed: 3 to 10 children.  version 0 is the file as it
 * first came; others differ from it in what schools put right later.
 */
void ctf_invent(uint64_t seed, uint32_t version, struct buffer *out);

/* Appends what printf would print; aborts without memory. */
void ctf_print(struct buffer *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
