/*
 * What a school has by its grants, and what it costs the hub to know.
 */
#include "fixture.h"
#include "scope_set.h"

/* --- what it is ----------------------------------------------------------- */

static struct replica *
open_hub(void)
{
	struct replica *hub = fixture_open_at(":memory:", REPLICA_HUB, 0, 0);

	script_ledger(hub, 1, 100, 1, 100, "pupil/100 surname=Lane");
	script_ledger(hub, 2, 200, 1, 200, "pupil/200 surname=Lord");
	script_ledger(hub, 3, 300, 1, OAK,
	    "grant/300 dossier=#100 kind=holder opened=#1");
	script_ledger(hub, 4, 310, 1, OAK,
	    "grant/310 dossier=#200 kind=holder opened=#0");
	script_ledger(hub, 5, 400, 1, 0, "term_date/400 kind=term");
	script_ledger(hub, 6, 410, 1, 100, "pupil/100 sex=F");
	/* what only a broken hub could write changes nothing */
	script_ledger(hub, 7, 320, 1, OAK,
	    "grant/320 dossier=#0 kind=holder opened=#1");
	return hub;
}

static const char *
scope_text(struct replica *hub, uint64_t at, uint32_t stop_at)
{
	static char text[64];
	struct set set = { .stop_at = stop_at };

	text[0] = '\0';
	assert_ok(
	    scope_each_of_school(hub, OAK, at, NULL, 0, set_add, &set, err));
	for (uint32_t i = 0; i < set.count; i++)
		snprintf(text + strlen(text), 8, "%u ",
		    (unsigned int)set.sequences[i]);
	return text;
}

/* Dossier by dossier; what is damaged is not in it, and whoever looks may
 * have seen enough anywhere. */
static void
test_scope_of_a_school(void **state)
{
	struct replica *hub = open_hub();
	struct error told = { 0 };
	struct set set = { 0 };

	(void)state;
	assert_string_equal(scope_text(hub, 9, 0), "5 3 4 7 1 6 ");
	assert_string_equal(scope_text(hub, 5, 0), "5 3 4 1 ");
	for (uint32_t i = 1; i <= 5; i++)
		assert_int_equal(strlen(scope_text(hub, 9, i)), 2 * i);
	script_ledger(hub, 8, 330, 1, OAK, "grant/300 opened=#8>300");
	assert_string_equal(scope_text(hub, 7, 5), "5 3 4 7 1 ");
	assert_int_equal(sqlite3_exec(replica_database(hub),
			     "INSERT INTO damaged VALUES (6, 410, 1)", NULL,
			     NULL, NULL),
	    SQLITE_OK);
	assert_string_equal(scope_text(hub, 9, 0), "5 3 4 7 8 1 ");
	assert_int_equal(sqlite3_exec(replica_database(hub),
			     "UPDATE ledger SET digest = x'07'"
			     " WHERE sequence = 1",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(scope_each_of_school(hub, OAK, 9, NULL, 0, set_add,
			     &set, &told),
	    STATUS_CORRUPT);
	replica_close(hub);
}

/* A grant whose earlier steps cannot be read is no reason to say less. */
static void
test_unreadable_step_is_told(void **state)
{
	struct replica *hub = open_hub();
	struct set set = { 0 };

	(void)state;
	script_ledger(hub, 8, 330, 1, OAK, "grant/300 opened=#8>300");
	assert_int_equal(sqlite3_exec(replica_database(hub),
			     "UPDATE ledger SET bytes = x'c1'"
			     " WHERE sequence = 3",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_not_equal(scope_each_of_school(hub, OAK, 7, NULL, 0, set_add,
				 &set, UNREAD),
	    STATUS_OK);
	replica_close(hub);
}

static void
test_scope_here_may_be_left_early(void **state)
{
	struct replica *oak = fixture_open(5, OAK);
	struct set set = { .stop_at = 1 };
	uint64_t left_out[1];
	uint32_t count;

	(void)state;
	script_ledger(oak, 1, 400, 1, 0, "term_date/400 kind=term");
	script_ledger(oak, 2, 410, 1, 0, "term_date/410 kind=term");
	assert_ok(scope_each_here(oak, 9, set_add, &set, err));
	assert_int_equal(set.count, 1);
	for (uint64_t number = 500; number < 502; number++) {
		const struct dossier dossier = { .number = number,
			.kind = DOSSIER_KIND_PUPIL,
			.state = DOSSIER_FILLING,
			.fill_to = 9 };

		assert_ok(replica_begin(oak, err));
		assert_ok(dossier_put(oak, &dossier, err));
		assert_ok(replica_commit(oak, err));
	}
	assert_int_equal(scope_left_out(oak, left_out, 1, &count, UNREAD),
	    STATUS_TOO_LARGE);
	replica_close(oak);
}

/* --- what it costs -------------------------------------------------------- */

static void
expect_plan(struct sqlite3 *database, const char *query)
{
	char text[2048];
	sqlite3_stmt *plan = NULL;
	bool ledger = strstr(query, "FROM ledger") != NULL;
	bool covering = false;

	snprintf(text, sizeof(text), "EXPLAIN QUERY PLAN %s", query);
	assert_int_equal(sqlite3_prepare_v2(database, text, -1, &plan, NULL),
	    SQLITE_OK);
	while (sqlite3_step(plan) == SQLITE_ROW) {
		const char *line = (const char *)sqlite3_column_text(plan, 3);

		if (strstr(line, "SCAN") != NULL ||
		    strstr(line, "TEMP B-TREE") != NULL)
			fail_msg("%s: %s", query, line);
		covering = covering ||
		           strstr(line, "SEARCH ledger USING COVERING INDEX "
					"ledger_dossier (dossier=? AND "
					"sequence>? AND sequence<?)") != NULL;
	}
	sqlite3_finalize(plan);
	if (ledger && !covering)
		fail_msg("%s: reads the ledger", query);
}

/* An index search for each dossier, of that index alone. */
static void
test_scope_reads_the_index_alone(void **state)
{
	struct replica *hub = open_hub();
	struct sqlite3 *database = replica_database(hub);
	struct set set = { 0 };
	uint32_t looked_at = 0;

	(void)state;
	assert_ok(
	    scope_each_of_school(hub, OAK, 9, NULL, 0, set_add, &set, err));
	for (sqlite3_stmt *statement = sqlite3_next_stmt(database, NULL);
	     statement != NULL;
	     statement = sqlite3_next_stmt(database, statement)) {
		const char *query = sqlite3_sql(statement);

		if (strncmp(query, "SELECT sequence, digest FROM ledger", 35) !=
			0 &&
		    strncmp(query, "SELECT g.dossier, g.frozen", 26) != 0 &&
		    strncmp(query, "SELECT grant_id, dossier", 24) != 0)
			continue;
		looked_at++;
		expect_plan(database, query);
	}
	assert_int_equal(looked_at, 3);
	replica_close(hub);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scope_of_a_school),
		cmocka_unit_test(test_unreadable_step_is_told),
		cmocka_unit_test(test_scope_here_may_be_left_early),
		cmocka_unit_test(test_scope_reads_the_index_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
