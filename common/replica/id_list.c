#include "common/replica/id_list.h"

#include <stdlib.h>

bool
id_list_add(struct id_list *list, uint64_t id)
{
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 64 : list->room * 2;
		uint64_t *ids = realloc(list->ids, room * sizeof(*ids));

		if (ids == NULL) {
			list->no_memory = true;
			return false;
		}
		list->ids = ids;
		list->room = room;
	}
	list->ids[list->count++] = id;
	return true;
}

void
id_list_deinit(struct id_list *list)
{
	free(list->ids);
	*list = (struct id_list){ 0 };
}
