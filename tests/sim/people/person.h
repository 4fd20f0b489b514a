/*
 * A person at a computer who is about to do something.
 *
 *	if (person_look(&person)) {
 *		id = person_pick(&person, key, "SELECT id FROM pupil", 0, 0);
 *		person_stop_looking(&person);
 *	}
 *
 * While looking, the replica is open and faults of the computer are on: every
 * call may fail.  What a call says goes through person_ok.
 */
#ifndef TESTS_SIM_PEOPLE_PERSON_H
#define TESTS_SIM_PEOPLE_PERSON_H

#include "common/replica/record.h"
#include "tests/sim/people/people.h"
#include "tests/sim/people/sheet.h"
#include "tests/sim/world.h"

enum {
	PEOPLE_CHILDREN = 64 /* known by name between schools */
};

/* What people remember: world->people. */
struct people {
	struct sheet sheet;
	uint64_t children[PEOPLE_CHILDREN]; /* seeds of those last admitted */
	uint64_t child_count;
	uint64_t stray_from[WORLD_COMPUTERS]; /* an import broke off: commits
						 from this id on may not be in
						 the book; 0: none */
};

struct person {
	struct world *world;
	struct people *people;
	struct computer *computer;
	struct replica *replica; /* while looking */
	struct random random;    /* of this deed */
	uint64_t topic;          /* of all deeds of one burst */
	uint64_t school;
	uint64_t hub_catalogue; /* nothing newer is written */
	const char *deed;
};

/* --- looking (person.c) --------------------------------------------------- */

bool person_look(struct person *person);

void person_stop_looking(struct person *person);

/* True when OK; NOT_FOUND is false too, and no fault. */
bool person_ok(struct person *person, enum status status,
    const struct error *err);

/* The key by which deeds of one topic choose alike; purpose is any number. */
uint64_t person_topic(const struct person *person, uint64_t purpose);

/* A key of this deed alone. */
uint64_t person_own(struct person *person);

/* One of the ids that sql selects with ?1 and ?2: the one that key likes best,
 * whatever others there are.  0: none. */
uint64_t person_pick(struct person *person, uint64_t key, const char *sql,
    uint64_t first, uint64_t second);

/* A live record of a collection. */
uint64_t person_pick_record(struct person *person, uint64_t key,
    const char *collection);

/* How well key likes id: less is better. */
uint64_t person_liking(uint64_t key, uint64_t id);

/* Somebody of this school's staff, or nobody. */
uint64_t person_author(struct person *person);

/* Whether a site's computer stands in this person's school. */
bool person_is_of_school(const struct person *person, uint32_t site);

/* "oak1#3": of what this deed is about. */
void person_tell(struct person *person, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A commit of this computer that may be in the book already. */
void person_book_stray(struct person *person, uint64_t id, uint64_t dossier);

/* --- deeds; false when there is nothing of the kind to do ----------------- */

typedef bool deed_doer(struct person *person);

/* files.c: what is written in a child's file and in the partnership */
bool people_admit(struct person *person);
bool people_edit(struct person *person);
bool people_note(struct person *person);
bool people_delete(struct person *person);
bool people_staff(struct person *person);

/* Put the canary into a new dossier. */
void people_mark(struct person *person, uint64_t dossier);

/* moves.c */
bool people_open(struct person *person);
bool people_answer(struct person *person);
bool people_accept(struct person *person);
bool people_cancel(struct person *person);

/* import.c */
bool people_import(struct person *person);

/* Into the book with what an import left that broke off. */
void people_book_strays(struct person *person);

/* settle.c */
bool people_resolve(struct person *person);
bool people_retry(struct person *person);
bool people_redact(struct person *person);

/* read.c */
bool people_read(struct person *person);

/* office.c */
bool people_revoke(struct person *person);

#endif
