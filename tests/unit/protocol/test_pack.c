#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocol/pack.h"
#include "protocol/reader.h"

static void
pack_everything(struct pack *pack)
{
	pack_array(pack, 7);
	pack_nil(pack);
	pack_boolean(pack, true);
	pack_unsigned(pack, UINT64_MAX);
	pack_signed(pack, -33);
	pack_real(pack, 0.5);
	pack_text(pack, bytes_of_text("text"));
	pack_blob(pack, "blob", 4);
}

/* What is packed is read again, in the same order and no further. */
static void
test_what_is_packed_is_read_again(void **state)
{
	struct buffer out = { 0 };
	struct reader reader = { 0 };
	uint8_t blob[4];
	struct pack pack;

	(void)state;
	pack_begin(&pack, &out);
	pack_everything(&pack);
	assert_int_equal(pack_end(&pack), STATUS_OK);
	reader.rest = buffer_view(&out);
	assert_int_equal(reader_tuple(&reader, 7, 7, "all"), 7);
	reader_skip(&reader, 1);
	assert_true(reader_boolean(&reader, "boolean"));
	assert_int_equal(reader_unsigned(&reader, UINT64_MAX, "unsigned"),
	    UINT64_MAX);
	assert_int_equal(reader_signed(&reader, "signed"), -33);
	reader_skip(&reader, 1);
	assert_true(bytes_equal_text(reader_text(&reader, 4, "text"), "text"));
	reader_blob_exact(&reader, blob, 4, "blob");
	assert_memory_equal(blob, "blob", 4);
	assert_int_equal(reader.status, STATUS_OK);
	assert_int_equal(reader.rest.size, 0);
	buffer_deinit(&out);
}

/* Comparing finds any difference, also one in length. */
static void
test_comparing_takes_only_the_same_bytes(void **state)
{
	struct buffer out = { 0 };
	struct bytes view;
	struct pack pack;

	(void)state;
	pack_begin(&pack, &out);
	pack_everything(&pack);
	assert_int_equal(pack_end(&pack), STATUS_OK);
	view = buffer_view(&out);
	for (size_t cut = 0; cut <= view.size; cut++) {
		pack_begin_compare(&pack, (struct bytes){ view.data, cut });
		pack_everything(&pack);
		assert_int_equal(pack_end(&pack),
		    cut == view.size ? STATUS_OK : STATUS_INVALID);
	}
	for (size_t at = 0; at < view.size; at++) {
		out.data[at] ^= 1;
		pack_begin_compare(&pack, view);
		pack_everything(&pack);
		assert_int_equal(pack_end(&pack), STATUS_INVALID);
		out.data[at] ^= 1;
	}
	pack_begin_compare(&pack, view);
	pack_everything(&pack);
	pack_nil(&pack);
	assert_int_equal(pack_end(&pack), STATUS_INVALID);
	buffer_deinit(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_packed_is_read_again),
		cmocka_unit_test(test_comparing_takes_only_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
