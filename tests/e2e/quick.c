/*
 * throughline with passphrases that cost next to nothing, for tests that log in
 * hundreds of times.  What it keeps of them the real program refuses.
 */
#include "client/access/passphrase.h"
#include "client/command/command.h"

int
main(int argc, char **argv)
{
	passphrase_cheapen((struct passphrase_cost){ 1, 8192 });
	return command_main(argc - 1, argv + 1);
}
