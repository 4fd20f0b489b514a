#include <assert.h>
#include <stddef.h>

#include "tests/demo/draw.h"

/* splitmix64 */
static uint64_t
draw_next(struct draw *draw)
{
	uint64_t z = (draw->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

struct draw
draw_begin(uint64_t seed, const char *purpose, uint64_t number)
{
	struct draw draw = { seed };

	for (const char *c = purpose; *c != '\0'; c++)
		draw.state = draw_next(&draw) ^ (unsigned char)*c;
	draw.state = draw_next(&draw) ^ number;
	return draw;
}

uint32_t
draw_below(struct draw *draw, uint32_t limit)
{
	assert(limit > 0);
	return (uint32_t)((draw_next(draw) >> 32) * limit >> 32);
}

uint32_t
draw_between(struct draw *draw, uint32_t low, uint32_t high)
{
	assert(low <= high);
	return low + draw_below(draw, high - low + 1);
}

bool
draw_chance(struct draw *draw, uint32_t percent)
{
	return draw_below(draw, 100) < percent;
}

const char *
draw_pick(struct draw *draw, const char *const *list)
{
	uint32_t count = 0;

	while (list[count] != NULL)
		count++;
	return list[draw_below(draw, count)];
}
