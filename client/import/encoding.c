#include "client/import/encoding.h"

#include <stdbool.h>
#include <string.h>

/* 0x80 to 0x9F, where windows-1252 has letters and signs; -1: none. */
static const int windows_1252[32] = { 0x20AC, -1, 0x201A, 0x0192, 0x201E,
	0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, -1,
	0x017D, -1, -1, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
	0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, -1, 0x017E, 0x0178 };

static uint8_t
lower(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 32) : byte;
}

/* Whether word (in small letters) stands in text, in any case. */
static bool
contains(struct bytes text, const char *word)
{
	size_t size = strlen(word);
	size_t same;

	for (size_t i = 0; i + size <= text.size; i++) {
		for (same = 0; same < size; same++)
			if (lower(text.data[i + same]) != (uint8_t)word[same])
				break;
		if (same == size)
			return true;
	}
	return false;
}

static struct bytes
declaration_of(struct bytes first)
{
	for (size_t i = 0; i < first.size; i++)
		if (first.data[i] == '>')
			return (struct bytes){ first.data, i };
	return first;
}

struct encoding
encoding_detect(struct bytes first)
{
	const uint8_t *data = first.data;
	struct encoding found = { NULL, NULL };

	if (first.size < 4)
		return found;
	if (data[0] == 0xEF && data[1] == 0xBB && data[2] == 0xBF)
		found.name = "UTF-8";
	else if ((data[0] == 0xFF && data[1] == 0xFE) ||
		 (data[0] == 0xFE && data[1] == 0xFF))
		found.name = "UTF-16";
	else if (data[0] == '<' && data[1] == 0)
		found.name = "UTF-16LE";
	else if (data[0] == 0 && data[1] == '<')
		found.name = "UTF-16BE";
	else if (contains(declaration_of(first), "utf-16")) {
		found.name = "UTF-8";
		found.remark = "The file says that it is UTF-16 and is not; it "
			       "was read as UTF-8.";
		return found;
	}
	if (found.name != NULL && found.name[4] == '1')
		found.remark = "The file is in UTF-16; it was read as such.";
	return found;
}

int
encoding_unknown(void *context, const XML_Char *name, XML_Encoding *info)
{
	struct bytes given = { (const uint8_t *)name, strlen(name) };

	(void)context;
	if (given.size != strlen("windows-1252") ||
	    !contains(given, "windows-1252"))
		return XML_STATUS_ERROR;
	for (int i = 0; i < 256; i++)
		info->map[i] =
		    i >= 0x80 && i < 0xA0 ? windows_1252[i - 0x80] : i;
	info->data = NULL;
	info->convert = NULL;
	info->release = NULL;
	return XML_STATUS_OK;
}
