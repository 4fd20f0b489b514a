/*
 * Commits as clients write them, good and bad.
 */
#ifndef TESTS_SERVER_BUILD_H
#define TESTS_SERVER_BUILD_H

#include "tests/unit/server/fixture.h"

enum {
	BUILD_CHANGES = 4,
	BUILD_FIELDS = 16,
	BUILD_VALUES = 4
};

struct build {
	struct fixture *f;
	struct commit commit;
	struct change changes[BUILD_CHANGES];
	struct field_write fields[BUILD_CHANGES][BUILD_FIELDS];
	struct column_value values[BUILD_CHANGES][BUILD_FIELDS][BUILD_VALUES];
	uint64_t replaces[BUILD_CHANGES][BUILD_FIELDS][BUILD_VALUES];
	bool blind; /* replaces nothing by itself */
};

static inline struct build
build(struct fixture *f, uint32_t site, uint64_t dossier)
{
	struct build b = { .f = f };

	f->counters[site] += 1000;
	b.commit.id = identifier_make(site, f->counters[site]);
	b.commit.stamp = stamp_from_ms(f->now);
	b.commit.dossier = dossier;
	return b;
}

static inline struct change *
build_change(struct build *b, const char *collection, uint64_t record)
{
	struct change *change = &b->changes[b->commit.change_count];

	assert_true(b->commit.change_count < BUILD_CHANGES);
	change->collection = text(collection);
	change->record = record;
	b->commit.change_count++;
	return change;
}

static inline uint64_t
build_new(struct build *b, const char *collection)
{
	return build_change(b, collection,
	    b->commit.id + b->commit.change_count)
	    ->record;
}

/* What a client that knows all would replace. */
static inline void
build_replaces(struct build *b, const struct change *change,
    struct field_write *write)
{
	const struct collection *collection =
	    catalogue_collection(change->collection);
	const struct field_heads *field;
	struct record_heads heads;

	if (b->blind ||
	    (change->record >= b->commit.id &&
		change->record < b->commit.id + b->commit.change_count) ||
	    record_get_heads(b->f->replica, change->record, &b->f->arena,
		&heads, NULL) != STATUS_OK)
		return;
	field = heads_field(&heads, heads_field_name(collection, write));
	for (uint32_t i = 0; field != NULL && i < field->head_count; i++)
		write->replaces[write->replace_count++] =
		    field->heads[i].change;
}

static inline struct field_write *
build_value(struct build *b, const char *column, struct value value)
{
	uint32_t at = b->commit.change_count - 1;
	struct change *change = &b->changes[at];
	uint32_t place = change->field_count++;
	struct field_write *write = &b->fields[at][place];

	assert_true(place < BUILD_FIELDS);
	write->values = b->values[at][place];
	write->replaces = b->replaces[at][place];
	write->value_count = 1;
	write->values[0] = (struct column_value){ text(column), value };
	build_replaces(b, change, write);
	return write;
}

static inline struct field_write *
build_text(struct build *b, const char *column, const char *value)
{
	return build_value(b, column, value_c_text(value));
}

static inline struct field_write *
build_id(struct build *b, const char *column, uint64_t id)
{
	return build_value(b, column, value_integer((int64_t)id));
}

static inline struct field_write *
build_null(struct build *b, const char *column)
{
	return build_value(b, column, value_null());
}

/* The canonical bytes; they live in the fixture's arena. */
static inline struct bytes
build_bytes(struct build *b)
{
	struct fixture *f = b->f;
	struct build *sorted = arena_alloc(&f->arena, sizeof(*sorted));
	struct buffer buffer = { 0 };
	struct bytes bytes;
	uint8_t *copy;

	assert_non_null(sorted);
	/* Encoding sorts; and builds are handed about by value. */
	*sorted = *b;
	sorted->commit.changes = sorted->changes;
	for (uint32_t i = 0; i < BUILD_CHANGES; i++) {
		sorted->changes[i].fields = sorted->fields[i];
		for (uint32_t j = 0; j < BUILD_FIELDS; j++) {
			sorted->fields[i][j].values = sorted->values[i][j];
			sorted->fields[i][j].replaces = sorted->replaces[i][j];
		}
	}
	OK(commit_encode(&sorted->commit, &buffer, &f->err));
	bytes = buffer_view(&buffer);
	copy = arena_alloc(&f->arena, bytes.size);
	assert_non_null(copy);
	memcpy(copy, bytes.data, bytes.size);
	bytes.data = copy;
	buffer_deinit(&buffer);
	return bytes;
}

#endif
