#include "server/core/placement.h"

#include <string.h>

#include "server/core/admission.h"
#include "server/core/written.h"

static bool
note_found(void *context, const struct record *record)
{
	bool *found = context;

	(void)record;
	*found = true;
	return false;
}

enum status
placement_is_destroyed(struct replica *replica, uint64_t dossier,
    bool *destroyed, struct error *err)
{
	struct record_filter filter;
	struct record_query query;
	struct dossier held;
	enum status status;

	*destroyed = false;
	status = dossier_get(replica, dossier, &held, err);
	if (status == STATUS_OK && held.state != DOSSIER_GONE)
		return STATUS_OK;
	if (status == STATUS_OK)
		*destroyed = true;
	if (status != STATUS_NOT_FOUND)
		return status;
	memset(&query, 0, sizeof(query));
	query.collection =
	    catalogue_collection(bytes_of_text("destroyed_dossier"));
	filter.column =
	    collection_column(query.collection, bytes_of_text("dossier"));
	filter.value = value_integer((int64_t)dossier);
	query.filters = &filter;
	query.filter_count = 1;
	return record_each(replica, &query, note_found, destroyed, err);
}

/* The kind of a dossier that exists is that of the record that names it. */
static enum status
find_dossier(struct admission *admission, struct error *err)
{
	uint64_t number = admission->commit.dossier;
	const struct collection *collection;
	enum record_state state;
	uint64_t lies_in;
	bool destroyed;
	enum status status;

	if (number == DOSSIER_PARTNERSHIP) {
		admission->kind = DOSSIER_KIND_PARTNERSHIP;
		return STATUS_OK;
	}
	status =
	    placement_is_destroyed(admission->replica, number, &destroyed, err);
	if (status != STATUS_OK)
		return status;
	if (destroyed)
		return admission_refuse(admission, REFUSAL_GONE);
	status = record_locate(admission->replica, number, &lies_in,
	    &collection, &state, err);
	if (status == STATUS_NOT_FOUND)
		return admission_refuse(admission, REFUSAL_DOSSIER);
	if (status != STATUS_OK)
		return status;
	if (collection != NULL && strcmp(collection->name, "school") == 0)
		admission->kind = DOSSIER_KIND_SCHOOL;
	else if (collection != NULL && lies_in == number &&
		 strcmp(collection->name, "pupil") == 0)
		admission->kind = DOSSIER_KIND_PUPIL;
	else
		return admission_refuse(admission, REFUSAL_DOSSIER);
	return STATUS_OK;
}

/* pupil/P begins with the change that creates P. */
static bool
begins_dossier(const struct commit *commit)
{
	return written_is_new(commit, commit->dossier) &&
	       bytes_equal_text(written_change(commit, commit->dossier)
				    ->collection,
		   "pupil");
}

static enum status
place_created(struct admission *admission, const struct change *change,
    const struct collection *collection)
{
	bool names_dossier = change->record == admission->commit.dossier;

	if ((collection->dossiers & admission->kind) == 0)
		return admission_refuse(admission, REFUSAL_DOSSIER);
	if (strcmp(collection->name, "pupil") == 0 && !names_dossier)
		return admission_refuse(admission, REFUSAL_DOSSIER);
	return STATUS_OK;
}

static enum status
place_existing(struct admission *admission, const struct change *change,
    const struct collection *collection, struct error *err)
{
	const struct collection *is;
	enum record_state state;
	uint64_t dossier;
	enum status status;

	status = record_locate(admission->replica, change->record, &dossier,
	    &is, &state, err);
	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK && state == RECORD_INCOMPLETE))
		return admission_refuse(admission, REFUSAL_DEPENDS);
	if (status != STATUS_OK)
		return status;
	if (dossier != admission->commit.dossier || is != collection)
		return admission_refuse(admission, REFUSAL_DOSSIER);
	return STATUS_OK;
}

enum status
placement_check(struct admission *admission, struct error *err)
{
	const struct commit *commit = &admission->commit;
	enum status status = STATUS_OK;

	admission->begins = begins_dossier(commit);
	if (admission->begins)
		admission->kind = DOSSIER_KIND_PUPIL;
	else
		status = find_dossier(admission, err);
	for (uint32_t i = 0; i < commit->change_count; i++) {
		const struct change *change = &commit->changes[i];
		const struct collection *collection =
		    catalogue_collection(change->collection);

		if (status != STATUS_OK || admission->refusal != REFUSAL_NONE)
			break;
		if (written_creates(commit, i))
			status = place_created(admission, change, collection);
		else
			status =
			    place_existing(admission, change, collection, err);
	}
	return status;
}
