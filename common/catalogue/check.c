/*
 * What may stand in a column, told in a sentence; and what a person or a file
 * means by a text.
 */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/catalogue/catalogue.h"
#include "protocol/identifier.h"

enum {
	QUOTED_CHARACTERS = 40,
	NEED_BYTES = 160
};

static const struct code *
find_code(const struct code_set *set, struct bytes code)
{
	const struct code *each;

	for (each = set->codes; each->code != NULL; each++)
		if (bytes_equal_text(code, each->code))
			return each;
	return NULL;
}

/* --- what is needed, in words --------------------------------------------- */

static void
need_codes(const struct code_set *set, char need[NEED_BYTES])
{
	const struct code *each;
	size_t used = 0;
	int wrote;

	used = (size_t)snprintf(need, NEED_BYTES, "one of ");
	for (each = set->codes; each->code != NULL; each++) {
		wrote = snprintf(need + used, NEED_BYTES - used, "%s%s",
		    each == set->codes ? "" : ", ", each->code);
		if (wrote < 0 || (size_t)wrote + 40 > NEED_BYTES - used) {
			snprintf(need + used, NEED_BYTES - used, " and others");
			break;
		}
		used += (size_t)wrote;
	}
	used = strlen(need);
	snprintf(need + used, NEED_BYTES - used, " is needed");
}

static void
need_number(const struct column *column, char need[NEED_BYTES])
{
	bool whole = column->type == COLUMN_INTEGER;

	snprintf(need, NEED_BYTES, "a %snumber from %.15g to %.15g is needed",
	    whole ? "whole " : "", column->min_value, column->max_value);
}

static void
need_of(const struct column *column, char need[NEED_BYTES])
{
	const char *fixed = NULL;

	switch (column->type) {
	case COLUMN_TEXT:
		snprintf(need, NEED_BYTES,
		    "a text of at most %" PRIu32 " characters is needed",
		    column->max);
		break;
	case COLUMN_INTEGER:
	case COLUMN_REAL:
		need_number(column, need);
		break;
	case COLUMN_DATE:
		fixed = "a date like 2015-01-19 is needed";
		break;
	case COLUMN_MOMENT:
		fixed = "a time in UTC like 2026-07-21T09:30:00Z is needed";
		break;
	case COLUMN_BLOB:
		snprintf(need, NEED_BYTES, "%s%" PRIu32 " bytes are needed",
		    column->min == column->max ? "" : "at most ", column->max);
		break;
	case COLUMN_REFERENCE:
		snprintf(need, NEED_BYTES,
		    "the number of a record of %s is "
		    "needed",
		    column->refers);
		break;
	case COLUMN_ID:
		fixed = "the number of a record is needed";
		break;
	case COLUMN_CODE:
		if (column->codes->closed)
			need_codes(column->codes, need);
		else
			fixed = "a code of at most 20 characters is needed";
		break;
	}
	if (fixed != NULL)
		snprintf(need, NEED_BYTES, "%s", fixed);
}

/* How many bytes the first characters of text take, at most limit of them. */
static size_t
quoted_bytes(struct bytes text, size_t limit)
{
	size_t i = 0;
	size_t characters = 0;

	while (i < text.size) {
		if ((text.data[i] & 0xC0) != 0x80 && ++characters > limit)
			break;
		i++;
	}
	return i;
}

static bool
is_private(const struct column *column)
{
	return (column->flags & (COLUMN_SPECIAL | COLUMN_CONFIDENTIAL)) != 0;
}

/* `birth_date: "19/1/2015": a date like 2015-01-19 is needed` */
static enum status
refuse_text(const struct column *column, struct bytes text, struct error *err)
{
	char need[NEED_BYTES];
	size_t size = quoted_bytes(text, QUOTED_CHARACTERS);

	need_of(column, need);
	if (is_private(column) || !utf8_is_valid(text))
		return error_set(err, STATUS_INVALID, "%s: %s", column->name,
		    need);
	return error_set(err, STATUS_INVALID, "%s: \"%.*s%s\": %s",
	    column->name, (int)size, (const char *)text.data,
	    size < text.size ? "..." : "", need);
}

static enum status
refuse(const struct column *column, const struct value *value,
    struct error *err)
{
	char number[40];

	assert(value->type != VALUE_NULL); /* fits everywhere */
	if (value->type == VALUE_TEXT)
		return refuse_text(column, value->bytes, err);
	if (value->type == VALUE_INTEGER)
		snprintf(number, sizeof(number), "%" PRId64, value->integer);
	else if (value->type == VALUE_REAL)
		snprintf(number, sizeof(number), "%.15g", value->real);
	else
		snprintf(number, sizeof(number), "%zu bytes",
		    value->bytes.size);
	return refuse_text(column, bytes_of_text(number), err);
}

/* --- checking ------------------------------------------------------------- */

enum {
	CODE_CHARACTERS = 20
};

static bool
text_fits(const struct column *column, struct bytes text)
{
	switch (column->type) {
	case COLUMN_TEXT:
		return utf8_is_valid(text) && utf8_length(text) <= column->max;
	case COLUMN_DATE:
		return date_is_valid(text);
	case COLUMN_MOMENT:
		return moment_is_valid(text);
	case COLUMN_CODE:
		if (find_code(column->codes, text) != NULL)
			return true;
		return !column->codes->closed && text.size > 0 &&
		       utf8_is_valid(text) &&
		       utf8_length(text) <= CODE_CHARACTERS;
	case COLUMN_INTEGER:
	case COLUMN_REAL:
	case COLUMN_BLOB:
	case COLUMN_REFERENCE:
	case COLUMN_ID:
		break;
	}
	return false;
}

static bool
integer_fits(const struct column *column, int64_t integer)
{
	if (column->type == COLUMN_REFERENCE || column->type == COLUMN_ID)
		return integer > 0;
	if (column->type != COLUMN_INTEGER)
		return false;
	return integer >= (int64_t)column->min_value &&
	       integer <= (int64_t)column->max_value;
}

static bool
value_fits(const struct column *column, const struct value *value)
{
	switch (value->type) {
	case VALUE_NULL:
		return true;
	case VALUE_TEXT:
		return text_fits(column, value->bytes);
	case VALUE_INTEGER:
		return integer_fits(column, value->integer);
	case VALUE_REAL:
		return column->type == COLUMN_REAL && isfinite(value->real) &&
		       value->real >= column->min_value &&
		       value->real <= column->max_value;
	case VALUE_BLOB:
		break;
	}
	return column->type == COLUMN_BLOB &&
	       value->bytes.size >= column->min &&
	       value->bytes.size <= column->max;
}

enum status
column_check(const struct column *column, const struct value *value,
    struct error *err)
{
	if (value_fits(column, value))
		return STATUS_OK;
	return refuse(column, value, err);
}

bool
column_code_is_unknown(const struct column *column, const struct value *value)
{
	return column->type == COLUMN_CODE && value->type == VALUE_TEXT &&
	       !column->codes->closed &&
	       find_code(column->codes, value->bytes) == NULL;
}

/* --- parsing -------------------------------------------------------------- */

static bool
parse_integer(struct bytes text, int64_t *integer)
{
	bool negative = text.size > 0 && text.data[0] == '-';
	int64_t number = 0;

	if (negative)
		bytes_advance(&text, 1);
	if (text.size == 0 || text.size > 18)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		number = number * 10 + (text.data[i] - '0');
	}
	*integer = negative ? -number : number;
	return true;
}

/* Digits with at most one point, read the same in every locale. */
static bool
parse_real(struct bytes text, double *real)
{
	bool negative = text.size > 0 && text.data[0] == '-';
	double number = 0;
	double scale = 1;
	bool point = false;
	size_t digits = 0;

	if (negative)
		bytes_advance(&text, 1);
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (text.data[i] < '0' || text.data[i] > '9' || ++digits > 15)
			return false;
		number = number * 10 + (text.data[i] - '0');
		if (point)
			scale *= 10;
	}
	number /= scale;
	*real = negative && number > 0 ? -number : number;
	return digits > 0;
}

static int
hexadecimal(uint8_t character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	if (character >= 'a' && character <= 'f')
		return character - 'a' + 10;
	if (character >= 'A' && character <= 'F')
		return character - 'A' + 10;
	return -1;
}

/* STATUS_INVALID without a sentence: the caller has it. */
static enum status
parse_blob(struct bytes text, uint32_t max, struct arena *arena,
    struct bytes *blob)
{
	uint8_t *bytes;
	int high;
	int low;

	if (text.size % 2 != 0 || text.size / 2 > max)
		return STATUS_INVALID;
	bytes = arena_alloc(arena, text.size / 2 + 1);
	if (bytes == NULL)
		return STATUS_NOMEM;
	for (size_t i = 0; i < text.size / 2; i++) {
		high = hexadecimal(text.data[2 * i]);
		low = hexadecimal(text.data[2 * i + 1]);
		if (high < 0 || low < 0)
			return STATUS_INVALID;
		bytes[i] = (uint8_t)(high * 16 + low);
	}
	*blob = (struct bytes){ bytes, text.size / 2 };
	return STATUS_OK;
}

/* A code as the set spells it, where text differs only in its letters' size;
 * true, false, 1 and 0 for yes and no. */
static struct bytes
parse_code(const struct code_set *set, struct bytes text)
{
	static const char *const yes[] = { "yes", "true", "1" };
	static const char *const no[] = { "no", "false", "0" };
	const struct code *each;

	for (each = set->codes; each->code != NULL; each++)
		if (bytes_equal_text(text, each->code))
			return text;
	for (each = set->codes; each->code != NULL; each++)
		if (bytes_equal_text_any_case(text, each->code))
			return bytes_of_text(each->code);
	if (strcmp(set->name, "yn") != 0)
		return text;
	for (size_t i = 0; i < 3; i++) {
		if (bytes_equal_text_any_case(text, yes[i]))
			return bytes_of_text("Y");
		if (bytes_equal_text_any_case(text, no[i]))
			return bytes_of_text("N");
	}
	return text;
}

enum status
column_parse(const struct column *column, struct bytes text,
    struct arena *arena, struct value *value, struct error *err)
{
	struct bytes meant = bytes_trimmed(text);
	enum status status;
	uint64_t id;
	bool read = true;

	*value = value_null();
	if (meant.size == 0)
		return STATUS_OK;
	switch (column->type) {
	case COLUMN_TEXT:
	case COLUMN_DATE:
	case COLUMN_MOMENT:
		*value = value_text(meant);
		break;
	case COLUMN_CODE:
		*value = value_text(parse_code(column->codes, meant));
		break;
	case COLUMN_INTEGER:
		value->type = VALUE_INTEGER;
		read = parse_integer(meant, &value->integer);
		break;
	case COLUMN_REAL:
		value->type = VALUE_REAL;
		read = parse_real(meant, &value->real);
		break;
	case COLUMN_REFERENCE:
	case COLUMN_ID:
		read = identifier_parse(meant, &id);
		if (read)
			*value = value_integer((int64_t)id);
		break;
	case COLUMN_BLOB:
		value->type = VALUE_BLOB;
		status = parse_blob(meant, column->max, arena, &value->bytes);
		if (status == STATUS_NOMEM)
			return error_set(err, status, "read %s", column->name);
		read = status == STATUS_OK;
		break;
	}
	if (read && value_fits(column, value))
		return STATUS_OK;
	*value = value_null();
	return refuse_text(column, meant, err);
}
