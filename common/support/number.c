#include "common/support/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

bool
number_parse(const char *text, int64_t min, int64_t max, int64_t *value)
{
	long long number;
	char *end;

	number = strtoll(text, &end, 10);
	/* What strtoll cannot hold it returns as its own least or greatest. */
	if (end == text || *end != '\0' || number < min || number > max ||
	    number == INT64_MAX || number == INT64_MIN)
		return false;
	*value = number;
	return true;
}

void
number_format(uint64_t number, char out[NUMBER_TEXT_BYTES])
{
	char digits[NUMBER_TEXT_BYTES];
	int count = snprintf(digits, sizeof(digits), "%" PRIu64, number);
	char *end = out;

	for (int i = 0; i < count; i++) {
		if (i > 0 && (count - i) % 3 == 0)
			*end++ = ',';
		*end++ = digits[i];
	}
	*end = '\0';
}
