/*
 * A night's outcomes as lines of the morning report.
 */
#ifndef SERVER_NIGHT_NIGHT_LINES_H
#define SERVER_NIGHT_NIGHT_LINES_H

#include "server/night/night.h"

/* Append to the array lines: when it was, and each job's sentence, with
 * attention unless all was well.  row may be under way. */
void night_add_lines(const struct night_row *row, json_t *lines);

/* The last night of all; or that there was none yet. */
enum status night_add_last_lines(struct replica *replica, json_t *lines,
    struct error *err);

#endif
