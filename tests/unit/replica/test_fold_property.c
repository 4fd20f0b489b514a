/*
 * The fold is a function of the set: random commits in random orders, split at
 * random over ledger and pending, give the same tables byte by byte.  The seed
 * is printed; THROUGHLINE_SEED repeats a run.
 */
#include "tests/unit/replica/script.h"

enum {
	COMMITS = 30,
	ORDERS = 6,
	ROUNDS = 12,
	RECORDS = 5
};

static uint64_t random_state;

/* splitmix64 */
static uint32_t
random_below(uint32_t limit)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ (z >> 31)) % limit);
}

/* Commit i has the id 100 + 10 i and lies in dossier 100, 110 or 120; the
 * first commits create the records that the later ones write to. */
static uint64_t
id_of(uint32_t place)
{
	return 100 + 10 * (uint64_t)place;
}

static const char *const collections[RECORDS] = { "pupil", "pupil", "note",
	"same_as", "horoscope" };
static const uint64_t dossiers[RECORDS] = { 100, 110, 100, 110, 100 };

static const char *const fields[RECORDS][4] = {
	{ "surname=%s", "forename=%s", "town=%s&postcode=B1", "shoe=%s" },
	{ "surname=%s", "upn=%s", "postcode=%s", "sex=%s" },
	{ "text=%s", "category=%s", "happened_on=%s", "text=#4" },
	{ "state=%s", "why=%s", "other_pupil=#100", "state=agreed" },
	{ "sign=%s", "moon=%s", "sun=Leo", "sign=~" },
};

static const char *const words[] = { "agreed", "ended", "Oak", "2015-01-19",
	"A9", "~", "#3" };

struct text {
	char at[2048];
	size_t size;
};

static void text_add(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
text_add(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text->size += (size_t)vsnprintf(text->at + text->size,
	    sizeof(text->at) - text->size, format, arguments);
	va_end(arguments);
	assert_true(text->size < sizeof(text->at));
}

/* Ids that earlier commits on the record have, some of them; now and then one
 * that never comes. */
static void
add_replaced(struct text *text, uint32_t record, const uint32_t *records,
    uint32_t place, char mark)
{
	for (uint32_t i = 0; i < place; i++) {
		if (records[i] != record || random_below(3) != 0)
			continue;
		text_add(text, "%c%llu", mark, (unsigned long long)id_of(i));
		mark = ',';
	}
	if (random_below(25) == 0)
		text_add(text, "%c%u", mark, 9000 + random_below(3));
}

static void
write_field(struct text *text, uint32_t record, uint32_t field)
{
	const char *word =
	    words[random_below(sizeof(words) / sizeof(words[0]))];
	const char *form = fields[record][field];
	const char *hole = strstr(form, "%s");

	if (hole == NULL)
		text_add(text, " %s", form);
	else
		text_add(text, " %.*s%s%s", (int)(hole - form), form, word,
		    hole + 2);
}

static struct commit *
make_redaction(struct arena *arena, uint32_t place, uint32_t *records)
{
	char text[256];
	uint32_t target = random_below(COMMITS);

	snprintf(text, sizeof(text), "redaction/%llu change=#%llu",
	    (unsigned long long)id_of(place),
	    (unsigned long long)id_of(target));
	records[place] = RECORDS;
	return script_commit(arena, id_of(place), 1000 + random_below(50),
	    random_below(2) != 0 ? 100 : 110, text);
}

static struct commit *
make_commit(struct arena *arena, uint32_t place, uint32_t *records)
{
	struct text text = { .size = 0 };
	uint32_t record = place < RECORDS ? place : random_below(RECORDS);
	bool creates = place < RECORDS;
	uint32_t first = random_below(4);

	if (!creates && random_below(8) == 0)
		return make_redaction(arena, place, records);
	text_add(&text, "%s/%llu", collections[record],
	    (unsigned long long)id_of(record));
	for (uint32_t field = 0; field < 4; field++) {
		/* 0 and 3 may be one column, which stands once a change */
		if (field != first && (random_below(3) != 0 || first == 0 ||
					  field == 0 || field == 3))
			continue;
		write_field(&text, record, field);
		if (!creates)
			add_replaced(&text, record, records, place, '>');
	}
	if (!creates && random_below(6) == 0) {
		bool undoes = random_below(4) == 0;

		text_add(&text, " deleted=%c", undoes ? '~' : '@');
		for (uint32_t i = 0; i < place && !undoes; i++)
			if (records[i] == record && random_below(5) != 0)
				text_add(&text, "%llu,",
				    (unsigned long long)id_of(i));
		add_replaced(&text, record, records, place, '>');
	}
	records[place] = record;
	return script_commit(arena, id_of(place), 1000 + random_below(50),
	    dossiers[record], text.at);
}

static void
shuffle(uint32_t *order)
{
	for (uint32_t i = 0; i < COMMITS; i++)
		order[i] = i;
	for (uint32_t i = COMMITS; i > 1; i--) {
		uint32_t j = random_below(i);
		uint32_t kept = order[i - 1];

		order[i - 1] = order[j];
		order[j] = kept;
	}
}

/* Some wait, and some of these are settled or set aside and come again. */
static void
put_one(struct replica *replica, struct commit *commit, uint64_t *sequence)
{
	struct error err = { 0 };
	struct mark mark = { { 0 } };
	uint32_t way = random_below(4);

	if (way < 2) {
		script_ledger_in(replica, ++*sequence, commit);
		return;
	}
	script_wait_in(replica, commit);
	if (way == 2)
		SCRIPT_OK(pending_settle(replica, commit->id, ++*sequence, 7,
			      &mark, &err),
		    &err);
}

static void
fold_in_some_order(struct commit **commits, struct buffer *dump)
{
	struct replica *replica = script_open(":memory:", REPLICA_CLIENT);
	struct error err = { 0 };
	uint32_t order[COMMITS];
	uint64_t sequence = 0;

	shuffle(order);
	SCRIPT_OK(replica_begin(replica, &err), &err);
	for (uint32_t i = 0; i < COMMITS; i++)
		put_one(replica, commits[order[i]], &sequence);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	script_dump(replica, dump);
	script_check_fold(replica);
	replica_close(replica);
}

static void
test_same_set_gives_same_tables(void **state)
{
	struct buffer first = { 0 };
	struct buffer other = { 0 };

	(void)state;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		struct arena arena = { 0 };
		struct commit *commits[COMMITS];
		uint32_t records[COMMITS];

		for (uint32_t i = 0; i < COMMITS; i++)
			commits[i] = make_commit(&arena, i, records);
		fold_in_some_order(commits, &first);
		for (uint32_t i = 1; i < ORDERS; i++) {
			fold_in_some_order(commits, &other);
			if (!bytes_equal(buffer_view(&first),
				buffer_view(&other)))
				fail_msg("round %u, order %u", round, i);
		}
		arena_deinit(&arena);
	}
	buffer_deinit(&first);
	buffer_deinit(&other);
}

/* What leaves the set leaves no trace in the tables. */
static void
test_removed_commits_leave_no_trace(void **state)
{
	struct buffer before = { 0 };
	struct buffer after = { 0 };
	struct error err = { 0 };

	(void)state;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		struct replica *replica =
		    script_open(":memory:", REPLICA_CLIENT);
		struct arena arena = { 0 };
		struct commit *commits[COMMITS];
		uint32_t records[COMMITS];
		uint32_t half = COMMITS / 2;

		SCRIPT_OK(replica_begin(replica, &err), &err);
		for (uint32_t i = 0; i < COMMITS; i++)
			commits[i] = make_commit(&arena, i, records);
		for (uint32_t i = 0; i < half; i++)
			script_wait_in(replica, commits[i]);
		script_dump(replica, &before);
		for (uint32_t i = half; i < COMMITS; i++)
			script_wait_in(replica, commits[i]);
		for (uint32_t i = COMMITS; i-- > half;)
			SCRIPT_OK(pending_set_aside(replica, commits[i]->id,
				      REFUSAL_RIGHTS, 9, &err),
			    &err);
		script_dump(replica, &after);
		assert_true(
		    bytes_equal(buffer_view(&before), buffer_view(&after)));
		replica_rollback(replica);
		replica_close(replica);
		arena_deinit(&arena);
	}
	buffer_deinit(&before);
	buffer_deinit(&after);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_set_gives_same_tables),
		cmocka_unit_test(test_removed_commits_leave_no_trace),
	};
	const char *seed = getenv("THROUGHLINE_SEED");

	random_state = seed != NULL ? strtoull(seed, NULL, 10)
	                            : (uint64_t)(uintptr_t)&seed;
	printf("seed %llu\n", (unsigned long long)random_state);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
