/*
 * What is collected, and from whom.
 */
#include "server/core/recovery.h"

#include <assert.h>

#include "common/replica/ledger.h"
#include "protocol/identifier.h"
#include "server/core/counters.h"
#include "server/core/recovery_take.h"
#include "server/core/table.h"

enum {
	GENERATION_RANDOM_BITS = 20
};

/* --- a new life -----------------------------------------------------------
 */

/*
 * Numbers of generations ascend, also over those that this backup does not
 * know: what is offered is put in their order.
 */
static uint64_t
next_generation(const struct generation *former, uint32_t count,
    uint64_t now_ms, uint64_t random)
{
	uint64_t low = random & ((UINT64_C(1) << GENERATION_RANDOM_BITS) - 1);
	uint64_t number = now_ms << GENERATION_RANDOM_BITS;

	for (uint32_t i = 0; i < count; i++)
		if (former[i].number >= number)
			number = former[i].number + 1;
	return number + low;
}

static enum status
add_generation(struct hub_writer *writer, uint64_t random, struct arena *arena,
    struct error *err)
{
	struct generation all[LIMIT_GENERATIONS], *former;
	struct generation next;
	uint32_t count, first;
	uint64_t head;
	enum status status;

	status =
	    replica_generations(writer->replica, arena, &former, &count, err);
	if (status == STATUS_OK)
		status = ledger_head(writer->replica, &head, err);
	if (status != STATUS_OK)
		return status;
	next = (struct generation){
		next_generation(former, count, writer->now_ms, random), head
	};
	/* A hub that has nothing went through nothing. */
	if (head == 0)
		count = 0;
	first = count < LIMIT_GENERATIONS ? 0 : count - LIMIT_GENERATIONS + 1;
	for (uint32_t i = first; i < count; i++)
		all[i - first] = former[i];
	all[count - first] = next;
	writer->generation = next.number;
	return replica_generations_set(writer->replica, all, count - first + 1,
	    err);
}

enum status
recovery_begin(struct hub_writer *writer, uint64_t random, struct error *err)
{
	struct replica *replica = writer->replica;
	struct arena arena = { 0 };
	enum status status;

	assert(replica_in_transaction(replica));
	status = add_generation(writer, random, &arena, err);
	if (status == STATUS_OK)
		status = replica_meta_set(replica, "generation",
		    writer->generation, err);
	if (status == STATUS_OK)
		status = replica_meta_set(replica, "restored",
		    writer->generation, err);
	if (status == STATUS_OK)
		status = replica_meta_set(replica, "collecting", 1, err);
	if (status == STATUS_OK)
		status = sites_skip_numbers(writer, err);
	arena_deinit(&arena);
	return status;
}

enum status
recovery_get(struct replica *replica, bool *restored, bool *collecting,
    struct error *err)
{
	uint64_t generation, life, value;
	enum status status;

	status = replica_meta_get(replica, "generation", 0, &generation, err);
	if (status == STATUS_OK)
		status = replica_meta_get(replica, "restored", 0, &life, err);
	if (status == STATUS_OK)
		status =
		    replica_meta_get(replica, "collecting", 0, &value, err);
	if (status != STATUS_OK)
		return status;
	*restored = life != 0 && life == generation;
	*collecting = value != 0;
	return STATUS_OK;
}

/* --- who has offered ------------------------------------------------------
 */

enum status
recovery_get_offerer(struct replica *replica, uint32_t number,
    enum offerer_state *state, struct error *err)
{
	struct sql *row = table_query(replica,
	    "SELECT state FROM offerer WHERE number = ?1 AND generation ="
	    " (SELECT value FROM meta WHERE name = 'generation')",
	    "i", (uint64_t)number);
	enum status status = sql_step(row, err);

	*state = OFFERER_WAITED_FOR;
	if (status == STATUS_OK)
		*state = (enum offerer_state)table_integer(row, 0);
	sql_release(row);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
recovery_set_offerer(struct replica *replica, uint32_t number,
    enum offerer_state state, struct error *err)
{
	return table_run(replica, err,
	    "INSERT OR REPLACE INTO offerer(number, generation, state)"
	    " SELECT ?1, value, ?2 FROM meta WHERE name = 'generation'",
	    "ii", (uint64_t)number, (uint64_t)state);
}

struct counting {
	struct replica *replica;
	struct recovery_count *count;
	enum status status;
	struct error *err;
};

static bool
count_site(void *context, const struct site *site)
{
	struct counting *counting = context;
	struct recovery_count *count = counting->count;
	enum offerer_state state;

	if (site->revoked)
		return true;
	counting->status = recovery_get_offerer(counting->replica, site->number,
	    &state, counting->err);
	count->sites++;
	count->offered += state == OFFERER_OFFERED;
	count->excused += state == OFFERER_EXCUSED;
	count->waited_for += state == OFFERER_WAITED_FOR;
	return counting->status == STATUS_OK;
}

enum status
recovery_count(struct replica *replica, struct recovery_count *count,
    struct error *err)
{
	struct counting counting = { replica, count, STATUS_OK, err };
	enum status status;

	*count = (struct recovery_count){ 0 };
	status = sites_each(replica, count_site, &counting, err);
	if (status == STATUS_OK)
		status = counting.status;
	if (status == STATUS_OK)
		status = sql_finish_id(table_query(replica,
					   "SELECT count(*) FROM offer", ""),
		    &count->commits, err);
	return status;
}

/* --- what is offered ------------------------------------------------------
 */

/* The mark proves that this hub once took these bytes at that place.  Nothing
 * else is asked of the one who brings them. */
static enum status
has_right_mark(const struct hub_writer *writer, uint64_t generation,
    const struct item *item, struct arena *arena, bool *right,
    struct error *err)
{
	struct commit commit;
	struct mark mark;
	enum status status;

	*right = false;
	status = commit_decode(item->commit, arena, &commit, err);
	if (status == STATUS_NOMEM)
		return status;
	if (status != STATUS_OK || generation > INT64_MAX)
		return STATUS_OK;
	mark = mark_make(&writer->key, commit.id, &item->digest, generation,
	    item->sequence);
	*right = commit_has_redacted(&commit) == item->redacted &&
	         mark_equal(&mark, &item->mark);
	return STATUS_OK;
}

/* The mark does not vouch for what a redaction has left of the bytes. */
static enum status
compare_redacted(struct hub_writer *writer, uint32_t site,
    const struct item *item, struct error *err)
{
	struct sql *row = table_query(writer->replica,
	    "SELECT 1 FROM offer WHERE id = ?1 AND redacted = 1"
	    " AND bytes <> ?2",
	    "ib", item->id, item->commit);
	enum status status = sql_step(row, err);

	sql_release(row);
	if (status == STATUS_OK)
		return counters_add(writer->replica, site, "alarm.redacted",
		    err);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
keep(struct hub_writer *writer, uint32_t site, uint64_t generation,
    const struct item *item, struct error *err)
{
	uint64_t received_ms = item->received_ms < writer->now_ms
	                           ? item->received_ms
	                           : writer->now_ms;
	struct ledger_row held;
	struct commit commit;
	enum status status;

	status = ledger_get(writer->replica, item->id, &held, err);
	if (status == STATUS_OK && digest_equal(&held.digest, &item->digest))
		return STATUS_OK;
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	/* A number that a former life has used is not used again. */
	status = commit_peek(item->commit, &commit);
	assert(status == STATUS_OK); /* it was decoded for its mark */
	status = replica_pass_ids(writer->replica, item->id,
	    commit.change_count, err);
	if (status == STATUS_OK && item->redacted)
		status = compare_redacted(writer, site, item, err);
	if (status != STATUS_OK)
		return status;
	return table_run(writer->replica, err,
	    "INSERT OR IGNORE INTO offer(generation, sequence, id, site,"
	    " received, digest, mark, redacted, bytes)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	    "iiiiibbib", generation, item->sequence, item->id, (uint64_t)site,
	    received_ms,
	    (struct bytes){ item->digest.bytes, sizeof(item->digest.bytes) },
	    (struct bytes){ item->mark.bytes, sizeof(item->mark.bytes) },
	    (uint64_t)item->redacted, item->commit);
}

enum status
recovery_offer(struct hub_writer *writer, uint32_t site,
    const struct offer *offer, uint32_t *refused, struct error *err)
{
	struct arena arena = { 0 };
	enum status status = STATUS_OK;
	bool right;

	assert(replica_in_transaction(writer->replica));
	*refused = 0;
	for (uint32_t i = 0; status == STATUS_OK && i < offer->item_count;
	     i++) {
		const struct item *item = &offer->items[i];

		arena_reset(&arena);
		status = has_right_mark(writer, offer->generation, item, &arena,
		    &right, err);
		if (status == STATUS_OK && !right) {
			++*refused;
			status = counters_add(writer->replica, site,
			    "alarm.mark", err);
		} else if (status == STATUS_OK) {
			status =
			    keep(writer, site, offer->generation, item, err);
		}
	}
	arena_deinit(&arena);
	/* Whom to wait for, and who is revoked, is needed now. */
	if (status == STATUS_OK)
		status = recovery_take_sites(writer, err);
	return status;
}

/* --- the end --------------------------------------------------------------
 */

enum status
recovery_finish(struct hub_writer *writer, bool *ended, struct error *err)
{
	struct recovery_count count;
	bool restored, collecting;
	enum status status;

	assert(replica_in_transaction(writer->replica));
	*ended = false;
	status = recovery_get(writer->replica, &restored, &collecting, err);
	if (status == STATUS_OK && collecting)
		status = recovery_count(writer->replica, &count, err);
	if (status != STATUS_OK)
		return status;
	/* A hub that knows nobody yet has heard nobody. */
	if (collecting && (count.sites == 0 || count.waited_for > 0))
		return STATUS_OK;
	status = recovery_take_all(writer, err);
	if (status != STATUS_OK || !collecting)
		return status;
	*ended = true;
	return replica_meta_set(writer->replica, "collecting", 0, err);
}
