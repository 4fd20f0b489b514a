/*
 * The same set gives the same tables: every replica's are those that its
 * commits fold to; two computers of one school have the same; and a file that
 * is open to a school has there the heads that it has at the hub.
 */
#include <inttypes.h>
#include <string.h>

#include "common/replica/check.h"
#include "tests/sim/invariants/look.h"

#define NAME "same-set-same-tables"

/* --- each by itself ------------------------------------------------------- */

struct sentence {
	char text[256];
};

static void
note_fault(void *context, const char *sentence)
{
	struct sentence *first = context;

	if (first->text[0] == '\0')
		strncat(first->text, sentence, sizeof(first->text) - 1);
}

static void
check(struct world *world, const char *who, struct replica *replica)
{
	struct sentence first = { "" };
	struct check_result result;
	struct error err = { 0 };
	enum status status;

	status =
	    check_replica(replica, note_fault, NULL, &first, &result, &err);
	if (status != STATUS_OK)
		world_fail(world, NAME ": %s: %s", who,
		    first.text[0] != '\0' ? first.text : err.text);
}

/* --- record by record ----------------------------------------------------- */

/* ours: a record's collection, state, conflicts, heads, id and dossier. */
static void
compare_record(struct world *world, struct computer *computer,
    struct replica *other, const char *where, struct sql *ours)
{
	struct sql *theirs = sql_use(other,
	    "SELECT collection, state, conflicts, heads FROM record"
	    " WHERE id = ?1");
	uint64_t id = sql_column_id(ours, 4);
	bool same;

	sql_bind_id(theirs, 1, id);
	same = look_step(world, theirs) == STATUS_OK;
	for (int i = 0; same && i < 4; i++) {
		struct value a = sql_column_value(ours, i);
		struct value b = sql_column_value(theirs, i);

		same =
		    a.type == b.type &&
		    (a.type == VALUE_INTEGER ? a.integer == b.integer
					     : bytes_equal(a.bytes, b.bytes));
	}
	sql_release(theirs);
	if (!same)
		world_fail(world,
		    NAME ": record %s is another at %s than at %s",
		    book_name(world, id), computer->name, where);
}

/* --- of one school -------------------------------------------------------- */

/* What was redacted after the school had passed the file on, only who fetched
 * it since then has without the value. */
static bool
is_redacted_at_one(struct world *world, struct replica *one,
    struct replica *other, uint64_t dossier)
{
	struct sql *sql;
	bool differs = false;

	if (look_row(world, one,
		"SELECT 1 FROM dossier WHERE number = ?1 AND state = 2",
		dossier, 0) != STATUS_OK)
		return false;
	sql = sql_use(one, "SELECT id, bytes FROM ledger WHERE dossier = ?1");
	sql_bind_id(sql, 1, dossier);
	while (!differs && look_step(world, sql) == STATUS_OK) {
		struct sql *twin = sql_use(other,
		    "SELECT 1 FROM ledger WHERE id = ?1 AND bytes <> ?2");

		sql_bind_id(twin, 1, sql_column_id(sql, 0));
		sql_bind_blob(twin, 2, sql_column_bytes(sql, 1));
		differs = look_step(world, twin) == STATUS_OK;
		sql_release(twin);
	}
	sql_release(sql);
	return differs;
}

/* A restored hub has lost the grant of a file: what each computer wrote there
 * is in the hub's hands, and stays where it was written until a person decides.
 */
static bool
has_orphans(struct world *world, struct replica *replica)
{
	return look_row(world, replica,
		   "SELECT 1 FROM dossier WHERE state = 3 AND closed = 0"
		   " AND count > 0",
		   0, 0) == STATUS_OK;
}

/* Their tables differ: only by what was redacted, or is for a person. */
static void
compare_the_rest(struct world *world, struct computer *one,
    struct replica *ours, struct computer *other, struct replica *theirs)
{
	bool excused = has_orphans(world, ours) || has_orphans(world, theirs);
	struct sql *sql = sql_use(ours,
	    "SELECT collection, state, conflicts, heads, id, dossier"
	    " FROM record");

	while (look_step(world, sql) == STATUS_OK) {
		if (is_redacted_at_one(world, ours, theirs,
			sql_column_id(sql, 5)))
			excused = true;
		else
			compare_record(world, one, theirs, other->name, sql);
	}
	sql_release(sql);
	if (!excused)
		world_fail(world,
		    NAME ": %s and %s of one school show other tables",
		    one->name, other->name);
}

static void
compare_schoolmates(struct world *world, struct computer *one,
    const struct digest *digest)
{
	struct digest theirs;
	struct error err = { 0 };

	for (uint32_t i = one->index + 1; i < world->computer_count; i++) {
		struct computer *other = &world->computers[i];
		struct replica *replica = look_at_computer(other);

		if (replica == NULL || other->school != one->school ||
		    other->catalogue != one->catalogue ||
		    !look_is_member(world, other))
			continue;
		(void)look_at_computer(other);
		if (look_status(world,
			check_tables_digest(replica, &theirs, &err),
			&err) == STATUS_OK &&
		    !digest_equal(digest, &theirs))
			compare_the_rest(world, one, look_at_computer(one),
			    other, replica);
		return; /* that one looks at the next */
	}
}

/* --- against the hub ------------------------------------------------------ */

static void
compare_with_hub(struct world *world, struct computer *computer,
    struct replica *replica)
{
	struct replica *hub = look_at_hub(world);
	struct sql *sql;

	if (hub == NULL || computer->catalogue != world->hub.catalogue)
		return;
	sql = sql_use(replica,
	    "SELECT r.collection, r.state, r.conflicts, r.heads, r.id"
	    " FROM record AS r JOIN dossier AS d ON d.number = r.dossier"
	    " WHERE d.state = 0");
	while (look_step(world, sql) == STATUS_OK)
		compare_record(world, computer, hub, "the hub", sql);
	sql_release(sql);
}

static void
at_calm(struct world *world)
{
	struct replica *hub = look_at_hub(world);
	struct error err = { 0 };
	struct digest digest;

	if (hub != NULL)
		check(world, "the hub", hub);
	for (uint32_t i = 0; i < world->computer_count; i++) {
		struct computer *computer = &world->computers[i];
		struct replica *replica;

		if (!look_is_member(world, computer))
			continue;
		replica = look_at_computer(computer);
		if (replica == NULL)
			continue;
		check(world, computer->name, replica);
		if (look_status(world,
			check_tables_digest(replica, &digest, &err),
			&err) == STATUS_OK)
			compare_schoolmates(world, computer, &digest);
		compare_with_hub(world, computer, replica);
	}
}

const struct invariant invariant_tables = {
	.name = NAME,
	.says = "the same set of commits gives the same tables",
	.at_calm = at_calm,
};
