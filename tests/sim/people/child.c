#include "tests/sim/people/child.h"

#include <stdio.h>
#include <string.h>

#include "tests/demo/names.h"
#include "tests/demo/partnership.h"

static const char *
one_of(struct random *random, const char *const *list)
{
	uint32_t count = 0;

	while (list[count] != NULL)
		count++;
	return list[random_below_of(random, count)];
}

/* --- children ------------------------------------------------------------- */

void
child_invent(uint64_t seed, struct child *child)
{
	static const char *const years[] = { "R", "1", "2", "3", "4", "5", "6",
		"7", "8", "9", "10", "11" };
	struct random random = random_fork(seed, 0xC41D);
	const struct background *background =
	    &backgrounds[random_below_of(&random, background_count)];
	bool girl = random_one_in(&random, 2);
	uint32_t year = (uint32_t)random_below_of(&random, 12);

	snprintf(child->upn, sizeof(child->upn), "_999%09u",
	    (unsigned)random_below_of(&random, 1000000000));
	child->upn[0] = partnership_upn_letter(child->upn + 1);
	snprintf(child->birth_date, sizeof(child->birth_date), "%u-%02u-%02u",
	    2021 - year, (unsigned)random_between(&random, 1, 12),
	    (unsigned)random_between(&random, 1, 28));
	child->surname = one_of(&random, background->surnames);
	child->forename =
	    one_of(&random, girl ? background->girls : background->boys);
	child->sex = girl ? "F" : "M";
	child->year = years[year];
	child->ethnicity = background->ethnicity;
	child->language = background->language;
	child->street = one_of(&random, street_names);
	child->house = (uint32_t)random_between(&random, 1, 199);
}

/* --- text ----------------------------------------------------------------- */

/* What letters do that are not a to z: accents that combine, from right to
 * left, of four bytes, without width, at the end of Unicode. */
static const char *const unusual[] = {
	"Zoe\xCC\x88",
	"\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xD8\xB3\xD9\x84\xD8\xA7\xD9\x85",
	"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7 family",
	"\xEF\xBB\xBF\xEF\xBC\xA6\xEF\xBD\x95\xEF\xBD\x8C\xEF\xBD\x8C",
	"zero\xE2\x80\x8Bwidth\xE2\x80\xAE",
	"\xF4\x8F\xBF\xBF\xEF\xBF\xBE",
	"line\nline\ttab\x01\x7F",
	"\"; DROP TABLE pupil; --",
	"Stra\xC3\x9F"
	"e \xC4\xB0\xC4\xB1",
	" ",
	"NULL",
	"0",
	NULL,
};

static const char *const sentences[] = {
	"Settled well.",
	"Likes a job on arrival.",
	"Asked for a quiet place at lunch.",
	"Reads to younger children.",
	"Wants to be kept informed by telephone.",
	"Walks to school with a cousin.",
	"Has been to two workshops.",
	"Sits near the front.",
	"See what was written in spring.",
	NULL,
};

static const char *const long_pieces[] = { "a", "\xC3\xA9", "\xE2\x82\xAC",
	"\xF0\x9F\x8E\x93", "Lorem ", NULL };

/* Exactly as many characters as fit, often of several bytes. */
static size_t
write_long(struct random *random, uint32_t characters, char *room)
{
	const char *piece = one_of(random, long_pieces);
	size_t piece_bytes = strlen(piece);
	size_t piece_characters = utf8_length(bytes_of_text(piece));
	size_t used = 0, count = 0;

	while (count + piece_characters <= characters &&
	       used + piece_bytes <= CHILD_TEXT_BYTES) {
		memcpy(room + used, piece, piece_bytes);
		used += piece_bytes;
		count += piece_characters;
	}
	return used;
}

/* As much of text as the column takes. */
static struct value
fitting(const struct column *column, const char *text, char *room)
{
	struct bytes bytes = bytes_of_text(text);

	while (utf8_length(bytes) > column->max) {
		bytes.size--;
		while ((bytes.data[bytes.size] & 0xC0) == 0x80)
			bytes.size--;
	}
	memcpy(room, bytes.data, bytes.size);
	return value_text((struct bytes){ (const uint8_t *)room, bytes.size });
}

static struct value
draw_text(struct random *random, const struct column *column, char *room)
{
	struct child child;
	size_t size;

	child_invent(random_next(random), &child);
	if (strcmp(column->name, "upn") == 0)
		return fitting(column, child.upn, room);
	switch (random_below_of(random, 24)) {
	case 0:
		size = write_long(random, column->max, room);
		return value_text(
		    (struct bytes){ (const uint8_t *)room, size });
	case 1:
	case 2:
	case 3:
		return fitting(column, one_of(random, unusual), room);
	case 4:
		return value_text((struct bytes){ (const uint8_t *)room, 0 });
	case 5:
	case 6:
	case 7:
		return fitting(column, child.street, room);
	case 8:
	case 9:
	case 10:
		return fitting(column, child.surname, room);
	case 11:
	case 12:
	case 13:
	case 14:
		return fitting(column, child.forename, room);
	default:
		return fitting(column, one_of(random, sentences), room);
	}
}

/* --- other types ---------------------------------------------------------- */

void
child_date(struct random *random, char date[CHILD_DATE_BYTES])
{
	snprintf(date, CHILD_DATE_BYTES, "%u-%02u-%02u",
	    (unsigned)random_between(random, 2014, 2027),
	    (unsigned)random_between(random, 1, 12),
	    (unsigned)random_between(random, 1, 28));
}

static struct value
draw_date(struct random *random, char *room)
{
	if (random_one_in(random, 12))
		return value_c_text(
		    random_one_in(random, 2) ? "1800-01-01" : "2200-12-31");
	child_date(random, room);
	return value_c_text(room);
}

static struct value
draw_moment(struct random *random, char *room)
{
	char date[CHILD_DATE_BYTES];

	child_date(random, date);
	snprintf(room, CHILD_MOMENT_BYTES, "%sT%02u:%02u:00Z", date,
	    (unsigned)random_below_of(random, 24),
	    (unsigned)random_below_of(random, 60));
	return value_c_text(room);
}

static struct value
draw_number(struct random *random, const struct column *column)
{
	bool whole = column->type == COLUMN_INTEGER;
	double number = column->min_value;
	uint64_t span;

	switch (random_below_of(random, 6)) {
	case 0:
		number = column->max_value;
		break;
	case 1:
		break;
	default:
		span = (uint64_t)(column->max_value - column->min_value);
		number += (double)random_below_of(random,
		    (span > 1000 ? 1000 : span) + 1);
		break;
	}
	if (whole)
		return value_integer((int64_t)number);
	if (number < column->max_value && random_one_in(random, 2))
		number += 0.1;
	return value_real(number);
}

static struct value
draw_code(struct random *random, const struct column *column)
{
	static const char *const unknown[] = { "QQX", "99", "\xC3\x89T\xC3\x89",
		"a code of twenty ch.", NULL };
	uint32_t count = 0;

	if (!column->codes->closed && random_one_in(random, 8))
		return value_c_text(one_of(random, unknown));
	while (column->codes->codes[count].code != NULL)
		count++;
	return value_c_text(
	    column->codes->codes[random_below_of(random, count)].code);
}

static struct value
draw_blob(struct random *random, const struct column *column, char *room)
{
	uint64_t most = column->max > 64 ? 64 : column->max;
	size_t size = (size_t)random_between(random, column->min, most);

	for (size_t i = 0; i < size; i++)
		room[i] = (char)random_next(random);
	return value_blob((struct bytes){ (const uint8_t *)room, size });
}

struct value
child_value(struct random *random, const struct column *column, char *room)
{
	bool required = (column->flags & COLUMN_REQUIRED) != 0;

	if (!required && random_one_in(random, 10))
		return value_null();
	switch (column->type) {
	case COLUMN_TEXT:
		return draw_text(random, column, room);
	case COLUMN_INTEGER:
	case COLUMN_REAL:
		return draw_number(random, column);
	case COLUMN_DATE:
		return draw_date(random, room);
	case COLUMN_MOMENT:
		return draw_moment(random, room);
	case COLUMN_BLOB:
		return draw_blob(random, column, room);
	case COLUMN_CODE:
		return draw_code(random, column);
	case COLUMN_REFERENCE:
	case COLUMN_ID:
		break;
	}
	return value_null();
}
