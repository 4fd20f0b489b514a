#include "server/core/rights.h"

#include <string.h>

#include "common/replica/ledger.h"
#include "server/core/admission.h"
#include "server/core/sites.h"
#include "server/core/written.h"

static const uint64_t day_ms = HUB_DAY_MS;

/* --- what the school is to the dossier ------------------------------------
 */

struct moment_of {
	uint64_t sequence;
	uint64_t received_ms;
};

static bool
first_row(void *context, const struct ledger_row *row)
{
	struct moment_of *moment = context;

	moment->sequence = row->sequence;
	moment->received_ms = row->received_ms;
	return false;
}

/* Whether a grant that ended at that place still lets its site write. */
static enum status
is_late_but_right(const struct admission *admission, uint64_t ended,
    bool *right, struct error *err)
{
	struct moment_of moment = { 0, 0 };
	enum status status;

	*right = false;
	if (ended <= admission->confirmed)
		return STATUS_OK;
	status =
	    ledger_each(admission->replica, ended - 1, first_row, &moment, err);
	if (status == STATUS_OK && moment.sequence != 0)
		*right =
		    admission->now_ms <=
		    moment.received_ms + LIMIT_WRITE_AFTER_END_DAYS * day_ms;
	return status;
}

static enum status
rights_by_grant(struct admission *admission, struct error *err)
{
	struct grant grant;
	uint64_t ended;
	bool right = true;
	enum status status;

	status = grants_get(admission->replica, admission->school,
	    admission->commit.dossier, &grant, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	ended = grant.frozen != 0 ? grant.frozen : grant.closed;
	if (ended != 0)
		status = is_late_but_right(admission, ended, &right, err);
	if (status != STATUS_OK || !right)
		return status;
	admission->rights = RIGHT_ANY;
	/* A previous holder that became a destination again was opened anew
	 * after it held. */
	if (grant.held != 0 && grant.held >= grant.opened)
		admission->rights |= RIGHT_HOLDER;
	else
		admission->rights |= RIGHT_DESTINATION;
	return STATUS_OK;
}

static enum status
rights_in_dossier(struct admission *admission, struct error *err)
{
	admission->rights = 0;
	switch (admission->kind) {
	case DOSSIER_KIND_PARTNERSHIP:
		admission->rights = RIGHT_ANY;
		return STATUS_OK;
	case DOSSIER_KIND_SCHOOL:
		if (admission->commit.dossier == admission->school)
			admission->rights = RIGHT_ANY | RIGHT_OWN;
		return STATUS_OK;
	case DOSSIER_KIND_PUPIL:
	case DOSSIER_KIND_SAFEGUARDING:
		break;
	}
	if (admission->begins) {
		admission->rights = RIGHT_ANY | RIGHT_HOLDER;
		return STATUS_OK;
	}
	return rights_by_grant(admission, err);
}

/* --- what it is to one record ---------------------------------------------
 */

/* Whether the school's site made that change. */
static enum status
is_author(const struct admission *admission, uint64_t change, bool *is,
    struct error *err)
{
	uint32_t number = identifier_site(change);
	struct site site;
	enum status status;

	*is = number == admission->site;
	if (*is || number == SITE_HUB)
		return STATUS_OK;
	status = sites_get(admission->replica, number, &site, err);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	*is = status == STATUS_OK && site.school == admission->school;
	return status;
}

/*
 * A column of the record as it is before and after this change: *agrees when
 * neither says otherwise than number (a reference) or text.
 */
static bool
agrees(const struct value *value, uint64_t reference, const char *text)
{
	if (text != NULL)
		return value_is_text(value, text);
	return value->type == VALUE_INTEGER &&
	       (uint64_t)value->integer == reference;
}

static bool
column_agrees(const struct record *present, const struct change *change,
    const char *column, uint64_t reference, const char *text)
{
	const struct value *written = written_value(change, column);
	struct value before;

	if (written != NULL && !agrees(written, reference, text))
		return false;
	if (present == NULL)
		return written != NULL;
	before = record_value(present, column);
	return agrees(&before, reference, text);
}

/* A package's receiver is no member: its receipt is noted by the sender. */
static enum status
receiver_is_outside(const struct admission *admission, uint64_t transfer,
    bool *outside, struct error *err)
{
	struct record record;
	struct value member;
	enum status status;

	*outside = false;
	status = record_get(admission->replica, transfer, admission->arena,
	    &record, err);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	status = record_get(admission->replica,
	    record_reference(&record, "to_school"), admission->arena, &record,
	    err);
	*outside = status == STATUS_NOT_FOUND;
	if (status != STATUS_OK)
		return *outside ? STATUS_OK : status;
	member = record_value(&record, "member");
	*outside = !value_is_text(&member, "Y");
	return STATUS_OK;
}

static enum status
rights_to_record(struct admission *admission, const struct change *change,
    const struct collection *collection, const struct record *present,
    uint32_t *rights, struct error *err)
{
	bool is_school = strcmp(collection->name, "school") == 0;
	uint64_t made = present != NULL ? present->id : 0;
	enum status status = STATUS_OK;
	bool is = false;

	*rights = admission->rights;
	if (strcmp(collection->name, "redaction") == 0)
		made = written_reference(change, "change");
	if (made != 0 && (*rights & RIGHT_ANY) != 0)
		status = is_author(admission, made, &is, err);
	if (is)
		*rights |= RIGHT_AUTHOR;
	if (admission->kind == DOSSIER_KIND_PARTNERSHIP &&
	    (column_agrees(present, change, "school", admission->school,
		 NULL) ||
		(is_school && change->record == admission->school)))
		*rights |= RIGHT_OWN;
	if (is_school && column_agrees(present, change, "member", 0, "N"))
		*rights |= RIGHT_NONMEMBER | ((*rights & RIGHT_AUTHOR) != 0
						     ? RIGHT_NONMEMBER_AUTHOR
						     : 0);
	if (status != STATUS_OK || present == NULL ||
	    strcmp(collection->name, "package") != 0 ||
	    (*rights & RIGHT_HOLDER) == 0)
		return status;
	status = receiver_is_outside(admission,
	    record_reference(present, "transfer"), &is, err);
	if (status == STATUS_OK && is)
		*rights |= RIGHT_SENDER;
	return status;
}

/* --- what the catalogue asks for ------------------------------------------
 */

static bool
column_is_allowed(const struct collection *collection, struct bytes name,
    uint32_t rights)
{
	const struct column *column;

	if (bytes_equal_text(name, COLUMN_DELETED))
		return (collection->delete_rights & rights) != 0;
	if (collection->append_only)
		return false;
	column = collection_column(collection, name);
	return ((collection->update_rights | column->update_also) & rights) !=
	       0;
}

static bool
change_is_allowed(const struct collection *collection,
    const struct change *change, bool creates, uint32_t rights)
{
	if (creates) {
		if (strcmp(collection->name, "post") == 0) {
			const struct value *way =
			    written_value(change, "direction");

			/* What comes in, the hub brings. */
			if (way == NULL || !value_is_text(way, "out"))
				return false;
		}
		return (collection->insert_rights & rights) != 0;
	}
	for (uint32_t i = 0; i < change->field_count; i++)
		for (uint32_t j = 0; j < change->fields[i].value_count; j++)
			if (!column_is_allowed(collection,
				change->fields[i].values[j].column, rights))
				return false;
	return true;
}

/* A deleted record shows no values.  Whose it is was said when it was made, and
 * does not change: without it, nobody might take the deletion back, or bring
 * an edit that was made beside it. */
static enum status
recall_school(struct admission *admission, struct record *present,
    struct error *err)
{
	const struct column *column =
	    collection_column(present->collection, bytes_of_text("school"));
	const struct value *value;
	struct ledger_row row;
	struct commit made;
	enum status status;

	if (column == NULL || present->state != RECORD_DELETED)
		return STATUS_OK;
	status = ledger_find_change(admission->replica, present->id,
	    admission->arena, &row, &made, err);
	if (status != STATUS_OK)
		return status;
	value = written_value(written_change(&made, present->id), "school");
	if (value != NULL)
		present->values[collection_column_index(present->collection,
		    column)] = *value;
	return STATUS_OK;
}

static enum status
rights_check_change(struct admission *admission, uint32_t i, struct error *err)
{
	const struct change *change = &admission->commit.changes[i];
	const struct collection *collection =
	    catalogue_collection(change->collection);
	bool creates = written_creates(&admission->commit, i);
	struct record present;
	uint32_t rights;
	enum status status = STATUS_OK;

	if (!creates)
		status = record_get(admission->replica, change->record,
		    admission->arena, &present, err);
	if (status == STATUS_OK && !creates)
		status = recall_school(admission, &present, err);
	if (status == STATUS_OK)
		status = rights_to_record(admission, change, collection,
		    creates ? NULL : &present, &rights, err);
	if (status != STATUS_OK)
		return status;
	if (!change_is_allowed(collection, change, creates, rights))
		return admission_refuse(admission, REFUSAL_RIGHTS);
	return STATUS_OK;
}

enum status
rights_check(struct admission *admission, struct error *err)
{
	enum status status;

	status = rights_in_dossier(admission, err);
	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < admission->commit.change_count; i++) {
		status = rights_check_change(admission, i, err);
		if (status != STATUS_OK || admission->refusal != REFUSAL_NONE)
			return status;
	}
	return STATUS_OK;
}
