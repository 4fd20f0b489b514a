/*
 * What has to be known of a record before rights can be asked about it.
 */
#include <inttypes.h>
#include <string.h>

#include "client/access/view_private.h"
#include "common/replica/dossier.h"
#include "common/replica/ledger.h"

enum status
view_not_found(uint64_t id, struct error *err)
{
	return error_set(err, STATUS_NOT_FOUND, "there is no record %" PRIu64,
	    id);
}

/* --- whose it is ---------------------------------------------------------- */

const struct column *
view_owner_column(const struct collection *collection)
{
	const struct column *column =
	    collection_column(collection, bytes_of_text("staff"));

	if (collection->roles_own == 0 || column == NULL ||
	    column->type != COLUMN_REFERENCE)
		return NULL;
	return column;
}

/* The author of the change that created it. */
static enum status
is_author(const struct view *view, const struct record *record, bool *own,
    struct error *err)
{
	struct arena arena = { 0 };
	struct ledger_row row;
	struct commit commit;
	enum status status;

	status = ledger_find_change(view->replica, record->id, &arena, &row,
	    &commit, err);
	*own = status == STATUS_OK && commit.author == view->viewer->staff;
	arena_deinit(&arena);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Asked only of those for whom it matters. */
static enum status
is_own(const struct view *view, const struct record *record, bool *own,
    struct error *err)
{
	const struct collection *collection = record->collection;
	const struct column *owner = view_owner_column(collection);
	struct value staff;

	*own = false;
	if ((view->viewer->roles & collection->roles_own) == 0 ||
	    view->viewer->staff == 0)
		return STATUS_OK;
	if (owner == NULL)
		return is_author(view, record, own, err);
	staff = record_value(record, owner->name);
	*own = staff.type == VALUE_INTEGER &&
	       (uint64_t)staff.integer == view->viewer->staff;
	return STATUS_OK;
}

/* --- where the child lives ------------------------------------------------ */

/* Y, or in conflict: then a person has said Y and none has settled it. */
static enum status
says_confidential(const struct view *view, const struct record *pupil,
    bool *confidential, struct error *err)
{
	static const char column[] = "address_confidential";
	struct value value = record_value(pupil, column);
	const struct field_heads *field;
	struct record_heads heads = { 0 };
	struct arena arena = { 0 };
	enum status status = STATUS_OK;

	*confidential =
	    value.type == VALUE_TEXT && !bytes_equal_text(value.bytes, "N");
	if (!*confidential && pupil->conflicts > 0) {
		status = record_get_heads(view->replica, pupil->id, &arena,
		    &heads, err);
		field = heads_field(&heads, bytes_of_text(column));
		*confidential = field != NULL && field->differ;
	}
	arena_deinit(&arena);
	return status;
}

/* Where there is no pupil, addresses are kept. */
static enum status
is_confidential(const struct view *view, const struct record *record,
    bool *confidential, struct error *err)
{
	struct arena arena = { 0 };
	struct record pupil;
	enum status status;

	*confidential = true;
	if (record->id == record->dossier)
		return says_confidential(view, record, confidential, err);
	status =
	    record_get(view->replica, record->dossier, &arena, &pupil, err);
	if (status == STATUS_OK)
		status = says_confidential(view, &pupil, confidential, err);
	arena_deinit(&arena);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static bool
has_address(const struct collection *collection)
{
	return collection->dossiers == DOSSIER_KIND_PUPIL &&
	       collection_column(collection, bytes_of_text("postcode")) != NULL;
}

/* --- all of it ------------------------------------------------------------ */

static enum dossier_kind
kind_of_dossier(const struct view *view, const struct record *record)
{
	struct dossier dossier;

	if ((record->collection->dossiers & DOSSIER_KIND_SAFEGUARDING) == 0)
		return (enum dossier_kind)0;
	if (record->collection->dossiers == DOSSIER_KIND_SAFEGUARDING ||
	    dossier_get(view->replica, record->dossier, &dossier,
		ERROR_IGNORED) != STATUS_OK)
		return DOSSIER_KIND_SAFEGUARDING;
	return dossier.kind;
}

enum status
view_ask_about(const struct view *view, const struct record *record,
    struct rights_about *about, struct error *err)
{
	struct value kind = record_value(record, "kind");
	enum status status;

	*about = (struct rights_about){
		.collection = record->collection,
		.dossier = kind_of_dossier(view, record),
	};
	if (kind.type == VALUE_TEXT)
		about->kind = kind.bytes;
	status = is_own(view, record, &about->own, err);
	if (status == STATUS_OK && has_address(record->collection) &&
	    !view->viewer->set_up)
		status = is_confidential(view, record,
		    &about->address_confidential, err);
	return status;
}
