#include "common/support/number.h"

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
