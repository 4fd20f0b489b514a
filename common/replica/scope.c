/*
 * What a night compares: places and digests from the index by dossier alone,
 * dossier by dossier, so that nothing is sorted and no commit is read.
 */
#include "common/replica/scope.h"

#include <assert.h>
#include <string.h>

#include "common/replica/dossier.h"
#include "common/replica/replica_private.h"
#include "protocol/commit.h"
#include "protocol/identifier.h"

/* --- one dossier ---------------------------------------------------------- */

struct walk {
	struct replica *replica;
	uint64_t at;
	scope_visitor *visit;
	void *context;
	bool stopped;
};

static enum status
walk_row(struct walk *walk, struct sql *sql, struct error *err)
{
	struct bytes bytes = sql_column_bytes(sql, 1);
	struct digest digest;

	if (bytes.size != sizeof(digest.bytes))
		return error_set(err, STATUS_CORRUPT,
		    "the ledger holds a digest of %zu bytes", bytes.size);
	memcpy(digest.bytes, bytes.data, bytes.size);
	walk->stopped =
	    !walk->visit(walk->context, sql_column_id(sql, 0), &digest);
	return STATUS_OK;
}

/* Up to the freeze, if there is one and it was before. */
static enum status
walk_dossier(struct walk *walk, uint64_t dossier, uint64_t frozen,
    struct error *err)
{
	struct sql *sql = sql_use(walk->replica,
	    "SELECT sequence, digest FROM ledger WHERE dossier = ?1"
	    " AND sequence > 0 AND sequence <= ?2"
	    " AND sequence NOT IN (SELECT sequence FROM damaged)");
	enum status status;

	sql_bind_id(sql, 1, dossier);
	sql_bind_id(sql, 2,
	    frozen != 0 && frozen < walk->at ? frozen : walk->at);
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status = walk_row(walk, sql, err);
		if (status != STATUS_OK || walk->stopped)
			break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

struct total {
	uint64_t count;
	struct digest_sum sum;
};

static bool
add_commit(void *context, uint64_t sequence, const struct digest *digest)
{
	struct total *total = context;

	(void)sequence;
	total->count++;
	digest_sum_add(&total->sum, digest);
	return true;
}

enum status
scope_sum_up(struct replica *replica, uint64_t dossier, uint64_t at,
    uint64_t *count, struct digest_sum *sum, struct error *err)
{
	struct total total = { 0 };
	struct walk walk = {
		.replica = replica,
		.at = at,
		.visit = add_commit,
		.context = &total,
	};
	enum status status = walk_dossier(&walk, dossier, 0, err);

	*count = total.count;
	*sum = total.sum;
	return status;
}

/* --- at a client ---------------------------------------------------------- */

enum status
scope_each_here(struct replica *replica, uint64_t at, scope_visitor *visit,
    void *context, struct error *err)
{
	struct walk walk = {
		.replica = replica,
		.at = at,
		.visit = visit,
		.context = context,
	};
	struct sql *sql = sql_use(replica,
	    "SELECT number, frozen FROM dossier WHERE state IN (0, 2)"
	    " AND filled >= fill_to");
	enum status status;

	static_assert(DOSSIER_OPEN == 0 && DOSSIER_FROZEN == 2, "as above");
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status = walk_dossier(&walk, sql_column_id(sql, 0),
		    sql_column_id(sql, 1), err);
		if (status != STATUS_OK || walk.stopped)
			break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
scope_left_out(struct replica *replica, uint64_t *dossiers, uint32_t max,
    uint32_t *count, struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT number FROM dossier WHERE state = 1"
	    " OR (state IN (0, 2) AND filled < fill_to) ORDER BY number");
	enum status status;

	static_assert(DOSSIER_FILLING == 1, "as above");
	*count = 0;
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		if (*count == max) {
			status = error_set(err, STATUS_TOO_LARGE,
			    "more than %u dossiers are being fetched", max);
			break;
		}
		dossiers[(*count)++] = sql_column_id(sql, 0);
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* --- at the hub ----------------------------------------------------------- */

/* The dossiers that a client leaves out, ascending. */
struct left_out {
	const uint64_t *dossiers;
	uint32_t count;
};

static bool
is_left_out(const struct left_out *left_out, uint64_t dossier)
{
	uint32_t from = 0;
	uint32_t to = left_out->count;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (left_out->dossiers[middle] == dossier)
			return true;
		if (left_out->dossiers[middle] < dossier)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

static enum status
walk_unless_left_out(struct walk *walk, const struct left_out *left_out,
    uint64_t dossier, uint64_t frozen, struct error *err)
{
	if (walk->stopped || is_left_out(left_out, dossier))
		return STATUS_OK;
	return walk_dossier(walk, dossier, frozen, err);
}

/* The latest grant of each dossier, of those that were opened by then. */
static enum status
walk_granted(struct walk *walk, const struct left_out *left_out,
    uint64_t school, struct error *err)
{
	struct sql *sql = sql_use(walk->replica,
	    "SELECT g.dossier, g.frozen FROM grants AS g WHERE g.school = ?1"
	    " AND g.opened > 0 AND g.opened <= ?2"
	    " AND (g.closed = 0 OR g.closed > ?2)"
	    " AND g.dossier NOT IN (0, ?1)"
	    " AND NOT EXISTS (SELECT 1 FROM grants AS later"
	    " WHERE later.school = g.school AND later.dossier = g.dossier"
	    " AND later.opened <= ?2"
	    " AND (later.opened, later.grant_id) > (g.opened, g.grant_id))");
	enum status status;

	sql_bind_id(sql, 1, school);
	sql_bind_id(sql, 2, walk->at);
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status = walk_unless_left_out(walk, left_out,
		    sql_column_id(sql, 0), sql_column_id(sql, 1), err);
		if (status != STATUS_OK || walk->stopped)
			break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* What a grant said at some place. */
struct steps {
	uint64_t opened;
	uint64_t frozen;
};

static void
read_step(struct steps *steps, const struct column_value *written)
{
	const struct {
		const char *column;
		uint64_t *place;
	} places[] = {
		{ "opened", &steps->opened },
		{ "frozen", &steps->frozen },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (bytes_equal_text(written->column, places[i].column) &&
		    written->value.type == VALUE_INTEGER &&
		    written->value.integer >= 0)
			*places[i].place = (uint64_t)written->value.integer;
}

static void
read_steps(struct steps *steps, const struct commit *commit, uint64_t grant)
{
	for (uint32_t i = 0; i < commit->change_count; i++) {
		const struct change *change = &commit->changes[i];

		for (uint32_t j = 0;
		     change->record == grant && j < change->field_count; j++)
			for (uint32_t k = 0; k < change->fields[j].value_count;
			     k++)
				read_step(steps, &change->fields[j].values[k]);
	}
}

/* The hub alone writes them, one after the other. */
static enum status
find_steps(const struct walk *walk, uint64_t grant, struct steps *steps,
    struct error *err)
{
	struct sql *sql = sql_use(walk->replica,
	    "SELECT l.bytes FROM touch AS t JOIN ledger AS l ON l.id = t.id"
	    " WHERE t.record = ?1 AND l.sequence <= ?2"
	    " AND l.sequence NOT IN (SELECT sequence FROM damaged)"
	    " ORDER BY l.sequence");
	struct arena arena = { 0 };
	struct commit commit;
	enum status status;

	*steps = (struct steps){ 0 };
	sql_bind_id(sql, 1, grant);
	sql_bind_id(sql, 2, walk->at);
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status = commit_decode(sql_column_bytes(sql, 0), &arena,
		    &commit, err);
		if (status != STATUS_OK)
			break;
		read_steps(steps, &commit, grant);
	}
	sql_release(sql);
	arena_deinit(&arena);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/*
 * A school that had passed a file on may have got it again since then, by the
 * same grant: only its commits tell what it was.  No other grant of that file
 * was later, and what was closed is never opened again.
 */
static enum status
walk_granted_again(struct walk *walk, const struct left_out *left_out,
    uint64_t school, struct error *err)
{
	struct sql *sql = sql_use(walk->replica,
	    "SELECT grant_id, dossier FROM grants WHERE school = ?1"
	    " AND opened > ?2 AND dossier NOT IN (0, ?1)");
	struct steps steps;
	enum status status;

	sql_bind_id(sql, 1, school);
	sql_bind_id(sql, 2, walk->at);
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		status = find_steps(walk, sql_column_id(sql, 0), &steps, err);
		if (status == STATUS_OK && steps.opened != 0)
			status = walk_unless_left_out(walk, left_out,
			    sql_column_id(sql, 1), steps.frozen, err);
		if (status != STATUS_OK || walk->stopped)
			break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
scope_each_of_school(struct replica *replica, uint64_t school, uint64_t at,
    const uint64_t *left_out, uint32_t left_out_count, scope_visitor *visit,
    void *context, struct error *err)
{
	struct left_out left = { left_out, left_out_count };
	struct walk walk = {
		.replica = replica,
		.at = at,
		.visit = visit,
		.context = context,
	};
	enum status status;

	status =
	    walk_unless_left_out(&walk, &left, DOSSIER_PARTNERSHIP, 0, err);
	if (status == STATUS_OK && school != DOSSIER_PARTNERSHIP)
		status = walk_unless_left_out(&walk, &left, school, 0, err);
	if (status == STATUS_OK && !walk.stopped)
		status = walk_granted(&walk, &left, school, err);
	if (status == STATUS_OK && !walk.stopped)
		status = walk_granted_again(&walk, &left, school, err);
	return status;
}
