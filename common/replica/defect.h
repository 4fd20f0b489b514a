/*
 * Defects of sync: differences between two replicas that nothing explains.
 * Each is kept with what is known of it, by whoever saw it, for two years.
 *
 *	defect(found_ms, kind, site, commit_id, sequence, received_ms)
 */
#ifndef COMMON_REPLICA_DEFECT_H
#define COMMON_REPLICA_DEFECT_H

#include "common/replica/replica.h"

/* Numbers are stored: they never change meaning. */
enum defect_kind {
	DEFECT_CLIENT_LACKED = 1, /* the hub had it, the client had not */
	DEFECT_HUB_LACKED = 2,    /* the client had it with a right mark */
	DEFECT_UNKNOWN = 3,       /* only the client had it, without one */
	DEFECT_DAMAGED = 4,       /* stored bytes were not the commit */
	DEFECT_TABLES = 5,        /* a table was not what commits say */
	DEFECT_FILE = 6,          /* SQLite found the file damaged */
};

struct defect {
	uint64_t found_ms;
	enum defect_kind kind;
	uint32_t site;        /* whose replica was compared; 0: the hub's own */
	uint64_t commit_id;   /* 0: of no commit */
	uint64_t sequence;    /* 0: none */
	uint64_t received_ms; /* when the hub had taken it; 0: not known */
};

/* Inside a transaction.  At most DEFECTS_A_NIGHT are kept of one site in twelve
 * hours, which is one run: beyond those nothing happens. */
enum {
	DEFECTS_A_NIGHT = 1000
};

enum status defect_note(struct replica *replica, const struct defect *defect,
    struct error *err);

/* Whether one of that kind and commit is kept, from since_ms on. */
enum status defect_is_known(struct replica *replica, enum defect_kind kind,
    uint64_t commit_id, uint64_t since_ms, bool *known, struct error *err);

/* From since_ms on, the oldest first. */
typedef bool defect_visitor(void *context, const struct defect *defect);

enum status defect_each(struct replica *replica, uint64_t since_ms,
    defect_visitor *visit, void *context, struct error *err);

/* "lacking at the computer", ... */
const char *defect_name(enum defect_kind kind);

/* Forget what is older.  Inside a transaction. */
enum status defect_forget(struct replica *replica, uint64_t before_ms,
    struct error *err);

#endif
