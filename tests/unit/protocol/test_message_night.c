/*
 * What the vectors of test_message.c do not tell of the night's messages: that
 * what is said is what is heard, and where each limit is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/identifier.h"
#include "protocol/limits.h"
#include "protocol/message_codec.h"
#include "protocol/message_night.h"
#include "protocol/sketch.h"

static struct arena arena;
static struct buffer out;
static struct pack said;
static struct error error;
static const uint8_t zeros[LIMIT_LISTED * 8 + 8];

static int
forget(void **state)
{
	(void)state;
	arena_deinit(&arena);
	buffer_deinit(&out);
	return 0;
}

#define TRIP(name, message, heard)                                          \
	do {                                                                \
		assert_int_equal(message_##name##_encode(message, &out,     \
				     &error),                               \
		    STATUS_OK);                                             \
		assert_int_equal(message_##name##_decode(buffer_view(&out), \
				     &arena, heard, &error),                \
		    STATUS_OK);                                             \
	} while (0)

/* What was packed by hand into said. */
#define HEARD(name, heard) \
	message_##name##_decode(buffer_view(&out), &arena, heard, &error)

/* --- round trips ---------------------------------------------------------- */

static void
test_opening_is_heard_as_said(void **state)
{
	uint64_t left_out[LIMIT_LEFT_OUT];
	struct reconcile message = {
		.at = SEQUENCE_MAX,
		.nonce = "fifteen letters",
		.count = INT64_MAX,
		.sum = { UINT64_MAX, 2 },
		.first_sum = UINT64_MAX - 1,
		.first_check = 3,
		.left_out = left_out,
		.left_out_count = LIMIT_LEFT_OUT,
	};
	struct reconcile heard;

	(void)state;
	for (uint32_t i = 0; i < LIMIT_LEFT_OUT; i++)
		left_out[i] = INT64_MAX - LIMIT_LEFT_OUT + 1 + i;
	TRIP(reconcile, &message, &heard);
	assert_int_equal(heard.at, message.at);
	assert_memory_equal(heard.nonce, message.nonce, NONCE_BYTES);
	assert_int_equal(heard.count, message.count);
	assert_true(digest_sum_equal(&heard.sum, &message.sum));
	assert_int_equal(heard.first_sum, message.first_sum);
	assert_int_equal(heard.first_check, message.first_check);
	assert_int_equal(heard.left_out_count, LIMIT_LEFT_OUT);
	assert_memory_equal(heard.left_out, left_out, sizeof(left_out));
}

static void
test_cells_are_heard_as_said(void **state)
{
	struct reconciled reconciled = {
		.state = RECONCILED_DIFFERS,
		.count = 7,
		.nonce = "fifteen letters",
		.cells = { zeros, (size_t)SKETCH_FIRST_CELLS * CELL_BYTES_MAX },
	};
	struct sketch_wish wish = { SKETCH_WIDE,
		LIMIT_SKETCH_CELLS - LIMIT_CELLS, LIMIT_CELLS };
	struct cells cells = { SKETCH_LIST, LIMIT_SKETCH_ITEMS,
		{ zeros, (size_t)LIMIT_LISTED * 8 } };
	struct reconciled reconciled_heard;
	struct sketch_wish wish_heard;
	struct cells cells_heard;

	(void)state;
	TRIP(reconciled, &reconciled, &reconciled_heard);
	assert_int_equal(reconciled_heard.state, RECONCILED_DIFFERS);
	assert_int_equal(reconciled_heard.count, 7);
	assert_memory_equal(reconciled_heard.nonce, reconciled.nonce,
	    NONCE_BYTES);
	assert_true(bytes_equal(reconciled_heard.cells, reconciled.cells));
	TRIP(sketch_wish, &wish, &wish_heard);
	assert_int_equal(wish_heard.form, SKETCH_WIDE);
	assert_int_equal(wish_heard.from, wish.from);
	assert_int_equal(wish_heard.count, LIMIT_CELLS);
	TRIP(cells, &cells, &cells_heard);
	assert_int_equal(cells_heard.form, SKETCH_LIST);
	assert_int_equal(cells_heard.from, LIMIT_SKETCH_ITEMS);
	assert_true(bytes_equal(cells_heard.cells, cells.cells));
}

/* A commit's first bytes: [7, ...] */
static const uint8_t commit[] = { 0x95, 7, 1, 0, 0, 0x90 };

static struct item
item_at(uint64_t sequence)
{
	struct bytes bytes = { commit, sizeof(commit) };

	return (struct item){ .sequence = sequence,
		.mark.bytes = "7 bytes",
		.commit = bytes,
		.id = 7,
		.digest = digest_of(bytes) };
}

static void
test_mending_is_heard_as_said(void **state)
{
	struct item items[] = { item_at(5), item_at(900) };
	uint64_t wanted[LIMIT_WANTED];
	struct placed places[] = { { SEQUENCE_MAX, { "7 bytes" } }, { 0 } };
	struct mend mend = { items, 2, wanted, LIMIT_WANTED };
	struct mended mended = { places, 2, items, 1, wanted, 2 };
	struct mended mended_heard;
	struct mend mend_heard;

	(void)state;
	for (uint32_t i = 0; i < LIMIT_WANTED; i++)
		wanted[i] = UINT64_MAX - LIMIT_WANTED + 1 + i;
	TRIP(mend, &mend, &mend_heard);
	assert_int_equal(mend_heard.item_count, 2);
	assert_int_equal(mend_heard.items[1].sequence, 900);
	assert_true(mark_equal(&mend_heard.items[1].mark, &items[1].mark));
	assert_true(bytes_equal(mend_heard.items[1].commit, items[1].commit));
	assert_int_equal(mend_heard.wanted_count, LIMIT_WANTED);
	assert_memory_equal(mend_heard.wanted, wanted, sizeof(wanted));
	TRIP(mended, &mended, &mended_heard);
	assert_int_equal(mended_heard.place_count, 2);
	assert_int_equal(mended_heard.places[0].sequence, SEQUENCE_MAX);
	assert_true(mark_equal(&mended_heard.places[0].mark, &places[0].mark));
	assert_int_equal(mended_heard.places[1].sequence, 0);
	assert_int_equal(mended_heard.item_count, 1);
	assert_int_equal(mended_heard.items[0].id, 7);
	assert_int_equal(mended_heard.withheld_count, 2);
	assert_int_equal(mended_heard.withheld[1], wanted[1]);
}

static void
test_end_is_heard_as_said(void **state)
{
	struct found found = { 1, FOUND_FAILED, 2, 3, 4, 5, 6, 7, 8, INT64_MAX,
		{ true, 9, INT64_MAX } };
	struct night_message night = { INT64_MAX, "fifteen letters" };
	struct found found_heard;
	struct night_message night_heard;

	(void)state;
	memset(&found_heard, 0, sizeof(found_heard));
	TRIP(found, &found, &found_heard);
	assert_int_equal(found_heard.at, 1);
	assert_int_equal(found_heard.outcome, FOUND_FAILED);
	assert_int_equal(found_heard.only_hub, 2);
	assert_int_equal(found_heard.only_client, 3);
	assert_int_equal(found_heard.damaged, 4);
	assert_int_equal(found_heard.faults, 5);
	assert_int_equal(found_heard.refolded, 6);
	assert_int_equal(found_heard.rounds, 7);
	assert_int_equal(found_heard.bytes, 8);
	assert_int_equal(found_heard.elapsed_ms, INT64_MAX);
	assert_true(found_heard.room.known);
	assert_int_equal(found_heard.room.database_bytes, 9);
	assert_int_equal(found_heard.room.free_bytes, INT64_MAX);
	found.room.known = false; /* as an older one says it */
	TRIP(found, &found, &found_heard);
	assert_false(found_heard.room.known);
	assert_int_equal(found_heard.room.free_bytes, 0);
	TRIP(night, &night, &night_heard);
	assert_int_equal(night_heard.due_ms, INT64_MAX);
	assert_memory_equal(night_heard.nonce, night.nonce, NONCE_BYTES);
}

/* --- limits --------------------------------------------------------------- */

/* An opening of which one part is as given. */
static enum status
hear_opening(uint64_t at, size_t nonce, uint64_t count, size_t first)
{
	struct reconcile heard;

	message_begin(&said, &out, 6);
	pack_unsigned(&said, at);
	pack_blob(&said, zeros, nonce);
	pack_unsigned(&said, count);
	pack_blob(&said, zeros, 16);
	pack_blob(&said, zeros, first);
	pack_array(&said, 0);
	return HEARD(reconcile, &heard);
}

static enum status
hear_left_out(uint32_t count, uint64_t begin, uint64_t step)
{
	struct reconcile heard;

	(void)hear_opening(1, NONCE_BYTES, 1, 16);
	buffer_truncate(&out, out.size - 1);
	pack_array(&said, count);
	for (uint32_t i = 0; i < count; i++)
		pack_unsigned(&said, begin + i * step);
	return HEARD(reconcile, &heard);
}

static void
test_opening_has_limits(void **state)
{
	const uint64_t over = (uint64_t)INT64_MAX + 1;

	(void)state;
	assert_int_equal(hear_opening(1, 16, 1, 16), STATUS_OK);
	assert_int_equal(hear_opening(SEQUENCE_MAX, 16, 1, 16), STATUS_OK);
	assert_int_equal(hear_opening(SEQUENCE_MAX + 1, 16, 1, 16),
	    STATUS_INVALID);
	assert_int_equal(hear_opening(1, 15, 1, 16), STATUS_INVALID);
	assert_int_equal(hear_opening(1, 17, 1, 16), STATUS_INVALID);
	assert_int_equal(hear_opening(1, 16, over, 16), STATUS_INVALID);
	assert_int_equal(hear_opening(1, 16, 1, 15), STATUS_INVALID);
	assert_int_equal(hear_opening(1, 16, 1, 17), STATUS_INVALID);
	assert_int_equal(hear_left_out(LIMIT_LEFT_OUT, 0, 1), STATUS_OK);
	assert_int_equal(hear_left_out(LIMIT_LEFT_OUT + 1, 0, 1),
	    STATUS_TOO_LARGE);
	assert_int_equal(hear_left_out(2, INT64_MAX, 1), STATUS_INVALID);
	assert_int_equal(hear_left_out(2, 9, 0), STATUS_INVALID);
	assert_int_equal(hear_left_out(3, 9, UINT64_MAX), STATUS_INVALID);
}

static enum status
hear_reconciled(uint64_t answer, uint64_t count, size_t nonce, size_t cells)
{
	struct reconciled heard;

	message_begin(&said, &out, 4);
	pack_unsigned(&said, answer);
	pack_unsigned(&said, count);
	pack_blob(&said, zeros, nonce);
	pack_blob(&said, zeros, cells);
	return HEARD(reconciled, &heard);
}

static void
test_answer_has_limits(void **state)
{
	const size_t most = (size_t)SKETCH_FIRST_CELLS * CELL_BYTES_MAX;

	(void)state;
	assert_int_equal(hear_reconciled(1, 1, 16, most), STATUS_OK);
	assert_int_equal(hear_reconciled(1, 1, 16, most + 1), STATUS_TOO_LARGE);
	assert_int_equal(hear_reconciled(1, 1, 16, 0), STATUS_INVALID);
	assert_int_equal(hear_reconciled(0, 1, 16, 13), STATUS_INVALID);
	assert_int_equal(hear_reconciled(2, 1, 16, 13), STATUS_INVALID);
	assert_int_equal(hear_reconciled(2, 1, 16, 0), STATUS_OK);
	assert_int_equal(hear_reconciled(3, 1, 16, 0), STATUS_INVALID);
	assert_int_equal(hear_reconciled(0, UINT64_MAX, 16, 0), STATUS_INVALID);
	assert_int_equal(hear_reconciled(0, 1, 15, 0), STATUS_INVALID);
}

static enum status
hear_wish(uint64_t form, uint64_t from, uint64_t count)
{
	struct sketch_wish heard;

	message_begin(&said, &out, 3);
	pack_unsigned(&said, form);
	pack_unsigned(&said, from);
	pack_unsigned(&said, count);
	return HEARD(sketch_wish, &heard);
}

static void
test_wishes_have_limits(void **state)
{
	const uint64_t cells = LIMIT_SKETCH_CELLS, items = LIMIT_SKETCH_ITEMS;

	(void)state;
	assert_int_equal(hear_wish(0, 0, LIMIT_CELLS), STATUS_OK);
	assert_int_equal(hear_wish(0, 0, LIMIT_CELLS + 1), STATUS_INVALID);
	assert_int_equal(hear_wish(1, 0, 0), STATUS_INVALID);
	assert_int_equal(hear_wish(1, cells - 1, 1), STATUS_OK);
	assert_int_equal(hear_wish(1, cells - 1, 2), STATUS_INVALID);
	assert_int_equal(hear_wish(1, cells, 1), STATUS_INVALID);
	assert_int_equal(hear_wish(1, cells + 1, 1), STATUS_INVALID);
	assert_int_equal(hear_wish(2, 0, LIMIT_LISTED), STATUS_OK);
	assert_int_equal(hear_wish(2, 0, LIMIT_LISTED + 1), STATUS_INVALID);
	assert_int_equal(hear_wish(2, items - 1, 1), STATUS_OK);
	assert_int_equal(hear_wish(2, items - 1, 2), STATUS_INVALID);
	assert_int_equal(hear_wish(2, UINT64_MAX, 1), STATUS_INVALID);
	assert_int_equal(hear_wish(3, 0, 1), STATUS_INVALID);
}

static enum status
hear_cells(uint64_t form, uint64_t from, size_t size)
{
	struct cells heard;

	message_begin(&said, &out, 3);
	pack_unsigned(&said, form);
	pack_unsigned(&said, from);
	pack_blob(&said, zeros, size);
	return HEARD(cells, &heard);
}

static void
test_cells_have_limits(void **state)
{
	const size_t most = (size_t)LIMIT_CELLS * CELL_BYTES_MAX;
	const size_t listed = (size_t)LIMIT_LISTED * 8;

	(void)state;
	assert_int_equal(hear_cells(0, 0, most), STATUS_OK);
	assert_int_equal(hear_cells(0, 0, most + 1), STATUS_TOO_LARGE);
	assert_int_equal(hear_cells(1, LIMIT_SKETCH_CELLS, most), STATUS_OK);
	assert_int_equal(hear_cells(1, LIMIT_SKETCH_CELLS + 1, 0),
	    STATUS_INVALID);
	assert_int_equal(hear_cells(2, LIMIT_SKETCH_ITEMS, listed), STATUS_OK);
	assert_int_equal(hear_cells(2, 0, listed + 1), STATUS_TOO_LARGE);
	assert_int_equal(hear_cells(2, LIMIT_SKETCH_ITEMS + 1, 0),
	    STATUS_INVALID);
	assert_int_equal(hear_cells(3, 0, 0), STATUS_INVALID);
}

/* So many items, and a blob of so many bytes that starts with two numbers. */
static enum status
hear_mend(uint32_t items, bool whole, size_t size, uint64_t first,
    uint64_t second)
{
	static uint8_t wanted[LIMIT_WANTED * 8 + 8];
	struct mend heard;

	for (size_t i = 0; i < sizeof(wanted) / 8; i++)
		bytes_store64(wanted + i * 8, i);
	bytes_store64(wanted, first);
	bytes_store64(wanted + 8, second);
	message_begin(&said, &out, 2);
	pack_array(&said, items);
	for (uint32_t i = 0; i < items; i++) {
		pack_array(&said, 4);
		pack_unsigned(&said, 1);
		pack_unsigned(&said, 0);
		pack_blob(&said, zeros, LIMIT_MARK_BYTES);
		if (whole)
			pack_blob(&said, commit, sizeof(commit));
		else
			pack_unsigned(&said, 7);
	}
	pack_blob(&said, wanted, size);
	return HEARD(mend, &heard);
}

static void
test_mending_has_limits(void **state)
{
	const size_t most = (size_t)LIMIT_WANTED * 8;

	(void)state;
	assert_int_equal(hear_mend(LIMIT_BATCH_COMMITS, true, most, 0, 1),
	    STATUS_OK);
	assert_int_equal(hear_mend(LIMIT_BATCH_COMMITS + 1, true, 0, 0, 1),
	    STATUS_TOO_LARGE);
	assert_int_equal(hear_mend(0, true, most + 1, 0, 1), STATUS_TOO_LARGE);
	assert_int_equal(hear_mend(0, true, 15, 0, 1), STATUS_INVALID);
	assert_int_equal(hear_mend(0, true, 16, 1, 1), STATUS_INVALID);
	assert_int_equal(hear_mend(0, true, 16, UINT64_MAX, 1), STATUS_INVALID);
	assert_int_equal(hear_mend(0, true, 16, 1, UINT64_MAX), STATUS_OK);
	assert_int_equal(hear_mend(2, false, 0, 0, 1), STATUS_INVALID);
}

static enum status
hear_mended(uint32_t places, uint64_t sequence, size_t mark, bool longer)
{
	struct mended heard;

	message_begin(&said, &out, 3);
	pack_array(&said, places);
	for (uint32_t i = 0; i < places; i++) {
		pack_array(&said, longer ? 4 : 2);
		pack_unsigned(&said, sequence);
		pack_blob(&said, zeros, mark);
		if (longer) {
			pack_nil(&said);
			pack_array(&said, 0);
		}
	}
	pack_array(&said, 0);
	pack_blob(&said, zeros, 16); /* the same twice */
	return HEARD(mended, &heard);
}

static void
test_places_have_limits(void **state)
{
	(void)state;
	assert_int_equal(hear_mended(LIMIT_BATCH_COMMITS, SEQUENCE_MAX, 8,
			     false),
	    STATUS_OK);
	assert_int_equal(hear_mended(LIMIT_BATCH_COMMITS + 1, 1, 8, false),
	    STATUS_TOO_LARGE);
	assert_int_equal(hear_mended(2, SEQUENCE_MAX + 1, 8, false),
	    STATUS_INVALID);
	assert_int_equal(hear_mended(2, 1, 7, false), STATUS_INVALID);
	assert_int_equal(hear_mended(2, 1, 9, false), STATUS_INVALID);
	assert_int_equal(hear_mended(2, 1, 8, true), STATUS_OK);
}

/* One of the numbers is large; counts and room have more elements than we
 * know. */
static enum status
hear_found(uint64_t outcome, int which, uint64_t number, bool longer)
{
	struct found heard;

	message_begin(&said, &out, 7);
	pack_unsigned(&said, which == 0 ? number : 1);
	pack_unsigned(&said, outcome);
	pack_array(&said, longer ? 6 : 5);
	for (int i = 1; i <= 5; i++)
		pack_unsigned(&said, which == i ? number : 1);
	if (longer)
		pack_text(&said, bytes_of_text("later"));
	for (int i = 6; i <= 8; i++)
		pack_unsigned(&said, which == i ? number : 1);
	pack_array(&said, longer ? 3 : 2);
	for (int i = 9; i <= 10; i++)
		pack_unsigned(&said, which == i ? number : 1);
	if (longer)
		pack_text(&said, bytes_of_text("later"));
	return HEARD(found, &heard);
}

static void
test_end_has_limits(void **state)
{
	struct night_message heard;

	(void)state;
	for (int i = 0; i <= 10; i++) {
		uint64_t most = i == 0 ? SEQUENCE_MAX : INT64_MAX;

		assert_int_equal(hear_found(3, i, most, i % 2 == 0), STATUS_OK);
		assert_int_equal(hear_found(3, i, most + 1, i % 2 == 0),
		    STATUS_INVALID);
	}
	assert_int_equal(hear_found(4, 0, 0, false), STATUS_INVALID);
	message_begin(&said, &out, 2);
	pack_unsigned(&said, (uint64_t)INT64_MAX + 1);
	pack_blob(&said, zeros, NONCE_BYTES);
	assert_int_equal(HEARD(night, &heard), STATUS_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opening_is_heard_as_said),
		cmocka_unit_test(test_cells_are_heard_as_said),
		cmocka_unit_test(test_mending_is_heard_as_said),
		cmocka_unit_test(test_end_is_heard_as_said),
		cmocka_unit_test(test_opening_has_limits),
		cmocka_unit_test(test_answer_has_limits),
		cmocka_unit_test(test_wishes_have_limits),
		cmocka_unit_test(test_cells_have_limits),
		cmocka_unit_test(test_mending_has_limits),
		cmocka_unit_test(test_places_have_limits),
		cmocka_unit_test(test_end_has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
