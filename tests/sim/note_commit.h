/*
 * A commit for who looks on: one note without a text, which is its own dossier.
 */
#ifndef TESTS_SIM_NOTE_COMMIT_H
#define TESTS_SIM_NOTE_COMMIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocol/commit.h"

/* Appended to out, which the returned bytes borrow. */
static inline struct bytes
note_commit_encode(struct buffer *out, uint64_t id)
{
	struct column_value value = { bytes_of_text("text"),
		{ .type = VALUE_NULL } };
	struct field_write field = { .values = &value, .value_count = 1 };
	struct change change = { .collection = bytes_of_text("note"),
		.record = id,
		.fields = &field,
		.field_count = 1 };
	struct commit commit = { .id = id,
		.stamp = 1,
		.dossier = id,
		.changes = &change,
		.change_count = 1 };

	assert_int_equal(commit_encode(&commit, out, NULL), STATUS_OK);
	return buffer_view(out);
}

#endif
