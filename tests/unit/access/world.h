/*
 * A school with a child whose file holds something of each sort, and people
 * who look at it.  The school's dossier is OAK's; nobody has a passphrase.
 */
#ifndef TESTS_UNIT_ACCESS_WORLD_H
#define TESTS_UNIT_ACCESS_WORLD_H

#include "tests/unit/replica/fixture.h"

#include "client/access/view.h"

enum {
	TEACHER = 9, /* records of staff */
	COLLEAGUE = 10,
};

struct world {
	struct replica *replica;
	uint64_t pupil;
	uint64_t need, contact, fsm, bereavement, record, own_note, other_note;
	struct viewer viewer;
	struct view view;
};

/* As fixture_insert, by that member of staff. */
static inline uint64_t
world_insert_by(struct replica *replica, uint64_t author, uint64_t dossier,
    const char *collection, ...)
{
	struct draft *draft = NULL;
	int64_t handle;
	va_list columns;

	assert_ok(replica_begin(replica, err));
	assert_ok(draft_create(replica, dossier, author, &draft, err));
	assert_ok(draft_insert(draft, collection, &handle, err));
	va_start(columns, collection);
	fixture_set_all(draft, handle, columns);
	va_end(columns);
	return fixture_finish(replica, draft);
}

static inline void
world_begin(struct world *world)
{
	struct replica *replica = fixture_open(3, OAK);

	*world = (struct world){ .replica = replica };
	world->pupil = fixture_pupil(replica, "Lane", OAK);
	fixture_update(replica, world->pupil, world->pupil, "upn",
	    "R201100018042", "former_surname", "Moss", "postcode", "ZZ1 1AA",
	    "town", "Wexcombe", "nc_year_actual", "6", NULL);
	world->need = fixture_insert(replica, world->pupil, "need", "rank", "1",
	    "need_type", "SLCN", "detail", "speaks when drawing", NULL);
	world->contact = fixture_insert(replica, world->pupil, "contact",
	    "surname", "Lane", "postcode", "ZZ1 1AA", NULL);
	world->fsm = fixture_insert(replica, world->pupil, "circumstance",
	    "kind", "fsm", "detail", "since autumn", NULL);
	world->bereavement = fixture_insert(replica, world->pupil,
	    "circumstance", "kind", "bereavement", NULL);
	world->record = fixture_insert(replica, world->pupil,
	    "transition_record", "move", "y6_7", "academic_year", "2026/27",
	    "what_helps", "a quiet start", "parent_view", "worried", NULL);
	world->own_note = world_insert_by(replica, TEACHER, world->pupil,
	    "note", "category", "praise", "happened_on", "2026-05-05", "text",
	    "helped a friend", NULL);
	world->other_note = world_insert_by(replica, COLLEAGUE, world->pupil,
	    "note", "category", "family", "happened_on", "2026-05-06", "text",
	    "moved house", NULL);
}

static inline void
world_end(struct world *world)
{
	replica_close(world->replica);
}

/* From now on it is looked at by this role. */
static inline const struct view *
world_as(struct world *world, const char *role)
{
	world->viewer = (struct viewer){
		.login = 1,
		.staff = TEACHER,
		.roles = viewer_roles_of(bytes_of_text(role)),
		.site = 3,
		.school = OAK,
	};
	world->view = (struct view){
		.replica = world->replica,
		.viewer = &world->viewer,
		.now_ms = NOW_MS,
	};
	return &world->view;
}

static inline uint32_t
world_column(const struct record *record, const char *name)
{
	return collection_column_index(record->collection,
	    collection_column(record->collection, bytes_of_text(name)));
}

static inline bool
world_count(void *context, const struct view_record *record)
{
	(void)record;
	++*(int *)context;
	return true;
}

static inline int
world_count_of(const struct view *view, const char *collection)
{
	struct record_query query = {
		.collection = catalogue_collection(bytes_of_text(collection)),
	};
	int count = 0;
	enum status status =
	    view_each(view, &query, world_count, &count, UNREAD);

	return status == STATUS_OK ? count : -(int)status;
}

#endif
