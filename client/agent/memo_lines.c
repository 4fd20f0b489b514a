#include "client/agent/memo_lines.h"

#include <inttypes.h>

#include "client/agent/memo.h"
#include "common/report/report.h"

static void
add_count(json_t *lines, const char *what, uint64_t count, const char *which)
{
	if (count > 0)
		report_add_line(lines, what, true, "%" PRIu64 " %s", count,
		    which);
	else
		report_add_line(lines, what, false, "none");
}

enum status
memo_lines_add(struct replica *replica, json_t *lines, struct error *err)
{
	char sentence[MEMO_SENTENCE_BYTES], night[MEMO_WORDS_BYTES];
	struct memo memo = { 0 };
	enum status status = memo_read(replica, &memo, err);

	if (status != STATUS_OK)
		return status;
	memo_sentence(&memo, sentence);
	report_add_line(lines, "Sync",
	    memo.state == MEMO_OFFLINE || memo.state == MEMO_DIFFERS ||
		memo.state == MEMO_REVOKED,
	    "%s", sentence);
	memo_night_sentence(&memo, night);
	report_add_line(lines, "Comparison",
	    memo.reconciled_ms == 0 || memo.found.outcome != FOUND_EQUAL, "%s",
	    night);
	add_count(lines, "Refused entries", memo.refused,
	    "were refused by the hub: see `throughline refused`");
	add_count(lines, "Conflicts", memo.conflicts,
	    "fields have two values: see `throughline conflicts`");
	if (memo.alarms > 0)
		add_count(lines, "Alarms", memo.alarms,
		    "to be told to the hub's administrator");
	return STATUS_OK;
}
