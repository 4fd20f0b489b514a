/*
 * The kinds of finding, and the way from their rows to a sorted list.
 */
#include "common/report/findings.h"

#include <assert.h>
#include <stdlib.h>

#include "common/replica/sql.h"
#include "common/report/child_key.h"
#include "common/report/findings_text.h"

struct rule {
	const char *name;
	const char *text;
	uint32_t school_days; /* from the row's date to the deadline */
	bool deadline;        /* told only when it is near or past */
	const char *title;
	const char *advice;
};

static const struct rule rules[FINDING_KINDS] = {
	[FINDING_EXPECTED_WITHOUT_TRANSFER] = {
	    .name = "expected_without_transfer",
	    .text = findings_expected_without_transfer,
	    .title = "Expected children without a transfer",
	    .advice = "Ask the school they come from to open a transfer, or "
		      "mark them as not coming.",
	},
	[FINDING_TRANSFER_UNEXPECTED] = {
	    .name = "transfer_unexpected",
	    .text = findings_transfer_unexpected,
	    .title = "Transfers that nobody expects",
	    .advice = "Answer whether the child is yours.",
	},
	[FINDING_TRANSFER_NOT_ACCEPTED] = {
	    .name = "transfer_not_accepted",
	    .text = findings_transfer_not_accepted,
	    .title = "Transfers that are not accepted",
	    .advice = "The next school answers and accepts; a transfer to a "
		      "school outside the partnership is marked as sent out.",
	},
	[FINDING_LEAVER_WITHOUT_DESTINATION] = {
	    .name = "leaver_without_destination",
	    .text = findings_leaver_without_destination,
	    .school_days = FINDING_CTF_SCHOOL_DAYS,
	    .title = "Leavers without a destination",
	    .advice = "Find out where the child goes and open a transfer; who "
		      "is not found 15 school days after leaving goes into "
		      "the lost pupils' file.",
	},
	[FINDING_SAME_UPN] = {
	    .name = "same_upn",
	    .text = findings_same_upn,
	    .title = "One UPN in two files",
	    .advice = "Find out whether they are one child: if so, write it "
		      "down as the same child; if not, one UPN is wrong.",
	},
	[FINDING_SAME_CHILD] = {
	    .name = "same_child",
	    .text = findings_same_child,
	    .title = "The same name and birthday in two files",
	    .advice = "They may be one child, or two: a person decides, and "
		      "writes it down under \"the same child\".",
	},
	[FINDING_IN_NO_SCHOOL] = {
	    .name = "in_no_school",
	    .text = findings_in_no_school,
	    .title = "Children in no school",
	    .advice = "Enter the enrolment, or pass the file on.",
	},
	[FINDING_CTF_NOT_SENT] = {
	    .name = "ctf_not_sent",
	    .text = findings_ctf_not_sent,
	    .school_days = FINDING_CTF_SCHOOL_DAYS,
	    .deadline = true,
	    .title = "Common Transfer Files to send",
	    .advice = "Due 15 school days after leaving.",
	},
	[FINDING_RECORD_NOT_SENT] = {
	    .name = "record_not_sent",
	    .text = findings_record_not_sent,
	    .school_days = FINDING_CTF_SCHOOL_DAYS,
	    .deadline = true,
	    .title = "School records to send",
	    .advice = "Due 15 school days after leaving; where there is "
		      "nothing to send, say so.",
	},
	[FINDING_PACKAGE_NOT_RECEIVED] = {
	    .name = "package_not_received",
	    .text = findings_package_not_received,
	    .school_days = FINDING_RECEIPT_SCHOOL_DAYS,
	    .deadline = true,
	    .title = "Packages without a receipt",
	    .advice = "The receiver signs for them within 5 school days; then "
		      "the sender asks.",
	},
	[FINDING_FREE_MEALS_REVIEW] = {
	    .name = "free_meals_review",
	    .text = findings_free_meals_review,
	    .deadline = true,
	    .title = "Free school meals to review",
	    .advice = "Check the entitlement and enter the next date.",
	},
	[FINDING_CIRCUMSTANCE_REVIEW] = {
	    .name = "circumstance_review",
	    .text = findings_circumstance_review,
	    .deadline = true,
	    .title = "Circumstances to review",
	    .advice = "The head of year or the SENCO sees which.",
	},
	[FINDING_PLAN_REVIEW] = {
	    .name = "plan_review",
	    .text = findings_plan_review,
	    .deadline = true,
	    .title = "Support plans to review",
	    .advice = "The SENCO sees which.",
	},
	[FINDING_RETENTION_DUE] = {
	    .name = "retention_due",
	    .text = findings_retention_due,
	    .deadline = true,
	    .title = "Files whose keeping is to be decided",
	    .advice = "The head decides whether to keep or to destroy.",
	},
	[FINDING_COPY_DUE] = {
	    .name = "copy_due",
	    .text = findings_copy_due,
	    .deadline = true,
	    .title = "Copies of files that were passed on",
	    .advice = "The head decides whether the copy is still needed; "
		      "the setting copies_kept_days says how long copies are "
		      "kept (365; \"always\").",
	},
	[FINDING_NOMINATIONS_CLOSE] = {
	    .name = "nominations_close",
	    .text = findings_nominations_close,
	    .deadline = true,
	    .title = "Nominations that close soon",
	    .advice = "Nominate the children who should take part.",
	},
};

const char *
finding_kind_name(enum finding_kind kind)
{
	return rules[kind].name;
}

const char *
finding_kind_title(enum finding_kind kind)
{
	return rules[kind].title;
}

const char *
finding_kind_advice(enum finding_kind kind)
{
	return rules[kind].advice;
}

bool
finding_kind_is_deadline(enum finding_kind kind)
{
	return rules[kind].deadline;
}

/* --- from rows to findings ------------------------------------------------ */

struct looking {
	struct replica *replica;
	const struct findings_view *view;
	struct school_days *days;
	struct finding *findings; /* of one kind */
	size_t count;
	size_t room;
};

static void
judge_urgency(const struct looking *looking, struct finding *finding)
{
	int32_t today = looking->view->today;

	if (finding->due == DAY_NONE)
		finding->urgency = FINDING_UNDATED;
	else if (finding->due < today)
		finding->urgency = FINDING_OVERDUE;
	else if (finding->due <= today + FINDING_NEAR_DAYS)
		finding->urgency = FINDING_SOON;
	else
		finding->urgency = FINDING_IN_TIME;
}

static struct finding
read_finding(const struct looking *looking, enum finding_kind kind,
    struct sql *sql)
{
	struct finding finding = {
		.kind = kind,
		.school = sql_column_id(sql, 0),
		.other = sql_column_id(sql, 1),
		.acts = sql_column_id(sql, 2),
		.subject = sql_column_id(sql, 3),
		.records = { sql_column_id(sql, 4), sql_column_id(sql, 5) },
		.due = day_of_text(sql_column_bytes(sql, 6)),
	};

	if (finding.due != DAY_NONE && rules[kind].school_days > 0)
		finding.due = school_days_after(looking->days, finding.school,
		    finding.due, rules[kind].school_days);
	judge_urgency(looking, &finding);
	return finding;
}

static bool
is_wanted(const struct looking *looking, const struct finding *finding)
{
	uint64_t school = looking->view->school;

	if (rules[finding->kind].deadline &&
	    (finding->urgency == FINDING_IN_TIME ||
		finding->urgency == FINDING_UNDATED))
		return false;
	return school == 0 || finding->school == school ||
	       finding->other == school || finding->acts == school ||
	       finding->kind == FINDING_NOMINATIONS_CLOSE;
}

static enum status
keep(struct looking *looking, const struct finding *finding, struct error *err)
{
	struct finding *grown;
	size_t room = looking->room == 0 ? 64 : looking->room * 2;

	if (looking->count == looking->room) {
		grown = realloc(looking->findings, room * sizeof(*grown));
		if (grown == NULL)
			return error_set(err, STATUS_NOMEM, "keep a finding");
		looking->findings = grown;
		looking->room = room;
	}
	looking->findings[looking->count++] = *finding;
	return STATUS_OK;
}

static enum status
read_kind(struct looking *looking, enum finding_kind kind, struct error *err)
{
	struct sql *sql = sql_use(looking->replica, rules[kind].text);
	char today[DAY_TEXT_BYTES];
	struct finding finding;
	enum status status;

	looking->count = 0;
	day_format(looking->view->today, today);
	sql_bind_id(sql, 1, looking->view->school);
	sql_bind_text(sql, 2, bytes_of_text(today));
	while ((status = sql_step(sql, err)) == STATUS_OK) {
		finding = read_finding(looking, kind, sql);
		if (is_wanted(looking, &finding))
			status = keep(looking, &finding, err);
		if (status != STATUS_OK)
			break;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* --- in order ------------------------------------------------------------- */

static int
order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int
compare_findings(const void *left, const void *right)
{
	const struct finding *a = left, *b = right;
	int result = order(a->urgency, b->urgency);

	if (result == 0)
		result = (a->due > b->due) - (a->due < b->due);
	if (result == 0)
		result = order(a->records[0], b->records[0]);
	return result != 0 ? result : order(a->records[1], b->records[1]);
}

static enum status
look_at_kinds(struct looking *looking, finding_visitor *visit, void *context,
    struct error *err)
{
	enum status status = STATUS_OK;
	bool more = true;

	for (int kind = 0; more && kind < FINDING_KINDS; kind++) {
		status = read_kind(looking, (enum finding_kind)kind, err);
		if (status != STATUS_OK)
			return error_wrap(err, "look for %s", rules[kind].name);
		if (looking->count > 0)
			qsort(looking->findings, looking->count,
			    sizeof(*looking->findings), compare_findings);
		for (size_t i = 0; more && i < looking->count; i++)
			more = visit(context, &looking->findings[i]);
	}
	return status;
}

enum status
findings_look(struct replica *replica, const struct findings_view *view,
    finding_visitor *visit, void *context, struct error *err)
{
	struct looking looking = { .replica = replica, .view = view };
	enum status status;

	status = child_key_register(replica, err);
	if (status == STATUS_OK)
		status = school_days_load(replica, &looking.days, err);
	if (status == STATUS_OK)
		status = look_at_kinds(&looking, visit, context, err);
	school_days_destroy(looking.days);
	free(looking.findings);
	return status;
}
