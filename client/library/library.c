/*
 * The library: thin functions over the replica and the agent, with types of
 * their own so that a program needs no other header.
 */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "client/agent/memo.h"
#include "client/agent/once.h"
#include "client/library/library.h"
#include "common/replica/record.h"
#include "common/replica/search.h"
#include "common/support/clock.h"

/* --- errors --------------------------------------------------------------- */

static enum tl_status
public_status(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return TL_OK;
	case STATUS_NOT_FOUND:
		return TL_NOT_FOUND;
	case STATUS_INVALID:
	case STATUS_TOO_LARGE:
	case STATUS_EXISTS:
	case STATUS_STALE:
	case STATUS_UNSUPPORTED:
	case STATUS_USAGE:
		return TL_INVALID;
	case STATUS_BUSY:
	case STATUS_AGAIN:
		return TL_BUSY;
	case STATUS_DENIED:
		return TL_DENIED;
	case STATUS_CLOSED:
	case STATUS_TIMEOUT:
		return TL_OFFLINE;
	case STATUS_CANCELLED:
	case STATUS_CORRUPT:
	case STATUS_FULL:
	case STATUS_IO:
	case STATUS_NOMEM:
		break;
	}
	return TL_FAILED;
}

enum tl_status
library_finish(enum status status, const struct error *from,
    struct tl_error *to)
{
	enum tl_status result = public_status(status);

	static_assert(sizeof(to->text) >= sizeof(from->text),
	    "a sentence fits as it is");
	if (to == NULL)
		return result;
	to->status = result;
	if (status == STATUS_OK)
		to->text[0] = '\0';
	else
		memcpy(to->text, from->text, sizeof(from->text));
	return result;
}

/* --- the replica ---------------------------------------------------------- */

static void
on_change(void *context, const char *collection, uint64_t record)
{
	struct tl *tl = context;

	if (tl->listener != NULL)
		tl->listener(tl->context, collection, record);
}

enum tl_status
tl_open(const char *path, struct tl **out, struct tl_error *error)
{
	struct tl *tl = calloc(1, sizeof(*tl));
	struct error err;
	enum status status = STATUS_OK;

	assert(out != NULL && *out == NULL);

	if (sodium_init() < 0)
		status = error_set(&err, STATUS_IO, "no source of randomness");
	if (tl != NULL)
		tl->path = malloc(strlen(path) + 1);
	if (tl == NULL || tl->path == NULL)
		status = error_set(&err, STATUS_NOMEM, "open %s", path);
	else
		memcpy(tl->path, path, strlen(path) + 1);
	if (status == STATUS_OK)
		status = folder_open(path, &tl->folder, &err);
	if (status == STATUS_OK)
		status =
		    folder_open_replica(tl->folder, true, &tl->replica, &err);
	if (status == STATUS_OK)
		status =
		    replica_data_version(tl->replica, &tl->data_version, &err);
	if (status == STATUS_CORRUPT && tl->folder != NULL)
		folder_advise(&err);
	if (status != STATUS_OK) {
		tl_close(tl);
		return library_finish(status, &err, error);
	}
	replica_watch(tl->replica, on_change, tl);
	*out = tl;
	return library_finish(STATUS_OK, &err, error);
}

void
tl_close(struct tl *tl)
{
	if (tl == NULL)
		return;
	tl_cancel(tl->write);
	draft_destroy(tl->committed);
	replica_close(tl->replica);
	folder_close(tl->folder);
	free(tl->path);
	free(tl);
}

uint64_t
tl_school(const struct tl *tl)
{
	return replica_identity(tl->replica).school;
}

/* --- reading -------------------------------------------------------------- */

enum tl_status
tl_get(struct tl *tl, uint64_t id, struct tl_record **out,
    struct tl_error *error)
{
	struct tl_record *record = calloc(1, sizeof(*record));
	struct error err;
	enum status status;

	assert(out != NULL && *out == NULL);

	if (record == NULL)
		return library_finish(error_set(&err, STATUS_NOMEM,
					  "read a record"),
		    &err, error);
	status =
	    record_get(tl->replica, id, &record->arena, &record->record, &err);
	if (status == STATUS_OK && record->record.state != RECORD_LIVE)
		status =
		    error_set(&err, STATUS_NOT_FOUND, "the record was deleted");
	if (status == STATUS_OK)
		*out = record;
	else
		tl_record_free(record);
	return library_finish(status, &err, error);
}

void
tl_record_free(struct tl_record *record)
{
	if (record == NULL)
		return;
	arena_deinit(&record->arena);
	free(record);
}

uint64_t
tl_record_id(const struct tl_record *record)
{
	return record->record.id;
}

const char *
tl_record_collection(const struct tl_record *record)
{
	return record->record.collection->name;
}

uint64_t
tl_record_dossier(const struct tl_record *record)
{
	return record->record.dossier;
}

uint32_t
tl_record_conflicts(const struct tl_record *record)
{
	return record->record.conflicts;
}

struct tl_value
tl_record_value(const struct tl_record *record, const char *column)
{
	struct value value = record_value(&record->record, column);
	struct tl_value out = { .type = TL_NULL };

	switch (value.type) {
	case VALUE_NULL:
		break;
	case VALUE_INTEGER:
		out.type = TL_INTEGER;
		out.integer = value.integer;
		break;
	case VALUE_REAL:
		out.type = TL_REAL;
		out.real = value.real;
		break;
	case VALUE_TEXT:
	case VALUE_BLOB:
		out.type = value.type == VALUE_TEXT ? TL_TEXT : TL_BLOB;
		out.data = value.bytes.data;
		out.size = value.bytes.size;
		break;
	}
	return out;
}

struct visiting {
	struct tl *tl;
	tl_visitor *visit;
	void *context;
};

static bool
visit_record(void *context, const struct record *record)
{
	struct visiting *visiting = context;
	struct tl_record borrowed = { .record = *record };

	return visiting->visit(visiting->context, &borrowed);
}

static enum status
read_filter(const struct collection *collection, const char *column,
    const char *text, struct arena *arena, struct record_filter *filter,
    struct error *err)
{
	filter->column = collection_column(collection, bytes_of_text(column));
	if (filter->column == NULL)
		return error_set(err, STATUS_NOT_FOUND,
		    "%s has no column \"%s\"", collection->name, column);
	return column_parse(filter->column, bytes_of_text(text), arena,
	    &filter->value, err);
}

enum tl_status
tl_each(struct tl *tl, const char *collection, const char *column,
    const char *text, tl_visitor *visit, void *context, struct tl_error *error)
{
	struct visiting visiting = { tl, visit, context };
	struct record_filter filter;
	struct record_query query = { .filters = &filter };
	struct arena arena = { 0 };
	struct error err;
	enum status status = STATUS_OK;

	query.collection = catalogue_collection(bytes_of_text(collection));
	if (query.collection == NULL)
		status = error_set(&err, STATUS_NOT_FOUND,
		    "there is no collection \"%s\"", collection);
	if (status == STATUS_OK && column != NULL) {
		query.filter_count = 1;
		status = read_filter(query.collection, column, text, &arena,
		    &filter, &err);
	}
	if (status == STATUS_OK)
		status = record_each(tl->replica, &query, visit_record,
		    &visiting, &err);
	arena_deinit(&arena);
	return library_finish(status, &err, error);
}

static bool
visit_found(void *context, uint64_t pupil)
{
	struct visiting *visiting = context;
	struct tl_record record = { 0 };
	bool more = true;

	if (record_get(visiting->tl->replica, pupil, &record.arena,
		&record.record, ERROR_IGNORED) == STATUS_OK)
		more = visiting->visit(visiting->context, &record);
	arena_deinit(&record.arena);
	return more;
}

enum tl_status
tl_search(struct tl *tl, const char *text, uint32_t limit, tl_visitor *visit,
    void *context, struct tl_error *error)
{
	struct visiting visiting = { tl, visit, context };
	struct error err;
	enum status status;

	status = search_pupils(tl->replica, bytes_of_text(text), limit,
	    visit_found, &visiting, &err);
	return library_finish(status, &err, error);
}

/* --- listening and sync --------------------------------------------------- */

void
tl_listen(struct tl *tl, tl_listener *listener, void *context)
{
	tl->listener = listener;
	tl->context = context;
}

enum tl_status
tl_poll(struct tl *tl, struct tl_error *error)
{
	struct error err;
	uint32_t version;
	enum status status;

	status = replica_data_version(tl->replica, &version, &err);
	if (status == STATUS_OK && version != tl->data_version) {
		tl->data_version = version;
		on_change(tl, NULL, 0);
	}
	return library_finish(status, &err, error);
}

enum tl_status
tl_state(struct tl *tl, struct tl_state *state, struct tl_error *error)
{
	struct memo memo = { 0 };
	struct error err;
	enum status status;

	static_assert(sizeof(state->sentence) >= MEMO_SENTENCE_BYTES,
	    "a sentence fits as it is");
	status = memo_read(tl->replica, &memo, &err);
	if (status != STATUS_OK)
		return library_finish(status, &err, error);
	state->synced = memo.state == MEMO_SYNCED;
	state->waiting = memo.waiting;
	state->refused = memo.refused;
	state->conflicts = memo.conflicts;
	state->first_sync_percent = (uint32_t)(memo.filled_permille / 10);
	state->last_heard_ms = memo.last_heard_ms;
	memo_sentence(&memo, state->sentence);
	return library_finish(STATUS_OK, &err, error);
}

enum tl_status
tl_sync(struct tl *tl, struct tl_error *error)
{
	struct once_options options = {
		.data = tl->path,
		.folder = tl->folder,
		.replica = tl->replica,
		.mode = AGENT_ONCE,
	};
	struct once_result result;
	struct error err;
	enum status status;

	if (tl->write != NULL)
		status = error_set(&err, STATUS_INVALID,
		    "commit or cancel the write first");
	else
		status = once_sync(&options, &result, &err);
	/* What keeps a computer from the hub is told as being offline. */
	if (status == STATUS_IO && result.connections == 0)
		status = STATUS_CLOSED;
	return library_finish(status, &err, error);
}
