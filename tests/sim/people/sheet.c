#include "tests/sim/people/sheet.h"

#include <assert.h>
#include <string.h>

#include "common/replica/draft.h"
#include "tests/sim/world.h"

void
sheet_begin(struct sheet *sheet, uint64_t dossier, uint64_t author)
{
	sheet->dossier = dossier;
	sheet->create = false;
	sheet->author = author;
	sheet->record_count = 0;
	sheet->setting_count = 0;
	sheet->used = 0;
}

void
sheet_begin_dossier(struct sheet *sheet, uint64_t author)
{
	sheet_begin(sheet, 0, author);
	sheet->create = true;
}

static uint32_t
add_record(struct sheet *sheet, struct sheet_record record)
{
	assert(sheet->record_count < SHEET_RECORDS);
	sheet->records[sheet->record_count] = record;
	return sheet->record_count++;
}

uint32_t
sheet_insert(struct sheet *sheet, const char *collection)
{
	return add_record(sheet,
	    (struct sheet_record){ .collection = collection });
}

uint32_t
sheet_open(struct sheet *sheet, uint64_t id)
{
	return add_record(sheet, (struct sheet_record){ .id = id });
}

void
sheet_set(struct sheet *sheet, uint32_t record, const char *column,
    const struct value *value)
{
	struct sheet_setting *setting;
	bool bytes = value->type == VALUE_TEXT || value->type == VALUE_BLOB;

	if (sheet->setting_count == SHEET_SETTINGS ||
	    (bytes && value->bytes.size > SHEET_ROOM_BYTES - sheet->used))
		return;
	setting = &sheet->settings[sheet->setting_count++];
	*setting = (struct sheet_setting){ record, column, *value };
	if (!bytes)
		return;
	setting->value.bytes.data = sheet->room + sheet->used;
	if (value->bytes.size > 0)
		memcpy(sheet->room + sheet->used, value->bytes.data,
		    value->bytes.size);
	sheet->used += (uint32_t)value->bytes.size;
}

void
sheet_set_text(struct sheet *sheet, uint32_t record, const char *column,
    const char *text)
{
	struct value value = value_c_text(text);

	sheet_set(sheet, record, column, &value);
}

void
sheet_set_id(struct sheet *sheet, uint32_t record, const char *column,
    uint64_t id)
{
	struct value value = value_integer((int64_t)id);

	sheet_set(sheet, record, column, &value);
}

/* --- as a draft ----------------------------------------------------------- */

/* The handle that a draft gives to a record that is inserted: they count down
 * from -1. */
static int64_t
handle_of(const struct sheet *sheet, uint32_t place)
{
	int64_t handle = 0;

	if (sheet->records[place].collection == NULL)
		return (int64_t)sheet->records[place].id;
	for (uint32_t i = 0; i <= place; i++)
		if (sheet->records[i].collection != NULL)
			handle--;
	return handle;
}

void
sheet_set_new(struct sheet *sheet, uint32_t record, const char *column,
    uint32_t target)
{
	struct value value = value_integer(handle_of(sheet, target));

	sheet_set(sheet, record, column, &value);
}

static enum status
fill_record(const struct sheet *sheet, uint32_t place, struct draft *draft,
    struct error *err)
{
	const struct sheet_record *record = &sheet->records[place];
	int64_t handle = handle_of(sheet, place);
	int64_t inserted = handle;
	enum status status = STATUS_OK;

	if (record->collection != NULL)
		status =
		    draft_insert(draft, record->collection, &inserted, err);
	assert(status != STATUS_OK || inserted == handle);
	if (status == STATUS_OK && record->delete)
		status = draft_delete(draft, record->id, err);
	if (status == STATUS_OK && record->undelete)
		status = draft_undelete(draft, record->id, err);
	return status;
}

/* All are inserted before any is filled in, for they may name each other. */
static enum status
fill(void *context, struct computer *computer, struct draft *draft,
    struct error *err)
{
	const struct sheet *sheet = context;
	enum status status = STATUS_OK;

	(void)computer;
	for (uint32_t i = 0; status == STATUS_OK && i < sheet->record_count;
	     i++)
		status = fill_record(sheet, i, draft, err);
	for (uint32_t i = 0; status == STATUS_OK && i < sheet->setting_count;
	     i++) {
		const struct sheet_setting *setting = &sheet->settings[i];

		status = draft_set(draft, handle_of(sheet, setting->record),
		    setting->column, &setting->value, err);
	}
	return status;
}

uint64_t
sheet_write(struct sheet *sheet, struct computer *computer)
{
	struct write write = {
		.dossier = sheet->dossier,
		.create = sheet->create,
		.author = sheet->author,
		.fill = fill,
		.context = sheet,
	};

	return computer_write(computer, &write);
}
