/*
 * report: the domain reconciliation, and the morning report that is kept of
 * this night (`throughline-hub report --day`).  The last job: it tells of the
 * others, and of the findings that are for the schools to deal with.
 *
 * So it does of files whose time is over.  The hub destroys none of them: the
 * head of the school that holds one decides.
 */
#include <inttypes.h>
#include <string.h>

#include "common/report/findings.h"
#include "common/report/report.h"
#include "server/authority/standing.h"
#include "server/night/night_lines.h"
#include "server/night/plan.h"

/* What the jobs above have said; a job on its own has no night. */
static enum status
add_night(struct night_work *work, json_t *lines, struct error *err)
{
	struct night_row row = { .document = NULL };
	enum status status = night_load(work->replica, NULL, &row, err);

	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK) {
		row.ended_ms = work->now_ms; /* this job is its end */
		night_add_lines(&row, lines);
	}
	night_row_deinit(&row);
	return status;
}

struct counts {
	uint64_t all;
	uint64_t overdue;
	uint64_t appeared;
};

static uint64_t
count_of(const json_t *object, const char *member)
{
	return (uint64_t)json_integer_value(json_object_get(object, member));
}

static void
count_sections(const json_t *sections, struct counts *counts)
{
	json_t *section;
	size_t i;

	json_array_foreach(sections, i, section)
	{
		counts->all += count_of(section, "count");
		counts->overdue += count_of(section, "overdue");
		counts->appeared += count_of(section, "new");
	}
}

/* Whose heads have to decide, by school: counts, and no child. */
static void
tell_keeping(const json_t *section, const char *what,
    struct night_outcome *outcome)
{
	json_t *group;
	size_t i;

	json_array_foreach(json_object_get(section, "schools"), i, group)
	{
		const char *school =
		    json_string_value(json_object_get(group, "acts"));

		outcome_add(outcome, NIGHT_OK,
		    "%s: %" PRIu64 " %s past their day, %" PRIu64
		    " within %d days; the head decides.",
		    school != NULL ? school : "No school",
		    count_of(group, "overdue"), what, count_of(group, "soon"),
		    FINDING_NEAR_DAYS);
	}
}

static void
tell_retention(const json_t *sections, struct night_outcome *outcome)
{
	uint64_t overdue = 0, soon = 0;
	json_t *section;
	size_t i;

	json_array_foreach(sections, i, section)
	{
		const char *kind =
		    json_string_value(json_object_get(section, "kind"));
		bool file, copy;

		if (kind == NULL)
			continue;
		file =
		    strcmp(kind, finding_kind_name(FINDING_RETENTION_DUE)) == 0;
		copy = strcmp(kind, finding_kind_name(FINDING_COPY_DUE)) == 0;
		if (!file && !copy)
			continue;
		overdue += count_of(section, "overdue");
		soon += count_of(section, "soon");
		tell_keeping(section, file ? "files" : "copies", outcome);
	}
	outcome_count(outcome, "retention_overdue", overdue);
	outcome_count(outcome, "retention_soon", soon);
}

static void
tell(const json_t *report, struct night_outcome *outcome)
{
	struct counts counts = { 0 };

	count_sections(json_object_get(report, "findings"), &counts);
	count_sections(json_object_get(report, "deadlines"), &counts);
	outcome_count(outcome, "findings", counts.all);
	outcome_count(outcome, "overdue", counts.overdue);
	outcome_count(outcome, "new", counts.appeared);
	tell_retention(json_object_get(report, "deadlines"), outcome);
	if (counts.all == 0)
		outcome_say(outcome, NIGHT_OK,
		    "Children, transfers and deadlines fit together.");
	else
		outcome_say(outcome, NIGHT_OK,
		    "Findings for the schools: %" PRIu64 ", of which %" PRIu64
		    " overdue and %" PRIu64
		    " new; `throughline-hub report` says which.",
		    counts.all, counts.overdue, counts.appeared);
}

void
job_report(struct night_work *work, struct night_outcome *outcome)
{
	struct report_about about = {
		.title = work->settings.name,
		.now_ms = work->now_ms,
		.sync = json_array(),
	};
	struct error err = { .status = STATUS_OK };
	json_t *report = NULL;
	enum status status;

	status =
	    standing_add_lines(work->replica, work->now_ms, about.sync, &err);
	if (status == STATUS_OK)
		status = add_night(work, about.sync, &err);
	if (status == STATUS_OK)
		status =
		    report_make_and_store(work->replica, &about, &report, &err);
	if (status == STATUS_OK)
		tell(report, outcome);
	else
		outcome_fail(outcome, "No morning report was made", &err);
	json_decref(report);
	json_decref(about.sync);
}
