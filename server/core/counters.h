/*
 * What the administrator should know: refusals and alarms, counted by site
 * and name, and the refused commits themselves, the last ones of each site.
 * All functions run in the turn's transaction.
 *
 *	refused.RIGHTS	 commits of this site refused with that reason
 *	alarm.reused	 a number that came again with other bytes
 *	protocol	 frames that were not understood
 *	drop.refused	 a DROP of a grant that may not be dropped
 */
#ifndef SERVER_CORE_COUNTERS_H
#define SERVER_CORE_COUNTERS_H

#include "common/replica/replica.h"
#include "protocol/refusal.h"

enum status counters_add(struct replica *replica, uint32_t site,
    const char *name, struct error *err);

/* 0 for what was never counted. */
enum status counters_get(struct replica *replica, uint32_t site,
    const char *name, uint64_t *count, struct error *err);

/* Count the refusal and keep the bytes; the oldest give way. */
enum status counters_refused(struct replica *replica, uint32_t site,
    uint64_t id, enum refusal refusal, uint64_t now_ms, struct bytes bytes,
    struct error *err);

typedef bool counters_visitor(void *context, uint32_t site, struct bytes name,
    uint64_t count);

/* By site and name.  Return false to stop. */
enum status counters_each(struct replica *replica, counters_visitor *visit,
    void *context, struct error *err);

/* A refused commit that is kept here; bytes are borrowed for the call. */
struct refused_commit {
	uint32_t site;
	uint64_t id;
	uint32_t refusal;
	uint64_t at_ms;
	struct bytes bytes;
};

typedef bool refused_visitor(void *context,
    const struct refused_commit *refused);

/* The latest first. */
enum status counters_each_refused(struct replica *replica,
    refused_visitor *visit, void *context, struct error *err);

#endif
