/*
 * What the set folds to: all commits go into a second replica, in memory, and
 * its tables have to be the same.
 *
 * A dossier that is being fetched is left out: what is shown of it, if
 * anything, is older than what is held.
 */
#include <inttypes.h>
#include <string.h>

#include "common/replica/check_private.h"
#include "common/replica/damage_private.h"
#include "common/replica/dossier.h"
#include "common/replica/ledger.h"
#include "common/replica/pending.h"
#include "common/replica/sql_compose.h"

/* --- the second replica --------------------------------------------------- */

struct copy {
	struct check *check;
	struct replica *to;
	struct arena arena;
	enum status status;
	struct error *err;
};

static bool
copy_dossier(void *context, const struct dossier *dossier)
{
	struct copy *copy = context;

	copy->status = dossier_put(copy->to, dossier, copy->err);
	return copy->status == STATUS_OK;
}

/* What is damaged is a fault that has been told. */
static bool
decode(struct copy *copy, const struct ledger_row *row, struct commit *commit)
{
	enum damage damage = DAMAGE_NONE;

	arena_reset(&copy->arena);
	copy->status = damage_find(row, &copy->arena, commit, &damage);
	if (copy->status != STATUS_OK)
		error_set(copy->err, copy->status, "read the commits");
	return copy->status == STATUS_OK && damage == DAMAGE_NONE;
}

static bool
copy_ledger_row(void *context, const struct ledger_row *row)
{
	struct copy *copy = context;
	struct ledger_row again = *row;
	struct commit commit;

	if (!decode(copy, row, &commit))
		return copy->status == STATUS_OK;
	copy->status = ledger_append(copy->to, &again, &commit, copy->err);
	return copy->status == STATUS_OK;
}

static bool
copy_pending_row(void *context, const struct pending_row *row)
{
	struct copy *copy = context;
	const struct ledger_row read = damage_as_row(row);
	struct commit commit;

	if (!decode(copy, &read, &commit))
		return copy->status == STATUS_OK;
	copy->status =
	    pending_add(copy->to, &commit, row->bytes, row->at_ms, copy->err);
	return copy->status == STATUS_OK;
}

static enum status
copy_set(struct copy *copy, struct error *err)
{
	struct replica *from = copy->check->replica;
	enum status status;

	status = dossier_each(from, -1, copy_dossier, copy, err);
	if (status == STATUS_OK && copy->status == STATUS_OK)
		status = ledger_each(from, 0, copy_ledger_row, copy, err);
	for (int lane = 0; status == STATUS_OK && copy->status == STATUS_OK &&
			   lane < LANE_COUNT;
	     lane++)
		status = pending_each_waiting(from, (enum lane)lane, 0,
		    copy_pending_row, copy, err);
	return status != STATUS_OK ? status : copy->status;
}

static enum status
fold_copy(struct check *check, struct replica *to, struct error *err)
{
	struct replica_identity identity = replica_identity(check->replica);
	struct copy copy = { .check = check, .to = to, .err = err };
	enum status status;

	status = replica_begin(to, err);
	if (status == STATUS_OK)
		status = replica_identity_set(to, &identity, err);
	if (status == STATUS_OK)
		status = copy_set(&copy, err);
	if (status == STATUS_OK)
		status = fold_all(to, check->progress, check->context, err);
	if (status == STATUS_OK)
		status = replica_commit(to, err);
	arena_deinit(&copy.arena);
	return status;
}

/* --- comparing ------------------------------------------------------------ */

/* One table, in order of the id in its first column. */
struct comparison {
	struct check *check;
	const char *table;
	int columns;
	bool counts; /* its rows are the records */
	struct sql stored;
	struct sql folded;
};

static bool
same_row(struct comparison *comparison)
{
	for (int i = 0; i < comparison->columns; i++) {
		struct value stored = sql_column_value(&comparison->stored, i);
		struct value folded = sql_column_value(&comparison->folded, i);

		if (!value_equal(&stored, &folded))
			return false;
	}
	return true;
}

/* 0 for a cursor that is at its end. */
static enum status
step(struct sql *sql, uint64_t *id, struct error *err)
{
	enum status status = sql_step(sql, err);

	*id = status == STATUS_OK ? sql_column_id(sql, 0) : 0;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
walk(struct comparison *c, struct error *err)
{
	uint64_t stored = 0;
	uint64_t folded = 0;
	enum status status;

	status = step(&c->stored, &stored, err);
	if (status == STATUS_OK)
		status = step(&c->folded, &folded, err);
	while (status == STATUS_OK && (stored != 0 || folded != 0)) {
		bool more = folded == 0 || (stored != 0 && stored < folded);
		bool less = stored == 0 || (folded != 0 && folded < stored);

		if (more)
			check_fault(c->check,
			    "%s %" PRIu64 " is in the table, but in no commit",
			    c->table, stored);
		else if (less)
			check_fault(c->check,
			    "%s %" PRIu64 " is missing in the table", c->table,
			    folded);
		else if (!same_row(c))
			check_fault(c->check,
			    "%s %" PRIu64 " is not what its commits say",
			    c->table, stored);
		if (c->counts && !less)
			c->check->result->records++;
		if (!less)
			status = step(&c->stored, &stored, err);
		if (status == STATUS_OK && !more)
			status = step(&c->folded, &folded, err);
	}
	return status;
}

static enum status
compare(struct check *check, struct replica *copy, const char *table,
    int columns, const char *text, struct error *err)
{
	struct comparison comparison = {
		.check = check,
		.table = table,
		.columns = columns,
		.counts = strcmp(table, "record") == 0,
	};
	struct sql_text stored = { 0 };
	struct sql_text folded = { 0 };
	enum status status;

	sql_text_add(&stored, text);
	sql_text_add(&folded, text);
	status =
	    sql_text_prepare(&stored, check->replica, &comparison.stored, err);
	if (status == STATUS_OK)
		status =
		    sql_text_prepare(&folded, copy, &comparison.folded, err);
	else
		buffer_deinit(&folded.buffer);
	if (status == STATUS_OK)
		status = walk(&comparison, err);
	sql_text_finalize(&comparison.stored);
	sql_text_finalize(&comparison.folded);
	if (status != STATUS_OK)
		return error_wrap(err, "compare table %s", table);
	return STATUS_OK;
}

#define NOT_FILLING " NOT IN (SELECT number FROM dossier WHERE state = 1)"

static enum status
compare_collection(struct check *check, struct replica *copy,
    const struct collection *collection, struct error *err)
{
	struct sql_text text = { 0 };
	enum status status;
	int columns = 2;

	sql_text_add(&text, "SELECT id, _dossier");
	for (const struct column *column = collection->columns;
	     column->name != NULL; column++, columns++) {
		sql_text_add(&text, ", ");
		sql_text_add_name(&text, column->name);
	}
	sql_text_add(&text, " FROM ");
	sql_text_add_name(&text, collection->name);
	sql_text_add(&text, " WHERE _dossier" NOT_FILLING " ORDER BY id");
	if (text.status == STATUS_OK)
		text.status = buffer_append(&text.buffer,
		    (struct bytes){ (const uint8_t *)"", 1 });
	status = text.status != STATUS_OK
	             ? error_set(err, text.status, "compare tables")
	             : compare(check, copy, collection->name, columns,
			   (const char *)buffer_view(&text.buffer).data, err);
	buffer_deinit(&text.buffer);
	return status;
}

/* The tables that the fold keeps beside those of the catalogue.  A grant's
 * frozen sum is the hub's own note. */
static const struct {
	const char *name;
	int columns;
	const char *text;
} indexes[] = {
	{ "record", 7,
	    "SELECT id, collection, dossier, state, conflicts, flags, heads"
	    " FROM record WHERE dossier" NOT_FILLING " ORDER BY id" },
	{ "grant", 9,
	    "SELECT grant_id, school, dossier, kind, because, opened, held,"
	    " frozen, closed FROM grants WHERE school" NOT_FILLING
	    " ORDER BY grant_id" },
	{ "touched record", 2,
	    "SELECT record, id FROM touch ORDER BY record, id" },
	{ "same", 2, "SELECT pupil, shown FROM same ORDER BY pupil" },
	{ "search entry", 9,
	    "SELECT rowid, forename, surname, preferred_forename,"
	    " preferred_surname, former_forename, former_surname,"
	    " middle_names, upn FROM search WHERE rowid NOT IN"
	    " (SELECT id FROM pupil WHERE _dossier IN"
	    " (SELECT number FROM dossier WHERE state = 1)) ORDER BY rowid" },
};

static enum status
compare_all(struct check *check, struct replica *copy, struct error *err)
{
	const struct collection *collections;
	uint32_t count;
	enum status status = STATUS_OK;

	for (size_t i = 0;
	     status == STATUS_OK && i < sizeof(indexes) / sizeof(indexes[0]);
	     i++)
		status = compare(check, copy, indexes[i].name,
		    indexes[i].columns, indexes[i].text, err);
	collections = catalogue_collections(&count);
	for (uint32_t i = 0; status == STATUS_OK && i < count; i++)
		status = compare_collection(check, copy, &collections[i], err);
	return status;
}

enum status
check_fold(struct check *check, struct error *err)
{
	struct replica_options options = {
		.path = ":memory:",
		.kind = replica_kind(check->replica),
	};
	struct replica *copy = NULL;
	enum status status;

	status = replica_open(&options, &copy, err);
	if (status == STATUS_OK)
		status = fold_copy(check, copy, err);
	if (status == STATUS_OK)
		status = compare_all(check, copy, err);
	replica_close(copy);
	return status;
}
