/*
 * Trials of a replica's own calls: a set in which everything occurs (an edit
 * against a deletion, a redaction, pupils that are one, what no catalogue
 * knows), at Elm, or what was written at Oak; something is done with it, and
 * whatever can fail fails.  The call says NOMEM and leaves no half
 * transaction; made again with memory it leaves the very same tables as
 * without any failure.
 */
#ifndef TESTS_SIM_TRIAL_H
#define TESTS_SIM_TRIAL_H

#include "tests/unit/replica/pair.h"
#include "tests/unit/replica/script.h"

#include <sys/mman.h>

#include "common/replica/check.h"
#include "tests/sim/sweep.h"

enum {
	RUNS_MOST = 1 /* of each sweep, when not all are asked for */
};

/* --- the set -------------------------------------------------------------- */

static const struct line {
	uint64_t id;
	uint64_t dossier;
	const char *text;
} lines[] = {
	{ 100, 100,
	    "pupil/100 surname=Lane forename=Ida birth_date=2015-01-19" },
	{ 200, 200,
	    "pupil/200 surname=Lane forename=Idy birth_date=2015-01-19" },
	{ 210, 100, "contact/210 surname=Mo forename=Al; note/211 text=wrong" },
	{ 220, 100, "contact/210 surname=Moe>210" },
	{ 230, 100, "contact/210 surname=Mob>210" },
	{ 240, 100, "contact/210 deleted=@210,220" },
	{ 250, 100, "redaction/250 change=#211 reason=wrong_child" },
	{ 260, 100, "same_as/260 other_pupil=#200 state=agreed" },
	{ 270, 100, "pupil/100 horoscope=leo surname=Lay>100" },
	{ 280, 100, "horoscope/280 sign=leo" },
	{ 290, 200, "contact/210 surname=Astray" },
	{ 300, ELM, "grant/300 dossier=#100 kind=destination opened=#1" },
	{ 310, 200, "contact/310 surname=Gone" },
	{ 320, 200, "contact/310 deleted=@310" },
};

enum {
	LINES = sizeof(lines) / sizeof(lines[0])
};

struct story {
	struct pair *pair;
	struct arena arena;
	struct item items[LINES];
	uint64_t pupil;   /* of Oak's own, written there */
	uint64_t contact; /* in its file */
	uint64_t later;   /* commits that build on the pupil */
	uint64_t last;
	struct pending_row waiting;
	struct filled filled;
};

static inline void
encode_items(struct story *story)
{
	for (uint32_t i = 0; i < LINES; i++) {
		struct commit *commit = script_commit(&story->arena,
		    lines[i].id, 10 + i, lines[i].dossier, lines[i].text);
		struct item *item = &story->items[i];

		*item = (struct item){ .sequence = i + 1,
			.received_ms = NOW_MS,
			.id = commit->id };
		item->commit = script_encode(&story->arena, commit);
		item->digest = digest_of(item->commit);
	}
}

static inline enum status
take_one(struct story *story, uint32_t place, struct error *err)
{
	enum take_result result = TAKE_KNOWN;
	enum status status = take_item(story->pair->elm, &story->items[place],
	    true, &result, err);

	if (status == STATUS_OK)
		assert_int_equal(result, TAKE_NEW);
	return status;
}

static inline enum status
take_all(struct story *story, struct error *err)
{
	enum status status = STATUS_OK;

	for (uint32_t i = 0; status == STATUS_OK && i < LINES; i++)
		status = take_one(story, i, err);
	return status;
}

/* Elm holds all of it. */
static inline void
prepare_taken(struct story *story)
{
	assert_ok(replica_begin(story->pair->elm, err));
	assert_ok(take_all(story, err));
	assert_ok(replica_commit(story->pair->elm, err));
}

/* A child with a contact, which changes, goes, and comes back. */
static inline void
prepare_written(struct story *story)
{
	struct replica *oak = story->pair->oak;

	story->pupil = fixture_pupil(oak, "Lane", OAK);
	story->contact = fixture_insert(oak, story->pupil, "contact", "surname",
	    "Lane", NULL);
	story->later = fixture_update(oak, story->pupil, story->contact,
	    "surname", "Mo", NULL);
	story->last = fixture_delete(oak, story->pupil, story->contact);
}

/* --- trials --------------------------------------------------------------- */

typedef enum status attempt(struct story *story, struct error *err);

struct trial {
	const char *name;
	void (*prepare)(struct story *story);
	attempt *attempt;
	bool at_oak;
	struct story *story;
};

static inline enum status
try_once(const struct trial *trial, struct replica *replica, struct error *err)
{
	enum status status = replica_begin(replica, err);

	if (status != STATUS_OK)
		return status;
	status = trial->attempt(trial->story, err);
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK)
		replica_rollback(replica);
	return status;
}

static inline struct replica *
replica_of(const struct trial *trial)
{
	return trial->at_oak ? trial->story->pair->oak
	                     : trial->story->pair->elm;
}

static inline void
run_trial(void *context)
{
	const struct trial *trial = context;
	struct replica *replica = replica_of(trial);
	struct error told = { 0 };
	enum status status;

	(void)memory_hold(false);
	status = try_once(trial, replica, &told);
	(void)memory_hold(true);
	assert_false(replica_in_transaction(replica));
	if (status == STATUS_OK)
		return;
	if (status != STATUS_NOMEM || memory_failures() == 0)
		fail_msg("%s: %s", status_name(status), told.text);
	memory_off();
	sweep_end_if_known(&replica, 1, 0);
	status = try_once(trial, replica, &told);
	/* See sweep_trial.h. */
	if (status == STATUS_NOMEM)
		status = try_once(trial, replica, &told);
	if (status != STATUS_OK)
		fail_msg("%s", told.text);
}

/* What the tables are when nothing fails: shared with all runs. */
static struct outcome {
	bool known;
	struct digest digest;
} * outcome;

static inline void
print_fault(void *context, const char *sentence)
{
	(void)context;
	printf("%s\n", sentence);
}

static inline void
verify_trial(void *context)
{
	const struct trial *trial = context;
	struct story *story = trial->story;
	struct check_result result;
	struct digest digest;
	void *state = story->pair;

	assert_ok(check_replica(replica_of(trial), print_fault, NULL, NULL,
	    &result, err));
	assert_ok(check_tables_digest(replica_of(trial), &digest, err));
	if (sweep_nth() == 0)
		*outcome = (struct outcome){ true, digest };
	assert_true(!outcome->known || digest_equal(&outcome->digest, &digest));
	arena_deinit(&story->arena);
	teardown(&state);
}

static inline void
sweep_trial(struct trial *trial)
{
	struct story story = { 0 };
	void *state = NULL;

	setup(&state);
	story.pair = state;
	trial->story = &story;
	outcome->known = false;
	encode_items(&story);
	fixture_open_dossier(story.pair->elm, 100);
	fixture_open_dossier(story.pair->elm, 200);
	if (trial->prepare != NULL)
		trial->prepare(&story);
	sweep_memory(trial->name, RUNS_MOST, run_trial, verify_trial, trial);
	arena_deinit(&story.arena);
	teardown(&state);
}

static inline int
sweep_trials(struct trial *trials, size_t count)
{
	outcome = mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(outcome != MAP_FAILED);
	for (size_t i = 0; i < count; i++)
		sweep_trial(&trials[i]);
	return sweep_finish();
}

#endif
