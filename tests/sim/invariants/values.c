/*
 * No value is lost: each write in the hub's ledger is a head of its field, or
 * a later write says that it replaced it; and the history of its record shows
 * it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/replica/record.h"
#include "tests/sim/invariants/look.h"

#define NAME "no-value-is-lost"

/* A write of a field, by the change that made it. */
struct written {
	uint64_t change;
	uint64_t field; /* a number for its name */
	uint64_t record;
};

struct writes {
	struct world *world;
	struct written *all;
	size_t count;
	size_t room;
};

static uint64_t
number_of(struct bytes name)
{
	uint64_t number = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < name.size; i++)
		number = (number ^ name.data[i]) * UINT64_C(1099511628211);
	return number;
}

static void
add(struct writes *writes, uint64_t change, uint64_t field, uint64_t record)
{
	if (writes->count == writes->room) {
		size_t room = writes->room == 0 ? 1024 : 2 * writes->room;
		struct written *all =
		    arena_array(&writes->world->arena, room, sizeof(*all));

		if (all == NULL)
			return;
		if (writes->count > 0)
			memcpy(all, writes->all, writes->count * sizeof(*all));
		writes->all = all;
		writes->room = room;
	}
	writes->all[writes->count++] =
	    (struct written){ change, field, record };
}

static int
compare(const void *a, const void *b)
{
	const struct written *x = a, *y = b;

	if (x->change != y->change)
		return x->change < y->change ? -1 : 1;
	return x->field < y->field ? -1 : x->field > y->field;
}

static bool
holds(const struct writes *writes, const struct written *one)
{
	return writes->count > 0 && bsearch(one, writes->all, writes->count,
					sizeof(*one), compare) != NULL;
}

struct looking {
	struct writes written;
	struct writes covered; /* replaced by another, or a head */
};

static void
note_change(struct looking *looking, const struct change *change, uint64_t id)
{
	const struct collection *collection =
	    catalogue_collection(change->collection);

	for (uint32_t i = 0; i < change->field_count; i++) {
		const struct field_write *field = &change->fields[i];
		uint64_t name = number_of(heads_field_name(collection, field));

		add(&looking->written, id, name, change->record);
		for (uint32_t j = 0; j < field->replace_count; j++)
			add(&looking->covered, field->replaces[j], name,
			    change->record);
	}
}

static bool
note_commit(void *context, const struct ledger_row *row)
{
	struct looking *looking = context;
	struct arena arena = { 0 };
	struct commit commit;

	if (commit_decode(row->bytes, &arena, &commit, NULL) == STATUS_OK)
		for (uint32_t i = 0; i < commit.change_count; i++)
			note_change(looking, &commit.changes[i], commit.id + i);
	arena_deinit(&arena);
	return true;
}

static void
note_heads(struct looking *looking, struct replica *hub)
{
	struct world *world = looking->written.world;
	struct sql *sql = sql_use(hub, "SELECT id, heads FROM record");
	struct record_heads heads;

	while (look_step(world, sql) == STATUS_OK) {
		if (heads_decode(sql_column_bytes(sql, 1), &world->arena,
			&heads, ERROR_IGNORED) != STATUS_OK)
			world_fail(world, NAME ": the heads of %s are no heads",
			    book_name(world, sql_column_id(sql, 0)));
		for (uint32_t i = 0; i < heads.field_count; i++)
			for (uint32_t j = 0; j < heads.fields[i].head_count;
			     j++)
				add(&looking->covered,
				    heads.fields[i].heads[j].change,
				    number_of(heads.fields[i].field),
				    sql_column_id(sql, 0));
	}
	sql_release(sql);
}

static void
at_calm(struct world *world)
{
	struct looking looking = { { .world = world }, { .world = world } };
	struct replica *hub = look_at_hub(world);
	struct error err = { 0 };

	if (hub == NULL ||
	    look_status(world, ledger_each(hub, 0, note_commit, &looking, &err),
		&err) != STATUS_OK)
		return;
	note_heads(&looking, hub);
	if (looking.covered.count > 0)
		qsort(looking.covered.all, looking.covered.count,
		    sizeof(*looking.covered.all), compare);
	for (size_t i = 0; i < looking.written.count; i++) {
		const struct written *one = &looking.written.all[i];

		if (!holds(&looking.covered, one))
			world_fail(world,
			    NAME ": a write of %s to %s is neither a head nor "
				 "replaced",
			    book_name(world, one->change),
			    book_name(world, one->record));
	}
}

const struct invariant invariant_values = {
	.name = NAME,
	.says = "every losing value is still a head or in the history",
	.at_calm = at_calm,
};
