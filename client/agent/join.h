/*
 * Joining: an invitation becomes a data folder with a number, a certificate
 * and an empty replica.
 */
#ifndef CLIENT_AGENT_JOIN_H
#define CLIENT_AGENT_JOIN_H

#include "protocol/bytes.h"
#include "protocol/status.h"

struct join_options {
	const char *data;     /* made when it does not exist */
	const char *code;     /* the invitation */
	const char *computer; /* a name for the hub's list */
	const char *hub;      /* HOST:PORT instead of the code's; or NULL */
	const char *proxy;    /* or NULL */
};

struct join_result {
	uint32_t site;
	uint64_t school;
	char school_name[256];
	char partnership[256];
};

/*
 * Runs a loop of its own until it is done.  STATUS_EXISTS: the folder has
 * joined already.  STATUS_DENIED: the code is wrong, used or expired, or the
 * hub is not the one that the code speaks of.  On any failure the folder is
 * left as it was.
 */
enum status join_hub(const struct join_options *options,
    struct join_result *result, struct error *err);

#endif
