#include "tests/sim/catalogues.h"

#include <assert.h>
#include <string.h>

enum {
	NEXT_VERSION = 3,
	COLLECTIONS_MAX = 96,
	COLUMNS_MAX = 128,
	CODES_MAX = 128
};

static struct collection collections[COLLECTIONS_MAX + 1];
static struct column pupil_columns[COLUMNS_MAX];
static struct column contact_columns[COLUMNS_MAX];
static struct code relationships[CODES_MAX];
static struct code_set relationship_set;

static const struct column interest_columns[] = {
	{ .name = "name",
	    .type = COLUMN_TEXT,
	    .max = 100,
	    .flags = COLUMN_REQUIRED },
	{ .name = "note", .type = COLUMN_TEXT, .max = 500 },
	{ .name = NULL },
};

static const struct collection interest = {
	.name = NEXT_COLLECTION,
	.label = "Interests",
	.dossiers = DOSSIER_KIND_PUPIL,
	.columns = interest_columns,
	.insert_rights = RIGHT_HOLDER | RIGHT_DESTINATION,
	.update_rights = RIGHT_HOLDER | RIGHT_DESTINATION,
	.delete_rights = RIGHT_HOLDER,
	.roles = ROLE_ALL,
	.since = NEXT_VERSION,
};

static const struct column call_name = {
	.name = NEXT_COLUMN,
	.type = COLUMN_TEXT,
	.max = 40,
	.since = NEXT_VERSION,
};

/* The collection's columns become a copy; how many they are. */
static uint32_t
copy_columns(struct collection *collection, struct column *columns)
{
	uint32_t count = 0;

	for (; collection->columns[count].name != NULL; count++) {
		assert(count < COLUMNS_MAX - 2);
		columns[count] = collection->columns[count];
	}
	columns[count] = (struct column){ .name = NULL };
	collection->columns = columns;
	return count;
}

static void
add_column(struct collection *collection, struct column *columns)
{
	uint32_t count = copy_columns(collection, columns);

	columns[count] = call_name;
	columns[count + 1] = (struct column){ .name = NULL };
}

static void
add_code(struct column *column)
{
	const struct code *code;
	uint32_t count = 0;

	while (strcmp(column->name, "relationship") != 0)
		column++;
	for (code = column->codes->codes; code->code != NULL; code++) {
		assert(count < CODES_MAX - 2);
		relationships[count++] = *code;
	}
	relationships[count] = (struct code){ NEXT_CODE, "Godparent", 0 };
	relationship_set = *column->codes;
	relationship_set.codes = relationships;
	column->codes = &relationship_set;
}

static void
build(struct catalogue **next)
{
	uint32_t count;
	const struct collection *present;
	enum status status;

	catalogue_use(NULL);
	present = catalogue_collections(&count);
	assert(count < COLLECTIONS_MAX);
	for (uint32_t i = 0; i < count; i++) {
		collections[i] = present[i];
		if (strcmp(present[i].name, "pupil") == 0)
			add_column(&collections[i], pupil_columns);
		if (strcmp(present[i].name, "contact") != 0)
			continue;
		add_column(&collections[i], contact_columns);
		add_code(contact_columns);
	}
	collections[count] = interest;
	assert(catalogue_version() < NEXT_VERSION);
	status = catalogue_create(NEXT_VERSION, collections, next, NULL);
	assert(status == STATUS_OK);
}

const struct catalogue *
catalogues_next(void)
{
	static struct catalogue *next;

	if (next == NULL)
		build(&next);
	return next;
}
