/*
 * A hub's set in a night, as a hand-written hub tells it: what the engine has,
 * but for some of it, and commits that nobody has, by their digests alone.
 */
#ifndef TESTS_ENGINE_HUB_SET_H
#define TESTS_ENGINE_HUB_SET_H

#include "tests/unit/engine/talk.h"

#include "client/engine/engine_night.h"
#include "common/replica/scope.h"
#include "protocol/sketch.h"

struct hub_set {
	struct talk *t;
	struct sketch_keys keys;
	struct sketch_set set;
	uint32_t lacks; /* so many of the engine's, from the first on */
	struct cells told;
	struct buffer packed;
};

static inline bool
hub_set_add(void *context, uint64_t sequence, const struct digest *digest)
{
	struct hub_set *hub = context;

	(void)sequence;
	if (hub->lacks > 0)
		hub->lacks--;
	else
		assert_ok(sketch_set_add(&hub->set, digest->bytes, err));
	return true;
}

static inline struct digest
hub_set_digest(uint32_t number)
{
	return digest_of(
	    (struct bytes){ (const uint8_t *)&number, sizeof(number) });
}

static inline void
hub_set_close(struct hub_set *hub)
{
	sketch_set_deinit(&hub->set);
	buffer_deinit(&hub->packed);
}

/* The engine has asked: of its own the hub lacks the first ones, and it has
 * `more`, of the digests 1, 2, ... */
static inline struct hub_set
hub_set_of(struct talk *t, uint32_t lacks, uint32_t more)
{
	const uint8_t nonce[NONCE_BYTES] = { 0 }; /* as NIGHT says it */
	struct hub_set hub = { .t = t, .lacks = lacks };
	struct reconcile asked;

	HEARD(t, FRAME_RECONCILE, reconcile, &asked);
	sketch_keys_derive(asked.nonce, nonce, OAK, asked.at, &hub.keys);
	assert_ok(sketch_set_init(&hub.set, &hub.keys, 0, err));
	assert_ok(
	    scope_each_here(t->replica, asked.at, hub_set_add, &hub, err));
	for (uint32_t i = 1; i <= more; i++) {
		struct digest digest = hub_set_digest(i);

		assert_ok(sketch_set_add(&hub.set, digest.bytes, err));
	}
	return hub;
}

static inline void
hub_set_pack(struct hub_set *hub, enum sketch_form form, uint64_t from,
    uint32_t count)
{
	struct sketch_cell *cells =
	    arena_array(&hub->t->arena, count + 1, sizeof(*cells));

	assert_non_null(cells);
	if (form == SKETCH_LIST) {
		assert_ok(sketch_set_sort(&hub->set, err));
		if (count > hub->set.count - from)
			count = (uint32_t)(hub->set.count - from);
		for (uint32_t i = 0; i < count; i++)
			cells[i] = (struct sketch_cell){
				.sum = hub->set.entries[from + i].item
			};
	} else {
		sketch_encode(&hub->set, (uint32_t)from, (uint32_t)from + count,
		    cells);
	}
	buffer_clear(&hub->packed);
	assert_ok(message_cells_pack(&hub->packed, form, hub->set.count, from,
	    cells, count, err));
	hub->told = (struct cells){ form, from, buffer_view(&hub->packed) };
}

static inline void
hub_set_differ(struct hub_set *hub)
{
	hub_set_pack(hub, SKETCH_NARROW, 0, SKETCH_FIRST_CELLS);
	SAY(hub->t, FRAME_RECONCILED, reconciled,
	    (struct reconciled){ .state = RECONCILED_DIFFERS,
		.count = hub->set.count,
		.cells = hub->told.cells });
}

/* The engine asks for this of it. */
static inline struct sketch_wish
hub_set_wish(const struct hub_set *hub)
{
	struct sketch_wish wish;

	HEARD(hub->t, FRAME_SKETCH, sketch_wish, &wish);
	return wish;
}

/* What it asked for, ready to be told. */
static inline void
hub_set_prepare(struct hub_set *hub)
{
	struct sketch_wish wish = hub_set_wish(hub);

	hub_set_pack(hub, wish.form, wish.from, wish.count);
}

static inline void
hub_set_tell(struct hub_set *hub)
{
	SAY(hub->t, FRAME_CELLS, cells, hub->told);
}

/* The engine knows of the first `more` that it has not: no others. */
static inline void
hub_set_expect_wanted(const struct hub_set *hub, uint32_t more)
{
	struct mend mend;

	HEARD(hub->t, FRAME_MEND, mend, &mend);
	assert_int_equal(mend.item_count, 0);
	assert_int_equal(mend.wanted_count, more);
	for (uint32_t i = 1; i <= more; i++) {
		struct digest digest = hub_set_digest(i);
		uint64_t item = sketch_item(&hub->keys, digest.bytes);
		bool is = false;

		for (uint32_t j = 0; j < more; j++)
			is = is || mend.wanted[j] == item;
		assert_true(is);
	}
}

/* A night begins now, with so many commits that all have. */
static inline void
hub_set_begin_night(struct talk *t, uint32_t count)
{
	talk_begin_session(t);
	for (uint32_t i = 0; i < count; i++) {
		(void)fixture_term(t->other, "term");
		if (i % 50 == 49 || i + 1 == count)
			talk_stream(t);
	}
	SAY(t, FRAME_NIGHT, night, (struct night_message){ .due_ms = t->now });
}

#endif
