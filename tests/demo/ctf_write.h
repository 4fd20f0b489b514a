/* Common Transfer Files of the invented partnership (tests only). */
#ifndef TESTS_DEMO_CTF_WRITE_H
#define TESTS_DEMO_CTF_WRITE_H

#include <stdio.h>

#include "tests/demo/partnership.h"

/*
 * The pupils first .. first + count - 1, all of school, as one CTF from that
 * school to itself.  Whether it reached the disk is told by ferror(out).
 */
void ctf_write(FILE *out, const struct partnership *partnership,
    uint32_t school, uint32_t first, uint32_t count);

#endif
