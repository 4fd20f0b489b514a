#include "client/import/writer.h"

#include <assert.h>

#include "protocol/limits.h"

enum {
	/* A commit is ended when it has come this far: one record more still
	 * fits (no collection that is imported has larger ones). */
	WRITER_BYTES = LIMIT_COMMIT_BYTES / 2,
	WRITER_CHANGES = LIMIT_CHANGES / 2,
	WRITER_FIELD_BYTES = 80, /* the names and ids around a value */
};

void
writer_deinit(struct writer *writer)
{
	draft_destroy(writer->draft);
	writer->draft = NULL;
}

static enum status
writer_flush(struct writer *writer, struct error *err)
{
	uint64_t id = 0;
	enum status status;

	if (writer->draft == NULL)
		return STATUS_OK;
	status = draft_finish(writer->draft, writer->now_ms, &id, err);
	if (status == STATUS_OK && writer->last != 0)
		writer->inserted = draft_record_id(writer->draft, writer->last);
	writer->last = 0;
	if (status == STATUS_OK && writer->new_dossier) {
		writer->dossier = draft_record_id(writer->draft, writer->first);
		writer->new_dossier = false;
	}
	writer_deinit(writer);
	writer->bytes = 0;
	writer->changes = 0;
	return status;
}

static enum status
writer_open(struct writer *writer, struct error *err)
{
	enum status status = STATUS_OK;

	if (writer->bytes > WRITER_BYTES || writer->changes > WRITER_CHANGES)
		status = writer_flush(writer, err);
	if (status != STATUS_OK || writer->draft != NULL)
		return status;
	if (writer->new_dossier)
		return draft_create_dossier(writer->replica, writer->author,
		    &writer->draft, err);
	return draft_create(writer->replica, writer->dossier, writer->author,
	    &writer->draft, err);
}

static enum status
writer_set(struct writer *writer, int64_t record, const struct column *column,
    const struct value *value, struct error *err)
{
	writer->bytes += WRITER_FIELD_BYTES;
	if (value->type == VALUE_TEXT || value->type == VALUE_BLOB)
		writer->bytes += value->bytes.size;
	return draft_set(writer->draft, record, column->name, value, err);
}

enum status
writer_insert(struct writer *writer, const struct collection *collection,
    const struct value *values, struct error *err)
{
	const struct column *column = collection->columns;
	int64_t handle = 0;
	enum status status;

	status = writer_open(writer, err);
	if (status == STATUS_OK)
		status =
		    draft_insert(writer->draft, collection->name, &handle, err);
	for (uint32_t i = 0; column[i].name != NULL && status == STATUS_OK; i++)
		if (values[i].type != VALUE_NULL)
			status = writer_set(writer, handle, &column[i],
			    &values[i], err);
	if (writer->new_dossier && writer->first == 0)
		writer->first = handle;
	writer->last = handle;
	writer->changes++;
	writer->records++;
	return status;
}

enum status
writer_update(struct writer *writer, uint64_t record,
    const struct column *column, const struct value *value, struct error *err)
{
	enum status status;

	status = writer_open(writer, err);
	if (status == STATUS_OK)
		status =
		    writer_set(writer, (int64_t)record, column, value, err);
	writer->changes++;
	if (writer->changed != record)
		writer->records++;
	writer->changed = record;
	return status;
}

enum status
writer_finish(struct writer *writer, struct error *err)
{
	return writer_flush(writer, err);
}
