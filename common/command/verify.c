#include "common/command/verify.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/command/output.h"
#include "common/replica/check.h"

struct checking {
	bool json;
	json_t *faults;
};

static void
report_fault(void *context, const char *sentence)
{
	struct checking *checking = context;

	if (checking->json)
		json_array_append_new(checking->faults, json_string(sentence));
	else
		printf("%s\n", sentence);
}

static bool
show_progress(void *context, uint64_t done, uint64_t of)
{
	char text[64];

	(void)context;
	snprintf(text, sizeof(text), "checking: %" PRIu64 " of %" PRIu64, done,
	    of);
	output_progress(text);
	return true;
}

enum status
verify_replica(struct replica *replica, bool json, struct error *err)
{
	struct checking checking = { json, json_array() };
	char hex[2 * LIMIT_DIGEST_BYTES + 1] = "";
	struct check_result result = { 0 };
	struct digest digest;
	enum status status;

	status = check_replica(replica, report_fault, show_progress, &checking,
	    &result, err);
	output_progress(NULL);
	if (status == STATUS_OK)
		status = check_tables_digest(replica, &digest, err);
	for (int i = 0; status == STATUS_OK && i < LIMIT_DIGEST_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest.bytes[i]);
	if (json)
		output_json(json_pack("{s:b, s:I, s:I, s:s, s:O}", "sound",
		    status == STATUS_OK, "commits", (json_int_t)result.commits,
		    "records", (json_int_t)result.records, "tables", hex,
		    "faults", checking.faults));
	else if (status == STATUS_OK)
		printf("Sound: %" PRIu64 " commits, %" PRIu64 " records.\n",
		    result.commits, result.records);
	json_decref(checking.faults);
	return status;
}
