/*
 * The hub's side of the repair: what goes back to its place, what it never
 * had, and what goes out.
 */
#include "tests/unit/server/compare.h"

#include "common/replica/check.h"
#include "common/replica/defect.h"
#include "common/replica/fold.h"
#include "server/core/reconcile.h"
#include "server/core/table.h"

/* Behind the program's back: counts and tables stay as they were. */
static void
lose(struct fixture *f, uint64_t id)
{
	OK(table_run(f->replica, &f->err, "DELETE FROM ledger WHERE id = ?1",
	    "i", id));
}

static void
expect_sound(struct fixture *f)
{
	struct check_result result;

	OK(check_replica(f->replica, NULL, NULL, NULL, &result, &f->err));
}

struct seen {
	enum defect_kind kinds[8];
	uint64_t ids[8];
	uint32_t count;
};

static bool
note_defect(void *context, const struct defect *defect)
{
	struct seen *seen = context;

	seen->kinds[seen->count] = defect->kind;
	seen->ids[seen->count++] = defect->commit_id;
	return true;
}

static struct seen
defects(struct fixture *f)
{
	struct seen seen = { 0 };

	OK(defect_each(f->replica, 0, note_defect, &seen, &f->err));
	return seen;
}

static uint64_t
alarms(struct fixture *f, uint32_t site)
{
	uint64_t count;

	OK(counters_get(f->replica, site, "alarm.mark", &count, &f->err));
	return count;
}

static struct placed
offer_one(struct comparison *c, struct item *item)
{
	struct mend mend = { .items = item, .item_count = 1 };
	struct mended mended = comparison_mend(c, &mend);

	assert_int_equal(mended.place_count, 1);
	return mended.places[0];
}

/* What the hub had lost comes back where it was, and is a defect of sync. */
static void
test_what_was_lost_goes_back_to_its_place(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), later = add_pupil(f, 1);
	struct item item = comparison_item(f, pupil);
	struct comparison c;
	struct ledger_row row;
	struct placed placed;
	struct seen seen;

	(void)later;
	lose(f, pupil);
	c = comparison_begin(f, 1);
	comparison_differ(&c);
	placed = offer_one(&c, &item);
	assert_int_equal(placed.sequence, item.sequence);
	assert_true(mark_equal(&placed.mark, &item.mark));
	OK(ledger_get(f->replica, pupil, &row, &f->err));
	assert_int_equal(row.sequence, item.sequence);
	expect_sound(f);
	seen = defects(f);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.kinds[0], DEFECT_HUB_LACKED);
	assert_int_equal(seen.ids[0], pupil);
	assert_int_equal(alarms(f, 1), 0);
	comparison_end(&c);
}

/* With it came the note of what the file was when it was passed on. */
static void
test_a_frozen_grant_that_was_lost_is_whole_again(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t transfer = open_transfer(f, 1, pupil, ELM);
	uint64_t envelope = last_record(f, "envelope", f->schools[ELM]);
	struct comparison c;
	struct grant before, after;
	struct commit commit;
	struct ledger_row row;
	struct item item;

	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), 0);
	assert_int_equal(move_transfer_to(f, 2, pupil, transfer, "accepted"),
	    REFUSAL_NONE);
	OK(grants_get(f->replica, f->schools[OAK], pupil, &before, &f->err));
	assert_true(before.frozen != 0 && before.frozen_count != 0);
	OK(ledger_find_change(f->replica, before.id, &f->arena, &row, &commit,
	    &f->err));
	item = comparison_item(f, row.id);
	lose(f, row.id);
	OK(replica_begin(f->replica, &f->err));
	OK(fold_record(f->replica, before.id, &f->err));
	OK(replica_commit(f->replica, &f->err));
	assert_int_equal(grants_get_by_id(f->replica, before.id, &after,
			     &f->err),
	    STATUS_NOT_FOUND);

	c = comparison_begin(f, 1);
	comparison_differ(&c);
	assert_int_equal(offer_one(&c, &item).sequence, item.sequence);
	OK(grants_get(f->replica, f->schools[OAK], pupil, &after, &f->err));
	assert_int_equal(after.frozen, before.frozen);
	assert_int_equal(after.frozen_count, before.frozen_count);
	assert_true(digest_sum_equal(&after.frozen_sum, &before.frozen_sum));
	comparison_end(&c);
}

/* The hub's last place went to another meanwhile: it comes behind. */
static void
test_where_another_stands_it_goes_to_the_head(void **state)
{
	struct fixture *f = *state;
	uint64_t first = add_pupil(f, 1), second;
	struct item item = comparison_item(f, first);
	struct comparison c;
	struct placed placed;
	struct ledger_row row;

	OK(table_run(f->replica, &f->err,
	    "DELETE FROM ledger WHERE sequence >= ?1", "i", item.sequence));
	/* as a hub that did not know how far it had been */
	OK(replica_meta_set(f->replica, "head", item.sequence - 1, &f->err));
	second = add_pupil(f, 4);
	OK(ledger_get(f->replica, second, &row, &f->err));
	assert_int_equal(row.sequence, item.sequence);
	c = comparison_begin(f, 1);
	comparison_differ(&c);
	placed = offer_one(&c, &item);
	assert_true(placed.sequence > item.sequence);
	assert_false(mark_equal(&placed.mark, &item.mark));
	OK(ledger_get(f->replica, first, &row, &f->err));
	assert_int_equal(row.sequence, placed.sequence);
	comparison_end(&c);
}

/* Nobody is told of what he has not the bytes of. */
static void
test_what_it_never_had_has_no_place(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), other = add_pupil(f, 1);
	struct item forged = comparison_item(f, pupil);
	struct item changed = comparison_item(f, other);
	struct comparison c;
	struct placed placed;
	struct seen seen;
	uint8_t *bytes;

	lose(f, pupil);
	c = comparison_begin(f, 1);
	comparison_differ(&c);
	forged.mark.bytes[3] ^= 1;
	assert_int_equal(offer_one(&c, &forged).sequence, 0);
	assert_int_equal(alarms(f, 1), 1);
	/* held: the same bytes have a place, others have none */
	placed = offer_one(&c, &changed);
	assert_int_equal(placed.sequence, changed.sequence);
	bytes = arena_alloc(&f->arena, changed.commit.size);
	memcpy(bytes, changed.commit.data, changed.commit.size);
	bytes[changed.commit.size - 1] ^= 1;
	changed.commit.data = bytes;
	assert_int_equal(offer_one(&c, &changed).sequence, 0);
	assert_int_equal(alarms(f, 1), 2);
	seen = defects(f);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.kinds[0], DEFECT_UNKNOWN);
	comparison_end(&c);
}

static uint64_t
item_of(struct comparison *c, uint64_t id)
{
	struct fixture *f = c->f;
	struct ledger_row row;

	OK(ledger_get(f->replica, id, &row, &f->err));
	return sketch_item(&c->keys, row.digest.bytes);
}

static struct mended
want_two(struct comparison *c, uint64_t one, uint64_t other)
{
	uint64_t wanted[2] = { one < other ? one : other,
		one < other ? other : one };
	struct mend mend = { .wanted = wanted, .wanted_count = 2 };

	return comparison_mend(c, &mend);
}

/* What is wanted comes with its commit, the computer's own too; of what is not
 * there it is said. */
static void
test_what_is_wanted_is_sent(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct comparison c = comparison_begin(f, 1);
	struct mended mended;
	struct seen seen;

	comparison_differ(&c);
	mended = want_two(&c, item_of(&c, pupil), 99);
	assert_int_equal(mended.item_count, 1);
	assert_int_equal(mended.items[0].id, pupil);
	assert_true(mended.items[0].commit.size > 0);
	assert_int_equal(mended.withheld_count, 1);
	assert_int_equal(mended.withheld[0], 99);
	seen = defects(f);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.kinds[0], DEFECT_CLIENT_LACKED);
	comparison_end(&c);
}

/* The grant was closed since the run began. */
static void
test_what_may_not_be_read_any_more_is_withheld(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t transfer = open_transfer(f, 1, pupil, ELM);
	uint64_t envelope = last_record(f, "envelope", f->schools[ELM]);
	struct comparison c;
	struct mended mended;
	uint64_t item;

	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), 0);
	c = comparison_begin(f, 2);
	comparison_differ(&c);
	item = item_of(&c, pupil);
	assert_int_equal(move_transfer_to(f, 1, pupil, transfer, "cancelled"),
	    REFUSAL_NONE);
	mended = want_two(&c, item, 99);
	assert_int_equal(mended.item_count, 0);
	assert_int_equal(mended.withheld_count, 2);
	comparison_end(&c);
}

static void
test_mending_without_a_run_is_put_off(void **state)
{
	struct fixture *f = *state;
	struct comparison c = comparison_begin(f, 1);
	struct mend mend = { 0 };
	struct buffer body = { 0 };

	OK(message_mend_encode(&mend, &body, &f->err));
	assert_non_null(
	    find_reply(exchange(f, 1, FRAME_MEND, &body), FRAME_RECONCILED));
	comparison_end(&c);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_lost_goes_back_to_its_place),
		TEST(test_a_frozen_grant_that_was_lost_is_whole_again),
		TEST(test_where_another_stands_it_goes_to_the_head),
		TEST(test_what_it_never_had_has_no_place),
		TEST(test_what_is_wanted_is_sent),
		TEST(test_what_may_not_be_read_any_more_is_withheld),
		TEST(test_mending_without_a_run_is_put_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
