#include "tests/sim/dialogues/trouble.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/catalogue/in_force.h"
#include "common/replica/check.h"
#include "common/replica/ledger.h"
#include "common/replica/mend.h"
#include "common/replica/pending.h"
#include "common/replica/sql.h"
#include "protocol/identifier.h"
#include "server/core/recovery.h"
#include "tests/sim/node.h"
#include "tests/sim/rot.h"

static void
must(struct world *world, enum status status, const struct error *err)
{
	if (status != STATUS_OK)
		world_fail(world, "dialogue: %s: %s", status_name(status),
		    err->text);
}

/* --- computers ------------------------------------------------------------ */

void
lose(struct computer *computer)
{
	computer_crash(computer, true);
	computer->exists = false;
	trace_line(&computer->world->trace, computer->world->now_ms,
	    computer->name, "is lost");
}

void
resume_at(struct computer *computer, uint64_t id)
{
	struct replica *replica = computer->replica;
	struct error err = { 0 };

	must(computer->world, replica_begin(replica, &err), &err);
	must(computer->world,
	    replica_meta_set(replica, "counter", identifier_counter(id), &err),
	    &err);
	must(computer->world, replica_commit(replica, &err), &err);
}

void
cut_next_after(struct computer *computer, uint64_t bytes)
{
	struct world *world = computer->world;
	uint64_t before = computer->connection;

	while (computer->connection == 0 || computer->connection == before)
		world_advance(world, 1);
	connection_cut_after(wire_find(&world->wire, computer->connection),
	    bytes);
}

static struct digest
tables_of(struct computer *computer)
{
	struct replica *replica = computer_replica(computer);
	struct digest digest = { 0 };
	struct error err = { 0 };

	if (replica == NULL)
		world_fail(computer->world, "dialogue: no replica");
	must(computer->world, check_tables_digest(replica, &digest, &err),
	    &err);
	computer_release(computer);
	return digest;
}

bool
same_tables(struct computer *one, struct computer *other)
{
	struct digest first = tables_of(one), second = tables_of(other);

	return digest_equal(&first, &second);
}

/* --- bad disks ------------------------------------------------------------ */

void
spoil(struct world *world, struct computer *computer, const char *text,
    uint64_t id)
{
	if (!rot_by(world, computer, text, id))
		world_fail(world, "dialogue: nothing was there to spoil");
}

static enum status
make_anew(struct replica *replica, struct error *err)
{
	enum status status = replica_begin(replica, err);

	if (status == STATUS_OK)
		status = mend_rebuild(replica, NULL, NULL, err);
	return status == STATUS_OK ? replica_commit(replica, err) : status;
}

void
hub_forgets(struct world *world, uint64_t id)
{
	struct error err = { 0 };

	if (replica_in_transaction(world->hub.replica))
		hub_node_stop(world);
	hub_node_start(world);
	spoil(world, NULL, "DELETE FROM ledger WHERE id = ?1", id);
	must(world, make_anew(world->hub.replica, &err), &err);
}

void
compare(struct computer *computer)
{
	engine_reconcile(computer->engine);
	computer_look(computer);
}

/* --- the hub -------------------------------------------------------------- */

static struct disk *
backup_of(uint32_t number)
{
	char name[DISK_NAME_BYTES];
	struct disk *disk;

	assert(number < TROUBLE_BACKUPS);
	snprintf(name, sizeof(name), "hub-backup-%u", number);
	disk = disk_find(name);
	return disk == NULL ? disk_create(name) : disk;
}

void
back_up_hub_as(struct world *world, uint32_t number)
{
	disk_copy(world->hub.disk, backup_of(number));
	trace_line(&world->trace, world->now_ms, "hub", "is backed up (%u)",
	    number);
}

static void
restore_from(struct world *world, const struct disk *disk)
{
	struct hub_node *hub = &world->hub;

	if (hub->kept == NULL)
		hub->kept = disk_create("hub-old");
	disk_copy(disk, hub->kept);
	hub->kept_ms = world->now_ms;
	hub_node_restore(world);
}

void
restore_hub_from(struct world *world, uint32_t number)
{
	restore_from(world, backup_of(number));
}

void
rebuild_hub(struct world *world)
{
	struct replica_options options = {
		.path = "hub-new/" NODE_DATABASE,
		.vfs = DISK_VFS_NAME,
		.kind = REPLICA_HUB,
	};
	struct disk *disk = disk_create("hub-new");
	struct replica *replica = NULL;
	struct error err = { 0 };

	catalogue_use(world->hub.catalogue);
	must(world, replica_open(&options, &replica, &err), &err);
	replica_close(replica);
	catalogue_use(NULL);
	restore_from(world, disk);
	disk_destroy(disk);
}

bool
hub_collects(struct world *world)
{
	bool restored = false, collecting = false;
	struct error err = { 0 };

	must(world,
	    recovery_get(world->hub.replica, &restored, &collecting, &err),
	    &err);
	return collecting;
}

void
downgrade_hub(struct world *world)
{
	hub_node_stop(world);
	world->hub.catalogue = NULL;
	trace_line(&world->trace, world->now_ms, "hub",
	    "gets the older program again");
	hub_node_start(world);
}

/* --- none lost, none forged ----------------------------------------------- */

static void
expect_entry(struct world *world, const struct entry *entry)
{
	struct sql *sql = sql_use(world->hub.replica,
	    "SELECT digest FROM ledger WHERE id = ?1");
	struct bytes digest;
	bool found, same;

	sql_bind_id(sql, 1, entry->id);
	found = sql_step(sql, ERROR_IGNORED) == STATUS_OK;
	digest = sql_column_bytes(sql, 0);
	same = found && digest.size == sizeof(entry->digest.bytes) &&
	       memcmp(digest.data, entry->digest.bytes, digest.size) == 0;
	sql_release(sql);
	if (!same)
		world_fail(world, "none-lost: the hub has %s of %s",
		    found ? "other bytes" : "nothing",
		    book_name(world, entry->id));
}

/* A name with a colon is told for what nobody wrote and nothing caused. */
static bool
expect_written(void *context, const struct ledger_row *row)
{
	struct world *world = context;

	if (identifier_site(row->id) != 0 &&
	    strchr(book_name(world, row->id), ':') != NULL)
		world_fail(world, "none-forged: the hub has %s",
		    book_name(world, row->id));
	return true;
}

void
none_forged(struct world *world)
{
	struct error err = { 0 };

	must(world,
	    ledger_each(world->hub.replica, 0, expect_written, world, &err),
	    &err);
}

void
none_lost_or_forged(struct world *world)
{
	uint32_t count;
	struct entry *entries = book_entries(world->book, &count);

	for (uint32_t i = 0; i < count; i++)
		if (entries[i].fate == ENTRY_TAKEN)
			expect_entry(world, &entries[i]);
	none_forged(world);
}

/* --- in other hands ------------------------------------------------------- */

void
take_over(struct computer *computer, uint64_t salt)
{
	struct deed deed = {
		.type = DEED_HOSTILE,
		.who = computer->index,
		.salt = salt,
	};

	computer_start(computer);
	faults_do(computer->world, &deed);
}

uint64_t
take_id(struct computer *computer, uint32_t count)
{
	struct error err = { 0 };
	uint64_t id = 0;

	must(computer->world, replica_begin(computer->replica, &err), &err);
	must(computer->world,
	    replica_take_ids(computer->replica, count, LIMIT_RESERVED_IDS, &id,
		&err),
	    &err);
	must(computer->world, replica_commit(computer->replica, &err), &err);
	return id;
}

void
forge(struct computer *computer, struct commit *commit)
{
	struct world *world = computer->world;
	struct buffer bytes = { 0 };
	struct error err = { 0 };

	computer->was_hostile = true;
	must(world, commit_encode(commit, &bytes, &err), &err);
	must(world, replica_begin(computer->replica, &err), &err);
	must(world,
	    pending_add(computer->replica, commit, buffer_view(&bytes),
		computer_now(computer), &err),
	    &err);
	must(world, replica_commit(computer->replica, &err), &err);
	buffer_deinit(&bytes);
	computer_wrote(computer, commit->id);
	computer_look(computer);
}
