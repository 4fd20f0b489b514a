/*
 * Grants: opened, held, frozen, opened again, closed.
 */
#include "tests/unit/server/domain.h"

#include "server/core/grant_write.h"

static void
drop(struct fixture *f, uint32_t site, uint64_t grant)
{
	struct drop message = { .grant = grant };
	struct buffer body = { 0 };

	OK(message_drop_encode(&message, &body, &f->err));
	(void)exchange(f, site, FRAME_DROP, &body);
}

/* A new child is held by its creator, from the creation on. */
static void
test_creation_is_held_by_its_school(void **state)
{
	struct fixture *f = *state;
	uint64_t head = (greet(f, 1, 0), head_of(f));
	uint64_t pupil = add_pupil(f, 1);
	struct grant grant = grant_of(f, OAK, pupil);

	assert_int_equal(grant.kind, GRANT_HOLDER);
	assert_int_equal(grant.opened, head + 1);
	assert_int_equal(grant.held, head + 1);
	assert_int_equal(grant.because, pupil);
	assert_int_equal(grant.frozen, 0);
	assert_int_equal(grant.id, pupil + 1);
	assert_int_equal(head_of(f), head + 2);
}

/* There and back again: one grant, opened and held anew. */
static void
test_child_that_comes_back_is_held_again(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), first, accepted;
	struct grant grant;

	first = grant_of(f, OAK, pupil).id;
	pass_on(f, 1, 2, pupil);
	pass_on(f, 2, 1, pupil);
	accepted = grant_of(f, ELM, pupil).frozen;
	grant = grant_of(f, OAK, pupil);
	assert_int_equal(grant.id, first);
	assert_int_equal(grant.kind, GRANT_HOLDER);
	assert_int_equal(grant.held, accepted);
	assert_int_equal(grant.frozen, 0);
	assert_true(grant.opened < grant.held);
}

/* A previous holder that was to have the child back keeps its frozen file
 * when that is cancelled. */
static void
test_cancel_freezes_a_previous_holder_again(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), transfer, envelope, cancelled;
	struct grant grant;

	pass_on(f, 1, 2, pupil);
	transfer = open_transfer(f, 2, pupil, OAK);
	envelope = last_record(f, "envelope", f->schools[OAK]);
	assert_int_equal(answer_envelope(f, 1, envelope, "ours"), 0);
	assert_int_equal(grant_of(f, OAK, pupil).kind, GRANT_DESTINATION);
	assert_int_equal(grant_of(f, OAK, pupil).frozen, 0);
	cancelled = head_of(f) + 1;
	assert_int_equal(move_transfer_to(f, 2, pupil, transfer, "cancelled"),
	    REFUSAL_NONE);
	grant = grant_of(f, OAK, pupil);
	assert_int_equal(grant.kind, GRANT_PREVIOUS);
	assert_int_equal(grant.frozen, cancelled);
	assert_int_equal(grant.closed, 0);
}

/* Only the own school's frozen grant is dropped. */
static void
test_drop_closes_only_what_was_passed_on(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), place;
	uint64_t oak = grant_of(f, OAK, pupil).id;

	drop(f, 1, oak);
	assert_int_equal(grant_of(f, OAK, pupil).closed, 0);
	pass_on(f, 1, 2, pupil);
	drop(f, 2, oak);
	assert_int_equal(grant_of(f, OAK, pupil).closed, 0);
	assert_int_equal(counted(f, 1, "drop.refused"), 1);
	assert_int_equal(counted(f, 2, "drop.refused"), 1);
	place = head_of(f) + 1;
	drop(f, 1, oak);
	assert_int_equal(grant_of(f, OAK, pupil).closed, place);
	assert_int_equal(head_of(f), place);
}

/* A holder does not lose its file because somebody ends what never began. */
static void
test_only_a_destination_is_ended(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct hub_options options = fixture_options(f);
	struct hub_writer writer;
	struct grant grant;

	OK(hub_writer_init(&writer, f->replica, &options.mark_key, f->now, 1,
	    &f->err));
	OK(replica_begin(f->replica, &f->err));
	assert_int_equal(grant_write_ended(&writer, f->schools[OAK], pupil,
			     head_of(f) + 1, &f->err),
	    STATUS_NOT_FOUND);
	assert_int_equal(grant_write_ended(&writer, f->schools[ELM], pupil,
			     head_of(f) + 1, &f->err),
	    STATUS_NOT_FOUND);
	replica_rollback(f->replica);
	grant = grant_of(f, OAK, pupil);
	assert_int_equal(grant.frozen, 0);
	assert_int_equal(grant.closed, 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_creation_is_held_by_its_school),
		TEST(test_child_that_comes_back_is_held_again),
		TEST(test_cancel_freezes_a_previous_holder_again),
		TEST(test_drop_closes_only_what_was_passed_on),
		TEST(test_only_a_destination_is_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
