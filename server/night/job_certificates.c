/*
 * certificates: whose run out.  hub.crt renews itself, and so do those of the
 * computers that connect; what is left is for a person.
 */
#include <inttypes.h>
#include <stdio.h>

#include "common/support/clock.h"
#include "server/authority/issuer.h"
#include "server/authority/schools.h"
#include "server/core/sites.h"
#include "server/night/plan.h"

enum {
	DAY_S = 24 * 60 * 60,
	DATE_BYTES = 11,
	SOON_S = 30 * DAY_S,
	/* By then every computer needs a new certificate. */
	AUTHORITY_SOON_S = 365 * DAY_S,
};

struct looking {
	struct night_work *work;
	struct night_outcome *outcome;
	int64_t now_s;
	int64_t soon_s;
	uint64_t computers; /* that run out soon, or have */
	enum status status;
	struct error *err;
};

static const char *
format_date(int64_t unix_s, char text[CLOCK_TEXT_BYTES])
{
	clock_format(unix_s * 1000, text);
	text[DATE_BYTES - 1] = '\0';
	return text;
}

/* --- the hub's own -------------------------------------------------------- */

static int64_t
expiry(const struct buffer *certificate)
{
	struct certificate_info info;

	if (certificate_parse(buffer_view(certificate), &info, NULL) !=
	    STATUS_OK)
		return 0;
	return info.not_after_s;
}

static void
look_at_own(struct looking *looking)
{
	const struct night_work *work = looking->work;
	struct night_outcome *outcome = looking->outcome;
	int64_t end_s = expiry(&work->certificate);
	char date[CLOCK_TEXT_BYTES];

	outcome_count(outcome, "hub_days",
	    end_s > looking->now_s ? (uint64_t)(end_s - looking->now_s) / DAY_S
				   : 0);
	if (work->renewal.status != STATUS_OK)
		outcome_add(outcome, NIGHT_WARNING,
		    "hub.crt (until %s) could not be renewed: %.300s",
		    format_date(end_s, date), work->renewal.text);
	else if (work->renewed)
		outcome_add(outcome, NIGHT_OK,
		    "hub.crt was renewed, and is good until %s.",
		    format_date(end_s, date));
	else if (work->wants_renewal)
		outcome_add(outcome, NIGHT_OK,
		    "hub.crt is good until %s; the hub that serves renews it "
		    "in its own night, or at its next start.",
		    format_date(end_s, date));
}

static void
look_at_authority(struct looking *looking)
{
	int64_t end_s = expiry(&looking->work->authority);
	char date[CLOCK_TEXT_BYTES];

	if (end_s - looking->now_s > AUTHORITY_SOON_S)
		return;
	outcome_add(looking->outcome, NIGHT_WARNING,
	    "The authority of this partnership (ca.crt) ends on %s: before "
	    "then a new hub has to be made, and every computer invited to it.",
	    format_date(end_s, date));
}

/* --- the computers' ------------------------------------------------------- */

static bool
look_at_site(void *context, const struct site *site)
{
	struct looking *looking = context;
	struct replica *replica = looking->work->replica;
	struct bytes serial = { site->serial, site->serial_size };
	struct school school = { 0 };
	char date[CLOCK_TEXT_BYTES];
	int64_t end_s = 0;

	if (site->revoked)
		return true;
	looking->status =
	    issuer_get_expiry(replica, serial, &end_s, looking->err);
	if (looking->status != STATUS_OK)
		return false;
	if (end_s == 0 || end_s - looking->now_s > looking->soon_s)
		return true;
	looking->computers++;
	(void)schools_get(replica, site->school, &school, NULL);
	outcome_add(looking->outcome, NIGHT_WARNING,
	    end_s > looking->now_s
		? "%s, %s (%" PRIu32 "): its certificate ends on %s; let it "
		  "connect, and it gets a new one."
		: "%s, %s (%" PRIu32 "): its certificate ended on %s; revoke "
		  "it, or invite the computer anew.",
	    school.name, site->name, site->number, format_date(end_s, date));
	return true;
}

void
job_certificates(struct night_work *work, struct night_outcome *outcome)
{
	struct error err = { 0 };
	struct looking looking = {
		.work = work,
		.outcome = outcome,
		.now_s = (int64_t)(work->now_ms / 1000),
		/* A computer that connects has a third of the life left. */
		.soon_s = work->settings.certificate_seconds / 6,
		.err = &err,
	};
	enum status status;

	if (looking.soon_s > SOON_S)
		looking.soon_s = SOON_S;
	look_at_own(&looking);
	look_at_authority(&looking);
	status = sites_each(work->replica, look_at_site, &looking, &err);
	if (status == STATUS_OK)
		status = looking.status;
	outcome_count(outcome, "computers", looking.computers);
	if (status != STATUS_OK)
		outcome_fail(outcome, "The certificates could not be read",
		    &err);
	else if (outcome->grade == NIGHT_OK)
		outcome_say(outcome, NIGHT_OK, "No certificate runs out soon.");
	else
		outcome_say(outcome, NIGHT_WARNING,
		    "Certificates run out: %" PRIu64
		    " of computers, and what is said below.",
		    looking.computers);
}
