/*
 * Client and hub compare the same set, at every place, whatever became of the
 * grants.
 */
#include "pair.h"
#include "scope_set.h"

#include <stdlib.h>

#include "common/replica/purge.h"

/* --- comparing ------------------------------------------------------------ */

static int
compare_numbers(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a;
	uint64_t two = *(const uint64_t *)b;

	return one < two ? -1 : one > two;
}

static void
sort(struct set *set)
{
	qsort(set->sequences, set->count, sizeof(set->sequences[0]),
	    compare_numbers);
}

static void
expect_same(const struct set *a, const struct set *b, const char *what,
    uint64_t at)
{
	bool same = a->count == b->count;

	for (uint32_t i = 0; same && i < a->count; i++)
		same = a->sequences[i] == b->sequences[i];
	if (!same)
		fail_msg("%s: another set at %llu: %u and %u", what,
		    (unsigned long long)at, a->count, b->count);
}

/* --- a partnership -------------------------------------------------------- */

enum {
	FILES = 6,
	STEPS = 150
};

enum access {
	NONE,
	OPEN,
	FROZEN,
	CLOSED
};

/* What Oak has of one file, as anybody would write it down. */
struct access_now {
	enum access access;
	uint64_t frozen;
	uint64_t grant; /* the record */
};

struct life {
	struct replica *hub;
	struct replica *oak;
	uint64_t head;
	uint64_t told; /* what Oak has taken of it */
	uint64_t seed;
	struct access_now files[FILES];
	/* of each place: which file, or none; what Oak had then */
	uint64_t dossiers[SET_MAX];
	struct access_now past[STEPS][FILES];
	uint64_t ends[STEPS];
};

static uint32_t
roll(struct life *life, uint32_t below)
{
	life->seed = life->seed * UINT64_C(6364136223846793005) + 1442695041;
	return (uint32_t)(life->seed >> 33) % below;
}

static uint64_t
file_of(uint32_t place)
{
	return UINT64_C(1000) * (place + 1);
}

/* The hub takes it; returns its place. */
static uint64_t
take_at_hub(struct life *life, uint64_t dossier, const char *text)
{
	uint64_t sequence = ++life->head;

	assert_true(sequence < SET_MAX);
	script_ledger(life->hub, sequence, 100000 + sequence * 10, sequence,
	    dossier, text);
	life->dossiers[sequence] = dossier;
	return sequence;
}

static void
write_something(struct life *life, uint64_t dossier)
{
	char text[64];

	snprintf(text, sizeof(text), "note/%llu text=x",
	    (unsigned long long)(100000 + (life->head + 1) * 10));
	take_at_hub(life, dossier, text);
}

/* A cause in the file, and behind it the step of the grant. */
static void
step_grant(struct life *life, uint32_t file, enum access access)
{
	struct access_now *now = &life->files[file];
	uint64_t cause = life->head + 1;
	uint64_t commit = 100000 + (cause + 1) * 10;
	char text[160];

	write_something(life, file_of(file));
	if (now->grant == 0 || now->access == CLOSED) {
		now->grant = commit;
		snprintf(text, sizeof(text),
		    "grant/%llu dossier=#%llu kind=destination because=#%llu"
		    " opened=#%llu",
		    (unsigned long long)commit,
		    (unsigned long long)file_of(file),
		    (unsigned long long)(100000 + cause * 10),
		    (unsigned long long)cause);
	} else if (access == OPEN) {
		snprintf(text, sizeof(text),
		    "grant/%llu because=#%llu opened=#%llu frozen=#0",
		    (unsigned long long)now->grant,
		    (unsigned long long)(100000 + cause * 10),
		    (unsigned long long)cause);
	} else {
		snprintf(text, sizeof(text), "grant/%llu %s=#%llu",
		    (unsigned long long)now->grant,
		    access == FROZEN ? "frozen" : "closed",
		    (unsigned long long)cause);
	}
	take_at_hub(life, OAK, text);
	now->access = access;
	now->frozen = access == FROZEN ? cause
	              : access == OPEN ? 0
	                               : now->frozen;
}

static void
step(struct life *life)
{
	uint32_t file = roll(life, FILES);
	struct access_now *now = &life->files[file];

	switch (roll(life, 9)) {
	case 0:
		write_something(life, 0);
		break;
	case 1:
		write_something(life, roll(life, 2) == 0 ? OAK : ELM);
		break;
	case 2:
	case 3:
		if (now->access != OPEN) {
			step_grant(life, file, OPEN);
			break;
		}
		step_grant(life, file, roll(life, 2) == 0 ? FROZEN : CLOSED);
		break;
	case 4:
		if (now->access == FROZEN && roll(life, 2) == 0) {
			step_grant(life, file, CLOSED);
			break;
		}
		write_something(life, file_of(file));
		break;
	default:
		write_something(life, file_of(file));
		break;
	}
}

/* --- what Oak may have, slowly -------------------------------------------- */

static void
slow_set(const struct life *life, uint32_t turn, const uint64_t *left_out,
    uint32_t left_out_count, struct set *set)
{
	set->count = 0;
	for (uint64_t i = 1; i <= life->ends[turn]; i++) {
		uint64_t dossier = life->dossiers[i];
		bool in = dossier == 0 || dossier == OAK;

		for (uint32_t j = 0; j < FILES; j++) {
			const struct access_now *past = &life->past[turn][j];

			if (dossier == file_of(j))
				in = past->access == OPEN ||
				     (past->access == FROZEN &&
					 i <= past->frozen);
		}
		for (uint32_t j = 0; j < left_out_count; j++)
			in = in && left_out[j] != dossier;
		if (in)
			set->sequences[set->count++] = i;
	}
}

/* --- Oak ------------------------------------------------------------------ */

struct carrying {
	struct replica *to;
	bool by_stream;
};

static bool
carry_row(void *context, const struct ledger_row *row)
{
	struct carrying *carrying = context;
	const struct item item = {
		.sequence = row->sequence,
		.id = row->id,
		.received_ms = row->received_ms,
		.mark = row->mark,
		.digest = row->digest,
		.commit = row->bytes,
	};
	enum take_result result;

	assert_ok(
	    take_item(carrying->to, &item, carrying->by_stream, &result, err));
	return true;
}

/* What is new, by the grants of now. */
static void
catch_up(struct life *life)
{
	struct carrying carrying = { life->oak, true };

	assert_ok(replica_begin(life->oak, err));
	assert_ok(ledger_each_of_school(life->hub, OAK, life->told, life->head,
	    carry_row, &carrying, err));
	assert_ok(take_grants(life->oak, 0, err));
	assert_ok(replica_meta_set(life->oak, "cursor", life->head, err));
	assert_ok(replica_commit(life->oak, err));
	life->told = life->head;
}

/* One of the files that are fetched is whole now. */
static void
fill_one(struct life *life, uint64_t number)
{
	struct carrying carrying = { life->oak, false };
	struct dossier dossier;

	assert_ok(dossier_get(life->oak, number, &dossier, err));
	assert_ok(replica_begin(life->oak, err));
	assert_ok(ledger_each_of_dossier(life->hub, number, 0, dossier.fill_to,
	    carry_row, &carrying, err));
	dossier.filled = dossier.fill_to;
	dossier.state = dossier.frozen != 0 ? DOSSIER_FROZEN : DOSSIER_OPEN;
	assert_ok(dossier_put(life->oak, &dossier, err));
	assert_ok(fold_dossier(life->oak, number, err));
	assert_ok(replica_commit(life->oak, err));
}

static void
purge_closed(struct life *life)
{
	for (uint32_t i = 0; i < FILES; i++) {
		struct purge_result purged;
		struct dossier dossier;

		if (dossier_get(life->oak, file_of(i), &dossier, UNREAD) !=
			STATUS_OK ||
		    dossier.state != DOSSIER_CLOSING)
			continue;
		assert_ok(replica_begin(life->oak, err));
		assert_ok(purge_dossier(life->oak, file_of(i), &purged, err));
		assert_ok(replica_commit(life->oak, err));
	}
}

/* Oak's set and the hub's and the slow one are the same, now. */
static void
compare_now(struct life *life, uint32_t turn)
{
	static struct set here, hub, slow;
	uint64_t left_out[FILES];
	uint32_t count;

	here.count = hub.count = 0;
	assert_ok(scope_left_out(life->oak, left_out, FILES, &count, err));
	assert_ok(scope_each_here(life->oak, life->told, set_add, &here, err));
	assert_ok(scope_each_of_school(life->hub, OAK, life->told, left_out,
	    count, set_add, &hub, err));
	slow_set(life, turn, left_out, count, &slow);
	sort(&here);
	sort(&hub);
	expect_same(&slow, &hub, "hub", life->told);
	expect_same(&slow, &here, "client", life->told);
}

/* Whatever has happened since: the hub still knows the set of each turn. */
static void
compare_past(struct life *life, uint32_t turns)
{
	static struct set hub, slow;

	for (uint32_t i = 0; i < turns; i++) {
		hub.count = 0;
		assert_ok(scope_each_of_school(life->hub, OAK, life->ends[i],
		    NULL, 0, set_add, &hub, err));
		slow_set(life, i, NULL, 0, &slow);
		sort(&hub);
		expect_same(&slow, &hub, "past", life->ends[i]);
	}
}

static void
begin_life(struct life *life, uint64_t seed)
{
	life->seed = seed;
	life->hub = fixture_open_at(":memory:", REPLICA_HUB, 0, 0);
	life->oak = fixture_open(5, OAK);
	fixture_open_dossier(life->oak, OAK);
	for (uint32_t i = 0; i < FILES; i++) {
		char text[32];
		uint64_t number = file_of(i);

		snprintf(text, sizeof(text), "pupil/%llu surname=Lane",
		    (unsigned long long)number);
		life->head++;
		script_ledger(life->hub, life->head, number, life->head, number,
		    text);
		life->dossiers[life->head] = number;
	}
}

static void
test_both_have_the_same_set_at_every_place(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct life *life = calloc(1, sizeof(*life));

		assert_non_null(life);
		print_message("seed %llu\n", (unsigned long long)seed);
		begin_life(life, seed);
		for (uint32_t turn = 0; turn < STEPS; turn++) {
			uint64_t left_out[FILES];
			uint32_t count;

			step(life);
			life->ends[turn] = life->head;
			memcpy(life->past[turn], life->files,
			    sizeof(life->files));
			catch_up(life);
			compare_now(life, turn);
			if (roll(life, 3) == 0)
				purge_closed(life);
			assert_ok(scope_left_out(life->oak, left_out, FILES,
			    &count, err));
			if (count > 0 && roll(life, 2) == 0)
				fill_one(life, left_out[roll(life, count)]);
			compare_now(life, turn);
		}
		compare_past(life, STEPS);
		replica_close(life->hub);
		replica_close(life->oak);
		free(life);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_have_the_same_set_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
