#include "protocol/value.h"

#include <string.h>

struct value
value_null(void)
{
	return (struct value){ .type = VALUE_NULL };
}

struct value
value_integer(int64_t integer)
{
	return (struct value){ .type = VALUE_INTEGER, .integer = integer };
}

struct value
value_real(double real)
{
	/* -0 and 0 are equal: one of them is written. */
	if (real >= 0 && real <= 0)
		real = 0;
	return (struct value){ .type = VALUE_REAL, .real = real };
}

struct value
value_text(struct bytes text)
{
	return (struct value){ .type = VALUE_TEXT, .bytes = text };
}

struct value
value_c_text(const char *text)
{
	return value_text(bytes_of_text(text));
}

struct value
value_blob(struct bytes blob)
{
	return (struct value){ .type = VALUE_BLOB, .bytes = blob };
}

bool
value_equal(const struct value *a, const struct value *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case VALUE_NULL:
		return true;
	case VALUE_INTEGER:
		return a->integer == b->integer;
	case VALUE_REAL:
		return a->real >= b->real && a->real <= b->real;
	case VALUE_TEXT:
	case VALUE_BLOB:
		break;
	}
	return bytes_equal(a->bytes, b->bytes);
}

/* Bytes of the character at the front of text, 0 when it is none. */
static size_t
utf8_character(struct bytes text)
{
	const uint8_t *c = text.data;
	uint8_t low = 0x80;
	uint8_t high = 0xbf;
	size_t size;

	if (c[0] < 0x80)
		return c[0] == 0 ? 0 : 1;
	if (c[0] < 0xc2 || c[0] > 0xf4)
		return 0;
	size = c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
	if (text.size < size)
		return 0;
	/* The second byte excludes overlong forms, surrogates, > U+10FFFF. */
	if (c[0] == 0xe0)
		low = 0xa0;
	else if (c[0] == 0xed)
		high = 0x9f;
	else if (c[0] == 0xf0)
		low = 0x90;
	else if (c[0] == 0xf4)
		high = 0x8f;
	if (c[1] < low || c[1] > high)
		return 0;
	for (size_t i = 2; i < size; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	}
	return size;
}

bool
utf8_is_valid(struct bytes text)
{
	while (text.size > 0) {
		size_t size = utf8_character(text);

		if (size == 0)
			return false;
		bytes_advance(&text, size);
	}
	return true;
}

size_t
utf8_length(struct bytes text)
{
	size_t length = 0;

	for (size_t i = 0; i < text.size; i++)
		length += (text.data[i] & 0xc0) != 0x80;
	return length;
}

/* The number that count digits at data say, or -1. */
static int
read_digits(const uint8_t *data, size_t count)
{
	int number = 0;

	for (size_t i = 0; i < count; i++) {
		if (data[i] < '0' || data[i] > '9')
			return -1;
		number = number * 10 + (data[i] - '0');
	}
	return number;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

bool
date_is_valid(struct bytes text)
{
	int year;
	int month;
	int day;

	if (text.size != 10 || text.data[4] != '-' || text.data[7] != '-')
		return false;
	year = read_digits(text.data, 4);
	month = read_digits(text.data + 5, 2);
	day = read_digits(text.data + 8, 2);
	return year >= 1800 && year <= 2200 && month >= 1 && month <= 12 &&
	       day >= 1 && day <= days_in_month(year, month);
}

bool
moment_is_valid(struct bytes text)
{
	const uint8_t *c = text.data;
	int hour;
	int minute;
	int second;

	if (text.size != 20 || c[10] != 'T' || c[13] != ':' || c[16] != ':' ||
	    c[19] != 'Z')
		return false;
	hour = read_digits(c + 11, 2);
	minute = read_digits(c + 14, 2);
	second = read_digits(c + 17, 2);
	return date_is_valid((struct bytes){ c, 10 }) && hour >= 0 &&
	       hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 &&
	       second <= 59;
}
