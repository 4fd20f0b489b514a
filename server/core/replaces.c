#include "server/core/replaces.h"

#include <string.h>

#include "common/replica/heads.h"
#include "common/replica/ledger.h"
#include "server/core/admission.h"
#include "server/core/written.h"

static bool
writes_field(const struct collection *collection, const struct change *change,
    struct bytes name)
{
	for (uint32_t i = 0; i < change->field_count; i++)
		if (bytes_equal(heads_field_name(collection,
				    &change->fields[i]),
			name))
			return true;
	return false;
}

/* One replaced id. */
static enum status
check_replaced(struct admission *admission, const struct change *change,
    const struct collection *collection, struct bytes field, uint64_t id,
    struct error *err)
{
	const struct change *replaced;
	struct ledger_row row;
	struct commit commit;
	enum status status;

	status = ledger_find_change(admission->replica, id, admission->arena,
	    &row, &commit, err);
	if (status == STATUS_NOT_FOUND)
		return admission_refuse(admission, REFUSAL_DEPENDS);
	if (status != STATUS_OK)
		return status;
	replaced = written_change(&commit, id);
	if (replaced->record != change->record ||
	    !writes_field(collection, replaced, field))
		return admission_refuse(admission, REFUSAL_DEPENDS);
	return STATUS_OK;
}

/* What may be filled once is empty so far, at all its heads. */
static enum status
check_once(struct admission *admission, const struct change *change,
    const struct collection *collection, const struct field_write *field,
    struct error *err)
{
	const struct column *column;
	enum status status;
	bool filled;

	for (uint32_t i = 0; i < field->value_count; i++) {
		column = collection_column(collection, field->values[i].column);
		if (column == NULL || (column->flags & COLUMN_ONCE) == 0)
			continue;
		status = written_is_filled(admission->replica, change->record,
		    column, admission->arena, &filled, err);
		if (status != STATUS_OK)
			return status;
		if (filled)
			return admission_refuse(admission, REFUSAL_STALE);
	}
	return STATUS_OK;
}

static uint64_t
load_be64(const uint8_t *bytes)
{
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* The heads that a deletion saw: held writes of this record. */
static enum status
check_deleted(struct admission *admission, const struct change *change,
    const struct value *seen, struct error *err)
{
	struct ledger_row row;
	struct commit commit;
	uint64_t id, before = 0;
	enum status status;

	if (seen->type == VALUE_NULL)
		return STATUS_OK;
	if (seen->type != VALUE_BLOB || seen->bytes.size % 8 != 0 ||
	    written_is_new(&admission->commit, change->record))
		return admission_refuse(admission, REFUSAL_TYPE);
	for (size_t i = 0; i < seen->bytes.size; i += 8) {
		id = load_be64(seen->bytes.data + i);
		if (id <= before || id > INT64_MAX)
			return admission_refuse(admission, REFUSAL_TYPE);
		before = id;
		status = ledger_find_change(admission->replica, id,
		    admission->arena, &row, &commit, err);
		if (status == STATUS_NOT_FOUND)
			return admission_refuse(admission, REFUSAL_DEPENDS);
		if (status != STATUS_OK)
			return status;
		if (written_change(&commit, id)->record != change->record)
			return admission_refuse(admission, REFUSAL_DEPENDS);
	}
	return STATUS_OK;
}

/*
 * A redaction names a change of this dossier.  Values on which rights depend
 * are not dropped; but the change that created a pupil may be, since who holds
 * the child is in the grants.
 */
static enum status
check_redaction(struct admission *admission, const struct change *change,
    struct error *err)
{
	uint64_t id = written_reference(change, "change");
	const struct collection *collection;
	const struct change *named;
	struct ledger_row row;
	struct commit commit;
	enum status status;

	status = ledger_find_change(admission->replica, id, admission->arena,
	    &row, &commit, err);
	if (status == STATUS_NOT_FOUND)
		return admission_refuse(admission, REFUSAL_DEPENDS);
	if (status != STATUS_OK)
		return status;
	if (commit.dossier != admission->commit.dossier)
		return admission_refuse(admission, REFUSAL_DOSSIER);
	named = written_change(&commit, id);
	collection = catalogue_collection(named->collection);
	if (collection == NULL)
		return STATUS_OK;
	if (strcmp(collection->name, "grant") == 0 ||
	    strcmp(collection->name, "site") == 0 ||
	    strcmp(collection->name, "redaction") == 0)
		return admission_refuse(admission, REFUSAL_STEP);
	if (strcmp(collection->name, "pupil") == 0 && named->record == id)
		return STATUS_OK;
	for (uint32_t i = 0; i < named->field_count; i++)
		if (written_is_arbitrated(collection, &named->fields[i]))
			return admission_refuse(admission, REFUSAL_STEP);
	return STATUS_OK;
}

static enum status
check_field(struct admission *admission, const struct change *change,
    const struct collection *collection, const struct field_write *field,
    bool creates, struct error *err)
{
	struct bytes name = heads_field_name(collection, field);
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < field->replace_count; i++) {
		status = check_replaced(admission, change, collection, name,
		    field->replaces[i], err);
		if (status != STATUS_OK || admission->refusal != REFUSAL_NONE)
			return status;
	}
	if (!creates)
		status = check_once(admission, change, collection, field, err);
	if (status == STATUS_OK && admission->refusal == REFUSAL_NONE &&
	    bytes_equal_text(name, COLUMN_DELETED))
		status = check_deleted(admission, change,
		    &field->values[0].value, err);
	return status;
}

enum status
replaces_check(struct admission *admission, struct error *err)
{
	const struct commit *commit = &admission->commit;
	const struct collection *collection;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < commit->change_count; i++) {
		const struct change *change = &commit->changes[i];
		bool creates = written_creates(commit, i);

		collection = catalogue_collection(change->collection);
		for (uint32_t j = 0; j < change->field_count; j++) {
			status = check_field(admission, change, collection,
			    &change->fields[j], creates, err);
			if (status != STATUS_OK ||
			    admission->refusal != REFUSAL_NONE)
				return status;
		}
		if (creates && strcmp(collection->name, "redaction") == 0)
			status = check_redaction(admission, change, err);
		if (status != STATUS_OK || admission->refusal != REFUSAL_NONE)
			return status;
	}
	return STATUS_OK;
}
