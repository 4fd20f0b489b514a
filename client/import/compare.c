#include "client/import/compare.h"

#include <string.h>

/* The next byte that counts, in small letters (Latin-1 ones too); 0: none. */
static uint8_t
next_letter(struct bytes *text, uint8_t *before)
{
	uint8_t byte;
	uint8_t lead = *before;

	while (text->size > 0 && text->data[0] <= ' ')
		bytes_advance(text, 1);
	if (text->size == 0)
		return 0;
	byte = text->data[0];
	bytes_advance(text, 1);
	*before = byte;
	if (byte >= 'A' && byte <= 'Z')
		return (uint8_t)(byte + 32);
	if (lead == 0xC3 && byte >= 0x80 && byte <= 0x9E && byte != 0x97)
		return (uint8_t)(byte + 32);
	return byte;
}

static bool
texts_agree(struct bytes a, struct bytes b)
{
	uint8_t before_a = 0;
	uint8_t before_b = 0;
	uint8_t letter;

	do {
		letter = next_letter(&a, &before_a);
		if (letter != next_letter(&b, &before_b))
			return false;
	} while (letter != 0);
	return true;
}

bool
compare_values(const struct column *column, const struct value *here,
    const struct value *planned)
{
	if (column->type == COLUMN_TEXT && here->type == VALUE_TEXT &&
	    planned->type == VALUE_TEXT)
		return texts_agree(here->bytes, planned->bytes);
	return value_equal(here, planned);
}

bool
compare_says_no_more(const struct collection *collection,
    const struct value *here, const struct value *planned, const char *leave)
{
	const struct column *column = collection->columns;

	for (uint32_t i = 0; column[i].name != NULL; i++) {
		if (planned[i].type == VALUE_NULL ||
		    (leave != NULL &&
			strcmp(column_field(&column[i]), leave) == 0))
			continue;
		if (!compare_values(&column[i], &here[i], &planned[i]))
			return false;
	}
	return true;
}

/* One choice of a key, up to its '|': whether anything of it is planned, and
 * whether it agrees. */
static void
compare_choice(const struct collection *collection, const char *key,
    const struct value *here, const struct value *planned, bool *is_planned,
    bool *agrees)
{
	const struct column *column;
	struct bytes name;
	uint32_t place;

	*is_planned = false;
	*agrees = true;
	while (*key != '\0' && *key != '|') {
		name = bytes_of_text(key);
		name.size = strcspn(key, ",|");
		column = collection_column(collection, name);
		place = collection_column_index(collection, column);
		*is_planned |= planned[place].type != VALUE_NULL;
		*agrees &=
		    compare_values(column, &here[place], &planned[place]);
		key += name.size + (key[name.size] == ',');
	}
}

bool
compare_keys(const struct collection *collection, const struct value *here,
    const struct value *planned)
{
	const char *key = collection->duplicate_key;
	bool is_planned = false;
	bool agrees = false;

	while (key != NULL) {
		compare_choice(collection, key, here, planned, &is_planned,
		    &agrees);
		if (is_planned)
			return agrees;
		key = strchr(key, '|');
		key = key != NULL ? key + 1 : NULL;
	}
	return false;
}

/* --- loading -------------------------------------------------------------- */

struct loading {
	struct arena *arena;
	struct here **end;
	bool no_memory;
};

static bool
copy_value(struct arena *arena, const struct value *from, struct value *to)
{
	*to = *from;
	if (from->type != VALUE_TEXT && from->type != VALUE_BLOB)
		return true;
	to->bytes.data = (const uint8_t *)arena_text(arena, from->bytes);
	return to->bytes.data != NULL;
}

static bool
load_one(void *context, const struct record *record)
{
	struct loading *loading = context;
	uint32_t count = collection_column_count(record->collection);
	struct here *here = arena_alloc(loading->arena, sizeof(*here));

	loading->no_memory = true;
	if (here == NULL)
		return false;
	here->id = record->id;
	here->values = arena_array(loading->arena, count, sizeof(struct value));
	if (here->values == NULL)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!copy_value(loading->arena, &record->values[i],
			&here->values[i]))
			return false;
	*loading->end = here;
	loading->end = &here->next;
	loading->no_memory = false;
	return true;
}

enum status
compare_load(struct replica *replica, const struct collection *collection,
    uint64_t dossier, const struct record_filter *filter, struct arena *arena,
    struct here **first, struct error *err)
{
	struct loading loading = { .arena = arena, .end = first };
	struct record_query query = {
		.collection = collection,
		.filters = filter,
		.filter_count = filter != NULL ? 1 : 0,
		.dossier = dossier,
	};
	enum status status;

	*first = NULL;
	status = record_each(replica, &query, load_one, &loading, err);
	if (status == STATUS_OK && loading.no_memory)
		return error_set(err, STATUS_NOMEM, "read what is here");
	return status;
}
