/*
 * A frame as one line of a dialogue, decoded by the real decoders:
 *
 *	HELLO cursor 12, 2 waiting
 *	PUSH oak1#3 oak1#4
 *	STREAM 12..17: hub#9 elm1#2 (oak1#3)
 *
 * In brackets: by its number only.  With a star: redacted.  Of tokens,
 * generations and sums the last four digits, hexadecimal.
 */
#ifndef TESTS_SIM_DESCRIBE_H
#define TESTS_SIM_DESCRIBE_H

#include "protocol/frame.h"

struct world;

enum {
	DESCRIBE_BYTES = 400 /* of a line; longer ones end in "..." */
};

/* line holds DESCRIBE_BYTES.  Never fails: what cannot be decoded is said to
 * be so. */
void describe_frame(struct world *world, const struct frame *frame, char *line);

#endif
