/*
 * A client's database on disk, to be damaged: what waits in it, of very
 * different lengths, and a ledger.
 */
#ifndef TESTS_REPLICA_RUIN_H
#define TESTS_REPLICA_RUIN_H

#include "fixture.h"
#include "script.h"

#include <inttypes.h>

#include "common/replica/salvage.h"
#include "tests/unit/scratch.h"

#define OWN(counter) ((UINT64_C(5) << 43) + (counter))

enum {
	SITE = 5,
	WAITING = 60,
	ASIDE = 3,
	PAGE = 4096,
	COUNTER = 900000
};

struct ruin {
	char folder[SCRATCH_BYTES];
	char path[SCRATCH_BYTES + 16];
	char wal[SCRATCH_BYTES + 24];
	struct buffer file; /* as it was when it was sound */
	unsigned seed;
};

/* --- the database that will be damaged ------------------------------------ */

static inline void
wait_for_hub(struct replica *replica, uint64_t id, uint64_t stamp, size_t size)
{
	static uint8_t text[32 * 1024];
	struct arena arena = { 0 };
	struct commit *commit;
	char change[64];

	memset(text, 'a' + (int)(stamp % 26), sizeof(text));
	snprintf(change, sizeof(change), "note/%" PRIu64 " text=x", id);
	commit = script_commit(&arena, id, stamp, 200, change);
	commit->changes[0].fields[0].values[0].value =
	    value_text((struct bytes){ text, size });
	script_wait_in(replica, commit);
	arena_deinit(&arena);
}

/* Of very different lengths: on pages of many, and over several pages, of which
 * the last is full or not. */
static inline void
fill(struct replica *replica)
{
	assert_ok(replica_begin(replica, err));
	for (uint64_t i = 0; i < WAITING + ASIDE; i++)
		wait_for_hub(replica, OWN(1000 + i * 50), 100 + i,
		    i % 20 == 7 ? 20000 + i * 20 : 50 + i * 37 % 900);
	for (uint64_t i = WAITING; i < WAITING + ASIDE; i++)
		assert_ok(pending_set_aside(replica, OWN(1000 + i * 50),
		    REFUSAL_RIGHTS, NOW_MS, err));
	assert_ok(pending_note_passed_on(replica, OWN(77), 300, NOW_MS, err));
	assert_ok(replica_meta_set(replica, "counter", COUNTER, err));
	assert_ok(replica_commit(replica, err));
}

static inline struct replica *
make_database(const char *path)
{
	struct replica *replica =
	    fixture_open_at(path, REPLICA_CLIENT, SITE, 8);

	fixture_open_dossier(replica, 8);
	for (uint64_t i = 1; i < 40; i++) {
		char text[64];

		snprintf(text, sizeof(text), "pupil/%" PRIu64 " surname=Lane",
		    i == 1 ? 200 : OWN(100 + i));
		script_ledger(replica, i, i == 1 ? 200 : OWN(100 + i), 10 + i,
		    i == 1 ? 200 : OWN(100 + i), text);
	}
	fill(replica);
	return replica;
}

static inline void
read_whole(const char *path, struct buffer *out)
{
	FILE *file = fopen(path, "rb");
	uint8_t part[PAGE];
	size_t size;

	assert_non_null(file);
	while ((size = fread(part, 1, sizeof(part), file)) > 0)
		assert_int_equal(buffer_append(out,
				     (struct bytes){ part, size }),
		    STATUS_OK);
	fclose(file);
}

static inline void
write_whole(const char *path, struct bytes content)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(content.data, 1, content.size, file),
	    content.size);
	fclose(file);
}

static inline int
ruin_begin(void **state)
{
	struct ruin *ruin = calloc(1, sizeof(*ruin));

	assert_non_null(ruin);
	scratch_make(ruin->folder);
	snprintf(ruin->path, sizeof(ruin->path), "%s/replica.db", ruin->folder);
	snprintf(ruin->wal, sizeof(ruin->wal), "%s-wal", ruin->path);
	replica_close(make_database(ruin->path));
	read_whole(ruin->path, &ruin->file);
	ruin->seed = 1;
	*state = ruin;
	return 0;
}

static inline int
ruin_end(void **state)
{
	struct ruin *ruin = *state;

	buffer_deinit(&ruin->file);
	scratch_remove(ruin->folder);
	free(ruin);
	return 0;
}

/* --- salvaging it --------------------------------------------------------- */

static inline uint64_t
ask(struct replica *replica, const char *sql)
{
	return strtoull(script_query(replica, sql), NULL, 10);
}

static inline struct replica *
salvage(struct ruin *ruin, struct salvage_result *result)
{
	struct salvage_options options = {
		.path = ruin->path,
		.site = SITE,
		.now_ms = NOW_MS,
		.jump = 9,
	};
	struct replica_options new = {
		.path = ":memory:",
		.kind = REPLICA_CLIENT,
	};
	struct replica *replica = NULL;

	assert_ok(replica_open(&new, &replica, err));
	assert_ok(salvage_replica(replica, &options, result, err));
	return replica;
}

/* Rows whose bytes are those of their digest, as far as SQLite walks: all of
 * them are in the new one. */
static inline void
expect_walked(struct ruin *ruin, struct replica *to)
{
	sqlite3 *database = NULL;
	sqlite3_stmt *row = NULL;

	if (sqlite3_open_v2(ruin->path, &database, SQLITE_OPEN_READWRITE,
		NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(database,
		"SELECT id, digest, bytes FROM pending NOT INDEXED"
		" WHERE state < 2 ORDER BY id",
		-1, &row, NULL) == SQLITE_OK)
		while (sqlite3_step(row) == SQLITE_ROW) {
			struct bytes bytes = { sqlite3_column_blob(row, 2),
				(size_t)sqlite3_column_bytes(row, 2) };
			struct digest digest = digest_of(bytes);
			struct pending_row saved;

			if (sqlite3_column_bytes(row, 1) != 16 ||
			    memcmp(digest.bytes, sqlite3_column_blob(row, 1),
				16) != 0)
				continue;
			assert_ok(pending_get(to,
			    (uint64_t)sqlite3_column_int64(row, 0), &saved,
			    err));
			assert_true(bytes_equal(saved.bytes, bytes));
		}
	sqlite3_finalize(row);
	sqlite3_close(database);
}

/* --- damage --------------------------------------------------------------- */

static inline void
put_back(struct ruin *ruin)
{
	write_whole(ruin->path, buffer_view(&ruin->file));
	remove(ruin->wal);
}

static inline void
overwrite_more(struct ruin *ruin, size_t offset, struct bytes with)
{
	FILE *file = fopen(ruin->path, "r+b");

	assert_non_null(file);
	assert_int_equal(fseek(file, (long)offset, SEEK_SET), 0);
	assert_int_equal(fwrite(with.data, 1, with.size, file), with.size);
	fclose(file);
}

static inline void
overwrite(struct ruin *ruin, size_t offset, struct bytes with)
{
	put_back(ruin);
	overwrite_more(ruin, offset, with);
}

static inline void
randomize(struct ruin *ruin, uint8_t *page)
{
	for (int i = 0; i < PAGE; i++) {
		ruin->seed = ruin->seed * 1103515245 + 12345;
		page[i] = (uint8_t)(ruin->seed >> 16);
	}
}

/* Behind the program's back. */
static inline void
alter(struct ruin *ruin, const char *sql)
{
	struct replica *replica;

	put_back(ruin);
	replica = script_open(ruin->path, REPLICA_CLIENT);
	assert_int_equal(sqlite3_exec(replica_database(replica), sql, NULL,
			     NULL, NULL),
	    SQLITE_OK);
	replica_close(replica);
}

#endif
