/*
 * Recovery of a restored hub: what its schools hold comes back (section 16 of
 * PROTOCOL.md).
 *
 *	recovery_begin --> COLLECTING --all have offered--> appended, as usual
 *	                     |     ^
 *	                     +-----+ recovery_offer, one OFFER at a time
 *
 * What is collected lies in two tables of the hub's database, so that a crash
 * in the middle loses nothing that was answered:
 *
 *	offer(generation, sequence, id, site, received, digest, mark, redacted,
 *	    bytes)		right marks, not appended yet
 *	offerer(number, generation, state)	who has offered, who is excused
 *
 * All functions run in the caller's transaction, unless they say otherwise.
 */
#ifndef SERVER_CORE_RECOVERY_H
#define SERVER_CORE_RECOVERY_H

#include "protocol/message.h"
#include "server/core/sites.h"

enum offerer_state {
	OFFERER_WAITED_FOR = 0,
	OFFERER_OFFERED = 1,
	OFFERER_EXCUSED = 2
};

/*
 * Begin a generation at the head: the replica was just restored, or is empty.
 * random: fresh bits.  The number is greater than all that it knows, and
 * (because it counts from the time) than those of its later lives that it
 * does not know.
 */
enum status recovery_begin(struct hub_writer *writer, uint64_t random,
    struct error *err);

/* Whether this generation is a restored one, and whether it still collects. */
enum status recovery_get(struct replica *replica, bool *restored,
    bool *collecting, struct error *err);

/* Of this generation. */
enum status recovery_get_offerer(struct replica *replica, uint32_t number,
    enum offerer_state *state, struct error *err);

enum status recovery_set_offerer(struct replica *replica, uint32_t number,
    enum offerer_state state, struct error *err);

/* Keep what a site offers.  What lost its right mark on the way is counted in
 * refused. */
enum status recovery_offer(struct hub_writer *writer, uint32_t site,
    const struct offer *offer, uint32_t *refused, struct error *err);

struct recovery_count {
	uint32_t sites; /* that are not revoked */
	uint32_t offered;
	uint32_t excused;
	uint32_t waited_for;
	uint64_t commits; /* that wait to be appended */
};

enum status recovery_count(struct replica *replica,
    struct recovery_count *count, struct error *err);

/*
 * When nobody is waited for any more (or the hub no longer collects): append
 * all that was offered.  *ended: this ended the collecting.
 */
enum status recovery_finish(struct hub_writer *writer, bool *ended,
    struct error *err);

#endif
