#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/demo/records.h"

void
record_begin(struct records *records, const char *collection)
{
	records->record.collection = collection;
	records->record.in_ctf = false;
	records->record.value_count = 0;
	records->text_used = 0;
}

void
record_text(struct records *records, const char *column, const char *text)
{
	struct partnership_record *record = &records->record;

	assert(record->value_count < PARTNERSHIP_VALUES_MAX);
	record->values[record->value_count++] =
	    (struct partnership_value){ column, text };
}

void
record_print(struct records *records, const char *column, const char *format,
    ...)
{
	char *text = records->text + records->text_used;
	size_t room = sizeof(records->text) - records->text_used;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, room, format, arguments);
	va_end(arguments);
	assert(length >= 0 && (size_t)length < room);
	records->text_used += (size_t)length + 1;
	record_text(records, column, text);
}

void
record_day(struct records *records, const char *column, uint32_t year,
    uint32_t day_of_year)
{
	char date[PARTNERSHIP_DATE_BYTES];

	partnership_date(partnership_days(year, 9) + (int32_t)day_of_year,
	    date);
	record_print(records, column, "%s", date);
}

void
record_end(struct records *records)
{
	if (records->wanted == NULL ||
	    strcmp(records->wanted, records->record.collection) == 0)
		records->visit(records->context, &records->record);
}

struct place
pupil_place(const struct partnership_pupil *pupil, uint32_t year)
{
	const struct partnership_school *school;
	uint32_t number = pupil->school;

	if (year <= 6)
		number = pupil->primary;
	if (year <= 2)
		number = pupil->infant;
	if (number == PARTNERSHIP_OUTSIDE) {
		if (year <= 2 && pupil->primary != PARTNERSHIP_OUTSIDE)
			return (struct place){ "9992901", "990901",
				"Outwood Vale Infant School" };
		return (struct place){ "9992902", "990902",
			"Netherby Cross Primary School" };
	}
	school = &partnership_schools[number];
	return (struct place){ school->laestab, school->urn, school->name };
}

bool
pupil_has_fsm(const struct records *records,
    const struct partnership_pupil *pupil)
{
	struct draw draw =
	    draw_begin(records->partnership->seed, "fsm", pupil->family);

	return draw_chance(&draw, 23);
}

const char *
pupil_sen_provision(const struct records *records, uint32_t pupil)
{
	struct draw draw = draw_begin(records->partnership->seed, "sen", pupil);
	uint32_t percent = draw_below(&draw, 100);

	if (percent < 4)
		return "E";
	return percent < 18 ? "K" : NULL;
}

bool
pupil_is_nominated(const struct records *records, uint32_t pupil)
{
	struct draw draw =
	    draw_begin(records->partnership->seed, "nominated", pupil);
	const struct partnership_pupil *child =
	    &records->partnership->pupils[pupil];

	return child->year == 6 && child->leaver &&
	       child->destination == PARTNERSHIP_SECONDARY &&
	       draw_chance(&draw, 22);
}

void
partnership_visit_pupil(const struct partnership *partnership, uint32_t pupil,
    const char *collection, partnership_visit visit, void *context)
{
	struct records records = {
		.partnership = partnership,
		.wanted = collection,
		.visit = visit,
		.context = context,
	};

	assert(pupil < partnership->pupil_count);
	records.record.pupil = pupil;
	records.record.school = partnership->pupils[pupil].school;
	pupil_records(&records, pupil);
	family_records(&records, pupil);
	learning_records(&records, pupil);
	transition_records(&records, pupil);
}
