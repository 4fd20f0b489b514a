/*
 * Whole numbers as people write them in settings and on the command line.
 */
#ifndef COMMON_SUPPORT_NUMBER_H
#define COMMON_SUPPORT_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* All of text is a number from min to max; false leaves *value alone.  The
 * least and the greatest number of 64 bits are not taken. */
bool number_parse(const char *text, int64_t min, int64_t max, int64_t *value);

enum {
	NUMBER_TEXT_BYTES = 27 /* 2^64 */
};

/* For people: "17,204". */
void number_format(uint64_t number, char out[NUMBER_TEXT_BYTES]);

#endif
