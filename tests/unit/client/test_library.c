/*
 * The library, as another program uses it: through throughline.h alone.
 */
#include "tests/unit/client/place.h"

#include "client/include/throughline.h"

#define TL(call)                                           \
	do {                                               \
		if ((call) != TL_OK)                       \
			fail_msg("%s: %s", #call, e.text); \
	} while (0)

static struct tl *
open_place(void **state)
{
	struct place *place = *state;
	struct tl_error e;
	struct tl *tl = NULL;

	TL(tl_open(place->data, &tl, &e));
	return tl;
}

static void
expect_text_value(const struct tl_record *record, const char *column,
    const char *expected)
{
	struct tl_value value = tl_record_value(record, column);

	assert_int_equal(value.type, TL_TEXT);
	assert_int_equal(value.size, strlen(expected));
	assert_memory_equal(value.data, expected, value.size);
}

static bool
count_one(void *context, const struct tl_record *record)
{
	assert_true(tl_record_id(record) > 0);
	++*(uint32_t *)context;
	return true;
}

static bool
stop_at_first(void *context, const struct tl_record *record)
{
	(void)record;
	++*(uint32_t *)context;
	return false;
}

/* --- opening -------------------------------------------------------------- */

/* A folder that has not joined is told apart from one that is broken. */
static void
test_folder_that_has_not_joined_says_how_to(void **state)
{
	struct place *place = *state;
	struct tl_error e;
	struct tl *tl = NULL;
	char path[160];

	snprintf(path, sizeof(path), "%s/none", place->data);
	assert_int_equal(tl_open(path, &tl, &e), TL_NOT_FOUND);
	assert_int_equal(e.status, TL_NOT_FOUND);
	assert_non_null(strstr(e.text, "throughline join"));
	assert_null(tl);
	tl_close(NULL);
}

/* --- reading -------------------------------------------------------------- */

static void
test_record_is_read_column_by_column(void **state)
{
	struct tl *tl = open_place(state);
	struct tl_record *record = NULL;
	struct tl_error e;

	assert_int_equal(tl_school(tl), OAK);
	TL(tl_get(tl, LANE, &record, &e));
	assert_int_equal(e.text[0], '\0');
	assert_int_equal(tl_record_id(record), LANE);
	assert_int_equal(tl_record_dossier(record), LANE);
	assert_int_equal(tl_record_conflicts(record), 1);
	assert_string_equal(tl_record_collection(record), "pupil");
	expect_text_value(record, "surname", "Lane");
	assert_int_equal(tl_record_value(record, "holder").type, TL_INTEGER);
	assert_int_equal(tl_record_value(record, "holder").integer, OAK);
	assert_int_equal(tl_record_value(record, "upn").type, TL_NULL);
	assert_int_equal(tl_record_value(record, "nonsense").type, TL_NULL);
	tl_record_free(record);
	record = NULL;
	assert_int_equal(tl_get(tl, 4711, &record, &e), TL_NOT_FOUND);
	assert_null(record);
	tl_record_free(NULL);
	tl_close(tl);
}

static void
test_each_finds_all_or_those_that_match(void **state)
{
	struct tl *tl = open_place(state);
	struct tl_error e;
	uint32_t count = 0;

	TL(tl_each(tl, "pupil", NULL, NULL, count_one, &count, &e));
	assert_int_equal(count, 2);
	count = 0;
	TL(tl_each(tl, "pupil", "surname", "Lane", count_one, &count, &e));
	assert_int_equal(count, 1);
	count = 0;
	TL(tl_each(tl, "pupil", "upn", "", count_one, &count, &e));
	assert_int_equal(count, 2);
	count = 0;
	TL(tl_each(tl, "pupil", NULL, NULL, stop_at_first, &count, &e));
	assert_int_equal(count, 1);
	assert_int_equal(tl_each(tl, "pupils", NULL, NULL, count_one, &count,
			     &e),
	    TL_NOT_FOUND);
	assert_non_null(strstr(e.text, "pupils"));
	assert_int_equal(tl_each(tl, "pupil", "sirname", "x", count_one, &count,
			     &e),
	    TL_NOT_FOUND);
	assert_int_equal(tl_each(tl, "pupil", "birth_date", "soon", count_one,
			     &count, &e),
	    TL_INVALID);
	tl_close(tl);
}

static void
test_search_finds_by_beginnings(void **state)
{
	struct tl *tl = open_place(state);
	struct tl_error e;
	uint32_t count = 0;

	TL(tl_search(tl, "idr oka", 10, count_one, &count, &e));
	assert_int_equal(count, 1);
	count = 0;
	TL(tl_search(tl, "zzz", 10, count_one, &count, &e));
	assert_int_equal(count, 0);
	tl_close(tl);
}

/* --- writing -------------------------------------------------------------- */

static uint64_t
write_pupil(struct tl *tl, const char *surname)
{
	struct tl_write *write = NULL;
	struct tl_error e;
	int64_t pupil, contact;

	TL(tl_begin_pupil(tl, 0, &write, &pupil, &e));
	assert_true(pupil < 0);
	TL(tl_set_text(write, pupil, "surname", surname, &e));
	TL(tl_set_text(write, pupil, "forename", "Mo", &e));
	TL(tl_set_text(write, pupil, "birth_date", "2015-03-21", &e));
	TL(tl_insert(write, "contact", &contact, &e));
	TL(tl_set_text(write, contact, "surname", surname, &e));
	TL(tl_commit(write, &e));
	assert_true(tl_committed_id(tl, contact) > tl_committed_id(tl, pupil));
	return tl_committed_id(tl, pupil);
}

/* Written is durable and visible to others at once, and waits for the hub. */
static void
test_written_pupil_is_there_for_everybody(void **state)
{
	struct tl *tl = open_place(state), *other = open_place(state);
	struct tl_record *record = NULL;
	struct tl_state before, after;
	struct tl_error e;
	uint64_t pupil;

	TL(tl_state(tl, &before, &e));
	pupil = write_pupil(tl, "Castellan");
	TL(tl_get(other, pupil, &record, &e));
	expect_text_value(record, "surname", "Castellan");
	assert_int_equal(tl_record_value(record, "holder").integer, OAK);
	assert_int_equal(tl_record_dossier(record), pupil);
	tl_record_free(record);
	TL(tl_state(other, &after, &e));
	assert_int_equal(after.waiting, before.waiting + 1);
	assert_false(after.synced);
	assert_int_equal(after.conflicts, 1);
	assert_non_null(strstr(after.sentence, "1 waiting"));
	tl_close(other);
	tl_close(tl);
}

static void
test_changed_and_deleted(void **state)
{
	struct tl *tl = open_place(state);
	struct tl_record *record = NULL;
	struct tl_write *write = NULL;
	struct tl_value year = { .type = TL_TEXT, .data = "5", .size = 1 };
	struct tl_error e;
	uint64_t deleted;
	int64_t contact;

	TL(tl_begin(tl, OKAFOR, 0, &write, &e));
	TL(tl_set(write, OKAFOR, "nc_year_actual", &year, &e));
	TL(tl_set_text(write, OKAFOR, "sex", "M", &e));
	TL(tl_commit(write, &e));
	TL(tl_get(tl, OKAFOR, &record, &e));
	expect_text_value(record, "nc_year_actual", "5");
	expect_text_value(record, "sex", "M");
	tl_record_free(record);
	record = NULL;
	write = NULL;
	TL(tl_begin(tl, OKAFOR, 0, &write, &e));
	TL(tl_set_text(write, OKAFOR, "sex", "", &e));
	TL(tl_commit(write, &e));
	TL(tl_get(tl, OKAFOR, &record, &e));
	assert_int_equal(tl_record_value(record, "sex").type, TL_NULL);
	tl_record_free(record);
	record = NULL;
	write = NULL;
	TL(tl_begin(tl, OKAFOR, 0, &write, &e));
	TL(tl_insert(write, "contact", &contact, &e));
	TL(tl_set_text(write, contact, "surname", "Okafor", &e));
	TL(tl_commit(write, &e));
	write = NULL;
	TL(tl_begin(tl, OKAFOR, 0, &write, &e));
	assert_int_equal(tl_delete(write, OKAFOR, &e), TL_DENIED);
	TL(tl_delete(write, tl_committed_id(tl, contact), &e));
	deleted = tl_committed_id(tl, contact);
	TL(tl_commit(write, &e));
	assert_int_equal(tl_get(tl, deleted, &record, &e), TL_NOT_FOUND);
	tl_close(tl);
}

/* Cancelled is as if it had never been begun; so is one that failed. */
static void
test_cancelled_and_failed_writes_leave_nothing(void **state)
{
	struct tl *tl = open_place(state);
	struct tl_write *write = NULL;
	struct tl_state now;
	struct tl_error e;
	int64_t pupil;

	TL(tl_begin(tl, LANE, 0, &write, &e));
	TL(tl_set_text(write, LANE, "surname", "Gone", &e));
	tl_cancel(write);
	tl_cancel(NULL);
	write = NULL;
	TL(tl_begin_pupil(tl, 0, &write, &pupil, &e));
	assert_int_equal(tl_set_text(write, pupil, "birth_date", "soon", &e),
	    TL_INVALID);
	assert_int_equal(tl_set_text(write, pupil, "nonsense", "x", &e),
	    TL_NOT_FOUND);
	assert_int_equal(tl_commit(write, &e), TL_INVALID); /* no surname */
	assert_true(strlen(e.text) > 0);
	TL(tl_state(tl, &now, &e));
	assert_int_equal(now.waiting, 0);
	(void)write_pupil(tl, "Castellan");
	tl_close(tl);
}

/* One write at a time; what was begun is forgotten with the library. */
static void
test_write_that_was_begun_is_forgotten_by_close(void **state)
{
	struct tl *tl = open_place(state);
	struct tl_write *write = NULL, *second = NULL;
	struct tl_error e;
	struct tl_state now;

	TL(tl_begin(tl, LANE, 0, &write, &e));
	TL(tl_set_text(write, LANE, "surname", "Gone", &e));
	assert_int_equal(tl_begin(tl, OKAFOR, 0, &second, &e), TL_INVALID);
	assert_null(second);
	assert_int_equal(tl_sync(tl, &e), TL_INVALID);
	tl_close(tl);
	tl = open_place(state);
	TL(tl_state(tl, &now, &e));
	assert_int_equal(now.waiting, 0);
	tl_close(tl);
}

/* --- listening and sync --------------------------------------------------- */

struct heard {
	uint32_t own;
	uint32_t others;
	uint64_t last;
};

static void
hear(void *context, const char *collection, uint64_t record)
{
	struct heard *heard = context;

	if (collection == NULL)
		heard->others++;
	else
		heard->own++;
	heard->last = record;
}

/* Own writes are told record by record, those of others by tl_poll, once. */
static void
test_writes_of_two_handles_are_told(void **state)
{
	struct tl *tl = open_place(state), *other = open_place(state);
	struct heard heard = { 0 };
	struct tl_error e;

	tl_listen(tl, hear, &heard);
	TL(tl_poll(tl, &e));
	TL(tl_poll(tl, &e));
	heard = (struct heard){ 0 };
	(void)write_pupil(tl, "Castellan");
	assert_int_equal(heard.own, 2);
	TL(tl_poll(tl, &e));
	assert_int_equal(heard.others, 0);
	(void)write_pupil(other, "Moss");
	TL(tl_poll(tl, &e));
	TL(tl_poll(tl, &e));
	assert_int_equal(heard.others, 1);
	assert_int_equal(heard.last, 0);
	tl_listen(tl, NULL, NULL);
	(void)write_pupil(other, "Lane");
	TL(tl_poll(tl, &e));
	assert_int_equal(heard.others, 1);
	tl_close(other);
	tl_close(tl);
}

/* A hub that is not there is being offline, and nothing is lost by it. */
static void
test_sync_without_a_hub_is_offline(void **state)
{
	struct tl *tl = open_place(state);
	struct tl_error e;
	struct tl_state now;

	(void)write_pupil(tl, "Castellan");
	assert_int_equal(tl_sync(tl, &e), TL_OFFLINE);
	assert_true(strlen(e.text) > 0);
	TL(tl_state(tl, &now, &e));
	assert_int_equal(now.waiting, 1);
	tl_close(tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE(test_folder_that_has_not_joined_says_how_to),
		PLACE(test_record_is_read_column_by_column),
		PLACE(test_each_finds_all_or_those_that_match),
		PLACE(test_search_finds_by_beginnings),
		PLACE(test_written_pupil_is_there_for_everybody),
		PLACE(test_changed_and_deleted),
		PLACE(test_cancelled_and_failed_writes_leave_nothing),
		PLACE(test_write_that_was_begun_is_forgotten_by_close),
		PLACE(test_writes_of_two_handles_are_told),
		PLACE(test_sync_without_a_hub_is_offline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
