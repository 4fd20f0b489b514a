/*
 * A hub among computers of which one lies: thousands of hostile lives by seed,
 * without the rest of the world.  THROUGHLINE_SEED gives the first seed,
 * THROUGHLINE_RUNS how many lives.
 */
#include "tests/sim/hostile/court.h"

enum {
	LIVES = 100,
	LIVES_A_HUB = 25, /* then a new one */
	TURNS_MAX = 400,
};

/* --- one life ------------------------------------------------------------- */

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

/* --- the judge ------------------------------------------------------------ */

static bool
hears_welcome(struct court *court, const struct welcome *welcome)
{
	struct fixture *f = court->f;
	struct buffer body = { 0 }, out = { 0 };
	bool heard;

	OK(message_welcome_encode(welcome, &body, &f->err));
	add_frame(f, &out, FRAME_WELCOME, &body);
	heard =
	    judge_heard(&court->judge, 1, f->schools[OAK], buffer_view(&out));
	court->judge.breach[0] = '\0';
	buffer_deinit(&body);
	buffer_deinit(&out);
	return heard;
}

/* A restored hub that does not know a site yet names no school, whether it asks
 * for what the site holds or, since it holds nothing, waits for others. */
static void
test_judge_lets_only_a_restored_hub_name_no_school(void **state)
{
	struct court court = { 0 };
	struct welcome welcome = { .version = PROTOCOL_VERSION };

	(void)state;
	court_open(&court);
	assert_false(hears_welcome(&court, &welcome));
	welcome.offer = true;
	assert_true(hears_welcome(&court, &welcome));
	welcome.offer = false;
	welcome.collecting = true;
	assert_true(hears_welcome(&court, &welcome));
	welcome.school = court.f->schools[ELM];
	assert_false(hears_welcome(&court, &welcome));
	court_close(&court);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_judge_lets_only_a_restored_hub_name_no_school),
		cmocka_unit_test(
		    test_hostile_lives_see_and_change_nothing_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
