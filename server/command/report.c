/*
 * report: what the night found, or what a look of now finds.  Counts and
 * schools, and no child.
 */
#include "common/report/report.h"

#include "server/authority/standing.h"
#include "server/command/command.h"
#include "server/night/night_lines.h"

static const struct option_rule report_rules[] = {
	COMMAND_RULES,
	REPORT_RULES,
	{ 0 },
};

static enum status
run_report(struct command *command)
{
	const struct report_wish wish = report_read_wish(&command->options);
	struct report_about about = {
		.title = command->folder->settings.name,
		.now_ms = command->now_ms,
		.sync = json_array(),
	};
	enum status status;

	status = standing_add_lines(command->replica, command->now_ms,
	    about.sync, &command->error);
	if (status == STATUS_OK)
		status = night_add_last_lines(command->replica, about.sync,
		    &command->error);
	if (status == STATUS_OK)
		status = report_show(command->replica, &about, &wish,
		    &command->error);
	json_decref(about.sync);
	return status;
}

const struct command_entry command_report = {
	.name = "report",
	.usage = "report [--json | --html FILE] [--day YYYY-MM-DD]",
	.about = "what needs somebody at which school: counts, no names",
	.needs = COMMAND_READS,
	.rules = report_rules,
	.run = run_report,
};
