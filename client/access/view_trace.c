/*
 * History and conflicts through a viewer.
 */
#include <string.h>

#include "client/access/view_private.h"
#include "common/replica/id_list.h"
#include "protocol/commit.h"

struct tracing {
	const struct view *view;
	struct rights_about about;
	const struct id_list *noted; /* NULL: all may be shown */
	history_visitor *visit_entry;
	conflict_visitor *visit_conflict;
	void *context;
	enum status status;
	struct error *err;
};

/* --- one field ------------------------------------------------------------ */

/* A column that this program does not know may be anything. */
static bool
sees_name(const struct viewer *viewer, const struct rights_about *about,
    struct bytes name)
{
	const struct column *column;

	if (bytes_equal_text(name, COLUMN_DELETED))
		return rights_may_see(viewer, about, NULL);
	column = collection_column(about->collection, name);
	if (column == NULL)
		return viewer->set_up || (viewer->roles & ROLE_LEAD) != 0;
	return rights_may_see(viewer, about, column);
}

/* Of a write of `kind`, as the record is and as it was then. */
static bool
sees_values(const struct viewer *viewer, const struct rights_about *about,
    const struct column_value *values, uint32_t count)
{
	struct rights_about then = *about;

	for (uint32_t i = 0; i < count; i++)
		if (bytes_equal_text(values[i].column, "kind") &&
		    values[i].value.type == VALUE_TEXT)
			then.kind = values[i].value.bytes;
	for (uint32_t i = 0; i < count; i++)
		if (!sees_name(viewer, about, values[i].column) ||
		    !sees_name(viewer, &then, values[i].column))
			return false;
	return true;
}

/* STATUS_NOT_FOUND: it is not there for them.  about->kind lives in arena. */
static enum status
ask_about_id(const struct view *view, uint64_t id, struct arena *arena,
    struct rights_about *about, uint64_t *dossier, struct error *err)
{
	struct record record = { 0 };
	enum status status;

	status = record_get(view->replica, id, arena, &record, err);
	if (status == STATUS_OK)
		status = view_ask_about(view, &record, about, err);
	if (status == STATUS_OK && !rights_may_see(view->viewer, about, NULL))
		status = view_not_found(id, err);
	*dossier = record.dossier;
	return status;
}

/* --- history -------------------------------------------------------------- */

static bool
look_at_entry(void *context, const struct history_entry *entry)
{
	struct tracing *tracing = context;

	if (!sees_values(tracing->view->viewer, &tracing->about,
		entry->field->values, entry->field->value_count))
		return true;
	return tracing->visit_entry(tracing->context, entry);
}

enum status
view_history(const struct view *view, uint64_t record, history_visitor *visit,
    void *context, struct error *err)
{
	struct tracing tracing = {
		.view = view,
		.visit_entry = visit,
		.context = context,
	};
	struct arena arena = { 0 };
	uint64_t dossier;
	enum status status;

	status =
	    ask_about_id(view, record, &arena, &tracing.about, &dossier, err);
	if (status == STATUS_OK)
		status = audit_read(view->replica, view->viewer, view->act,
		    &dossier, 1, view->now_ms, err);
	if (status == STATUS_OK)
		status = history_each(view->replica, record, look_at_entry,
		    &tracing, err);
	arena_deinit(&arena);
	return status;
}

/* --- conflicts ------------------------------------------------------------ */

static bool
sees_conflict(const struct viewer *viewer, const struct rights_about *about,
    const struct conflict *conflict)
{
	for (uint32_t i = 0; i < conflict->value_count; i++)
		if (!sees_values(viewer, about, conflict->values[i].values,
			conflict->values[i].value_count))
			return false;
	return true;
}

/* What came up meanwhile is shown the next time. */
static bool
is_noted(const struct tracing *tracing, uint64_t dossier)
{
	if (tracing->noted == NULL)
		return true;
	for (size_t i = 0; i < tracing->noted->count; i++)
		if (tracing->noted->ids[i] == dossier)
			return true;
	return false;
}

static bool
look_at_conflict(void *context, const struct conflict *conflict)
{
	struct tracing *tracing = context;
	const struct view *view = tracing->view;
	struct arena arena = { 0 };
	struct rights_about about;
	uint64_t dossier;
	bool go_on = true;
	enum status status;

	status = ask_about_id(view, conflict->record, &arena, &about, &dossier,
	    tracing->err);
	if (status == STATUS_OK && is_noted(tracing, dossier) &&
	    sees_conflict(view->viewer, &about, conflict))
		go_on = tracing->visit_conflict(tracing->context, conflict);
	arena_deinit(&arena);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		tracing->status = status;
	return go_on && tracing->status == STATUS_OK;
}

static bool
collect_dossier(void *context, const struct conflict *conflict)
{
	return id_list_add(context, conflict->dossier);
}

static enum status
note_conflicts(const struct view *view, uint64_t record,
    struct id_list *dossiers, struct error *err)
{
	const struct view silent = { view->replica, view->viewer, AUDIT_NONE,
		view->now_ms };
	enum status status;

	status =
	    view_conflicts(&silent, record, collect_dossier, dossiers, err);
	if (status == STATUS_OK && dossiers->no_memory)
		return error_set(err, STATUS_NOMEM, "read conflicts");
	if (status == STATUS_OK && dossiers->count > 0)
		status = audit_read(view->replica, view->viewer, view->act,
		    dossiers->ids, dossiers->count, view->now_ms, err);
	return status;
}

enum status
view_conflicts(const struct view *view, uint64_t record,
    conflict_visitor *visit, void *context, struct error *err)
{
	struct id_list noted = { 0 };
	struct tracing tracing = {
		.view = view,
		.visit_conflict = visit,
		.context = context,
		.err = err,
	};
	enum status status = STATUS_OK;

	if (view->act != AUDIT_NONE) {
		status = note_conflicts(view, record, &noted, err);
		tracing.noted = &noted;
	}
	if (status == STATUS_OK)
		status = conflict_each(view->replica, record, look_at_conflict,
		    &tracing, err);
	id_list_deinit(&noted);
	return status != STATUS_OK ? status : tracing.status;
}

/* --- what has no record --------------------------------------------------- */

bool
view_may_see_write(const struct viewer *viewer,
    const struct collection *collection, uint64_t author,
    const struct column *column)
{
	const struct rights_about about = {
		.collection = collection,
		.own = author != 0 && author == viewer->staff,
		.address_confidential = true,
	};

	return rights_may_see(viewer, &about, column);
}
