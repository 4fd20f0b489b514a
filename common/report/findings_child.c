/*
 * Children and transfers that do not fit together.
 *
 * A child on a school's list and one who is announced to it are the same when
 * the list names the transfer, or by UPN, or by name and birthday.  Sets are
 * asked by IN, which SQLite builds once a statement.
 */
#include "common/report/findings_text.h"

/* Who waits for an answer at a school, or got "ours". */
#define ANNOUNCED "envelope AS v WHERE v.state IN ('waiting', 'ours')"
/* Who is on a school's list. */
#define LISTED "expected_pupil AS e WHERE e.state <> 'not_coming'"

const char findings_expected_without_transfer[] = FINDINGS_ASKED
    "SELECT e._dossier, e.from_school,"
    " coalesce((SELECT s.id FROM school AS s"
    "  WHERE s.id = e.from_school AND s.member = 'Y'), e._dossier),"
    " e.id, e.id, 0, e.entry_date"
    " FROM asked, expected_pupil AS e WHERE e.state = 'expected'"
    " AND coalesce((e._dossier, e.transfer) NOT IN"
    "  (SELECT v._dossier, v.transfer FROM " ANNOUNCED "), 1)"
    " AND NOT coalesce((e._dossier, e.upn) IN"
    "  (SELECT v._dossier, p.upn FROM pupil AS p JOIN envelope AS v"
    "   ON v.dossier = p.id WHERE v.state IN ('waiting', 'ours')"
    "   UNION ALL SELECT p.holder, p.upn FROM pupil AS p), 0)"
    " AND NOT coalesce((e._dossier,"
    "  child_key(e.surname, e.forename, e.birth_date)) IN"
    "  (SELECT v._dossier, child_key(v.surname, v.forename, v.birth_date)"
    "   FROM " ANNOUNCED "   UNION ALL SELECT p.holder,"
    "   child_key(p.surname, p.forename, p.birth_date) FROM pupil AS p), 0)";

const char findings_transfer_unexpected[] = FINDINGS_ASKED
    "SELECT v._dossier, v.from_school, v._dossier, v.id, v.transfer, 0,"
    " t.start_date FROM asked, envelope AS v"
    " LEFT JOIN transfer AS t ON t.id = v.transfer"
    " LEFT JOIN pupil AS p ON p.id = v.dossier"
    " WHERE v.state = 'waiting'"
    " AND NOT coalesce((v._dossier, v.transfer) IN"
    "  (SELECT e._dossier, e.transfer FROM " LISTED "), 0)"
    " AND NOT coalesce((v._dossier, p.upn) IN"
    "  (SELECT e._dossier, e.upn FROM " LISTED "), 0)"
    " AND NOT coalesce((v._dossier,"
    "  child_key(v.surname, v.forename, v.birth_date)) IN"
    "  (SELECT e._dossier, child_key(e.surname, e.forename, e.birth_date)"
    "   FROM " LISTED "), 0)";

/* A destination sees the transfer itself only when it has answered. */
const char findings_transfer_not_accepted[] = FINDINGS_ASKED
    "SELECT t.from_school, t.to_school,"
    " CASE WHEN s.member = 'Y' THEN t.to_school ELSE t.from_school END,"
    " t._dossier, t.id, 0, coalesce(t.start_date, t.leaving_date)"
    " FROM asked, transfer AS t LEFT JOIN school AS s ON s.id = t.to_school"
    " WHERE t.state IN ('open', 'answered') AND t.to_school IS NOT NULL"
    " UNION ALL"
    " SELECT v.from_school, v._dossier, v._dossier, v.id, v.transfer, 0, NULL"
    " FROM envelope AS v WHERE v.state = 'waiting'"
    " AND v.transfer NOT IN (SELECT t.id FROM transfer AS t)";

/*
 * An open transfer to nowhere; or no transfer, and the last enrolment at the
 * holder ends or has ended; or, from June to August, the school's last year.
 * Who was sent out, to a school that is no member, has a destination.
 */
const char findings_leaver_without_destination[] = FINDINGS_ASKED
    ", gone (pupil, leaving_date) AS MATERIALIZED (SELECT n._dossier,"
    "  max(coalesce(n.leaving_date, '9999-12-31')) FROM enrolment AS n"
    "  JOIN pupil AS p ON p.id = n._dossier WHERE n.school = p.holder"
    "  GROUP BY n._dossier)"
    " SELECT p.holder, 0, p.holder, p.id, p.id, 0,"
    " coalesce(t.leaving_date, nullif(l.leaving_date, '9999-12-31'))"
    " FROM asked, pupil AS p JOIN school AS s ON s.id = p.holder"
    " LEFT JOIN transfer AS t ON t.id = p.open_transfer"
    " LEFT JOIN gone AS l ON l.pupil = p.id"
    " WHERE t.to_school IS NULL"
    " AND (t.id IS NOT NULL OR p.open_transfer IS NULL AND"
    "  (l.leaving_date <= date(asked.today, '+14 days')"
    "   OR substr(asked.today, 6, 2) IN ('06', '07', '08') AND"
    "    (s.phase = 'infant' AND p.nc_year_actual = '2'"
    "     OR s.phase IN ('junior', 'primary') AND p.nc_year_actual = '6')))"
    " AND NOT EXISTS (SELECT 1 FROM transfer AS x WHERE x._dossier = p.id"
    "  AND x.state = 'sent_out' AND x.from_school = p.holder)";

/* Pairs that a person has spoken about, however, are left out. */
#define NOT_KNOWN                                                         \
	" NOT EXISTS (SELECT 1 FROM same AS x JOIN same AS y"             \
	"  ON y.shown = x.shown WHERE x.pupil = p.id AND y.pupil = q.id)" \
	" AND NOT EXISTS (SELECT 1 FROM same_as AS k"                     \
	"  WHERE k._dossier = p.id AND k.other_pupil = q.id)"             \
	" AND NOT EXISTS (SELECT 1 FROM same_as AS k"                     \
	"  WHERE k._dossier = q.id AND k.other_pupil = p.id)"

/* The later dossier's holder has to look: the earlier stands.  Of three with
 * one UPN, each goes with the next. */
const char findings_same_upn[] = FINDINGS_ASKED
    ", upns (upn, pupil) AS (SELECT upper(trim(p.upn)), p.id FROM pupil AS p"
    "  WHERE p.upn IS NOT NULL UNION"
    "  SELECT upper(trim(i.value)), i._dossier FROM identifier AS i"
    "  WHERE i.kind = 'former_upn'),"
    " beside (one, other) AS (SELECT lag(pupil) OVER"
    "  (PARTITION BY upn ORDER BY pupil), pupil FROM upns)"
    " SELECT DISTINCT p.holder, q.holder, q.holder, p.id, p.id, q.id, NULL"
    " FROM asked, beside AS b JOIN pupil AS p ON p.id = b.one"
    " JOIN pupil AS q ON q.id = b.other WHERE" NOT_KNOWN;

const char findings_same_child[] = FINDINGS_ASKED
    ", keys (child, pupil) AS MATERIALIZED (SELECT"
    "  child_key(p.surname, p.forename, p.birth_date), p.id FROM pupil AS p),"
    " beside (one, other) AS (SELECT lag(pupil) OVER"
    "  (PARTITION BY child ORDER BY pupil), pupil FROM keys"
    "  WHERE child IS NOT NULL)"
    " SELECT p.holder, q.holder, q.holder, p.id, p.id, q.id, NULL"
    " FROM asked, beside AS b JOIN pupil AS p ON p.id = b.one"
    " JOIN pupil AS q ON q.id = b.other"
    " WHERE coalesce(upper(trim(p.upn)) <> upper(trim(q.upn)), 1)"
    " AND" NOT_KNOWN;

/*
 * No holder, or one that is not known or has closed; or no enrolment at the
 * holder and none that goes on elsewhere, unless the child was accepted and has
 * yet to start (two months are the longest holiday).
 */
const char findings_in_no_school[] = FINDINGS_ASKED
    "SELECT coalesce(p.holder, 0), 0, coalesce(p.holder, 0), p.id, p.id, 0,"
    " NULL FROM asked, pupil AS p LEFT JOIN school AS s ON s.id = p.holder"
    " WHERE s.id IS NULL OR s.closed_on <= asked.today"
    " OR NOT EXISTS (SELECT 1 FROM enrolment AS n WHERE n._dossier = p.id"
    "  AND (n.school = p.holder"
    "   OR coalesce(n.leaving_date, '9999-12-31') >= asked.today))"
    " AND NOT EXISTS (SELECT 1 FROM transfer AS t WHERE t._dossier = p.id"
    "  AND (t.state = 'sent_out' OR t.state = 'accepted'"
    "   AND t.to_school = p.holder AND coalesce(t.start_date,"
    "   date(t.leaving_date, '+60 days')) >= asked.today))";
