/*
 * The words by which people know a column: the catalogue's own, or its name
 * with spaces, a capital first, and abbreviations as they are written.
 */
#include <assert.h>
#include <string.h>

#include "common/catalogue/catalogue.h"

static const char *const written[] = {
	"CTF",
	"FSM",
	"LA",
	"LAEstab",
	"LAEstabs",
	"NC",
	"NHS",
	"SEN",
	"UK",
	"ULN",
	"UPN",
	"UPRN",
	"URN",
};

static char
lower(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter + 32) : letter;
}

static bool
equal_in_any_case(const char *a, const char *b, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

/* Put the abbreviation that word spells in its place. */
static void
write_abbreviation(char *word, size_t size)
{
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++)
		if (strlen(written[i]) == size &&
		    equal_in_any_case(written[i], word, size))
			memcpy(word, written[i], size);
}

const char *
column_label(const struct column *column, char *buffer, size_t buffer_bytes)
{
	size_t size = strlen(column->name);
	size_t start = 0;

	assert(buffer_bytes > 0);
	if (column->label != NULL)
		return column->label;
	if (size >= buffer_bytes)
		size = buffer_bytes - 1;
	memcpy(buffer, column->name, size);
	buffer[size] = '\0';
	if (buffer[0] >= 'a' && buffer[0] <= 'z')
		buffer[0] = (char)(buffer[0] - 32);
	for (size_t i = 0; i <= size; i++) {
		if (i < size && buffer[i] != '_')
			continue;
		write_abbreviation(buffer + start, i - start);
		start = i + 1;
		if (i < size)
			buffer[i] = ' ';
	}
	return buffer;
}
