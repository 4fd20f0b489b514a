/*
 * What follows from single records: the index of grants, the pupils that are
 * one child, the search index, and (at the hub) the schools' dossiers.
 */
#include <string.h>

#include "common/replica/dossier_private.h"
#include "common/replica/fold_private.h"
#include "common/replica/grants.h"
#include "common/replica/scope.h"
#include "common/replica/search.h"

/* --- grants --------------------------------------------------------------- */

static enum grant_kind
grant_kind_of(struct value kind)
{
	static const char *const names[] = {
		[GRANT_HOLDER] = "holder",
		[GRANT_DESTINATION] = "destination",
		[GRANT_PREVIOUS] = "previous",
	};

	for (uint32_t i = GRANT_HOLDER; i <= GRANT_PREVIOUS; i++)
		if (kind.type == VALUE_TEXT &&
		    bytes_equal_text(kind.bytes, names[i]))
			return (enum grant_kind)i;
	return GRANT_NONE;
}

/* A grant that had been lost, and came back in the night, has lost what the
 * dossier was at the freeze. */
static enum status
sum_up_frozen(struct replica *replica, uint64_t id, struct error *err)
{
	struct grant grant;
	struct digest_sum sum;
	uint64_t count;
	enum status status;

	status = grants_get_by_id(replica, id, &grant, err);
	if (status != STATUS_OK || grant.frozen == 0 || grant.frozen_count != 0)
		return status;
	status = scope_sum_up(replica, grant.dossier, grant.frozen, &count,
	    &sum, err);
	if (status != STATUS_OK)
		return status;
	return grants_set_frozen_sum(replica, id, count, &sum, err);
}

/* What the dossier was at the freeze is no part of the record, and stays. */
static enum status
follow_grant(struct replica *replica, const struct folded *folded, bool live,
    struct error *err)
{
	struct sql *sql;
	enum status status;

	replica->grants_followed = false;
	if (!live) {
		sql =
		    sql_use(replica, "DELETE FROM grants WHERE grant_id = ?1");
		sql_bind_id(sql, 1, folded->id);
		return sql_finish(sql, err);
	}
	sql = sql_use(replica,
	    "INSERT INTO grants (grant_id, school, dossier, kind, because,"
	    " opened, held, frozen, closed)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
	    " ON CONFLICT (grant_id) DO UPDATE SET school = ?2, dossier = ?3,"
	    " kind = ?4, because = ?5, opened = ?6, held = ?7, frozen = ?8,"
	    " closed = ?9");
	sql_bind_id(sql, 1, folded->id);
	sql_bind_id(sql, 2, folded->dossier);
	sql_bind_id(sql, 3, folded_id(folded, "dossier"));
	sql_bind_integer(sql, 4, grant_kind_of(folded_value(folded, "kind")));
	sql_bind_id(sql, 5, folded_id(folded, "because"));
	sql_bind_id(sql, 6, folded_id(folded, "opened"));
	sql_bind_id(sql, 7, folded_id(folded, "held"));
	sql_bind_id(sql, 8, folded_id(folded, "frozen"));
	sql_bind_id(sql, 9, folded_id(folded, "closed"));
	status = sql_finish(sql, err);
	if (status == STATUS_OK && replica->kind == REPLICA_HUB)
		status = sum_up_frozen(replica, folded->id, err);
	return status;
}

/* --- pupils that are one child -------------------------------------------- */

/* All that is joined with ?1, directly or not, and ?1 itself. */
#define JOINED_WITH_1                                 \
	"WITH RECURSIVE joined (pupil) AS (SELECT ?1" \
	" UNION SELECT l.other FROM joined AS j"      \
	" JOIN same_link AS l ON l.pupil = j.pupil"   \
	" UNION SELECT l.pupil FROM joined AS j"      \
	" JOIN same_link AS l ON l.other = j.pupil) "

static enum status
join_again(struct replica *replica, uint64_t pupil, struct error *err)
{
	struct sql *sql;
	enum status status;

	if (pupil == 0)
		return STATUS_OK;
	sql = sql_use(replica,
	    JOINED_WITH_1 "DELETE FROM same WHERE pupil IN joined");
	sql_bind_id(sql, 1, pupil);
	status = sql_finish(sql, err);
	if (status != STATUS_OK)
		return status;
	sql = sql_use(replica,
	    JOINED_WITH_1 "INSERT INTO same (pupil, shown)"
			  " SELECT pupil, (SELECT min(pupil) FROM joined)"
			  " FROM joined"
			  " WHERE (SELECT count(*) FROM joined) > 1");
	sql_bind_id(sql, 1, pupil);
	return sql_finish(sql, err);
}

struct link {
	uint64_t pupil;
	uint64_t other;
};

static enum status
read_link(struct replica *replica, uint64_t record, struct link *link,
    struct error *err)
{
	struct sql *sql = sql_use(replica,
	    "SELECT pupil, other FROM same_link WHERE record = ?1");
	enum status status;

	*link = (struct link){ 0 };
	sql_bind_id(sql, 1, record);
	status = sql_step(sql, err);
	if (status == STATUS_OK)
		*link = (struct link){ sql_column_id(sql, 0),
			sql_column_id(sql, 1) };
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
write_link(struct replica *replica, uint64_t record, const struct link *link,
    struct error *err)
{
	struct sql *sql;

	if (link->pupil == 0) {
		sql =
		    sql_use(replica, "DELETE FROM same_link WHERE record = ?1");
		sql_bind_id(sql, 1, record);
		return sql_finish(sql, err);
	}
	sql = sql_use(replica,
	    "INSERT OR REPLACE INTO same_link (record, pupil, other)"
	    " VALUES (?1, ?2, ?3)");
	sql_bind_id(sql, 1, record);
	sql_bind_id(sql, 2, link->pupil);
	sql_bind_id(sql, 3, link->other);
	return sql_finish(sql, err);
}

static enum status
follow_same(struct replica *replica, const struct folded *folded, bool live,
    struct error *err)
{
	struct value state = folded_value(folded, "state");
	struct link after = { folded->dossier,
		folded_id(folded, "other_pupil") };
	struct link before;
	enum status status;

	if (!live || state.type != VALUE_TEXT ||
	    !bytes_equal_text(state.bytes, "agreed") || after.other == 0 ||
	    after.other == after.pupil)
		after = (struct link){ 0 };
	status = read_link(replica, folded->id, &before, err);
	if (status != STATUS_OK ||
	    (before.pupil == after.pupil && before.other == after.other))
		return status;
	status = write_link(replica, folded->id, &after, err);
	if (status == STATUS_OK)
		status = join_again(replica, before.pupil, err);
	if (status == STATUS_OK)
		status = join_again(replica, before.other, err);
	if (status == STATUS_OK)
		status = join_again(replica, after.pupil, err);
	return status;
}

/* --- the search index ----------------------------------------------------- */

static enum status
follow_pupil(struct replica *replica, const struct folded *folded, bool live,
    struct error *err)
{
	struct sql *sql;
	enum status status;

	if (!folded->fresh) {
		sql = sql_use(replica, "DELETE FROM search WHERE rowid = ?1");
		sql_bind_id(sql, 1, folded->id);
		status = sql_finish(sql, err);
		if (status != STATUS_OK || !live)
			return status;
	}
	sql = sql_use(replica,
	    "INSERT INTO search (rowid, forename, surname, preferred_forename,"
	    " preferred_surname, former_forename, former_surname,"
	    " middle_names, upn) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
	sql_bind_id(sql, 1, folded->id);
	for (int i = 0; search_columns[i] != NULL; i++) {
		struct value value = folded_value(folded, search_columns[i]);

		sql_bind_value(sql, i + 2, &value);
	}
	return sql_finish(sql, err);
}

/* --- schools at the hub --------------------------------------------------- */

static enum status
follow_school(struct replica *replica, const struct folded *folded, bool live,
    struct error *err)
{
	struct value member = folded_value(folded, "member");

	if (!live || replica->kind != REPLICA_HUB ||
	    member.type != VALUE_TEXT || !bytes_equal_text(member.bytes, "Y"))
		return STATUS_OK;
	return dossier_make(replica, folded->id, DOSSIER_KIND_SCHOOL, err);
}

/* --- all ------------------------------------------------------------------ */

typedef enum status effect(struct replica *replica, const struct folded *folded,
    bool live, struct error *err);

static const struct {
	const char *collection;
	effect *follow;
} effects[] = {
	{ "grant", follow_grant },
	{ "pupil", follow_pupil },
	{ "same_as", follow_same },
	{ "school", follow_school },
};

enum status
effects_follow(struct replica *replica, const struct folded *folded, bool live,
    struct error *err)
{
	struct folded gone = *folded;

	/* A record that has no row has no values that count. */
	if (!live)
		gone.collection = NULL;
	for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++)
		if (strcmp(effects[i].collection, folded->collection->name) ==
		    0)
			return effects[i].follow(replica, &gone, live, err);
	return STATUS_OK;
}

/* The grants are not cleared: see follow_grant. */
enum status
effects_clear(struct replica *replica, struct error *err)
{
	enum status status = sql_run(replica, "DELETE FROM same_link", err);

	if (status == STATUS_OK)
		status = sql_run(replica, "DELETE FROM same", err);
	if (status == STATUS_OK)
		status = sql_run(replica, "DELETE FROM redacted", err);
	if (status == STATUS_OK)
		status = sql_run(replica, "DELETE FROM search", err);
	return status;
}

enum status
effects_finish(struct replica *replica, struct error *err)
{
	replica->grants_followed = false;
	return sql_run(replica,
	    "DELETE FROM grants WHERE grant_id NOT IN (SELECT id FROM record"
	    " WHERE collection = 'grant' AND state = 0)",
	    err);
}
