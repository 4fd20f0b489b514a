#include "common/replica/history.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/replica/id_list.h"
#include "common/replica/record_private.h"
#include "protocol/identifier.h"

/* All commits that touch one record, decoded. */
struct history {
	struct arena arena;
	uint64_t record;
	struct record_heads heads;
	const struct collection *collection;
	struct history_entry *entries;
	size_t count;
	size_t room;
};

static enum status
find_touches(struct replica *replica, uint64_t record, struct id_list *touches,
    struct error *err)
{
	struct sql *sql =
	    sql_use(replica, "SELECT id FROM touch WHERE record = ?1");
	enum status status;

	sql_bind_id(sql, 1, record);
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		if (id_list_add(touches, sql_column_id(sql, 0)))
			continue;
		status = error_set(err, STATUS_NOMEM, "read a history");
		break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static bool
is_head(const struct history *history, uint64_t change,
    const struct field_write *write)
{
	const struct field_heads *heads = heads_field(&history->heads,
	    heads_field_name(history->collection, write));

	for (uint32_t i = 0; heads != NULL && i < heads->head_count; i++)
		if (heads->heads[i].change == change)
			return true;
	return false;
}

static enum status
add_entry(struct history *history, const struct history_entry *entry,
    struct error *err)
{
	if (history->count == history->room) {
		size_t room = history->room == 0 ? 16 : history->room * 2;
		struct history_entry *entries =
		    realloc(history->entries, room * sizeof(*entries));

		if (entries == NULL)
			return error_set(err, STATUS_NOMEM, "read a history");
		history->entries = entries;
		history->room = room;
	}
	history->entries[history->count++] = *entry;
	return STATUS_OK;
}

static enum status
add_change(struct history *history, const struct ledger_row *row,
    const struct commit *commit, uint32_t index, struct error *err)
{
	const struct change *change = &commit->changes[index];
	struct history_entry entry = {
		.change = commit->id + index,
		.commit = commit->id,
		.author = commit->author,
		.site = identifier_site(commit->id),
		.stamp = commit->stamp,
		.received_ms = row->sequence != 0 ? row->received_ms : 0,
		.sequence = row->sequence,
		.created = commit->id + index == change->record,
		.redacted = change->redacted,
	};
	enum status status = STATUS_OK;

	for (uint32_t i = 0; status == STATUS_OK && i < change->field_count;
	     i++) {
		entry.field = &change->fields[i];
		entry.is_head = is_head(history, entry.change, entry.field);
		status = add_entry(history, &entry, err);
	}
	return status;
}

static enum status
add_commit(struct replica *replica, struct history *history, uint64_t id,
    struct error *err)
{
	struct commit commit;
	struct ledger_row row;
	enum status status;

	status = ledger_find_change(replica, id, &history->arena, &row, &commit,
	    err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK; /* it left meanwhile */
	if (status == STATUS_OK)
		status = record_redact(replica, &commit, err);
	for (uint32_t i = 0; status == STATUS_OK && i < commit.change_count;
	     i++)
		if (commit.changes[i].record == history->record)
			status = add_change(history, &row, &commit, i, err);
	return status;
}

/* By stamp; what has the same stamp, by id. */
static int
compare_entries(const void *a, const void *b)
{
	const struct history_entry *left = a;
	const struct history_entry *right = b;

	if (left->stamp != right->stamp)
		return left->stamp < right->stamp ? -1 : 1;
	if (left->change != right->change)
		return left->change < right->change ? -1 : 1;
	/* fields of one change lie in one array, in its order */
	return (left->field > right->field) - (left->field < right->field);
}

static enum status
read_history(struct replica *replica, struct history *history,
    struct error *err)
{
	struct id_list touches = { 0 };
	enum record_state state;
	uint64_t dossier;
	enum status status;

	status = record_locate(replica, history->record, &dossier,
	    &history->collection, &state, err);
	if (status == STATUS_OK)
		status = record_get_heads(replica, history->record,
		    &history->arena, &history->heads, err);
	if (status == STATUS_OK)
		status = find_touches(replica, history->record, &touches, err);
	for (size_t i = 0; status == STATUS_OK && i < touches.count; i++)
		status = add_commit(replica, history, touches.ids[i], err);
	id_list_deinit(&touches);
	return status;
}

enum status
history_each(struct replica *replica, uint64_t record, history_visitor *visit,
    void *context, struct error *err)
{
	struct history history = { .record = record };
	enum status status;

	status = read_history(replica, &history, err);
	if (status == STATUS_OK && history.count > 0)
		qsort(history.entries, history.count, sizeof(*history.entries),
		    compare_entries);
	for (size_t i = 0; status == STATUS_OK && i < history.count; i++)
		if (!visit(context, &history.entries[i]))
			break;
	free(history.entries);
	arena_deinit(&history.arena);
	if (status != STATUS_OK)
		return error_wrap(err, "history of %" PRIu64, record);
	return STATUS_OK;
}
