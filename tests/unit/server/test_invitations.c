/*
 * Invitations admit once, in time, and to whom they were given.
 */
#include "server/authority/invitations.h"

#include "place.h"

enum {
	HOUR_MS = 60 * 60 * 1000
};

static int
setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	place_init(place);
	*state = place;
	return 0;
}

static int
teardown(void **state)
{
	place_deinit(*state);
	free(*state);
	return 0;
}

static struct bytes
invite(struct place *place, uint64_t now_ms,
    uint8_t secret[INVITATION_SECRET_BYTES])
{
	PLACE_OK(place, invitations_create(place->replica, place->member,
			    now_ms, now_ms + HOUR_MS, secret, &place->err));
	return (struct bytes){ secret, INVITATION_SECRET_BYTES };
}

/* What was created is there, and says whose it is. */
static void
test_fresh_secret_admits_to_its_school(void **state)
{
	struct place *place = *state;
	uint8_t bytes[INVITATION_SECRET_BYTES];
	struct bytes secret = invite(place, 1000, bytes);
	uint64_t school = 0, count = 0;

	PLACE_OK(place, invitations_check(place->replica, secret, 2000, &school,
			    &place->err));
	assert_true(school == place->member);
	PLACE_OK(place,
	    invitations_count_open(place->replica, 2000, &count, &place->err));
	assert_int_equal(count, 1);
}

/* After it was used it is nobody's. */
static void
test_used_secret_is_refused(void **state)
{
	struct place *place = *state;
	uint8_t bytes[INVITATION_SECRET_BYTES];
	struct bytes secret = invite(place, 1000, bytes);
	uint64_t school = 0, count = 0;

	PLACE_OK(place, invitations_use(place->replica, secret,
			    bytes_of_text("a key"), 2000, 7, &place->err));
	assert_int_equal(invitations_check(place->replica, secret, 3000,
			     &school, &place->err),
	    STATUS_EXISTS);
	PLACE_OK(place,
	    invitations_count_open(place->replica, 3000, &count, &place->err));
	assert_int_equal(count, 0);
}

/* Wrong, used and expired ones are told apart within, and not outside. */
static void
test_all_refusals_have_one_sentence(void **state)
{
	struct place *place = *state;
	uint8_t used[INVITATION_SECRET_BYTES], late[INVITATION_SECRET_BYTES];
	uint8_t wrong[INVITATION_SECRET_BYTES] = { 1, 2, 3 };
	struct bytes used_secret = invite(place, 1000, used);
	struct bytes late_secret = invite(place, 1000, late);
	struct error errors[3] = { { 0 } };
	uint64_t school = 0;

	PLACE_OK(place, invitations_use(place->replica, used_secret,
			    bytes_of_text("a key"), 2000, 7, &place->err));
	assert_int_equal(invitations_check(place->replica,
			     (struct bytes){ wrong, sizeof(wrong) }, 2000,
			     &school, &errors[0]),
	    STATUS_NOT_FOUND);
	assert_int_equal(invitations_check(place->replica, used_secret, 2000,
			     &school, &errors[1]),
	    STATUS_EXISTS);
	assert_int_equal(invitations_check(place->replica, late_secret,
			     1000 + HOUR_MS, &school, &errors[2]),
	    STATUS_TIMEOUT);
	assert_string_equal(errors[0].text, errors[1].text);
	assert_string_equal(errors[0].text, errors[2].text);
}

static bool
note_entry(void *context, const struct invitation_entry *entry)
{
	*(struct invitation_entry *)context = *entry;
	return true;
}

static void
test_list_says_by_whom_it_was_used(void **state)
{
	struct place *place = *state;
	uint8_t bytes[INVITATION_SECRET_BYTES];
	struct bytes secret = invite(place, 1000, bytes);
	struct invitation_entry entry = { 0 };

	PLACE_OK(place, invitations_use(place->replica, secret,
			    bytes_of_text("a key"), 2000, 7, &place->err));
	PLACE_OK(place,
	    invitations_each(place->replica, note_entry, &entry, &place->err));
	assert_true(entry.school == place->member);
	assert_int_equal(entry.created_ms, 1000);
	assert_int_equal(entry.expires_ms, 1000 + HOUR_MS);
	assert_int_equal(entry.used_ms, 2000);
	assert_int_equal(entry.site, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_fresh_secret_admits_to_its_school, setup, teardown),
		cmocka_unit_test_setup_teardown(test_used_secret_is_refused,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_all_refusals_have_one_sentence, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_list_says_by_whom_it_was_used, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
