/*
 * What the modules of the hub share.  Outside of server/core nobody includes
 * this.
 */
#ifndef SERVER_CORE_HUB_STATE_H
#define SERVER_CORE_HUB_STATE_H

#include "protocol/identifier.h"
#include "protocol/message.h"
#include "server/core/hub.h"
#include "server/core/hub_write.h"
#include "server/core/limits.h"

struct hub {
	struct hub_options options;
	struct hub_writer writer; /* generation; the clock, never backward */
	uint64_t kept_ms;         /* the clock as the database knows it */
	uint64_t told_ms;         /* the clock as we were told last */
	uint64_t elapsed_ms;      /* goes on also while that is behind */
	uint64_t head;            /* the sequence that the last COMMIT made */
	uint64_t nonces;
	bool nights_wanted; /* since they were followed last */
	uint64_t damaged;   /* place of a commit that is, not noted yet; or 0 */
	uint32_t data_version;
	bool restored;        /* this life of it began with less */
	bool collecting;      /* restored: takes nothing new yet */
	bool recovery_looked; /* whether anybody is still waited for */
	struct arena arena;
	struct session *sessions;
};

/* Take part in the turn: begin its transaction if none is open. */
enum status hub_join_turn(struct hub *hub, struct session *session,
    struct error *err);

/* A commit at that place (0: none) was found damaged as it was to go out: it is
 * noted with the next tick. */
void hub_see_damage(struct hub *hub, uint64_t sequence);

/* And the schools, who may hold it sound, are compared.  A turn of its own. */
enum status hub_note_damage(struct hub *hub, struct error *err);

/* In the turn, before its COMMIT: places are not given again. */
enum status hub_note_head(struct hub *hub, struct error *err);

/* Tell the computers that are wanted now, by other processes too. */
enum status hub_follow_nights(struct hub *hub, struct error *err);

/* Fresh bytes that nobody could foresee. */
void hub_make_nonce(struct hub *hub, uint8_t nonce[NONCE_BYTES]);

/* A site that was revoked meanwhile is told so and hung up. */
enum status hub_part_revoked(struct hub *hub, struct error *err);

/* A site has offered all that it holds. */
enum status hub_end_offer(struct hub *hub, struct session *session,
    struct error *err);

/* A person may have excused the last that was waited for.  A turn of its own;
 * what failed is tried again with the next tick. */
enum status hub_look_for_the_end(struct hub *hub, struct error *err);

/* Counts while the turn is open; told to the log too. */
enum status hub_count(struct hub *hub, uint32_t site, const char *name,
    uint64_t number, struct error *err);

#endif
