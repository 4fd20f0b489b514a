/*
 * Pupils as you type.
 */
#include "common/replica/search.h"

#include "common/replica/sql.h"

#include "fixture.h"

struct found {
	uint64_t ids[8];
	uint32_t count;
};

static bool
collect(void *context, uint64_t pupil)
{
	struct found *found = context;

	found->ids[found->count++] = pupil;
	return true;
}

static struct found
search(struct replica *replica, const char *text)
{
	struct found found = { 0 };

	assert_ok(search_pupils(replica, bytes_of_text(text), 5, collect,
	    &found, err));
	return found;
}

static void
test_every_word_begins_a_word(void **state)
{
	struct replica *replica = fixture_open(5, OAK);
	uint64_t ana = fixture_pupil(replica, "Okafor-Lane", OAK);
	uint64_t zoe = fixture_pupil(replica,
	    "N\xc3\xba\xc3\xb1"
	    "ez",
	    OAK);

	(void)state;
	assert_int_equal(search(replica, "oka").ids[0], ana);
	assert_int_equal(search(replica, "LANE teo").ids[0], ana);
	assert_int_equal(search(replica, "okafor-lane").ids[0], ana);
	assert_int_equal(search(replica, "nunez").ids[0], zoe);
	assert_int_equal(search(replica, "teodora").count, 2);
	assert_int_equal(search(replica, "lane zachary").count, 0);
	assert_int_equal(search(replica, "ane").count, 0);
	replica_close(replica);
}

/* Nothing that is typed is syntax. */
static void
test_punctuation_is_no_syntax(void **state)
{
	struct replica *replica = fixture_open(5, OAK);
	const char *texts[] = { "", " ", "\"", "*", "lane*\"", "a OR b", "(",
		"surname:x", "NEAR(", "-", "^lane", "'; --", "\xe2\x80\x99" };

	(void)state;
	fixture_pupil(replica, "Lane", OAK);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		search(replica, texts[i]);
	assert_int_equal(search(replica, "\"lane\"").count, 1);
	replica_close(replica);
}

/* The limit holds. */
static void
test_at_most_so_many(void **state)
{
	struct replica *replica = fixture_open(5, OAK);

	(void)state;
	for (int i = 0; i < 7; i++)
		fixture_pupil(replica, "Lane", OAK);
	assert_int_equal(search(replica, "lane").count, 5);
	replica_close(replica);
}

/* SQLite takes an index that it lacked memory to read for a damaged one: only
 * what is found damaged again is. */
static void
test_a_damaged_index_is_told_the_second_time(void **state)
{
	struct replica *replica = fixture_open(5, OAK);
	struct found found = { 0 };

	(void)state;
	(void)fixture_pupil(replica, "Okafor-Lane", OAK);
	assert_ok(sql_run(replica,
	    "UPDATE search_data SET block = x'00112233' WHERE id > 10", err));
	assert_int_equal(search_pupils(replica, bytes_of_text("oka"), 5,
			     collect, &found, UNREAD),
	    STATUS_NOMEM);
	assert_int_equal(search_pupils(replica, bytes_of_text("oka"), 5,
			     collect, &found, UNREAD),
	    STATUS_CORRUPT);
	replica_close(replica);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_word_begins_a_word),
		cmocka_unit_test(test_punctuation_is_no_syntax),
		cmocka_unit_test(test_at_most_so_many),
		cmocka_unit_test(test_a_damaged_index_is_told_the_second_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
