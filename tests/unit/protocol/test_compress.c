#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zstd.h>

#include "protocol/compress.h"
#include "protocol/limits.h"
#include "sample.h"

struct fixture {
	struct codec *codec;
	struct buffer packed;
	struct buffer out;
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
	buffer_deinit(&fixture->packed);
	buffer_deinit(&fixture->out);
	free(fixture);
	return 0;
}

static void
assert_round_trip(struct fixture *fixture, struct bytes bytes)
{
	buffer_clear(&fixture->packed);
	assert_int_equal(codec_compress(fixture->codec, bytes, &fixture->packed,
			     &fixture->error),
	    STATUS_OK);
	assert_int_equal(codec_decompress(fixture->codec,
			     buffer_view(&fixture->packed), &fixture->out,
			     &fixture->error),
	    STATUS_OK);
	assert_true(bytes_equal(bytes, buffer_view(&fixture->out)));
}

/* Random commits come back the same, with and without the dictionary. */
static void
test_what_is_compressed_comes_back(void **state)
{
	struct fixture *fixture = *state;
	struct random random = random_begin();
	struct arena arena = { 0 };

	for (int i = 0; i < 100; i++) {
		struct commit commit = random_commit(&random, &arena);
		struct buffer bytes = { 0 };

		codec_use_dictionary(fixture->codec, i % 2 == 1);
		assert_int_equal(commit_encode(&commit, &bytes, NULL), 0);
		assert_round_trip(fixture, buffer_view(&bytes));
		buffer_deinit(&bytes);
		arena_reset(&arena);
	}
	assert_round_trip(fixture, (struct bytes){ NULL, 0 });
	arena_deinit(&arena);
}

/* The dictionary has a number, and is used only once that was agreed. */
static void
test_the_dictionary_is_used_only_when_told(void **state)
{
	struct fixture *fixture = *state;
	struct bytes text = bytes_of_text("transition_record preferred_surname "
					  "safeguarding curriculum_term pupil");

	assert_int_not_equal(codec_dictionary_id(fixture->codec), 0);
	assert_round_trip(fixture, text);
	assert_int_equal(ZSTD_getDictID_fromFrame(fixture->packed.data,
			     fixture->packed.size),
	    0);
	codec_use_dictionary(fixture->codec, true);
	assert_round_trip(fixture, text);
	assert_int_equal(ZSTD_getDictID_fromFrame(fixture->packed.data,
			     fixture->packed.size),
	    codec_dictionary_id(fixture->codec));
}

static enum status
decompress_zeros(struct fixture *fixture, size_t size)
{
	uint8_t *zeros = calloc(1, size);
	enum status status;

	buffer_clear(&fixture->packed);
	assert_int_equal(codec_compress(fixture->codec,
			     (struct bytes){ zeros, size }, &fixture->packed,
			     &fixture->error),
	    STATUS_OK);
	status = codec_decompress(fixture->codec, buffer_view(&fixture->packed),
	    &fixture->out, &fixture->error);
	free(zeros);
	return status;
}

/* A bomb is refused by what it announces, before memory is asked for. */
static void
test_a_bomb_is_refused_before_allocation(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(decompress_zeros(fixture, 64u << 20),
	    STATUS_TOO_LARGE);
	assert_int_equal(fixture->out.capacity, 0);
	assert_int_equal(decompress_zeros(fixture, LIMIT_BODY_BYTES),
	    STATUS_TOO_LARGE);
	assert_int_equal(fixture->out.capacity, 0);
	assert_int_equal(decompress_zeros(fixture, 4096), STATUS_OK);
}

/* Two frames, a frame without a size, an unknown dictionary, a cut one. */
static void
test_what_is_not_one_sized_frame_is_refused(void **state)
{
	static const uint8_t no_size[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58,
		0x09, 0x00, 0x00, 'a' };
	static const uint8_t other_dictionary[] = { 0x28, 0xb5, 0x2f, 0xfd,
		0x21, 0x07, 0x01, 0x09, 0x00, 0x00, 'a' };
	struct fixture *fixture = *state;
	struct bytes text = bytes_of_text("one frame and another frame");
	struct bytes packed;

	assert_round_trip(fixture, text);
	assert_int_equal(codec_compress(fixture->codec, text, &fixture->packed,
			     &fixture->error),
	    STATUS_OK);
	packed = buffer_view(&fixture->packed);
	assert_int_equal(codec_decompress(fixture->codec, packed, &fixture->out,
			     &fixture->error),
	    STATUS_INVALID);
	packed.size /= 2;
	assert_int_equal(codec_decompress(fixture->codec, packed, &fixture->out,
			     &fixture->error),
	    STATUS_OK);
	packed.size -= 1;
	assert_int_equal(codec_decompress(fixture->codec, packed, &fixture->out,
			     &fixture->error),
	    STATUS_INVALID);
	assert_int_equal(codec_decompress(fixture->codec,
			     (struct bytes){ no_size, sizeof(no_size) },
			     &fixture->out, &fixture->error),
	    STATUS_INVALID);
	assert_int_equal(codec_decompress(fixture->codec,
			     (struct bytes){ other_dictionary,
				 sizeof(other_dictionary) },
			     &fixture->out, &fixture->error),
	    STATUS_INVALID);
}

/* No cut and no flipped bit of a compressed body does harm. */
static void
test_damage_does_no_harm(void **state)
{
	struct fixture *fixture = *state;
	struct bytes text = bytes_of_text(
	    "pupil surname forename birth_date pupil surname forename pupil");
	struct bytes packed;

	codec_use_dictionary(fixture->codec, true);
	assert_round_trip(fixture, text);
	packed = buffer_view(&fixture->packed);
	for (size_t cut = 0; cut < packed.size; cut++)
		assert_int_not_equal(codec_decompress(fixture->codec,
					 (struct bytes){ packed.data, cut },
					 &fixture->out, NULL),
		    STATUS_OK);
	for (size_t at = 0; at < packed.size; at++) {
		for (int bit = 0; bit < 8; bit++) {
			fixture->packed.data[at] ^= (uint8_t)(1 << bit);
			(void)codec_decompress(fixture->codec, packed,
			    &fixture->out, NULL);
			fixture->packed.data[at] ^= (uint8_t)(1 << bit);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_compressed_comes_back),
		TEST(test_the_dictionary_is_used_only_when_told),
		TEST(test_a_bomb_is_refused_before_allocation),
		TEST(test_what_is_not_one_sized_frame_is_refused),
		TEST(test_damage_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
