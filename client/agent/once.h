/*
 * One sync, or one comparison with the hub, now: by an agent of its own, or by
 * the one that is running.
 */
#ifndef CLIENT_AGENT_ONCE_H
#define CLIENT_AGENT_ONCE_H

#include <stdbool.h>
#include <stdint.h>

#include "client/agent/agent.h"

struct once_result {
	/* Then of status only waiting, aside, proved, reconciling, put_off and
	 * found are known, and nothing of the rest. */
	bool by_running_agent;
	struct engine_status status;
	struct link_counts counts;
	uint32_t connections;
	bool resumed;
	uint64_t elapsed_ms;
};

struct once_options {
	const char *data;
	struct folder *folder;   /* borrowed */
	struct replica *replica; /* borrowed; opened for writing */
	struct log *log;         /* or NULL */
	enum agent_mode mode;    /* any but AGENT_RUN */
	/* Now and then; or NULL.  What is known so far is in result. */
	void (*on_progress)(void *context, const struct once_result *result);
	void *context;
};

/*
 * STATUS_OK: proved equal to the hub (or left; or compared, whatever
 * result->status.found is).  STATUS_BUSY: AGENT_LEAVE while an agent runs; or
 * the hub cannot compare now.  Else why it could not be done; result is filled
 * in anyway.
 */
enum status once_sync(const struct once_options *options,
    struct once_result *result, struct error *err);

#endif
