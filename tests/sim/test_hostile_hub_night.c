/*
 * The same of what a hub says at night (see test_hostile_hub_frames.c): the
 * engine never fails of it, and the next night goes as if nothing had been.
 */
#include "tests/unit/engine/talk.h"

#include "protocol/message_night.h"
#include "protocol/sketch.h"
#include "tests/sim/hostile/mutate.h"

enum {
	STRIDE = 14,
	MANY = 200 /* more than the first cells tell */
};

/* The hub's set: what the other computer wrote, and, where many, what there is
 * not. */
struct hubs {
	struct sketch_set set;
	struct buffer packed;
};

static void
make_set(struct talk *t, bool many, struct hubs *hubs)
{
	uint8_t nonce[NONCE_BYTES] = { 0 };
	struct reconcile reconcile;
	struct sketch_keys keys;

	HEARD(t, FRAME_RECONCILE, reconcile, &reconcile);
	sketch_keys_derive(reconcile.nonce, nonce, OAK, reconcile.at, &keys);
	assert_ok(sketch_set_init(&hubs->set, &keys, 0, err));
	for (uint32_t i = 0; i < t->line.count; i++) {
		struct digest digest = digest_of(t->line.items[i].commit);

		assert_ok(sketch_set_add(&hubs->set, digest.bytes, err));
	}
	for (uint32_t i = 0; many && i < MANY; i++) {
		struct digest digest =
		    digest_of((struct bytes){ (const uint8_t *)&i, sizeof(i) });

		assert_ok(sketch_set_add(&hubs->set, digest.bytes, err));
	}
}

static struct bytes
first_cells_of(struct hubs *hubs)
{
	struct sketch_cell cells[SKETCH_FIRST_CELLS];

	buffer_clear(&hubs->packed);
	sketch_encode(&hubs->set, 0, SKETCH_FIRST_CELLS, cells);
	assert_ok(message_cells_pack(&hubs->packed, SKETCH_NARROW,
	    hubs->set.count, 0, cells, SKETCH_FIRST_CELLS, err));
	return buffer_view(&hubs->packed);
}

static struct bytes
list_of(struct hubs *hubs)
{
	struct sketch_cell cells[MANY + 1];

	assert_true(hubs->set.count <= MANY + 1);
	assert_ok(sketch_set_sort(&hubs->set, err));
	for (uint32_t i = 0; i < hubs->set.count; i++)
		cells[i] =
		    (struct sketch_cell){ .sum = hubs->set.entries[i].item };
	buffer_clear(&hubs->packed);
	assert_ok(message_cells_pack(&hubs->packed, SKETCH_LIST,
	    hubs->set.count, 0, cells, hubs->set.count, err));
	return buffer_view(&hubs->packed);
}

static struct reconciled
reconciled_of(struct hubs *hubs)
{
	return (struct reconciled){ .state = RECONCILED_DIFFERS,
		.count = hubs->set.count,
		.cells = first_cells_of(hubs) };
}

static void
say_reconciled(struct talk *t, struct hubs *hubs)
{
	struct reconciled reconciled = reconciled_of(hubs);

	SAY(t, FRAME_RECONCILED, reconciled, reconciled);
}

static void
say_night(struct talk *t)
{
	SAY(t, FRAME_NIGHT, night, (struct night_message){ .due_ms = t->now });
}

/* What is due, and all that goes before it. */
static void
record_due(struct talk *t, uint8_t type, struct hubs *hubs, struct buffer *body)
{
	struct night_message night = { .due_ms = t->now };
	struct reconciled reconciled;
	struct mended mended = { .items = t->line.items,
		.item_count = t->line.count };
	struct cells cells = { .form = SKETCH_LIST };
	struct sketch_wish wish;

	if (type == FRAME_NIGHT) {
		assert_ok(message_night_encode(&night, body, err));
		return;
	}
	say_night(t);
	make_set(t, type == FRAME_CELLS, hubs);
	if (type == FRAME_RECONCILED) {
		reconciled = reconciled_of(hubs);
		assert_ok(message_reconciled_encode(&reconciled, body, err));
		return;
	}
	say_reconciled(t, hubs);
	if (type == FRAME_MENDED) {
		assert_int_equal(said_count(t, FRAME_MEND), 1);
		assert_ok(message_mended_encode(&mended, body, err));
		return;
	}
	HEARD(t, FRAME_SKETCH, sketch_wish, &wish);
	/* who has almost nothing asks for all items */
	assert_int_equal(wish.form, SKETCH_LIST);
	cells.cells = list_of(hubs);
	assert_ok(message_cells_encode(&cells, body, err));
}

static struct talk *
begin_session(void)
{
	void *state = NULL;
	struct talk *t;

	talk_begin(&state);
	t = state;
	talk_begin_session(t);
	(void)fixture_term(t->other, "closure");
	fixture_send(t->other, &t->line);
	talk_stream_items(t, NULL, 0);
	return t;
}

/* An honest hub, after that: nothing stands in the way of an equal end. */
static void
have_a_night(struct talk *t)
{
	if (t->update.wish == ENGINE_HANG_UP) {
		talk_disconnect(t);
		talk_connect(t);
		talk_welcome(t);
	}
	engine_reconcile(t->engine);
	say_night(t);
	talk_tick(t, 1000);
	assert_false(replica_in_transaction(t->replica));
}

/* False: there is no such element. */
static bool
say_mutated(uint8_t type, uint32_t element, uint32_t way)
{
	struct talk *t = begin_session();
	void *state = t;
	struct hubs hubs = { 0 };
	struct buffer body = { 0 }, mutated = { 0 };
	bool is;

	record_due(t, type, &hubs, &body);
	is = element < mutate_count(buffer_view(&body));
	if (mutate_element(buffer_view(&body), element, way, &mutated)) {
		talk_frame(t, type, buffer_view(&mutated));
		have_a_night(t);
	}
	sketch_set_deinit(&hubs.set);
	buffer_deinit(&hubs.packed);
	buffer_deinit(&body);
	buffer_deinit(&mutated);
	talk_end(&state);
	return is;
}

static void
test_every_element_of_a_night_is_survived(void **state)
{
	static const uint8_t types[] = { FRAME_NIGHT, FRAME_RECONCILED,
		FRAME_CELLS, FRAME_MENDED };
	uint32_t stride = getenv("THROUGHLINE_RUNS") == NULL ? STRIDE : 1;
	uint32_t said = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(types); i++)
		for (uint32_t element = 0;
		     say_mutated(types[i], element, MUTATE_REMOVE); element++)
			for (uint32_t way = element % stride; way < MUTATE_WAYS;
			     way += stride, said++)
				(void)say_mutated(types[i], element, way);
	print_message("%u frames\n", said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_element_of_a_night_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
