/*
 * Cells on the wire, against a second implementation of them (sketches.txt) and
 * at the limits of what a cell can say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/digest.h"
#include "protocol/limits.h"
#include "protocol/message_night.h"
#include "protocol/sketch.h"
#include "vectors.h"

enum {
	CELLS_MAX = 64 /* in a test */
};

static struct buffer out;
static struct error error;

static int
forget(void **state)
{
	(void)state;
	buffer_deinit(&out);
	return 0;
}

static enum status
unpack(enum sketch_form form, uint64_t set_count, uint64_t from,
    struct bytes in)
{
	struct sketch_cell cells[CELLS_MAX];
	uint32_t count;

	return message_cells_unpack(in, form, set_count, from, cells, CELLS_MAX,
	    &count, &error);
}

/* --- the second implementation -------------------------------------------- */

/* The digests of the numbers from 0, 8 bytes each. */
static void
make_set(struct vectors *vectors, struct sketch_set *set)
{
	uint64_t count = vectors_number(vectors, "count");
	struct sketch_keys keys;
	struct digest digest;
	uint8_t number[8] = { 0 };

	sketch_keys_derive(vectors_bytes(vectors, "client").data,
	    vectors_bytes(vectors, "hub").data,
	    vectors_number(vectors, "school"), vectors_number(vectors, "head"),
	    &keys);
	digest = digest_of((struct bytes){ number, sizeof(number) });
	assert_int_equal(sketch_item(&keys, digest.bytes),
	    vectors_number(vectors, "item"));
	assert_int_equal(sketch_set_init(set, &keys, count, &error), STATUS_OK);
	for (uint64_t i = 0; i < count; i++) {
		bytes_store64(number, i);
		digest = digest_of((struct bytes){ number, sizeof(number) });
		assert_int_equal(sketch_set_add(set, digest.bytes, &error),
		    STATUS_OK);
	}
	assert_int_equal(sketch_set_sort(set, &error), STATUS_OK);
	if (count == 1)
		assert_int_equal(set->entries[0].check,
		    vectors_number(vectors, "check"));
}

static uint32_t
make_cells(struct sketch_set *set, enum sketch_form form, uint32_t start,
    uint32_t end, struct sketch_cell cells[CELLS_MAX])
{
	uint32_t count = 0;

	if (form != SKETCH_LIST) {
		sketch_encode(set, start, end, cells);
		return end - start;
	}
	for (uint32_t i = start; i < end && i < set->count; i++)
		cells[count++] =
		    (struct sketch_cell){ set->entries[i].item, 0, 0 };
	return count;
}

static void
test_cells_are_those_of_the_vectors(void **state)
{
	struct vectors *vectors = vectors_open("sketches.txt");

	(void)state;
	while (vectors_next(vectors)) {
		enum sketch_form form =
		    (enum sketch_form)vectors_number(vectors, "form");
		uint32_t start = (uint32_t)vectors_number(vectors, "start");
		uint32_t end = (uint32_t)vectors_number(vectors, "end");
		struct bytes bytes = vectors_bytes(vectors, "cells");
		struct sketch_cell cells[CELLS_MAX], read[CELLS_MAX];
		struct sketch_set set = { 0 };
		uint32_t count, read_count;

		make_set(vectors, &set);
		count = make_cells(&set, form, start, end, cells);
		buffer_clear(&out);
		assert_int_equal(message_cells_pack(&out, form, set.count,
				     start, cells, count, &error),
		    STATUS_OK);
		assert_true(bytes_equal(buffer_view(&out), bytes));
		assert_int_equal(message_cells_unpack(bytes, form, set.count,
				     start, read, end - start, &read_count,
				     &error),
		    STATUS_OK);
		assert_int_equal(read_count, count);
		for (uint32_t i = 0; i < count; i++) {
			if (form == SKETCH_NARROW)
				cells[i].check &= UINT32_MAX;
			assert_memory_equal(&read[i], &cells[i],
			    sizeof(cells[i]));
		}
		sketch_set_deinit(&set);
	}
}

/* --- limits --------------------------------------------------------------- */

/* Any count that there can be, at any place; cut, they are fewer or none. */
static void
test_every_count_of_a_set_survives(void **state)
{
	struct sketch_cell cells[] = {
		{ 1, UINT64_MAX, 0 },
		{ UINT64_MAX, 2, LIMIT_SKETCH_ITEMS },
		{ 3, 4, 5 },
	};
	static const uint64_t places[] = { 0, 1, 2, LIMIT_SKETCH_CELLS };
	struct sketch_cell read[3];
	uint32_t count;

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct bytes part;
		size_t whole = 0;

		buffer_clear(&out);
		assert_int_equal(message_cells_pack(&out, SKETCH_WIDE,
				     LIMIT_SKETCH_ITEMS, places[i], cells, 3,
				     &error),
		    STATUS_OK);
		part = buffer_view(&out);
		assert_int_equal(message_cells_unpack(part, SKETCH_WIDE,
				     LIMIT_SKETCH_ITEMS, places[i], read, 3,
				     &count, &error),
		    STATUS_OK);
		assert_int_equal(count, 3);
		assert_memory_equal(read, cells, sizeof(cells));
		while (part.size-- > 0)
			whole += unpack(SKETCH_WIDE, LIMIT_SKETCH_ITEMS,
				     places[i], part) == STATUS_OK;
		assert_int_equal(whole, 3); /* 0, 1 and 2 cells */
	}
}

/* One cell 0, whose count is the bytes that are given, of a set of so many. */
#define COUNTED(set_count, ...)                              \
	counted(set_count, (const uint8_t[]){ __VA_ARGS__ }, \
	    sizeof((const uint8_t[]){ __VA_ARGS__ }))

static enum status
counted(uint64_t set_count, const uint8_t *bytes, size_t size)
{
	static const uint8_t cell[12] = { 1, 2, 3 };

	buffer_clear(&out);
	assert_int_equal(buffer_append(&out,
			     (struct bytes){ cell, sizeof(cell) }),
	    STATUS_OK);
	assert_int_equal(buffer_append(&out, (struct bytes){ bytes, size }),
	    STATUS_OK);
	return unpack(SKETCH_NARROW, set_count, 0, buffer_view(&out));
}

static void
test_counts_have_one_form(void **state)
{
	(void)state;
	assert_int_equal(COUNTED(9, 0), STATUS_OK);        /* 9 */
	assert_int_equal(COUNTED(9, 17), STATUS_OK);       /* 9 - 9 */
	assert_int_equal(COUNTED(9, 19), STATUS_INVALID);  /* 9 - 10 */
	assert_int_equal(COUNTED(9, 2), STATUS_INVALID);   /* 9 + 1 */
	assert_int_equal(COUNTED(99, 0x81, 1), STATUS_OK); /* 99 - 65 */
	assert_int_equal(COUNTED(99, 0x81, 0), STATUS_INVALID);
	assert_int_equal(COUNTED(99, 0x80, 0), STATUS_INVALID);
	assert_int_equal(COUNTED(99, 0x81), STATUS_INVALID);
	assert_int_equal(COUNTED(99, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			     0xff, 0xff, 1),
	    STATUS_INVALID);
	assert_non_null(strstr(error.text, "the set cannot hold"));
	assert_int_equal(COUNTED(99, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			     0xff, 0xff, 1),
	    STATUS_INVALID);
	assert_non_null(strstr(error.text, "the set cannot hold"));
	assert_int_equal(COUNTED(99, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
			     0x80, 0x80, 2),
	    STATUS_INVALID);
	assert_non_null(strstr(error.text, "64 bits"));
	assert_int_equal(COUNTED(99, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
			     0x80, 0x80, 0x80, 0),
	    STATUS_INVALID);
	assert_non_null(strstr(error.text, "64 bits"));
}

static enum status
listed(uint64_t first, uint64_t second, size_t size)
{
	uint8_t items[16];

	bytes_store64(items, first);
	bytes_store64(items + 8, second);
	return unpack(SKETCH_LIST, 9, 7, (struct bytes){ items, size });
}

static void
test_lists_ascend(void **state)
{
	(void)state;
	assert_int_equal(listed(0, UINT64_MAX, 16), STATUS_OK);
	assert_int_equal(listed(0, 1, 0), STATUS_OK);
	assert_int_equal(listed(1, 1, 16), STATUS_INVALID);
	assert_int_equal(listed(UINT64_MAX, 0, 16), STATUS_INVALID);
	assert_int_equal(listed(0, 1, 15), STATUS_INVALID);
	assert_string_equal(error.text, "cell 8: cut short");
}

static void
test_no_more_than_was_asked_for(void **state)
{
	static const uint8_t zeros[CELLS_MAX * 13 + 13];
	const struct bytes none = { NULL, 0 };
	struct sketch_cell cells[CELLS_MAX];
	uint32_t count;

	(void)state;
	assert_int_equal(message_cells_unpack((struct bytes){ zeros,
						  sizeof(zeros) - 13 },
			     SKETCH_NARROW, 0, 0, cells, CELLS_MAX, &count,
			     &error),
	    STATUS_OK);
	assert_int_equal(count, CELLS_MAX);
	assert_int_equal(message_cells_unpack((struct bytes){ zeros,
						  sizeof(zeros) },
			     SKETCH_NARROW, 0, 0, cells, CELLS_MAX, &count,
			     &error),
	    STATUS_INVALID);
	assert_int_equal(count, 0);
	assert_int_equal(unpack(SKETCH_WIDE, LIMIT_SKETCH_ITEMS,
			     LIMIT_SKETCH_ITEMS, none),
	    STATUS_OK);
	assert_int_equal(unpack(SKETCH_WIDE, LIMIT_SKETCH_ITEMS + 1, 0, none),
	    STATUS_INVALID);
	assert_int_equal(unpack(SKETCH_WIDE, 0, LIMIT_SKETCH_ITEMS + 1, none),
	    STATUS_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells_are_those_of_the_vectors),
		cmocka_unit_test(test_every_count_of_a_set_survives),
		cmocka_unit_test(test_counts_have_one_form),
		cmocka_unit_test(test_lists_ascend),
		cmocka_unit_test(test_no_more_than_was_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
