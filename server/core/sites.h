/*
 * The computers of the partnership.  Who they are (number, school, certificate,
 * revoked) is in `site` records, so that it comes back after a restore; where
 * they stand and how they are is in a local table.
 */
#ifndef SERVER_CORE_SITES_H
#define SERVER_CORE_SITES_H

#include "common/replica/replica.h"
#include "protocol/message.h"
#include "server/core/hub_write.h"

enum {
	SITE_NAME_BYTES = 128,
	SITE_SERIAL_BYTES = 20
};

struct site {
	uint64_t record; /* of the `site` record */
	uint32_t number;
	uint64_t school;
	bool revoked;
	char name[SITE_NAME_BYTES]; /* cut at its end; ended by NUL */
	uint8_t serial[SITE_SERIAL_BYTES];
	size_t serial_size;
};

/* STATUS_NOT_FOUND for both.  A revoked site is found. */
enum status sites_get(struct replica *replica, uint32_t number,
    struct site *site, struct error *err);

enum status sites_get_by_serial(struct replica *replica, struct bytes serial,
    struct site *site, struct error *err);

typedef bool sites_visitor(void *context, const struct site *site);

/* By record.  Return false to stop. */
enum status sites_each(struct replica *replica, sites_visitor *visit,
    void *context, struct error *err);

/* --- what the administrator does; in a transaction of their own, or in the
 *     caller's if one is open -------------------------------------------- */

/* The number that the next site gets; it is never given again. */
enum status sites_take_number(struct hub_writer *writer, uint32_t *number,
    struct error *err);

/* A former life of this hub has given it: the next is behind it. */
enum status sites_pass_number(struct hub_writer *writer, uint32_t number,
    struct error *err);

/* At joining.  number is from sites_take_number (the certificate names it). */
enum status sites_register(struct hub_writer *writer, uint32_t number,
    uint64_t school, struct bytes name, struct bytes serial, struct error *err);

/* STATUS_NOT_FOUND; revoking again changes nothing. */
enum status sites_revoke(struct hub_writer *writer, uint32_t number,
    const char *reason, struct error *err);

enum status sites_rename(struct hub_writer *writer, uint32_t number,
    struct bytes name, struct error *err);

/* A renewed certificate: the former serial is no longer let in. */
enum status sites_set_serial(struct hub_writer *writer, uint32_t number,
    struct bytes serial, struct error *err);

/* After a restore: numbers that the lost database may have given out stay
 * unused. */
enum status sites_skip_numbers(struct hub_writer *writer, struct error *err);

/* --- what is known of a site ---------------------------------------------- */

struct site_state {
	uint32_t number;
	uint64_t generation; /* in which cursor and confirmed count */
	uint64_t confirmed;
	uint64_t cursor;
	uint64_t last_seen_ms;
	int64_t clock_error_ms; /* its clock minus ours */
	uint64_t pending;
	uint64_t refused;
	uint64_t conflicts;
	struct room room;
	char program[32];
	uint64_t received_bytes; /* frames, since ever */
	uint64_t sent_bytes;
};

/* All zero for a site that was never heard of. */
enum status sites_get_state(struct replica *replica, uint32_t number,
    struct site_state *state, struct error *err);

/* What HELLO tells.  Neither cursor nor confirmed goes back within a
 * generation. */
enum status sites_greet(struct replica *replica, const struct site_state *state,
    struct error *err);

/* What FOUND tells of its disk, if it does. */
enum status sites_set_room(struct replica *replica, uint32_t number,
    const struct room *room, struct error *err);

/* What CONFIRM tells. */
enum status sites_confirm(struct replica *replica, uint32_t number,
    uint64_t cursor, uint64_t confirmed, uint64_t now_ms, struct error *err);

/* What PROVE tells: nothing waits there any more. */
enum status sites_set_idle(struct replica *replica, uint32_t number,
    struct error *err);

/* Bytes that went since the last call. */
enum status sites_add_traffic(struct replica *replica, uint32_t number,
    uint64_t received_bytes, uint64_t sent_bytes, struct error *err);

/* Count a commit taken today; *within says whether the day's quota allows
 * it. */
enum status sites_use_quota(struct replica *replica, uint32_t number,
    uint64_t bytes, uint64_t now_ms, bool *within, struct error *err);

#endif
