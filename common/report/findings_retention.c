/*
 * Files whose time is over, or nearly: nothing is destroyed by itself, a person
 * decides.
 *
 * What a school has written down about keeping a file counts by its place in
 * the hub's order, not by its number: two computers may have written.  What
 * waits for its place is later than all that has one.  A hold has no end.
 */
#include "common/report/findings_text.h"

#define LAST_WORD                                                            \
	", word (dossier, id, act, due_on, turn) AS MATERIALIZED (SELECT"    \
	"  r._dossier, r.id, r.act, r.due_on, row_number() OVER"             \
	"  (PARTITION BY r._dossier ORDER BY coalesce((SELECT"               \
	"   min(l.sequence) FROM touch AS h JOIN ledger AS l ON l.id = h.id" \
	"   WHERE h.record = r.id), 9223372036854775807) DESC, r.id DESC)"   \
	"  FROM retention AS r),"                                            \
	" last (dossier, id, act, due_on) AS MATERIALIZED"                   \
	"  (SELECT dossier, id, act, due_on FROM word WHERE turn = 1)"

/*
 * By the day that was written down; where there is none (or it was lifted), by
 * the 25th birthday.  Only of a birthday that everybody sees is the child
 * named: that somebody has written about keeping a file is not for all.
 */
const char findings_retention_due[] = FINDINGS_ASKED LAST_WORD
    " SELECT p.holder, 0, p.holder, 0, w.id, 0, w.due_on"
    " FROM last AS w JOIN pupil AS p ON p.id = w.dossier"
    " WHERE w.act <> 'hold' AND w.due_on IS NOT NULL"
    " UNION ALL"
    " SELECT p.holder, 0, p.holder, p.id, p.id, 0,"
    "  date(p.birth_date, '+25 years')"
    " FROM pupil AS p LEFT JOIN last AS w ON w.dossier = p.id"
    " WHERE w.id IS NULL OR (w.act IN ('lift', 'review')"
    "  AND w.due_on IS NULL)";

/*
 * A school keeps what it has passed on, as it was then, for a year: or for as
 * many days as its setting copies_kept_days says, 0 for none, "always" for no
 * end.  Nobody drops what is held.
 */
const char findings_copy_due[] = FINDINGS_ASKED LAST_WORD
    ", kept (school, days) AS MATERIALIZED (SELECT t._dossier, t.value"
    "  FROM setting AS t WHERE t.name = 'copies_kept_days')"
    " SELECT g.school, p.holder, g.school, p.id, p.id, 0,"
    "  date(l.received / 1000, 'unixepoch', '+' ||"
    "   coalesce((SELECT k.days FROM kept AS k WHERE k.school = g.school),"
    "   '365') || ' days')"
    " FROM grants AS g JOIN ledger AS l ON l.sequence = g.frozen"
    " JOIN pupil AS p ON p.id = g.dossier"
    " LEFT JOIN last AS w ON w.dossier = g.dossier"
    " WHERE g.frozen <> 0 AND g.closed = 0 AND g.school <> p.holder"
    " AND coalesce(w.act, '') <> 'hold'"
    " AND g.grant_id = (SELECT x.grant_id FROM grants AS x"
    "  WHERE x.school = g.school AND x.dossier = g.dossier"
    "  ORDER BY x.opened DESC, x.grant_id DESC LIMIT 1)";
