#include "common/command/verify.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/command/output.h"
#include "common/replica/check.h"
#include "common/replica/damage.h"
#include "common/replica/mend.h"

enum {
	LOOK_ROWS = 10000
};

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
show(const char *what, uint64_t done, uint64_t of)
{
	char text[64];

	snprintf(text, sizeof(text), "%s: %" PRIu64 " of %" PRIu64, what, done,
	    of);
	output_progress(text);
	return true;
}

static bool
show_progress(void *context, uint64_t done, uint64_t of)
{
	(void)context;
	return show("checking", done, of);
}

static bool
show_repair(void *context, uint64_t done, uint64_t of)
{
	(void)context;
	return show("made anew", done, of);
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

/* --- repair --------------------------------------------------------------- */

static enum status
note_damage(struct replica *replica, uint64_t now_ms, uint64_t *found,
    struct error *err)
{
	uint64_t upto = 0;
	enum status status = STATUS_OK;

	for (bool done = false; status == STATUS_OK && !done;)
		status = damage_look(replica, LOOK_ROWS, now_ms, &upto, found,
		    &done, err);
	return status;
}

static enum status
make_anew(struct replica *replica, uint64_t now_ms, uint64_t *damaged,
    struct error *err)
{
	enum status status = replica_begin(replica, err);

	if (status == STATUS_OK)
		status = note_damage(replica, now_ms, damaged, err);
	if (status == STATUS_OK)
		status = mend_rebuild(replica, show_repair, NULL, err);
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK)
		replica_rollback(replica);
	output_progress(NULL);
	return status;
}

enum status
verify_repair(struct replica *replica, bool json, uint64_t now_ms,
    struct error *err)
{
	uint64_t damaged = 0;
	enum status status = make_anew(replica, now_ms, &damaged, err);

	if (status != STATUS_OK)
		return error_wrap(err, "repair");
	if (!json)
		puts("All tables, counts and sums are made anew.");
	if (!json && damaged > 0)
		printf("%" PRIu64 " damaged commits are left out: sound copies "
		       "come from the other side as the two are compared.\n",
		    damaged);
	return verify_replica(replica, json, err);
}
