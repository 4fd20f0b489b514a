#include "server/core/admission.h"

#include <assert.h>

#include "common/replica/dossier.h"
#include "common/replica/fold.h"
#include "common/replica/ledger.h"
#include "protocol/scan.h"
#include "protocol/stamp.h"
#include "server/core/placement.h"
#include "server/core/replaces.h"
#include "server/core/rights.h"
#include "server/core/sites.h"
#include "server/core/written.h"

enum status
admission_refuse(struct admission *admission, enum refusal refusal)
{
	assert(admission->refusal == REFUSAL_NONE && refusal != REFUSAL_NONE);
	admission->refusal = refusal;
	return STATUS_OK;
}

/* --- the checks, in order -------------------------------------------------
 */

/* Canonical bytes within the limits. */
static enum status
check_bytes(struct admission *admission, struct error *err)
{
	enum status status;

	admission->digest = digest_of(admission->bytes);
	if (msgpack_scan(admission->bytes, NULL) == STATUS_OK &&
	    commit_peek(admission->bytes, &admission->commit) == STATUS_OK)
		admission->id = admission->commit.id;
	status = commit_decode(admission->bytes, admission->arena,
	    &admission->commit, err);
	if (status == STATUS_INVALID)
		return admission_refuse(admission, REFUSAL_BYTES);
	if (status == STATUS_TOO_LARGE)
		return admission_refuse(admission, REFUSAL_LIMIT);
	if (admission->retaken != NULL)
		admission->digest = admission->retaken->digest;
	return status;
}

/* All its numbers are those of the site that brings it. */
static enum status
check_site(struct admission *admission, struct error *err)
{
	const struct commit *commit = &admission->commit;

	(void)err;
	if (identifier_site(commit->id) != admission->site ||
	    identifier_site(commit->id + commit->change_count - 1) !=
		admission->site)
		return admission_refuse(admission, REFUSAL_SITE);
	return STATUS_OK;
}

/*
 * Held already: the same bytes get the same answer again; other bytes under a
 * used number, of a commit or inside one, are an alarm.
 */
static enum status
check_known(struct admission *admission, struct error *err)
{
	const struct commit *commit = &admission->commit;
	struct ledger_row row;
	bool holds;
	enum status status;

	status = ledger_get(admission->replica, commit->id, &row, err);
	if (status == STATUS_OK &&
	    digest_equal(&row.digest, &admission->digest)) {
		admission->known = true;
		admission->sequence = row.sequence;
		admission->mark = row.mark;
		admission->received_ms = row.received_ms;
		return STATUS_OK;
	}
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	status = ledger_holds_any(admission->replica, commit->id,
	    commit->change_count, &holds, err);
	if (status == STATUS_OK && holds)
		return admission_refuse(admission, REFUSAL_REUSED);
	return status;
}

/* After a restore nothing new is taken until all schools have offered. */
static enum status
check_collecting(struct admission *admission, struct error *err)
{
	(void)err;
	if (admission->collecting)
		return admission_refuse(admission, REFUSAL_LATER);
	return STATUS_OK;
}

static enum refusal
judge_field(const struct collection *collection,
    const struct field_write *field)
{
	const struct column *first, *column;

	first = collection_column(collection, field->values[0].column);
	if (bytes_equal_text(field->values[0].column, COLUMN_DELETED))
		return field->value_count == 1 ? REFUSAL_NONE : REFUSAL_BYTES;
	for (uint32_t i = 0; i < field->value_count; i++) {
		column = collection_column(collection, field->values[i].column);
		if (column == NULL)
			return REFUSAL_UNKNOWN;
		/* What is written together is tied together. */
		if (column_field(column) != column_field(first) &&
		    !bytes_equal_text(bytes_of_text(column_field(column)),
			column_field(first)))
			return REFUSAL_BYTES;
		if (column_check(column, &field->values[i].value, NULL) !=
		    STATUS_OK)
			return REFUSAL_TYPE;
	}
	return REFUSAL_NONE;
}

/* A new record has what its collection cannot do without. */
static bool
is_complete(const struct collection *collection, const struct change *change)
{
	const struct column *column = collection->columns;
	const struct value *value;

	for (; column->name != NULL; column++) {
		if ((column->flags & COLUMN_REQUIRED) == 0)
			continue;
		value = written_value(change, column->name);
		if (value == NULL || value->type == VALUE_NULL)
			return false;
	}
	return true;
}

/* A field is written once: its columns are not spread over several writes. */
static bool
writes_field_twice(const struct collection *collection,
    const struct change *change, uint32_t i)
{
	struct bytes name = heads_field_name(collection, &change->fields[i]);

	for (uint32_t j = 0; j < i; j++)
		if (bytes_equal(name,
			heads_field_name(collection, &change->fields[j])))
			return true;
	return false;
}

static enum refusal
judge_change(const struct commit *commit, uint32_t i)
{
	const struct change *change = &commit->changes[i];
	const struct collection *collection =
	    catalogue_collection(change->collection);
	enum refusal refusal;

	if (collection == NULL)
		return REFUSAL_UNKNOWN;
	if (change->redacted ||
	    written_record(commit, change->record) != change)
		return REFUSAL_BYTES; /* a record is written once a commit */
	if (collection->author_none && commit->author != 0)
		return REFUSAL_AUTHOR;
	for (uint32_t j = 0; j < change->field_count; j++) {
		refusal = judge_field(collection, &change->fields[j]);
		if (refusal != REFUSAL_NONE)
			return refusal;
		if (writes_field_twice(collection, change, j))
			return REFUSAL_BYTES;
	}
	if (written_creates(commit, i) && !is_complete(collection, change))
		return REFUSAL_TYPE;
	return REFUSAL_NONE;
}

/* Collections, columns and values by the catalogue. */
static enum status
check_columns(struct admission *admission, struct error *err)
{
	enum refusal refusal;

	(void)err;
	for (uint32_t i = 0; i < admission->commit.change_count; i++) {
		refusal = judge_change(&admission->commit, i);
		if (refusal != REFUSAL_NONE)
			return admission_refuse(admission, refusal);
	}
	return STATUS_OK;
}

/* None, or staff of this school. */
static enum status
check_author(struct admission *admission, struct error *err)
{
	uint64_t author = admission->commit.author;
	const struct collection *staff =
	    catalogue_collection(bytes_of_text("staff"));
	struct record record;
	enum status status;

	if (author == 0)
		return STATUS_OK;
	status = record_get(admission->replica, author, admission->arena,
	    &record, err);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	if (status == STATUS_NOT_FOUND || record.collection != staff ||
	    record_reference(&record, "school") != admission->school)
		return admission_refuse(admission, REFUSAL_AUTHOR);
	return STATUS_OK;
}

static enum status
check_clock(struct admission *admission, struct error *err)
{
	(void)err;
	if (stamp_to_ms(admission->commit.stamp) >
	    admission->now_ms + LIMIT_STAMP_AHEAD_MS)
		return admission_refuse(admission, REFUSAL_CLOCK);
	return STATUS_OK;
}

static enum status
check_quota(struct admission *admission, struct error *err)
{
	enum status status;
	bool within;

	status = sites_use_quota(admission->replica, admission->site,
	    admission->bytes.size, admission->now_ms, &within, err);
	if (status == STATUS_OK && !within)
		return admission_refuse(admission, REFUSAL_QUOTA);
	return status;
}

typedef enum status check(struct admission *admission, struct error *err);

/*
 * The checks of every commit.  The site itself was looked up when it connected
 * and before this batch.
 */
static check *const checks_of_new[] = {
	check_bytes,
	check_site,
	check_known,
	check_collecting,
	check_columns,
	placement_check,
	check_author,
	check_clock,
	rights_check,
	replaces_check,
	steps_check,
	check_quota,
	NULL,
};

/*
 * What bears a right mark was judged when the hub took it, by the rights of
 * then.  Only what may have become of others since is looked at: whether it has
 * its place in the set, and whether its step is still to be taken.
 */
static check *const checks_of_retaken[] = {
	check_bytes,
	check_known,
	placement_check,
	replaces_check,
	steps_check,
	NULL,
};

static enum status
admission_judge(struct admission *admission, struct error *err)
{
	check *const *checks =
	    admission->retaken != NULL ? checks_of_retaken : checks_of_new;
	enum status status = STATUS_OK;

	for (; *checks != NULL; checks++) {
		status = (*checks)(admission, err);
		if (status != STATUS_OK || admission->known ||
		    admission->refusal != REFUSAL_NONE)
			break;
	}
	return status;
}

/* --- taking it ------------------------------------------------------------
 */

static enum status
begin_dossier(struct admission *admission, struct error *err)
{
	struct dossier dossier = { .number = admission->commit.dossier,
		.kind = admission->kind,
		.state = DOSSIER_OPEN };
	struct dossier held;
	enum status status;

	status = dossier_get(admission->replica, dossier.number, &held, err);
	if (status != STATUS_NOT_FOUND)
		return status;
	return dossier_put(admission->replica, &dossier, err);
}

static enum status
append(struct admission *admission, struct error *err)
{
	const struct hub_writer *writer = admission->writer;
	struct ledger_row row = { .id = admission->commit.id,
		.dossier = admission->commit.dossier,
		.received_ms = admission->now_ms,
		.digest = admission->digest,
		.bytes = admission->bytes };
	uint64_t head;
	enum status status;

	status = ledger_head(admission->replica, &head, err);
	if (status != STATUS_OK)
		return status;
	if (admission->retaken != NULL) {
		row.received_ms = admission->retaken->received_ms;
		row.redacted = admission->retaken->redacted;
	}
	row.sequence = head + 1;
	row.mark = mark_make(&writer->key, row.id, &row.digest,
	    writer->generation, row.sequence);
	status =
	    ledger_append(admission->replica, &row, &admission->commit, err);
	admission->sequence = row.sequence;
	admission->mark = row.mark;
	admission->received_ms = row.received_ms;
	return status;
}

static enum status
judge_and_take(struct admission *admission, struct error *err)
{
	enum status status;

	status = admission_judge(admission, err);
	if (status != STATUS_OK || admission->known ||
	    admission->refusal != REFUSAL_NONE)
		return status;
	status = begin_dossier(admission, err);
	if (status == STATUS_OK)
		status = append(admission, err);
	if (status == STATUS_OK)
		status =
		    fold_commit(admission->replica, &admission->commit, err);
	if (status == STATUS_OK)
		status = steps_follow(admission, err);
	return status;
}

enum status
admission_take(struct admission *admission, struct error *err)
{
	enum status status;

	admission->known = false;
	admission->refusal = REFUSAL_NONE;
	admission->id = 0;
	status = replica_savepoint(admission->replica, err);
	if (status != STATUS_OK)
		return status;
	status = judge_and_take(admission, err);
	if (status != STATUS_OK || admission->refusal != REFUSAL_NONE) {
		replica_rollback_to(admission->replica);
		return status;
	}
	return replica_release(admission->replica, err);
}
