/*
 * What showing history, conflicts and refused commits share.
 */
#ifndef CLIENT_COMMAND_TRACE_H
#define CLIENT_COMMAND_TRACE_H

#include "client/command/command.h"
#include "common/support/clock.h"
#include "protocol/commit.h"

void trace_print_values(struct replica *replica,
    const struct collection *collection, const struct column_value *values,
    uint32_t count);

/* "2026-07-21 09:30:00" */
void trace_format_time(uint64_t unix_ms, char out[CLOCK_TEXT_BYTES]);

#endif
