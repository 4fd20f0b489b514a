/*
 * A program with another catalogue folds everything anew as it opens what an
 * older one left.  A commit that went bad meanwhile, and that nobody has noted
 * yet, does not keep it from starting.
 */
#include "night.h"
#include "tests/unit/scratch.h"

struct later {
	struct night night;
	enum replica_kind kind;
	char folder[SCRATCH_BYTES];
	char path[SCRATCH_BYTES + 8];
};

static void
later_begin(struct later *later, enum replica_kind kind)
{
	char text[2 * SCRATCH_BYTES];

	later->kind = kind;
	night_open(&later->night, kind);
	scratch_make(later->folder);
	snprintf(later->path, sizeof(later->path), "%s/db", later->folder);
	snprintf(text, sizeof(text), "VACUUM INTO '%s'", later->path);
	night_damage(later->night.replica, text);
	replica_close(later->night.replica);
	later->night.replica = script_open(later->path, kind);
}

static void
later_end(struct later *later)
{
	night_close(&later->night);
	scratch_remove(later->folder);
}

/* The program ends, and one with another catalogue begins. */
static struct replica *
later_open(struct later *later)
{
	night_damage(later->night.replica,
	    "UPDATE meta SET value = 12345 WHERE name = 'catalogue'");
	replica_close(later->night.replica);
	later->night.replica = script_open(later->path, later->kind);
	return later->night.replica;
}

/* From the other side, as a night brings it. */
static void
bring(struct later *later, const struct item *item)
{
	struct replica *replica = later->night.replica;
	struct ledger_row row = {
		.sequence = item->sequence,
		.id = item->id,
		.received_ms = item->received_ms,
		.mark = item->mark,
		.digest = item->digest,
		.redacted = item->redacted,
		.bytes = item->commit,
	};
	struct arena arena = { 0 };
	enum take_result result;
	struct commit commit;

	assert_ok(commit_decode(item->commit, &arena, &commit, err));
	row.dossier = commit.dossier;
	assert_ok(replica_begin(replica, err));
	if (later->kind == REPLICA_HUB)
		assert_ok(mend_put_back(replica, &row, &commit, err));
	else
		assert_ok(mend_take(replica, item, &result, err));
	assert_ok(replica_commit(replica, err));
	arena_deinit(&arena);
}

static void
bring_what_is_noted(struct later *later)
{
	struct night *night = &later->night;

	for (uint32_t i = 0; i < night->count; i++) {
		bool noted;

		assert_ok(damage_is_noted(night->replica,
		    night->items[i].sequence, &noted, err));
		if (noted)
			bring(later, &night->items[i]);
	}
	assert_int_equal(night_look(night->replica), 0);
	night_rebuild(night->replica);
	night_expect_as_before(night);
}

/* The opening knows no time: the night's look tells when it was found. */
static void
expect_found_and_mended(struct later *later, uint64_t count, const char *what)
{
	struct replica *replica = later_open(later);

	if (night_noted(replica) != count)
		fail_msg("%s: other notes", what);
	SCRIPT_EXPECT(replica, "SELECT max(found_ms) FROM damaged", "0");
	assert_int_equal(night_look(replica), count);
	SCRIPT_EXPECT(replica,
	    "SELECT count(DISTINCT found_ms) || max(found_ms) FROM damaged",
	    "11790000000000");
	bring_what_is_noted(later);
}

static void
expect_every_damage_mended(enum replica_kind kind)
{
	static const struct {
		uint64_t count;
		const char *text;
	} damages[] = {
		{ 1, "UPDATE ledger SET bytes = x'c1' WHERE sequence = 3" },
		{ 1, "UPDATE ledger SET digest = x'07' WHERE sequence = 1" },
		{ 1, "UPDATE ledger SET mark = x'07' WHERE sequence = 5" },
		{ 1, "UPDATE ledger SET dossier = 200 WHERE sequence = 3" },
		{ 2, "UPDATE ledger SET bytes = x'c1'"
		     " WHERE sequence IN (2, 6)" },
		{ 9, "UPDATE ledger SET bytes = x'c1'" },
	};
	struct later later;

	later_begin(&later, kind);
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		night_damage(later.night.replica, damages[i].text);
		expect_found_and_mended(&later, damages[i].count,
		    damages[i].text);
	}
	for (uint32_t i = 0; i < later.night.items[2].commit.size; i += 5) {
		night_flip(later.night.replica, 3, i, 0x11);
		expect_found_and_mended(&later, 1, "a byte");
	}
	later_end(&later);
}

static void
test_hub_starts_with_a_damaged_commit(void **state)
{
	(void)state;
	expect_every_damage_mended(REPLICA_HUB);
}

static void
test_computer_starts_with_a_damaged_commit(void **state)
{
	(void)state;
	expect_every_damage_mended(REPLICA_CLIENT);
}

/* All that is sound is shown. */
static void
test_damage_is_left_out_of_the_new_tables(void **state)
{
	struct later later;
	struct replica *replica;

	(void)state;
	later_begin(&later, REPLICA_CLIENT);
	night_damage(later.night.replica,
	    "UPDATE ledger SET bytes = x'c1' WHERE sequence = 3");
	night_damage(later.night.replica,
	    "UPDATE ledger SET digest = zeroblob(16) WHERE sequence = 4");
	replica = later_open(&later);
	SCRIPT_EXPECT(replica, "SELECT group_concat(id) FROM pupil", "100");
	SCRIPT_EXPECT(replica, "SELECT surname, sex FROM pupil", "Lane|~");
	SCRIPT_EXPECT(replica, "SELECT surname, forename FROM contact",
	    "Lane|Eva");
	later_end(&later);
}

/* Nor does what waits: nobody else holds it, but all else is shown. */
static void
test_computer_starts_with_a_damaged_commit_that_waits(void **state)
{
	struct later later;
	struct replica *replica;

	(void)state;
	later_begin(&later, REPLICA_CLIENT);
	night_damage(later.night.replica, "UPDATE pending SET bytes = x'c1'");
	replica = later_open(&later);
	SCRIPT_EXPECT(replica, "SELECT surname, forename FROM contact",
	    "Lord|Ada");
	night_rebuild(replica);
	SCRIPT_EXPECT(replica, "SELECT surname, forename FROM contact",
	    "Lord|Ada");
	SCRIPT_EXPECT(replica, "SELECT count(*) FROM pending", "1");
	later_end(&later);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hub_starts_with_a_damaged_commit),
		cmocka_unit_test(test_computer_starts_with_a_damaged_commit),
		cmocka_unit_test(test_damage_is_left_out_of_the_new_tables),
		cmocka_unit_test(
		    test_computer_starts_with_a_damaged_commit_that_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
