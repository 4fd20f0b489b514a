/*
 * A judge beside the hub: by the grant records of the moment and nothing else
 * of the hub's own reckoning, may this go out to that school, and might that
 * commit have been taken?
 */
#ifndef TESTS_SIM_HOSTILE_JUDGE_H
#define TESTS_SIM_HOSTILE_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/replica/replica.h"
#include "protocol/frame.h"

struct session;

enum {
	JUDGE_SITES = 64,
	JUDGE_TEXT = 256
};

struct judge {
	struct replica *replica; /* the hub's, borrowed */
	struct codec *codec;
	struct buffer scratch;
	struct arena arena;
	uint64_t judged; /* commits up to this place were judged */
	uint64_t confirmed[JUDGE_SITES]; /* by site, when last looked */
	uint32_t goodbye; /* the last code that went out; UINT32_MAX: none */
	char breach[JUDGE_TEXT]; /* the first; "": none */
};

/* What lies in the ledger already is not judged. */
void judge_init(struct judge *judge, struct replica *hub);

void judge_deinit(struct judge *judge);

/*
 * What hub_output gave out for a computer, before anything else is written.
 * False: something in it is not for its school's eyes; see breach.
 */
bool judge_heard(struct judge *judge, uint32_t site, uint64_t school,
    struct bytes given_out);

/* After a turn: what it took of schools' commits.  False: see breach. */
bool judge_ledger(struct judge *judge);

/* What a session holds is bounded, whatever came. */
bool judge_session(struct judge *judge, const struct session *session);

#endif
