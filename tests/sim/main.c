/*
 * throughline-sim: many seeds, each a partnership's life under faults.
 */
#include <stdio.h>

#include "tests/sim/run.h"

int
main(int argc, char **argv)
{
	struct run run;
	int wrong = run_parse(&run, argc, argv);

	if (wrong >= 0)
		return wrong;
	return run_seeds(&run) ? 0 : 1;
}
