/*
 * What schools do: children, transfers, answers; and what becomes of it.
 */
#ifndef TESTS_SERVER_DOMAIN_H
#define TESTS_SERVER_DOMAIN_H

#include "tests/unit/server/dialogue.h"

static inline uint64_t
head_of(struct fixture *f)
{
	uint64_t head;

	OK(ledger_head(f->replica, &head, &f->err));
	return head;
}

static inline uint64_t
counted(struct fixture *f, uint32_t site, const char *name)
{
	uint64_t count;

	OK(counters_get(f->replica, site, name, &count, &f->err));
	return count;
}

static inline struct build
build_pupil(struct fixture *f, uint32_t site)
{
	struct build b = build(f, site, 0);

	b.commit.dossier = build_new(&b, "pupil");
	build_text(&b, "surname", "Okafor-Lane");
	build_text(&b, "forename", "Teodora");
	build_text(&b, "upn", "C999200119017");
	build_text(&b, "birth_date", "2015-01-19");
	build_id(&b, "holder", f->schools[site_schools[site]]);
	return b;
}

static inline uint64_t
add_pupil(struct fixture *f, uint32_t site)
{
	struct build b = build_pupil(f, site);

	assert_int_equal(offer(&b), REFUSAL_NONE);
	return b.commit.dossier;
}

/* Open a transfer to a school; *transfer is its record. */
static inline struct build
build_open(struct fixture *f, uint32_t site, uint64_t pupil, uint32_t to,
    uint64_t *transfer)
{
	struct build b = build(f, site, pupil);

	*transfer = build_new(&b, "transfer");
	build_text(&b, "kind", "phase");
	build_id(&b, "from_school", f->schools[site_schools[site]]);
	build_id(&b, "to_school", f->schools[to]);
	build_text(&b, "state", "open");
	build_change(&b, "pupil", pupil);
	build_id(&b, "open_transfer", *transfer);
	return b;
}

static inline uint64_t
open_transfer(struct fixture *f, uint32_t site, uint64_t pupil, uint32_t to)
{
	uint64_t transfer;
	struct build b = build_open(f, site, pupil, to, &transfer);

	assert_int_equal(offer(&b), REFUSAL_NONE);
	return transfer;
}

/* Move a transfer on: accepted also passes the holding. */
static inline struct build
build_move(struct fixture *f, uint32_t site, uint64_t pupil, uint64_t transfer,
    const char *to)
{
	struct build b = build(f, site, pupil);

	build_change(&b, "transfer", transfer);
	build_text(&b, "state", to);
	build_change(&b, "pupil", pupil);
	build_null(&b, "open_transfer");
	if (strcmp(to, "accepted") == 0)
		build_id(&b, "holder", f->schools[site_schools[site]]);
	return b;
}

static inline enum refusal
move_transfer_to(struct fixture *f, uint32_t site, uint64_t pupil,
    uint64_t transfer, const char *to)
{
	struct build b = build_move(f, site, pupil, transfer, to);

	return offer(&b);
}

static inline bool
note_last(void *context, const struct record *record)
{
	*(uint64_t *)context = record->id;
	return true;
}

/* The latest record of a collection in a dossier; 0 for none. */
static inline uint64_t
last_record(struct fixture *f, const char *collection, uint64_t dossier)
{
	struct record_query query = { .dossier = dossier };
	uint64_t last = 0;

	query.collection = catalogue_collection(text(collection));
	OK(record_each(f->replica, &query, note_last, &last, &f->err));
	return last;
}

static inline enum refusal
answer_envelope(struct fixture *f, uint32_t site, uint64_t envelope,
    const char *state)
{
	struct build b = build(f, site, f->schools[site_schools[site]]);

	build_change(&b, "envelope", envelope);
	build_text(&b, "state", state);
	return offer(&b);
}

static inline struct value
value_of(struct fixture *f, uint64_t record, const char *column)
{
	struct record found;

	OK(record_get(f->replica, record, &f->arena, &found, &f->err));
	return record_value(&found, column);
}

static inline void
expect_text(struct fixture *f, uint64_t record, const char *column,
    const char *expected)
{
	struct value value = value_of(f, record, column);
	char got[64] = "(none)";

	if (value.type == VALUE_TEXT)
		snprintf(got, sizeof(got), "%.*s", (int)value.bytes.size,
		    (const char *)value.bytes.data);
	assert_string_equal(got, expected);
}

static inline struct grant
grant_of(struct fixture *f, uint32_t school, uint64_t dossier)
{
	struct grant grant = { 0 };
	enum status status = grants_get(f->replica, f->schools[school], dossier,
	    &grant, &f->err);

	if (status != STATUS_NOT_FOUND)
		OK(status);
	return grant;
}

static inline void
pass_on(struct fixture *f, uint32_t from, uint32_t to, uint64_t pupil)
{
	uint32_t school = site_schools[to];
	uint64_t transfer = open_transfer(f, from, pupil, school);
	uint64_t envelope = last_record(f, "envelope", f->schools[school]);

	assert_int_equal(answer_envelope(f, to, envelope, "ours"), 0);
	assert_int_equal(move_transfer_to(f, to, pupil, transfer, "accepted"),
	    REFUSAL_NONE);
}

#endif
