/*
 * The standard scenario of the sweeps (sweep_trio.h): real engines and a real
 * hub on simulated disks.
 *
 *	trio.c		three computers and a hub, and the lines between them
 *	trio_steps.c	the scenario: what people do, in steps
 *	trio_check.c	what must be true after each
 *
 * Computers 1 and 2 are Oak's, 3 is Elm's.  Calls fail as the real ones do;
 * whoever calls decides whether somebody tries again or switches off and on.
 */
#ifndef TESTS_SIM_TRIO_H
#define TESTS_SIM_TRIO_H

#include "client/engine/engine.h"
#include "common/replica/replica.h"
#include "server/core/hub.h"
#include "tests/sim/disk.h"

enum {
	TRIO_HUB, /* the hub's place among the disks */
	TRIO_OAK,
	TRIO_OAK2,
	TRIO_ELM,
	TRIO_NODES,
	TRIO_COMMITS = 64 /* at most, that people write */
};

#define TRIO_WHOLE SIZE_MAX

struct trio;

/* A school computer; [TRIO_HUB] of the trio is the hub, without an engine. */
struct trio_node {
	struct trio *trio;
	uint32_t number; /* its site */
	struct disk *disk;
	struct replica *replica;
	struct codec *codec;
	struct engine *engine;
	struct session *session; /* NULL: not connected */
	struct session *former;  /* broken, of which the hub has not heard */
	bool hang_up;            /* the hub wants it to */
};

/* So many bytes are to cross a line.  After how many it breaks; TRIO_WHOLE: it
 * does not. */
typedef size_t trio_carry(struct trio *trio, size_t size);

struct trio {
	struct trio_node nodes[TRIO_NODES];
	struct hub *hub;
	uint64_t oak; /* records of the schools */
	uint64_t elm;
	uint64_t now_ms;
	uint64_t elapsed_ms;
	uint32_t lives; /* times that something was switched on */
	uint64_t written[TRIO_COMMITS]; /* of which people were told "saved" */
	uint32_t written_count;
	uint64_t pupil;    /* the child of the scenario; 0: none yet */
	trio_carry *carry; /* NULL: no line breaks */
	bool half_open;    /* the hub hears of it after the next dial */
};

/* Disks with a hub that knows the schools and computers; all switched off.
 * The VFS is registered. */
enum status trio_create(struct trio *trio, struct error *err);

/* Accepts one that is half made. */
void trio_destroy(struct trio *trio);

/* Switch on; a failure leaves it off.  Switch off: accepts what is off. */
enum status trio_start(struct trio_node *node, struct error *err);
void trio_stop(struct trio_node *node);
bool trio_is_on(const struct trio_node *node);

/* One second: the computers that are on dial, step, send and receive, as the
 * agent and the service would on each error.  *quiet: nobody had anything to
 * say, and nothing failed. */
void trio_pass_second(struct trio *trio, bool *quiet);

/* --- trio_steps.c --------------------------------------------------------- */

struct trio_step {
	const char *name;
	/* What people do.  Doing it again does only what is not done yet. */
	enum status (*act)(struct trio *trio, struct error *err);
	/* What must be true when all is synced; STATUS_CORRUPT if not. */
	enum status (*expect)(struct trio *trio, struct error *err);
};

extern const struct trio_step trio_steps[];
extern const uint32_t trio_step_count;

/* --- trio_check.c --------------------------------------------------------- */

/* What it must be at the end of each step, beside what the step expects: all
 * proved equal and sound, and nothing is missing of what people were told was
 * saved.  All nodes are on. */
enum status trio_check(struct trio *trio, struct error *err);

/* Whether every computer is on and has proved that it is in step. */
bool trio_is_proved(struct trio *trio);

#endif
