/*
 * People write: a commit as the command line makes it, beside the agent or
 * while it is off, entered into the book.
 */
#include <string.h>

#include "common/replica/draft.h"
#include "common/replica/pending.h"
#include "tests/sim/invariants/invariant.h"
#include "tests/sim/node.h"

static enum status
fill(struct computer *computer, struct replica *replica,
    const struct write *write, uint64_t *id, struct error *err)
{
	struct draft *draft = NULL;
	enum status status;

	if (write->create)
		status =
		    draft_create_dossier(replica, write->author, &draft, err);
	else
		status = draft_create(replica, write->dossier, write->author,
		    &draft, err);
	if (status == STATUS_OK)
		status = write->fill(write->context, computer, draft, err);
	if (status == STATUS_OK)
		status = draft_finish(draft, computer_now(computer), id, err);
	draft_destroy(draft);
	return status;
}

/* What a person may be told, and can do nothing wrong by. */
static bool
is_refusal(enum status status)
{
	return status == STATUS_DENIED || status == STATUS_INVALID ||
	       status == STATUS_NOT_FOUND || status == STATUS_UNSUPPORTED ||
	       status == STATUS_TOO_LARGE || status == STATUS_STALE;
}

void
computer_wrote(struct computer *computer, uint64_t id)
{
	struct world *world = computer->world;
	struct replica *replica =
	    computer->beside != NULL ? computer->beside : computer->replica;
	struct pending_row row;
	struct error err = { 0 };
	struct entry *entry;
	enum status status;

	status = pending_get(replica, id, &row, &err);
	if (status != STATUS_NOT_FOUND && !computer_ok(computer, status, &err))
		memset(&row, 0, sizeof(row)); /* its disk fails just now */
	else if (status == STATUS_NOT_FOUND)
		world_fail(world,
		    "written-waits: %s wrote %s and it is not "
		    "among what waits",
		    computer->name, book_name(world, id));
	computer->written++;
	world->counts.commits++;
	entry = book_write(world->book, id, row.dossier, computer->index,
	    world->now_ms);
	entry->digest = row.digest;
	trace_line(&world->trace, world->now_ms, computer->name, "writes %s",
	    book_name(world, id));
}

uint64_t
computer_write(struct computer *computer, const struct write *write)
{
	struct replica *replica = computer_replica(computer);
	struct error err = { 0 };
	uint64_t id = 0;
	enum status status;

	if (replica == NULL)
		return 0;
	status = replica_begin(replica, &err);
	if (status == STATUS_OK)
		status = fill(computer, replica, write, &id, &err);
	if (status == STATUS_OK)
		status = replica_commit(replica, &err);
	if (status != STATUS_OK) {
		replica_rollback(replica);
		id = 0;
	}
	if (!is_refusal(status) && computer_ok(computer, status, &err) &&
	    id != 0)
		computer_wrote(computer, id);
	computer_release(computer);
	computer_look(computer);
	return id;
}
