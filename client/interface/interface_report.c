/*
 * The morning report: what the night found, or what a look of now finds.
 */
#include "client/agent/memo_lines.h"
#include "client/interface/interface_private.h"
#include "client/output/name.h"
#include "common/report/report.h"

static enum status
look_now(struct call *call, struct replica *replica)
{
	char title[NAME_BYTES] = "this school";
	struct report_about about = {
		.title = title,
		.school = call->viewer.school,
		.now_ms = call->now_ms,
		.sync = json_array(),
	};
	json_t *earlier = NULL;
	enum status status;

	(void)output_name(replica, about.school, title, sizeof(title));
	status = memo_lines_add(replica, about.sync, &call->error);
	if (status == STATUS_OK)
		status =
		    report_make(replica, &about, &call->result, &call->error);
	json_decref(about.sync);
	if (status == STATUS_OK)
		status = report_load_last(replica,
		    json_string_value(json_object_get(call->result, "day")),
		    true, &earlier, &call->error);
	if (status == STATUS_OK)
		report_compare(call->result, earlier);
	json_decref(earlier);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* It looks at every child, so it is not for the loop. */
static enum status
make(struct call *call, struct replica *replica)
{
	const char *day = call_parameter(call, "day");
	enum status status;

	if (day != NULL)
		status = report_load(replica, day, &call->result, &call->error);
	else
		status = look_now(call, replica);
	if (status == STATUS_OK)
		status = report_add_names(replica, call->result, &call->error);
	return status;
}

static enum status
answer(struct call *call)
{
	return call_answer(call, 200, json_incref(call->result));
}

enum status
report_now(struct call *call)
{
	return call_begin_job(call, make, true, answer);
}
