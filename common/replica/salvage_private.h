/*
 * What the parts of salvaging share.
 *
 *	salvage.c	  what is made of that which was read
 *	salvage_kept.c	  and of what was kept of former nights
 *	salvage_walk.c	  reading by SQLite, as far as it goes
 *	salvage_pages.c	  reading pages where SQLite does not find its way
 *
 * Private to common/replica.
 */
#ifndef COMMON_REPLICA_SALVAGE_PRIVATE_H
#define COMMON_REPLICA_SALVAGE_PRIVATE_H

#include "common/replica/defect.h"
#include "common/replica/id_list.h"
#include "common/replica/ledger.h"
#include "common/replica/salvage.h"

struct sqlite3;

/* Small facts that are worth keeping. */
enum salvage_fact {
	SALVAGE_SITE,
	SALVAGE_SCHOOL,
	SALVAGE_COUNTER,
	SALVAGE_STAMP,
	SALVAGE_HUB_CATALOGUE,
	SALVAGE_FACTS
};

/* A row of pending as it was found: nothing about it is certain. */
struct salvage_waiting {
	uint64_t id;
	uint64_t dossier;
	uint64_t state;
	uint64_t refusal;
	uint64_t at_ms;
	struct bytes digest;
	struct bytes bytes;
};

struct salvage {
	struct replica *to;
	const struct salvage_options *options;
	struct salvage_result *result;
	uint64_t facts[SALVAGE_FACTS]; /* 0: cannot be read */
	uint64_t counter;              /* behind the greatest seen in a row */
	uint64_t stamp;                /* the greatest that waits */
	struct id_list met;            /* ids that must have waited */
	bool doubtful;                 /* a row was not what it has to be */
	bool waiting_walked;           /* all the rows of pending were read */
	bool waiting_listed;           /* or all the ids, in its index */
	bool ledger_walked;
	struct arena arena;
	enum status status; /* of this computer: it ends the salvage */
	struct error *err;
};

/* What was found, from anywhere, any number of times.  false: stop, status
 * says why.  Bytes are borrowed for the call. */
bool salvage_take_waiting(struct salvage *salvage,
    const struct salvage_waiting *row);

bool salvage_take_placed(struct salvage *salvage, uint64_t sequence,
    uint64_t id, uint64_t dossier, uint64_t received_ms, struct bytes digest,
    struct bytes bytes);

/* What is kept of nights. */
bool salvage_take_defect(struct salvage *salvage, const struct defect *defect);

bool salvage_take_report(struct salvage *salvage, struct bytes day,
    struct bytes json);

/* An id that stands in an index. */
bool salvage_take_id(struct salvage *salvage, uint64_t id, uint64_t state);

/* Whether something is lost of what must have been there. */
bool salvage_is_lacking(struct salvage *salvage);

/* As far as SQLite reads; what it cannot is no error. */
void salvage_walk(struct salvage *salvage);

/* Every page by itself. */
void salvage_pages(struct salvage *salvage);

#endif
