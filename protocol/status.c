#include "protocol/status.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	const char *text;
	bool temporary;
} statuses[] = {

#define STATUS_ROW(name, text, retry) { #name, text, retry },
	STATUS_LIST(STATUS_ROW)
#undef STATUS_ROW
};

const char *
status_name(enum status status)
{
	assert((size_t)status < sizeof(statuses) / sizeof(statuses[0]));
	return statuses[status].name;
}

const char *
status_text(enum status status)
{
	assert((size_t)status < sizeof(statuses) / sizeof(statuses[0]));
	return statuses[status].text;
}

bool
status_is_temporary(enum status status)
{
	assert((size_t)status < sizeof(statuses) / sizeof(statuses[0]));
	return statuses[status].temporary;
}

/* text was filled to its end: take off the character that was cut in two. */
static void
cut_at_character(char text[ERROR_TEXT_BYTES])
{
	size_t end = ERROR_TEXT_BYTES - 1;
	size_t start = end;
	unsigned char lead;
	size_t size;

	while (start > 0 && end - start < 4) {
		start--;
		if (((unsigned char)text[start] & 0xc0) != 0x80)
			break;
	}
	lead = (unsigned char)text[start];
	size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (end - start < size)
		text[start] = '\0';
}

enum status
error_set(struct error *err, enum status status, const char *format, ...)
{
	va_list arguments;
	int size;

	if (err == NULL)
		return status;
	err->status = status;
	va_start(arguments, format);
	size = vsnprintf(err->text, sizeof(err->text), format, arguments);
	va_end(arguments);
	if (size >= ERROR_TEXT_BYTES)
		cut_at_character(err->text);
	return status;
}

enum status
error_wrap(struct error *err, const char *format, ...)
{
	char text[2 * ERROR_TEXT_BYTES + 2]; /* both, and ": " */
	va_list arguments;
	size_t used;

	assert(err != NULL);
	va_start(arguments, format);
	(void)vsnprintf(text, ERROR_TEXT_BYTES, format, arguments);
	va_end(arguments);

	used = strlen(text);
	memcpy(text + used, ": ", 2);
	memcpy(text + used + 2, err->text, strlen(err->text) + 1);
	text[ERROR_TEXT_BYTES - 1] = '\0';
	if (strlen(text) == ERROR_TEXT_BYTES - 1)
		cut_at_character(text);
	memcpy(err->text, text, ERROR_TEXT_BYTES);
	return err->status;
}
