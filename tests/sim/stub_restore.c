#include "tests/sim/world.h"

void
hub_node_restore(struct world *world)
{
	(void)world;
}
