/*
 * A line that is being written, and what is said of the night's frames.
 */
#ifndef TESTS_SIM_DESCRIBE_PRIVATE_H
#define TESTS_SIM_DESCRIBE_PRIVATE_H

#include <stdbool.h>

#include "protocol/message.h"
#include "tests/sim/describe.h"

struct description {
	struct world *world;
	struct bytes body;
	struct arena arena;
	char *text;  /* DESCRIBE_BYTES */
	size_t size; /* DESCRIBE_BYTES: it is full */
};

void describe_say(struct description *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

bool describe_is_full(const struct description *line);

void describe_say_id(struct description *line, const char *before, uint64_t id,
    const char *behind);

/* With a space before each. */
void describe_say_items(struct description *line, const struct item *items,
    uint32_t count);

/* Say what the body says, or that it cannot be decoded. */
enum status describe_reconcile(struct description *line);
enum status describe_reconciled(struct description *line);
enum status describe_sketch(struct description *line);
enum status describe_cells(struct description *line);
enum status describe_mend(struct description *line);
enum status describe_mended(struct description *line);
enum status describe_found(struct description *line);
enum status describe_night(struct description *line);

#endif
