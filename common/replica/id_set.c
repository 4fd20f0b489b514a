#include "common/replica/id_set.h"

#include <assert.h>
#include <string.h>

enum {
	ID_BYTES = 8 /* big-endian */
};

bool
id_set_init(struct id_set *set, uint32_t room, struct arena *arena)
{
	*set = (struct id_set){ .room = room };
	set->ids = arena_array(arena, room, sizeof(*set->ids));
	return set->ids != NULL;
}

bool
id_set_add(struct id_set *set, uint64_t id)
{
	uint32_t place = set->count;

	while (place > 0 && set->ids[place - 1] >= id)
		place--;
	if (place < set->count && set->ids[place] == id)
		return true;
	if (set->count == set->room)
		return false;
	memmove(&set->ids[place + 1], &set->ids[place],
	    (set->count - place) * sizeof(*set->ids));
	set->ids[place] = id;
	set->count++;
	return true;
}

void
id_set_remove(struct id_set *set, uint32_t place)
{
	assert(place < set->count);
	set->count--;
	memmove(&set->ids[place], &set->ids[place + 1],
	    (set->count - place) * sizeof(*set->ids));
}

bool
id_set_load(struct id_set *set, struct bytes blob)
{
	for (; blob.size >= ID_BYTES; bytes_advance(&blob, ID_BYTES)) {
		uint64_t id = 0;

		for (int i = 0; i < ID_BYTES; i++)
			id = id << 8 | blob.data[i];
		if (!id_set_add(set, id))
			return false;
	}
	return true;
}

bool
id_set_store(const struct id_set *set, struct arena *arena, struct value *blob)
{
	size_t size = (size_t)set->count * ID_BYTES;
	uint8_t *bytes = arena_alloc(arena, size + 1);

	if (bytes == NULL)
		return false;
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(set->ids[i / ID_BYTES] >>
				     (8 * (ID_BYTES - 1 - i % ID_BYTES)));
	*blob = value_blob((struct bytes){ bytes, size });
	return true;
}
