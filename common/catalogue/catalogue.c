/*
 * Finding collections and columns by name.  Every change of every commit asks
 * for both, so the names stand in hash tables.  Those of the built-in catalogue
 * are built once before main from the tables of partnership.c, school.c,
 * pupil.c and transition.c, and depend on nothing but these.
 */
#include "common/catalogue/catalogue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/catalogue/declare.h"
#include "common/catalogue/in_force.h"

enum {
	COLLECTIONS_MAX = 96,
	COLLECTION_SLOTS = 256, /* powers of two, at most half full */
	COLUMNS_MAX = 1024,
	COLUMN_SLOTS = 2048,
	SLOT_FREE = 0 /* else 1 + the place */
};

#define HASH_START UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

/* A column of a collection, by their places. */
struct column_place {
	uint16_t collection;
	uint16_t column;
};

struct catalogue {
	uint32_t version;
	struct collection collections[COLLECTIONS_MAX];
	uint32_t column_counts[COLLECTIONS_MAX];
	uint32_t collection_count;
	struct column_place columns[COLUMNS_MAX];
	uint32_t column_count;
	uint16_t collection_slots[COLLECTION_SLOTS];
	uint16_t column_slots[COLUMN_SLOTS];
	uint64_t fingerprint;
};

static struct catalogue built_in;
static const struct catalogue *in_force = &built_in;

/* FNV-1a */
static uint64_t
hash_bytes(uint64_t hash, struct bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i++)
		hash = (hash ^ bytes.data[i]) * HASH_PRIME;
	return hash;
}

/* With its length before it, so that no two lists of texts hash as one. */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
	struct bytes bytes = bytes_of_text(text == NULL ? "" : text);

	hash = (hash ^ bytes.size) * HASH_PRIME;
	return hash_bytes(hash, bytes);
}

static uint64_t
hash_number(uint64_t hash, uint64_t number)
{
	return (hash ^ number) * HASH_PRIME;
}

/* The high bits of FNV-1a are mixed better than the low ones. */
static uint32_t
slot_of(uint64_t hash, uint32_t slots)
{
	return (uint32_t)((hash ^ (hash >> 32)) & (slots - 1));
}

static uint32_t
column_slot(uint32_t collection, struct bytes name)
{
	return slot_of(hash_bytes(hash_number(HASH_START, collection), name),
	    COLUMN_SLOTS);
}

static void
index_columns(struct catalogue *catalogue, uint32_t place)
{
	const struct column *columns = catalogue->collections[place].columns;
	uint32_t slot;
	uint32_t i;

	for (i = 0; columns[i].name != NULL; i++) {
		assert(catalogue->column_count < COLUMNS_MAX);
		catalogue->columns[catalogue->column_count++] =
		    (struct column_place){ (uint16_t)place, (uint16_t)i };
		slot = column_slot(place, bytes_of_text(columns[i].name));
		while (catalogue->column_slots[slot] != SLOT_FREE)
			slot = (slot + 1) % COLUMN_SLOTS;
		catalogue->column_slots[slot] =
		    (uint16_t)catalogue->column_count;
	}
	catalogue->column_counts[place] = i;
}

static void
index_collections(struct catalogue *catalogue,
    const struct collection *collections)
{
	uint32_t place;
	uint32_t slot;

	for (; collections->name != NULL; collections++) {
		place = catalogue->collection_count++;
		assert(place < COLLECTIONS_MAX);
		catalogue->collections[place] = *collections;
		slot = slot_of(hash_bytes(HASH_START,
				   bytes_of_text(collections->name)),
		    COLLECTION_SLOTS);
		while (catalogue->collection_slots[slot] != SLOT_FREE)
			slot = (slot + 1) % COLLECTION_SLOTS;
		catalogue->collection_slots[slot] = (uint16_t)(place + 1);
		index_columns(catalogue, place);
	}
}

/* What the folded tables depend on: names, types, limits, ties, and which
 * codes are known (an unknown one is flagged). */
static uint64_t
fingerprint_column(uint64_t hash, const struct column *column)
{
	const struct code *code;

	hash = hash_text(hash, column->name);
	hash = hash_number(hash, column->type);
	hash = hash_number(hash, column->min);
	hash = hash_number(hash, column->max);
	hash = hash_number(hash, (uint64_t)(int64_t)column->min_value);
	hash = hash_number(hash, (uint64_t)(int64_t)column->max_value);
	hash = hash_number(hash, column->flags & COLUMN_ARBITRATED);
	hash = hash_text(hash, column->tie);
	hash = hash_text(hash, column->refers);
	if (column->codes == NULL)
		return hash;
	hash = hash_number(hash, column->codes->closed);
	for (code = column->codes->codes; code->code != NULL; code++)
		hash = hash_text(hash, code->code);
	return hash;
}

static uint64_t
fingerprint(const struct catalogue *catalogue)
{
	uint64_t hash = HASH_START;
	const struct collection *collection;

	for (uint32_t i = 0; i < catalogue->collection_count; i++) {
		collection = &catalogue->collections[i];
		hash = hash_text(hash, collection->name);
		hash = hash_number(hash, collection->dossiers);
		for (uint32_t k = 0; k < catalogue->column_counts[i]; k++)
			hash =
			    fingerprint_column(hash, &collection->columns[k]);
	}
	return hash;
}

static void
index_finish(struct catalogue *catalogue, uint32_t version)
{
	assert(catalogue->collection_count * 2 <= COLLECTION_SLOTS);
	assert(catalogue->column_count * 2 <= COLUMN_SLOTS);
	catalogue->version = version;
	catalogue->fingerprint = fingerprint(catalogue);
}

__attribute__((constructor)) static void
build_in(void)
{
	index_collections(&built_in, catalogue_partnership);
	index_collections(&built_in, catalogue_school);
	index_collections(&built_in, catalogue_pupil);
	index_collections(&built_in, catalogue_transition);
	index_finish(&built_in, CATALOGUE_VERSION);
}

/* --- another one ---------------------------------------------------------- */

enum status
catalogue_create(uint32_t version, const struct collection *collections,
    struct catalogue **out, struct error *err)
{
	struct catalogue *catalogue = calloc(1, sizeof(*catalogue));

	assert(*out == NULL);
	if (catalogue == NULL)
		return error_set(err, STATUS_NOMEM, "make a catalogue");
	index_collections(catalogue, collections);
	index_finish(catalogue, version);
	*out = catalogue;
	return STATUS_OK;
}

void
catalogue_destroy(struct catalogue *catalogue)
{
	assert(catalogue == NULL || in_force != catalogue);
	free(catalogue);
}

void
catalogue_use(const struct catalogue *catalogue)
{
	in_force = catalogue != NULL ? catalogue : &built_in;
}

/* --- what is in force ----------------------------------------------------- */

uint32_t
catalogue_version(void)
{
	return in_force->version;
}

const struct collection *
catalogue_collections(uint32_t *count)
{
	*count = in_force->collection_count;
	return in_force->collections;
}

const struct collection *
catalogue_collection(struct bytes name)
{
	uint32_t slot = slot_of(hash_bytes(HASH_START, name), COLLECTION_SLOTS);
	const struct collection *collection;

	while (in_force->collection_slots[slot] != SLOT_FREE) {
		collection =
		    &in_force
			 ->collections[in_force->collection_slots[slot] - 1];
		if (bytes_equal_text(name, collection->name))
			return collection;
		slot = (slot + 1) % COLLECTION_SLOTS;
	}
	return NULL;
}

static uint32_t
place_of(const struct collection *collection)
{
	assert(collection >= in_force->collections &&
	       collection < in_force->collections + in_force->collection_count);
	return (uint32_t)(collection - in_force->collections);
}

const struct column *
collection_column(const struct collection *collection, struct bytes name)
{
	uint32_t place = place_of(collection);
	uint32_t slot = column_slot(place, name);
	const struct column_place *found;
	const struct column *column;

	while (in_force->column_slots[slot] != SLOT_FREE) {
		found = &in_force->columns[in_force->column_slots[slot] - 1];
		column = &collection->columns[found->column];
		if (found->collection == place &&
		    bytes_equal_text(name, column->name))
			return column;
		slot = (slot + 1) % COLUMN_SLOTS;
	}
	return NULL;
}

uint32_t
collection_column_count(const struct collection *collection)
{
	return in_force->column_counts[place_of(collection)];
}

uint32_t
collection_column_index(const struct collection *collection,
    const struct column *column)
{
	assert(
	    column >= collection->columns &&
	    column < collection->columns + collection_column_count(collection));
	return (uint32_t)(column - collection->columns);
}

const char *
column_field(const struct column *column)
{
	return column->tie != NULL ? column->tie : column->name;
}

bool
collection_field_is_arbitrated(const struct collection *collection,
    const char *field)
{
	const struct column *column;

	for (column = collection->columns; column->name != NULL; column++)
		if ((column->flags & COLUMN_ARBITRATED) != 0 &&
		    strcmp(column_field(column), field) == 0)
			return true;
	return false;
}

uint64_t
catalogue_fingerprint(void)
{
	return in_force->fingerprint;
}
