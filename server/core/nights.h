/*
 * The nights of the computers: when each is to be compared, and how that
 * ended the last time.
 *
 *	night_site(number, wanted, proved_ms, done_ms, equal_ms, outcome, ...)
 *
 * The window is spread over the computers by their numbers, and moves a little
 * from night to night, so that no two are always first.
 */
#ifndef SERVER_CORE_NIGHTS_H
#define SERVER_CORE_NIGHTS_H

#include "common/replica/replica.h"
#include "protocol/message_night.h"

/* Every day, by UTC. */
struct night_window {
	uint32_t begins_minute; /* after midnight */
	uint32_t minutes;       /* how long; 0: NIGHT_WINDOW_MINUTES */
};

enum {
	NIGHT_BEGINS_MINUTE = 60,
	NIGHT_WINDOW_MINUTES = 4 * 60,
	NIGHT_DAY_MINUTES = 24 * 60
};

struct night_state {
	uint64_t wanted;    /* by an administrator, or after damage here: 0,
	                     * or a number that grows with each wish */
	uint64_t proved_ms; /* when its first sync was over; 0: not yet */
	uint64_t done_ms;   /* when the last run ended; 0: never */
	uint64_t equal_ms;  /* when one last ended equal or mended; 0: never */
	struct found found; /* of the last */
};

/* All zero for a computer that was never compared. */
enum status nights_get(struct replica *replica, uint32_t number,
    struct night_state *state, struct error *err);

/* Compare that computer as soon as may be, or (0) every one. */
enum status nights_want(struct replica *replica, uint32_t number,
    struct error *err);

/* A computer asks for a proof: it is caught up.  The first time counts. */
enum status nights_prove(struct replica *replica, uint32_t number,
    uint64_t now_ms, struct error *err);

/*
 * What a computer has FOUND.  wish is what was wanted when it was told to come:
 * a later one, which that run may have been too early for, goes on.  Inside a
 * transaction.
 */
enum status nights_end(struct replica *replica, uint32_t number,
    uint64_t now_ms, uint64_t wish, const struct found *found,
    struct error *err);

/* When the next run is due: now or before, or the computer's time in the next
 * night. */
uint64_t nights_due(const struct night_state *state, uint32_t number,
    struct night_window window, uint64_t now_ms);

#endif
