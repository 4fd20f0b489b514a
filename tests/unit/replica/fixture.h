/*
 * What the replica's tests share: replicas in memory, invented children, and
 * a hub of four lines that gives each commit the next place.
 */
#ifndef TESTS_UNIT_REPLICA_FIXTURE_H
#define TESTS_UNIT_REPLICA_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/replica/dossier.h"
#include "common/replica/draft.h"
#include "common/replica/fold.h"
#include "common/replica/ledger.h"
#include "common/replica/pending.h"
#include "common/replica/record.h"
#include "common/replica/replica.h"
#include "common/replica/take.h"
#include "protocol/identifier.h"

#define NOW_MS UINT64_C(1790000000000)
#define OAK    UINT64_C(101) /* two schools */
#define ELM    UINT64_C(102)

/* For an error that nobody reads. */
#define UNREAD (&(struct error){ 0 })

#define assert_ok(call)                                       \
	do {                                                  \
		struct error assert_ok_error = { 0 };         \
		struct error *err = &assert_ok_error;         \
		if ((call) != STATUS_OK)                      \
			fail_msg("%s: %s", #call, err->text); \
	} while (0)

static inline struct replica *
fixture_open_at(const char *path, enum replica_kind kind, uint32_t site,
    uint64_t school)
{
	struct replica_options options = { .path = path, .kind = kind };
	struct replica_identity identity = { site, school };
	struct replica *replica = NULL;

	assert_ok(replica_open(&options, &replica, err));
	assert_ok(replica_begin(replica, err));
	assert_ok(replica_identity_set(replica, &identity, err));
	assert_ok(replica_commit(replica, err));
	return replica;
}

static inline struct replica *
fixture_open(uint32_t site, uint64_t school)
{
	return fixture_open_at(":memory:", REPLICA_CLIENT, site, school);
}

/* Column, text, column, text, ..., NULL. */
static inline void
fixture_set_all(struct draft *draft, int64_t record, va_list columns)
{
	for (const char *column = va_arg(columns, const char *); column != NULL;
	     column = va_arg(columns, const char *)) {
		const char *text = va_arg(columns, const char *);

		assert_ok(draft_set_text(draft, record, column,
		    bytes_of_text(text), err));
	}
}

static inline uint64_t
fixture_finish(struct replica *replica, struct draft *draft)
{
	uint64_t id = 0;

	assert_ok(draft_finish(draft, NOW_MS, &id, err));
	draft_destroy(draft);
	assert_ok(replica_commit(replica, err));
	return id;
}

/* One record in a commit of its own. */
static inline uint64_t
fixture_insert(struct replica *replica, uint64_t dossier,
    const char *collection, ...)
{
	struct draft *draft = NULL;
	int64_t handle;
	va_list columns;

	assert_ok(replica_begin(replica, err));
	assert_ok(draft_create(replica, dossier, 0, &draft, err));
	assert_ok(draft_insert(draft, collection, &handle, err));
	va_start(columns, collection);
	fixture_set_all(draft, handle, columns);
	va_end(columns);
	return fixture_finish(replica, draft);
}

/* Something small in the partnership's dossier. */
static inline uint64_t
fixture_term(struct replica *replica, const char *kind)
{
	return fixture_insert(replica, 0, "term_date", "school", "101", "kind",
	    kind, "starts", "2026-09-01", "ends", "2026-12-18", NULL);
}

/* Returns 0 when nothing had to be written. */
static inline uint64_t
fixture_update(struct replica *replica, uint64_t dossier, uint64_t record, ...)
{
	struct draft *draft = NULL;
	va_list columns;

	assert_ok(replica_begin(replica, err));
	assert_ok(draft_create(replica, dossier, 0, &draft, err));
	va_start(columns, record);
	fixture_set_all(draft, (int64_t)record, columns);
	va_end(columns);
	return fixture_finish(replica, draft);
}

static inline uint64_t
fixture_delete(struct replica *replica, uint64_t dossier, uint64_t record)
{
	struct draft *draft = NULL;

	assert_ok(replica_begin(replica, err));
	assert_ok(draft_create(replica, dossier, 0, &draft, err));
	assert_ok(draft_delete(draft, record, err));
	return fixture_finish(replica, draft);
}

/* A new child of that school; the id is the dossier's too. */
static inline uint64_t
fixture_pupil(struct replica *replica, const char *surname, uint64_t school)
{
	struct draft *draft = NULL;
	int64_t pupil;
	struct value holder = value_integer((int64_t)school);

	assert_ok(replica_begin(replica, err));
	assert_ok(draft_create_dossier(replica, 0, &draft, err));
	assert_ok(draft_insert(draft, "pupil", &pupil, err));
	assert_ok(draft_set_text(draft, pupil, "surname",
	    bytes_of_text(surname), err));
	assert_ok(draft_set_text(draft, pupil, "forename",
	    bytes_of_text("Teodora"), err));
	assert_ok(draft_set_text(draft, pupil, "birth_date",
	    bytes_of_text("2015-01-19"), err));
	assert_ok(draft_set(draft, pupil, "holder", &holder, err));
	return fixture_finish(replica, draft);
}

static inline void
fixture_assert_text(struct replica *replica, uint64_t id, const char *column,
    const char *expected)
{
	struct arena arena = { 0 };
	struct record record;
	struct value value;

	assert_ok(record_get(replica, id, &arena, &record, err));
	value = record_value(&record, column);
	if (expected == NULL) {
		assert_int_equal(value.type, VALUE_NULL);
	} else {
		assert_int_equal(value.type, VALUE_TEXT);
		assert_int_equal(value.bytes.size, strlen(expected));
		assert_memory_equal(value.bytes.data, expected,
		    value.bytes.size);
	}
	arena_deinit(&arena);
}

/* --- the line ------------------------------------------------------------- */

struct fixture_line {
	struct item items[64];
	uint32_t count;
	uint64_t sequence; /* the last that was given */
	struct arena arena;
};

static inline bool
fixture_collect(void *context, const struct pending_row *row)
{
	struct fixture_line *line = context;
	struct item *item = &line->items[line->count++];

	assert_true(line->count <= 64);
	*item = (struct item){
		.sequence = ++line->sequence,
		.received_ms = NOW_MS + line->sequence,
		.mark = { { (uint8_t)line->sequence } },
		.id = row->id,
		.digest = row->digest,
	};
	item->commit.data =
	    (const uint8_t *)arena_text(&line->arena, row->bytes);
	item->commit.size = row->bytes.size;
	return true;
}

/* What waits at from gets its places there, and is in line->items. */
static inline void
fixture_send(struct replica *from, struct fixture_line *line)
{
	line->count = 0;
	for (int lane = 0; lane < LANE_COUNT; lane++)
		assert_ok(pending_each_waiting(from, (enum lane)lane, 0,
		    fixture_collect, line, err));
	assert_ok(replica_begin(from, err));
	for (uint32_t i = 0; i < line->count; i++) {
		const struct item *item = &line->items[i];
		struct answer answer = {
			.id = item->id,
			.sequence = item->sequence,
			.mark = item->mark,
			.received_ms = item->received_ms,
		};

		memcpy(answer.digest, item->digest.bytes,
		    sizeof(answer.digest));
		assert_ok(take_answer(from, &answer, NOW_MS, err));
	}
	assert_ok(replica_commit(from, err));
}

static inline enum take_result
fixture_take(struct replica *to, const struct item *item)
{
	enum take_result result;

	assert_ok(replica_begin(to, err));
	assert_ok(take_item(to, item, true, &result, err));
	assert_ok(replica_commit(to, err));
	return result;
}

/* From one to the other, all that waits. */
static inline void
fixture_carry(struct replica *from, struct replica *to,
    struct fixture_line *line)
{
	fixture_send(from, line);
	for (uint32_t i = 0; i < line->count; i++)
		assert_int_equal(fixture_take(to, &line->items[i]), TAKE_NEW);
}

/* A dossier that is open at a replica, as if it had been filled. */
static inline void
fixture_open_dossier(struct replica *replica, uint64_t number)
{
	bool school = number == replica_identity(replica).school;
	struct dossier dossier = {
		.number = number,
		.kind = school ? DOSSIER_KIND_SCHOOL : DOSSIER_KIND_PUPIL,
		.state = DOSSIER_OPEN,
	};

	assert_ok(replica_begin(replica, err));
	assert_ok(dossier_put(replica, &dossier, err));
	assert_ok(replica_commit(replica, err));
}

#endif
