/*
 * What the invariants look with.  They only read, through the node's own
 * handle.  A read that an injected fault spoils tells nothing and is left out;
 * when all is calm it ends the run.  Names bound by ?1 and ?2.
 */
#ifndef TESTS_SIM_INVARIANTS_LOOK_H
#define TESTS_SIM_INVARIANTS_LOOK_H

#include "common/catalogue/in_force.h"
#include "common/replica/dossier.h"
#include "common/replica/grants.h"
#include "common/replica/ledger.h"
#include "common/replica/sql.h"
#include "protocol/commit.h"
#include "tests/sim/invariants/invariant.h"

/* --- what is remembered --------------------------------------------------- */

/* Zeroed at first, the same from then on; owner is any address that is the
 * invariant's alone.  At most INVARIANT_BYTES for all together. */
void *invariant_memory(struct world *world, const void *owner, size_t size);

enum {
	INVARIANT_OWNERS = 24,
	INVARIANT_BYTES = 64 * 1024,
	INVARIANT_ENTRIES = 64 * 1024 /* of the book, that a bit stands for */
};

/* --- reading -------------------------------------------------------------- */

/* Its catalogue is in force from then on.  NULL: off, stopped by its disk, or
 * in the middle of writing. */
struct replica *look_at_hub(struct world *world);

struct replica *look_at_computer(struct computer *computer);

/* As sql_step; neither OK nor NOT_FOUND: nothing is known. */
enum status look_step(struct world *world, struct sql *sql);

/* What another function of the replica came back with; the same. */
enum status look_status(struct world *world, enum status status,
    const struct error *err);

/* A statement with two ids; the first column of its first row.  False: there
 * is no row, or nothing is known. */
bool look_number(struct world *world, struct replica *replica, const char *text,
    uint64_t first, uint64_t second, uint64_t *number);

/* Whether there is a row: OK, NOT_FOUND, or nothing is known. */
enum status look_row(struct world *world, struct replica *replica,
    const char *text, uint64_t first, uint64_t second);

/* Changes when the computer starts or anybody has written there. */
uint64_t look_version(struct computer *computer);

/* --- what excuses --------------------------------------------------------- */

/* The hub went back to a backup since all was calm. */
bool look_hub_went_back(const struct world *world);

/* It takes nothing new yet. */
bool look_hub_collects(struct world *world);

/* It plays by the rules: its own engine speaks, and it alone has its number. */
bool look_is_honest(const struct computer *computer);

/* It lies, it shares its number, or its disk was put back since all was calm:
 * it may have forgotten. */
bool look_may_have_forgotten(const struct computer *computer);

/* That, or the hub went back: alarms have a reason. */
bool look_has_excuse(const struct world *world,
    const struct computer *computer);

/* The computer is one that must be as the hub wants it when all is calm: it
 * runs, is honest and was not removed. */
bool look_is_member(struct world *world, struct computer *computer);

/* --- what is new ---------------------------------------------------------- */

/* One commit that the hub has taken since the last turn. */
struct news_row {
	uint64_t sequence;
	uint64_t id;
	uint64_t dossier;
	uint64_t received_ms;
	struct digest digest;
	struct mark mark;
	bool redacted;
	bool is_commit; /* its bytes could be read */
	struct bytes bytes;
	struct commit commit;
};

struct news {
	uint64_t generation;
	uint64_t after; /* the head when this was last looked at */
	uint64_t head;
	bool restored; /* another generation than then */
	struct news_row *rows;
	uint32_t count;
	uint64_t *dossiers; /* each once */
	uint32_t dossier_count;
};

/* Of this turn; lives in the world's arena.  Never NULL. */
const struct news *look_news(struct world *world);

/* Read what is new; false: the hub cannot be read now. */
bool look_read_news(struct world *world);

#endif
