/*
 * What is stored goes bad behind the programs' backs: rows that are gone, and
 * bytes that are others.  It is done by SQL on a connection of its own, while
 * the process runs or while it is off.
 *
 * What every holder has lost cannot come back.  So a commit goes bad at a
 * computer only where the hub holds it sound, and at the hub only where a
 * computer does that will be compared with it.
 */
#include <assert.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "tests/sim/hub_node_private.h"
#include "tests/sim/rot.h"

enum {
	PATH_BYTES = DISK_NAME_BYTES + sizeof(NODE_DATABASE) + 1,
	TEXT_BYTES = 512,
	TRIES = 8 /* rows, until one is found that may go */
};

/* --- on a connection of its own ------------------------------------------- */

/* NULL: the disk fails now. */
static sqlite3 *
open_beside(const char *disk)
{
	char path[PATH_BYTES];
	sqlite3 *database = NULL;

	snprintf(path, sizeof(path), "%s/%s", disk, NODE_DATABASE);
	if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE,
		DISK_VFS_NAME) == SQLITE_OK)
		return database;
	sqlite3_close(database);
	return NULL;
}

static sqlite3_stmt *
prepare(sqlite3 *database, const char *text, uint64_t first)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(database, text, -1, &statement, NULL) !=
	    SQLITE_OK)
		return NULL;
	if (sqlite3_bind_parameter_count(statement) > 0)
		sqlite3_bind_int64(statement, 1, (sqlite3_int64)first);
	return statement;
}

/* The first number that a query gives, 0 without one. */
static uint64_t
number_of(sqlite3 *database, const char *text, uint64_t first)
{
	sqlite3_stmt *statement = prepare(database, text, first);
	uint64_t number = 0;

	if (statement != NULL && sqlite3_step(statement) == SQLITE_ROW)
		number = (uint64_t)sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

/* Whether it was done, and something is other than it was. */
static bool
change(sqlite3 *database, const char *text, uint64_t first)
{
	sqlite3_stmt *statement = prepare(database, text, first);
	bool done = statement != NULL && sqlite3_step(statement) == SQLITE_DONE;

	sqlite3_finalize(statement);
	return done && sqlite3_changes(database) > 0;
}

/* --- who holds what ------------------------------------------------------- */

#define FROM_SCOPE                                                    \
	" FROM ledger AS l JOIN dossier AS d ON d.number = l.dossier" \
	" WHERE l.sequence > 0 AND d.state = 0 AND d.filled >= d.fill_to"

struct copy {
	uint64_t sequence;
	struct digest digest;
};

/* Sound, and at its place. */
static bool
read_copy(sqlite3 *database, uint64_t id, struct copy *copy)
{
	sqlite3_stmt *statement = prepare(database,
	    "SELECT sequence, digest, bytes, redacted FROM ledger"
	    " WHERE id = ?1 AND sequence > 0",
	    id);
	bool sound = false;

	if (statement != NULL && sqlite3_step(statement) == SQLITE_ROW &&
	    sqlite3_column_bytes(statement, 1) == LIMIT_DIGEST_BYTES) {
		struct bytes bytes = { sqlite3_column_blob(statement, 2),
			(size_t)sqlite3_column_bytes(statement, 2) };
		struct digest found = digest_of(bytes);

		copy->sequence = (uint64_t)sqlite3_column_int64(statement, 0);
		memcpy(copy->digest.bytes, sqlite3_column_blob(statement, 1),
		    LIMIT_DIGEST_BYTES);
		/* No digest vouches for what a redaction has left. */
		sound = sqlite3_column_int(statement, 3) == 0 &&
		        digest_equal(&found, &copy->digest);
	}
	sqlite3_finalize(statement);
	return sound;
}

static bool
holds_same(sqlite3 *database, uint64_t id, const struct copy *copy)
{
	struct copy other;

	return read_copy(database, id, &other) &&
	       other.sequence == copy->sequence &&
	       digest_equal(&other.digest, &copy->digest);
}

/* It lives on, by the rules, and holds it in a file that is open to it. */
static bool
is_holder(const struct computer *computer, uint64_t id, const struct copy *copy)
{
	sqlite3 *database;
	bool holds;

	if (!computer->exists || computer->was_hostile || computer->leaving ||
	    computer->put_back || computer->copies > 0)
		return false;
	database = open_beside(computer->name);
	holds = database != NULL && holds_same(database, id, copy) &&
	        number_of(database, "SELECT l.id" FROM_SCOPE " AND l.id = ?1",
		    id) == id;
	sqlite3_close(database);
	return holds;
}

static bool
somebody_holds(struct world *world, uint64_t id, const struct copy *copy)
{
	for (uint32_t i = 0; i < world->computer_count; i++)
		if (is_holder(&world->computers[i], id, copy))
			return true;
	return false;
}

static bool
hub_holds(uint64_t id, const struct copy *copy)
{
	sqlite3 *hub = open_beside("hub");
	bool holds = hub != NULL && holds_same(hub, id, copy);

	sqlite3_close(hub);
	return holds;
}

/* A commit that may go bad there; 0: none was found. */
static uint64_t
pick_commit(struct world *world, bool at_hub, sqlite3 *database,
    struct random *random)
{
	/* The head goes on counting from the last. */
	const char *count = at_hub ? "SELECT count(*) - 1 FROM ledger"
	                           : "SELECT count(*)" FROM_SCOPE;
	const char *nth = at_hub ? "SELECT id FROM ledger ORDER BY sequence"
	                           " LIMIT 1 OFFSET ?1"
	                         : "SELECT l.id" FROM_SCOPE
	                           " ORDER BY l.sequence LIMIT 1 OFFSET ?1";
	uint64_t rows = number_of(database, count, 0);

	for (uint32_t i = 0; rows > 0 && i < TRIES; i++) {
		uint64_t id =
		    number_of(database, nth, random_below_of(random, rows));
		struct copy copy;

		if (id != 0 && read_copy(database, id, &copy) &&
		    (at_hub ? somebody_holds(world, id, &copy)
			    : hub_holds(id, &copy)))
			return id;
	}
	return 0;
}

/* --- what goes bad -------------------------------------------------------- */

static bool
lose_commit(sqlite3 *database, uint64_t id)
{
	return change(database, "DELETE FROM ledger WHERE id = ?1", id);
}

static bool
flip_byte(sqlite3 *database, uint64_t id, struct random *random)
{
	uint64_t size = number_of(database,
	    "SELECT length(bytes) FROM ledger WHERE id = ?1", id);
	uint64_t at = random_below_of(random, size);
	uint64_t row = number_of(database,
	    "SELECT sequence FROM ledger WHERE id = ?1", id);
	sqlite3_blob *blob = NULL;
	uint8_t byte = 0;
	bool done = false;

	if (size > 0 &&
	    sqlite3_blob_open(database, "main", "ledger", "bytes",
		(sqlite3_int64)row, 1, &blob) == SQLITE_OK &&
	    sqlite3_blob_read(blob, &byte, 1, (int)at) == SQLITE_OK) {
		byte ^= (uint8_t)(1 << random_below_of(random, 8));
		done = sqlite3_blob_write(blob, &byte, 1, (int)at) == SQLITE_OK;
	}
	return sqlite3_blob_close(blob) == SQLITE_OK && done;
}

/* Columns that a page shows. */
static bool
alter_table(sqlite3 *database, struct random *random)
{
	static const char *const texts[] = {
		"UPDATE pupil SET forename = 'Rot' WHERE id = (SELECT id FROM"
		" pupil ORDER BY id LIMIT 1 OFFSET"
		" ?1 % (SELECT max(1, count(*)) FROM pupil))",
		"UPDATE note SET text = NULL WHERE id = (SELECT id FROM"
		" note ORDER BY id LIMIT 1 OFFSET"
		" ?1 % (SELECT max(1, count(*)) FROM note))",
		"UPDATE record SET state = 1 - state WHERE state < 2 AND id ="
		" (SELECT id FROM record ORDER BY id LIMIT 1 OFFSET"
		" ?1 % (SELECT max(1, count(*)) FROM record))",
	};

	return change(database, texts[random_below_of(random, 3)],
	    random_next(random) >> 32);
}

static bool
lose_touch(sqlite3 *database, struct random *random)
{
	return change(database,
	    "DELETE FROM touch WHERE (record, id) IN (SELECT record, id"
	    " FROM touch ORDER BY record, id LIMIT 1 OFFSET"
	    " ?1 % (SELECT max(1, count(*)) FROM touch))",
	    random_next(random) >> 32);
}

static bool
alter_count(sqlite3 *database, struct random *random)
{
	return change(database,
	    "UPDATE dossier SET count = count + 1 WHERE number ="
	    " (SELECT number FROM dossier WHERE state = 0 ORDER BY number"
	    " LIMIT 1 OFFSET ?1 % (SELECT max(1, count(*)) FROM dossier"
	    " WHERE state = 0))",
	    random_next(random) >> 32);
}

/* --- where ---------------------------------------------------------------- */

static void
went_bad(struct world *world, const char *who, struct node_fault *fault,
    const char *what, uint64_t id)
{
	world->rotten = true;
	fault->rotten = true;
	world->counts.rots++;
	trace_line(&world->trace, world->now_ms, who, "%s%s%s", what,
	    id != 0 ? " " : "", id != 0 ? book_name(world, id) : "");
}

void
rot_computer(struct computer *computer, struct random *random)
{
	struct world *world = computer->world;
	enum rot_kind kind = (enum rot_kind)random_below_of(random, ROT_COUNT);
	sqlite3 *database;
	uint64_t id = 0;
	bool done = false;

	if (!computer->exists || computer->hostile != NULL ||
	    computer->was_hostile || computer->fault.on || world->hub.fault.on)
		return;
	database = open_beside(computer->name);
	if (database != NULL && kind <= ROT_BYTE)
		id = pick_commit(world, false, database, random);
	switch (kind) {
	case ROT_LOST:
		done = id != 0 && lose_commit(database, id);
		break;
	case ROT_BYTE:
		done = id != 0 && flip_byte(database, id, random);
		break;
	case ROT_TABLE:
		done = alter_table(database, random);
		break;
	case ROT_TOUCH:
		done = lose_touch(database, random);
		break;
	case ROT_DOSSIER:
		done = alter_count(database, random);
		break;
	case ROT_COUNT:
		break;
	}
	sqlite3_close(database);
	if (done)
		went_bad(world, computer->name, &computer->fault,
		    rot_name(kind), id);
}

void
rot_hub(struct world *world, struct random *random)
{
	struct hub_node *hub = &world->hub;
	enum rot_kind kind = random_one_in(random, 2) ? ROT_LOST : ROT_BYTE;
	sqlite3 *database;
	uint64_t id;
	bool done;

	if (hub->fault.on || hub->went_back)
		return;
	if (hub->on && replica_in_transaction(hub->replica))
		hub_node_end_turn(world);
	database = open_beside("hub");
	id = database == NULL ? 0 : pick_commit(world, true, database, random);
	done = id != 0 && (kind == ROT_LOST ? lose_commit(database, id)
					    : flip_byte(database, id, random));
	sqlite3_close(database);
	if (done)
		went_bad(world, "hub", &hub->fault, rot_name(kind), id);
}

bool
rot_by(struct world *world, struct computer *computer, const char *text,
    uint64_t id)
{
	sqlite3 *database =
	    open_beside(computer == NULL ? "hub" : computer->name);
	bool done = database != NULL && change(database, text, id);

	sqlite3_close(database);
	if (done)
		went_bad(world, computer == NULL ? "hub" : computer->name,
		    computer == NULL ? &world->hub.fault : &computer->fault,
		    "has gone bad:", id);
	return done;
}

const char *
rot_name(enum rot_kind kind)
{
	static const char *const names[ROT_COUNT] = { "loses",
		"has another byte in", "has another value in a table",
		"forgets what a commit touches", "counts one too many" };

	return names[kind];
}

void
rot_end(struct world *world)
{
	world->rotten = false;
	world->hub.fault.rotten = false;
	for (uint32_t i = 0; i < world->computer_count; i++)
		world->computers[i].fault.rotten = false;
}
