/*
 * How the results of both programs look to other programs, and how far long
 * work has come.
 */
#ifndef COMMON_COMMAND_OUTPUT_H
#define COMMON_COMMAND_OUTPUT_H

#include <jansson.h>
#include <stdint.h>

/* Ids are strings, and null for 0; new references. */
json_t *output_id(uint64_t id);

/* "2026-07-21T09:30:00.000Z", or null for 0 */
json_t *output_time(uint64_t unix_ms);

/* Print and release. */
void output_json(json_t *json);

/* On a terminal: a line that is written over.  NULL ends it. */
void output_progress(const char *text);

#endif
