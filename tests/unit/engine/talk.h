/*
 * An engine and a hub of hand-written frames: what the engine says is taken
 * apart, what the hub says is put together by the test.  "other" is the
 * school's second computer, where commits of others come from.
 */
#ifndef TESTS_ENGINE_TALK_H
#define TESTS_ENGINE_TALK_H

#include <stdlib.h>

#include "tests/unit/replica/fixture.h"

#include "client/engine/engine.h"
#include "protocol/limits.h"
#include "protocol/stamp.h"

enum {
	SAID_MAX = 64,
	GENERATION = 7
};

struct said {
	uint8_t type;
	struct bytes body;
};

struct talk {
	struct replica *replica;
	struct replica *other;
	struct codec *codec;
	struct codec *hub_codec;
	struct engine *engine;
	uint64_t now;
	uint64_t elapsed;
	size_t unsent;
	uint64_t settle_ms;
	uint64_t night_bytes;
	uint64_t generation;
	uint64_t told; /* how far the stream has come */
	struct engine_update update;
	struct said said[SAID_MAX]; /* by the engine, in the last step */
	uint32_t said_count;
	struct fixture_line line;
	struct arena arena;
	enum status (
	    *sign)(void *context, struct bytes message, uint8_t signature[64]);
};

/* --- one computer --------------------------------------------------------- */

static inline void
talk_start_engine(struct talk *t)
{
	struct engine_options options = {
		.replica = t->replica,
		.codec = t->codec,
		.program = "test",
		.sign = t->sign,
		.sign_context = t,
		.seed = 5,
		.settle_ms = t->settle_ms,
		.night_bytes = t->night_bytes,
	};

	assert_ok(engine_create(&options, &t->engine, err));
}

/* The process ends, however it does, and another goes on. */
static inline void
talk_restart(struct talk *t)
{
	engine_destroy(t->engine);
	t->engine = NULL;
	talk_start_engine(t);
}

static inline int
talk_begin(void **state)
{
	struct talk *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->replica = fixture_open(1, OAK);
	t->other = fixture_open(2, OAK);
	t->now = NOW_MS;
	t->elapsed = 5000;
	t->generation = GENERATION;
	assert_ok(codec_create(&t->codec, err));
	assert_ok(codec_create(&t->hub_codec, err));
	talk_start_engine(t);
	*state = t;
	return 0;
}

static inline int
talk_end(void **state)
{
	struct talk *t = *state;

	engine_destroy(t->engine);
	replica_close(t->replica);
	replica_close(t->other);
	codec_destroy(t->codec);
	codec_destroy(t->hub_codec);
	arena_deinit(&t->arena);
	arena_deinit(&t->line.arena);
	free(t);
	return 0;
}

#define TALK(test) cmocka_unit_test_setup_teardown(test, talk_begin, talk_end)

/* --- events --------------------------------------------------------------- */

static inline void
talk_hear(struct talk *t)
{
	struct bytes view = t->update.output;
	struct buffer scratch = { 0 };
	struct frame frame;

	t->said_count = 0;
	while (view.size > 0) {
		struct said *said = &t->said[t->said_count++];
		uint8_t *copy;

		assert_true(t->said_count <= SAID_MAX);
		assert_ok(
		    frame_read(&view, t->hub_codec, &scratch, &frame, err));
		copy = arena_alloc(&t->arena, frame.body.size + 1);
		assert_non_null(copy);
		memcpy(copy, frame.body.data, frame.body.size);
		said->type = frame.type;
		said->body = (struct bytes){ copy, frame.body.size };
	}
	buffer_deinit(&scratch);
}

static inline void
talk_step(struct talk *t, enum engine_event_type type, struct bytes bytes)
{
	struct engine_event event = {
		.type = type,
		.now_ms = t->now,
		.elapsed_ms = t->elapsed,
		.bytes = bytes,
		.unsent_bytes = t->unsent,
	};

	assert_ok(engine_step(t->engine, &event, &t->update, err));
	talk_hear(t);
}

/* ms pass. */
static inline void
talk_tick(struct talk *t, uint64_t ms)
{
	t->now += ms;
	t->elapsed += ms;
	talk_step(t, ENGINE_TICK, (struct bytes){ NULL, 0 });
}

static inline void
talk_connect(struct talk *t)
{
	talk_step(t, ENGINE_CONNECTED, (struct bytes){ NULL, 0 });
}

static inline void
talk_disconnect(struct talk *t)
{
	talk_step(t, ENGINE_DISCONNECTED, (struct bytes){ NULL, 0 });
}

/* --- the hub speaks ------------------------------------------------------- */

static inline void
talk_frame(struct talk *t, uint8_t type, struct bytes body)
{
	struct buffer out = { 0 };

	assert_ok(frame_write(&out, type, body, NULL, err));
	talk_step(t, ENGINE_RECEIVED, buffer_view(&out));
	buffer_deinit(&out);
}

/* SAY(t, FRAME_PING, ping, { .token = 3 }) */
#define SAY(t, type, name, ...)                                               \
	do {                                                                  \
		struct buffer say_body = { 0 };                               \
		assert_ok(                                                    \
		    message_##name##_encode(&(__VA_ARGS__), &say_body, err)); \
		talk_frame((t), (type), buffer_view(&say_body));              \
		buffer_deinit(&say_body);                                     \
	} while (0)

static inline struct welcome
welcome_of(struct talk *t)
{
	static struct generation generation;

	generation = (struct generation){ t->generation, 0 };
	return (struct welcome){
		.version = PROTOCOL_VERSION,
		.catalogue = catalogue_version(),
		.generations = &generation,
		.generation_count = 1,
		.start = t->told,
		.head = t->line.sequence,
		.time_ms = t->now,
		.school = OAK,
	};
}

static inline void
talk_welcome(struct talk *t)
{
	struct welcome welcome = welcome_of(t);

	SAY(t, FRAME_WELCOME, welcome, welcome);
}

static inline void
talk_stream_items(struct talk *t, struct item *items, uint32_t count)
{
	struct stream stream = { t->told, t->line.sequence, items, count };

	SAY(t, FRAME_STREAM, stream, stream);
	t->told = t->line.sequence;
}

/* What the other computer wrote since, as the hub would tell it. */
static inline void
talk_stream(struct talk *t)
{
	fixture_send(t->other, &t->line);
	talk_stream_items(t, t->line.items, t->line.count);
}

/* An empty dossier is all there was of it. */
static inline void
talk_fill_empty(struct talk *t, uint64_t dossier, uint64_t upto)
{
	struct filled filled = {
		.dossier = dossier,
		.upto = upto,
		.state = FILLED_DONE,
	};
	struct filleds filleds = { &filled, 1 };

	SAY(t, FRAME_FILLED, filleds, filleds);
}

/* The hub's proof; off: how many commits more than there are here. */
static inline void
talk_proof(struct talk *t, uint64_t off)
{
	struct proof proof = { .cursor = t->told };
	uint64_t filling;

	assert_ok(
	    dossier_scope(t->replica, &proof.count, &proof.sum, &filling, err));
	proof.count += off;
	SAY(t, FRAME_PROOF, proof, proof);
}

/* A new computer at a hub that holds nothing of its school yet. */
static inline void
talk_begin_session(struct talk *t)
{
	talk_connect(t);
	talk_welcome(t);
	talk_fill_empty(t, OAK, 0);
	talk_fill_empty(t, DOSSIER_PARTNERSHIP, 0);
}

/* --- what the engine said ------------------------------------------------- */

/* The index'th frame of that type in the last step, or NULL. */
static inline const struct said *
said_nth(const struct talk *t, enum frame_type type, uint32_t index)
{
	for (uint32_t i = 0; i < t->said_count; i++)
		if (t->said[i].type == type && index-- == 0)
			return &t->said[i];
	return NULL;
}

static inline uint32_t
said_count(const struct talk *t, enum frame_type type)
{
	uint32_t count = 0;

	while (said_nth(t, type, count) != NULL)
		count++;
	return count;
}

/* HEARD(t, FRAME_PONG, ping, &ping): the first of that type, taken apart. */
#define HEARD(t, type, name, out)                                         \
	do {                                                              \
		const struct said *heard_said = said_nth((t), (type), 0); \
		assert_non_null(heard_said);                              \
		assert_ok(message_##name##_decode(heard_said->body,       \
		    &(t)->arena, (out), err));                            \
	} while (0)

static inline struct engine_status
talk_status(struct talk *t)
{
	struct engine_status status;

	assert_ok(engine_get_status(t->engine, &status, err));
	return status;
}

/* The engine hung up, said so, and why. */
static inline void
expect_complaint(struct talk *t, const char *why)
{
	struct goodbye goodbye;

	assert_int_equal(t->update.wish, ENGINE_HANG_UP);
	HEARD(t, FRAME_GOODBYE, goodbye, &goodbye);
	assert_int_equal(goodbye.code, GOODBYE_PROTOCOL);
	if (!bytes_equal_text(goodbye.text, why))
		fail_msg("%.*s", (int)goodbye.text.size,
		    (const char *)goodbye.text.data);
	assert_false(replica_in_transaction(t->replica));
}

static inline uint64_t
talk_meta(struct talk *t, const char *name)
{
	uint64_t value;

	assert_ok(replica_meta_get(t->replica, name, 0, &value, err));
	return value;
}

static inline uint64_t
talk_ledger_count(struct talk *t, uint64_t dossier)
{
	struct dossier found = { 0 };

	return dossier_get(t->replica, dossier, &found, UNREAD) == STATUS_OK
	           ? found.count
	           : 0;
}

/* --- batches -------------------------------------------------------------- */

/* The index'th PUSH of the last step. */
static inline struct push
push_said(struct talk *t, uint32_t index)
{
	const struct said *said = said_nth(t, FRAME_PUSH, index);
	struct push push;

	assert_non_null(said);
	assert_ok(message_push_decode(said->body, &t->arena, &push, err));
	return push;
}

/* Taken with the next place, or refused. */
static inline struct answer
answer_to(struct talk *t, struct bytes bytes, enum refusal refusal)
{
	struct answer answer = { .refusal = (uint32_t)refusal };
	struct digest digest = digest_of(bytes);
	struct commit head;

	assert_int_equal(commit_peek(bytes, &head), STATUS_OK);
	answer.id = head.id;
	memcpy(answer.digest, digest.bytes, sizeof(answer.digest));
	if (refusal == REFUSAL_NONE)
		answer.sequence = ++t->line.sequence;
	return answer;
}

/* One ANSWER for a PUSH, all the same. */
static inline void
talk_answer_at(struct talk *t, const struct push *push, enum refusal refusal,
    uint64_t received_ms)
{
	struct answers answers = { .received_ms = received_ms };

	answers.answer_count = push->commit_count;
	answers.answers = arena_array(&t->arena, push->commit_count,
	    sizeof(answers.answers[0]));
	for (uint32_t i = 0; i < push->commit_count; i++)
		answers.answers[i] = answer_to(t, push->commits[i], refusal);
	SAY(t, FRAME_ANSWER, answers, answers);
}

static inline void
talk_answer(struct talk *t, const struct push *push, enum refusal refusal)
{
	talk_answer_at(t, push, refusal, t->now);
}

#endif
