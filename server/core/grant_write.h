/*
 * Grants as the hub writes them: a record in the receiving school's dossier
 * for each step of its life.
 *
 *	(none) --opened--> destination --held--> holder --frozen--> previous
 *	                    |   ^                                     |  |
 *	                    |   +------------- opened again ----------+  |
 *	                    +--closed (or, having held, frozen)    closed+
 *
 * Where a step has no grant to stand on it is STATUS_NOT_FOUND.
 */
#ifndef SERVER_CORE_GRANT_WRITE_H
#define SERVER_CORE_GRANT_WRITE_H

#include "common/replica/grants.h"
#include "server/core/hub_write.h"

/* A new child: its creator holds it from the cause on. */
enum status grant_write_holder(struct hub_writer *writer, uint64_t school,
    uint64_t dossier, uint64_t because, uint64_t sequence, struct error *err);

/* A destination answered "ours": what lies up to sequence it may fetch. */
enum status grant_write_destination(struct hub_writer *writer, uint64_t school,
    uint64_t dossier, uint64_t because, uint64_t sequence, struct error *err);

/* The destination accepted: it holds, the previous holder is frozen. */
enum status grant_write_passed(struct hub_writer *writer, uint64_t school,
    uint64_t dossier, uint64_t sequence, struct error *err);

/* No destination any more: closed, or frozen as before if it once held. */
enum status grant_write_ended(struct hub_writer *writer, uint64_t school,
    uint64_t dossier, uint64_t sequence, struct error *err);

/* Dropped by its own school. */
enum status grant_write_closed(struct hub_writer *writer,
    const struct grant *grant, uint64_t sequence, struct error *err);

#endif
