#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/limits.h"
#include "protocol/message.h"
#include "protocol/message_codec.h"
#include "protocol/message_night.h"
#include "sample.h"
#include "vectors.h"

static struct arena arena;
static struct buffer again;
static struct error error;

static int
teardown(void **state)
{
	(void)state;
	arena_deinit(&arena);
	buffer_deinit(&again);
	return 0;
}

/* Each message: decode body, and encode what was understood to again. */
#define RECODE(name, type)                                                   \
	static enum status recode_##name(struct bytes body)                  \
	{                                                                    \
		enum status status;                                          \
		type message;                                                \
                                                                             \
		status =                                                     \
		    message_##name##_decode(body, &arena, &message, &error); \
		if (status != STATUS_OK)                                     \
			return status;                                       \
		return message_##name##_encode(&message, &again, &error);    \
	}
MESSAGE_LIST(RECODE)
MESSAGE_NIGHT_LIST(RECODE)
#undef RECODE

static enum status
recode_leave(struct bytes body)
{
	buffer_clear(&again);
	return buffer_append(&again, body);
}

static const struct {
	uint8_t type;
	enum status (*recode)(struct bytes body);
} messages[] = {
	{ FRAME_HELLO, recode_hello },
	{ FRAME_WELCOME, recode_welcome },
	{ FRAME_PUSH, recode_push },
	{ FRAME_ANSWER, recode_answers },
	{ FRAME_STREAM, recode_stream },
	{ FRAME_CONFIRM, recode_confirm },
	{ FRAME_FILL, recode_fills },
	{ FRAME_FILLED, recode_filleds },
	{ FRAME_FETCH, recode_fetch },
	{ FRAME_FETCHED, recode_fetched },
	{ FRAME_PROVE, recode_proof },
	{ FRAME_PROOF, recode_proof },
	{ FRAME_PING, recode_ping },
	{ FRAME_PONG, recode_ping },
	{ FRAME_RENEW, recode_certificate_message },
	{ FRAME_CERTIFICATE, recode_certificate_message },
	{ FRAME_DROP, recode_drop },
	{ FRAME_LEAVE, recode_leave },
	{ FRAME_GOODBYE, recode_goodbye },
	{ FRAME_OFFER, recode_offer },
	{ FRAME_OFFERED, recode_offered },
	{ FRAME_RECONCILE, recode_reconcile },
	{ FRAME_RECONCILED, recode_reconciled },
	{ FRAME_SKETCH, recode_sketch_wish },
	{ FRAME_CELLS, recode_cells },
	{ FRAME_MEND, recode_mend },
	{ FRAME_MENDED, recode_mended },
	{ FRAME_FOUND, recode_found },
	{ FRAME_NIGHT, recode_night },
	{ FRAME_JOIN, recode_join },
	{ FRAME_JOINED, recode_joined },
};

static enum status
recode(uint64_t type, struct bytes body)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		if (messages[i].type == type)
			return messages[i].recode(body);
	}
	fail_msg("no message of type %u", (unsigned int)type);
	return STATUS_INVALID;
}

/* Understood and said again, every message is the same bytes. */
static void
test_the_vectors_survive_a_round_trip(void **state)
{
	struct vectors *vectors = vectors_open("messages.txt");

	(void)state;
	while (vectors_next(vectors)) {
		struct bytes body = vectors_bytes(vectors, "body");

		if (recode(vectors_number(vectors, "type"), body) != STATUS_OK)
			fail_msg("%s: %s", vectors_text(vectors, "name"),
			    error.text);
		if (!bytes_equal(buffer_view(&again), body))
			fail_msg("%s: other bytes",
			    vectors_text(vectors, "name"));
		arena_reset(&arena);
	}
}

/* What a later version adds is ignored, the rest understood. */
static void
test_elements_of_a_later_version_are_ignored(void **state)
{
	struct vectors *vectors = vectors_open("messages.txt");

	(void)state;
	while (vectors_next(vectors)) {
		uint64_t type = vectors_number(vectors, "type");

		if (type == FRAME_LEAVE ||
		    vectors_text(vectors, "longer") == NULL)
			continue;
		if (recode(type, vectors_bytes(vectors, "longer")) != STATUS_OK)
			fail_msg("%s", error.text);
		assert_true(bytes_equal(buffer_view(&again),
		    vectors_bytes(vectors, "body")));
		arena_reset(&arena);
	}
}

/* Cut at any byte a message is refused; with any bit flipped, no harm. */
static void
test_truncation_and_damage_do_no_harm(void **state)
{
	struct vectors *vectors = vectors_open("messages.txt");

	(void)state;
	while (vectors_next(vectors)) {
		struct bytes body = vectors_bytes(vectors, "body");
		uint64_t type = vectors_number(vectors, "type");
		uint8_t *copy = malloc(body.size);

		if (type == FRAME_LEAVE) {
			free(copy);
			continue;
		}
		for (size_t cut = 0; cut < body.size; cut++) {
			uint8_t *part = malloc(cut + 1);

			memcpy(part, body.data, cut);
			assert_int_equal(recode(type,
					     (struct bytes){ part, cut }),
			    STATUS_INVALID);
			free(part);
		}
		memcpy(copy, body.data, body.size);
		for (size_t at = 0; at < body.size * 8; at++) {
			copy[at / 8] ^= (uint8_t)(1 << at % 8);
			(void)recode(type, (struct bytes){ copy, body.size });
			copy[at / 8] ^= (uint8_t)(1 << at % 8);
		}
		free(copy);
		arena_reset(&arena);
	}
}

/* body with nil in the place of its element at which; false: it has fewer. */
static bool
replace_by_nil(struct bytes body, uint32_t which, struct buffer *made)
{
	struct reader reader = { .rest = body };
	struct bytes nil = { (const uint8_t *)"\xc0", 1 };
	size_t before;

	if (reader_array(&reader, UINT32_MAX, "body") <= which)
		return false;
	reader_skip(&reader, which);
	before = body.size - reader.rest.size;
	reader_skip(&reader, 1);
	buffer_clear(made);
	(void)buffer_append(made, (struct bytes){ body.data, before });
	(void)buffer_append(made, nil);
	(void)buffer_append(made, reader.rest);
	return true;
}

static void
test_elements_of_another_type_are_refused(void **state)
{
	struct vectors *vectors = vectors_open("messages.txt");
	struct buffer made = { 0 };

	(void)state;
	while (vectors_next(vectors)) {
		struct bytes body = vectors_bytes(vectors, "body");
		uint64_t type = vectors_number(vectors, "type");

		for (uint32_t i = 0; replace_by_nil(body, i, &made); i++)
			assert_int_equal(recode(type, buffer_view(&made)),
			    STATUS_INVALID);
		arena_reset(&arena);
	}
	buffer_deinit(&made);
}

/* What passes every check of its structure, but lies. */
static void
test_contradictions_are_refused(void **state)
{
	/* confirmed beyond cursor */
	static const uint8_t confirm[] = { 0x93, 5, 6, 1 };
	/* a fill that ends before it begins */
	static const uint8_t fill[] = { 0x91, 0x93, 1, 5, 4 };
	/* refused for the reason 0 */
	static const uint8_t answer[] = { 0x92, 1, 0x91, 0x93, 1, 0xc4, 4, 0, 0,
		0, 0, 0 };
	/* an answer to a number below 0 */
	static const uint8_t below[] = { 0x92, 1, 0x91, 0x93, 0xff, 0xc4, 4, 0,
		0, 0, 0, 1 };
	/* an item at 1 in what covers (1, 2] */
	static const uint8_t stream[] = { 0x93, 1, 2, 0x91, 0x94, 1, 0, 0xc4, 8,
		0, 0, 0, 0, 0, 0, 0, 0, 5 };
	/* an item received before 1970 */
	static const uint8_t early[] = { 0x93, 0, 2, 0x91, 0x94, 1, 0xff, 0xc4,
		8, 0, 0, 0, 0, 0, 0, 0, 0, 5 };
	/* an item, and an answer, where only what has no place stands */
	static const uint8_t fetched[] = { 0x92, 0x91, 0x94, 0xcf, 0x40, 0, 0,
		0, 0, 0, 0, 0, 0, 0xc4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0x90 };
	static const uint8_t taken[] = { 0x92, 1, 0x91, 0x94, 1, 0xc4, 4, 0, 0,
		0, 0, 0xcf, 0x40, 0, 0, 0, 0, 0, 0, 0, 0xc4, 8, 0, 0, 0, 0, 0,
		0, 0, 0 };
	/* a generation of 64 bits */
	static const uint8_t offered[] = { 0x94, 0xcf, 0x80, 0, 0, 0, 0, 0, 0,
		0, 1, 0, 0xc2 };
	/* a sentence that is not UTF-8 */
	static const uint8_t goodbye[] = { 0x92, 1, 0xa2, 0xc0, 0x80 };

#define REFUSED(type, said)                                                  \
	assert_int_equal(recode(type, (struct bytes){ said, sizeof(said) }), \
	    STATUS_INVALID)
	(void)state;
	REFUSED(FRAME_CONFIRM, confirm);
	REFUSED(FRAME_FILL, fill);
	REFUSED(FRAME_ANSWER, answer);
	REFUSED(FRAME_ANSWER, below);
	REFUSED(FRAME_STREAM, stream);
	REFUSED(FRAME_STREAM, early);
	REFUSED(FRAME_FETCHED, fetched);
	REFUSED(FRAME_ANSWER, taken);
	REFUSED(FRAME_OFFERED, offered);
	REFUSED(FRAME_GOODBYE, goodbye);
#undef REFUSED
}

/* More than a limit is refused before there is memory for it. */
static void
test_too_many_elements_are_refused(void **state)
{
	struct buffer body = { 0 };
	uint8_t *bytes = buffer_reserve(&body, LIMIT_FETCHES + 4);

	(void)state;
	bytes[0] = 0xdc;
	bytes[1] = (LIMIT_FETCHES + 1) >> 8;
	bytes[2] = (LIMIT_FETCHES + 1) & 0xff;
	memset(bytes + 3, 1, LIMIT_FETCHES + 1);
	buffer_produce(&body, LIMIT_FETCHES + 4);
	assert_int_equal(recode(FRAME_FETCH, buffer_view(&body)),
	    STATUS_TOO_LARGE);
	buffer_deinit(&body);
}

/* The differences between items go down in time and up in sequence. */
static void
test_items_are_told_by_their_differences(void **state)
{
	struct item items[] = {
		{ .sequence = 5, .received_ms = 1000, .id = 7 },
		{ .sequence = 6, .received_ms = 900, .id = 8 },
		{ .sequence = 1000000, .received_ms = 2000, .id = 7 },
	};
	struct reader reader = { .arena = &arena };
	struct item *read;
	struct pack pack;
	uint32_t count;

	(void)state;
	buffer_clear(&again);
	pack_begin(&pack, &again);
	pack_items(&pack, items, 3);
	assert_int_equal(pack_end(&pack), STATUS_OK);
	reader.rest = buffer_view(&again);
	read = message_items(&reader, &count, 3);
	assert_int_equal(reader.status, STATUS_OK);
	assert_int_equal(count, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(read[i].sequence, items[i].sequence);
		assert_int_equal(read[i].received_ms, items[i].received_ms);
		assert_int_equal(read[i].id, items[i].id);
		assert_int_equal(read[i].commit.size, 0);
	}
	reader.rest = buffer_view(&again);
	(void)message_items(&reader, &count, 2);
	assert_int_equal(reader.status, STATUS_TOO_LARGE);
	assert_int_equal(count, 0);
}

/* What no frame may carry is not made. */
static void
test_body_over_the_limit_is_too_large(void **state)
{
	static uint8_t commit[LIMIT_COMMIT_BYTES];
	struct item items[LIMIT_BODY_BYTES / LIMIT_COMMIT_BYTES];
	struct filled filled = { .items = items };
	struct filleds message = { &filled, 1 };

	(void)state;
	memset(items, 0, sizeof(items));
	for (uint32_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		items[i].sequence = i + 1;
		items[i].id = i + 1;
		items[i].commit = (struct bytes){ commit, sizeof(commit) };
	}
	filled.item_count = sizeof(items) / sizeof(items[0]) - 1;
	assert_int_equal(message_filleds_encode(&message, &again, &error),
	    STATUS_OK);
	filled.item_count++;
	assert_int_equal(message_filleds_encode(&message, &again, &error),
	    STATUS_TOO_LARGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_vectors_survive_a_round_trip),
		cmocka_unit_test(test_elements_of_a_later_version_are_ignored),
		cmocka_unit_test(test_truncation_and_damage_do_no_harm),
		cmocka_unit_test(test_elements_of_another_type_are_refused),
		cmocka_unit_test(test_contradictions_are_refused),
		cmocka_unit_test(test_too_many_elements_are_refused),
		cmocka_unit_test(test_items_are_told_by_their_differences),
		cmocka_unit_test(test_body_over_the_limit_is_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
