/*
 * purge: which computers have not told that they dropped what was closed to
 * their school.  Reported only: the hub itself purges nothing in a night.
 *
 * A computer that held a closed file writes a receipt for it, and confirms no
 * place past the close until that is done.  One that joined after the close
 * never had the file.  One that is past the close without a receipt never
 * fetched it, or lost it before: counted, not chased.
 */
#include <inttypes.h>
#include <stdio.h>

#include "common/support/clock.h"
#include "server/authority/schools.h"
#include "server/core/sites.h"
#include "server/core/table.h"
#include "server/night/plan.h"

enum {
	DATE_BYTES = 11,
	/* A school may be shut for some days. */
	PATIENCE_MS = 7 * 24 * 60 * 60 * 1000,
};

/*
 * By computer: how many files are closed to its school since it joined, with
 * no receipt of it taken since; those that it is past; when the first of the
 * others was closed.  Of several grants of one file to a school the latest
 * counts.  ?1 is the hub's generation, in which places count.
 */
static const char unconfirmed[] =
    "WITH place(record, first, last) AS MATERIALIZED ("
    "  SELECT touch.record, min(sequence), max(sequence) FROM touch"
    "  JOIN ledger ON ledger.id = touch.id"
    "  WHERE touch.record IN (SELECT id FROM site)"
    "  OR touch.record IN (SELECT id FROM purge_receipt)"
    "  GROUP BY touch.record),"
    " computer(number, school, record, joined, confirmed) AS MATERIALIZED ("
    "  SELECT site.number, site.school, site.id, place.first,"
    "  CASE WHEN generation = ?1 THEN confirmed ELSE 0 END FROM site"
    "  JOIN place ON place.record = site.id"
    "  LEFT JOIN site_state ON site_state.number = site.number"
    "  WHERE revoked_on IS NULL),"
    " receipt(dossier, site, place) AS MATERIALIZED ("
    "  SELECT dossier, site, max(place.last) FROM purge_receipt"
    "  JOIN place ON place.record = purge_receipt.id"
    "  GROUP BY dossier, site),"
    " latest(school, dossier, closed) AS MATERIALIZED ("
    "  SELECT school, dossier, closed FROM (SELECT school, dossier, closed,"
    "   max(opened) FROM grants GROUP BY school, dossier)"
    "  WHERE closed > 0)"
    " SELECT number, count(*), sum(coalesce(confirmed, 0) >= closed),"
    "  min(CASE WHEN coalesce(confirmed, 0) < closed THEN"
    "   (SELECT received FROM ledger WHERE sequence = closed) END)"
    " FROM latest JOIN computer USING (school)"
    " LEFT JOIN receipt ON receipt.dossier = latest.dossier"
    "  AND receipt.site = computer.record"
    " WHERE joined < closed AND coalesce(place, 0) < closed"
    " GROUP BY number ORDER BY number";

struct chase {
	uint64_t computers;
	uint64_t files;
	uint64_t past; /* files without a receipt, but past their close */
};

static void
chase_computer(struct night_work *work, struct night_outcome *outcome,
    struct sql *row, struct chase *chase)
{
	uint64_t past = table_integer(row, 2);
	uint64_t files = table_integer(row, 1) - past;
	uint64_t since_ms = table_integer(row, 3);
	char since[CLOCK_TEXT_BYTES];
	struct school school = { 0 };
	struct site site = { 0 };

	chase->past += past;
	if (files == 0)
		return;
	chase->computers++;
	chase->files += files;
	(void)sites_get(work->replica, (uint32_t)table_integer(row, 0), &site,
	    NULL);
	(void)schools_get(work->replica, site.school, &school, NULL);
	clock_format((int64_t)since_ms, since);
	since[DATE_BYTES - 1] = '\0';
	outcome_add(outcome,
	    since_ms + PATIENCE_MS < work->now_ms ? NIGHT_WARNING : NIGHT_OK,
	    "%s, %s (%" PRIu32 "): %" PRIu64 " closed files, the first on %s, "
	    "are not confirmed as purged; let it connect.",
	    school.name, site.name, site.number, files, since);
}

static enum status
chase_all(struct night_work *work, struct night_outcome *outcome,
    struct chase *chase, struct error *err)
{
	uint64_t generation;
	enum status status;
	struct sql *row;

	status =
	    replica_meta_get(work->replica, "generation", 0, &generation, err);
	if (status != STATUS_OK)
		return status;
	row = table_query(work->replica, unconfirmed, "i", generation);
	while ((status = sql_step(row, err)) == STATUS_OK)
		chase_computer(work, outcome, row, chase);
	sql_release(row);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

void
job_purge(struct night_work *work, struct night_outcome *outcome)
{
	struct chase chase = { 0 };
	struct error err = { 0 };
	enum status status;

	night_watch(work, work->replica);
	status = chase_all(work, outcome, &chase, &err);
	outcome_count(outcome, "computers", chase.computers);
	outcome_count(outcome, "files", chase.files);
	outcome_count(outcome, "past_without_receipt", chase.past);
	if (status != STATUS_OK)
		outcome_fail(outcome, "The receipts could not be read", &err);
	else if (chase.files == 0)
		outcome_say(outcome, NIGHT_OK,
		    "Every computer has confirmed what it had to purge.");
	else
		outcome_say(outcome, NIGHT_OK,
		    "%" PRIu64 " computers have yet to confirm that they "
		    "purged %" PRIu64 " closed files.",
		    chase.computers, chase.files);
}
