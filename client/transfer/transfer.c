#include "client/transfer/transfer.h"

#include <inttypes.h>
#include <string.h>

#include "common/replica/draft.h"

/* --- drafts --------------------------------------------------------------- */

struct step {
	const struct transfer_taker *taker;
	struct draft *draft;
	enum status
	    status; /* the first that failed; nothing is set behind it */
	struct error *err;
};

static void
begin(struct step *step, uint64_t dossier)
{
	step->status = replica_begin(step->taker->replica, step->err);
	if (step->status == STATUS_OK)
		step->status = draft_create(step->taker->replica, dossier,
		    step->taker->author, &step->draft, step->err);
}

/* NULL: nothing is set. */
static void
set_text(struct step *step, int64_t record, const char *column,
    const char *text)
{
	if (step->status == STATUS_OK && text != NULL)
		step->status = draft_set_text(step->draft, record, column,
		    bytes_of_text(text), step->err);
}

/* 0: it is taken away. */
static void
set_reference(struct step *step, int64_t record, const char *column,
    int64_t target)
{
	struct value value = target == 0 ? value_null() : value_integer(target);

	if (step->status == STATUS_OK)
		step->status =
		    draft_set(step->draft, record, column, &value, step->err);
}

static int64_t
insert(struct step *step, const char *collection)
{
	int64_t record = 0;

	if (step->status == STATUS_OK)
		step->status =
		    draft_insert(step->draft, collection, &record, step->err);
	return record;
}

static enum status
end(struct step *step, uint64_t *commit)
{
	struct replica *replica = step->taker->replica;

	if (step->status == STATUS_OK)
		step->status = draft_finish(step->draft, step->taker->now_ms,
		    commit, step->err);
	draft_destroy(step->draft);
	if (step->status == STATUS_OK)
		step->status = replica_commit(replica, step->err);
	if (step->status != STATUS_OK)
		replica_rollback(replica);
	return step->status;
}

static int64_t
own_school(const struct transfer_taker *taker)
{
	return (int64_t)replica_identity(taker->replica).school;
}

/* --- open ----------------------------------------------------------------- */

const char *
transfer_why_not(struct replica *replica, const struct record *pupil)
{
	uint64_t school = replica_identity(replica).school;
	struct value holder = record_value(pupil, "holder");

	if (holder.type != VALUE_INTEGER || (uint64_t)holder.integer != school)
		return "is held by another school";
	if (record_value(pupil, "open_transfer").type != VALUE_NULL)
		return "has an open transfer already";
	return NULL;
}

enum status
transfer_open_one(const struct transfer_taker *taker, uint64_t pupil,
    const struct transfer_new *new, uint64_t *commit, struct error *err)
{
	static const char *const kinds[] = { "ctf", "general", "send",
		"safeguarding" };
	struct step step = { .taker = taker, .err = err };
	int64_t transfer;

	begin(&step, pupil);
	transfer = insert(&step, "transfer");
	set_text(&step, transfer, "kind",
	    new->kind == NULL ? "phase" : new->kind);
	set_reference(&step, transfer, "from_school", own_school(taker));
	set_reference(&step, transfer, "to_school", (int64_t) new->to_school);
	set_text(&step, transfer, "leaving_date", new->leaving_date);
	set_text(&step, transfer, "start_date", new->start_date);
	set_text(&step, transfer, "state", "open");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int64_t package = insert(&step, "package");

		set_reference(&step, package, "transfer", transfer);
		set_text(&step, package, "kind", kinds[i]);
	}
	set_reference(&step, (int64_t)pupil, "open_transfer", transfer);
	return end(&step, commit);
}

/* --- answer --------------------------------------------------------------- */

static bool
note_id(void *context, const struct record *record)
{
	*(uint64_t *)context = record->id;
	return true; /* the latest counts */
}

static enum status
find_envelope(struct replica *replica, uint64_t id, uint64_t *envelope,
    struct error *err)
{
	const struct collection *envelopes =
	    catalogue_collection(bytes_of_text("envelope"));
	const struct collection *collection;
	struct record_filter filter = {
		.column =
		    collection_column(envelopes, bytes_of_text("transfer")),
		.value = value_integer((int64_t)id),
	};
	struct record_query query = {
		.collection = envelopes,
		.filters = &filter,
		.filter_count = 1,
	};
	enum record_state state;
	uint64_t dossier;
	enum status status;

	*envelope = 0;
	if (record_locate(replica, id, &dossier, &collection, &state,
		ERROR_IGNORED) == STATUS_OK &&
	    collection == envelopes) {
		*envelope = id;
		return STATUS_OK;
	}
	status = record_each(replica, &query, note_id, envelope, err);
	if (status == STATUS_OK && *envelope == 0)
		return error_set(err, STATUS_NOT_FOUND,
		    "no transfer with the id %" PRIu64 " has come to this "
		    "school",
		    id);
	return status;
}

enum status
transfer_answer(const struct transfer_taker *taker, uint64_t id, bool ours,
    const char *reason, uint64_t *commit, struct error *err)
{
	struct step step = { .taker = taker, .err = err };
	uint64_t envelope;
	enum status status = find_envelope(taker->replica, id, &envelope, err);

	if (status != STATUS_OK)
		return status;
	begin(&step, (uint64_t)own_school(taker));
	set_text(&step, (int64_t)envelope, "state", ours ? "ours" : "not_ours");
	set_text(&step, (int64_t)envelope, "reason", reason);
	return end(&step, commit);
}

/* --- accept, cancel ------------------------------------------------------- */

static enum status
find_transfer(struct replica *replica, uint64_t id, uint64_t *transfer,
    uint64_t *pupil, struct error *err)
{
	const struct collection *collection;
	struct arena arena = { 0 };
	struct record record;
	enum record_state state;

	*transfer = id;
	if (record_get(replica, id, &arena, &record, ERROR_IGNORED) ==
		STATUS_OK &&
	    strcmp(record.collection->name, "envelope") == 0)
		*transfer = (uint64_t)record_value(&record, "transfer").integer;
	arena_deinit(&arena);
	if (record_locate(replica, *transfer, pupil, &collection, &state,
		ERROR_IGNORED) == STATUS_OK &&
	    strcmp(collection->name, "transfer") == 0)
		return STATUS_OK;
	return error_set(err, STATUS_NOT_FOUND,
	    "the file of transfer %" PRIu64 " is not here; answer --ours and "
	    "sync first",
	    id);
}

enum status
transfer_settle(const struct transfer_taker *taker, uint64_t id, bool accept,
    const char *reason, uint64_t *commit, struct error *err)
{
	struct step step = { .taker = taker, .err = err };
	uint64_t transfer, pupil;
	enum status status =
	    find_transfer(taker->replica, id, &transfer, &pupil, err);

	if (status != STATUS_OK)
		return status;
	begin(&step, pupil);
	set_text(&step, (int64_t)transfer, "state",
	    accept ? "accepted" : "cancelled");
	set_text(&step, (int64_t)transfer, "reason", reason);
	set_reference(&step, (int64_t)pupil, "open_transfer", 0);
	if (accept)
		set_reference(&step, (int64_t)pupil, "holder",
		    own_school(taker));
	return end(&step, commit);
}
