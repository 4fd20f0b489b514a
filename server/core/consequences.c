#include "server/core/consequences.h"

#include <string.h>

#include "server/core/admission.h"
#include "server/core/grant_write.h"
#include "server/core/written.h"

enum status
follow_creation(struct admission *admission, struct hub_writer *writer,
    struct error *err)
{
	return grant_write_holder(writer, admission->school,
	    admission->commit.dossier, admission->commit.id,
	    admission->sequence, err);
}

enum status
follow_accepted(struct admission *admission, struct hub_writer *writer,
    struct error *err)
{
	return grant_write_passed(writer, admission->school,
	    admission->commit.dossier, admission->sequence, err);
}

/* --- records that are looked for ------------------------------------------
 */

static bool
note_record(void *context, const struct record *record)
{
	uint64_t *found = context;

	*found = record->id;
	return false;
}

/* The envelope of a transfer at a school; *envelope 0 when there is none. */
static enum status
find_envelope(struct admission *admission, uint64_t *envelope,
    struct error *err)
{
	struct record_filter filter;
	struct record_query query;

	*envelope = 0;
	memset(&query, 0, sizeof(query));
	query.collection = catalogue_collection(bytes_of_text("envelope"));
	filter.column =
	    collection_column(query.collection, bytes_of_text("transfer"));
	filter.value = value_integer((int64_t)admission->step.transfer_id);
	query.filters = &filter;
	query.filter_count = 1;
	query.dossier = admission->step.to_school;
	return record_each(admission->replica, &query, note_record, envelope,
	    err);
}

/* Whether the destination had announced this child: equal UPN and date of
 * birth, neither of them missing. */
static enum status
is_expected(struct admission *admission, const struct record *pupil,
    bool *expected, struct error *err)
{
	static const char *const names[] = { "upn", "birth_date", "state" };
	struct record_filter filters[3];
	struct record_query query;
	uint64_t found = 0;
	enum status status;

	*expected = false;
	memset(&query, 0, sizeof(query));
	query.collection =
	    catalogue_collection(bytes_of_text("expected_pupil"));
	for (uint32_t i = 0; i < 3; i++) {
		filters[i].column = collection_column(query.collection,
		    bytes_of_text(names[i]));
		filters[i].value = i < 2 ? record_value(pupil, names[i])
		                         : value_c_text("expected");
		if (filters[i].value.type == VALUE_NULL)
			return STATUS_OK;
	}
	query.filters = filters;
	query.filter_count = 3;
	query.dossier = admission->step.to_school;
	status =
	    record_each(admission->replica, &query, note_record, &found, err);
	*expected = found != 0;
	return status;
}

/* --- envelope and transfer move together ----------------------------------
 */

static enum status
write_envelope(struct admission *admission, struct hub_writer *writer,
    const struct record *pupil, const char *state, struct error *err)
{
	static const char *const copied[] = { "surname", "forename",
		"birth_date", "nc_year_actual" };
	struct step *step = &admission->step;
	struct value value;
	struct draft *draft;
	int64_t record;
	enum status status;

	status = hub_write_begin(writer, step->to_school, &draft, err);
	if (status != STATUS_OK)
		return status;
	status = draft_insert(draft, "envelope", &record, err);
	if (status == STATUS_OK)
		status = hub_set_integer(draft, record, "transfer",
		    step->transfer_id, err);
	if (status == STATUS_OK)
		status = hub_set_integer(draft, record, "dossier",
		    step->pupil_id, err);
	if (status == STATUS_OK)
		status = hub_set_integer(draft, record, "from_school",
		    admission->school, err);
	for (uint32_t i = 0; i < 4 && status == STATUS_OK; i++) {
		value = record_value(pupil, copied[i]);
		if (value.type != VALUE_NULL)
			status =
			    draft_set(draft, record, copied[i], &value, err);
	}
	if (status == STATUS_OK)
		status = hub_set_text(draft, record, "state", state, err);
	return hub_write_end(writer, draft, 1, status, err);
}

/* The transfer's state by the hub; ended ones leave the pupil free. */
static enum status
move_transfer(struct admission *admission, struct hub_writer *writer,
    const char *state, const struct value *reason, bool ends, struct error *err)
{
	int64_t transfer = (int64_t)admission->step.transfer_id;
	int64_t pupil = (int64_t)admission->step.pupil_id;
	struct value none = value_null();
	struct draft *draft;
	enum status status;

	status = hub_write_begin(writer, admission->step.pupil_id, &draft, err);
	if (status != STATUS_OK)
		return status;
	status = hub_set_text(draft, transfer, "state", state, err);
	if (status == STATUS_OK && reason != NULL)
		status = draft_set(draft, transfer, "reason", reason, err);
	if (status == STATUS_OK && ends)
		status = draft_set(draft, pupil, "open_transfer", &none, err);
	return hub_write_end(writer, draft, ends ? 2 : 1, status, err);
}

enum status
follow_opened(struct admission *admission, struct hub_writer *writer,
    struct error *err)
{
	struct step *step = &admission->step;
	struct record pupil;
	bool expected = false;
	enum status status;

	if (step->to_school == 0)
		return STATUS_OK;
	status = record_get(admission->replica, step->pupil_id,
	    admission->arena, &pupil, err);
	if (status == STATUS_OK)
		status = is_expected(admission, &pupil, &expected, err);
	if (status == STATUS_OK && expected)
		status = grant_write_destination(writer, step->to_school,
		    step->pupil_id, admission->commit.id, admission->sequence,
		    err);
	if (status == STATUS_OK)
		status = write_envelope(admission, writer, &pupil,
		    expected ? "ours" : "waiting", err);
	if (status == STATUS_OK && expected)
		status = move_transfer(admission, writer, "answered", NULL,
		    false, err);
	return status;
}

enum status
follow_ours(struct admission *admission, struct hub_writer *writer,
    struct error *err)
{
	struct step *step = &admission->step;
	enum status status;

	status = grant_write_destination(writer, step->to_school,
	    step->pupil_id, admission->commit.id, admission->sequence, err);
	if (status != STATUS_OK)
		return status;
	return move_transfer(admission, writer, "answered", NULL, false, err);
}

/* It may have had no grant yet. */
static enum status
end_destination(struct admission *admission, struct hub_writer *writer,
    struct error *err)
{
	struct step *step = &admission->step;
	enum status status;

	status = grant_write_ended(writer, step->to_school, step->pupil_id,
	    admission->sequence, err);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
follow_not_ours(struct admission *admission, struct hub_writer *writer,
    struct error *err)
{
	const struct value *reason =
	    written_value(admission->step.envelope, "reason");
	enum status status;

	status = end_destination(admission, writer, err);
	if (status != STATUS_OK)
		return status;
	return move_transfer(admission, writer, "not_ours", reason, true, err);
}

enum status
follow_cancelled(struct admission *admission, struct hub_writer *writer,
    struct error *err)
{
	struct draft *draft;
	uint64_t envelope;
	enum status status;

	if (admission->step.to_school == 0)
		return STATUS_OK;
	status = end_destination(admission, writer, err);
	if (status == STATUS_OK)
		status = find_envelope(admission, &envelope, err);
	if (status != STATUS_OK || envelope == 0)
		return status;
	status =
	    hub_write_begin(writer, admission->step.to_school, &draft, err);
	if (status != STATUS_OK)
		return status;
	status =
	    hub_set_text(draft, (int64_t)envelope, "state", "withdrawn", err);
	return hub_write_end(writer, draft, 1, status, err);
}
