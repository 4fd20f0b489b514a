#include "tests/sim/people/person.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/replica/sql.h"
#include "protocol/identifier.h"

/* --- looking -------------------------------------------------------------- */

bool
person_look(struct person *person)
{
	struct error err = { 0 };
	enum status status;

	person->replica = computer_replica(person->computer);
	if (person->replica == NULL)
		return false;
	person->school = replica_identity(person->replica).school;
	status = replica_meta_get(person->replica, "hub_catalogue",
	    catalogue_version(), &person->hub_catalogue, &err);
	if (person_ok(person, status, &err))
		return true;
	person_stop_looking(person);
	return false;
}

void
person_stop_looking(struct person *person)
{
	person->replica = NULL;
	computer_release(person->computer);
}

bool
person_ok(struct person *person, enum status status, const struct error *err)
{
	if (status == STATUS_NOT_FOUND)
		return false;
	return computer_ok(person->computer, status, err);
}

/* --- choosing ------------------------------------------------------------- */

uint64_t
person_topic(const struct person *person, uint64_t purpose)
{
	struct random random = random_fork(person->topic, purpose);

	return random_next(&random);
}

uint64_t
person_own(struct person *person)
{
	return random_next(&person->random);
}

/* Rendezvous hashing: whoever has the one that is liked best takes it, so two
 * computers agree although each has others beside it. */
uint64_t
person_liking(uint64_t key, uint64_t id)
{
	struct random random = random_fork(key, id);

	return random_next(&random);
}

static uint64_t
pick_row(struct person *person, uint64_t key, struct sql *sql)
{
	struct error err = { 0 };
	uint64_t best = 0, best_liking = 0;
	enum status status;

	while ((status = sql_step(sql, &err)) == STATUS_OK) {
		uint64_t id = sql_column_id(sql, 0);
		uint64_t liking = person_liking(key, id);

		if (best == 0 || liking < best_liking) {
			best = id;
			best_liking = liking;
		}
	}
	sql_release(sql);
	if (status != STATUS_NOT_FOUND)
		(void)person_ok(person, status, &err);
	return status == STATUS_NOT_FOUND ? best : 0;
}

uint64_t
person_pick(struct person *person, uint64_t key, const char *text,
    uint64_t first, uint64_t second)
{
	struct sql *sql = sql_use(person->replica, text);

	sql_bind_id(sql, 1, first);
	sql_bind_id(sql, 2, second);
	return pick_row(person, key, sql);
}

uint64_t
person_pick_record(struct person *person, uint64_t key, const char *collection)
{
	struct sql *sql = sql_use(person->replica,
	    "SELECT id FROM record WHERE collection = ?1 AND state = 0");

	sql_bind_text(sql, 1, bytes_of_text(collection));
	return pick_row(person, key, sql);
}

uint64_t
person_author(struct person *person)
{
	if (random_one_in(&person->random, 5))
		return 0;
	return person_pick(person, person_own(person),
	    "SELECT s.id FROM staff s JOIN record r ON r.id = s.id"
	    " WHERE r.state = 0 AND s.school = ?1 AND ?2 = 0",
	    person->school, 0);
}

bool
person_is_of_school(const struct person *person, uint32_t site)
{
	const struct world *world = person->world;

	for (uint32_t i = 0; i < world->computer_count; i++)
		if (world->computers[i].site == site)
			return world->computers[i].school ==
			       person->computer->school;
	return false;
}

/* --- telling -------------------------------------------------------------- */

void
person_tell(struct person *person, const char *format, ...)
{
	char text[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	trace_line(&person->world->trace, person->world->now_ms,
	    person->computer->name, "%s: %s", person->deed, text);
}

void
person_book_stray(struct person *person, uint64_t id, uint64_t dossier)
{
	if (book_find(person->world->book, id) != NULL)
		return;
	person->computer->written++;
	person->world->counts.commits++;
	(void)book_write(person->world->book, id, dossier,
	    person->computer->index, person->world->now_ms);
}
