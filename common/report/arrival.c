#include "common/report/arrival.h"

#include <stdio.h>

#include "common/replica/sql.h"
#include "common/report/child_key.h"

/*
 * ?1 the school, ?2 today, ?3 the year.  A list without dates is of the year
 * in whose second half it is looked at; so is an announcement whose transfer
 * is not to be seen yet.
 */
static const char coming[] =
    "WITH asked (school, today, begins, ends, now) AS (SELECT ?1, ?2,"
    "  ?3 || '-06-01', ?3 || '-10-31',"
    "  ?2 BETWEEN ?3 || '-06-01' AND ?3 || '-12-31'),"
    " listed (id, transfer, upn, child, from_school, state, arrived) AS"
    "  MATERIALIZED (SELECT e.id, e.transfer, e.upn,"
    "   child_key(e.surname, e.forename, e.birth_date), e.from_school,"
    "   e.state, e.state = 'arrived' OR coalesce(e.on_roll_on <= today, 0)"
    "   FROM asked, expected_pupil AS e WHERE e._dossier = school"
    "   AND (coalesce(e.entry_date, e.on_roll_on) BETWEEN begins AND ends"
    "    OR coalesce(e.entry_date, e.on_roll_on) IS NULL AND now"
    "     AND e.state <> 'arrived')),"
    " announced (id, upn, child, from_school) AS MATERIALIZED ("
    "   SELECT v.id, p.upn,"
    "   child_key(v.surname, v.forename, v.birth_date), v.from_school"
    "   FROM asked, envelope AS v LEFT JOIN transfer AS t ON t.id = v.transfer"
    "   LEFT JOIN pupil AS p ON p.id = v.dossier"
    "   WHERE v._dossier = school AND v.state IN ('waiting', 'ours')"
    "   AND (t.id IS NULL AND v.state = 'waiting' AND now"
    "    OR t.kind = 'phase' AND t.state IN ('open', 'answered', 'accepted')"
    "     AND coalesce(t.start_date, t.leaving_date) BETWEEN begins AND ends)"
    "   AND NOT coalesce(v.transfer IN (SELECT transfer FROM listed), 0)),"
    " here (upn, child) AS MATERIALIZED (SELECT p.upn,"
    "   child_key(p.surname, p.forename, p.birth_date)"
    "   FROM asked, enrolment AS n JOIN pupil AS p ON p.id = n._dossier"
    "   WHERE n.school = asked.school"
    "   AND coalesce(n.on_roll_on, n.entry_date) <= today"
    "   AND coalesce(n.leaving_date, '9999-12-31') >= begins)"
    " SELECT id, from_school, arrived"
    "  OR coalesce(upn IN (SELECT upn FROM here), 0)"
    "  OR coalesce(child IN (SELECT child FROM here), 0)"
    "  FROM listed WHERE state <> 'not_coming'"
    " UNION ALL SELECT id, from_school,"
    "  coalesce(upn IN (SELECT upn FROM here), 0)"
    "  OR coalesce(child IN (SELECT child FROM here), 0)"
    "  FROM announced WHERE"
    "  NOT coalesce(upn IN (SELECT upn FROM listed), 0)"
    "  AND NOT coalesce(child IN (SELECT child FROM listed), 0)"
    " ORDER BY 1";

static enum status
count_rows(struct sql *sql, struct arrival *arrival, arrival_visitor *visit,
    void *context, struct error *err)
{
	struct arrival_child child;
	enum status status;

	while ((status = sql_step(sql, err)) == STATUS_OK) {
		arrival->expected++;
		if (sql_column_integer(sql, 2) != 0) {
			arrival->on_roll++;
			continue;
		}
		arrival->to_chase++;
		child.subject = sql_column_id(sql, 0);
		child.from_school = sql_column_id(sql, 1);
		if (visit != NULL && !visit(context, &child))
			visit = NULL;
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
arrival_check(struct replica *replica, uint64_t school, int year, int32_t today,
    struct arrival *arrival, arrival_visitor *visit, void *context,
    struct error *err)
{
	char today_text[DAY_TEXT_BYTES], year_text[12];
	struct sql *sql;
	enum status status;

	*arrival = (struct arrival){ .school = school };
	status = child_key_register(replica, err);
	if (status != STATUS_OK)
		return status;
	day_format(today, today_text);
	snprintf(year_text, sizeof(year_text), "%d", year);
	sql = sql_use(replica, coming);
	sql_bind_id(sql, 1, school);
	sql_bind_text(sql, 2, bytes_of_text(today_text));
	sql_bind_text(sql, 3, bytes_of_text(year_text));
	status = count_rows(sql, arrival, visit, context, err);
	sql_release(sql);
	return status;
}
