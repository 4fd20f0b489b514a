/*
 * What the report's tests share: a replica with three schools and invented
 * children, and what was found in it.
 */
#ifndef TESTS_UNIT_REPORT_FIXTURE_H
#define TESTS_UNIT_REPORT_FIXTURE_H

#include "common/report/findings.h"
#include "tests/unit/replica/fixture.h"

enum {
	FOUND_MAX = 64
};

struct world {
	struct replica *replica;
	uint64_t oak; /* a primary school */
	uint64_t elm; /* a secondary school */
	uint64_t ash; /* outside the partnership */
	struct finding found[FOUND_MAX];
	uint32_t count;
};

static inline const char *
id_text(uint64_t id)
{
	static char texts[8][IDENTIFIER_TEXT_BYTES];
	static unsigned next;

	identifier_format(id, texts[++next % 8]);
	return texts[next % 8];
}

static inline bool
world_note_last(void *context, const struct record *record)
{
	*(uint64_t *)context = record->id;
	return true;
}

/* The record that was created last in a collection. */
static inline uint64_t
last_of(struct world *world, const char *collection)
{
	struct record_query query = {
		.collection = catalogue_collection(bytes_of_text(collection)),
	};
	uint64_t last = 0;

	assert_ok(
	    record_each(world->replica, &query, world_note_last, &last, err));
	return last;
}

/* A school, and its dossier as if it had been filled. */
static inline uint64_t
world_school(struct world *world, const char *name, const char *phase,
    const char *member)
{
	struct dossier dossier = { .kind = DOSSIER_KIND_SCHOOL,
		.state = DOSSIER_OPEN };

	fixture_insert(world->replica, 0, "school", "name", name, "phase",
	    phase, "member", member, NULL);
	dossier.number = last_of(world, "school");
	assert_ok(replica_begin(world->replica, err));
	assert_ok(dossier_put(world->replica, &dossier, err));
	assert_ok(replica_commit(world->replica, err));
	return dossier.number;
}

/* A replica that holds everything, as the hub's does. */
static inline int
world_make(void **state)
{
	static struct world world;

	world = (struct world){ .replica = fixture_open(7, OAK) };
	world.oak = world_school(&world, "Oak Primary", "primary", "Y");
	world.elm = world_school(&world, "Elm School", "secondary", "Y");
	world.ash = world_school(&world, "Ash Academy", "secondary", "N");
	*state = &world;
	return 0;
}

#define WORLD(test) cmocka_unit_test_setup_teardown(test, world_make, world_end)

static inline int
world_end(void **state)
{
	struct world *world = *state;

	replica_close(world->replica);
	return 0;
}

/* A child of year 4 who is on the holder's roll. */
static inline uint64_t
add_child(struct world *world, uint64_t holder, const char *surname,
    const char *upn)
{
	struct draft *draft = NULL;
	struct value school = value_integer((int64_t)holder);
	int64_t pupil, enrolment;
	const char *const columns[][2] = { { "surname", surname },
		{ "forename", "Teodora" }, { "birth_date", "2015-01-19" },
		{ "nc_year_actual", "4" }, { "upn", upn } };

	assert_ok(replica_begin(world->replica, err));
	assert_ok(draft_create_dossier(world->replica, 0, &draft, err));
	assert_ok(draft_insert(draft, "pupil", &pupil, err));
	for (size_t i = 0; i < 5; i++)
		assert_ok(draft_set_text(draft, pupil, columns[i][0],
		    bytes_of_text(columns[i][1]), err));
	assert_ok(draft_set(draft, pupil, "holder", &school, err));
	assert_ok(draft_insert(draft, "enrolment", &enrolment, err));
	assert_ok(draft_set(draft, enrolment, "school", &school, err));
	assert_ok(draft_set_text(draft, enrolment, "school_name",
	    bytes_of_text("a school"), err));
	assert_ok(draft_set_text(draft, enrolment, "entry_date",
	    bytes_of_text("2021-09-01"), err));
	fixture_finish(world->replica, draft);
	return last_of(world, "pupil");
}

static inline uint64_t
add_teodora(struct world *world)
{
	return add_child(world, world->oak, "Okafor-Lane", "C999200119017");
}

/* From Oak to a school (0: unknown), as `transfer open` writes it, with the
 * envelope that the hub adds at Elm. */
static inline uint64_t
add_transfer(struct world *world, uint64_t pupil, uint64_t to,
    const char *surname, const char *leaving)
{
	uint64_t transfer;

	fixture_insert(world->replica, pupil, "transfer", "kind", "phase",
	    "from_school", id_text(world->oak), "to_school",
	    to != 0 ? id_text(to) : "", "leaving_date", leaving, "state",
	    "open", NULL);
	transfer = last_of(world, "transfer");
	fixture_update(world->replica, pupil, pupil, "open_transfer",
	    id_text(transfer), NULL);
	if (to == world->elm)
		fixture_insert(world->replica, to, "envelope", "transfer",
		    id_text(transfer), "dossier", id_text(pupil), "from_school",
		    id_text(world->oak), "surname", surname, "forename",
		    "Teodora", "birth_date", "2015-01-19", "state", "waiting",
		    NULL);
	return transfer;
}

/* --- looking -------------------------------------------------------------- */

static inline bool
world_note_finding(void *context, const struct finding *finding)
{
	struct world *world = context;

	assert_true(world->count < FOUND_MAX);
	world->found[world->count++] = *finding;
	return true;
}

static inline void
look(struct world *world, const char *today, uint64_t school)
{
	struct findings_view view = {
		.today = day_of_text(bytes_of_text(today)),
		.school = school,
	};

	world->count = 0;
	assert_ok(findings_look(world->replica, &view, world_note_finding,
	    world, err));
}

/* How many of that kind there are in the whole hub; *first is the first. */
static inline uint32_t
count_found(struct world *world, const char *today, enum finding_kind kind,
    struct finding *first)
{
	uint32_t count = 0;

	look(world, today, 0);
	for (uint32_t i = 0; i < world->count; i++)
		if (world->found[i].kind == kind && count++ == 0)
			*first = world->found[i];
	return count;
}

static inline void
expect_none(struct world *world, const char *today, enum finding_kind kind)
{
	struct finding unused;

	assert_int_equal(count_found(world, today, kind, &unused), 0);
}

/* Exactly one; returned. */
static inline struct finding
expect_one(struct world *world, const char *today, enum finding_kind kind)
{
	struct finding finding = { 0 };

	assert_int_equal(count_found(world, today, kind, &finding), 1);
	return finding;
}

static inline void
expect_due(const struct finding *finding, const char *day)
{
	char text[DAY_TEXT_BYTES];

	day_format(finding->due, text);
	assert_string_equal(text, day);
}

#endif
