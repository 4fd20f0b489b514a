/*
 * Deadlines.  Those that are far off are left out by who reads the rows.
 */
#include "common/report/findings_text.h"

/*
 * Packages of transfers that were not broken off, but for those of
 * safeguarding.  A copy that was passed on tells its former holder nothing: it
 * is as it was at that moment, and can never be ticked off.
 */
#define PACKAGES                                                             \
	" FROM asked, package AS k JOIN transfer AS t ON t.id = k.transfer"  \
	" JOIN pupil AS p ON p.id = t._dossier"                              \
	" LEFT JOIN school AS s ON s.id = t.to_school"                       \
	" WHERE t.state IN ('open', 'answered', 'accepted', 'sent_out')"     \
	" AND coalesce(k.\"nothing\", 'N') <> 'Y' AND k.received_on IS NULL" \
	" AND (p.holder = t.from_school OR asked.school <> t.from_school)"

#define NOT_SENT                                                              \
	"SELECT t.from_school, t.to_school, t.from_school, t._dossier, k.id," \
	" 0, coalesce(t.leaving_date, (SELECT max(n.leaving_date)"            \
	"  FROM enrolment AS n WHERE n._dossier = t._dossier"                 \
	"  AND n.school = t.from_school))" PACKAGES " AND k.sent_on IS NULL"

const char findings_ctf_not_sent[] =
    FINDINGS_ASKED NOT_SENT " AND k.kind = 'ctf'";

const char findings_record_not_sent[] =
    FINDINGS_ASKED NOT_SENT " AND k.kind IN ('general', 'send')";

const char findings_package_not_received[] = FINDINGS_ASKED
    "SELECT t.from_school, t.to_school,"
    " CASE WHEN s.member = 'Y' THEN t.to_school ELSE t.from_school END,"
    " t._dossier, k.id, 0, k.sent_on" PACKAGES
    " AND k.sent_on IS NOT NULL AND k.kind IN ('ctf', 'general', 'send')";

const char findings_free_meals_review[] = FINDINGS_ASKED
    "SELECT p.holder, 0, p.holder, p.id, p.id, 0, p.fsm_review_date"
    " FROM asked, pupil AS p WHERE p.fsm_review_date IS NOT NULL";

/* From here on no child is named: that there is such a record is not for
 * everybody who may read the report. */
const char findings_circumstance_review[] = FINDINGS_ASKED
    "SELECT p.holder, 0, p.holder, 0, c.id, 0, c.review_on"
    " FROM asked, circumstance AS c JOIN pupil AS p ON p.id = c._dossier"
    " WHERE c.review_on IS NOT NULL"
    " AND (c.end_date IS NULL OR c.end_date > asked.today)";

const char findings_plan_review[] = FINDINGS_ASKED
    "SELECT p.holder, 0, p.holder, 0, l.id, 0, l.review_on"
    " FROM asked, support_plan AS l JOIN pupil AS p ON p.id = l._dossier"
    " WHERE l.review_on IS NOT NULL"
    " AND (l.ends IS NULL OR l.ends > asked.today)";

/* For every school, and nothing to be done when it is over. */
const char findings_nominations_close[] =
    FINDINGS_ASKED "SELECT coalesce(v.host_school, 0), 0, 0, v.id, v.id, 0,"
		   " v.nominations_close FROM asked, transition_event AS v"
		   " WHERE v.nominations_close >= asked.today"
		   " AND coalesce(v.state, 'open') IN ('planned', 'open')";
