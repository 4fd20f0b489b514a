/*
 * Whatever is injected is found and mended, and then all is as it was.  Covers
 * common/replica/dossier_count.c.
 */
#include "night.h"

/* --- one night ------------------------------------------------------------ */

struct held {
	struct digest digests[2 * NIGHT_ROWS];
	uint32_t count;
};

static bool
hold(void *context, uint64_t sequence, const struct digest *digest)
{
	struct held *held = context;

	(void)sequence;
	held->digests[held->count++] = *digest;
	return true;
}

static bool
holds(const struct held *held, const struct digest *digest)
{
	for (uint32_t i = 0; i < held->count; i++)
		if (digest_equal(&held->digests[i], digest))
			return true;
	return false;
}

static enum take_result
mend(struct replica *replica, const struct item *item)
{
	enum take_result result;

	assert_ok(replica_begin(replica, err));
	assert_ok(mend_take(replica, item, &result, err));
	assert_ok(replica_commit(replica, err));
	return result;
}

/* All that the set lacks comes; how much it was. */
static uint32_t
mend_all(struct night *night)
{
	struct held held = { 0 };
	uint32_t lacking = 0;

	night_look(night->replica);
	assert_ok(scope_each_here(night->replica, 10, hold, &held, err));
	for (uint32_t i = 0; i < night->count; i++)
		if (!holds(&held, &night->items[i].digest)) {
			mend(night->replica, &night->items[i]);
			lacking++;
		}
	return lacking;
}

static void
expect_mended(struct night *night, uint32_t expected, const char *what)
{
	uint32_t lacking = mend_all(night);

	if (lacking != expected)
		fail_msg("%s: %u lacking", what, lacking);
	night_rebuild(night->replica);
	assert_int_equal(night_look(night->replica), 0);
	assert_int_equal(mend_all(night), 0);
	assert_int_equal(night_noted(night->replica), 0);
	if (night_check(night->replica) != STATUS_OK)
		fail_msg("%s: not mended", what);
	night_expect_as_before(night);
}

static void
test_every_byte_is_mended(void **state)
{
	struct night *night = *state;

	for (uint32_t row = 0; row < night->count; row += 4)
		for (uint32_t i = row; i < night->items[row].commit.size;
		     i += 9) {
			night_flip(night->replica, night->items[row].sequence,
			    i, 0x11);
			assert_int_equal(night_check(night->replica),
			    STATUS_CORRUPT);
			expect_mended(night, 1, "a byte");
		}
}

static void
test_every_damage_is_mended(void **state)
{
	static const struct {
		uint32_t lacking;
		const char *text;
	} damages[] = {
		{ 1, "UPDATE ledger SET id = 999 WHERE sequence = 3" },
		{ 1, "UPDATE ledger SET dossier = 200 WHERE sequence = 3" },
		{ 1, "UPDATE ledger SET dossier = 888 WHERE sequence = 3" },
		{ 1, "UPDATE ledger SET digest = zeroblob(16)"
		     " WHERE sequence = 3" },
		{ 1, "UPDATE ledger SET digest = x'07' WHERE sequence = 1" },
		{ 1, "UPDATE ledger SET mark = x'07' WHERE sequence = 5" },
		{ 1, "UPDATE ledger SET redacted = 1 WHERE sequence = 3" },
		{ 1, "UPDATE ledger SET redacted = 0 WHERE sequence = 2" },
		{ 3, "UPDATE ledger SET bytes = x'' WHERE sequence < 4" },
		{ 9, "UPDATE ledger SET bytes = x'c1'" },
		{ 1, "DELETE FROM ledger WHERE sequence = 1" },
		{ 1, "DELETE FROM ledger WHERE sequence = 6" },
		{ 1, "DELETE FROM ledger WHERE sequence = 10" },
		{ 9, "DELETE FROM ledger" },
		{ 1, "UPDATE ledger SET sequence = 40 WHERE sequence = 3" },
		{ 0, "UPDATE pupil SET surname = 'Moe'" },
		{ 0, "DELETE FROM pupil" },
		{ 0, "DELETE FROM record WHERE id = 110" },
		{ 0, "UPDATE record SET heads = x'07'" },
		{ 0, "INSERT INTO note (id, _dossier) VALUES (47, 100)" },
		{ 0, "DELETE FROM touch WHERE id = 120" },
		{ 0, "DELETE FROM touch WHERE id = 400" },
		{ 0, "INSERT INTO touch VALUES (110, 300)" },
		{ 0, "UPDATE dossier SET count = count + 1" },
		{ 0, "UPDATE dossier SET sum = x'07'" },
		{ 0, "UPDATE dossier SET last = 3 WHERE number = 100" },
		{ 1, "DELETE FROM dossier WHERE number = 200" },
		{ 0, "UPDATE grants SET opened = 9" },
		{ 0, "DELETE FROM grants" },
		{ 0, "DELETE FROM same" },
		{ 0, "DELETE FROM search" },
	};

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct night *night = *state;

		night_damage(night->replica, damages[i].text);
		if (damages[i].lacking != 1 && /* a place is no fault */
		    night_check(night->replica) != STATUS_CORRUPT)
			fail_msg("%s: not found", damages[i].text);
		expect_mended(night, damages[i].lacking, damages[i].text);
	}
}

/* What nobody has sound stays out of the tables; all else is well. */
static void
test_damage_that_remains_is_left_out(void **state)
{
	struct night *night = *state;
	struct replica *replica = night->replica;
	struct check_result result;

	night_damage(replica,
	    "UPDATE ledger SET bytes = x'c1' WHERE sequence = 3");
	assert_int_equal(night_look(replica), 1);
	night_rebuild(replica);
	assert_int_equal(check_replica(replica, NULL, NULL, NULL, &result,
			     UNREAD),
	    STATUS_CORRUPT);
	assert_int_equal(result.faults, 1);
	SCRIPT_EXPECT(replica, "SELECT sex FROM pupil WHERE id = 100", "~");
	expect_mended(night, 1, "later");
}

/* Gone bad since anybody looked. */
static void
test_rebuilding_notes_the_damage(void **state)
{
	struct night *night = *state;

	night_damage(night->replica,
	    "UPDATE ledger SET bytes = x'c1' WHERE sequence = 3");
	night_rebuild(night->replica);
	assert_int_equal(night_noted(night->replica), 1);
	SCRIPT_EXPECT(night->replica, "SELECT sex FROM pupil WHERE id = 100",
	    "~");
	expect_mended(night, 1, "later");
}

/* --- places --------------------------------------------------------------- */

static uint64_t
place_of(struct replica *replica, uint64_t id)
{
	struct ledger_row row;

	assert_ok(ledger_get(replica, id, &row, err));
	return row.sequence;
}

static bool
is_recovering(struct replica *replica)
{
	bool recovering;

	assert_ok(unplaced_is_recovering(replica, &recovering, err));
	return recovering;
}

/* The place of what was lost was taken by another: that is asked for again. */
static void
test_wrong_place_is_asked_for(void **state)
{
	const struct generation generations[] = { { 3, 0 }, { 7, 1 } };
	struct night *night = *state;
	struct replica *replica = night->replica;

	assert_ok(replica_generations_set(replica, generations, 2, err));
	night_damage(replica,
	    "DELETE FROM ledger WHERE sequence = 3;"
	    "UPDATE ledger SET sequence = 3 WHERE sequence = 2");
	assert_int_equal(mend(replica, &night->items[2]), TAKE_NEW);
	SCRIPT_EXPECT(replica, "SELECT id, generation, sequence FROM unplaced",
	    "110|7|3");
	assert_true(is_recovering(replica));
	assert_int_equal(mend(replica, &night->items[1]), TAKE_PLACED);
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM unplaced", "0");
	expect_mended(night, 0, "places");
}

static void
place(struct night *night, uint64_t id, uint64_t sequence)
{
	struct replica *replica = night->replica;

	assert_ok(replica_begin(replica, err));
	assert_ok(
	    mend_place(replica, id, sequence, &night->items[7].mark, err));
	assert_ok(replica_commit(replica, err));
}

/* The hub had lost it and says where it is now. */
static void
test_what_the_hub_lost_gets_its_place(void **state)
{
	struct night *night = *state;
	struct replica *replica = night->replica;

	place(night, 12345, 3);
	place(night, 230, 44);
	assert_int_equal(place_of(replica, 230), 44);
	SCRIPT_EXPECT(replica,
	    "SELECT received FROM ledger WHERE sequence = 44", "1009");
	SCRIPT_EXPECT(replica, "SELECT last FROM dossier WHERE number = 0",
	    "44");
	assert_false(is_recovering(replica));
	/* another's, and what is damaged, do not keep it */
	place(night, 230, 4);
	assert_int_equal(place_of(replica, 230), 4);
	assert_int_equal(place_of(replica, 200), UNPLACED_FROM);
	night_damage(replica,
	    "UPDATE ledger SET bytes = x'c1' WHERE sequence = 5");
	night_look(replica);
	place(night, 230, 5);
	assert_int_equal(place_of(replica, 230), 5);
	assert_int_equal(night_noted(replica), 0);
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM unplaced", "1");
}

/* Behind a freeze it leaves, as anything that is taken there. */
static void
test_place_behind_a_freeze_leaves(void **state)
{
	struct night *night = *state;
	struct dossier dossier;

	assert_ok(dossier_get(night->replica, 100, &dossier, err));
	dossier.state = DOSSIER_FROZEN;
	dossier.frozen = 10;
	assert_ok(replica_begin(night->replica, err));
	assert_ok(dossier_put(night->replica, &dossier, err));
	assert_ok(replica_commit(night->replica, err));
	place(night, 220, 44);
	SCRIPT_EXPECT(night->replica,
	    "SELECT count(*) FROM ledger WHERE id = 220", "0");
}

static void
unplace(struct replica *replica, uint64_t id, uint64_t generation)
{
	assert_ok(replica_begin(replica, err));
	assert_ok(mend_unplace(replica, id, generation, err));
	assert_ok(replica_commit(replica, err));
}

/* Whatever the order in which it is told: they stand as they stood. */
static void
test_what_the_hub_does_not_know_has_no_place(void **state)
{
	struct night *night = *state;
	struct replica *replica = night->replica;

	unplace(replica, 12345, 1);
	assert_false(is_recovering(replica));
	unplace(replica, 120, 1);
	unplace(replica, 240, 1);
	unplace(replica, 110, 1);
	unplace(replica, 120, 9); /* it has none already */
	assert_true(is_recovering(replica));
	SCRIPT_EXPECT(replica,
	    "SELECT group_concat(id || ':' || generation || ':' || sequence)"
	    " FROM (SELECT * FROM unplaced ORDER BY id)",
	    "110:1:2,120:1:3,240:1:10");
	assert_int_equal(place_of(replica, 110), UNPLACED_FROM);
	assert_int_equal(place_of(replica, 120), UNPLACED_FROM + 1);
	assert_int_equal(place_of(replica, 240), UNPLACED_FROM + 2);
	SCRIPT_EXPECT(replica,
	    "SELECT last - (1 << 62) FROM dossier WHERE number = 100", "2");
	assert_int_equal(night_check(replica), STATUS_OK);
	/* and all of it comes again */
	expect_mended(night, 3, "places");
}

/* What has no place and was lost is not asked for for ever. */
static void
test_lost_without_a_place_is_forgotten(void **state)
{
	struct night *night = *state;

	unplace(night->replica, 240, 1);
	night_damage(night->replica, "DELETE FROM ledger WHERE id = 240");
	night_rebuild(night->replica);
	SCRIPT_EXPECT(night->replica, "SELECT count(*) FROM unplaced", "0");
	assert_int_equal(night_check(night->replica), STATUS_OK);
}

/* What the hub sends is no better than what was here. */
static void
test_broken_item_leaves_counts_right(void **state)
{
	struct night *night = *state;
	struct item item = night->items[2];

	item.commit.size--;
	night_damage(night->replica,
	    "UPDATE ledger SET bytes = x'c1' WHERE sequence = 3");
	night_look(night->replica);
	assert_int_equal(mend(night->replica, &item), TAKE_BROKEN);
	night_rebuild(night->replica);
	assert_int_equal(night_check(night->replica), STATUS_OK);
	expect_mended(night, 1, "after that");
}

/* --- at the hub ----------------------------------------------------------- */

static enum status
put_back(struct night *night, const struct item *item)
{
	struct ledger_row row = {
		.sequence = item->sequence,
		.id = item->id,
		.received_ms = item->received_ms,
		.digest = item->digest,
		.mark = item->mark,
		.redacted = item->redacted,
		.bytes = item->commit,
	};
	struct arena arena = { 0 };
	struct commit commit;
	enum status status;

	assert_ok(commit_decode(item->commit, &arena, &commit, err));
	row.dossier = commit.dossier;
	assert_ok(replica_begin(night->replica, err));
	status = mend_put_back(night->replica, &row, &commit, UNREAD);
	if (status == STATUS_OK)
		assert_ok(replica_commit(night->replica, err));
	else
		replica_rollback(night->replica);
	arena_deinit(&arena);
	return status;
}

/* Each where it was; all that was computed from it is as it was. */
static void
test_hub_puts_back_what_it_lost(void **state)
{
	static const char *const damages[] = {
		"UPDATE ledger SET bytes = x'c1' WHERE sequence = ?",
		"UPDATE ledger SET digest = x'07' WHERE sequence = ?",
		"UPDATE ledger SET id = 999 WHERE sequence = ?",
		"UPDATE ledger SET dossier = 999 WHERE sequence = ?",
	};
	struct night *night = *state;

	for (uint32_t i = 0; i < night->count; i++)
		for (size_t j = 0; j < sizeof(damages) / sizeof(damages[0]);
		     j++) {
			char text[128];

			snprintf(text, sizeof(text), "%.*s%u",
			    (int)strlen(damages[j]) - 1, damages[j],
			    (unsigned int)night->items[i].sequence);
			night_damage(night->replica, text);
			assert_int_equal(night_look(night->replica), 1);
			assert_int_equal(put_back(night, &night->items[i]),
			    STATUS_OK);
			assert_int_equal(night_noted(night->replica), 0);
			night_expect_as_before(night);
		}
	assert_int_equal(night_check(night->replica), STATUS_OK);
}

/* The last is put back behind others: counts stay right. */
static void
test_hub_puts_back_what_was_taken_out(void **state)
{
	struct night *night = *state;

	for (uint32_t i = 0; i < night->count; i++) {
		assert_ok(replica_begin(night->replica, err));
		assert_ok(
		    ledger_remove(night->replica, night->items[i].id, err));
		assert_ok(replica_commit(night->replica, err));
		assert_int_equal(put_back(night, &night->items[i]), STATUS_OK);
	}
	night_expect_as_before(night);
}

static void
test_hub_puts_nothing_in_a_place_that_is_taken(void **state)
{
	struct night *night = *state;
	struct item item = night->items[2];

	assert_int_equal(put_back(night, &item), STATUS_EXISTS);
	item.sequence = 77; /* the id stands elsewhere */
	assert_int_equal(put_back(night, &item), STATUS_EXISTS);
	night_expect_as_before(night);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, night_setup, night_teardown)
#define HUB_TEST(name) \
	cmocka_unit_test_setup_teardown(name, night_setup_hub, night_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_every_byte_is_mended),
		TEST(test_every_damage_is_mended),
		TEST(test_damage_that_remains_is_left_out),
		TEST(test_rebuilding_notes_the_damage),
		TEST(test_wrong_place_is_asked_for),
		TEST(test_what_the_hub_lost_gets_its_place),
		TEST(test_place_behind_a_freeze_leaves),
		TEST(test_what_the_hub_does_not_know_has_no_place),
		TEST(test_lost_without_a_place_is_forgotten),
		TEST(test_broken_item_leaves_counts_right),
		HUB_TEST(test_hub_puts_back_what_it_lost),
		HUB_TEST(test_hub_puts_back_what_was_taken_out),
		HUB_TEST(test_hub_puts_nothing_in_a_place_that_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
