#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocol/frame.h"
#include "protocol/limits.h"
#include "sample.h"
#include "vectors.h"

struct fixture {
	struct codec *codec;
	struct buffer out;
	struct buffer scratch;
	struct frame frame;
	struct error error;
};

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	*state = fixture;
	return (int)codec_create(&fixture->codec, &fixture->error);
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	codec_destroy(fixture->codec);
	buffer_deinit(&fixture->out);
	buffer_deinit(&fixture->scratch);
	free(fixture);
	return 0;
}

static enum status
read_frame(struct fixture *fixture, struct bytes *in)
{
	return frame_read(in, fixture->codec, &fixture->scratch,
	    &fixture->frame, &fixture->error);
}

static void
write_frame(struct fixture *fixture, uint8_t type, struct bytes body)
{
	assert_int_equal(frame_write(&fixture->out, type, body, fixture->codec,
			     &fixture->error),
	    STATUS_OK);
}

static struct bytes
repetitive_text(void)
{
	return bytes_of_text("surname forename surname forename surname "
			     "forename surname forename surname forename");
}

/* However the line cuts them, frames come out whole and in order. */
static void
test_frames_split_at_every_byte_come_out_whole(void **state)
{
	struct fixture *fixture = *state;
	struct bytes all;

	write_frame(fixture, FRAME_PING, bytes_of_text("small"));
	write_frame(fixture, FRAME_PUSH, repetitive_text());
	write_frame(fixture, FRAME_LEAVE, (struct bytes){ NULL, 0 });
	all = buffer_view(&fixture->out);
	for (size_t cut = 0; cut <= all.size; cut++) {
		struct bytes in = { all.data, cut };
		unsigned int frames = 0;

		while (read_frame(fixture, &in) == STATUS_OK)
			frames++;
		assert_int_equal(read_frame(fixture, &in), STATUS_AGAIN);
		in.size = all.size - (size_t)(in.data - all.data);
		while (in.size > 0) {
			assert_int_equal(read_frame(fixture, &in), STATUS_OK);
			frames++;
		}
		assert_int_equal(frames, 3);
		assert_int_equal(fixture->frame.type, FRAME_LEAVE);
	}
}

/* Bodies that shrink are compressed; the rest goes as it is. */
static void
test_only_what_shrinks_is_compressed(void **state)
{
	struct fixture *fixture = *state;
	uint8_t noise[200];
	struct random random = random_begin();
	struct bytes in;

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)random_next(&random);
	write_frame(fixture, FRAME_STREAM, repetitive_text());
	assert_int_equal(fixture->out.data[4], FRAME_STREAM | FRAME_COMPRESSED);
	in = buffer_view(&fixture->out);
	assert_int_equal(read_frame(fixture, &in), STATUS_OK);
	assert_int_equal(fixture->frame.type, FRAME_STREAM);
	assert_true(bytes_equal(fixture->frame.body, repetitive_text()));

	buffer_clear(&fixture->out);
	write_frame(fixture, FRAME_STREAM,
	    (struct bytes){ noise, sizeof(noise) });
	assert_int_equal(fixture->out.data[4], FRAME_STREAM);
	assert_int_equal(fixture->out.size, FRAME_HEAD_BYTES + sizeof(noise));
}

/* What is written is always taken, also what compresses too well. */
static void
test_a_body_that_compresses_too_well_goes_plain(void **state)
{
	struct fixture *fixture = *state;
	static const uint8_t zeros[LIMIT_FRAME_BYTES];
	struct bytes in;

	write_frame(fixture, FRAME_PUSH, (struct bytes){ zeros, 100 * 1024 });
	in = buffer_view(&fixture->out);
	assert_int_equal(read_frame(fixture, &in), STATUS_OK);
	assert_int_equal(fixture->frame.body.size, 100 * 1024);
}

static void
test_too_large_bodies_are_refused_by_their_head(void **state)
{
	static const uint8_t head[] = { 0x00, 0x10, 0x00, 0x01, FRAME_PUSH };
	struct fixture *fixture = *state;
	struct bytes in = { head, sizeof(head) };
	uint8_t *noise = malloc(LIMIT_BODY_BYTES + 1);
	struct random random = random_begin();

	assert_int_equal(read_frame(fixture, &in), STATUS_TOO_LARGE);
	for (size_t i = 0; i <= LIMIT_BODY_BYTES; i++)
		noise[i] = (uint8_t)random_next(&random);
	write_frame(fixture, FRAME_PING, bytes_of_text("before"));
	assert_int_equal(frame_write(&fixture->out, FRAME_PUSH,
			     (struct bytes){ noise, LIMIT_BODY_BYTES + 1 },
			     fixture->codec, &fixture->error),
	    STATUS_TOO_LARGE);
	assert_int_equal(frame_write(&fixture->out, FRAME_PUSH,
			     (struct bytes){ noise, LIMIT_FRAME_BYTES + 1 },
			     fixture->codec, &fixture->error),
	    STATUS_TOO_LARGE);
	assert_int_equal(fixture->out.size, FRAME_HEAD_BYTES + 6);
	free(noise);
}

/* A type that is not known is read like any other, for its reader to skip. */
static void
test_an_unknown_type_is_read_and_can_be_skipped(void **state)
{
	static const uint8_t bytes[] = { 0, 0, 0, 1, 77, 0x90, 0, 0, 0, 1,
		FRAME_PING, 0x90 };
	struct fixture *fixture = *state;
	struct bytes in = { bytes, sizeof(bytes) };

	assert_int_equal(read_frame(fixture, &in), STATUS_OK);
	assert_int_equal(fixture->frame.type, 77);
	assert_int_equal(read_frame(fixture, &in), STATUS_OK);
	assert_int_equal(fixture->frame.type, FRAME_PING);
	assert_int_equal(in.size, 0);
}

static void
test_compressed_nonsense_is_invalid(void **state)
{
	static const uint8_t bytes[] = { 0, 0, 0, 3, FRAME_PUSH | 0x80, 1, 2,
		3 };
	struct fixture *fixture = *state;
	struct bytes in = { bytes, sizeof(bytes) };

	assert_int_equal(read_frame(fixture, &in), STATUS_INVALID);
	assert_int_equal(frame_read(&in, NULL, &fixture->scratch,
			     &fixture->frame, &fixture->error),
	    STATUS_INVALID);
}

static void
test_every_type_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(frame_name(FRAME_HELLO), "HELLO");
	assert_string_equal(frame_name(FRAME_JOINED), "JOINED");
	assert_string_equal(frame_name(FRAME_PUSH | 0x80), "PUSH");
	for (unsigned int type = 0; type < 128; type++) {
		char expected[16];

		(void)snprintf(expected, sizeof(expected), "frame %u", type);
		if (strncmp(frame_name((uint8_t)type), "frame", 5) == 0)
			assert_string_equal(frame_name((uint8_t)type),
			    expected);
		else
			assert_true(type <= FRAME_JOINED);
	}
}

static void
test_the_vectors_are_judged_as_they_say(void **state)
{
	struct vectors *vectors = vectors_open("frames.txt");
	struct fixture *fixture = *state;

	while (vectors_next(vectors)) {
		struct bytes in = vectors_bytes(vectors, "bytes");
		enum status status = read_frame(fixture, &in);

		if (strcmp(status_name(status),
			vectors_text(vectors, "status")) != 0)
			fail_msg("%s: %s", vectors_text(vectors, "name"),
			    status_name(status));
		if (status != STATUS_OK)
			continue;
		assert_int_equal(in.size, 0);
		assert_int_equal(fixture->frame.type,
		    vectors_number(vectors, "type"));
		assert_true(bytes_equal(fixture->frame.body,
		    vectors_bytes(vectors, "body")));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_frames_split_at_every_byte_come_out_whole),
		TEST(test_only_what_shrinks_is_compressed),
		TEST(test_a_body_that_compresses_too_well_goes_plain),
		TEST(test_too_large_bodies_are_refused_by_their_head),
		TEST(test_an_unknown_type_is_read_and_can_be_skipped),
		TEST(test_compressed_nonsense_is_invalid),
		TEST(test_every_type_has_a_name),
		TEST(test_the_vectors_are_judged_as_they_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
