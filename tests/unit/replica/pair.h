/*
 * Two schools' replicas, and what a hub would hand from one to the other.
 */
#ifndef TESTS_REPLICA_PAIR_H
#define TESTS_REPLICA_PAIR_H

#include "common/replica/grants.h"
#include "fixture.h"

struct pair {
	struct replica *oak;
	struct replica *elm;
	struct fixture_line line;
};

static inline int
setup(void **state)
{
	static struct pair pair;

	pair = (struct pair){ .oak = fixture_open(5, OAK),
		.elm = fixture_open(6, ELM) };
	*state = &pair;
	/* what a school's own dossier holds is here from the start */
	fixture_open_dossier(pair.oak, OAK);
	fixture_open_dossier(pair.elm, ELM);
	return 0;
}

static inline int
teardown(void **state)
{
	struct pair *pair = *state;

	replica_close(pair->oak);
	replica_close(pair->elm);
	arena_deinit(&pair->line.arena);
	return 0;
}

/* --- what the hub would write --------------------------------------------- */

struct grant_text {
	uint64_t id; /* of the grant record: 0 for a new one */
	uint64_t dossier;
	uint64_t opened;
	uint64_t frozen;
	uint64_t closed;
};

static inline void
set_number(struct draft *draft, int64_t record, const char *column,
    uint64_t number)
{
	struct value value = value_integer((int64_t)number);

	if (number != 0)
		assert_ok(draft_set(draft, record, column, &value, err));
}

/* Write a grant into the own dossier, as if it had been streamed. */
static inline uint64_t
write_grant(struct replica *replica, uint64_t school,
    const struct grant_text *text)
{
	struct draft *draft = NULL;
	int64_t grant = (int64_t)text->id;
	uint64_t id;

	assert_ok(replica_begin(replica, err));
	assert_ok(draft_create(replica, school, 0, &draft, err));
	if (text->id == 0) {
		assert_ok(draft_insert(draft, "grant", &grant, err));
		assert_ok(draft_set_text(draft, grant, "kind",
		    bytes_of_text("destination"), err));
		set_number(draft, grant, "dossier", text->dossier);
	}
	set_number(draft, grant, "opened", text->opened);
	set_number(draft, grant, "frozen", text->frozen);
	set_number(draft, grant, "closed", text->closed);
	assert_ok(draft_finish(draft, NOW_MS, &id, err));
	draft_destroy(draft);
	assert_ok(replica_commit(replica, err));
	return id;
}

static inline void
follow(struct replica *replica, uint64_t start)
{
	assert_ok(replica_begin(replica, err));
	assert_ok(take_grants(replica, start, err));
	assert_ok(replica_commit(replica, err));
}

static inline struct dossier
dossier_of(struct replica *replica, uint64_t number)
{
	struct dossier dossier;

	assert_ok(dossier_get(replica, number, &dossier, err));
	return dossier;
}

/* A section with all that the line carried. */
static inline struct filled
section(struct pair *pair, uint64_t dossier, enum filled_state state)
{
	struct filled filled = {
		.dossier = dossier,
		.upto = pair->line.sequence,
		.items = pair->line.items,
		.item_count = pair->line.count,
		.state = state,
	};

	for (uint32_t i = 0; i < pair->line.count; i++) {
		filled.count++;
		digest_sum_add(&filled.sum, &pair->line.items[i].digest);
	}
	return filled;
}

static inline bool
fill(struct replica *replica, const struct filled *filled)
{
	bool whole;

	assert_ok(replica_begin(replica, err));
	assert_ok(take_filled(replica, filled, &whole, err));
	assert_ok(replica_commit(replica, err));
	return whole;
}

static inline bool
is_shown(struct replica *replica, uint64_t record)
{
	const struct collection *collection;
	enum record_state state;
	uint64_t dossier;

	return record_locate(replica, record, &dossier, &collection, &state,
		   UNREAD) == STATUS_OK &&
	       state == RECORD_LIVE;
}

#endif
