#include <inttypes.h>
#include <stdio.h>

#include "client/agent/memo.h"
#include "common/replica/dossier.h"
#include "common/replica/pending.h"
#include "common/replica/record.h"
#include "common/support/clock.h"

static const char *const names[] = {
	[MEMO_FIRST_SYNC] = "first sync",
	[MEMO_SYNCED] = "synced",
	[MEMO_WAITING] = "waiting",
	[MEMO_CHECKING] = "checking",
	[MEMO_OFFLINE] = "offline",
	[MEMO_DIFFERS] = "differs",
	[MEMO_REVOKED] = "removed",
	[MEMO_COLLECTING] = "collecting",
};

const char *
memo_state_name(enum memo_state state)
{
	return names[state];
}

void
memo_sentence(const struct memo *memo, char out[MEMO_SENTENCE_BYTES])
{
	char when[CLOCK_TEXT_BYTES] = "";
	char waiting[64] = "nothing is waiting";

	if (memo->waiting > 0)
		snprintf(waiting, sizeof(waiting), "%" PRIu64 " waiting",
		    memo->waiting);
	switch (memo->state) {
	case MEMO_FIRST_SYNC:
		snprintf(out, MEMO_SENTENCE_BYTES, "First sync %" PRIu64 " %%",
		    memo->filled_permille / 10);
		break;
	case MEMO_SYNCED:
		memo_minute(memo->last_proved_ms, when);
		snprintf(out, MEMO_SENTENCE_BYTES, "Synced at %s", when);
		break;
	case MEMO_WAITING:
		snprintf(out, MEMO_SENTENCE_BYTES, "Connected; %s", waiting);
		break;
	case MEMO_CHECKING:
		snprintf(out, MEMO_SENTENCE_BYTES,
		    "Connected; comparing with the hub");
		break;
	case MEMO_OFFLINE:
		if (memo->offline_since_ms == 0) {
			snprintf(out, MEMO_SENTENCE_BYTES,
			    "Not connected yet; %s", waiting);
			break;
		}
		memo_minute(memo->offline_since_ms, when);
		snprintf(out, MEMO_SENTENCE_BYTES, "Offline since %s; %s", when,
		    waiting);
		break;
	case MEMO_DIFFERS:
		snprintf(out, MEMO_SENTENCE_BYTES,
		    "Not the same as the hub's records; it will be repaired "
		    "in the night");
		break;
	case MEMO_REVOKED:
		snprintf(out, MEMO_SENTENCE_BYTES,
		    "This computer was removed by the hub's administrator");
		break;
	case MEMO_COLLECTING:
		snprintf(out, MEMO_SENTENCE_BYTES,
		    "The hub was restored and is collecting what the schools "
		    "hold; your entries are kept and will be sent (%s)",
		    waiting);
		break;
	}
}

/* --- the agent writes ----------------------------------------------------- */

static const char *const fact_names[] = {
	"memo_state",
	"memo_permille",
	"memo_alarms",
	"memo_heard_ms",
	"memo_proved_ms",
	"memo_offline_since_ms",
	"memo_clock_error_ms",
	"memo_reconciling",
	"memo_put_off",
};

enum {
	FACT_HEARD = 3,
	FACT_PROVED = 4,
	FACT_COUNT = sizeof(fact_names) / sizeof(fact_names[0])
};

static enum memo_state
state_of(const struct engine_status *status)
{
	if (status->goodbye.code == GOODBYE_REVOKED)
		return MEMO_REVOKED;
	if (status->state == ENGINE_OFFLINE || status->state == ENGINE_GREETING)
		return MEMO_OFFLINE;
	if (status->collecting || status->offering)
		return MEMO_COLLECTING;
	if (status->filling > 0)
		return MEMO_FIRST_SYNC;
	if (status->proved)
		return MEMO_SYNCED;
	if (status->waiting > 0)
		return MEMO_WAITING;
	return status->differs ? MEMO_DIFFERS : MEMO_CHECKING;
}

enum status
memo_write(struct replica *replica, const struct engine_status *status,
    uint64_t offline_since_ms, struct error *err)
{
	const uint64_t facts[FACT_COUNT] = {
		(uint64_t)state_of(status),
		status->filled_permille,
		status->alarms,
		status->last_heard_ms,
		status->last_proved_ms,
		offline_since_ms,
		(uint64_t)status->clock_error_ms,
		status->reconciling,
		status->put_off,
	};
	enum status result = replica_begin(replica, err);

	for (int i = 0; result == STATUS_OK && i < FACT_COUNT; i++) {
		/* An agent that has not reached the hub knows nothing of the
		 * one before. */
		if (facts[i] == 0 && (i == FACT_HEARD || i == FACT_PROVED))
			continue;
		result =
		    replica_meta_set(replica, fact_names[i], facts[i], err);
	}
	if (result == STATUS_OK)
		result = replica_commit(replica, err);
	if (result != STATUS_OK)
		replica_rollback(replica);
	return result;
}

/* --- anybody reads -------------------------------------------------------- */

/* As the engine keeps it at the end of a night.  What a later program kept is
 * passed over. */
static enum status
read_night(struct replica *replica, struct memo *memo, struct error *err)
{
	struct buffer kept = { 0 };
	struct arena arena = { 0 };
	enum status status;

	status = replica_meta_get(replica, "reconciled_ms", 0,
	    &memo->reconciled_ms, err);
	if (status == STATUS_OK)
		status =
		    replica_meta_get_blob(replica, "reconciled", &kept, err);
	if (status == STATUS_OK &&
	    (memo->reconciled_ms == 0 ||
		message_found_decode(buffer_view(&kept), &arena, &memo->found,
		    ERROR_IGNORED) != STATUS_OK))
		memo->reconciled_ms = 0;
	arena_deinit(&arena);
	buffer_deinit(&kept);
	return status;
}

enum status
memo_read(struct replica *replica, struct memo *memo, struct error *err)
{
	uint64_t facts[FACT_COUNT];
	struct dossier_totals totals;
	uint64_t proved;
	enum status status;

	status = replica_meta_get(replica, "proved", 0, &proved, err);
	for (int i = 0; status == STATUS_OK && i < FACT_COUNT; i++)
		status = replica_meta_get(replica, fact_names[i],
		    i == 0 ? MEMO_OFFLINE : 0, &facts[i], err);
	if (status == STATUS_OK)
		status =
		    pending_count(replica, &memo->waiting, &memo->refused, err);
	if (status == STATUS_OK)
		status = conflict_count(replica, &memo->conflicts, err);
	if (status == STATUS_OK)
		status = dossier_count(replica, &totals, err);
	if (status == STATUS_OK)
		status = read_night(replica, memo, err);
	if (status != STATUS_OK)
		return status;
	memo->state = facts[0] <= MEMO_COLLECTING ? (enum memo_state)facts[0]
	                                          : MEMO_OFFLINE;
	memo->filled_permille = facts[1];
	memo->alarms = facts[2];
	memo->last_heard_ms = facts[3];
	memo->last_proved_ms = facts[4];
	memo->offline_since_ms = facts[5];
	memo->clock_error_ms = (int64_t)facts[6];
	memo->reconciling = facts[7] != 0;
	memo->put_off = facts[8] != 0;
	memo->closes_held = totals.closing;
	/* The engine takes a proof back in the transaction that changes what
	 * was proved; the agent tells only a moment later. */
	if (memo->state == MEMO_SYNCED && proved == 0)
		memo->state = MEMO_CHECKING;
	if (memo->waiting > 0 &&
	    (memo->state == MEMO_SYNCED || memo->state == MEMO_CHECKING))
		memo->state = MEMO_WAITING;
	return STATUS_OK;
}

/* --- wishes --------------------------------------------------------------- */

static const struct {
	const char *wished;
	const char *met;
} wish_names[] = {
	[MEMO_WISH_SYNC] = { "wish", "wish_met" },
	[MEMO_WISH_NIGHT] = { "wish_night", "wish_night_met" },
};

enum status
memo_wish(struct replica *replica, enum memo_wish wish, uint64_t *ticket,
    struct error *err)
{
	const char *name = wish_names[wish].wished;
	enum status status = replica_begin(replica, err);

	if (status == STATUS_OK)
		status = replica_meta_get(replica, name, 0, ticket, err);
	if (status == STATUS_OK)
		status = replica_meta_set(replica, name, ++*ticket, err);
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK)
		replica_rollback(replica);
	return status;
}

enum status
memo_wish_met(struct replica *replica, enum memo_wish wish, uint64_t ticket,
    bool *met, struct error *err)
{
	uint64_t done = 0;
	enum status status;

	status = replica_meta_get(replica, wish_names[wish].met, 0, &done, err);
	*met = status == STATUS_OK && done >= ticket;
	return status;
}

enum status
memo_get_wish(struct replica *replica, enum memo_wish wish, uint64_t *ticket,
    struct error *err)
{
	bool met = false;
	enum status status;

	status =
	    replica_meta_get(replica, wish_names[wish].wished, 0, ticket, err);
	if (status == STATUS_OK)
		status = memo_wish_met(replica, wish, *ticket, &met, err);
	if (met)
		*ticket = 0;
	return status;
}

enum status
memo_meet_wish(struct replica *replica, enum memo_wish wish, uint64_t ticket,
    struct error *err)
{
	return replica_meta_set(replica, wish_names[wish].met, ticket, err);
}

enum status
memo_note_copy(struct replica *replica, uint64_t now_ms, struct error *err)
{
	enum {
		DAY_BYTES = 10 /* 2026-07-21 */
	};

	char today[CLOCK_TEXT_BYTES];

	clock_format((int64_t)now_ms, today);
	return replica_meta_set_blob(replica, "last_backup_on",
	    (struct bytes){ (const uint8_t *)today, DAY_BYTES }, err);
}
