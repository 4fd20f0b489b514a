/*
 * The names of a school's own children, put in when a report is shown.
 */
#include <string.h>

#include "common/replica/record.h"
#include "common/report/report_private.h"
#include "protocol/identifier.h"

static bool
append_part(struct buffer *name, struct value value)
{
	if (value.type != VALUE_TEXT)
		return true;
	if (name->size > 0 &&
	    buffer_append(name, bytes_of_text(" ")) != STATUS_OK)
		return false;
	return buffer_append(name, value.bytes) == STATUS_OK;
}

/* "Teodora Okafor-Lane", or the name of what is no child. */
static json_t *
name_json(const struct record *record)
{
	struct buffer name = { 0 };
	struct bytes text;
	json_t *json = NULL;

	if (append_part(&name, record_value(record, "name")) &&
	    append_part(&name, record_value(record, "forename")) &&
	    append_part(&name, record_value(record, "surname"))) {
		text = buffer_view(&name);
		json = json_stringn((const char *)text.data, text.size);
	}
	buffer_deinit(&name);
	return json;
}

/* Set the name of the record whose id is a member; one that is not here (any
 * more) stays without. */
static enum status
add_name(struct replica *replica, json_t *object, const char *id_member,
    const char *name_member, struct error *err)
{
	const char *text = report_text(object, id_member);
	struct arena arena = { 0 };
	struct record record;
	enum status status;
	uint64_t id;

	if (!identifier_parse(bytes_of_text(text), &id))
		return STATUS_OK;
	status = record_get(replica, id, &arena, &record, err);
	if (status == STATUS_OK && record.state == RECORD_LIVE)
		json_object_set_new(object, name_member, name_json(&record));
	arena_deinit(&arena);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
add_names(struct replica *replica, json_t *items, struct error *err)
{
	enum status status = STATUS_OK;
	json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
	{
		status = add_name(replica, item, "subject", "name", err);
		if (status == STATUS_OK)
			status = add_name(replica, item, "second",
			    "second_name", err);
		if (status != STATUS_OK)
			break;
	}
	return status;
}

static enum status
add_names_in(struct replica *replica, json_t *sections, const char *member,
    struct error *err)
{
	enum status status = STATUS_OK;
	json_t *section;
	size_t i;

	json_array_foreach(sections, i, section)
	{
		status =
		    add_names(replica, json_object_get(section, member), err);
		if (status != STATUS_OK)
			break;
	}
	return status;
}

enum status
report_add_names(struct replica *replica, json_t *report, struct error *err)
{
	enum status status = STATUS_OK;

	if (report_is_of_hub(report))
		return STATUS_OK;
	for (int list = 0; status == STATUS_OK && list < 2; list++)
		status = add_names_in(replica,
		    json_object_get(report, report_lists[list]), "items", err);
	if (status == STATUS_OK)
		status = add_names_in(replica,
		    json_object_get(report, "arrival"), "children", err);
	return status;
}
