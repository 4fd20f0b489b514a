#include "client/access/audit.h"

#include <string.h>

#include "common/replica/dossier.h"
#include "common/replica/draft.h"
#include "common/replica/record.h"
#include "common/replica/sql.h"
#include "common/support/clock.h"

enum {
	COMMIT_ENTRIES = 500 /* far below the limits of a commit */
};

static const char *const act_codes[] = {
	[AUDIT_OPENED] = "opened",
	[AUDIT_PRINTED] = "printed",
	[AUDIT_EXPORTED] = "exported",
};

struct reading {
	struct replica *replica;
	const struct viewer *viewer;
	enum audit_act act;
	uint64_t now_ms;
	uint64_t site; /* record of this computer; 0: not known yet */
	char moment[CLOCK_TEXT_BYTES];
	struct draft *draft;
	uint32_t entries; /* in the draft */
};

/* --- what this computer noted within the hour ----------------------------- */

/* Local, and of no meaning after an hour. */
static enum status
make_table(struct replica *replica, struct error *err)
{
	return sql_run(replica,
	    "CREATE TABLE IF NOT EXISTS audit_recent (staff INTEGER NOT NULL,"
	    " pupil INTEGER NOT NULL, act INTEGER NOT NULL,"
	    " at INTEGER NOT NULL, PRIMARY KEY (staff, pupil, act)) STRICT,"
	    " WITHOUT ROWID",
	    err);
}

/* What is older goes; so does what a clock that was set back left ahead. */
static enum status
forget_old(struct reading *reading, struct error *err)
{
	struct sql *sql = sql_use(reading->replica,
	    "DELETE FROM audit_recent WHERE at <= ?1 OR at > ?2");

	sql_bind_integer(sql, 1,
	    (int64_t)reading->now_ms - (int64_t)AUDIT_AGAIN_MS);
	sql_bind_integer(sql, 2, (int64_t)reading->now_ms);
	return sql_finish(sql, err);
}

/* Whether it is the first time within the hour. */
static enum status
note_recent(struct reading *reading, uint64_t pupil, bool *first,
    struct error *err)
{
	struct sql *sql = sql_use(reading->replica,
	    "INSERT OR IGNORE INTO audit_recent (staff, pupil, act, at)"
	    " VALUES (?1, ?2, ?3, ?4)");
	enum status status;

	sql_bind_id(sql, 1, reading->viewer->staff);
	sql_bind_id(sql, 2, pupil);
	sql_bind_integer(sql, 3, reading->act);
	sql_bind_integer(sql, 4, (int64_t)reading->now_ms);
	status = sql_finish(sql, err);
	*first = status == STATUS_OK && sql_changes(reading->replica) > 0;
	return status;
}

/* --- the records ---------------------------------------------------------- */

static enum status
set_id(struct reading *reading, int64_t entry, const char *column, uint64_t id,
    struct error *err)
{
	struct value value = value_integer((int64_t)id);

	if (id == 0)
		return STATUS_OK;
	return draft_set(reading->draft, entry, column, &value, err);
}

static enum status
set_text(struct reading *reading, int64_t entry, const char *column,
    const char *text, struct error *err)
{
	struct value value = value_c_text(text);

	return draft_set(reading->draft, entry, column, &value, err);
}

static enum status
finish_commit(struct reading *reading, struct error *err)
{
	uint64_t id;
	enum status status = STATUS_OK;

	if (reading->draft != NULL)
		status =
		    draft_finish(reading->draft, reading->now_ms, &id, err);
	draft_destroy(reading->draft);
	reading->draft = NULL;
	reading->entries = 0;
	return status;
}

static enum status
add_entry(struct reading *reading, uint64_t pupil, struct error *err)
{
	int64_t entry = 0;
	enum status status = STATUS_OK;

	if (reading->draft == NULL)
		status = draft_create(reading->replica, reading->viewer->school,
		    reading->viewer->staff, &reading->draft, err);
	if (status == STATUS_OK)
		status =
		    draft_insert(reading->draft, "read_audit", &entry, err);
	if (status == STATUS_OK)
		status = set_text(reading, entry, "at", reading->moment, err);
	if (status == STATUS_OK)
		status = set_text(reading, entry, "act",
		    act_codes[reading->act], err);
	if (status == STATUS_OK)
		status = set_id(reading, entry, "staff", reading->viewer->staff,
		    err);
	if (status == STATUS_OK)
		status = set_id(reading, entry, "site", reading->site, err);
	if (status == STATUS_OK)
		status = set_id(reading, entry, "dossier", pupil, err);
	if (status == STATUS_OK && ++reading->entries == COMMIT_ENTRIES)
		status = finish_commit(reading, err);
	return status;
}

/* --- one reading ---------------------------------------------------------- */

static bool
is_pupil(struct replica *replica, uint64_t number)
{
	struct dossier dossier;

	return number != 0 &&
	       dossier_get(replica, number, &dossier, ERROR_IGNORED) ==
	           STATUS_OK &&
	       dossier.kind == DOSSIER_KIND_PUPIL;
}

static enum status
find_site(struct reading *reading, struct error *err)
{
	struct value number = value_integer((int64_t)reading->viewer->site);
	enum status status;

	status = record_find(reading->replica, "site", "number", &number,
	    &reading->site, err);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
write_entries(struct reading *reading, const uint64_t *pupils, size_t count,
    struct error *err)
{
	enum status status;
	bool first;

	status = make_table(reading->replica, err);
	if (status == STATUS_OK)
		status = forget_old(reading, err);
	if (status == STATUS_OK)
		status = find_site(reading, err);
	for (size_t i = 0; status == STATUS_OK && i < count; i++) {
		if (!is_pupil(reading->replica, pupils[i]))
			continue;
		status = note_recent(reading, pupils[i], &first, err);
		if (status == STATUS_OK && first)
			status = add_entry(reading, pupils[i], err);
	}
	return status == STATUS_OK ? finish_commit(reading, err) : status;
}

static bool
is_any_pupil(struct replica *replica, const uint64_t *pupils, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_pupil(replica, pupils[i]))
			return true;
	return false;
}

enum status
audit_read(struct replica *replica, const struct viewer *viewer,
    enum audit_act act, const uint64_t *pupils, size_t count, uint64_t now_ms,
    struct error *err)
{
	struct reading reading = {
		.replica = replica,
		.viewer = viewer,
		.act = act,
		.now_ms = now_ms,
	};
	enum status status;

	if (viewer->set_up || act == AUDIT_NONE ||
	    !is_any_pupil(replica, pupils, count))
		return STATUS_OK;
	clock_format((int64_t)now_ms, reading.moment);
	memcpy(reading.moment + 19, "Z", 2); /* seconds are enough */
	status = replica_begin(replica, err);
	if (status != STATUS_OK)
		return error_wrap(err, "note who reads");
	status = write_entries(&reading, pupils, count, err);
	draft_destroy(reading.draft);
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK) {
		replica_rollback(replica);
		return error_wrap(err, "note who reads");
	}
	return STATUS_OK;
}
