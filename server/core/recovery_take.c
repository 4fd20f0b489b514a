/*
 * What was offered becomes part of the ledger again, in the order of the
 * places that it had.
 */
#include "server/core/recovery_take.h"

#include <string.h>

#include "common/replica/fold.h"
#include "common/replica/ledger.h"
#include "protocol/identifier.h"
#include "server/core/admission.h"
#include "server/core/counters.h"
#include "server/core/grant_write.h"
#include "server/core/recovery.h"
#include "server/core/sites.h"
#include "server/core/table.h"
#include "server/core/written.h"

/* One row of the table `offer`. */
struct offered_row {
	uint64_t generation;
	uint64_t sequence;
	uint64_t id;
	uint32_t site; /* that offered it */
	enum refusal refusal;
	struct retaken retaken;
	struct bytes bytes;
	struct commit commit;
};

/* --- rows -----------------------------------------------------------------
 */

static enum status
read_row(struct sql *sql, struct arena *arena, struct offered_row *row,
    struct error *err)
{
	struct bytes digest = sql_column_bytes(sql, 5);
	struct bytes bytes = sql_column_bytes(sql, 7);

	*row = (struct offered_row){
		.generation = table_integer(sql, 0),
		.sequence = table_integer(sql, 1),
		.id = table_integer(sql, 2),
		.site = (uint32_t)table_integer(sql, 3),
		.refusal = (enum refusal)table_integer(sql, 8),
		.retaken = { .redacted = table_integer(sql, 6) != 0,
		    .received_ms = table_integer(sql, 4) },
		.bytes = { (const uint8_t *)arena_text(arena, bytes),
		    bytes.size },
	};
	if (row->bytes.data == NULL)
		return error_set(err, STATUS_NOMEM, "read what was offered");
	if (digest.size != sizeof(row->retaken.digest.bytes))
		return error_set(err, STATUS_CORRUPT,
		    "what was offered is damaged");
	memcpy(row->retaken.digest.bytes, digest.data, digest.size);
	return STATUS_OK;
}

#define ROW_COLUMNS                                         \
	"generation, sequence, id, site, received, digest," \
	" redacted, bytes, refusal"

/* The next behind a place and id; with hub, of what the hub itself wrote: that
 * is little, and is looked for at every OFFER. */
static enum status
next_row(struct replica *replica, bool hub, struct arena *arena,
    struct offered_row *row, struct error *err)
{
	struct sql *sql;
	enum status status;

	if (hub)
		sql = table_query(replica,
		    "SELECT " ROW_COLUMNS
		    " FROM offer INDEXED BY offer_id WHERE id < (1 << 43)"
		    " AND (generation, sequence, id) > (?1, ?2, ?3)"
		    " ORDER BY generation, sequence, id LIMIT 1",
		    "iii", row->generation, row->sequence, row->id);
	else
		sql = table_query(replica,
		    "SELECT " ROW_COLUMNS " FROM offer"
		    " WHERE (generation, sequence, id) > (?1, ?2, ?3)"
		    " ORDER BY generation, sequence, id LIMIT 1",
		    "iii", row->generation, row->sequence, row->id);
	status = sql_step(sql, err);

	if (status == STATUS_OK)
		status = read_row(sql, arena, row, err);
	sql_release(sql);
	if (status == STATUS_OK)
		status = commit_decode(row->bytes, arena, &row->commit, err);
	return status;
}

/* Of a commit that was offered with several places all rows go. */
static enum status
drop_rows(struct replica *replica, uint64_t id, struct error *err)
{
	return table_run(replica, err, "DELETE FROM offer WHERE id = ?1", "i",
	    id);
}

static enum status
note_refusal(struct replica *replica, const struct offered_row *row,
    enum refusal refusal, struct error *err)
{
	return table_run(replica, err,
	    "UPDATE offer SET refusal = ?2 WHERE id = ?1", "ii", row->id,
	    (uint64_t)refusal);
}

/* --- grants ---------------------------------------------------------------
 */

static const struct change *
grant_change(const struct commit *commit)
{
	for (uint32_t i = 0; i < commit->change_count; i++)
		if (bytes_equal_text(commit->changes[i].collection, "grant"))
			return &commit->changes[i];
	return NULL;
}

/* Whether the grant is as it was when that step was taken: its kind, which
 * every step writes, is the one that the step replaced. */
static enum status
is_next_step(struct replica *replica, const struct change *change,
    struct arena *arena, bool *next, struct error *err)
{
	const struct field_write *write = NULL;
	const struct field_heads *kind;
	struct record_heads heads;
	enum status status;

	*next = false;
	for (uint32_t i = 0; i < change->field_count; i++)
		if (bytes_equal_text(change->fields[i].values[0].column,
			"kind"))
			write = &change->fields[i];
	status = record_get_heads(replica, change->record, arena, &heads, err);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	kind = heads_field(&heads, bytes_of_text("kind"));
	*next = write != NULL && kind != NULL && kind->head_count == 1 &&
	        write->replace_count == 1 &&
	        write->replaces[0] == kind->heads[0].change;
	return STATUS_OK;
}

/*
 * Grants bear sequences of a life that is over, so none is taken as it is: the
 * step that caused one writes it anew.  Only a close needs no cause, since it
 * frees nobody to read; but it never leaves a child without a holder.
 */
static enum status
take_grant(struct hub_writer *writer, const struct change *change,
    struct arena *arena, enum refusal *refusal, struct error *err)
{
	const struct value *closed = written_value(change, "closed");
	struct hub_writer own = *writer;
	struct grant grant;
	uint64_t head;
	bool next = false;
	enum status status;

	*refusal = REFUSAL_DEPENDS;
	if (closed == NULL || closed->type != VALUE_INTEGER)
		return STATUS_OK;
	status = grants_get_by_id(writer->replica, change->record, &grant, err);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	if (grant.closed == 0)
		status =
		    is_next_step(writer->replica, change, arena, &next, err);
	if (status != STATUS_OK || (grant.closed == 0 && !next))
		return status;
	*refusal = REFUSAL_STEP;
	if (grant.kind == GRANT_HOLDER)
		return STATUS_OK;
	*refusal = REFUSAL_NONE;
	if (grant.closed != 0)
		return STATUS_OK;
	/* Its cause, should it come later, finds its numbers free. */
	own.next_id = 0;
	status = ledger_head(writer->replica, &head, err);
	if (status != STATUS_OK)
		return status;
	return grant_write_closed(&own, &grant, head + 1, err);
}

/* --- one commit -----------------------------------------------------------
 */

/* The author's school: a step has an actor. */
static enum status
find_school(struct replica *replica, uint32_t number, uint64_t *school,
    struct error *err)
{
	struct site site;
	enum status status;

	*school = 0;
	if (number == SITE_HUB)
		return STATUS_OK;
	status = sites_get(replica, number, &site, err);
	if (status == STATUS_OK)
		*school = site.school;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Numbers of computers that were given out are not given out again. */
static enum status
pass_numbers(struct hub_writer *writer, const struct commit *commit,
    struct error *err)
{
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < commit->change_count; i++) {
		const struct change *change = &commit->changes[i];

		if (status == STATUS_OK &&
		    bytes_equal_text(change->collection, "site"))
			status = sites_pass_number(writer,
			    (uint32_t)written_reference(change, "number"), err);
	}
	return status;
}

static enum status
take_commit(struct hub_writer *writer, const struct offered_row *row,
    struct arena *arena, enum refusal *refusal, struct error *err)
{
	struct admission admission = { .writer = writer,
		.replica = writer->replica,
		.arena = arena,
		.site = identifier_site(row->id),
		.now_ms = writer->now_ms,
		.bytes = row->bytes,
		.retaken = &row->retaken };
	bool anew = false;
	enum status status;

	status = find_school(writer->replica, admission.site, &admission.school,
	    err);
	if (status == STATUS_OK)
		status = admission_take(&admission, err);
	/* What the hub wrote because of a step it has just written anew. */
	if (status == STATUS_OK && admission.refusal == REFUSAL_REUSED)
		status = hub_write_is_consequence(writer->replica, row->id,
		    &anew, err);
	*refusal = anew ? REFUSAL_NONE : admission.refusal;
	if (status == STATUS_OK && *refusal == REFUSAL_NONE)
		status = pass_numbers(writer, &row->commit, err);
	return status;
}

static enum status
take_row(struct hub_writer *writer, const struct offered_row *row,
    struct arena *arena, bool *taken, struct error *err)
{
	const struct change *grant = grant_change(&row->commit);
	enum refusal refusal;
	struct ledger_row held;
	enum status status;

	status = ledger_get(writer->replica, row->id, &held, err);
	if (status == STATUS_NOT_FOUND && grant != NULL)
		status = take_grant(writer, grant, arena, &refusal, err);
	else if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		status = take_commit(writer, row, arena, &refusal, err);
	if (status != STATUS_OK)
		return status;
	*taken = refusal == REFUSAL_NONE;
	if (*taken)
		return drop_rows(writer->replica, row->id, err);
	return note_refusal(writer->replica, row, refusal, err);
}

/* --- all of them ----------------------------------------------------------
 */

typedef bool row_filter(const struct offered_row *row);

static bool
any_row(const struct offered_row *row)
{
	(void)row;
	return true;
}

static bool
is_of_sites(const struct offered_row *row)
{
	if (row->commit.dossier != DOSSIER_PARTNERSHIP)
		return false;
	for (uint32_t i = 0; i < row->commit.change_count; i++) {
		struct bytes name = row->commit.changes[i].collection;

		if (!bytes_equal_text(name, "site") &&
		    !bytes_equal_text(name, "school"))
			return false;
	}
	return true;
}

/* One time through; *progress: anything was taken. */
static enum status
pass(struct hub_writer *writer, bool hub, row_filter *filter, bool *progress,
    struct error *err)
{
	struct offered_row row = { 0 };
	struct arena arena = { 0 };
	enum status status;
	bool taken;

	*progress = false;
	for (;;) {
		arena_reset(&arena);
		status = next_row(writer->replica, hub, &arena, &row, err);
		if (status != STATUS_OK)
			break;
		if (!filter(&row))
			continue;
		taken = false;
		status = take_row(writer, &row, &arena, &taken, err);
		if (status != STATUS_OK)
			break;
		*progress = *progress || taken;
	}
	arena_deinit(&arena);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* As long as that brings any further: places of one commit may come from lives
 * that those who hold what it builds on did not go through. */
static enum status
pass_again_and_again(struct hub_writer *writer, bool hub, row_filter *filter,
    struct error *err)
{
	bool progress = true;
	enum status status = STATUS_OK;

	while (status == STATUS_OK && progress)
		status = pass(writer, hub, filter, &progress, err);
	return status;
}

enum status
recovery_take_sites(struct hub_writer *writer, struct error *err)
{
	return pass_again_and_again(writer, true, is_of_sites, err);
}

/* --- what is left ---------------------------------------------------------
 */

/* A revocation whose computer nobody offered: nobody may be let in by that
 * number, should its record turn up. */
static bool
is_revocation(const struct commit *commit)
{
	const struct value *revoked;

	if (identifier_site(commit->id) != SITE_HUB)
		return false;
	for (uint32_t i = 0; i < commit->change_count; i++) {
		revoked = written_value(&commit->changes[i], "revoked_on");
		if (bytes_equal_text(commit->changes[i].collection, "site") &&
		    revoked != NULL && revoked->type != VALUE_NULL)
			return true;
	}
	return false;
}

static enum status
take_alone(struct hub_writer *writer, const struct offered_row *row,
    struct error *err)
{
	struct ledger_row place = { .id = row->id,
		.dossier = row->commit.dossier,
		.received_ms = row->retaken.received_ms,
		.digest = row->retaken.digest,
		.redacted = row->retaken.redacted,
		.bytes = row->bytes };
	uint64_t head;
	enum status status;

	status = ledger_head(writer->replica, &head, err);
	if (status != STATUS_OK)
		return status;
	place.sequence = head + 1;
	place.mark = mark_make(&writer->key, place.id, &place.digest,
	    writer->generation, place.sequence);
	status = ledger_append(writer->replica, &place, &row->commit, err);
	if (status != STATUS_OK)
		return status;
	return fold_commit(writer->replica, &row->commit, err);
}

/* A freeze without its cause is for a person: perhaps the child has another
 * holder, whom nobody knows. */
static enum status
tell_of(struct hub_writer *writer, const struct offered_row *row,
    struct error *err)
{
	const struct change *grant = grant_change(&row->commit);
	uint32_t site = identifier_site(row->id);
	enum status status;

	status = counters_refused(writer->replica, site, row->id, row->refusal,
	    writer->now_ms, row->bytes, err);
	if (status != STATUS_OK)
		return status;
	if (grant != NULL && written_reference(grant, "frozen") != 0)
		return counters_add(writer->replica, site, "alarm.freeze", err);
	return counters_add(writer->replica, site, "alarm.offered", err);
}

static enum status
settle_rest(struct hub_writer *writer, struct error *err)
{
	struct offered_row row = { 0 };
	struct arena arena = { 0 };
	enum offerer_state state;
	enum status status;

	for (;;) {
		arena_reset(&arena);
		status = next_row(writer->replica, false, &arena, &row, err);
		if (status == STATUS_OK)
			status = recovery_get_offerer(writer->replica, row.site,
			    &state, err);
		if (status != STATUS_OK)
			break;
		/* What it builds on may be in what its site still offers. */
		if (state != OFFERER_OFFERED)
			continue;
		status = is_revocation(&row.commit)
		             ? take_alone(writer, &row, err)
		             : tell_of(writer, &row, err);
		if (status == STATUS_OK)
			status = drop_rows(writer->replica, row.id, err);
		if (status != STATUS_OK)
			break;
	}
	arena_deinit(&arena);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
recovery_take_all(struct hub_writer *writer, struct error *err)
{
	enum status status;

	status = pass_again_and_again(writer, false, any_row, err);
	if (status == STATUS_OK)
		status = settle_rest(writer, err);
	return status;
}
