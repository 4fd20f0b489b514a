/*
 * Where a grant ends.  A closed dossier is purged once nothing waits in it;
 * the receipt is an ordinary commit in the school's own dossier.  Until then
 * no place past the close is confirmed to the hub, so that the right to send
 * what waits lasts.  Leaving is closing everything oneself.
 */
#include <string.h>

#include "client/engine/engine_private.h"
#include "common/replica/dossier.h"
#include "common/replica/draft.h"
#include "common/replica/purge.h"
#include "common/replica/record.h"

enum {
	CLOSES_AT_ONCE = 64,
	RECEIPT_BYTES = 4 + 8 + 8 + 16 + 8 + 8,
	DAY_MS = 24 * 60 * 60 * 1000
};

/* What a receipt's column takes; only a hub that lies tells a greater place. */
#define RECEIPT_SEQUENCE_MAX ((UINT64_C(1) << 53) - 1)

/* --- receipts ------------------------------------------------------------- */

static uint8_t *
store_le64(uint8_t *out, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		*out++ = (uint8_t)(value >> (8 * i));
	return out;
}

/* "TLPR", dossier, count, sum, sequence, site: what the device signs. */
static void
receipt_message(const struct engine *engine, uint64_t dossier,
    const struct purge_result *result, uint8_t message[RECEIPT_BYTES])
{
	uint8_t *out = message;

	memcpy(out, "TLPR", 4);
	out = store_le64(out + 4, dossier);
	out = store_le64(out, result->count);
	digest_sum_store(&result->sum, out);
	out = store_le64(out + 16, result->sequence);
	(void)store_le64(out, engine->identity.site);
}

static enum status
set_integer(struct draft *draft, int64_t record, const char *column,
    uint64_t integer, struct error *err)
{
	struct value value = value_integer((int64_t)integer);

	return draft_set(draft, record, column, &value, err);
}

static enum status
set_blob(struct draft *draft, int64_t record, const char *column,
    const uint8_t *data, size_t size, struct error *err)
{
	struct value value = value_blob((struct bytes){ data, size });

	return draft_set(draft, record, column, &value, err);
}

/* The day of the last backup, which may still hold what was purged. */
static enum status
set_backup_day(struct engine *engine, struct draft *draft, int64_t receipt,
    struct error *err)
{
	struct buffer day = { 0 };
	enum status status;

	status =
	    replica_meta_get_blob(engine->replica, "last_backup_on", &day, err);
	if (status == STATUS_OK && buffer_view(&day).size > 0)
		status = draft_set_text(draft, receipt, "last_backup_on",
		    buffer_view(&day), err);
	buffer_deinit(&day);
	return status;
}

static enum status
fill_receipt(struct engine *engine, struct draft *draft, uint64_t dossier,
    const struct purge_result *result, struct error *err)
{
	struct value number = value_integer(engine->identity.site);
	uint8_t message[RECEIPT_BYTES], signature[64] = { 0 }, sum[16];
	uint64_t site;
	enum status status;
	int64_t receipt;

	receipt_message(engine, dossier, result, message);
	digest_sum_store(&result->sum, sum);
	status =
	    record_find(engine->replica, "site", "number", &number, &site, err);
	if (status == STATUS_OK && engine->options.sign != NULL)
		status = engine->options.sign(engine->options.sign_context,
		    (struct bytes){ message, sizeof(message) }, signature);
	if (status == STATUS_OK)
		status = draft_insert(draft, "purge_receipt", &receipt, err);
	if (status == STATUS_OK)
		status = set_integer(draft, receipt, "dossier", dossier, err);
	if (status == STATUS_OK)
		status =
		    set_integer(draft, receipt, "count", result->count, err);
	if (status == STATUS_OK)
		status = set_blob(draft, receipt, "sum", sum, 16, err);
	if (status == STATUS_OK)
		status = set_integer(draft, receipt, "sequence",
		    result->sequence, err);
	if (status == STATUS_OK)
		status = set_backup_day(engine, draft, receipt, err);
	if (status == STATUS_OK)
		status = set_integer(draft, receipt, "site", site, err);
	if (status == STATUS_OK)
		status = set_blob(draft, receipt, "proof", signature, 64, err);
	return status;
}

static enum status
write_receipt(struct engine *engine, uint64_t dossier,
    const struct purge_result *result, struct error *err)
{
	struct draft *draft = NULL;
	enum status status;
	uint64_t id;

	status = draft_create(engine->replica, engine->identity.school, 0,
	    &draft, err);
	if (status == STATUS_OK)
		status = fill_receipt(engine, draft, dossier, result, err);
	if (status == STATUS_OK)
		status = draft_finish(draft, engine->now_ms, &id, err);
	draft_destroy(draft);
	return status;
}

/* --- purging -------------------------------------------------------------- */

struct closing {
	uint64_t dossiers[CLOSES_AT_ONCE];
	uint32_t count;
	uint64_t school;
	bool pupils_only;
};

static bool
note_closing(void *context, const struct dossier *dossier)
{
	struct closing *closing = context;

	if (closing->pupils_only && dossier->kind != DOSSIER_KIND_PUPIL)
		return true;
	if (closing->pupils_only && dossier->state == DOSSIER_GONE)
		return true;
	/* No grant was closed: a restored hub has lost it.  For a person. */
	if (!closing->pupils_only && dossier->closed == 0)
		return true;
	closing->dossiers[closing->count++] = dossier->number;
	return closing->count < CLOSES_AT_ONCE;
}

/*
 * More closes in a day than a school would see wait for a person: a hub that
 * closes everything must not empty its schools.
 */
static enum status
closes_today(struct engine *engine, uint64_t *count, struct error *err)
{
	struct replica *replica = engine->replica;
	uint64_t day;
	enum status status;

	status = replica_meta_get(replica, "closes_day", 0, &day, err);
	if (status == STATUS_OK)
		status =
		    replica_meta_get(replica, "closes_count", 0, count, err);
	if (status == STATUS_OK && day != engine->now_ms / DAY_MS)
		*count = 0;
	return status;
}

static enum status
may_purge(struct engine *engine, bool *may, struct error *err)
{
	uint64_t count, allowed;
	enum status status;

	status = closes_today(engine, &count, err);
	if (status == STATUS_OK)
		status = replica_meta_get(engine->replica, "closes_allowed", 0,
		    &allowed, err);
	*may = status == STATUS_OK &&
	       (count < LIMIT_CLOSES_PER_DAY ||
		   allowed == engine->now_ms / DAY_MS || engine->leaving);
	return status;
}

static enum status
count_close(struct engine *engine, struct error *err)
{
	uint64_t count;
	enum status status;

	status = closes_today(engine, &count, err);
	if (status == STATUS_OK)
		status = replica_meta_set(engine->replica, "closes_count",
		    count + 1, err);
	if (status == STATUS_OK)
		status = replica_meta_set(engine->replica, "closes_day",
		    engine->now_ms / DAY_MS, err);
	return status;
}

/* Purge one, with its receipt, in one transaction.  *done says whether. */
static enum status
purge_one(struct engine *engine, uint64_t number, bool *done, struct error *err)
{
	struct purge_result result;
	struct dossier dossier;
	uint64_t waiting;
	enum status status;

	*done = false;
	status = replica_begin(engine->replica, err);
	if (status == STATUS_OK)
		status =
		    pending_in_dossier(engine->replica, number, &waiting, err);
	if (status == STATUS_OK && waiting > 0) {
		replica_rollback(engine->replica);
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		status = dossier_get(engine->replica, number, &dossier, err);
	if (status == STATUS_OK)
		status = purge_dossier(engine->replica, number, &result, err);
	if (status == STATUS_OK) {
		result.sequence =
		    dossier.closed != 0 ? dossier.closed : engine->cursor;
		if (result.sequence > RECEIPT_SEQUENCE_MAX)
			result.sequence = RECEIPT_SEQUENCE_MAX;
		status = write_receipt(engine, number, &result, err);
	}
	if (status == STATUS_OK)
		status = count_close(engine, err);
	if (status == STATUS_OK)
		status = replica_commit(engine->replica, err);
	if (status != STATUS_OK) {
		replica_rollback(engine->replica);
		return error_wrap(err, "purge a file");
	}
	*done = true;
	return STATUS_OK;
}

/* A receipt names this computer's record, which a new one has yet to fetch. */
static enum status
may_receipt(struct engine *engine, bool *may, struct error *err)
{
	struct value number = value_integer(engine->identity.site);
	uint64_t site;
	enum status status;

	status =
	    record_find(engine->replica, "site", "number", &number, &site, err);
	*may = status == STATUS_OK;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
purge_noted(struct engine *engine, const struct closing *closing,
    uint32_t *purged, struct error *err)
{
	enum status status = STATUS_OK;
	bool may = true, done;

	*purged = 0;
	if (closing->count > 0)
		status = may_receipt(engine, &may, err);
	if (status != STATUS_OK || !may)
		return status;
	for (uint32_t i = 0; status == STATUS_OK && i < closing->count; i++) {
		status = may_purge(engine, &may, err);
		if (status != STATUS_OK || !may)
			break;
		status = purge_one(engine, closing->dossiers[i], &done, err);
		if (status == STATUS_OK && done)
			(*purged)++;
	}
	if (*purged > 0) {
		prove_forget(engine);
		engine->purge_unfinished = true;
	}
	return status;
}

/* Overwrite what a purge left in files; while somebody reads, or for want of
 * room, later: each time it is a copy of all that is kept. */
static enum status
finish_purge(struct engine *engine, struct error *err)
{
	enum status status;

	if ((!engine->purge_unfinished && !purge_is_wanted(engine->replica)) ||
	    engine->elapsed_ms < engine->purge_again_at_ms)
		return STATUS_OK;
	engine->purge_again_at_ms = 0;
	status = purge_finish(engine->replica, err);
	if (status == STATUS_OK)
		engine->purge_unfinished = false;
	if (status != STATUS_BUSY && status != STATUS_FULL)
		return status;
	engine->purge_again_at_ms = engine->elapsed_ms + ENGINE_PURGE_AGAIN_MS;
	return STATUS_OK;
}

/* --- leaving -------------------------------------------------------------- */

static enum status
say_leave(struct engine *engine, struct error *err)
{
	static const struct bytes leave = { (const uint8_t *)"\x90", 1 };
	uint64_t waiting, aside;
	enum status status;

	status = pending_count(engine->replica, &waiting, &aside, err);
	if (status != STATUS_OK || waiting > 0 || engine->leave_sent)
		return status;
	engine->leave_sent = true;
	return frame_write(&engine->output, FRAME_LEAVE, leave,
	    engine->options.codec, err);
}

enum status
end_pump(struct engine *engine, struct error *err)
{
	struct closing closing = { 0 };
	uint32_t purged;
	enum status status;

	/* What closed may turn out not to have, and to leave is to purge. */
	if (engine->offer.recovering || engine->offer.collecting ||
	    engine->offer.offering)
		return STATUS_OK;
	closing.pupils_only = engine->leaving;
	do {
		closing.count = 0;
		status = dossier_each(engine->replica,
		    engine->leaving ? -1 : DOSSIER_CLOSING, note_closing,
		    &closing, err);
		if (status != STATUS_OK)
			return status;
		status = purge_noted(engine, &closing, &purged, err);
	} while (status == STATUS_OK && purged == CLOSES_AT_ONCE);
	if (status == STATUS_OK)
		status = finish_purge(engine, err);
	if (status == STATUS_OK && engine->leaving && closing.count == 0)
		status = say_leave(engine, err);
	return status;
}

/* --- how far is confirmed ------------------------------------------------- */

struct confirming {
	struct engine *engine;
	uint64_t confirmed;
	enum status status;
	struct error *err;
};

/* What waits in a file of which no grant has come yet (a database was rebuilt)
 * may lie behind any place. */
static uint64_t
find_end(const struct dossier *dossier)
{
	if (dossier->state == DOSSIER_CLOSING)
		return dossier->closed;
	if (dossier->state == DOSSIER_FILLING && dossier->fill_to == 0)
		return 1;
	return dossier->frozen;
}

static bool
hold_back(void *context, const struct dossier *dossier)
{
	struct confirming *confirming = context;
	uint64_t end = find_end(dossier);
	uint64_t waiting = 0;

	if (end > 0 && dossier->state != DOSSIER_CLOSING) {
		confirming->status =
		    pending_in_dossier(confirming->engine->replica,
			dossier->number, &waiting, confirming->err);
		if (confirming->status != STATUS_OK)
			return false;
		if (waiting == 0)
			return true;
	}
	if (end > 0 && end - 1 < confirming->confirmed)
		confirming->confirmed = end - 1;
	return true;
}

enum status
end_confirmed(struct engine *engine, uint64_t *confirmed, struct error *err)
{
	struct confirming confirming = {
		.engine = engine,
		.confirmed = engine->cursor,
		.err = err,
	};
	uint64_t waiting, aside;
	enum status status;

	status = dossier_each(engine->replica, DOSSIER_CLOSING, hold_back,
	    &confirming, err);
	if (status == STATUS_OK)
		status = pending_count(engine->replica, &waiting, &aside, err);
	if (status == STATUS_OK && waiting > 0)
		status = dossier_each(engine->replica, DOSSIER_FROZEN,
		    hold_back, &confirming, err);
	if (status == STATUS_OK && waiting > 0)
		status = dossier_each(engine->replica, DOSSIER_FILLING,
		    hold_back, &confirming, err);
	if (status == STATUS_OK)
		status = confirming.status;
	*confirmed = confirming.confirmed;
	return status;
}

enum status
end_confirm(struct engine *engine, struct error *err)
{
	struct confirm confirm = {
		.cursor = engine->cursor,
		.batch_bytes = engine->batch_bytes,
	};
	enum status status;

	if (engine->confirmed_sent == engine->cursor || prove_waits(engine))
		return STATUS_OK;
	status = end_confirmed(engine, &confirm.confirmed, err);
	if (status != STATUS_OK ||
	    (confirm.cursor == engine->cursor_sent &&
		confirm.confirmed == engine->confirmed_sent))
		return status;
	engine->cursor_sent = confirm.cursor;
	engine->confirmed_sent = confirm.confirmed;
	status = message_confirm_encode(&confirm, &engine->body, err);
	if (status == STATUS_OK)
		status = engine_send(engine, FRAME_CONFIRM, err);
	return status;
}
