#include "client/import/remarks.h"

#include <stdarg.h>
#include <stdio.h>

enum {
	REMARK_BYTES = 400
};

void
remarks_clear(struct remarks *remarks)
{
	remarks->count = 0;
	remarks->persons = 0;
	remarks->doubts = 0;
}

static struct import_remark *next_remark(struct remarks *remarks,
    struct arena *arena, enum import_remark_kind kind, const char *format,
    va_list arguments) __attribute__((format(printf, 4, 0)));

static struct import_remark *
next_remark(struct remarks *remarks, struct arena *arena,
    enum import_remark_kind kind, const char *format, va_list arguments)
{
	struct import_remark *remark;
	char text[REMARK_BYTES];

	if (kind == REMARK_PERSON)
		remarks->persons++;
	if (remarks->count == REMARKS_MAX) {
		remark = &remarks->list[REMARKS_MAX - 1];
		*remark = (struct import_remark){ .kind = REMARK_PERSON,
			.text = "There are more remarks than are kept." };
		return remark;
	}
	remark = &remarks->list[remarks->count++];
	*remark = (struct import_remark){ .kind = kind };
	vsnprintf(text, sizeof(text), format, arguments);
	remark->text = arena_text(arena, bytes_of_text(text));
	if (remark->text == NULL)
		remark->text = "There was no memory for this remark.";
	return remark;
}

void
remarks_add(struct remarks *remarks, struct arena *arena,
    enum import_remark_kind kind, enum import_doubt doubt, const char *format,
    ...)
{
	va_list arguments;

	va_start(arguments, format);
	next_remark(remarks, arena, kind, format, arguments)->doubt = doubt;
	va_end(arguments);
	remarks->doubts |= doubt;
}

void
remarks_propose(struct remarks *remarks, struct arena *arena,
    const struct collection *collection, uint64_t record,
    const struct column *column, const struct value *proposed,
    const char *format, ...)
{
	struct import_remark *remark;
	va_list arguments;

	va_start(arguments, format);
	remark = next_remark(remarks, arena, REMARK_PERSON, format, arguments);
	va_end(arguments);
	remark->collection = collection;
	remark->record = record;
	remark->column = column;
	remark->proposed = *proposed;
}
