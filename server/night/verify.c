#include "server/night/verify.h"

#include <stdio.h>
#include <string.h>

struct verifying {
	struct night_work *work;
	struct night_outcome *outcome;
};

static void
on_fault(void *context, const char *sentence)
{
	struct verifying *verifying = context;

	outcome_add(verifying->outcome, NIGHT_FAILED, "%s", sentence);
}

static bool
on_progress(void *context, uint64_t done, uint64_t of)
{
	struct verifying *verifying = context;

	return night_goes_on(verifying->work, done, of);
}

static enum status
note_tables(struct replica *replica, struct night_outcome *outcome,
    struct error *err)
{
	char hex[2 * LIMIT_DIGEST_BYTES + 1] = "";
	struct digest digest;
	enum status status;

	status = check_tables_digest(replica, &digest, err);
	for (int i = 0; status == STATUS_OK && i < LIMIT_DIGEST_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest.bytes[i]);
	if (status == STATUS_OK)
		outcome_word(outcome, "tables", hex);
	return status;
}

enum status
night_verify(struct night_work *work, struct replica *replica,
    struct night_outcome *outcome, struct check_result *result,
    struct error *err)
{
	struct verifying verifying = { work, outcome };
	enum status status;

	night_watch(work, replica);
	status = check_replica(replica, on_fault, on_progress, &verifying,
	    result, err);
	outcome_count(outcome, "commits", result->commits);
	outcome_count(outcome, "records", result->records);
	outcome_count(outcome, "faults", result->faults);
	if (status == STATUS_OK)
		status = note_tables(replica, outcome, err);
	return status;
}

enum status
night_verify_file(struct night_work *work, const char *path,
    struct night_outcome *outcome, struct check_result *result,
    struct error *err)
{
	struct replica_options options = {
		.path = path,
		.kind = REPLICA_HUB,
		.read_only = true,
		.must_exist = true,
	};
	struct replica *replica = NULL;
	enum status status;

	*result = (struct check_result){ 0 };
	status = replica_open(&options, &replica, err);
	if (status == STATUS_OK)
		status = night_verify(work, replica, outcome, result, err);
	replica_close(replica);
	return status;
}
