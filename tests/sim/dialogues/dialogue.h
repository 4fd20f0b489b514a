/*
 * Dialogues: a few computers and the hub, one thing done after another, and
 * what is said on the lines because of it.  Nothing happens by itself.
 *
 *	struct world *world = begin_met("elm1 oak1");
 *	struct computer *oak1 = at(world, "oak1");
 *	uint64_t ana;
 *
 *	cut_before(oak1, FRAME_ANSWER);
 *	ana = admit(oak1, "Ana");
 *	pass(world, 2000);
 *	expect(world,
 *	    "[    0] oak1: writes oak1#1: admits Ana\n"
 *	    "[  ...] ...\n");
 *	shows(oak1, ana, "forename", "Ana");
 *	end(world);
 *
 * Verbs fail the test when they cannot be done.  Besides those here:
 * computer_start, computer_stop, computer_crash, computer_leave,
 * computer_upgrade, hub_node_start, hub_node_stop, hub_node_crash,
 * hub_node_upgrade, hub_node_restore (world.h).
 *
 *	dialogue.c	      begins, ends; lines
 *	dialogue_expect.c     what was told against what was expected
 *	dialogue_people.c     what people do
 *	dialogue_look.c       what a replica shows
 *
 * When the protocol changes: rewrite.py puts what was told in the place of
 * what was expected, and a person reads the difference.
 */
#ifndef TESTS_SIM_DIALOGUES_DIALOGUE_H
#define TESTS_SIM_DIALOGUES_DIALOGUE_H

#include "common/replica/pending.h"
#include "tests/sim/node.h"
#include "tests/sim/world.h"

/* --- beginning and end (dialogue.c) --------------------------------------- */

/* A hub that is on, the schools elm (the secondary), oak, yew and fir, and
 * these computers of theirs ("elm1 oak1 oak2"), off.  One world at a time. */
struct world *begin(const char *computers);

/* And all have met the hub and are in step; of that nothing is told. */
struct world *begin_met(const char *computers);

struct computer *at(struct world *world, const char *name);

/* The record (and dossier) of a school. */
uint64_t school(struct world *world, const char *name);

/* Faults end, all is switched on, converges, and the invariants are looked at
 * (world_calm).  Then the world is gone. */
void end(struct world *world);

/* cmocka: a test that is a dialogue, whose world goes even when it fails. */
#define DIALOGUE(test) cmocka_unit_test_teardown(test, dialogue_teardown)

int dialogue_teardown(void **state);

/* --- what was told (dialogue_expect.c) ------------------------------------ */

/*
 * Exactly these lines were told since the last expectation, which times (in
 * ms) count from.  Left out: pings, sums.  Long lines are folded.  What the
 * hub and engines write of their own is hub#1, elm1:1 ... as it comes up.  A
 * difference is printed, with the text to paste; the dialogue goes on and fails
 * at its end.
 */
#define expect(world, text) expect_at((world), (text), __FILE__, __LINE__)

void expect_at(struct world *world, const char *text, const char *file,
    int line);

/* Whether expect has what is said at night: at first it leaves that out. */
void tell_nights(bool told);

/* Of what was told since then nothing is of interest. */
void quietly(struct world *world);

/* A line of one's own. */
void tell(struct world *world, const char *who, const char *what);

/* --- time and lines (dialogue.c) ------------------------------------------ */

/* Time passes, every second of it; many hours pass with lids shut. */
void pass(struct world *world, uint64_t ms);

/* The cable: out, both ends notice it; in, it dials as soon as it likes to. */
void unplug(struct computer *computer);

void plug_in(struct computer *computer);

/* When either end next gives out a frame of that type on this computer's line,
 * the line breaks before it: it is lost, with all that is under way. */
void cut_before(struct computer *computer, enum frame_type type);

/* Its clock is so far ahead (or behind) of the true time. */
void set_clock(struct computer *computer, int64_t ahead_ms);

/* Its disk is copied and kept; the copy is put back (the computer goes on as
 * it was, on or off); a further computer runs from the copy, off at first. */
void copy_disk(struct computer *computer);

void put_back(struct computer *computer);

struct computer *clone(struct computer *computer);

/* hub_node_restore puts it back. */
void back_up_hub(struct world *world);

/* --- what people do (dialogue_people.c) ----------------------------------- */
/* Commits' ids; an id of a new record is that of its commit. */

uint64_t admit(struct computer *computer, const char *forename);

uint64_t edit(struct computer *computer, uint64_t record, const char *column,
    const char *text);

/* A note in a child's file. */
uint64_t note(struct computer *computer, uint64_t child, const char *text);

uint64_t delete_record(struct computer *computer, uint64_t record);

uint64_t undelete_record(struct computer *computer, uint64_t record);

/* The values of a change are to be forgotten. */
uint64_t redact(struct computer *computer, uint64_t dossier, uint64_t change);

uint64_t open_transfer(struct computer *computer, uint64_t child,
    const char *to);

/* answer: "ours", "not_ours" */
uint64_t answer_transfer(struct computer *computer, uint64_t transfer,
    const char *answer);

uint64_t accept_transfer(struct computer *computer, uint64_t transfer);

uint64_t cancel_transfer(struct computer *computer, uint64_t transfer);

/* Keep the value that this computer shows as number keep. */
uint64_t resolve(struct computer *computer, uint64_t record, const char *field,
    uint32_t keep);

/* What was set aside: sent again as a new commit; forgotten. */
uint64_t try_again(struct computer *computer, uint64_t refused);

void give_up(struct computer *computer, uint64_t refused);

/* --- what a replica shows (dialogue_look.c) ------------------------------- */

/* computer NULL: the hub, which is on, of the world that there is. */

/* "Ana"; ids as the book names them; "-": no value; "nothing": no such record,
 * or deleted.  Good for a few calls. */
const char *shown(struct computer *computer, uint64_t record,
    const char *column);

#define shows(computer, record, column, text) \
	assert_string_equal(shown((computer), (record), (column)), (text))

/* Fields of the record that are in conflict. */
uint32_t conflicts(struct computer *computer, uint64_t record);

/* "open", "filling", "frozen", "closing", "gone", "unknown" */
const char *dossier_is(struct computer *computer, uint64_t dossier);

/* Live records of a collection. */
uint64_t count_of(struct computer *computer, const char *collection);

/* Whether its ledger holds a commit with this id. */
bool holds(struct computer *computer, uint64_t commit);

/* How many commits of its own wait, and how many were set aside. */
uint64_t waiting(struct computer *computer);

uint64_t aside(struct computer *computer);

/* Why a commit was set aside: "STALE"; or "waits", "passed on", "no". */
const char *refusal_of(struct computer *computer, uint64_t commit);

#endif
