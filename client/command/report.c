/*
 * report: what the night found, or what a look of now finds.
 */
#include "common/report/report.h"

#include "client/agent/memo_lines.h"
#include "client/command/command.h"

static const struct option_rule report_rules[] = {
	COMMAND_RULES,
	COMMAND_PERSON_RULES,
	REPORT_RULES,
	{ 0 },
};

static enum status
run_report(struct command *command)
{
	const struct report_wish wish = report_read_wish(&command->options);
	char title[NAME_BYTES] = "this school";
	struct report_about about = {
		.title = title,
		.school = replica_identity(command->replica).school,
		.now_ms = command->now_ms,
		.sync = json_array(),
	};
	enum status status;

	(void)output_name(command->replica, about.school, title, sizeof(title));
	status = command_may(command, ACTION_REPORT);
	if (status == STATUS_OK)
		status = memo_lines_add(command->replica, about.sync,
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
	.about = "children, transfers and deadlines that need somebody",
	.needs = COMMAND_READS | COMMAND_PERSON,
	.rules = report_rules,
	.run = run_report,
};
