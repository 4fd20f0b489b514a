/*
 * Rarer verbs of dialogues: backups of the hub, and a computer in other hands.
 */
#ifndef TESTS_SIM_DIALOGUES_TROUBLE_H
#define TESTS_SIM_DIALOGUES_TROUBLE_H

#include "protocol/commit.h"
#include "protocol/refusal.h"
#include "tests/sim/world.h"

/* --- computers ------------------------------------------------------------ */

/* Stolen, or burnt: it does not come back. */
void lose(struct computer *computer);

/* As a machine that is resumed from an image, and so did not start: the number
 * that its next commit takes is this one. */
void resume_at(struct computer *computer, uint64_t id);

/* The next connection breaks when so many bytes have arrived, of both
 * directions together.  It is being dialled when this returns. */
void cut_next_after(struct computer *computer, uint64_t bytes);

/* Whether two computers of one school have the same tables. */
bool same_tables(struct computer *one, struct computer *other);

/* A statement with that id as ?1 is run on its database behind its back, or
 * (computer NULL) the hub's; and now it compares itself with the hub. */
void spoil(struct world *world, struct computer *computer, const char *text,
    uint64_t id);

void compare(struct computer *computer);

/* As a hub that never had that commit, of which nothing followed. */
void hub_forgets(struct world *world, uint64_t id);

/* --- the hub -------------------------------------------------------------- */

enum {
	TROUBLE_BACKUPS = 16
};

/* Keep a backup under that number, in place of an earlier one. */
void back_up_hub_as(struct world *world, uint32_t number);

void restore_hub_from(struct world *world, uint32_t number);

/* Nothing is left of it but its keys. */
void rebuild_hub(struct world *world);

bool hub_collects(struct world *world);

/* To the older program, as nobody should. */
void downgrade_hub(struct world *world);

/* What people wrote is at the hub byte for byte, and nothing else is that a
 * school could have written: none lost, none forged.  Else the run fails. */
void none_lost_or_forged(struct world *world);

void none_forged(struct world *world);

/* --- in other hands ------------------------------------------------------- */

/*
 * A commit that no program of ours writes, put among what waits: encoded as it
 * is, entered into the book, and sent when the computer is next looked at.
 * From then on it counts as one that lies.
 */
void forge(struct computer *computer, struct commit *commit);

/* Whoever has it sends what hostile.h tells, another life for another salt. */
void take_over(struct computer *computer, uint64_t salt);

/* A number that its replica has not used. */
uint64_t take_id(struct computer *computer, uint32_t count);

#endif
