#include "tests/sim/invariants/look.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "server/core/sites.h"

/* --- what is remembered --------------------------------------------------- */

struct slot {
	const void *owner;
	size_t at;
	size_t size;
};

/* One block, so that the world frees it by free. */
struct memory {
	struct slot slots[INVARIANT_OWNERS];
	size_t used;
	_Alignas(16) uint8_t bytes[INVARIANT_BYTES];
};

static struct memory *
memory_of(struct world *world)
{
	if (world->invariants == NULL)
		world->invariants = calloc(1, sizeof(struct memory));
	assert(world->invariants != NULL);
	return world->invariants;
}

void *
invariant_memory(struct world *world, const void *owner, size_t size)
{
	struct memory *memory = memory_of(world);

	for (uint32_t i = 0; i < INVARIANT_OWNERS; i++) {
		struct slot *slot = &memory->slots[i];

		if (slot->owner == NULL) {
			*slot = (struct slot){ owner, memory->used, size };
			memory->used += (size + 15) / 16 * 16;
			assert(memory->used <= INVARIANT_BYTES);
		}
		if (slot->owner == owner) {
			assert(slot->size == size);
			return memory->bytes + slot->at;
		}
	}
	assert(false);
	return NULL;
}

/* --- reading -------------------------------------------------------------- */

struct replica *
look_at_hub(struct world *world)
{
	struct hub_node *hub = &world->hub;

	if (!hub->on || hub->replica == NULL || disk_stopped(hub->disk) ||
	    replica_in_transaction(hub->replica))
		return NULL;
	catalogue_use(hub->catalogue);
	return hub->replica;
}

struct replica *
look_at_computer(struct computer *computer)
{
	if (!computer->on || computer->replica == NULL ||
	    disk_stopped(computer->disk) ||
	    replica_in_transaction(computer->replica))
		return NULL;
	catalogue_use(computer->catalogue);
	return computer->replica;
}

enum status
look_status(struct world *world, enum status status, const struct error *err)
{
	if (world->calm && status != STATUS_OK && status != STATUS_NOT_FOUND)
		world_fail(world, "look: %s", err->text);
	return status;
}

enum status
look_step(struct world *world, struct sql *sql)
{
	struct error err = { 0 };

	return look_status(world, sql_step(sql, &err), &err);
}

bool
look_number(struct world *world, struct replica *replica, const char *text,
    uint64_t first, uint64_t second, uint64_t *number)
{
	struct sql *sql = sql_use(replica, text);
	enum status status;

	if (strstr(text, "?1") != NULL)
		sql_bind_id(sql, 1, first);
	if (strstr(text, "?2") != NULL)
		sql_bind_id(sql, 2, second);
	status = look_step(world, sql);
	if (status == STATUS_OK)
		*number = sql_column_id(sql, 0);
	sql_release(sql);
	return status == STATUS_OK;
}

enum status
look_row(struct world *world, struct replica *replica, const char *text,
    uint64_t first, uint64_t second)
{
	struct sql *sql = sql_use(replica, text);
	enum status status;

	if (strstr(text, "?1") != NULL)
		sql_bind_id(sql, 1, first);
	if (strstr(text, "?2") != NULL)
		sql_bind_id(sql, 2, second);
	status = look_step(world, sql);
	sql_release(sql);
	return status;
}

uint64_t
look_version(struct computer *computer)
{
	struct sqlite3 *database = replica_database(computer->replica);
	uint32_t version = 0;

	(void)replica_data_version(computer->replica, &version, ERROR_IGNORED);
	return computer->starts << 48 ^ (uint64_t)version << 24 ^
	       (uint64_t)sqlite3_total_changes(database);
}

/* --- what excuses --------------------------------------------------------- */

bool
look_hub_collects(struct world *world)
{
	struct replica *hub = look_at_hub(world);
	uint64_t collecting = 0;

	return hub == NULL ||
	       (look_number(world, hub,
		    "SELECT value FROM meta WHERE name = 'collecting'", 0, 0,
		    &collecting) &&
		   collecting != 0);
}

bool
look_is_honest(const struct computer *computer)
{
	return computer->hostile == NULL && !computer->was_hostile &&
	       computer->copies == 0;
}

bool
look_hub_went_back(const struct world *world)
{
	return world->hub.went_back;
}

bool
look_may_have_forgotten(const struct computer *computer)
{
	return !look_is_honest(computer) || computer->put_back;
}

bool
look_has_excuse(const struct world *world, const struct computer *computer)
{
	return look_may_have_forgotten(computer) || look_hub_went_back(world);
}

bool
look_is_member(struct world *world, struct computer *computer)
{
	struct replica *hub = look_at_hub(world);
	struct site site;
	struct error err = { 0 };

	if (hub == NULL || !computer->exists || computer->hostile != NULL ||
	    !computer->on || computer->replica == NULL)
		return false;
	return sites_get(hub, computer->site, &site, &err) == STATUS_OK &&
	       !site.revoked;
}

/* --- what is new ---------------------------------------------------------- */

struct reading {
	struct news news;
	uint64_t generation; /* as last read */
	uint64_t head;
};

static struct reading *
reading_of(struct world *world)
{
	static const char owner;

	return invariant_memory(world, &owner, sizeof(struct reading));
}

const struct news *
look_news(struct world *world)
{
	return &reading_of(world)->news;
}

static void
note_dossier(struct news *news, uint64_t dossier)
{
	for (uint32_t i = 0; i < news->dossier_count; i++)
		if (news->dossiers[i] == dossier)
			return;
	news->dossiers[news->dossier_count++] = dossier;
}

static struct bytes
keep_bytes(struct world *world, struct bytes bytes)
{
	const char *copy = arena_text(&world->arena, bytes);

	return (struct bytes){ (const uint8_t *)copy,
		copy == NULL ? 0 : bytes.size };
}

static void
read_row(struct world *world, struct sql *sql, struct news_row *row)
{
	struct bytes digest = sql_column_bytes(sql, 4);
	struct bytes mark = sql_column_bytes(sql, 5);

	row->sequence = sql_column_id(sql, 0);
	row->id = sql_column_id(sql, 1);
	row->dossier = sql_column_id(sql, 2);
	row->received_ms = sql_column_id(sql, 3);
	if (digest.size == sizeof(row->digest.bytes))
		memcpy(row->digest.bytes, digest.data, digest.size);
	if (mark.size == sizeof(row->mark.bytes))
		memcpy(row->mark.bytes, mark.data, mark.size);
	row->redacted = sql_column_integer(sql, 6) != 0;
	row->bytes = keep_bytes(world, sql_column_bytes(sql, 7));
	row->is_commit = commit_decode(row->bytes, &world->arena, &row->commit,
			     ERROR_IGNORED) == STATUS_OK;
}

static bool
read_rows(struct world *world, struct replica *hub, struct news *news,
    uint64_t count)
{
	struct sql *sql;
	enum status status;

	news->rows = arena_array(&world->arena, count + 1, sizeof(*news->rows));
	news->dossiers =
	    arena_array(&world->arena, count + 1, sizeof(*news->dossiers));
	if (news->rows == NULL || news->dossiers == NULL)
		return false;
	sql = sql_use(hub,
	    "SELECT sequence, id, dossier, received, digest, mark, redacted,"
	    " bytes FROM ledger WHERE sequence > ?1 ORDER BY sequence");
	sql_bind_id(sql, 1, news->after);
	while ((status = look_step(world, sql)) == STATUS_OK) {
		assert(news->count < count);
		read_row(world, sql, &news->rows[news->count]);
		note_dossier(news, news->rows[news->count].dossier);
		news->count++;
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND;
}

bool
look_read_news(struct world *world)
{
	struct reading *reading = reading_of(world);
	struct replica *hub = look_at_hub(world);
	struct news news = { 0 };
	uint64_t count;

	reading->news = news;
	if (hub == NULL ||
	    !look_number(world, hub,
		"SELECT value FROM meta WHERE name = 'generation'", 0, 0,
		&news.generation) ||
	    !look_number(world, hub, "SELECT max(sequence) FROM ledger", 0, 0,
		&news.head))
		return false;
	if (reading->generation == 0)
		reading->generation = news.generation;
	news.restored = reading->generation != news.generation;
	news.after = news.restored ? 0 : reading->head;
	count = 0;
	if (news.head > news.after &&
	    (!look_number(world, hub,
		 "SELECT count(*) FROM ledger WHERE sequence > ?1", news.after,
		 0, &count) ||
		!read_rows(world, hub, &news, count)))
		return false;
	reading->generation = news.generation;
	reading->head = news.head;
	reading->news = news;
	return true;
}
