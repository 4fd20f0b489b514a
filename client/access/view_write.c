/*
 * Writing through a viewer: the whole draft is judged before it becomes a
 * commit, so that the order of its calls does not matter.
 */
#include <inttypes.h>
#include <string.h>

#include "client/access/view_private.h"
#include "protocol/commit.h"

uint64_t
view_author(const struct view *view, uint64_t named)
{
	return view->viewer->set_up ? named : view->viewer->staff;
}

static enum status
denied(const struct collection *collection, const struct column *column,
    struct error *err)
{
	if (column == NULL)
		return error_set(err, STATUS_DENIED,
		    "your role does not write %s", collection->name);
	return error_set(err, STATUS_DENIED,
	    "your role does not write %s of %s", column->name,
	    collection->name);
}

/* --- a draft -------------------------------------------------------------- */

struct judging {
	const struct view *view;
	const struct draft *draft;
	struct arena arena;
	enum status status;
	struct error *err;
};

static bool
is_viewer(const struct judging *judging, const struct value *staff)
{
	return staff != NULL && staff->type == VALUE_INTEGER &&
	       (uint64_t)staff->integer == judging->view->viewer->staff &&
	       judging->view->viewer->staff != 0;
}

/* It will be its author's, unless a column says whose. */
static void
ask_about_new(const struct judging *judging, const struct draft_write *write,
    struct rights_about *about)
{
	*about = (struct rights_about){
		.collection = write->collection,
		.own = judging->view->viewer->staff != 0 &&
		       view_owner_column(write->collection) == NULL,
	};
}

static enum status
ask_about_old(struct judging *judging, const struct draft_write *write,
    struct rights_about *about)
{
	struct record record;
	enum status status;

	status = record_get(judging->view->replica, (uint64_t)write->record,
	    &judging->arena, &record, judging->err);
	if (status == STATUS_OK)
		status =
		    view_ask_about(judging->view, &record, about, judging->err);
	return status;
}

static const struct value *
value_set(const struct judging *judging, const struct draft_write *write,
    const struct column *column)
{
	if (column == NULL)
		return NULL;
	return draft_value(judging->draft, write->record, column);
}

/* As the record is, and as it will be: of another kind, or somebody else's. */
static bool
may_write(const struct judging *judging, const struct draft_write *write,
    const struct rights_about *about)
{
	const struct viewer *viewer = judging->view->viewer;
	const struct collection *collection = write->collection;
	const struct value *kind = value_set(judging, write,
	    collection_column(collection, bytes_of_text("kind")));
	const struct value *owner =
	    value_set(judging, write, view_owner_column(collection));
	struct rights_about then = *about;

	if (kind != NULL && kind->type == VALUE_TEXT)
		then.kind = kind->bytes;
	if (owner != NULL)
		then.own = is_viewer(judging, owner);
	return rights_may_write(viewer, &then, write->column) &&
	       (write->record < 0 ||
		   rights_may_write(viewer, about, write->column));
}

static bool
judge(void *context, const struct draft_write *write)
{
	struct judging *judging = context;
	struct rights_about about;

	if (write->record < 0)
		ask_about_new(judging, write, &about);
	else
		judging->status = ask_about_old(judging, write, &about);
	if (judging->status == STATUS_OK && write->record > 0 &&
	    !rights_may_see(judging->view->viewer, &about, NULL))
		judging->status =
		    view_not_found((uint64_t)write->record, judging->err);
	else if (judging->status == STATUS_OK &&
		 !may_write(judging, write, &about))
		judging->status =
		    denied(write->collection, write->column, judging->err);
	return judging->status == STATUS_OK;
}

enum status
view_finish(const struct view *view, struct draft *draft, uint64_t *id,
    struct error *err)
{
	struct judging judging = { .view = view, .draft = draft, .err = err };

	draft_each_write(draft, judge, &judging);
	arena_deinit(&judging.arena);
	if (judging.status != STATUS_OK)
		return judging.status;
	return draft_finish(draft, view->now_ms, id, err);
}

/* --- a conflict ----------------------------------------------------------- */

struct settling {
	const char *field;
	bool found;
};

static bool
find_field(void *context, const struct conflict *conflict)
{
	struct settling *settling = context;

	settling->found = strcmp(conflict->field, settling->field) == 0;
	return !settling->found;
}

/* All columns of the field; of "deleted", the record. */
static enum status
judge_field(const struct view *view, const struct record *record,
    const char *field, struct error *err)
{
	const struct column *column = record->collection->columns;
	struct rights_about about;
	enum status status = view_ask_about(view, record, &about, err);

	if (status == STATUS_OK &&
	    !rights_may_write(view->viewer, &about, NULL))
		return denied(record->collection, NULL, err);
	for (; status == STATUS_OK && column->name != NULL; column++)
		if (strcmp(column_field(column), field) == 0 &&
		    !rights_may_write(view->viewer, &about, column))
			return denied(record->collection, column, err);
	return status;
}

enum status
view_resolve(const struct view *view, uint64_t id, const char *field,
    uint32_t keep, uint64_t author, uint64_t *commit, struct error *err)
{
	const struct view silent = { view->replica, view->viewer, AUDIT_NONE,
		view->now_ms };
	struct settling settling = { .field = field };
	struct view_record record;
	struct arena arena = { 0 };
	enum status status;

	status = view_get(&silent, id, &arena, &record, err);
	if (status == STATUS_OK)
		status =
		    view_conflicts(&silent, id, find_field, &settling, err);
	if (status == STATUS_OK && !settling.found)
		status = error_set(err, STATUS_NOT_FOUND,
		    "%s of record %" PRIu64 " is not in conflict", field, id);
	if (status == STATUS_OK)
		status = judge_field(view, &record.record, field, err);
	arena_deinit(&arena);
	if (status != STATUS_OK)
		return status;
	return conflict_resolve(view->replica, id, field, keep,
	    view_author(view, author), view->now_ms, commit, err);
}
