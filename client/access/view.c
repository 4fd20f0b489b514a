/*
 * Records, lists and search through a viewer.
 */
#include "client/access/view.h"

#include <stdlib.h>

#include "client/access/view_private.h"
#include "common/replica/id_list.h"

/* --- one record ----------------------------------------------------------- */

static bool
count_conflict(void *context, const struct conflict *conflict)
{
	(void)conflict;
	++*(uint32_t *)context;
	return true;
}

/* Blank what is hidden; *seen is false for a record that is not there. */
static enum status
hide(const struct view *view, struct arena *arena, struct view_record *record,
    bool *seen, struct error *err)
{
	struct record *base = &record->record;
	uint32_t count = collection_column_count(base->collection);
	struct rights_about about;
	uint32_t conflicts = 0;
	enum status status;

	record->hidden_count = 0;
	record->hidden = arena_array(arena, count + 1, sizeof(*record->hidden));
	if (record->hidden == NULL)
		return error_set(err, STATUS_NOMEM, "read a record");
	status = view_ask_about(view, base, &about, err);
	*seen =
	    status == STATUS_OK && rights_may_see(view->viewer, &about, NULL);
	for (uint32_t i = 0; *seen && i < count; i++)
		if (!rights_may_see(view->viewer, &about,
			&base->collection->columns[i])) {
			record->hidden[i] = true;
			record->hidden_count++;
		}
	if (!*seen || record->hidden_count == 0)
		return status;
	for (uint32_t i = 0; i < count; i++)
		if (record->hidden[i])
			base->values[i] = value_null();
	base->flags = 0;
	if (base->conflicts > 0)
		status =
		    view_conflicts(&(struct view){ view->replica, view->viewer,
				       AUDIT_NONE, view->now_ms },
			base->id, count_conflict, &conflicts, err);
	base->conflicts = conflicts;
	return status;
}

static enum status
note_one(const struct view *view, uint64_t dossier, struct error *err)
{
	return audit_read(view->replica, view->viewer, view->act, &dossier, 1,
	    view->now_ms, err);
}

enum status
view_get(const struct view *view, uint64_t id, struct arena *arena,
    struct view_record *record, struct error *err)
{
	bool seen = false;
	enum status status;

	status = record_get(view->replica, id, arena, &record->record, err);
	if (status == STATUS_OK)
		status = hide(view, arena, record, &seen, err);
	if (status == STATUS_OK && !seen)
		status = view_not_found(id, err);
	return status == STATUS_OK ? note_one(view, record->record.dossier, err)
	                           : status;
}

/* --- lists ---------------------------------------------------------------- */

struct listing {
	const struct view *view;
	const struct record_query *query;
	view_visitor *visit;
	void *context;
	struct id_list dossiers;     /* of what will be shown, ascending runs */
	const struct id_list *noted; /* NULL: all may be shown */
	uint32_t count;
	enum status status;
	struct error *err;
};

/* A list must not tell by what it leaves out. */
static bool
is_found_by_hidden(const struct listing *listing,
    const struct view_record *record)
{
	const struct collection *collection = record->record.collection;

	for (uint32_t i = 0; i < listing->query->filter_count; i++)
		if (record->hidden[collection_column_index(collection,
			listing->query->filters[i].column)])
			return true;
	return false;
}

static int
compare_ids(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static bool
is_noted(const struct listing *listing, uint64_t dossier)
{
	return listing->noted == NULL ||
	       bsearch(&dossier, listing->noted->ids, listing->noted->count,
		   sizeof(dossier), compare_ids) != NULL;
}

static bool
visit_one(struct listing *listing, const struct view_record *record)
{
	uint64_t dossier = record->record.dossier;
	struct id_list *list = &listing->dossiers;

	if (listing->visit != NULL)
		return !is_noted(listing, dossier) ||
		       listing->visit(listing->context, record);
	if (list->count > 0 && list->ids[list->count - 1] == dossier)
		return true;
	if (!id_list_add(list, dossier))
		listing->status =
		    error_set(listing->err, STATUS_NOMEM, "read records");
	return listing->status == STATUS_OK;
}

static bool
look(void *context, const struct record *record)
{
	struct listing *listing = context;
	struct view_record shown = { .record = *record };
	struct arena arena = { 0 };
	bool seen, go_on = true;

	listing->status =
	    hide(listing->view, &arena, &shown, &seen, listing->err);
	if (listing->status == STATUS_OK && seen &&
	    !is_found_by_hidden(listing, &shown)) {
		go_on = visit_one(listing, &shown);
		listing->count++;
	}
	arena_deinit(&arena);
	return go_on && listing->status == STATUS_OK &&
	       (listing->query->limit == 0 ||
		   listing->count < listing->query->limit);
}

static enum status
run_listing(struct listing *listing)
{
	struct record_query query = *listing->query;
	enum status status;

	query.limit = 0; /* it counts what is shown */
	status = record_each(listing->view->replica, &query, look, listing,
	    listing->err);
	return status != STATUS_OK ? status : listing->status;
}

/* Whose files will be read; noted before the first is shown. */
static enum status
note_listing(const struct view *view, const struct record_query *query,
    struct id_list *dossiers, struct error *err)
{
	struct listing listing = { .view = view, .query = query, .err = err };
	enum status status = run_listing(&listing);

	*dossiers = listing.dossiers;
	if (status != STATUS_OK || dossiers->count == 0)
		return status;
	status = audit_read(view->replica, view->viewer, view->act,
	    dossiers->ids, dossiers->count, view->now_ms, err);
	qsort(dossiers->ids, dossiers->count, sizeof(*dossiers->ids),
	    compare_ids);
	return status;
}

static enum status
check_query(const struct view *view, const struct record_query *query,
    struct error *err)
{
	if (!rights_may_see_some(view->viewer, query->collection, NULL))
		return error_set(err, STATUS_DENIED,
		    "your role does not show %s", query->collection->name);
	for (uint32_t i = 0; i < query->filter_count; i++)
		if (!rights_may_see_some(view->viewer, query->collection,
			query->filters[i].column))
			return error_set(err, STATUS_DENIED,
			    "your role does not show %s of %s",
			    query->filters[i].column->name,
			    query->collection->name);
	return STATUS_OK;
}

enum status
view_each(const struct view *view, const struct record_query *query,
    view_visitor *visit, void *context, struct error *err)
{
	bool notes = view->act != AUDIT_NONE && !view->viewer->set_up &&
	             (query->collection->dossiers & DOSSIER_KIND_PUPIL) != 0;
	struct id_list noted = { 0 };
	struct listing listing = {
		.view = view,
		.query = query,
		.visit = visit,
		.context = context,
		.noted = notes ? &noted : NULL,
		.err = err,
	};
	enum status status = check_query(view, query, err);

	if (status == STATUS_OK && notes)
		status = note_listing(view, query, &noted, err);
	if (status == STATUS_OK && (!notes || noted.count > 0))
		status = run_listing(&listing);
	id_list_deinit(&noted);
	return status;
}

/* --- search --------------------------------------------------------------- */

enum status
view_search(const struct view *view, struct bytes text, uint32_t limit,
    search_visitor *visit, void *context, struct error *err)
{
	const struct collection *pupils =
	    catalogue_collection(bytes_of_text("pupil"));
	uint32_t columns = 0;

	for (uint32_t i = 0; search_columns[i] != NULL; i++)
		if (rights_may_see_some(view->viewer, pupils,
			collection_column(pupils,
			    bytes_of_text(search_columns[i]))))
			columns |= 1U << i;
	if (columns == 0)
		return error_set(err, STATUS_DENIED,
		    "your role does not show pupils");
	return search_pupils_among(view->replica, columns, text, limit, visit,
	    context, err);
}
