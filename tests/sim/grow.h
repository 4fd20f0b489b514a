/*
 * Arrays that grow; the simulator gives up when memory is short, since it is
 * not what is tested.
 */
#ifndef TESTS_SIM_GROW_H
#define TESTS_SIM_GROW_H

#include <stdint.h>
#include <stdlib.h>

/* As realloc, so that count elements of size fit; *capacity is in elements. */
static inline void *
grow(void *memory, uint32_t *capacity, uint32_t count, size_t size)
{
	if (count <= *capacity)
		return memory;
	if (count < *capacity * 2)
		count = *capacity * 2;
	if (count < 16)
		count = 16;
	memory = realloc(memory, count * size);
	if (memory == NULL)
		abort();
	*capacity = count;
	return memory;
}

#endif
