/*
 * Count and sum of every dossier are those of the commits that the ledger
 * holds of it; of a frozen grant, those of the dossier at its freeze.
 */
#include <inttypes.h>
#include <string.h>

#include "tests/sim/invariants/look.h"

#define NAME "sums-are-right"

enum {
	TURN_COMMITS = 64 /* larger dossiers are added up when calm */
};

struct tally {
	uint64_t count;
	struct digest_sum sum;
};

/* False: nothing is known. */
static bool
add_up(struct world *world, struct replica *replica, uint64_t dossier,
    uint64_t upto, struct tally *tally)
{
	struct sql *sql = sql_use(replica,
	    "SELECT digest FROM ledger WHERE dossier = ?1 AND sequence <= ?2");
	struct digest digest;
	enum status status;

	*tally = (struct tally){ 0 };
	sql_bind_id(sql, 1, dossier);
	sql_bind_id(sql, 2, upto);
	while ((status = look_step(world, sql)) == STATUS_OK) {
		struct bytes bytes = sql_column_bytes(sql, 0);

		if (bytes.size != sizeof(digest.bytes))
			break;
		memcpy(digest.bytes, bytes.data, bytes.size);
		digest_sum_add(&tally->sum, &digest);
		tally->count++;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND;
}

static void
look_at_dossier(struct world *world, const char *who, struct replica *replica,
    const struct dossier *dossier)
{
	struct tally tally;

	if (!add_up(world, replica, dossier->number, INT64_MAX, &tally))
		return;
	if (tally.count != dossier->count ||
	    !digest_sum_equal(&tally.sum, &dossier->sum))
		world_fail(world,
		    NAME ": %s counts %" PRIu64
			 " commits of %s and has %" PRIu64
			 ", or sums them up wrongly",
		    who, dossier->count, book_name(world, dossier->number),
		    tally.count);
}

static void
at_turn(struct world *world)
{
	const struct news *news = look_news(world);
	struct replica *hub = look_at_hub(world);
	struct dossier dossier;

	for (uint32_t i = 0; hub != NULL && i < news->dossier_count; i++)
		if (dossier_get(hub, news->dossiers[i], &dossier,
			ERROR_IGNORED) == STATUS_OK &&
		    dossier.count <= TURN_COMMITS)
			look_at_dossier(world, "the hub", hub, &dossier);
}

/* --- when calm ------------------------------------------------------------ */

struct place {
	struct world *world;
	const char *who;
	struct replica *replica;
};

static bool
look_at_each(void *context, const struct dossier *dossier)
{
	const struct place *place = context;

	look_at_dossier(place->world, place->who, place->replica, dossier);
	return true;
}

static void
look_at_replica(struct world *world, const char *who, struct replica *replica)
{
	struct place place = { world, who, replica };
	struct error err = { 0 };

	if (replica != NULL)
		(void)look_status(world,
		    dossier_each(replica, -1, look_at_each, &place, &err),
		    &err);
}

static void
look_at_freezes(struct world *world, struct replica *hub)
{
	struct sql *sql = sql_use(hub,
	    "SELECT dossier, frozen, frozen_count, frozen_sum FROM grants"
	    " WHERE frozen <> 0 AND closed = 0");

	while (look_step(world, sql) == STATUS_OK) {
		struct bytes stored = sql_column_bytes(sql, 3);
		struct digest_sum sum = { 0 };
		struct tally tally;

		if (stored.size == 16)
			digest_sum_load(&sum, stored.data);
		if (add_up(world, hub, sql_column_id(sql, 0),
			sql_column_id(sql, 1), &tally) &&
		    (tally.count != sql_column_id(sql, 2) ||
			!digest_sum_equal(&tally.sum, &sum)))
			world_fail(world,
			    NAME ": what %s was at its freeze is not what the "
				 "hub noted",
			    book_name(world, sql_column_id(sql, 0)));
	}
	sql_release(sql);
}

static void
at_calm(struct world *world)
{
	struct replica *hub = look_at_hub(world);

	look_at_replica(world, "the hub", hub);
	if (hub != NULL)
		look_at_freezes(world, hub);
	for (uint32_t i = 0; i < world->computer_count; i++)
		look_at_replica(world, world->computers[i].name,
		    look_at_computer(&world->computers[i]));
}

const struct invariant invariant_sums = {
	.name = NAME,
	.says = "counts and sums are those of what is held",
	.at_turn = at_turn,
	.at_calm = at_calm,
};
