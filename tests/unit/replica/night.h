/*
 * What the tests of the night share: a replica in which something of
 * everything is, how it was before, and what damages it.
 */
#ifndef TESTS_UNIT_REPLICA_NIGHT_H
#define TESTS_UNIT_REPLICA_NIGHT_H

#include "fixture.h"
#include "script.h"

#include "common/replica/check.h"
#include "common/replica/damage.h"
#include "common/replica/mend.h"
#include "common/replica/scope.h"
#include "common/replica/unplaced.h"

enum {
	NIGHT_ROWS = 9
};

struct night {
	struct replica *replica;
	struct arena arena;
	struct item items[NIGHT_ROWS]; /* as the other side has them */
	uint32_t count;
	struct buffer before; /* the tables, and what is counted */
};

/* --- what is there -------------------------------------------------------- */

static inline bool
night_keep(void *context, const struct ledger_row *row)
{
	struct night *night = context;
	struct item *item = &night->items[night->count++];

	*item = (struct item){
		.sequence = row->sequence,
		.id = row->id,
		.received_ms = row->received_ms,
		.mark = row->mark,
		.digest = row->digest,
		.redacted = row->redacted,
	};
	item->commit.data =
	    (const uint8_t *)arena_text(&night->arena, row->bytes);
	item->commit.size = row->bytes.size;
	return true;
}

static inline void
night_dump(struct replica *replica, struct buffer *out)
{
	static const char *const names[] = { "ledger", "touch", "pending",
		"dossier" };

	script_dump(replica, out);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		script_dump_table(replica, names[i], out);
}

static inline void
night_open(struct night *night, enum replica_kind kind)
{
	struct replica *replica = fixture_open_at(":memory:", kind,
	    kind == REPLICA_HUB ? 0 : 5, kind == REPLICA_HUB ? 0 : OAK);

	*night = (struct night){ .replica = replica };
	fixture_open_dossier(replica, OAK);
	script_ledger(replica, 1, 100, 10, 100,
	    "pupil/100 surname=Lane forename=Ida");
	script_ledger(replica, 2, 110, 11, 100,
	    "contact/110 surname=Lane forename=Ada; note/111 text=wrong");
	script_ledger(replica, 3, 120, 12, 100,
	    "contact/110 surname=Lord>110; pupil/100 sex=F");
	script_ledger(replica, 4, 200, 13, 200, "pupil/200 surname=Lane");
	script_ledger(replica, 5, 300, 14, OAK,
	    "grant/300 dossier=#100 kind=holder opened=#1");
	script_ledger(replica, 6, 210, 15, 100,
	    "redaction/210 change=#111 reason=wrong_child");
	script_ledger(replica, 7, 220, 16, 100,
	    "same_as/220 other_pupil=#200 state=agreed");
	script_ledger(replica, 9, 230, 17, 0, "term_date/230 kind=term");
	script_ledger(replica, 10, 240, 18, 100, "contact/110 deleted=@110");
	if (kind == REPLICA_CLIENT)
		script_wait(replica, 400, 19, 100,
		    "contact/110 forename=Eva>110");
	assert_ok(ledger_each(replica, 0, night_keep, night, err));
	assert_int_equal(night->count, NIGHT_ROWS);
	night_dump(replica, &night->before);
}

static inline void
night_close(struct night *night)
{
	replica_close(night->replica);
	buffer_deinit(&night->before);
	arena_deinit(&night->arena);
}

static inline int
night_setup(void **state)
{
	static struct night night;

	night_open(&night, REPLICA_CLIENT);
	*state = &night;
	return 0;
}

static inline int
night_setup_hub(void **state)
{
	static struct night night;

	night_open(&night, REPLICA_HUB);
	*state = &night;
	return 0;
}

static inline int
night_teardown(void **state)
{
	night_close(*state);
	return 0;
}

static inline void
night_expect_as_before(struct night *night)
{
	struct buffer after = { 0 };
	struct bytes one = buffer_view(&night->before);
	struct bytes two;

	night_dump(night->replica, &after);
	two = buffer_view(&after);
	if (!bytes_equal(one, two))
		fail_msg("before:\n%.*s\nafter:\n%.*s", (int)one.size,
		    (const char *)one.data, (int)two.size,
		    (const char *)two.data);
	buffer_deinit(&after);
}

/* --- damage --------------------------------------------------------------- */

static inline void
night_damage(struct replica *replica, const char *text)
{
	struct sqlite3 *database = replica_database(replica);

	if (sqlite3_exec(database, text, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", text, sqlite3_errmsg(database));
	assert_true(sqlite3_changes(database) > 0);
}

static inline void
night_flip(struct replica *replica, uint64_t sequence, uint32_t offset,
    uint8_t bits)
{
	struct sqlite3_blob *blob = NULL;
	uint8_t byte;

	assert_int_equal(sqlite3_blob_open(replica_database(replica), "main",
			     "ledger", "bytes", (sqlite3_int64)sequence, 1,
			     &blob),
	    SQLITE_OK);
	assert_int_equal(sqlite3_blob_read(blob, &byte, 1, (int)offset),
	    SQLITE_OK);
	byte ^= bits;
	assert_int_equal(sqlite3_blob_write(blob, &byte, 1, (int)offset),
	    SQLITE_OK);
	sqlite3_blob_close(blob);
}

/* All of the ledger, in parts; how much of it is damaged. */
static inline uint64_t
night_look(struct replica *replica)
{
	uint64_t upto = 0;
	uint64_t found = 0;
	bool done = false;

	while (!done)
		assert_ok(
		    damage_look(replica, 4, NOW_MS, &upto, &found, &done, err));
	return found;
}

static inline uint64_t
night_noted(struct replica *replica)
{
	uint64_t count;

	assert_ok(damage_count(replica, &count, err));
	return count;
}

static inline enum status
night_check(struct replica *replica)
{
	struct check_result result;

	return check_replica(replica, NULL, NULL, NULL, &result, UNREAD);
}

static inline void
night_rebuild(struct replica *replica)
{
	assert_ok(replica_begin(replica, err));
	assert_ok(mend_rebuild(replica, NULL, NULL, err));
	assert_ok(replica_commit(replica, err));
}

#endif
