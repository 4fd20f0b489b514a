/*
 * What a dossier held before it was opened to a school: fills.
 */
#include "tests/unit/server/domain.h"

#include "common/replica/damage.h"
#include "server/core/fill.h"
#include "server/core/table.h"

static uint32_t
fill(struct fixture *f, uint32_t site, uint64_t dossier, uint64_t from,
    uint64_t to, struct filled *last)
{
	struct fill wanted = { dossier, from, to };
	struct fills message = { &wanted, 1 };
	struct buffer body = { 0 };
	struct replies *replies;
	struct filleds filleds;
	uint32_t items = 0;

	OK(message_fills_encode(&message, &body, &f->err));
	replies = exchange(f, site, FRAME_FILL, &body);
	*last = (struct filled){ 0 };
	for (uint32_t i = 0; i < replies->count; i++) {
		if (replies->list[i].type != FRAME_FILLED)
			continue;
		OK(message_filleds_decode(replies->list[i].body, &f->arena,
		    &filleds, &f->err));
		for (uint32_t j = 0; j < filleds.filled_count; j++) {
			assert_int_equal(filleds.filleds[j].dossier, dossier);
			*last = filleds.filleds[j];
			items += last->item_count;
		}
	}
	assert_int_equal(last->dossier, dossier);
	return items;
}

static void
test_fill_ends_with_count_and_sum(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct dossier dossier;
	struct filled filled;

	OK(dossier_get(f->replica, pupil, &dossier, &f->err));
	(void)greet(f, 4, head_of(f));
	assert_int_equal(fill(f, 4, pupil, 0, head_of(f), &filled), 1);
	assert_int_equal(filled.state, FILLED_DONE);
	assert_int_equal(filled.count, dossier.count);
	assert_true(digest_sum_equal(&filled.sum, &dossier.sum));
	assert_int_equal(filled.upto, head_of(f));
	/* from the middle of the ledger: counted up to there */
	assert_int_equal(fill(f, 4, 0, 0, 2, &filled), 2);
	assert_int_equal(filled.count, 2);
	/* resumed: only the rest, but all of it is summed up */
	assert_int_equal(fill(f, 4, 0, 1, 2, &filled), 1);
	assert_int_equal(filled.count, 2);
}

static void
test_fill_of_what_is_not_granted_ends(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct filled filled;

	(void)greet(f, 2, head_of(f));
	assert_int_equal(fill(f, 2, pupil, 0, head_of(f), &filled), 0);
	assert_int_equal(filled.state, FILLED_ENDED);
	assert_int_equal(fill(f, 2, f->schools[OAK], 0, 9, &filled), 0);
	assert_int_equal(filled.state, FILLED_ENDED);
	assert_int_equal(fill(f, 2, 12345, 0, 9, &filled), 0);
	assert_int_equal(filled.state, FILLED_ENDED);
}

/* Not even what the school had before the close. */
static void
test_fill_of_a_closed_grant_ends(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t transfer = open_transfer(f, 1, pupil, ELM);
	uint64_t envelope = last_record(f, "envelope", f->schools[ELM]);
	struct filled filled;

	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), 0);
	assert_true(fill(f, 2, pupil, 0, head_of(f), &filled) > 0);
	assert_int_equal(move_transfer_to(f, 1, pupil, transfer, "cancelled"),
	    REFUSAL_NONE);
	assert_int_equal(fill(f, 2, pupil, 0, head_of(f), &filled), 0);
	assert_int_equal(filled.state, FILLED_ENDED);
}

/* A frozen file is filled up to the freeze, with the sums of then. */
static void
test_fill_is_capped_at_the_freeze(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	uint64_t transfer = open_transfer(f, 1, pupil, ELM);
	uint64_t envelope = last_record(f, "envelope", f->schools[ELM]);
	struct grant grant;
	struct filled filled;
	struct build b;

	assert_int_equal(answer_envelope(f, 2, envelope, "ours"), 0);
	assert_int_equal(move_transfer_to(f, 2, pupil, transfer, "accepted"),
	    REFUSAL_NONE);
	b = build(f, 2, pupil);
	build_change(&b, "pupil", pupil);
	build_text(&b, "surname", "Lane");
	assert_int_equal(offer(&b), REFUSAL_NONE);
	grant = grant_of(f, OAK, pupil);
	assert_int_equal(fill(f, 1, pupil, 0, head_of(f), &filled), 4);
	assert_int_equal(filled.state, FILLED_DONE);
	assert_int_equal(filled.upto, grant.frozen);
	assert_int_equal(filled.count, 4);
	assert_true(digest_sum_equal(&filled.sum, &grant.frozen_sum));
}

static void
test_fill_of_a_destroyed_file_is_gone(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct mark_key key = { { 7 } };
	struct hub_writer writer;
	struct filled filled;
	struct draft *draft;
	int64_t record;

	OK(hub_writer_init(&writer, f->replica, &key, f->now, 1, &f->err));
	OK(replica_begin(f->replica, &f->err));
	OK(hub_write_begin(&writer, 0, &draft, &f->err));
	OK(draft_insert(draft, "destroyed_dossier", &record, &f->err));
	OK(hub_set_integer(draft, record, "dossier", pupil + 5, &f->err));
	OK(hub_set_text(draft, record, "destroyed_on", "2026-12-31", &f->err));
	OK(hub_write_end(&writer, draft, 1, STATUS_OK, &f->err));
	OK(replica_commit(f->replica, &f->err));
	assert_int_equal(fill(f, 1, pupil + 5, 0, 9, &filled), 0);
	assert_int_equal(filled.state, FILLED_GONE);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

/* The bytes of a commit are no longer those that were taken: nobody gets them,
 * it is noted, and the schools are to bring a sound copy. */
static void
test_what_is_damaged_goes_to_nobody(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), other = add_pupil(f, 1);
	uint64_t head = head_of(f), damaged;
	struct fetch fetch = { .ids = &pupil, .id_count = 1 };
	struct buffer body = { 0 };
	struct night_state night;
	struct fetched fetched;
	struct filled filled;

	(void)greet(f, 4, head);
	assert_int_equal(fill(f, 4, pupil, 0, head, &filled), 1);
	OK(table_run(f->replica, &f->err,
	    "UPDATE ledger SET bytes = CAST(substr(bytes, 1,"
	    " length(bytes) - 1) || x'7a' AS BLOB) WHERE id = ?1",
	    "i", pupil));
	assert_int_equal(fill(f, 4, pupil, 0, head, &filled), 0);
	assert_int_equal(fill(f, 4, other, 0, head, &filled), 1);
	OK(message_fetch_encode(&fetch, &body, &f->err));
	OK(message_fetched_decode(find_reply(exchange(f, 4, FRAME_FETCH, &body),
				      FRAME_FETCHED)
				      ->body,
	    &f->arena, &fetched, &f->err));
	assert_int_equal(fetched.item_count, 0);
	assert_int_equal(fetched.missing_count, 1);

	OK(damage_count(f->replica, &damaged, &f->err));
	assert_int_equal(damaged, 0);
	OK(hub_tick(f->hub, f->now, &f->err));
	OK(damage_count(f->replica, &damaged, &f->err));
	assert_int_equal(damaged, 1);
	OK(nights_get(f->replica, 4, &night, &f->err));
	assert_true(night.wanted);
	/* from now on what was not sent is not counted */
	assert_int_equal(fill(f, 4, pupil, 0, head, &filled), 0);
	assert_int_equal(filled.state, FILLED_DONE);
	assert_int_equal(filled.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fill_ends_with_count_and_sum),
		TEST(test_fill_of_what_is_not_granted_ends),
		TEST(test_fill_of_a_closed_grant_ends),
		TEST(test_fill_is_capped_at_the_freeze),
		TEST(test_fill_of_a_destroyed_file_is_gone),
		TEST(test_what_is_damaged_goes_to_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
