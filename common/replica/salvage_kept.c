/*
 * What a damaged database had kept of former nights.  Nothing proves it, so it
 * has to be possible, and no more: it is read by people alone.
 */
#include "common/replica/salvage_private.h"
#include "protocol/limits.h"

enum {
	CLOCK_SLACK_MS = 24 * 60 * 60 * 1000,
	REPORT_BYTES_MOST = 4 * 1024 * 1024
};

static bool
is_possible(const struct salvage *salvage, const struct defect *defect)
{
	return defect->found_ms > 0 &&
	       defect->found_ms <= salvage->options->now_ms + CLOCK_SLACK_MS &&
	       defect->kind >= DEFECT_CLIENT_LACKED &&
	       defect->kind <= DEFECT_FILE &&
	       defect->site == salvage->options->site &&
	       defect->commit_id <= INT64_MAX &&
	       defect->sequence <= INT64_MAX &&
	       defect->received_ms <= INT64_MAX;
}

/* What was found in one night is told of a commit once. */
bool
salvage_take_defect(struct salvage *salvage, const struct defect *defect)
{
	bool known;

	if (!is_possible(salvage, defect))
		return true;
	salvage->status = defect_is_known(salvage->to, defect->kind,
	    defect->commit_id, defect->found_ms, &known, salvage->err);
	if (salvage->status == STATUS_OK && !known)
		salvage->status =
		    defect_note(salvage->to, defect, salvage->err);
	return salvage->status == STATUS_OK;
}

bool
salvage_take_report(struct salvage *salvage, struct bytes day,
    struct bytes json)
{
	if (day.size == 0 || json.size == 0 || json.size > REPORT_BYTES_MOST)
		return true;
	salvage->status = salvage->options->take_report(salvage->to,
	    salvage->options->now_ms, day, json, salvage->err);
	return salvage->status == STATUS_OK;
}
