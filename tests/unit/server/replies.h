/*
 * What the hub said: frames, and what is in them.
 */
#ifndef TESTS_SERVER_REPLIES_H
#define TESTS_SERVER_REPLIES_H

#include "tests/unit/server/fixture.h"

struct reply {
	uint8_t type;
	struct bytes body;
};

struct replies {
	struct reply list[REPLIES];
	uint32_t count;
};

static inline const struct reply *
find_reply(const struct replies *replies, enum frame_type type)
{
	for (uint32_t i = 0; i < replies->count; i++)
		if (replies->list[i].type == type)
			return &replies->list[i];
	return NULL;
}

/* The answers of a batch, in order, from one frame or several. */
static inline uint32_t
answers_in(struct fixture *f, const struct replies *replies,
    struct answer answers[COMMITS])
{
	struct answers message;
	uint32_t count = 0;

	for (uint32_t i = 0; i < replies->count; i++) {
		if (replies->list[i].type != FRAME_ANSWER)
			continue;
		OK(message_answers_decode(replies->list[i].body, &f->arena,
		    &message, &f->err));
		for (uint32_t j = 0; j < message.answer_count; j++) {
			assert_true(count < COMMITS);
			answers[count++] = message.answers[j];
		}
	}
	return count;
}

static inline uint32_t
goodbye_in(struct fixture *f, const struct replies *replies)
{
	const struct reply *reply = find_reply(replies, FRAME_GOODBYE);
	struct goodbye goodbye;

	assert_non_null(reply);
	OK(message_goodbye_decode(reply->body, &f->arena, &goodbye, &f->err));
	return goodbye.code;
}

/* Items of all STREAM frames. */
static inline uint32_t
stream_in(struct fixture *f, const struct replies *replies,
    struct item items[COMMITS], uint64_t *upto)
{
	struct stream stream;
	uint32_t count = 0;

	for (uint32_t i = 0; i < replies->count; i++) {
		if (replies->list[i].type != FRAME_STREAM)
			continue;
		OK(message_stream_decode(replies->list[i].body, &f->arena,
		    &stream, &f->err));
		*upto = stream.upto;
		for (uint32_t j = 0; j < stream.item_count; j++) {
			assert_true(count < COMMITS);
			items[count++] = stream.items[j];
		}
	}
	return count;
}

#endif
