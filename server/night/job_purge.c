/*
 * purge: which computers have not told that they dropped what was closed to
 * their school.  Reported only: the hub itself purges nothing in a night.
 */
#include <inttypes.h>
#include <stdio.h>

#include "common/support/clock.h"
#include "server/authority/schools.h"
#include "server/core/sites.h"
#include "server/night/plan.h"
#include "server/night/unpurged.h"

enum {
	DATE_BYTES = 11,
	/* A school may be shut for some days. */
	PATIENCE_MS = 7 * 24 * 60 * 60 * 1000,
};

struct chase {
	struct night_work *work;
	struct night_outcome *outcome;
	uint64_t computers;
	uint64_t files;
	uint64_t past; /* files without a receipt, but past their close */
};

static void
chase_computer(void *context, const struct unpurged *unpurged)
{
	struct chase *chase = context;
	struct night_work *work = chase->work;
	char since[CLOCK_TEXT_BYTES];
	struct school school = { 0 };
	struct site site = { 0 };

	chase->past += unpurged->past;
	if (unpurged->files == 0)
		return;
	chase->computers++;
	chase->files += unpurged->files;
	(void)sites_get(work->replica, unpurged->site, &site, NULL);
	(void)schools_get(work->replica, site.school, &school, NULL);
	clock_format((int64_t)unpurged->since_ms, since);
	since[DATE_BYTES - 1] = '\0';
	outcome_add(chase->outcome,
	    unpurged->since_ms + PATIENCE_MS < work->now_ms ? NIGHT_WARNING
							    : NIGHT_OK,
	    "%s, %s (%" PRIu32 "): %" PRIu64 " closed files, the first on %s, "
	    "are not confirmed as purged; let it connect.",
	    school.name, site.name, site.number, unpurged->files, since);
}

void
job_purge(struct night_work *work, struct night_outcome *outcome)
{
	struct chase chase = { .work = work, .outcome = outcome };
	struct error err = { 0 };
	enum status status;

	night_watch(work, work->replica);
	status = unpurged_each(work->replica, chase_computer, &chase, &err);
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
