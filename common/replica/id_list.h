/*
 * Ids that are collected by a visitor, and worked on when it is done: what it
 * visits must not change below it.
 */
#ifndef COMMON_REPLICA_ID_LIST_H
#define COMMON_REPLICA_ID_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct id_list {
	uint64_t *ids;
	size_t count;
	size_t room;
	bool no_memory; /* something could not be added */
};

/* false, and no_memory is set, when there is no memory. */
bool id_list_add(struct id_list *list, uint64_t id);

void id_list_deinit(struct id_list *list);

#endif
