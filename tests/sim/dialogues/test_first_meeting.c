#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sim/dialogues/dialogue.h"

/* A new computer says that it has nothing; the hub tells it where to begin,
 * and it asks for what its school may have. */
static void
test_new_computer_is_filled_and_proved(void **state)
{
	struct world *world = begin("elm1");
	struct computer *elm1 = at(world, "elm1");

	(void)state;
	computer_start(elm1);
	pass(world, 3000);
	expect(world,
	    "[    0] elm1: starts\n"
	    "[  250] elm1: HELLO cursor 0, fresh, 0 waiting\n"
	    "[  260] hub to elm1: WELCOME elm start 12, head 12\n"
	    "[  260] hub to elm1: STREAM 12..13: hub#1\n"
	    "[  270] elm1: FILL elm 0..12, partnership 0..12\n"
	    "[  280] hub to elm1: FILLED elm 0..12: nothing, done;\n"
	    "          partnership 0..12: elm oak yew fir bay rowan hazel\n"
	    "          larch maple cedar birch ash, done\n"
	    "[ 1270] elm1: CONFIRM cursor 13\n"
	    "[ 1270] elm1: PROVE at 13: 13 commits\n"
	    "[ 1280] hub to elm1: PROOF at 13: 13 commits\n");
	assert_string_equal(dossier_is(elm1, school(world, "elm")), "open");
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DIALOGUE(test_new_computer_is_filled_and_proved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
