#include "client/interface/interface_json.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "client/output/name.h"
#include "client/output/value.h"
#include "common/command/output.h"
#include "common/replica/dossier.h"
#include "protocol/identifier.h"

enum {
	VERSION_BYTES = 12
};

/* --- names ---------------------------------------------------------------- */

bool
json_name(struct call *call, uint64_t id, char *out, size_t capacity)
{
	const struct view silent = { call->interface->replica, &call->viewer,
		AUDIT_NONE, call->now_ms };
	struct arena arena = { 0 };
	struct view_record shown;
	bool known;

	known =
	    view_get(&silent, id, &arena, &shown, ERROR_IGNORED) == STATUS_OK &&
	    shown.record.state == RECORD_LIVE &&
	    output_record_name(&shown.record, out, capacity);
	arena_deinit(&arena);
	return known;
}

json_t *
json_named(struct call *call, uint64_t id)
{
	char name[NAME_BYTES];

	if (id == 0)
		return json_null();
	return json_pack("{s:o, s:s?}", "id", output_id(id), "name",
	    json_name(call, id, name, sizeof(name)) ? name : NULL);
}

static json_t *
names_json(struct call *call, const struct record *record)
{
	json_t *names = json_object();

	for (uint32_t i = 0; record->collection->columns[i].name != NULL; i++) {
		const struct column *column = &record->collection->columns[i];
		const struct value *value = &record->values[i];
		char name[NAME_BYTES];
		json_t *id;

		if (column->type != COLUMN_REFERENCE ||
		    value->type != VALUE_INTEGER)
			continue;
		id = output_value(column, value);
		if (json_name(call, (uint64_t)value->integer, name,
			sizeof(name)))
			json_object_set_new(names, json_string_value(id),
			    json_string(name));
		json_decref(id);
	}
	return names;
}

json_t *
json_column(const struct record *record, const char *name)
{
	const struct column *column =
	    collection_column(record->collection, bytes_of_text(name));
	struct value value = record_value(record, name);

	return output_value(column, &value);
}

/* --- what a write changes ------------------------------------------------- */

/* Of the writes that stand, so that any further one changes it. */
static enum status
version_of(struct call *call, uint64_t id, char text[2 * VERSION_BYTES + 1])
{
	uint8_t digest[VERSION_BYTES + 4];
	struct arena arena = { 0 };
	crypto_generichash_state state;
	struct record_heads heads;
	enum status status;

	status = record_get_heads(call->interface->replica, id, &arena, &heads,
	    &call->error);
	crypto_generichash_init(&state, NULL, 0, sizeof(digest));
	for (uint32_t i = 0; status == STATUS_OK && i < heads.field_count; i++)
		for (uint32_t k = 0; k < heads.fields[i].head_count; k++)
			crypto_generichash_update(&state,
			    (const uint8_t *)&heads.fields[i].heads[k].change,
			    sizeof(uint64_t));
	crypto_generichash_final(&state, digest, sizeof(digest));
	sodium_bin2hex(text, 2 * VERSION_BYTES + 1, digest, VERSION_BYTES);
	arena_deinit(&arena);
	return status;
}

static json_t *
conflicts_json(struct call *call, const struct view_record *shown)
{
	const struct record *record = &shown->record;
	json_t *names = json_array();
	struct arena arena = { 0 };
	struct record_heads heads;

	if (record->conflicts > 0 &&
	    record_get_heads(call->interface->replica, record->id, &arena,
		&heads, ERROR_IGNORED) == STATUS_OK)
		for (uint32_t i = 0; shown->record.collection->columns[i].name;
		     i++) {
			const struct column *column =
			    &record->collection->columns[i];
			const struct field_heads *field = heads_field(&heads,
			    bytes_of_text(column_field(column)));

			if (field != NULL && field->differ && !shown->hidden[i])
				json_array_append_new(names,
				    json_string(column->name));
		}
	arena_deinit(&arena);
	return names;
}

/* --- what may be written -------------------------------------------------- */

/* What was passed on, or is being closed, stays as it is. */
static bool
is_kept_as_it_was(struct call *call, const struct record *record)
{
	struct dossier dossier;

	return record->dossier != DOSSIER_PARTNERSHIP &&
	       dossier_get(call->interface->replica, record->dossier, &dossier,
		   ERROR_IGNORED) == STATUS_OK &&
	       dossier.state != DOSSIER_OPEN;
}

static json_t *
may_write_json(struct call *call, const struct view_record *shown,
    const struct rights_about *about)
{
	const struct collection *collection = shown->record.collection;
	json_t *names = json_array();

	if (collection->append_only)
		return names;
	for (uint32_t i = 0; collection->columns[i].name != NULL; i++) {
		const struct column *column = &collection->columns[i];

		if ((column->flags & COLUMN_ONCE) != 0 &&
		    shown->record.values[i].type != VALUE_NULL)
			continue;
		if (rights_may_see(&call->viewer, about, column) &&
		    rights_may_write(&call->viewer, about, column))
			json_array_append_new(names, json_string(column->name));
	}
	return names;
}

json_t *
json_record(struct call *call, const struct view_record *shown)
{
	const struct record *record = &shown->record;
	const struct collection *collection = record->collection;
	bool kept = is_kept_as_it_was(call, record);
	char version[2 * VERSION_BYTES + 1];
	json_t *values, *hidden;
	struct rights_about about;
	enum status status;

	status = version_of(call, record->id, version);
	if (status == STATUS_OK)
		status =
		    view_ask_about(&call->view, record, &about, &call->error);
	if (status != STATUS_OK)
		return NULL;
	values = json_object();
	hidden = json_array();
	for (uint32_t i = 0; collection->columns[i].name != NULL; i++) {
		const struct column *column = &collection->columns[i];

		json_object_set_new(values, column->name,
		    output_value(column, &record->values[i]));
		if (shown->hidden[i])
			json_array_append_new(hidden,
			    json_string(column->name));
	}
	return json_pack("{s:o, s:s, s:o, s:s, s:o, s:o, s:o, s:b, s:i, s:b, "
			 "s:o, s:b, s:o}",
	    "id", output_id(record->id), "collection", collection->name,
	    "dossier", output_id(record->dossier), "version", version, "values",
	    values, "hidden", hidden, "conflicts", conflicts_json(call, shown),
	    "waiting", record->waiting, "flags", (int)record->flags, "own",
	    about.own, "may_write",
	    kept ? json_array() : may_write_json(call, shown, &about),
	    "may_delete",
	    !kept && collection->delete_rights != 0 &&
		rights_may_write(&call->viewer, &about, NULL),
	    "names", names_json(call, record));
}

enum status
json_get(struct call *call, const struct collection *collection, uint64_t id,
    struct view_record *shown)
{
	enum status status =
	    view_get(&call->view, id, &call->arena, shown, &call->error);

	if (status == STATUS_OK && (shown->record.collection != collection ||
				       shown->record.state != RECORD_LIVE))
		return error_set(&call->error, STATUS_NOT_FOUND,
		    "there is no record %" PRIu64, id);
	return status;
}

/* --- what is sent --------------------------------------------------------- */

enum status
json_set(struct call *call, struct draft *draft, int64_t record,
    const struct column *column, const json_t *json)
{
	struct value value = value_null();
	struct bytes text;

	if (json_is_string(json)) {
		text = (struct bytes){ (const uint8_t *)json_string_value(json),
			json_string_length(json) };
		return draft_set_text(draft, record, column->name, text,
		    &call->error);
	}
	if (json_is_integer(json) && column->type == COLUMN_INTEGER)
		value = value_integer(json_integer_value(json));
	else if (json_is_number(json) && column->type == COLUMN_REAL)
		value = value_real(json_number_value(json));
	else if (!json_is_null(json))
		return error_set(&call->error, STATUS_INVALID,
		    "%s: this is not what belongs here", column->name);
	return draft_set(draft, record, column->name, &value, &call->error);
}
