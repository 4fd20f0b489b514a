/*
 * Where a grant ends: purging, receipts, what is confirmed, and leaving.
 */
#include "common/replica/purge.h"
#include "tests/unit/engine/talk.h"

enum {
	RECEIPT_BYTES = 4 + 8 + 8 + 16 + 8 + 8
};

static uint8_t signed_message[RECEIPT_BYTES];

static enum status
sign(void *context, struct bytes message, uint8_t signature[64])
{
	(void)context;
	assert_int_equal(message.size, RECEIPT_BYTES);
	memcpy(signed_message, message.data, message.size);
	memset(signature, 0x5a, 64);
	return STATUS_OK;
}

/* The record that receipts refer to. */
static void
add_site(struct talk *t)
{
	(void)fixture_insert(t->other, 0, "site", "number", "1", "school",
	    "101", "name", "office", NULL);
	talk_stream(t);
}

static void
begin(struct talk *t)
{
	t->sign = sign;
	talk_restart(t);
	talk_begin_session(t);
	add_site(t);
}

static bool
note_record(void *context, const struct record *record)
{
	*(uint64_t *)context = record->id;
	return true;
}

/* All that was said goes through; the stream then passes it. */
static void
answer_all(struct talk *t)
{
	while (said_count(t, FRAME_PUSH) > 0) {
		struct push push = push_said(t, 0);

		talk_answer(t, &push, REFUSAL_NONE);
	}
	talk_stream_items(t, NULL, 0);
}

/* Children that this school wrote, and the hub has. */
static void
add_pupils(struct talk *t, uint64_t *pupils, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		pupils[i] = fixture_pupil(t->replica, "Lane", OAK);
	talk_tick(t, 10);
	answer_all(t);
	assert_int_equal(talk_status(t).waiting, 0);
}

/* The hub grants, and ends, at the place where that commit will stand. */
static void
write_end(struct talk *t, uint64_t pupil, const char *column, uint64_t place)
{
	char number[24], ends[24];

	snprintf(number, sizeof(number), "%llu", (unsigned long long)pupil);
	snprintf(ends, sizeof(ends), "%llu", (unsigned long long)place);
	(void)fixture_insert(t->other, OAK, "grant", "dossier", number, "kind",
	    "holder", "opened", "1", column, ends, NULL);
}

static enum dossier_state
state_of(struct talk *t, uint64_t number)
{
	struct dossier dossier;

	assert_ok(dossier_get(t->replica, number, &dossier, err));
	return dossier.state;
}

static uint64_t
confirmed_said(struct talk *t)
{
	struct confirm confirm;

	HEARD(t, FRAME_CONFIRM, confirm, &confirm);
	assert_int_equal(confirm.cursor, talk_status(t).cursor);
	return confirm.confirmed;
}

static bool
note_receipt(void *context, const struct record *record)
{
	*(uint64_t *)context = record->id;
	return true;
}

static uint64_t
find_receipt(struct talk *t)
{
	struct record_query query = { 0 };
	uint64_t id = 0;

	query.collection = catalogue_collection(bytes_of_text("purge_receipt"));
	assert_ok(record_each(t->replica, &query, note_receipt, &id, err));
	return id;
}

static uint64_t
load(const uint8_t *at)
{
	uint64_t value = 0;

	for (int i = 7; i >= 0; i--)
		value = value << 8 | at[i];
	return value;
}

/* --- closing -------------------------------------------------------------- */

static void
expect_receipt(struct talk *t, uint64_t pupil, uint64_t closed)
{
	struct arena arena = { 0 };
	struct record record;
	struct value value;

	assert_ok(
	    record_get(t->replica, find_receipt(t), &arena, &record, err));
	assert_int_equal(record.dossier, OAK);
	value = record_value(&record, "dossier");
	assert_int_equal(value.integer, pupil);
	value = record_value(&record, "count");
	assert_int_equal(value.integer, 2);
	value = record_value(&record, "sequence");
	assert_int_equal(value.integer, closed);
	value = record_value(&record, "proof");
	assert_int_equal(value.bytes.size, 64);
	assert_int_equal(value.bytes.data[63], 0x5a);
	value = record_value(&record, "sum");
	assert_memory_equal(value.bytes.data, signed_message + 20, 16);
	arena_deinit(&arena);
	assert_memory_equal(signed_message, "TLPR", 4);
	assert_int_equal(load(signed_message + 4), pupil);
	assert_int_equal(load(signed_message + 12), 2);
	assert_int_equal(load(signed_message + 36), closed);
	assert_int_equal(load(signed_message + 44), 1);
}

/* A hub may tell any place; a receipt's column takes no greater one. */
static void
test_end_at_an_absurd_place_has_a_receipt(void **state)
{
	struct talk *t = *state;
	struct filled filled = { .dossier = 4711,
		.upto = SEQUENCE_MAX,
		.state = FILLED_ENDED };
	struct filleds filleds = { &filled, 1 };

	begin(t);
	(void)fixture_insert(t->other, OAK, "grant", "dossier", "4711", "kind",
	    "destination", "opened", "1", NULL);
	talk_stream(t);
	assert_int_equal(said_count(t, FRAME_FILL), 1);
	SAY(t, FRAME_FILLED, filleds, filleds);
	assert_int_equal(state_of(t, 4711), DOSSIER_GONE);
	assert_int_not_equal(find_receipt(t), 0);
}

/* What waits is sent first; then all of it goes, with a signed receipt.  The
 * place of the close is not confirmed before. */
static void
test_closed_file_goes_once_nothing_waits(void **state)
{
	struct talk *t = *state;
	struct push push;
	uint64_t pupil, closed;

	begin(t);
	add_pupils(t, &pupil, 1);
	(void)fixture_update(t->replica, pupil, pupil, "surname", "Moss", NULL);
	closed = t->line.sequence + 1;
	write_end(t, pupil, "closed", closed);
	talk_stream(t);
	assert_int_equal(state_of(t, pupil), DOSSIER_CLOSING);
	assert_int_equal(talk_ledger_count(t, pupil), 1);
	assert_int_equal(confirmed_said(t), closed - 1);
	talk_restart(t);
	talk_connect(t);
	push = push_said(t, 0);
	talk_welcome(t);
	assert_int_equal(said_count(t, FRAME_CONFIRM), 0);

	talk_answer(t, &push, REFUSAL_NONE);
	assert_int_equal(state_of(t, pupil), DOSSIER_GONE);
	assert_int_equal(talk_ledger_count(t, pupil), 0);
	assert_false(purge_is_wanted(t->replica)); /* no byte is left */
	assert_int_equal(confirmed_said(t), closed);
	expect_receipt(t, pupil, closed);
	assert_int_equal(push_said(t, 0).commit_count, 1);
	answer_all(t);
	assert_int_equal(said_count(t, FRAME_PROVE), 1);
}

/* A new computer that does not know its own record yet closes later. */
static void
test_close_waits_for_what_its_receipt_names(void **state)
{
	struct talk *t = *state;
	uint64_t pupil;

	talk_begin_session(t);
	add_pupils(t, &pupil, 1);
	write_end(t, pupil, "closed", t->line.sequence + 1);
	talk_stream(t);
	assert_int_equal(t->update.wish, ENGINE_KEEP);
	assert_int_equal(state_of(t, pupil), DOSSIER_CLOSING);
	add_site(t);
	assert_int_equal(state_of(t, pupil), DOSSIER_GONE);
	assert_int_not_equal(find_receipt(t), 0);
}

/* HELLO holds back too, after a restart. */
static void
test_hello_does_not_confirm_a_close_that_waits(void **state)
{
	struct talk *t = *state;
	struct hello hello;
	uint64_t pupil;

	begin(t);
	add_pupils(t, &pupil, 1);
	(void)fixture_update(t->replica, pupil, pupil, "surname", "Moss", NULL);
	write_end(t, pupil, "closed", t->line.sequence + 1);
	talk_stream(t);
	talk_restart(t);
	talk_connect(t);
	HEARD(t, FRAME_HELLO, hello, &hello);
	assert_int_equal(hello.cursor, t->told);
	assert_int_equal(hello.confirmed, t->told - 1);
}

/* Passed on: kept as it was; confirmed when what was written has been sent. */
static void
test_freeze_is_confirmed_once_nothing_waits(void **state)
{
	struct talk *t = *state;
	struct push push;
	uint64_t pupil, frozen;

	begin(t);
	add_pupils(t, &pupil, 1);
	(void)fixture_update(t->replica, pupil, pupil, "surname", "Moss", NULL);
	frozen = t->line.sequence + 1;
	write_end(t, pupil, "frozen", frozen);
	(void)fixture_term(t->other, "term");
	talk_stream(t);
	push = push_said(t, 0);
	assert_int_equal(confirmed_said(t), frozen - 1);
	assert_int_equal(t->told, frozen + 1);
	talk_answer(t, &push, REFUSAL_NONE);
	assert_int_equal(confirmed_said(t), frozen + 1);
	assert_int_equal(state_of(t, pupil), DOSSIER_FROZEN);
	assert_int_equal(talk_ledger_count(t, pupil), 1);
}

/* A hub that closes everything must not empty its schools: the rest waits for
 * the next day, or a person. */
static void
test_too_many_closes_wait_for_a_person(void **state)
{
	enum {
		MANY = LIMIT_CLOSES_PER_DAY + 10
	};

	struct talk *t = *state;
	uint64_t pupils[MANY], gone = 0;
	struct dossier_totals totals;

	begin(t);
	add_pupils(t, pupils, MANY);
	for (uint32_t i = 0; i < MANY; i++)
		write_end(t, pupils[i], "closed", t->line.sequence + 1 + i);
	talk_stream(t);
	answer_all(t);
	for (uint32_t i = 0; i < MANY; i++)
		gone += state_of(t, pupils[i]) == DOSSIER_GONE;
	assert_int_equal(gone, LIMIT_CLOSES_PER_DAY);
	for (uint32_t i = 0; i < 10; i++)
		talk_tick(t, 10);
	talk_restart(t);
	talk_connect(t);
	talk_welcome(t);
	assert_ok(dossier_count(t->replica, &totals, err));
	assert_int_equal(totals.closing, 10);

	assert_ok(replica_meta_set(t->replica, "closes_allowed",
	    t->now / (24 * 60 * 60 * 1000), err));
	talk_tick(t, 10);
	assert_ok(dossier_count(t->replica, &totals, err));
	assert_int_equal(totals.closing, 0);
}

static void
test_next_day_goes_on_closing(void **state)
{
	enum {
		MANY = LIMIT_CLOSES_PER_DAY + 1
	};

	struct talk *t = *state;
	uint64_t pupils[MANY];
	struct dossier_totals totals;

	begin(t);
	add_pupils(t, pupils, MANY);
	for (uint32_t i = 0; i < MANY; i++)
		write_end(t, pupils[i], "closed", t->line.sequence + 1 + i);
	talk_stream(t);
	assert_ok(dossier_count(t->replica, &totals, err));
	assert_int_equal(totals.closing, 1);
	t->now += 24 * 60 * 60 * 1000;
	talk_tick(t, 10);
	assert_ok(dossier_count(t->replica, &totals, err));
	assert_int_equal(totals.closing, 0);
}

/* A close that waits for its answers is not counted each time it is looked
 * at. */
static void
test_waiting_close_uses_up_nothing(void **state)
{
	struct talk *t = *state;
	uint64_t pupil;

	begin(t);
	add_pupils(t, &pupil, 1);
	(void)fixture_update(t->replica, pupil, pupil, "surname", "Moss", NULL);
	write_end(t, pupil, "closed", t->line.sequence + 1);
	talk_stream(t);
	for (uint32_t i = 0; i < LIMIT_CLOSES_PER_DAY + 10; i++)
		talk_tick(t, 10);
	assert_int_equal(talk_meta(t, "closes_count"), 0);
	talk_disconnect(t);
	talk_connect(t);
	talk_welcome(t);
	assert_int_equal(state_of(t, pupil), DOSSIER_CLOSING);
}

/* --- leaving -------------------------------------------------------------- */

/* All that waits is sent, all children are purged with receipts, then LEAVE;
 * done when the hub says so. */
static void
test_leaving_sends_purges_and_says_so(void **state)
{
	struct talk *t = *state;
	struct push push;
	uint64_t pupils[3];

	begin(t);
	add_pupils(t, pupils, 3);
	(void)fixture_update(t->replica, pupils[2], pupils[2], "surname",
	    "Moss", NULL);
	engine_leave(t->engine);
	talk_tick(t, 10);
	assert_int_equal(said_count(t, FRAME_LEAVE), 0);
	assert_int_equal(said_count(t, FRAME_PUSH), 2);
	assert_int_equal(state_of(t, pupils[0]), DOSSIER_GONE);
	assert_int_equal(state_of(t, pupils[1]), DOSSIER_GONE);
	assert_int_equal(state_of(t, pupils[2]), DOSSIER_OPEN);
	push = push_said(t, 0);
	assert_int_equal(push.commit_count, 1);
	talk_answer(t, &push, REFUSAL_NONE);
	assert_int_equal(state_of(t, pupils[2]), DOSSIER_GONE);
	assert_int_equal(said_count(t, FRAME_LEAVE), 0);
}

/* LEAVE goes after the last receipt was answered, once a connection. */
static void
test_leave_goes_after_the_last_receipt(void **state)
{
	struct talk *t = *state;
	struct push push;
	uint64_t pupils[2];

	begin(t);
	add_pupils(t, pupils, 2);
	engine_leave(t->engine);
	talk_tick(t, 10);
	push = push_said(t, 0);
	assert_int_equal(push.commit_count, 2);
	talk_tick(t, 10);
	assert_int_equal(said_count(t, FRAME_LEAVE), 0);
	talk_answer(t, &push, REFUSAL_NONE);
	assert_int_equal(said_count(t, FRAME_LEAVE), 1);
	talk_tick(t, 10);
	assert_int_equal(said_count(t, FRAME_LEAVE), 0);
	talk_disconnect(t);
	talk_connect(t);
	talk_welcome(t);
	assert_int_equal(said_count(t, FRAME_LEAVE), 1);
	assert_false(t->update.left);
	SAY(t, FRAME_GOODBYE, goodbye, (struct goodbye){ GOODBYE_DONE, { 0 } });
	assert_true(t->update.left);
}

/* Bytes of what is purged may still be in a backup: the receipt says of which
 * day. */
static void
test_receipt_names_the_last_backup(void **state)
{
	struct talk *t = *state;
	uint64_t pupil;
	struct record_query query = { .collection = catalogue_collection(
					  bytes_of_text("purge_receipt")) };
	uint64_t receipt = 0;

	begin(t);
	add_pupils(t, &pupil, 1);
	assert_ok(replica_meta_set_blob(t->replica, "last_backup_on",
	    bytes_of_text("2026-11-20"), err));
	write_end(t, pupil, "closed", t->line.sequence + 1);
	talk_stream(t);
	assert_int_equal(state_of(t, pupil), DOSSIER_GONE);
	assert_ok(record_each(t->replica, &query, note_record, &receipt, err));
	assert_int_not_equal(receipt, 0);
	fixture_assert_text(t->replica, receipt, "last_backup_on",
	    "2026-11-20");
}

/* Nothing says that it was closed: for a person. */
static void
test_close_without_a_place_is_not_purged(void **state)
{
	struct talk *t = *state;
	struct dossier dossier;
	uint64_t pupil;

	begin(t);
	add_pupils(t, &pupil, 1);
	assert_ok(dossier_get(t->replica, pupil, &dossier, err));
	dossier.state = DOSSIER_CLOSING;
	dossier.closed = 0;
	assert_ok(replica_begin(t->replica, err));
	assert_ok(dossier_put(t->replica, &dossier, err));
	assert_ok(replica_commit(t->replica, err));
	talk_tick(t, 10);
	assert_int_equal(state_of(t, pupil), DOSSIER_CLOSING);
	assert_int_equal(talk_ledger_count(t, pupil), 1);
}

/* A GOODBYE 0 that is no answer to LEAVE is not that this computer left. */
static void
test_goodbye_before_leave_is_not_leaving(void **state)
{
	struct talk *t = *state;
	uint64_t pupil;

	begin(t);
	add_pupils(t, &pupil, 1);
	engine_leave(t->engine);
	talk_tick(t, 10);
	SAY(t, FRAME_GOODBYE, goodbye, (struct goodbye){ GOODBYE_DONE, { 0 } });
	assert_int_equal(t->update.wish, ENGINE_HANG_UP);
	assert_false(t->update.left);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TALK(test_end_at_an_absurd_place_has_a_receipt),
		TALK(test_closed_file_goes_once_nothing_waits),
		TALK(test_close_waits_for_what_its_receipt_names),
		TALK(test_hello_does_not_confirm_a_close_that_waits),
		TALK(test_freeze_is_confirmed_once_nothing_waits),
		TALK(test_too_many_closes_wait_for_a_person),
		TALK(test_next_day_goes_on_closing),
		TALK(test_waiting_close_uses_up_nothing),
		TALK(test_leaving_sends_purges_and_says_so),
		TALK(test_leave_goes_after_the_last_receipt),
		TALK(test_receipt_names_the_last_backup),
		TALK(test_close_without_a_place_is_not_purged),
		TALK(test_goodbye_before_leave_is_not_leaving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
