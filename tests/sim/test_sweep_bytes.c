/*
 * A line breaks after every byte that crosses it in the standard scenario, up
 * and down, and before the first of each turn.  Both ends hear of it at once,
 * or the hub believes in it until the computer has dialled anew.
 */
#include <stdio.h>

#include "tests/sim/sweep_trio.h"

enum {
	RUNS_MOST = 24 /* when not all are asked for */
};

/* Both ends hear of it, and the computer alone. */
static struct sweep_series series[] = { { .name = "bytes.cut" },
	{ .name = "bytes.half-open" } };

static size_t
carry(struct trio *trio, size_t size)
{
	for (size_t carried = 0; carried <= size; carried++)
		for (uint32_t i = 0; i < 2; i++)
			if (sweep_branch(&series[i])) {
				trio->half_open = i != 0;
				return carried;
			}
	return TRIO_WHOLE;
}

static void
let_come(struct trio *trio, bool may)
{
	trio->carry = may ? carry : NULL;
}

static void
look_after(struct trio *trio, bool patience)
{
	(void)trio;
	(void)patience;
}

static void
end(struct trio *trio)
{
	(void)trio;
}

int
main(void)
{
	static const struct trio_fault fault = { let_come, look_after, end };

	sweep_trio("bytes", RUNS_MOST, series, 2, &fault);
	return sweep_finish();
}
