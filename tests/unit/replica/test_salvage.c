/*
 * Salvaging real databases with real damage.  Whatever a plain walk of the
 * table still reads is saved; nothing is invented; and what is said to be all
 * is all.
 */
#include "ruin.h"

#include "common/replica/check.h"

enum {
	FRAME_BYTES = 24 + PAGE /* of the WAL */
};

/* True of whatever is salvaged from whatever damage. */
static void
expect_honest(struct ruin *ruin, struct replica *to,
    const struct salvage_result *result)
{
	assert_true(
	    result->waiting + result->aside + result->lost <= WAITING + ASIDE);
	if (result->complete)
		assert_int_equal(result->waiting + result->aside + result->lost,
		    WAITING + ASIDE);
	assert_int_equal(ask(to, "SELECT count(*) FROM pending"
				 " WHERE state = 0"),
	    result->waiting);
	assert_int_equal(replica_identity(to).site, SITE);
	assert_true(replica_identity(to).school == 8 ||
		    replica_identity(to).school == 0);
	assert_true(ask(to, "SELECT value FROM meta"
			    " WHERE name = 'counter'") > COUNTER);
	assert_int_equal(ask(to, "SELECT count(*) FROM dossier"
				 " WHERE state <> 1 AND number <> 0"),
	    0);
	expect_walked(ruin, to);
}

static void
salvage_and_expect(struct ruin *ruin, struct salvage_result *result)
{
	struct replica *to = salvage(ruin, result);
	struct check_result checked;

	expect_honest(ruin, to, result);
	if (result->lost > 0 || !result->complete)
		assert_ok(check_replica(to, NULL, NULL, NULL, &checked, err));
	replica_close(to);
}

static void
expect_all(struct ruin *ruin)
{
	struct salvage_result result;

	salvage_and_expect(ruin, &result);
	assert_int_equal(result.waiting, WAITING);
	assert_int_equal(result.aside, ASIDE);
	assert_int_equal(result.passed_on, 1);
	assert_int_equal(result.lost, 0);
}

/* --- tests ---------------------------------------------------------------- */

static void
test_sound_database_gives_all(void **state)
{
	struct salvage_result result;
	struct replica *to = salvage(*state, &result);

	expect_honest(*state, to, &result);
	assert_true(result.complete);
	assert_int_equal(result.waiting, WAITING);
	assert_int_equal(result.aside, ASIDE);
	assert_int_equal(result.passed_on, 1);
	assert_int_equal(replica_identity(to).school, 8);
	assert_string_equal(script_query(to,
				"SELECT state, refusal, at FROM pending"
				" WHERE state = 1 LIMIT 1"),
	    "1|11|1790000000000");
	/* Its clock and its numbers go on. */
	assert_int_equal(ask(to,
			     "SELECT value FROM meta WHERE name = 'counter'"),
	    COUNTER + 10);
	assert_int_equal(ask(to, "SELECT value FROM meta WHERE name = 'stamp'"),
	    100 + WAITING + ASIDE - 1);
	assert_int_equal(ask(to, "SELECT count(*) FROM ledger"), 0);
	replica_close(to);
	expect_all(*state);
}

static uint64_t
salvage_with_page(struct ruin *ruin, size_t number, const uint8_t *page)
{
	struct salvage_result result;

	overwrite(ruin, number * PAGE, (struct bytes){ page, PAGE });
	salvage_and_expect(ruin, &result);
	return result.waiting + result.aside;
}

/* Rows that lie on that page are lost, and no others. */
static void
test_every_page_overwritten(void **state)
{
	static const uint8_t zeros[PAGE];
	struct ruin *ruin = *state;
	const uint8_t *data = buffer_view(&ruin->file).data;
	size_t pages = buffer_view(&ruin->file).size / PAGE;
	uint8_t noise[PAGE];
	size_t spoilt = 0;

	print_message("seed %u, %zu pages\n", ruin->seed, pages);
	for (size_t i = 0; i < pages; i++) {
		uint64_t saved = salvage_with_page(ruin, i, zeros);

		spoilt += saved < WAITING + ASIDE;
		if (saved == WAITING + ASIDE && i % 5 != 0)
			continue;
		randomize(ruin, noise);
		assert_int_equal(salvage_with_page(ruin, i, noise), saved);
		(void)salvage_with_page(ruin, i,
		    data + (i * 7 + 3) % pages * PAGE);
	}
	/* Those on which the rows themselves lie. */
	assert_in_range(spoilt, 10, 40);
}

static void
test_header_destroyed_loses_nothing(void **state)
{
	static const uint8_t nothing[100];

	overwrite(*state, 0, (struct bytes){ nothing, sizeof(nothing) });
	expect_all(*state);
	overwrite(*state, 16, (struct bytes){ nothing, 8 });
	expect_all(*state);
}

/* Its rows are no loss of what waited, which other pages still hold. */
static void
test_other_table_in_its_place(void **state)
{
#define IN_PLACE_OF_PENDING(name)                             \
	"PRAGMA writable_schema = ON; UPDATE sqlite_schema"   \
	" SET rootpage = (SELECT rootpage FROM sqlite_schema" \
	" WHERE name = '" name "') WHERE name = 'pending'"
	static const char *const others[] = { IN_PLACE_OF_PENDING("record"),
		IN_PLACE_OF_PENDING("ledger"), IN_PLACE_OF_PENDING("dossier"),
		IN_PLACE_OF_PENDING("pupil") };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		alter(*state, others[i]);
		expect_all(*state);
	}
#undef IN_PLACE_OF_PENDING
}

/* Where a row says that it is longer than anything. */
static void
lengthen_rows(struct ruin *ruin, const uint8_t *page, struct bytes length)
{
	size_t offset = (size_t)(page - buffer_view(&ruin->file).data);
	const uint8_t *header = offset == 0 ? page + 100 : page;
	size_t count = (size_t)header[3] << 8 | header[4];

	for (size_t i = 0; header[0] == 0x0d && i < count; i += 5) {
		const uint8_t *at = header + 8 + 2 * i;
		size_t row = (size_t)at[0] << 8 | at[1];
		struct salvage_result result;

		if (row + length.size > PAGE)
			continue;
		overwrite(ruin, offset + row, length);
		salvage_and_expect(ruin, &result);
		assert_true(
		    result.waiting + result.aside >= WAITING + ASIDE - 2);
	}
}

/* Of some SQLite says that there is no memory; there is, and all other rows
 * can be read. */
static void
test_length_of_row_that_cannot_be(void **state)
{
	static const uint8_t longest[] = { 0x8f, 0xff, 0xff, 0xff, 0x7f };
	static const uint8_t beyond[] = { 0x9f, 0x20 }; /* its page */
	static const uint8_t ones[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff };
	struct ruin *ruin = *state;
	struct bytes file = buffer_view(&ruin->file);

	for (size_t offset = 0; offset < file.size; offset += PAGE) {
		lengthen_rows(ruin, file.data + offset,
		    (struct bytes){ longest, sizeof(longest) });
		lengthen_rows(ruin, file.data + offset,
		    (struct bytes){ ones, sizeof(ones) });
		lengthen_rows(ruin, file.data + offset,
		    (struct bytes){ beyond, sizeof(beyond) });
	}
}

/* Of a leaf's first row: behind its length and its key. */
static size_t
header_of_first(const struct ruin *ruin, size_t page)
{
	const uint8_t *data = buffer_view(&ruin->file).data + page;
	size_t at = (size_t)data[8] << 8 | data[9];

	for (int varint = 0; varint < 2; at++)
		varint += data[at] < 0x80;
	return page + at;
}

/* A row's own header lies: about its length, or about a type.  And a page about
 * how many rows it has. */
static void
test_rows_and_pages_that_lie_about_themselves(void **state)
{
	static const uint8_t lies[][3] = { { 0, 0, 0 }, { 0xff, 0x7f, 1 },
		{ 9, 0, 10 }, { 9, 0, 7 }, { 9, 0, 0xff } };
	static const uint8_t many[] = { 0xff, 0xff };
	static const uint8_t nothing[100];
	struct ruin *ruin = *state;
	struct bytes file = buffer_view(&ruin->file);
	struct salvage_result result;

	for (size_t page = PAGE; page < file.size; page += PAGE) {
		if (file.data[page] != 0x0d || file.data[page + 4] < 5)
			continue;
		for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
			overwrite(ruin, header_of_first(ruin, page),
			    (struct bytes){ lies[i], 3 });
			overwrite_more(ruin, 0,
			    (struct bytes){ nothing, sizeof(nothing) });
			salvage_and_expect(ruin, &result);
			assert_true(result.waiting + result.aside >=
				    WAITING + ASIDE - 1);
		}
		overwrite(ruin, page + 3, (struct bytes){ many, 2 });
		overwrite_more(ruin, 0,
		    (struct bytes){ nothing, sizeof(nothing) });
		salvage_and_expect(ruin, &result);
		assert_int_equal(result.waiting + result.aside,
		    WAITING + ASIDE);
	}
}

static void
test_cut_anywhere(void **state)
{
	struct ruin *ruin = *state;
	struct bytes whole = buffer_view(&ruin->file);

	for (size_t size = 0; size < whole.size; size += 5 * PAGE + 77) {
		struct salvage_result result;

		put_back(ruin);
		write_whole(ruin->path, (struct bytes){ whole.data, size });
		salvage_and_expect(ruin, &result);
	}
}

static void
test_absent_file_gives_a_fresh_replica(void **state)
{
	struct ruin *ruin = *state;
	struct salvage_result result;

	remove(ruin->path);
	salvage_and_expect(ruin, &result);
	assert_int_equal(result.waiting, 0);
	assert_false(result.complete);
	write_whole(ruin->path, bytes_of_text(""));
	salvage_and_expect(ruin, &result);
	assert_int_equal(result.waiting, 0);
}

/* The last writes are in the WAL alone, and the beginning of the database is
 * gone, which is not in the WAL; nor is anything written to either file. */
static void
test_wal_is_read_too(void **state)
{
	struct ruin *ruin = *state;
	struct buffer wal = { 0 }, after = { 0 };
	static const uint8_t nothing[100], saltless[24 + PAGE];
	struct salvage_result result;
	struct replica *replica;

	put_back(ruin);
	replica = script_open(ruin->path, REPLICA_CLIENT);
	script_wait(replica, OWN(800000), 5000, 200, "note/1 text=late");
	read_whole(ruin->wal, &wal);
	replica_close(replica);

	for (int destroyed = 0; destroyed < 2; destroyed++) {
		overwrite(ruin, 0,
		    destroyed ? (struct bytes){ nothing, sizeof(nothing) }
			      : (struct bytes){ ruin->file.data, PAGE });
		write_whole(ruin->wal, buffer_view(&wal));
		replica = salvage(ruin, &result);
		assert_int_equal(result.waiting, WAITING + 1);
		assert_int_equal(ask(replica, "SELECT max(id) FROM pending"),
		    OWN(800000));
		replica_close(replica);
		buffer_clear(&after);
		read_whole(ruin->wal, &after);
		assert_true(
		    bytes_equal(buffer_view(&wal), buffer_view(&after)));
	}
	/* What bears no salt of this round, behind it, is not read. */
	assert_int_equal(buffer_append(&wal,
			     (struct bytes){ saltless, sizeof(saltless) }),
	    STATUS_OK);
	overwrite(ruin, 0, (struct bytes){ nothing, sizeof(nothing) });
	write_whole(ruin->wal, buffer_view(&wal));
	replica = salvage(ruin, &result);
	assert_int_equal(result.waiting, WAITING + 1);
	replica_close(replica);
	buffer_truncate(&wal, wal.size - sizeof(saltless));
	/* A transaction that was not finished is none. */
	write_whole(ruin->wal, (struct bytes){ buffer_view(&wal).data,
				   buffer_view(&wal).size - 10 });
	replica = salvage(ruin, &result);
	assert_int_equal(result.waiting, WAITING);
	replica_close(replica);
	/* Nor if all of it is there but its end. */
	for (size_t frame = 32; frame < wal.size; frame += FRAME_BYTES)
		memset(wal.data + frame + 4, 0, 4);
	write_whole(ruin->wal, buffer_view(&wal));
	replica = salvage(ruin, &result);
	assert_int_equal(result.waiting, WAITING);
	replica_close(replica);
	buffer_deinit(&wal);
	buffer_deinit(&after);
}

/* A row whose bytes are not those of its digest is nobody's words. */
static void
test_flipped_bit_is_noticed(void **state)
{
	struct ruin *ruin = *state;
	struct salvage_result result;

	alter(ruin, "UPDATE pending SET digest = zeroblob(16) WHERE id ="
		    " (SELECT max(id) FROM pending WHERE state = 0);"
		    "UPDATE ledger SET digest = x'07',"
		    " sequence = sequence + (1 << 62) WHERE sequence > 35");
	salvage_and_expect(ruin, &result);
	assert_int_equal(result.waiting, WAITING - 1);
	assert_int_equal(result.lost, 1);
	assert_true(result.complete);
}

/* What this computer wrote and the restored hub has not taken again waits. */
static void
test_own_commits_without_a_place_wait(void **state)
{
	struct ruin *ruin = *state;
	struct salvage_result result;
	struct replica *replica;

	alter(ruin, "UPDATE ledger SET sequence = sequence + (1 << 62)"
		    " WHERE sequence > 35");
	replica = salvage(ruin, &result);
	assert_int_equal(result.waiting, WAITING + 4);
	assert_int_equal(ask(replica, "SELECT count(*) FROM pending"
				      " WHERE id < ((5 << 43) + 1000)"),
	    1 + 4);
	replica_close(replica);
}

/* Found by SQLite, and once more page by page since something is in doubt: it
 * waits once. */
static void
test_what_is_found_twice_waits_once(void **state)
{
	struct ruin *ruin = *state;
	struct salvage_result result;

	/* and a later version's table has as many columns */
	alter(ruin, "CREATE TABLE more (a INTEGER PRIMARY KEY, b, c, d, e, f,"
		    " g, h); INSERT INTO more VALUES (1,1,1,1,1,1,1,1);"
		    "UPDATE ledger SET sequence = sequence + (1 << 62)"
		    " WHERE sequence > 35;"
		    "UPDATE pending SET digest = zeroblob(16) WHERE id ="
		    " (SELECT max(id) FROM pending WHERE state = 0)");
	replica_close(salvage(ruin, &result));
	assert_int_equal(result.waiting, WAITING + 4 - 1);
	assert_int_equal(result.lost, 1);
}

/* What another computer wrote never waited here. */
static void
test_another_computers_rows_are_not_taken(void **state)
{
	struct ruin *ruin = *state;
	struct salvage_result result;

	alter(ruin, "UPDATE pending SET id = (6 << 43) + 9 WHERE id ="
		    " (SELECT max(id) FROM pending WHERE state = 0);"
		    "UPDATE ledger SET sequence = sequence + (1 << 62),"
		    " id = (6 << 43) + sequence WHERE sequence > 35");
	replica_close(salvage(ruin, &result));
	assert_int_equal(result.waiting, WAITING - 1);
	assert_int_equal(result.lost, 0);
}

/* Nothing proves what was passed on, but a date has to be one. */
static void
test_notes_that_are_none_are_not_kept(void **state)
{
	static const char *const texts[] = {
		"UPDATE pending SET at = -5 WHERE state = 2",
		"UPDATE pending SET dossier = -5 WHERE state = 2",
		"UPDATE pending SET bytes = x'07' WHERE state = 2",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct salvage_result result;

		alter(*state, texts[i]);
		salvage_and_expect(*state, &result);
		assert_int_equal(result.waiting, WAITING);
		assert_int_equal(result.passed_on, 0);
	}
}

static void
note_catalogue(struct ruin *ruin, uint64_t version)
{
	struct replica *replica;

	put_back(ruin);
	replica = script_open(ruin->path, REPLICA_CLIENT);
	assert_ok(replica_meta_set(replica, "hub_catalogue", version, err));
	replica_close(replica);
}

/* What the hub understands, as last announced; not what is yet to come. */
static void
test_hubs_catalogue_is_kept_if_it_can_be(void **state)
{
	for (uint64_t more = 0; more < 2; more++) {
		struct salvage_result result;
		struct replica *replica;
		uint64_t kept;

		note_catalogue(*state, catalogue_version() + more);
		replica = salvage(*state, &result);
		assert_ok(
		    replica_meta_get(replica, "hub_catalogue", 0, &kept, err));
		assert_int_equal(kept, more > 0 ? 0 : catalogue_version());
		replica_close(replica);
	}
}

#define RUIN(test) cmocka_unit_test_setup_teardown(test, ruin_begin, ruin_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RUIN(test_sound_database_gives_all),
		RUIN(test_every_page_overwritten),
		RUIN(test_header_destroyed_loses_nothing),
		RUIN(test_other_table_in_its_place),
		RUIN(test_length_of_row_that_cannot_be),
		RUIN(test_rows_and_pages_that_lie_about_themselves),
		RUIN(test_cut_anywhere),
		RUIN(test_absent_file_gives_a_fresh_replica),
		RUIN(test_wal_is_read_too),
		RUIN(test_flipped_bit_is_noticed),
		RUIN(test_own_commits_without_a_place_wait),
		RUIN(test_what_is_found_twice_waits_once),
		RUIN(test_another_computers_rows_are_not_taken),
		RUIN(test_notes_that_are_none_are_not_kept),
		RUIN(test_hubs_catalogue_is_kept_if_it_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
