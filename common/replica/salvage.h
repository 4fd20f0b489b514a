/*
 * What can still be read of a client's damaged database that the hub does not
 * have: the commits that wait or were set aside, how far its numbers went, and
 * what was kept of former nights (defects of sync, morning reports) as far as
 * SQLite reads it.  All else comes from the hub again.
 *
 * What is read is proved by its digest, so that damage that SQLite does not
 * see is not taken for somebody's words.
 */
#ifndef COMMON_REPLICA_SALVAGE_H
#define COMMON_REPLICA_SALVAGE_H

#include "common/replica/replica.h"

/* A morning report that was kept, and that nothing proves.  Bytes are borrowed.
 * Inside the transaction of the new replica, and perhaps twice.  What it is not
 * it leaves alone; an error ends the salvage. */
typedef enum status salvage_report(struct replica *to, uint64_t now_ms,
    struct bytes day, struct bytes json, struct error *err);

struct salvage_options {
	const char *path; /* the damaged database, with its WAL beside it */
	const char *vfs;  /* NULL: SQLite's default */
	uint32_t site;    /* whose numbers count */
	uint64_t now_ms;
	uint32_t jump;               /* as for replica_jump */
	salvage_report *take_report; /* NULL: they are not wanted */
};

struct salvage_result {
	uint64_t waiting; /* commits saved */
	uint64_t aside;
	uint64_t passed_on; /* notes saved */
	uint64_t lost;      /* that were there for certain, unreadable now */
	bool complete;      /* nothing else can have been there */
};

/*
 * Into a new replica, which becomes that site's: as a computer that has just
 * joined, but with what waits.  Its school is 0 where that cannot be read any
 * more; the hub tells it.  In one transaction.  The damaged database is not
 * changed, and may be absent; nobody else may be using it.
 *
 * STATUS_IO: it is there, but may not be opened.
 */
enum status salvage_replica(struct replica *to,
    const struct salvage_options *options, struct salvage_result *result,
    struct error *err);

#endif
