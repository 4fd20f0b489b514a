/*
 * One sync, now: by an agent of its own, or by the one that is running.
 */
#ifndef CLIENT_AGENT_ONCE_H
#define CLIENT_AGENT_ONCE_H

#include <stdbool.h>
#include <stdint.h>

#include "client/agent/agent.h"

struct once_options {
	const char *data;
	struct folder *folder;   /* borrowed */
	struct replica *replica; /* borrowed; opened for writing */
	struct log *log;         /* or NULL */
	enum agent_mode mode;    /* AGENT_ONCE or AGENT_LEAVE */
	/* Now and then; or NULL.  status is NULL while another process's
	 * agent does the work. */
	void (*on_progress)(void *context, const struct engine_status *status);
	void *context;
};

struct once_result {
	bool by_running_agent; /* then the figures are not known */
	struct engine_status status;
	struct link_counts counts;
	uint32_t connections;
	bool resumed;
	uint64_t elapsed_ms;
};

/*
 * STATUS_OK: proved equal to the hub (or left).  STATUS_BUSY: AGENT_LEAVE while
 * an agent runs.  Else why it could not be done; result is filled in anyway.
 */
enum status once_sync(const struct once_options *options,
    struct once_result *result, struct error *err);

#endif
