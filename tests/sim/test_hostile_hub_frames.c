/*
 * Every element of what a hub says, replaced, left out or doubled: the engine
 * never fails of it, and what waits goes on waiting.  Two of all ways each
 * time; all of them with THROUGHLINE_RUNS.
 */
#include "tests/unit/engine/talk.h"

#include "tests/sim/hostile/mutate.h"

enum {
	STRIDE = 14
};

/* A session in which one thing of each kind is due. */
static struct talk *
due_session(void)
{
	void *state = NULL;
	struct talk *t;

	talk_begin(&state);
	t = state;
	(void)fixture_pupil(t->replica, "Lane", OAK);
	talk_connect(t);
	return t;
}

static void
record_due(struct talk *t, uint8_t type, struct buffer *body)
{
	struct welcome welcome = welcome_of(t);
	struct filled filled = { .dossier = OAK, .state = FILLED_DONE };
	struct filleds filleds = { &filled, 1 };
	struct push push = push_said(t, 0);
	struct answer answer = answer_to(t, push.commits[0], REFUSAL_NONE);
	struct answers answers = { &answer, 1, NOW_MS };
	struct stream stream = { 0, 5, t->line.items, 0 };
	struct proof proof = { .cursor = 5 };
	struct offered offered = { GENERATION, 1, 0, false };

	(void)fixture_term(t->other, "closure");
	t->line.sequence = 1;
	fixture_send(t->other, &t->line);
	stream.item_count = t->line.count;
	switch (type) {
	case FRAME_WELCOME:
		assert_ok(message_welcome_encode(&welcome, body, err));
		break;
	case FRAME_FILLED:
		filled.items = t->line.items;
		filled.item_count = t->line.count;
		assert_ok(message_filleds_encode(&filleds, body, err));
		break;
	case FRAME_ANSWER:
		assert_ok(message_answers_encode(&answers, body, err));
		break;
	case FRAME_STREAM:
		assert_ok(message_stream_encode(&stream, body, err));
		break;
	case FRAME_PROOF:
		assert_ok(message_proof_encode(&proof, body, err));
		break;
	default:
		assert_ok(message_offered_encode(&offered, body, err));
		break;
	}
}

/* False: there is no such element. */
static bool
say_mutated(uint8_t type, uint32_t element, uint32_t way)
{
	struct talk *t = due_session();
	void *state = t;
	struct buffer body = { 0 }, mutated = { 0 };
	uint64_t waiting, aside;
	bool is;

	record_due(t, type, &body);
	is = element < mutate_count(buffer_view(&body));
	if (mutate_element(buffer_view(&body), element, way, &mutated)) {
		if (type != FRAME_WELCOME)
			talk_welcome(t);
		talk_frame(t, type, buffer_view(&mutated));
		talk_tick(t, 1000);
		assert_ok(pending_count(t->replica, &waiting, &aside, err));
		/* it waits, or the hub has said what became of it */
		assert_true(waiting + aside == 1 || type == FRAME_ANSWER);
	}
	buffer_deinit(&body);
	buffer_deinit(&mutated);
	talk_end(&state);
	return is;
}

static void
test_every_element_changed_is_survived(void **state)
{
	static const uint8_t types[] = { FRAME_WELCOME, FRAME_FILLED,
		FRAME_ANSWER, FRAME_STREAM, FRAME_PROOF, FRAME_OFFERED };
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
		cmocka_unit_test(test_every_element_changed_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
