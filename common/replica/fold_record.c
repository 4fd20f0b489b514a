/*
 * One record from all that the set's commits write to it.
 */
#include <stdlib.h>

#include "common/replica/fold_private.h"

/* A change to the record, and of the commit around it what matters. */
struct source {
	const struct change *change;
	uint64_t id;
	uint64_t stamp;
	uint64_t dossier;
	bool redacted;
};

struct gathering {
	struct replica *replica;
	uint64_t record;
	struct arena arena;
	struct source *sources;
	size_t count;
	size_t capacity;
};

static enum status
no_memory(struct error *err)
{
	return error_set(err, STATUS_NOMEM, "there is no memory for a record");
}

/* --- gathering ------------------------------------------------------------ */

static enum status
add_source(struct gathering *gathering, const struct source *source,
    struct error *err)
{
	size_t capacity = gathering->capacity;
	struct source *sources = gathering->sources;

	if (gathering->count == capacity) {
		capacity = capacity == 0 ? 16 : capacity * 2;
		sources = realloc(sources, capacity * sizeof(*sources));
		if (sources == NULL)
			return no_memory(err);
		gathering->sources = sources;
		gathering->capacity = capacity;
	}
	gathering->sources[gathering->count++] = *source;
	return STATUS_OK;
}

static enum status
add_commit(struct gathering *gathering, struct bytes bytes, struct error *err)
{
	struct commit commit;
	const char *copy = arena_text(&gathering->arena, bytes);
	enum status status;

	if (copy == NULL)
		return no_memory(err);
	bytes.data = (const uint8_t *)copy;
	status =
	    commit_decode(bytes, &gathering->arena, &commit, ERROR_IGNORED);
	if (status == STATUS_NOMEM)
		return no_memory(err);
	/* Damaged since it was stored: the night will find it. */
	if (status != STATUS_OK)
		return STATUS_OK;
	for (uint32_t i = 0; status == STATUS_OK && i < commit.change_count;
	     i++) {
		const struct change *change = &commit.changes[i];
		struct source source = {
			.change = change,
			.id = commit.id + i,
			.stamp = commit.stamp,
			.dossier = commit.dossier,
		};

		if (change->record == gathering->record)
			status = add_source(gathering, &source, err);
	}
	return status;
}

/* What is set aside is not in the set; what is being fetched is not shown, and
 * what is damaged says nothing. */
static enum status
gather(struct gathering *gathering, struct error *err)
{
	struct sql *sql = sql_use(gathering->replica,
	    "SELECT l.bytes FROM touch AS t JOIN ledger AS l ON l.id = t.id"
	    " WHERE t.record = ?1 AND NOT EXISTS (SELECT 1 FROM dossier AS d"
	    " WHERE d.number = l.dossier AND d.state = 1)"
	    " AND l.sequence NOT IN (SELECT sequence FROM damaged)"
	    " UNION ALL"
	    " SELECT p.bytes FROM touch AS t JOIN pending AS p ON p.id = t.id"
	    " WHERE t.record = ?1 AND p.state = 0 AND NOT EXISTS"
	    " (SELECT 1 FROM dossier AS d"
	    " WHERE d.number = p.dossier AND d.state = 1)");
	enum status status;

	sql_bind_id(sql, 1, gathering->record);
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status = add_commit(gathering, sql_column_bytes(sql, 0), err);
		if (status != STATUS_OK)
			break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* --- redactions ----------------------------------------------------------- */

struct target {
	uint64_t change;
	uint64_t dossier;
};

struct targets {
	struct target *targets;
	size_t count;
};

/* What the record redacts by what is noted so far. */
static enum status
read_targets(struct gathering *gathering, struct targets *targets,
    struct error *err)
{
	struct sql *sql = sql_use(gathering->replica,
	    "SELECT change, dossier,"
	    " (SELECT count(*) FROM redacted WHERE record = ?1)"
	    " FROM redacted WHERE record = ?1");
	enum status status;

	*targets = (struct targets){ 0 };
	sql_bind_id(sql, 1, gathering->record);
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		if (targets->count == 0)
			targets->targets = arena_array(&gathering->arena,
			    sql_column_id(sql, 2), sizeof(*targets->targets));
		if (targets->targets == NULL) {
			status = no_memory(err);
			break;
		}
		targets->targets[targets->count++] = (struct target){
			.change = sql_column_id(sql, 0),
			.dossier = sql_column_id(sql, 1),
		};
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
apply_targets(struct replica *replica, const struct targets *targets,
    struct error *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < targets->count; i++)
		status = redaction_apply(replica, targets->targets[i].change,
		    targets->targets[i].dossier, err);
	return status;
}

/* The record may be a redaction: note anew what it names, and fold both what
 * it named and what it names. */
static enum status
refresh_redactions(struct gathering *gathering, struct error *err)
{
	struct replica *replica = gathering->replica;
	struct targets before;
	struct targets after;
	struct sql *sql;
	enum status status;

	status = read_targets(gathering, &before, err);
	if (status == STATUS_OK && before.count > 0) {
		sql =
		    sql_use(replica, "DELETE FROM redacted WHERE record = ?1");
		sql_bind_id(sql, 1, gathering->record);
		status = sql_finish(sql, err);
	}
	for (size_t i = 0; status == STATUS_OK && i < gathering->count; i++) {
		const struct source *source = &gathering->sources[i];

		status = redaction_note(replica, source->change, source->id,
		    source->dossier, err);
	}
	if (status == STATUS_OK)
		status = read_targets(gathering, &after, err);
	if (status == STATUS_OK)
		status = apply_targets(replica, &before, err);
	if (status == STATUS_OK)
		status = apply_targets(replica, &after, err);
	return status;
}

static enum status
mark_redacted(struct gathering *gathering, struct error *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < gathering->count; i++) {
		struct source *source = &gathering->sources[i];

		source->redacted = source->change->redacted;
		if (!source->redacted && !redaction_is_one(source->change))
			status = redaction_any(gathering->replica, source->id,
			    1, source->dossier, &source->redacted, err);
	}
	return status;
}

/* --- folding -------------------------------------------------------------- */

/* The change that says what the record is: its creation, or while that is not
 * here the first of what is. */
static const struct source *
find_origin(const struct gathering *gathering)
{
	const struct source *origin = &gathering->sources[0];

	for (size_t i = 0; i < gathering->count; i++) {
		const struct source *source = &gathering->sources[i];

		if (source->id == gathering->record)
			return source;
		if (source->id < origin->id)
			origin = source;
	}
	return origin;
}

/* The writes that count; what says another collection or comes from another
 * dossier than the record's is left out, and flagged. */
static enum status
collect_writes(struct gathering *gathering, struct folded *folded,
    struct head_write **out, size_t *count, struct error *err)
{
	size_t total = 0;

	for (size_t i = 0; i < gathering->count; i++)
		total += gathering->sources[i].change->field_count;
	*count = 0;
	*out = arena_array(&gathering->arena, total + 1, sizeof(**out));
	if (*out == NULL)
		return no_memory(err);
	for (size_t i = 0; i < gathering->count; i++) {
		const struct source *source = &gathering->sources[i];
		const struct change *change = source->change;

		if (!bytes_equal(change->collection, folded->name) ||
		    source->dossier != folded->dossier) {
			folded->flags |= RECORD_UNKNOWN_COLUMN;
			continue;
		}
		for (uint32_t j = 0; j < change->field_count; j++)
			(*out)[(*count)++] = (struct head_write){
				.field = heads_field_name(folded->collection,
				    &change->fields[j]),
				.change = source->id,
				.stamp = source->stamp,
				.write = &change->fields[j],
				.redacted = source->redacted,
			};
	}
	return STATUS_OK;
}

/* A column that no version of this program knows is flagged as long as any
 * write has it, shown or not. */
static void
flag_unknown(struct folded *folded, const struct field_write *write)
{
	for (uint32_t i = 0; i < write->value_count; i++) {
		struct bytes column = write->values[i].column;

		if (folded->collection == NULL ||
		    (!bytes_equal_text(column, COLUMN_DELETED) &&
			collection_column(folded->collection, column) == NULL))
			folded->flags |= RECORD_UNKNOWN_COLUMN;
	}
}

static void
show_heads(struct folded *folded, const struct head_write *writes, size_t count)
{
	for (uint32_t i = 0; i < folded->heads.field_count; i++) {
		const struct field_heads *field = &folded->heads.fields[i];
		const struct head_write *shown;
		size_t found;

		if (field->head_count == 0)
			continue;
		shown = heads_find_writes(writes, count, field->field,
		    field->heads[0].change, &found);
		for (size_t j = 0; j < found; j++)
			folded_set(folded, shown[j].write, shown[j].redacted);
	}
}

static enum status
fold_sources(struct gathering *gathering, struct folded *folded,
    struct error *err)
{
	const struct source *origin = find_origin(gathering);
	struct head_write *writes = NULL;
	size_t count;
	bool deleted;
	enum status status;

	folded->id = gathering->record;
	folded->dossier = origin->dossier;
	status = folded_begin(folded, origin->change->collection,
	    &gathering->arena, err);
	if (status == STATUS_OK)
		status =
		    collect_writes(gathering, folded, &writes, &count, err);
	if (status != STATUS_OK)
		return status;
	if (heads_compute(writes, count, &gathering->arena, &folded->heads,
		&deleted) != STATUS_OK)
		return no_memory(err);
	for (size_t i = 0; i < count; i++)
		flag_unknown(folded, writes[i].write);
	show_heads(folded, writes, count);
	if (origin->id != folded->id)
		folded->state = RECORD_INCOMPLETE;
	else
		folded->state = deleted ? RECORD_DELETED : RECORD_LIVE;
	return STATUS_OK;
}

/* Whether what stands there is another kind of record, which has to go. */
static enum status
remove_other(struct replica *replica, const struct folded *folded,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT collection <> ?2 FROM record WHERE id = ?1");
	uint64_t other;
	enum status status;

	sql_bind_id(sql, 1, folded->id);
	sql_bind_text(sql, 2, folded->name);
	status = sql_finish_id(sql, &other, err);
	if (status == STATUS_OK && other != 0)
		status = folded_remove(replica, folded->id, err);
	return status;
}

static enum status
fold_gathering(struct gathering *gathering, struct error *err)
{
	struct folded folded = { 0 };
	enum status status;

	status = gather(gathering, err);
	if (status == STATUS_OK && gathering->count == 0)
		status =
		    folded_remove(gathering->replica, gathering->record, err);
	if (status == STATUS_OK && gathering->count > 0) {
		status = mark_redacted(gathering, err);
		if (status == STATUS_OK)
			status = fold_sources(gathering, &folded, err);
		if (status == STATUS_OK)
			status = remove_other(gathering->replica, &folded, err);
		if (status == STATUS_OK)
			status = folded_store(gathering->replica, &folded, err);
	}
	if (status == STATUS_OK)
		status = refresh_redactions(gathering, err);
	return status;
}

enum status
fold_record(struct replica *replica, uint64_t record, struct error *err)
{
	struct gathering gathering = { .replica = replica, .record = record };
	enum status status = fold_gathering(&gathering, err);

	free(gathering.sources);
	arena_deinit(&gathering.arena);
	return status;
}
