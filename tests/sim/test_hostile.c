/*
 * A hub among computers of which one lies: thousands of hostile lives by seed,
 * without the rest of the world.  THROUGHLINE_SEED gives the first seed,
 * THROUGHLINE_RUNS how many lives.
 */
#include "tests/unit/server/refused.h"

#include <inttypes.h>
#include <sqlite3.h>

#include "server/core/session.h"
#include "tests/sim/hostile/judge.h"
#include "tests/sim/hostile/liar.h"
#include "tests/sim/random.h"

enum {
	LIVES = 100,
	LIVES_A_HUB = 25, /* then a new one */
	TURNS_MAX = 400,
};

struct court {
	struct fixture *f;
	struct judge judge;
	uint64_t seed;
	uint32_t liar_site;
	struct liar *liar;
	uint64_t frames;
	uint32_t connections;
};

static uint64_t
number_of(const char *name, uint64_t fallback)
{
	const char *given = getenv(name);

	return given == NULL ? fallback : strtoull(given, NULL, 10);
}

static void
sql(struct fixture *f, const char *statement)
{
	assert_int_equal(sqlite3_exec(replica_database(f->replica), statement,
			     NULL, NULL, NULL),
	    SQLITE_OK);
}

#define FAIR(court, call)                                                   \
	do {                                                                \
		if (!(call))                                                \
			fail_msg("seed %" PRIu64 ": %s: %s", (court)->seed, \
			    #call, (court)->judge.breach);                  \
	} while (0)

/* --- a hub with some life in it ------------------------------------------- */

static void
furnish(struct fixture *f)
{
	uint64_t mine, given, kept, answered, transfer;

	sql(f, "PRAGMA synchronous = OFF");
	for (uint32_t site = 1; site < SITES; site++)
		(void)add_staff(f, site);
	mine = add_pupil(f, 1);
	(void)add_contact(f, 1, mine);
	given = add_pupil(f, 1);
	(void)add_contact(f, 1, given);
	pass_on(f, 1, 2, given);
	(void)add_contact(f, 2, given);
	kept = add_pupil(f, 3);
	(void)open_transfer(f, 3, kept, ELM);
	answered = add_pupil(f, 3);
	transfer = open_transfer(f, 3, answered, OAK);
	(void)transfer;
	assert_int_equal(answer_envelope(f, 1,
			     last_record(f, "envelope", f->schools[OAK]),
			     "ours"),
	    0);
}

static void
court_open(struct court *court)
{
	struct fixture *f;
	void *state = NULL;

	assert_int_equal(fixture_begin(&state), 0);
	f = state;
	court->f = f;
	furnish(f);
	for (uint32_t site = 1; site < SITES; site++)
		if (f->sessions[site] != NULL)
			disconnect_site(f, site);
	judge_init(&court->judge, f->replica);
}

static void
court_close(struct court *court)
{
	void *state = court->f;

	judge_deinit(&court->judge);
	fixture_end(&state);
	court->f = NULL;
}

/* --- one life ------------------------------------------------------------- */

/* Everything that a session has to say now; the liar listens to its own. */
static void
court_hear(struct court *court, uint32_t site)
{
	struct fixture *f = court->f;
	struct session *session = f->sessions[site];
	struct buffer out = { 0 };
	size_t before;

	if (session == NULL)
		return;
	do {
		before = out.size;
		OK(hub_output(f->hub, session, 0, &out, f->now, &f->err));
	} while (out.size > before);
	FAIR(court, judge_heard(&court->judge, site,
			f->schools[site_schools[site]], buffer_view(&out)));
	if (site == court->liar_site && court->liar != NULL)
		liar_hear(court->liar, buffer_view(&out));
	buffer_deinit(&out);
}

static void
court_turn(struct court *court)
{
	struct fixture *f = court->f;

	OK(hub_end_turn(f->hub, f->now, &f->err));
	FAIR(court, judge_ledger(&court->judge));
	for (uint32_t site = 1; site < SITES; site++) {
		if (f->sessions[site] == NULL)
			continue;
		FAIR(court, judge_session(&court->judge, f->sessions[site]));
		court_hear(court, site);
	}
}

/* Others are there, and stay. */
static void
court_greet_others(struct court *court)
{
	for (uint32_t site = 1; site < SITES; site++)
		if (site != court->liar_site)
			(void)greet(court->f, site, 0);
}

static void
court_expect_others(struct court *court)
{
	for (uint32_t site = 1; site < SITES; site++)
		if (site != court->liar_site &&
		    court->f->sessions[site]->state != SESSION_SYNCING)
			fail_msg("seed %" PRIu64 ": site %u was hung up",
			    court->seed, site);
}

/* In pieces of any size. */
static void
court_say(struct court *court, struct random *random, struct bytes bytes)
{
	struct fixture *f = court->f;
	struct session *session = f->sessions[court->liar_site];

	while (bytes.size > 0) {
		struct bytes piece = bytes;

		if (random_one_in(random, 3))
			piece.size =
			    (size_t)random_between(random, 1, bytes.size);
		OK(hub_receive(f->hub, session, piece, f->now, &f->err));
		bytes_advance(&bytes, piece.size);
		if (random_one_in(random, 6))
			court_turn(court);
	}
}

static bool
note_bytes(void *context, const struct ledger_row *row)
{
	liar_hint(context, row->id);
	liar_hint(context, row->dossier);
	return true;
}

static void
court_begin_life(struct court *court)
{
	struct fixture *f = court->f;
	struct generation generation = { 0, 0 };
	struct liar_facts facts = {
		.generations = &generation,
		.generation_count = 1,
		.seed = court->seed,
		.frames = 20 + court->seed % 120,
	};

	court->liar_site = 1 + (uint32_t)(court->seed % (SITES - 1));
	facts.site = court->liar_site;
	facts.school = f->schools[site_schools[court->liar_site]];
	OK(replica_meta_get(f->replica, "generation", 0, &generation.number,
	    &f->err));
	court->liar = liar_create(&facts);
	OK(ledger_each(f->replica, 0, note_bytes, court->liar, &f->err));
}

/* The next life begins with no connection, and nobody remembers its copies. */
static void
court_forgive(struct court *court)
{
	struct fixture *f = court->f;

	for (uint32_t site = 1; site < SITES; site++)
		if (f->sessions[site] != NULL)
			disconnect_site(f, site);
	sql(f, "DELETE FROM counter");
	arena_reset(&f->arena);
	f->now += 60 * 1000;
}

/* A computer that said LEAVE is never let in again. */
static bool
court_has_lost_one(struct court *court)
{
	struct fixture *f = court->f;
	struct site site;

	OK(sites_get(f->replica, court->liar_site, &site, &f->err));
	return site.revoked;
}

static bool
court_connect(struct court *court)
{
	struct fixture *f = court->f;
	struct session **session = &f->sessions[court->liar_site];
	enum status status = hub_connect(f->hub, serial_of(court->liar_site),
	    f->now, NULL, session, &f->err);

	if (status == STATUS_DENIED)
		return false; /* it left */
	OK(status);
	court->connections++;
	return true;
}

static void
court_live(struct court *court)
{
	struct fixture *f = court->f;
	struct random random = random_fork(court->seed, 1);
	struct buffer out = { 0 };
	bool more = true;

	court_begin_life(court);
	court_greet_others(court);
	for (uint32_t i = 0; more && i < TURNS_MAX; i++) {
		struct session **session = &f->sessions[court->liar_site];

		buffer_clear(&out);
		if (*session == NULL) {
			if (!court_connect(court))
				break;
			liar_greet(court->liar, f->now, &out);
		} else {
			more = liar_speak(court->liar, f->now, &out);
		}
		court_say(court, &random, buffer_view(&out));
		court_turn(court);
		f->now += random_below_of(&random, 3000);
		if ((*session)->state == SESSION_CLOSED ||
		    random_one_in(&random, 50))
			disconnect_site(f, court->liar_site);
	}
	court_expect_others(court);
	court->frames += liar_frames(court->liar);
	liar_destroy(court->liar);
	court->liar = NULL;
	buffer_deinit(&out);
	court_forgive(court);
}

static void
test_hostile_lives_see_and_change_nothing_of_others(void **state)
{
	struct court court = { 0 };
	uint64_t first = number_of("THROUGHLINE_SEED", 1);
	uint64_t lives = number_of("THROUGHLINE_RUNS", LIVES);

	(void)state;
	for (uint64_t i = 0; i < lives; i++) {
		court.seed = first + i;
		if (court.f == NULL)
			court_open(&court);
		court_live(&court);
		if (court_has_lost_one(&court) ||
		    i % LIVES_A_HUB == LIVES_A_HUB - 1 || i + 1 == lives)
			court_close(&court);
	}
	print_message("seeds %" PRIu64 " .. %" PRIu64 ": %" PRIu64
		      " frames on %u connections\n",
	    first, first + lives - 1, court.frames, court.connections);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_hostile_lives_see_and_change_nothing_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
