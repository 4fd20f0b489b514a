/*
 * A draft while it is written: records, and for each column the value that is
 * set beside the one that is there.  Columns are compared and tied columns
 * completed only when the commit is made (draft_finish.c), so that the order
 * of the calls does not matter.
 */
#include "common/replica/draft_private.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/replica/dossier.h"
#include "common/replica/record.h"
#include "protocol/identifier.h"

static enum status
draft_new(struct replica *replica, uint64_t author, struct draft **out,
    struct error *err)
{
	struct draft *draft;
	uint64_t catalogue = catalogue_version();
	enum status status;

	assert(out != NULL && *out == NULL);
	assert(replica_in_transaction(replica));

	status = replica_meta_get(replica, "hub_catalogue", catalogue_version(),
	    &catalogue, err);
	if (status != STATUS_OK)
		return status;
	draft = calloc(1, sizeof(*draft));
	if (draft == NULL)
		return error_set(err, STATUS_NOMEM, "begin a draft");
	draft->replica = replica;
	draft->author = author;
	draft->catalogue = (uint32_t)catalogue;
	draft->tail = &draft->records;
	*out = draft;
	return STATUS_OK;
}

/* A school's own dossier has no row before its first commit. */
static enum status
kind_without_row(struct replica *replica, uint64_t dossier,
    enum dossier_kind *kind, struct error *err)
{
	const struct collection *collection = NULL;
	enum record_state state;
	uint64_t where;
	enum status status;

	assert(dossier != DOSSIER_PARTNERSHIP); /* is always there */
	*kind = DOSSIER_KIND_SCHOOL;
	if (dossier == replica_identity(replica).school)
		return STATUS_OK;
	status =
	    record_locate(replica, dossier, &where, &collection, &state, err);
	if (status == STATUS_OK && replica_kind(replica) == REPLICA_HUB &&
	    collection != NULL && strcmp(collection->name, "school") == 0)
		return STATUS_OK;
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		return error_set(err, STATUS_NOT_FOUND,
		    "dossier %" PRIu64 " is not held here", dossier);
	return status;
}

static enum status
check_dossier_is_open(const struct dossier *dossier, struct error *err)
{
	switch (dossier->state) {
	case DOSSIER_OPEN:
	case DOSSIER_FILLING:
		return STATUS_OK;
	case DOSSIER_FROZEN:
	case DOSSIER_CLOSING:
		return error_set(err, STATUS_DENIED,
		    "this file (%" PRIu64
		    ") has passed on to another school: it can be read here, "
		    "not written",
		    dossier->number);
	case DOSSIER_GONE:
		break;
	}
	return error_set(err, STATUS_NOT_FOUND,
	    "this file (%" PRIu64 ") is not held here any more",
	    dossier->number);
}

static enum status
find_kind(struct replica *replica, uint64_t number, enum dossier_kind *kind,
    struct error *err)
{
	struct dossier dossier;
	enum status status;

	status = dossier_get(replica, number, &dossier, err);
	if (status == STATUS_NOT_FOUND)
		return kind_without_row(replica, number, kind, err);
	if (status == STATUS_OK)
		status = check_dossier_is_open(&dossier, err);
	*kind = dossier.kind;
	return status;
}

enum status
draft_create(struct replica *replica, uint64_t dossier, uint64_t author,
    struct draft **out, struct error *err)
{
	enum dossier_kind kind;
	enum status status;

	status = find_kind(replica, dossier, &kind, err);
	if (status == STATUS_OK)
		status = draft_new(replica, author, out, err);
	if (status != STATUS_OK)
		return status;
	(*out)->dossier = dossier;
	(*out)->kind = kind;
	return STATUS_OK;
}

enum status
draft_create_dossier(struct replica *replica, uint64_t author,
    struct draft **out, struct error *err)
{
	enum status status;

	status = draft_new(replica, author, out, err);
	if (status != STATUS_OK)
		return status;
	(*out)->begins = true;
	(*out)->kind = DOSSIER_KIND_PUPIL;
	return STATUS_OK;
}

void
draft_destroy(struct draft *draft)
{
	if (draft == NULL)
		return;
	arena_deinit(&draft->arena);
	free(draft);
}

void
draft_limit_catalogue(struct draft *draft, uint32_t version)
{
	draft->catalogue = version;
}

bool
draft_may_write(const struct draft *draft, uint32_t since)
{
	return (since == 0 ? 1 : since) <= draft->catalogue;
}

void
draft_use_ids(struct draft *draft, uint64_t first)
{
	draft->ids_first = first;
}

void
draft_use_mark(struct draft *draft, const struct mark_key *key,
    uint64_t generation)
{
	draft->has_mark = true;
	draft->mark_key = *key;
	draft->generation = generation;
}

/* --- records -------------------------------------------------------------- */

static struct draft_record *
add_record(struct draft *draft, int64_t handle,
    const struct collection *collection, struct error *err)
{
	struct draft_record *record;

	record = arena_alloc(&draft->arena, sizeof(*record));
	if (record != NULL) {
		record->column_count = collection_column_count(collection);
		record->columns = arena_array(&draft->arena,
		    record->column_count, sizeof(*record->columns));
	}
	if (record == NULL || record->columns == NULL) {
		error_set(err, STATUS_NOMEM, "begin a record");
		return NULL;
	}
	record->handle = handle;
	record->collection = collection;
	*draft->tail = record;
	draft->tail = &record->next;
	return record;
}

enum status
draft_insert(struct draft *draft, const char *name, int64_t *handle,
    struct error *err)
{
	const struct collection *collection;

	assert(!draft->finished);
	collection = catalogue_collection(bytes_of_text(name));
	if (collection == NULL)
		return error_set(err, STATUS_NOT_FOUND,
		    "there is no collection %s", name);
	if (!draft_may_write(draft, collection->since))
		return error_set(err, STATUS_UNSUPPORTED,
		    "%s: the hub does not know it yet and has to be upgraded "
		    "first",
		    name);
	if ((collection->dossiers & (uint32_t)draft->kind) == 0)
		return error_set(err, STATUS_INVALID,
		    "%s: it does not belong in this kind of file", name);
	if (draft->begins && draft->records == NULL &&
	    strcmp(name, "pupil") != 0)
		return error_set(err, STATUS_INVALID,
		    "%s: a file begins with its pupil", name);
	if (add_record(draft, -draft->handles - 1, collection, err) == NULL)
		return STATUS_NOMEM;
	draft->handles++;
	*handle = -draft->handles;
	return STATUS_OK;
}

static enum status
open_existing(struct draft *draft, uint64_t id, struct draft_record **out,
    struct error *err)
{
	const struct collection *collection = NULL;
	enum record_state state;
	uint64_t dossier;
	enum status status;

	status = record_locate(draft->replica, id, &dossier, &collection,
	    &state, err);
	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK &&
		(draft->begins || dossier != draft->dossier)))
		return error_set(err, STATUS_NOT_FOUND,
		    "there is no record %" PRIu64 " in this file", id);
	if (status != STATUS_OK)
		return status;
	if (collection == NULL || !draft_may_write(draft, collection->since))
		return error_set(err, STATUS_UNSUPPORTED,
		    "record %" PRIu64 " is of a kind that cannot be written "
		    "before an upgrade",
		    id);
	*out = add_record(draft, (int64_t)id, collection, err);
	if (*out == NULL)
		return STATUS_NOMEM;
	(*out)->gone = state == RECORD_DELETED;
	return record_get_heads(draft->replica, id, &draft->arena,
	    &(*out)->heads, err);
}

enum status
draft_find_record(struct draft *draft, int64_t handle,
    struct draft_record **out, struct error *err)
{
	assert(!draft->finished);
	for (*out = draft->records; *out != NULL; *out = (*out)->next)
		if ((*out)->handle == handle)
			return STATUS_OK;
	assert(handle > 0);
	return open_existing(draft, (uint64_t)handle, out, err);
}

/* --- what is written ------------------------------------------------------ */

bool
draft_deletion_is_written(const struct draft_record *record)
{
	const struct field_heads *heads;

	if (record->deletion == DRAFT_DELETE)
		return !record->gone;
	heads = draft_field_heads(record, COLUMN_DELETED);
	return record->deletion == DRAFT_UNDELETE && heads->head_count > 0 &&
	       (record->gone || heads->differ);
}

bool
draft_record_is_written(const struct draft_record *record)
{
	if (record->handle < 0 || record->given != NULL ||
	    draft_deletion_is_written(record))
		return true;
	for (uint32_t i = 0; i < record->column_count; i++)
		if (draft_column_begins_field(record, i) &&
		    draft_field_is_written(record, i))
			return true;
	return false;
}

bool
draft_is_empty(const struct draft *draft)
{
	for (const struct draft_record *record = draft->records; record != NULL;
	     record = record->next)
		if (draft_record_is_written(record))
			return false;
	return true;
}

/* --- deletion, and fields as given ---------------------------------------- */

enum status
draft_delete(struct draft *draft, uint64_t id, struct error *err)
{
	struct draft_record *record;
	enum status status;

	status = draft_find_record(draft, (int64_t)id, &record, err);
	if (status != STATUS_OK)
		return status;
	if (record->collection->delete_rights == 0)
		return error_set(err, STATUS_DENIED,
		    "%s: records of this kind are never deleted",
		    record->collection->name);
	record->deletion = DRAFT_DELETE;
	return STATUS_OK;
}

enum status
draft_undelete(struct draft *draft, uint64_t id, struct error *err)
{
	struct draft_record *record;
	enum status status;

	status = draft_find_record(draft, (int64_t)id, &record, err);
	if (status == STATUS_OK)
		record->deletion = DRAFT_UNDELETE;
	return status;
}

enum status
draft_write_field(struct draft *draft, uint64_t id,
    const struct field_write *write, struct error *err)
{
	struct draft_record *record;
	struct draft_given *given;
	struct field_write *copy;
	enum status status;

	status = draft_find_record(draft, (int64_t)id, &record, err);
	if (status != STATUS_OK)
		return status;
	given = arena_alloc(&draft->arena, sizeof(*given));
	if (given == NULL)
		return error_set(err, STATUS_NOMEM, "write a field");
	copy = &given->write;
	*copy = *write;
	copy->values = arena_array(&draft->arena, write->value_count,
	    sizeof(*copy->values));
	copy->replaces = arena_array(&draft->arena, write->replace_count,
	    sizeof(*copy->replaces));
	assert(write->value_count > 0 && write->replace_count > 0);
	if (copy->values == NULL || copy->replaces == NULL)
		return error_set(err, STATUS_NOMEM, "write a field");
	memcpy(copy->replaces, write->replaces,
	    write->replace_count * sizeof(*copy->replaces));
	for (uint32_t i = 0; i < write->value_count; i++) {
		const char *name =
		    arena_text(&draft->arena, write->values[i].column);

		if (name == NULL)
			return error_set(err, STATUS_NOMEM, "write a field");
		copy->values[i].column = bytes_of_text(name);
		status = draft_copy_value(draft, &write->values[i].value,
		    &copy->values[i].value, err);
		if (status != STATUS_OK)
			return status;
	}
	given->next = record->given;
	record->given = given;
	return STATUS_OK;
}
