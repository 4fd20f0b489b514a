/*
 * What happened to a record, and fields with two values.
 */
#include <string.h>

#include "client/interface/interface_json.h"
#include "client/output/name.h"
#include "client/output/value.h"
#include "common/command/output.h"
#include "protocol/identifier.h"
#include "protocol/stamp.h"

enum {
	VALUE_TEXT_BYTES = 400
};

static const char *
writer(struct call *call, uint32_t site, uint64_t author,
    char out[WRITER_BYTES])
{
	output_writer(call->interface->replica, site, author, out,
	    WRITER_BYTES);
	return out;
}

/* --- history -------------------------------------------------------------- */

struct telling {
	struct call *call;
	const struct collection *collection;
	json_t *items;
};

static bool
add_entry(void *context, const struct history_entry *entry)
{
	struct telling *telling = context;
	char who[WRITER_BYTES];

	return json_array_insert_new(telling->items, 0,
		   json_pack("{s:o, s:o, s:o, s:s, s:o, s:i, s:b, s:b, s:b, "
			     "s:o}",
		       "change", output_id(entry->change), "at",
		       output_time(stamp_to_ms(entry->stamp)), "received",
		       output_time(entry->received_ms), "by",
		       writer(telling->call, entry->site, entry->author, who),
		       "author", output_id(entry->author), "site",
		       (int)entry->site, "created", entry->created, "redacted",
		       entry->redacted, "head", entry->is_head, "changes",
		       output_values(telling->collection, entry->field->values,
			   entry->field->value_count))) == 0;
}

enum status
records_history(struct call *call)
{
	struct telling telling = { .call = call };
	struct view_record shown;
	uint64_t id;
	enum status status;

	status = call_collection(call, call->parts[0], &telling.collection);
	if (status == STATUS_OK)
		status = call_id(call, call->parts[1], &id);
	if (status == STATUS_OK)
		status = view_get(&call->view, id, &call->arena, &shown,
		    &call->error);
	if (status == STATUS_OK &&
	    shown.record.collection != telling.collection)
		status = error_set(&call->error, STATUS_NOT_FOUND,
		    "there is no such record");
	if (status != STATUS_OK)
		return status;
	telling.items = json_array();
	call->view.act = AUDIT_OPENED;
	status =
	    view_history(&call->view, id, add_entry, &telling, &call->error);
	if (status == STATUS_OK)
		return call_answer_list(call, telling.items, NULL);
	json_decref(telling.items);
	return status;
}

/* --- conflicts ------------------------------------------------------------ */

struct showing {
	struct call *call;
	json_t *items;
	uint64_t pupil; /* 0: all */
	bool failed;
};

/* The columns of the field in words: "12 Oak Lane; Wexcombe". */
static void
field_text(struct call *call, const struct conflict *conflict,
    const struct conflict_value *value, char out[VALUE_TEXT_BYTES])
{
	size_t size = 0;

	out[0] = '\0';
	for (uint32_t i = 0;
	     i < value->value_count && size + 16 < VALUE_TEXT_BYTES; i++) {
		if (i > 0) {
			memcpy(out + size, "; ", 3);
			size += 2;
		}
		output_value_text(call->interface->replica,
		    collection_column(conflict->collection,
			value->values[i].column),
		    &value->values[i].value, out + size,
		    VALUE_TEXT_BYTES - size);
		size += strlen(out + size);
	}
}

static json_t *
sides_json(struct call *call, const struct conflict *conflict)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < conflict->value_count; i++) {
		const struct conflict_value *value = &conflict->values[i];
		char who[WRITER_BYTES], text[VALUE_TEXT_BYTES];

		field_text(call, conflict, value, text);
		json_array_append_new(array,
		    json_pack("{s:i, s:o, s:s, s:s, s:i, s:o, s:o}", "keep",
			(int)i, "value",
			output_values(conflict->collection, value->values,
			    value->value_count),
			"text", text, "by",
			writer(call, value->site, value->author, who), "site",
			(int)value->site, "at",
			output_time(stamp_to_ms(value->stamp)), "change",
			output_id(value->change)));
	}
	return array;
}

/* What a decision was made about: the writes that stand against each other. */
static void
write_version(const struct conflict *conflict,
    char version[IDENTIFIER_TEXT_BYTES])
{
	uint64_t all = 0;

	for (uint32_t i = 0; i < conflict->value_count; i++)
		all ^= conflict->values[i].change * (i + 1);
	identifier_format(all % IDENTIFIER_MAX, version);
}

static bool
add_conflict(void *context, const struct conflict *conflict)
{
	struct showing *showing = context;
	struct call *call = showing->call;
	const struct column *column = collection_column(conflict->collection,
	    bytes_of_text(conflict->field));
	char label[128], version[IDENTIFIER_TEXT_BYTES];
	bool is_of_child = conflict->dossier != DOSSIER_PARTNERSHIP &&
	                   conflict->dossier != call->viewer.school;

	if (showing->pupil != 0 && conflict->dossier != showing->pupil)
		return true;
	write_version(conflict, version);
	return json_array_append_new(showing->items,
		   json_pack("{s:o, s:s, s:s, s:s, s:s, s:o, s:o}", "record",
		       output_id(conflict->record), "collection",
		       conflict->collection->name, "column", conflict->field,
		       "label",
		       column == NULL
			   ? conflict->field
			   : column_label(column, label, sizeof(label)),
		       "version", version, "pupil",
		       json_named(call, is_of_child ? conflict->dossier : 0),
		       "values", sides_json(call, conflict))) == 0;
}

enum status
conflicts_list(struct call *call)
{
	const char *pupil = call_parameter(call, "pupil");
	struct showing showing = { .call = call };
	enum status status = STATUS_OK;

	if (pupil != NULL)
		status = call_id(call, pupil, &showing.pupil);
	if (status != STATUS_OK)
		return status;
	showing.items = json_array();
	call->view.act = AUDIT_OPENED;
	status = view_conflicts(&call->view, 0, add_conflict, &showing,
	    &call->error);
	if (status == STATUS_OK)
		return call_answer_list(call, showing.items, NULL);
	json_decref(showing.items);
	return status;
}

struct settling {
	const char *field;
	char version[IDENTIFIER_TEXT_BYTES]; /* "": there is none */
};

static bool
find_version(void *context, const struct conflict *conflict)
{
	struct settling *settling = context;

	if (strcmp(conflict->field, settling->field) != 0)
		return true;
	write_version(conflict, settling->version);
	return false;
}

static enum status
settle(struct call *call, uint64_t id, struct settling *settling,
    const char *version, uint32_t keep)
{
	uint64_t commit;
	enum status status;

	status = view_conflicts(&call->view, id, find_version, settling,
	    &call->error);
	if (status == STATUS_OK && strcmp(settling->version, version) != 0)
		return error_set(&call->error, STATUS_STALE,
		    settling->version[0] == '\0'
			? "this was settled meanwhile"
			: "somebody wrote meanwhile; look at the values again");
	return status == STATUS_OK
	           ? view_resolve(&call->view, id, settling->field, keep, 0,
			 &commit, &call->error)
	           : status;
}

enum status
conflicts_settle(struct call *call)
{
	struct replica *replica = call->interface->replica;
	const json_t *keep = json_object_get(call->body, "keep");
	struct settling settling = { .field = call->parts[1] };
	const char *version;
	uint64_t id;
	enum status status = call_id(call, call->parts[0], &id);

	if (status == STATUS_OK)
		status = call_text(call, "version", true, &version);
	if (status == STATUS_OK &&
	    (!json_is_integer(keep) || json_integer_value(keep) < 0 ||
		json_integer_value(keep) > LIMIT_REPLACES))
		status = error_set(&call->error, STATUS_INVALID,
		    "`keep` is the number of a value");
	if (status == STATUS_OK)
		status = replica_begin(replica, &call->error);
	if (status != STATUS_OK)
		return status;
	status = settle(call, id, &settling, version,
	    (uint32_t)json_integer_value(keep));
	if (status == STATUS_OK)
		status = replica_commit(replica, &call->error);
	if (status != STATUS_OK) {
		replica_rollback(replica);
		return status;
	}
	return call_answer(call, 200,
	    json_pack("{s:o, s:s}", "id", output_id(id), "column",
		settling.field));
}
