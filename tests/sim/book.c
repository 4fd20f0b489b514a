/*
 * The entries, and what ids are called.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocol/identifier.h"
#include "tests/sim/book_private.h"
#include "tests/sim/grow.h"

struct book *
book_create(void)
{
	struct book *book = calloc(1, sizeof(*book));

	if (book == NULL || codec_create(&book->codec, NULL) != STATUS_OK)
		abort();
	return book;
}

void
book_destroy(struct book *book)
{
	if (book == NULL)
		return;
	book_hear_deinit(book);
	codec_destroy(book->codec);
	buffer_deinit(&book->scratch);
	arena_deinit(&book->arena);
	free(book->places);
	free(book->entries);
	free(book);
}

void
book_listen(struct book *book, book_listener *listener)
{
	book->listener = listener;
}

/* --- entries -------------------------------------------------------------- */

/* How many places have an id of at most this. */
static uint32_t
count_upto(const struct book *book, uint64_t id)
{
	uint32_t low = 0, high = book->place_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (book->places[middle].id <= id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The entry with the greatest id that is at most this one; or NULL. */
static struct entry *
find_upto(const struct book *book, uint64_t id)
{
	uint32_t upto = count_upto(book, id);

	return upto == 0 ? NULL : &book->entries[book->places[upto - 1].index];
}

struct entry *
book_find(struct book *book, uint64_t id)
{
	struct entry *entry = find_upto(book, id);

	return entry != NULL && entry->id == id ? entry : NULL;
}

struct entry *
book_entries(struct book *book, uint32_t *count)
{
	*count = book->count;
	return book->entries;
}

struct entry *
book_write(struct book *book, uint64_t id, uint64_t dossier, uint32_t computer,
    uint64_t now_ms)
{
	uint32_t upto = count_upto(book, id);
	struct place place = { id, book->count };
	struct entry *entry;

	assert(computer < WORLD_COMPUTERS);
	book->entries = grow(book->entries, &book->capacity, book->count + 1,
	    sizeof(*book->entries));
	book->places = grow(book->places, &book->place_capacity,
	    book->place_count + 1, sizeof(place));
	memmove(book->places + upto + 1, book->places + upto,
	    (book->place_count - upto) * sizeof(place));
	book->places[upto] = place;
	book->place_count++;
	entry = &book->entries[book->count++];
	*entry = (struct entry){
		.id = id,
		.dossier = dossier,
		.computer = computer,
		.number = ++book->numbers[computer],
		.written_ms = now_ms,
	};
	return entry;
}

void
book_disk_went_back(struct book *book, uint32_t computer, uint64_t as_of_ms)
{
	for (uint32_t i = 0; i < book->count; i++) {
		struct entry *entry = &book->entries[i];

		if (entry->computer == computer &&
		    entry->written_ms >= as_of_ms && entry->fate != ENTRY_TAKEN)
			entry->fate = ENTRY_LOST;
	}
}

void
book_undo(struct entry *entry)
{
	assert(entry->fate == ENTRY_TAKEN);
	entry->undone = true;
}

/* --- names ---------------------------------------------------------------- */

static const struct sim_school *
find_school(const struct world *world, uint64_t record)
{
	for (uint32_t i = 0; i < WORLD_SCHOOLS; i++)
		if (record != 0 && world->schools[i].record == record)
			return &world->schools[i];
	return NULL;
}

static const struct computer *
find_computer(const struct world *world, uint32_t site)
{
	for (uint32_t i = 0; i < world->computer_count; i++)
		if (world->computers[i].site == site)
			return &world->computers[i];
	return NULL;
}

/* Its counter, for want of anything better. */
static void
name_other(const struct world *world, uint64_t id, char *name)
{
	uint64_t counter = identifier_counter(id);
	uint32_t site = identifier_site(id);
	uint64_t first = identifier_counter(world->schools[0].record);
	const struct computer *computer = find_computer(world, site);

	if (site == SITE_HUB)
		snprintf(name, BOOK_NAME_BYTES, "hub#%" PRIu64,
		    counter < first ? counter : counter - first);
	else if (computer != NULL)
		snprintf(name, BOOK_NAME_BYTES, "%s:%" PRIu64, computer->name,
		    counter);
	else
		snprintf(name, BOOK_NAME_BYTES, "site%" PRIu32 ":%" PRIu64,
		    site, counter);
}

const char *
book_name(struct world *world, uint64_t id)
{
	struct book *book = world->book;
	char *name = book->names[book->name++ % BOOK_NAMES];
	const struct entry *entry = find_upto(book, id);
	const struct sim_school *school = find_school(world, id);

	if (id == 0)
		snprintf(name, BOOK_NAME_BYTES, "partnership");
	else if (school != NULL)
		snprintf(name, BOOK_NAME_BYTES, "%s", school->name);
	else if (entry != NULL && entry->id == id)
		snprintf(name, BOOK_NAME_BYTES, "%s#%" PRIu32,
		    world->computers[entry->computer].name, entry->number);
	else if (entry != NULL &&
		 id - entry->id < LIMIT_CHANGES + LIMIT_RESERVED_IDS &&
		 identifier_site(id) == identifier_site(entry->id))
		snprintf(name, BOOK_NAME_BYTES, "%s#%" PRIu32 "+%" PRIu64,
		    world->computers[entry->computer].name, entry->number,
		    id - entry->id);
	else
		name_other(world, id, name);
	return name;
}
