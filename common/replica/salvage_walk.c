/*
 * Reading a damaged database by SQLite: each table from its beginning and from
 * its end, up to where it cannot be read; and then, one by one, the rows whose
 * ids an index still names.
 */
#include <sqlite3.h>

#include "common/replica/pending.h"
#include "common/replica/salvage_private.h"
#include "common/replica/sql.h"

enum {
	WALK_BUSY_MS = 10 * 1000
};

/* Nothing is written, no schema is trusted, and where one table's definition
 * cannot be read the others are. */
static const char pragmas[] = "PRAGMA query_only = ON;"
			      "PRAGMA trusted_schema = OFF;"
			      "PRAGMA writable_schema = ON;"
			      "PRAGMA mmap_size = 0;";

struct walk {
	struct salvage *salvage;
	sqlite3 *database;
	bool again;  /* want of memory is the file's fault */
	bool lacked; /* SQLite has said so */
};

/* A row: false stops all. */
typedef bool walk_visitor(struct salvage *salvage, sqlite3_stmt *row);

static uint64_t
column_id(sqlite3_stmt *row, int column)
{
	return (uint64_t)sqlite3_column_int64(row, column);
}

static struct bytes
column_bytes(sqlite3_stmt *row, int column)
{
	const void *data = sqlite3_column_blob(row, column);
	int size = sqlite3_column_bytes(row, column);

	return (struct bytes){ data, data == NULL ? 0 : (size_t)size };
}

/* What is this computer's fault and not the file's ends it: with more memory,
 * or when another program is done, more can be saved. */
static void
judge(struct walk *walk, int result)
{
	struct salvage *salvage = walk->salvage;
	bool no_memory =
	    (result & 0xff) == SQLITE_NOMEM || result == SQLITE_IOERR_NOMEM;

	walk->lacked = walk->lacked || no_memory;
	if ((no_memory && !walk->again) || (result & 0xff) == SQLITE_BUSY)
		salvage->status =
		    sql_error(walk->database, result, salvage->err);
}

/*
 * Rows in the order of their keys, the first column, up to the end (*whole) or
 * to where they cannot be read.  Keys that do not go on tell of a page that
 * stands in another's place.
 */
static void
each(struct walk *walk, const char *text, bool down, walk_visitor *visit,
    bool *whole)
{
	sqlite3_stmt *row = NULL;
	int64_t before = 0;
	bool first = true;
	int result;

	*whole = false;
	if (walk->salvage->status != STATUS_OK)
		return;
	result = sqlite3_prepare_v2(walk->database, text, -1, &row, NULL);
	while (
	    result == SQLITE_OK && (result = sqlite3_step(row)) == SQLITE_ROW) {
		int64_t key = sqlite3_column_int64(row, 0);

		if (!first && (down ? key >= before : key <= before))
			break;
		first = false;
		before = key;
		if (!visit(walk->salvage, row))
			break;
		result = SQLITE_OK;
	}
	judge(walk, result);
	*whole = result == SQLITE_DONE;
	sqlite3_finalize(row);
}

/* --- what waits ----------------------------------------------------------- */

#define WAITING "SELECT id, dossier, state, refusal, at, digest, bytes"

static bool
take_waiting(struct salvage *salvage, sqlite3_stmt *row)
{
	const struct salvage_waiting waiting = {
		.id = column_id(row, 0),
		.dossier = column_id(row, 1),
		.state = column_id(row, 2),
		.refusal = column_id(row, 3),
		.at_ms = column_id(row, 4),
		.digest = column_bytes(row, 5),
		.bytes = column_bytes(row, 6),
	};

	return salvage_take_waiting(salvage, &waiting);
}

static bool
take_id(struct salvage *salvage, sqlite3_stmt *row)
{
	return salvage_take_id(salvage, column_id(row, 0), column_id(row, 1));
}

/* The order of an index is not that of the ids: by state, so by lane. */
static void
list_ids(struct walk *walk)
{
	static const char *const texts[] = {
		"SELECT id, state FROM pending INDEXED BY pending_lane"
		" WHERE state = 0 AND lane = 0 ORDER BY id",
		"SELECT id, state FROM pending INDEXED BY pending_lane"
		" WHERE state = 0 AND lane = 1 ORDER BY id",
		"SELECT id, state FROM pending INDEXED BY pending_lane"
		" WHERE state = 0 AND lane = 2 ORDER BY id",
		"SELECT id, state FROM pending INDEXED BY pending_lane"
		" WHERE state = 1 AND lane = 0 ORDER BY id",
		"SELECT id, state FROM pending INDEXED BY pending_lane"
		" WHERE state = 1 AND lane = 1 ORDER BY id",
		"SELECT id, state FROM pending INDEXED BY pending_lane"
		" WHERE state = 1 AND lane = 2 ORDER BY id",
	};
	bool all = true, whole;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		each(walk, texts[i], false, take_id, &whole);
		all = all && whole;
	}
	walk->salvage->waiting_listed = all;
}

/* Between two pages that cannot be read. */
static void
take_listed(struct walk *walk)
{
	struct salvage *salvage = walk->salvage;
	size_t count = salvage->met.count;
	sqlite3_stmt *row = NULL;
	int result;

	result = sqlite3_prepare_v2(walk->database,
	    WAITING " FROM pending WHERE id = ?1", -1, &row, NULL);
	judge(walk, result);
	for (size_t i = 0;
	     row != NULL && salvage->status == STATUS_OK && i < count; i++) {
		sqlite3_bind_int64(row, 1, (int64_t)salvage->met.ids[i]);
		result = sqlite3_step(row);
		judge(walk, result);
		if (result == SQLITE_ROW)
			(void)take_waiting(salvage, row);
		sqlite3_reset(row);
	}
	sqlite3_finalize(row);
}

static void
walk_waiting(struct walk *walk)
{
	struct salvage *salvage = walk->salvage;
	bool whole;

	each(walk, WAITING " FROM pending NOT INDEXED ORDER BY id", false,
	    take_waiting, &salvage->waiting_walked);
	if (!salvage->waiting_walked)
		each(walk, WAITING " FROM pending NOT INDEXED ORDER BY id DESC",
		    true, take_waiting, &whole);
	list_ids(walk);
	if (salvage->status == STATUS_OK && salvage_is_lacking(salvage))
		take_listed(walk);
}

/* --- what has a place ----------------------------------------------------- */

#define PLACED                                            \
	"SELECT sequence, id, dossier, received, digest," \
	" CASE redacted WHEN 0 THEN bytes END FROM ledger NOT INDEXED"

static bool
take_placed(struct salvage *salvage, sqlite3_stmt *row)
{
	return salvage_take_placed(salvage, column_id(row, 0),
	    column_id(row, 1), column_id(row, 2), column_id(row, 3),
	    column_bytes(row, 4), column_bytes(row, 5));
}

static void
walk_ledger(struct walk *walk)
{
	bool whole;

	each(walk, PLACED " ORDER BY sequence", false, take_placed,
	    &walk->salvage->ledger_walked);
	if (!walk->salvage->ledger_walked)
		each(walk, PLACED " ORDER BY sequence DESC", true, take_placed,
		    &whole);
}

/* --- what was kept of nights ---------------------------------------------- */

#define DEFECTS                                                    \
	"SELECT rowid, found_ms, kind, site, commit_id, sequence," \
	" received_ms FROM defect NOT INDEXED"
#define REPORTS "SELECT rowid, day, json FROM report NOT INDEXED"

static bool
take_defect(struct salvage *salvage, sqlite3_stmt *row)
{
	uint64_t kind = column_id(row, 2), site = column_id(row, 3);
	const struct defect defect = {
		.found_ms = column_id(row, 1),
		.kind = (enum defect_kind)(kind <= DEFECT_FILE ? kind : 0),
		.site = site <= UINT32_MAX ? (uint32_t)site : 0,
		.commit_id = column_id(row, 4),
		.sequence = column_id(row, 5),
		.received_ms = column_id(row, 6),
	};

	return salvage_take_defect(salvage, &defect);
}

static bool
take_report(struct salvage *salvage, sqlite3_stmt *row)
{
	return salvage_take_report(salvage, column_bytes(row, 1),
	    column_bytes(row, 2));
}

/* Another computer's nights are not this one's.  Before the first there is no
 * table of reports. */
static void
walk_kept(struct walk *walk)
{
	struct salvage *salvage = walk->salvage;
	bool whole;

	if (salvage->facts[SALVAGE_SITE] != salvage->options->site)
		return;
	each(walk, DEFECTS " ORDER BY rowid", false, take_defect, &whole);
	if (!whole)
		each(walk, DEFECTS " ORDER BY rowid DESC", true, take_defect,
		    &whole);
	if (salvage->options->take_report == NULL)
		return;
	each(walk, REPORTS " ORDER BY rowid", false, take_report, &whole);
	if (!whole)
		each(walk, REPORTS " ORDER BY rowid DESC", true, take_report,
		    &whole);
}

/* --- small facts ---------------------------------------------------------- */

static void
read_facts(struct walk *walk)
{
	static const char *const names[SALVAGE_FACTS] = {
		[SALVAGE_SITE] = "site",
		[SALVAGE_SCHOOL] = "school",
		[SALVAGE_COUNTER] = "counter",
		[SALVAGE_STAMP] = "stamp",
		[SALVAGE_HUB_CATALOGUE] = "hub_catalogue",
	};
	sqlite3_stmt *row = NULL;
	int result;

	result = sqlite3_prepare_v2(walk->database,
	    "SELECT value FROM meta WHERE name = ?1", -1, &row, NULL);
	judge(walk, result);
	for (int i = 0; row != NULL && i < SALVAGE_FACTS; i++) {
		sqlite3_bind_text(row, 1, names[i], -1, SQLITE_STATIC);
		result = sqlite3_step(row);
		judge(walk, result);
		if (result == SQLITE_ROW &&
		    sqlite3_column_type(row, 0) == SQLITE_INTEGER &&
		    sqlite3_column_int64(row, 0) > 0)
			walk->salvage->facts[i] = column_id(row, 0);
		sqlite3_reset(row);
	}
	sqlite3_finalize(row);
}

/* --- all of it ------------------------------------------------------------ */

static bool
is_absent(const struct salvage_options *options)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(options->vfs);
	int exists = 1;

	return vfs->xAccess(vfs, options->path, SQLITE_ACCESS_EXISTS,
		   &exists) == SQLITE_OK &&
	       !exists;
}

/* What lies in the WAL is read, and stays there. */
static bool
open_it(struct walk *walk)
{
	struct salvage *salvage = walk->salvage;
	int result;

	if (is_absent(salvage->options)) {
		salvage->ledger_walked = true;
		return false;
	}
	result = sqlite3_open_v2(salvage->options->path, &walk->database,
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READWRITE,
	    salvage->options->vfs);
	if (result == SQLITE_OK)
		result = sqlite3_db_config(walk->database,
		    SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_busy_timeout(walk->database, WALK_BUSY_MS);
	if (result != SQLITE_OK) {
		salvage->status =
		    sql_error(walk->database, result, salvage->err);
		return false;
	}
	judge(walk, sqlite3_exec(walk->database, pragmas, NULL, NULL, NULL));
	return salvage->status == STATUS_OK;
}

/* Whether SQLite says that it lacked memory for what it read. */
static bool
walk_once(struct salvage *salvage, bool again)
{
	struct walk walk = { .salvage = salvage, .again = again };

	if (open_it(&walk)) {
		read_facts(&walk);
		walk_waiting(&walk);
		walk_ledger(&walk);
		walk_kept(&walk);
	}
	sqlite3_close(walk.database);
	return walk.lacked;
}

/* A row that says that it is longer than anything can be want of memory too,
 * as SQLite tells it.  Where it lacks indeed, the pages find none either.  Want
 * of memory for what is written is what it is: all of it is undone. */
void
salvage_walk(struct salvage *salvage)
{
	if (walk_once(salvage, false) && salvage->status == STATUS_NOMEM) {
		salvage->status = STATUS_OK;
		(void)walk_once(salvage, true);
	}
}
