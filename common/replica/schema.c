/*
 * The tables that are not the catalogue's, and how an older database becomes
 * a present one.
 */
#include <assert.h>
#include <inttypes.h>

#include "common/replica/damage.h"
#include "common/replica/fold.h"
#include "common/replica/replica_private.h"
#include "common/replica/tables.h"

enum {
	SCHEMA_VERSION = 3 /* PRAGMA user_version */
};

/*
 * Version 1.  Sequences, ids and stamps are positive; 0 is "none".  The ledger
 * is clustered by sequence, which is what the stream reads; the index by
 * dossier holds the digests, so that reconciliation reads the index alone.
 */
static const char tables_of_version_1[] =
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY)"
    " STRICT, WITHOUT ROWID;"

    "CREATE TABLE ledger (sequence INTEGER PRIMARY KEY,"
    " id INTEGER NOT NULL UNIQUE, dossier INTEGER NOT NULL,"
    " received INTEGER NOT NULL, digest BLOB NOT NULL, mark BLOB NOT NULL,"
    " redacted INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;"
    "CREATE INDEX ledger_dossier ON ledger (dossier, sequence, digest);"

    "CREATE TABLE touch (record INTEGER NOT NULL, id INTEGER NOT NULL,"
    " PRIMARY KEY (record, id)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE pending (id INTEGER PRIMARY KEY, dossier INTEGER NOT NULL,"
    " lane INTEGER NOT NULL, state INTEGER NOT NULL, refusal INTEGER NOT NULL,"
    " at INTEGER NOT NULL, digest BLOB NOT NULL, bytes BLOB NOT NULL) STRICT;"
    "CREATE INDEX pending_lane ON pending (state, lane, id);"
    "CREATE INDEX pending_dossier ON pending (dossier, state);"

    "CREATE TABLE dossier (number INTEGER PRIMARY KEY, kind INTEGER NOT NULL,"
    " state INTEGER NOT NULL, filled INTEGER NOT NULL,"
    " fill_to INTEGER NOT NULL, frozen INTEGER NOT NULL,"
    " closed INTEGER NOT NULL, count INTEGER NOT NULL, sum BLOB NOT NULL,"
    " last INTEGER NOT NULL) STRICT;"

    "CREATE TABLE record (id INTEGER PRIMARY KEY, collection TEXT NOT NULL,"
    " dossier INTEGER NOT NULL, state INTEGER NOT NULL,"
    " conflicts INTEGER NOT NULL, flags INTEGER NOT NULL, heads BLOB NOT NULL)"
    " STRICT;"
    "CREATE INDEX record_dossier ON record (dossier);"
    "CREATE INDEX record_conflict ON record (conflicts) WHERE conflicts > 0;"

    "CREATE TABLE grants (grant_id INTEGER PRIMARY KEY,"
    " school INTEGER NOT NULL, dossier INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, because INTEGER NOT NULL, opened INTEGER NOT NULL,"
    " held INTEGER NOT NULL, frozen INTEGER NOT NULL, closed INTEGER NOT NULL,"
    " frozen_count INTEGER NOT NULL DEFAULT 0,"
    " frozen_sum BLOB NOT NULL DEFAULT (zeroblob(16))) STRICT;"
    "CREATE INDEX grants_school"
    " ON grants (school, dossier, opened, grant_id);"
    "CREATE INDEX grants_open ON grants (dossier, school)"
    " WHERE closed = 0 AND frozen = 0;"

    "CREATE TABLE redacted (redaction INTEGER PRIMARY KEY,"
    " record INTEGER NOT NULL, change INTEGER NOT NULL,"
    " dossier INTEGER NOT NULL) STRICT;"
    "CREATE INDEX redacted_change ON redacted (change);"
    "CREATE INDEX redacted_record ON redacted (record);"

    "CREATE TABLE same_link (record INTEGER PRIMARY KEY,"
    " pupil INTEGER NOT NULL, other INTEGER NOT NULL) STRICT;"
    "CREATE INDEX same_link_pupil ON same_link (pupil, other);"
    "CREATE INDEX same_link_other ON same_link (other, pupil);"
    "CREATE TABLE same (pupil INTEGER PRIMARY KEY, shown INTEGER NOT NULL)"
    " STRICT;"
    "CREATE INDEX same_shown ON same (shown, pupil);"

    "CREATE VIRTUAL TABLE search USING fts5 (forename, surname,"
    " preferred_forename, preferred_surname, former_forename, former_surname,"
    " middle_names, upn, tokenize = 'unicode61 remove_diacritics 2',"
    " prefix = '1 2 3');"

    "INSERT INTO dossier VALUES (0, 1, 0, 0, 0, 0, 0, 0, zeroblob(16), 0);"
    "PRAGMA user_version = 1;";

/* Version 2.  Commits that lost their place: see unplaced.h. */
static const char tables_of_version_2[] =
    "CREATE TABLE unplaced (id INTEGER PRIMARY KEY,"
    " generation INTEGER NOT NULL, sequence INTEGER NOT NULL) STRICT;"
    "CREATE INDEX unplaced_place ON unplaced (generation, sequence);"
    "PRAGMA user_version = 2;";

/* Version 3.  What a night finds: see damage.h and defect.h. */
static const char tables_of_version_3[] =
    "CREATE TABLE damaged (sequence INTEGER PRIMARY KEY, id INTEGER NOT NULL,"
    " found_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE defect (found_ms INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " site INTEGER NOT NULL, commit_id INTEGER NOT NULL,"
    " sequence INTEGER NOT NULL, received_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX defect_found ON defect (found_ms, site);"
    "PRAGMA user_version = 3;";

static_assert(SCHEMA_VERSION == 3, "each version has its step below");
static_assert(DOSSIER_KIND_PARTNERSHIP == 1, "the dossier that always is");

static enum status
run_all(struct replica *replica, const char *text, struct error *err)
{
	int result = sqlite3_exec(replica->database, text, NULL, NULL, NULL);

	if (result != SQLITE_OK)
		return sql_error(replica->database, result, err);
	return STATUS_OK;
}

static enum status
create_tables(struct replica *replica, struct error *err)
{
	enum status status = run_all(replica, tables_of_version_1, err);

	if (status != STATUS_OK)
		return status;
	return replica_meta_set(replica, "kind", replica->kind, err);
}

static enum status
check_kind(struct replica *replica, struct error *err)
{
	uint64_t kind;
	enum status status;

	status = replica_meta_get(replica, "kind", replica->kind, &kind, err);
	if (status != STATUS_OK || kind == replica->kind)
		return status;
	return error_set(err, STATUS_INVALID, "this is the database of a %s",
	    kind == REPLICA_HUB ? "hub, not of a school's computer"
				: "school's computer, not of a hub");
}

/* The catalogue may be another than the one that the tables were made by. */
static enum status
follow_catalogue(struct replica *replica, struct error *err)
{
	uint64_t fingerprint;
	enum status status;

	status = replica_meta_get(replica, "catalogue", 0, &fingerprint, err);
	if (status != STATUS_OK || fingerprint == catalogue_fingerprint())
		return status;
	status = damage_note_all(replica, err);
	if (status == STATUS_OK)
		status = tables_make_all(replica, err);
	if (status == STATUS_OK)
		status = fold_all(replica, NULL, NULL, err);
	if (status == STATUS_OK)
		status = replica_meta_set(replica, "catalogue",
		    catalogue_fingerprint(), err);
	return status;
}

static enum status
read_version(struct replica *replica, uint64_t *version, struct error *err)
{
	enum status status;

	status = sql_finish_id(sql_use(replica, "PRAGMA user_version"), version,
	    err);
	if (status == STATUS_OK && *version > SCHEMA_VERSION)
		return error_set(err, STATUS_UNSUPPORTED,
		    "a later version of this program has written it: "
		    "upgrade this one");
	return status;
}

/* Inside a transaction, since another process may be doing the same. */
static enum status
migrate(struct replica *replica, struct error *err)
{
	uint64_t version;
	enum status status;

	status = read_version(replica, &version, err);
	if (status == STATUS_OK && version == 0)
		status = create_tables(replica, err);
	if (status == STATUS_OK && version < 2)
		status = run_all(replica, tables_of_version_2, err);
	if (status == STATUS_OK && version < 3)
		status = run_all(replica, tables_of_version_3, err);
	if (status == STATUS_OK)
		status = check_kind(replica, err);
	if (status == STATUS_OK)
		status = follow_catalogue(replica, err);
	return status;
}

/* *current: nothing is to be done, as most of the time. */
static enum status
look(struct replica *replica, bool *current, struct error *err)
{
	uint64_t fingerprint;
	uint64_t version;
	enum status status;

	*current = false;
	status = read_version(replica, &version, err);
	if (status != STATUS_OK || version < SCHEMA_VERSION)
		return status;
	status = check_kind(replica, err);
	if (status == STATUS_OK)
		status = replica_meta_get(replica, "catalogue", 0, &fingerprint,
		    err);
	*current =
	    status == STATUS_OK && fingerprint == catalogue_fingerprint();
	return status;
}

enum status
schema_migrate(struct replica *replica, struct error *err)
{
	bool current;
	enum status status;

	status = look(replica, &current, err);
	if (status != STATUS_OK || current)
		return status;
	if (replica->read_only)
		return error_set(err, STATUS_UNSUPPORTED,
		    "another version of this program has written it: "
		    "open it once for writing");
	status = sql_run(replica, "BEGIN IMMEDIATE", err);
	if (status != STATUS_OK)
		return status;
	status = migrate(replica, err);
	if (status == STATUS_OK)
		return sql_run(replica, "COMMIT", err);
	(void)sql_run(replica, "ROLLBACK", NULL);
	return status;
}
