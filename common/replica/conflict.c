/*
 * Conflicts: fields that several people wrote without knowing of each other.
 * All values are kept until a person decides, by an ordinary commit.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "common/replica/draft_private.h"
#include "common/replica/record_private.h"
#include "protocol/identifier.h"

/* The write of a field by one change, from the set. */
static enum status
read_write(struct replica *replica, const struct collection *collection,
    struct bytes field, uint64_t change_id, struct arena *arena,
    struct conflict_value *value, struct error *err)
{
	struct change *change;
	struct commit commit;
	struct ledger_row row;
	enum status status;

	status = record_find_change(replica, change_id, arena, &row, &commit,
	    &change, err);
	if (status != STATUS_OK)
		return status;
	value->change = change_id;
	value->author = commit.author;
	value->site = identifier_site(change_id);
	value->stamp = commit.stamp;
	value->received_ms = row.sequence != 0 ? row.received_ms : 0;
	for (uint32_t i = 0; i < change->field_count; i++) {
		const struct field_write *write = &change->fields[i];

		if (!bytes_equal(heads_field_name(collection, write), field))
			continue;
		value->values = write->values;
		value->value_count = write->value_count;
	}
	return STATUS_OK;
}

static bool
is_deletion(const struct conflict_value *value)
{
	return value->value_count == 1 &&
	       value->values[0].value.type != VALUE_NULL;
}

/* A record that was deleted without knowing of a later write is kept: beside
 * the deletion stands "not deleted", which nobody had to write. */
static void
add_kept(struct conflict *conflict, struct conflict_value *values)
{
	static const struct column_value kept = {
		.column = { (const uint8_t *)COLUMN_DELETED,
		    sizeof(COLUMN_DELETED) - 1 },
		.value = { .type = VALUE_NULL },
	};

	for (uint32_t i = 0; i < conflict->value_count; i++)
		if (!is_deletion(&values[i]))
			return;
	values[conflict->value_count++] =
	    (struct conflict_value){ .values = &kept, .value_count = 1 };
}

static enum status
read_conflict(struct replica *replica, const struct field_heads *heads,
    struct arena *arena, struct conflict *conflict, struct error *err)
{
	struct conflict_value *values;
	enum status status = STATUS_OK;

	values = arena_array(arena, heads->head_count + 1, sizeof(*values));
	conflict->field = arena_text(arena, heads->field);
	if (values == NULL || conflict->field == NULL)
		return error_set(err, STATUS_NOMEM, "read a conflict");
	conflict->values = values;
	conflict->value_count = heads->head_count;
	for (uint32_t i = 0; status == STATUS_OK && i < heads->head_count; i++)
		status = read_write(replica, conflict->collection, heads->field,
		    heads->heads[i].change, arena, &values[i], err);
	if (status == STATUS_OK &&
	    bytes_equal_text(heads->field, COLUMN_DELETED))
		add_kept(conflict, values);
	return status;
}

/* --- each ----------------------------------------------------------------- */

static enum status
each_of_record(struct replica *replica, uint64_t record,
    conflict_visitor *visit, void *context, bool *go_on, struct error *err)
{
	struct conflict conflict = { .record = record };
	struct record_heads heads = { 0 };
	struct arena arena = { 0 };
	enum record_state state;
	enum status status;

	status = record_locate(replica, record, &conflict.dossier,
	    &conflict.collection, &state, err);
	if (status == STATUS_OK)
		status = record_get_heads(replica, record, &arena, &heads, err);
	for (uint32_t i = 0;
	     status == STATUS_OK && *go_on && i < heads.field_count; i++) {
		if (state != RECORD_LIVE || !heads.fields[i].differ)
			continue;
		status = read_conflict(replica, &heads.fields[i], &arena,
		    &conflict, err);
		if (status == STATUS_OK)
			*go_on = visit(context, &conflict);
	}
	arena_deinit(&arena);
	return status;
}

/* The next record in conflict; 0 when there is none. */
static enum status
next_record(struct replica *replica, uint64_t after, uint64_t *next,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT id FROM record WHERE conflicts > 0 AND id > ?1"
	    " ORDER BY id LIMIT 1");

	sql_bind_id(sql, 1, after);
	return sql_finish_id(sql, next, err);
}

enum status
conflict_each(struct replica *replica, uint64_t record, conflict_visitor *visit,
    void *context, struct error *err)
{
	bool go_on = true;
	uint64_t next = 0;
	enum status status;

	if (record != 0)
		return each_of_record(replica, record, visit, context, &go_on,
		    err);
	do {
		status = next_record(replica, next, &next, err);
		if (status == STATUS_OK && next != 0)
			status = each_of_record(replica, next, visit, context,
			    &go_on, err);
	} while (status == STATUS_OK && next != 0 && go_on);
	return status;
}

enum status
conflict_count(struct replica *replica, uint64_t *count, struct error *err)
{
	return sql_finish_id(sql_use(replica, "SELECT sum(conflicts) FROM "
					      "record WHERE conflicts > 0"),
	    count, err);
}

/* --- settling ------------------------------------------------------------- */

static enum status
settle_field(struct draft *draft, const struct conflict *conflict,
    const struct conflict_value *kept, struct arena *arena, struct error *err)
{
	struct field_write write = { .value_count = kept->value_count };

	if (strcmp(conflict->field, COLUMN_DELETED) == 0)
		return is_deletion(kept)
		           ? draft_delete(draft, conflict->record, err)
		           : draft_undelete(draft, conflict->record, err);
	write.values =
	    arena_array(arena, kept->value_count, sizeof(*write.values));
	write.replaces =
	    arena_array(arena, conflict->value_count, sizeof(*write.replaces));
	if (write.values == NULL || write.replaces == NULL)
		return error_set(err, STATUS_NOMEM, "settle a conflict");
	memcpy(write.values, kept->values,
	    kept->value_count * sizeof(*write.values));
	for (uint32_t i = 0; i < conflict->value_count; i++)
		write.replaces[write.replace_count++] =
		    conflict->values[i].change;
	return draft_write_field(draft, conflict->record, &write, err);
}

static enum status
find_conflict(struct replica *replica, uint64_t record, const char *field,
    uint32_t keep, struct arena *arena, struct conflict *conflict,
    struct error *err)
{
	const struct field_heads *field_heads;
	struct record_heads heads;
	enum record_state state;
	enum status status;

	conflict->record = record;
	status = record_locate(replica, record, &conflict->dossier,
	    &conflict->collection, &state, err);
	if (status == STATUS_OK)
		status = record_get_heads(replica, record, arena, &heads, err);
	if (status != STATUS_OK)
		return status;
	field_heads = heads_field(&heads, bytes_of_text(field));
	if (state != RECORD_LIVE || field_heads == NULL || !field_heads->differ)
		return error_set(err, STATUS_NOT_FOUND,
		    "%s of record %" PRIu64 " is not in conflict", field,
		    record);
	status = read_conflict(replica, field_heads, arena, conflict, err);
	if (status == STATUS_OK && keep >= conflict->value_count)
		return error_set(err, STATUS_NOT_FOUND,
		    "there are %" PRIu32 " values to choose from, from 0 on",
		    conflict->value_count);
	return status;
}

static enum status
settle(struct replica *replica, const struct conflict *conflict, uint32_t keep,
    uint64_t author, uint64_t now_ms, struct arena *arena, uint64_t *id,
    struct error *err)
{
	struct draft *draft = NULL;
	enum status status;

	status = draft_create(replica, conflict->dossier, author, &draft, err);
	if (status == STATUS_OK)
		status = settle_field(draft, conflict, &conflict->values[keep],
		    arena, err);
	if (status == STATUS_OK)
		status = draft_finish(draft, now_ms, id, err);
	draft_destroy(draft);
	return status;
}

enum status
conflict_resolve(struct replica *replica, uint64_t record, const char *field,
    uint32_t keep, uint64_t author, uint64_t now_ms, uint64_t *id,
    struct error *err)
{
	struct conflict conflict;
	struct arena arena = { 0 };
	enum status status;

	assert(replica_in_transaction(replica));
	status =
	    find_conflict(replica, record, field, keep, &arena, &conflict, err);
	if (status == STATUS_OK)
		status = settle(replica, &conflict, keep, author, now_ms,
		    &arena, id, err);
	arena_deinit(&arena);
	return status;
}
