/*
 * Writing through the library: one draft at a time.
 */
#include <assert.h>
#include <stdlib.h>

#include "client/library/library.h"
#include "common/support/clock.h"

static enum status
begin(struct tl *tl, struct tl_write **out, struct error *err)
{
	struct tl_write *write;
	enum status status;

	assert(out != NULL && *out == NULL);

	if (tl->write != NULL)
		return error_set(err, STATUS_INVALID,
		    "one write at a time: commit or cancel the other first");
	write = calloc(1, sizeof(*write));
	if (write == NULL)
		return error_set(err, STATUS_NOMEM, "begin a write");
	write->tl = tl;
	status = replica_begin(tl->replica, err);
	if (status != STATUS_OK) {
		free(write);
		return status;
	}
	tl->write = write;
	*out = write;
	return STATUS_OK;
}

enum tl_status
tl_begin(struct tl *tl, uint64_t dossier, uint64_t author,
    struct tl_write **out, struct tl_error *error)
{
	struct error err;
	enum status status = begin(tl, out, &err);

	if (status == STATUS_OK) {
		status = draft_create(tl->replica, dossier, author,
		    &(*out)->draft, &err);
		if (status != STATUS_OK) {
			tl_cancel(*out);
			*out = NULL;
		}
	}
	return library_finish(status, &err, error);
}

static enum status
insert_pupil(struct tl_write *write, uint64_t author, int64_t *pupil,
    struct error *err)
{
	struct value holder = value_integer((int64_t)tl_school(write->tl));
	enum status status;

	status = draft_create_dossier(write->tl->replica, author, &write->draft,
	    err);
	if (status == STATUS_OK)
		status = draft_insert(write->draft, "pupil", pupil, err);
	if (status == STATUS_OK)
		status =
		    draft_set(write->draft, *pupil, "holder", &holder, err);
	return status;
}

enum tl_status
tl_begin_pupil(struct tl *tl, uint64_t author, struct tl_write **out,
    int64_t *pupil, struct tl_error *error)
{
	struct error err;
	enum status status = begin(tl, out, &err);

	if (status == STATUS_OK) {
		status = insert_pupil(*out, author, pupil, &err);
		if (status != STATUS_OK) {
			tl_cancel(*out);
			*out = NULL;
		}
	}
	return library_finish(status, &err, error);
}

enum tl_status
tl_insert(struct tl_write *write, const char *collection, int64_t *record,
    struct tl_error *error)
{
	struct error err;

	return library_finish(draft_insert(write->draft, collection, record,
				  &err),
	    &err, error);
}

enum tl_status
tl_set(struct tl_write *write, int64_t record, const char *column,
    const struct tl_value *value, struct tl_error *error)
{
	struct bytes bytes = { value->data, value->size };
	struct value inner = value_null();
	struct error err;

	switch (value->type) {
	case TL_NULL:
		break;
	case TL_INTEGER:
		inner = value_integer(value->integer);
		break;
	case TL_REAL:
		inner = value_real(value->real);
		break;
	case TL_TEXT:
		inner = value_text(bytes);
		break;
	case TL_BLOB:
		inner = value_blob(bytes);
		break;
	}
	return library_finish(draft_set(write->draft, record, column, &inner,
				  &err),
	    &err, error);
}

enum tl_status
tl_set_text(struct tl_write *write, int64_t record, const char *column,
    const char *text, struct tl_error *error)
{
	struct error err;

	return library_finish(draft_set_text(write->draft, record, column,
				  bytes_of_text(text), &err),
	    &err, error);
}

enum tl_status
tl_delete(struct tl_write *write, uint64_t record, struct tl_error *error)
{
	struct error err;

	return library_finish(draft_delete(write->draft, record, &err), &err,
	    error);
}

/* The transaction has ended, either way. */
static void
release(struct tl_write *write)
{
	write->tl->write = NULL;
	draft_destroy(write->draft);
	free(write);
}

enum tl_status
tl_commit(struct tl_write *write, struct tl_error *error)
{
	struct tl *tl = write->tl;
	struct error err;
	uint64_t id;
	enum status status;

	tl->write = NULL;
	status =
	    draft_finish(write->draft, (uint64_t)clock_unix_ms(), &id, &err);
	if (status == STATUS_OK)
		status = replica_commit(tl->replica, &err);
	if (status == STATUS_OK) {
		draft_destroy(tl->committed);
		tl->committed = write->draft;
		write->draft = NULL;
	} else {
		replica_rollback(tl->replica);
	}
	release(write);
	return library_finish(status, &err, error);
}

uint64_t
tl_committed_id(const struct tl *tl, int64_t record)
{
	return tl->committed == NULL ? 0
	                             : draft_record_id(tl->committed, record);
}

void
tl_cancel(struct tl_write *write)
{
	if (write == NULL)
		return;
	replica_rollback(write->tl->replica);
	release(write);
}
