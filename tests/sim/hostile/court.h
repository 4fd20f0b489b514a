/*
 * A hub with some life in it, computers of which one lies, and the judge: what
 * the tests of hostile computers share.
 */
#ifndef TESTS_SIM_HOSTILE_COURT_H
#define TESTS_SIM_HOSTILE_COURT_H

#include "tests/unit/server/refused.h"

#include <inttypes.h>
#include <sqlite3.h>

#include "server/core/session.h"
#include "tests/sim/hostile/judge.h"
#include "tests/sim/hostile/liar.h"
#include "tests/sim/random.h"

struct court {
	struct fixture *f;
	struct judge judge;
	uint64_t seed; /* or the how-manieth attempt */
	uint32_t liar_site;
	struct liar *liar; /* NULL: the test speaks itself */
	uint64_t frames;
	uint32_t connections;
};

static inline uint64_t
number_of(const char *name, uint64_t fallback)
{
	const char *given = getenv(name);

	return given == NULL ? fallback : strtoull(given, NULL, 10);
}

static inline void
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

static inline void
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

static inline void
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

static inline void
court_close(struct court *court)
{
	void *state = court->f;

	judge_deinit(&court->judge);
	fixture_end(&state);
	court->f = NULL;
}

/* Everything that a session has to say now; the liar listens to its own. */
static inline void
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

static inline void
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
static inline void
court_greet_others(struct court *court)
{
	for (uint32_t site = 1; site < SITES; site++)
		if (site != court->liar_site)
			(void)greet(court->f, site, 0);
}

static inline void
court_expect_others(struct court *court)
{
	for (uint32_t site = 1; site < SITES; site++)
		if (site != court->liar_site &&
		    court->f->sessions[site]->state != SESSION_SYNCING)
			fail_msg("seed %" PRIu64 ": site %u was hung up",
			    court->seed, site);
}

#endif
