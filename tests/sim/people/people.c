#include "tests/sim/people/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/people/person.h"

void
people_canary(struct world *world, uint64_t dossier,
    char canary[PEOPLE_CANARY_BYTES])
{
	struct random random = random_fork(dossier, 0xCA9A);
	uint64_t number = random_next(&random);
	size_t used = 0;

	/* Differs from its first letter on: an index keeps only the ends of
	 * words that begin alike. */
	(void)world;
	for (; used < 13; used++) {
		canary[used] = (char)('a' + number % 26);
		number /= 26;
	}
	memcpy(canary + used, "canary", sizeof("canary"));
}

/* --- who does what -------------------------------------------------------- */

struct office_hand {
	enum deed_type type;
	deed_doer *does;
	bool anywhere; /* whoever has something of the kind to do does it */
};

static const struct office_hand hands[] = {
	{ DEED_ADMIT, people_admit, false },
	{ DEED_IMPORT, people_import, false },
	{ DEED_EDIT, people_edit, false },
	{ DEED_NOTE, people_note, false },
	{ DEED_DELETE, people_delete, false },
	{ DEED_TRANSFER_OPEN, people_open, true },
	{ DEED_TRANSFER_ANSWER, people_answer, true },
	{ DEED_TRANSFER_ACCEPT, people_accept, true },
	{ DEED_TRANSFER_CANCEL, people_cancel, true },
	{ DEED_RESOLVE, people_resolve, true },
	{ DEED_RETRY, people_retry, true },
	{ DEED_REDACT, people_redact, true },
	{ DEED_STAFF, people_staff, false },
	{ DEED_READ, people_read, false },
	{ DEED_REVOKE, people_revoke, false },
};

static const struct office_hand *
find_hand(enum deed_type type)
{
	for (size_t i = 0; i < sizeof(hands) / sizeof(hands[0]); i++)
		if (hands[i].type == type)
			return &hands[i];
	return NULL;
}

static struct people *
people_of(struct world *world)
{
	if (world->people == NULL)
		world->people = calloc(1, sizeof(struct people));
	if (world->people == NULL)
		abort();
	return world->people;
}

static bool
is_there(const struct computer *computer)
{
	return computer->exists && computer->hostile == NULL;
}

static bool
do_at(struct world *world, const struct deed *deed,
    const struct office_hand *hand, struct computer *computer)
{
	struct person person = {
		.world = world,
		.people = people_of(world),
		.computer = computer,
		.random = random_fork(deed->salt, deed->type),
		.topic = deed->salt >> 32,
		.deed = deed_name(deed->type),
	};

	if (!is_there(computer))
		return false;
	people_book_strays(&person);
	return hand->does(&person);
}

/* A deed of a computer that is not there is done at the next one. */
void
people_do(struct world *world, const struct deed *deed)
{
	const struct office_hand *hand = find_hand(deed->type);
	uint32_t count = world->computer_count;

	if (hand == NULL)
		return;
	for (uint32_t i = 0; i < count; i++) {
		struct computer *computer =
		    &world->computers[(deed->who + i) % count];
		bool there = is_there(computer);

		if (do_at(world, deed, hand, computer) ||
		    (there && !hand->anywhere))
			return;
	}
}
