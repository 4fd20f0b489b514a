/*
 * A school's replica for tests of the import, and what an import reports, as a
 * text:
 *
 *	1 created Teodora Okafor-Lane
 *	  ! what needs a person
 *	  - a note
 */
#ifndef TESTS_IMPORT_PLACE_H
#define TESTS_IMPORT_PLACE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/import/import.h"
#include "common/replica/draft.h"
#include "common/replica/record.h"

#define PLACE_NOW_MS UINT64_C(1784625000000) /* 2026-07-21T09:10:00Z */

struct place {
	struct replica *replica;
	uint64_t school;  /* Alderbrook, 9994001, ours */
	uint64_t juniors; /* Millbrook Juniors, 9991001 */
	struct import_options options;
	struct import_totals totals;
	struct error error;
	bool notes; /* notes are told as well */
	char told[16 * 1024];
};

static inline void
place_must(enum status status, const struct error *err)
{
	if (status != STATUS_OK)
		fail_msg("%s", err->text);
}

static inline uint64_t
place_school(struct place *place, const char *name, const char *laestab)
{
	struct draft *draft = NULL;
	struct error err = { 0 };
	int64_t handle;
	uint64_t id;

	place_must(replica_begin(place->replica, &err), &err);
	place_must(draft_create(place->replica, 0, 0, &draft, &err), &err);
	place_must(draft_insert(draft, "school", &handle, &err), &err);
	place_must(draft_set_text(draft, handle, "name", bytes_of_text(name),
		       &err),
	    &err);
	place_must(draft_set_text(draft, handle, "laestab",
		       bytes_of_text(laestab), &err),
	    &err);
	place_must(draft_set_text(draft, handle, "phase",
		       bytes_of_text("other"), &err),
	    &err);
	place_must(draft_set_text(draft, handle, "member", bytes_of_text("Y"),
		       &err),
	    &err);
	place_must(draft_finish(draft, PLACE_NOW_MS, &id, &err), &err);
	id = draft_record_id(draft, handle);
	draft_destroy(draft);
	place_must(replica_commit(place->replica, &err), &err);
	return id;
}

static inline void place_write(struct place *place, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline void
place_write(struct place *place, const char *format, ...)
{
	size_t used = strlen(place->told);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(place->told + used, sizeof(place->told) - used, format,
	    arguments);
	va_end(arguments);
}

static inline void
place_report(void *context, const struct import_report *report)
{
	struct place *place = context;

	place_write(place, "%u %s %s\n", report->number,
	    import_outcome_text(report->outcome), report->name);
	for (uint32_t i = 0; i < report->remark_count; i++)
		if (place->notes || report->remarks[i].kind != REMARK_NOTE)
			place_write(place, "  %c %s\n",
			    "-!x"[report->remarks[i].kind],
			    report -> remarks[i].text);
}

static inline int
place_open(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	const struct replica_options options = { .path = ":memory:",
		.kind = REPLICA_CLIENT };
	struct replica_identity identity = { .site = 5 };
	struct error err = { 0 };

	assert_non_null(place);
	place_must(replica_open(&options, &place->replica, &err), &err);
	place_must(replica_begin(place->replica, &err), &err);
	place_must(replica_identity_set(place->replica, &identity, &err), &err);
	place_must(replica_commit(place->replica, &err), &err);
	place->school = place_school(place, "Alderbrook School", "9994001");
	place->juniors = place_school(place, "Millbrook Juniors", "9991001");
	identity.school = place->school;
	place_must(replica_begin(place->replica, &err), &err);
	place_must(replica_identity_set(place->replica, &identity, &err), &err);
	place_must(replica_commit(place->replica, &err), &err);
	place->options = (struct import_options){
		.replica = place->replica,
		.now_ms = PLACE_NOW_MS,
		.report = place_report,
		.context = place,
	};
	*state = place;
	return 0;
}

static inline int
place_close(void **state)
{
	struct place *place = *state;

	replica_close(place->replica);
	free(place);
	return 0;
}

/* The text as a source, a few bytes at a time. */
static inline enum status
place_source(void *context, uint8_t *room, size_t size, size_t *got,
    struct error *err)
{
	struct bytes *text = context;

	(void)err;
	*got = text->size < 1000 ? text->size : 1000;
	assert_true(*got <= size);
	if (*got > 0)
		memcpy(room, text->data, *got);
	bytes_advance(text, *got);
	return STATUS_OK;
}

static inline bool
place_count_one(void *context, const struct record *record)
{
	uint32_t *count = context;

	(void)record;
	(*count)++;
	return true;
}

/* How many records of a collection there are. */
static inline uint32_t
place_count(struct place *place, const char *collection)
{
	struct record_query query = { .collection = catalogue_collection(
					  bytes_of_text(collection)) };
	struct error err = { 0 };
	uint32_t count = 0;

	place_must(record_each(place->replica, &query, place_count_one, &count,
		       &err),
	    &err);
	return count;
}

struct place_found {
	const char *column;
	char text[128];
};

static inline bool
place_look(void *context, const struct record *record)
{
	struct place_found *found = context;
	struct value value = record_value(record, found->column);

	if (value.type == VALUE_TEXT)
		snprintf(found->text, sizeof(found->text), "%.*s",
		    (int)value.bytes.size, (const char *)value.bytes.data);
	else
		snprintf(found->text, sizeof(found->text), "%s",
		    value.type == VALUE_NULL ? "(null)" : "(number)");
	return true;
}

/* A column of the last record of a collection. */
static inline void
place_assert(struct place *place, const char *collection, const char *column,
    const char *text)
{
	struct record_query query = { .collection = catalogue_collection(
					  bytes_of_text(collection)) };
	struct place_found found = { .column = column };
	struct error err = { 0 };

	place_must(record_each(place->replica, &query, place_look, &found,
		       &err),
	    &err);
	assert_string_equal(found.text, text);
}

#endif
