/*
 * The world: a hub and the computers of up to eleven schools in one process,
 * under a clock, lines, disks and chance of our own.  Everything else is the
 * real thing: protocol, engine, session, admission, grants, fold and SQLite.
 *
 *	random.h     chance by seed		schedule.h  what happens when
 *	disk.h	     disks that fail		memory.h    memory that fails
 *	wire.h	     lines that break		plan.h	    what is to happen
 *	people/	     what people do		faults.h    what goes wrong
 *	hostile.h    a computer that lies	book.h	    what an onlooker saw
 *	invariants/  what must be true		trace.h     what happened
 *	shrink.h     the shortest way to a failure
 *
 * A run is: draw a plan from the seed, make a world of its shape, let it
 * happen, calm everything, look whether all converged.  A breach ends the run
 * by world_fail.
 */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/agent/back_off.h"
#include "client/engine/engine.h"
#include "common/replica/replica.h"
#include "server/core/hub.h"
#include "tests/sim/book.h"
#include "tests/sim/disk.h"
#include "tests/sim/plan.h"
#include "tests/sim/random.h"
#include "tests/sim/schedule.h"
#include "tests/sim/trace.h"
#include "tests/sim/wire.h"

enum {
	WORLD_SCHOOLS = 12, /* eleven, and one that is no member */
	WORLD_COMPUTERS = 32,
	WORLD_NAME_BYTES = 16,
	WORLD_DELAY_MS = 10 /* of a line that is well, one way */
};

/* 1 September 2026, 07:00 UTC. */
#define WORLD_BEGAN_MS UINT64_C(1788246000000)

struct catalogue;
struct hostile;
struct watch;

struct sim_school {
	char name[WORLD_NAME_BYTES]; /* "oak" */
	uint64_t record;             /* of the school */
	bool member;
};

/* Faults that are on at a process; while they are, its calls may fail. */
struct node_fault {
	bool on;
	uint64_t memory_in; /* the allocation from now on that fails; 0: none */
	bool rotten;        /* rot.h: what it reads may be no commit */
	/* Memory failed since it began: a search index (FTS5) that lacked it
	 * calls the database malformed until it is opened anew, which it is
	 * when the fault ends. */
	bool shaken;
};

/* One installed client: what a process of `throughline run` is. */
struct computer {
	struct world *world;
	uint32_t index; /* in the world, from 0 */
	uint32_t site;
	uint32_t school;             /* index */
	char name[WORLD_NAME_BYTES]; /* "oak1" */
	struct disk *disk;
	const struct catalogue *catalogue; /* NULL: the built-in one */
	struct random random;

	bool exists;  /* false: left or removed */
	bool on;      /* the process runs */
	bool open;    /* its connection is */
	bool asleep;  /* its lid is shut: nothing runs, nothing is sent */
	bool leaving; /* `throughline leave` was said */
	bool left;
	struct replica *replica; /* NULL while off */
	struct engine *engine;
	struct codec *codec;     /* the slot's; lives as long as the process */
	struct hostile *hostile; /* speaks instead of the engine; or NULL */
	bool was_hostile;

	int64_t clock_error_ms; /* its clock minus the world's */
	int32_t drift_ppm;
	uint64_t started_ms;
	uint64_t wake_ms; /* of the engine, in world time; 0: none */

	struct line line;
	struct node_fault fault;
	uint64_t connection; /* id; 0: none */
	struct back_off back_off;
	uint64_t starts;
	uint64_t written;  /* commits of its people, for names */
	uint32_t looks;    /* at its tables, at night */
	uint32_t copies;   /* how many others share its number: clones */
	bool put_back;     /* its disk was put back, or copied from one, and
			      all was not calm since */
	struct disk *kept; /* the old copy of its disk; or NULL */
	uint64_t kept_ms;
	struct replica *beside; /* opened by computer_replica */
};

/* One connection at the hub. */
struct peer {
	struct peer *next;
	uint64_t connection;
	struct computer *computer;
	struct session *session;
	bool wants_output;
	bool hang_up;
};

struct hub_node {
	struct disk *disk;
	const struct catalogue *catalogue;
	struct replica *replica; /* NULL while off */
	struct codec *codec;
	struct hub *hub;
	struct peer *peers;
	struct random random;
	struct node_fault fault;
	bool on;
	bool turn_due;
	bool tick_due;
	int64_t clock_error_ms;
	uint64_t starts;
	uint64_t busy_until_ms; /* a slow disk holds the loop */
	struct disk *kept;      /* a backup; or NULL */
	uint64_t kept_ms;
	uint64_t restores;
	uint64_t restored_ms; /* by its own clock, the last time */
	bool went_back;       /* restored, and all was not calm since */
};

/* What a run covered; summed over all seeds at the end. */
struct world_counts {
	uint64_t simulated_ms;
	uint64_t deeds;
	uint64_t commits; /* written by people */
	uint64_t taken;   /* by the hub */
	uint64_t refused;
	uint64_t steps;   /* of engines */
	uint64_t crashes; /* kills and power cuts, computers and hub */
	uint64_t cuts;    /* of connections */
	uint64_t disk_faults;
	uint64_t memory_faults;
	uint64_t restores; /* old copies put back */
	uint64_t rots;     /* rows and bytes that went bad */
	uint64_t hostile_frames;
	uint64_t calms;
};

struct world {
	const struct plan *plan;
	uint64_t now_ms; /* the true time, Unix */
	struct schedule schedule;
	struct wire wire;
	struct trace trace;
	struct book *book;
	struct hub_node hub;
	struct sim_school schools[WORLD_SCHOOLS];
	uint32_t school_count;
	struct computer computers[WORLD_COMPUTERS];
	uint32_t computer_count;
	struct world_counts counts;
	struct arena arena;  /* for a moment: reset between events */
	bool lids_shut;      /* in world_pass */
	bool calm;           /* no fault may happen, none is on */
	bool rotten;         /* what is stored was altered behind the programs'
				backs, and not all were equal since */
	struct watch *watch; /* of what hostile computers achieve */
	void *invariants;    /* what they remember; freed with free */
	void *people;        /* what people remember; freed with free */

	jmp_buf failed;
	char failure[512];
	void (*fails)(struct world *world); /* instead of the jump; does not
					       return; NULL: the jump */
};

/* --- a run ---------------------------------------------------------------- */

struct world_outcome {
	bool failed;
	char failure[512]; /* "acknowledged-is-kept: ..." */
	uint64_t trace_hash;
	struct world_counts counts;
};

/* Let the plan happen in a new world.  trace: how to tell of it; its text is
 * given back when it is kept.  May be NULL. */
void world_run(const struct plan *plan, struct trace *trace,
    struct world_outcome *outcome);

/* For dialogues: a world of that shape in which nothing happens by itself. */
struct world *world_create(const struct plan *plan);

void world_destroy(struct world *world);

/* Let time pass until then, or until nothing is left to happen. */
void world_advance(struct world *world, uint64_t ms);

/* The same, but long stretches in which nobody does anything pass with every
 * lid shut: a year of pings shows nothing new. */
void world_pass(struct world *world, uint64_t ms);

/* Faults end, everything is switched on, and time passes until all is in step
 * and proved; fails when that takes longer than WORLD_CALM_MS.  Then
 * invariants_at_calm. */
void world_calm(struct world *world);

/* A night at once (night.c): everyone who is on is compared with the hub;
 * fails when that takes longer than WORLD_CALM_MS. */
void world_compare(struct world *world);

enum {
	WORLD_CALM_MS = 20 * 60 * 1000
};

/* Ends the run: "name: sentence". */
_Noreturn void world_fail(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* --- computers (computer.c, computer_power.c) ----------------------------- */

/* As its user switches it on and off; kill and power cut are faults. */
void computer_start(struct computer *computer);

void computer_stop(struct computer *computer);

/* The process is gone in the middle of whatever it did; power: what was not
 * synced as well. */
void computer_crash(struct computer *computer, bool power);

/* Its lid is shut and opened again; the process lives on. */
void computer_sleep(struct computer *computer);

void computer_rouse(struct computer *computer);

/* Send, purge, go: it is on, and goes when the hub has let it. */
void computer_leave(struct computer *computer);

/* To the newer catalogue; for good. */
void computer_upgrade(struct computer *computer);

/* Its own idea of the time, Unix ms. */
uint64_t computer_now(const struct computer *computer);

/* Somebody wrote: the engine is stepped. */
void computer_look(struct computer *computer);

/* A product call at this computer came back with status: OK, or a fault that
 * was injected and not healed yet; else the run fails.  True when OK. */
bool computer_ok(struct computer *computer, enum status status,
    const struct error *err);

void computer_event(struct computer *computer, const struct event *event);

/* --- the hub (hub_node.c, hub_node_turn.c, office.c) ---------------------- */

void hub_node_start(struct world *world);

void hub_node_stop(struct world *world);

void hub_node_crash(struct world *world, bool power);

void hub_node_upgrade(struct world *world);

/* The kept copy is put back, and a generation begins. */
void hub_node_restore(struct world *world);

/* It looks for damage, and wants everyone compared (night.c). */
void hub_node_night(struct world *world);

void hub_node_event(struct world *world, const struct event *event);

/* --- writing (write.c): a commit as the command line makes it ------------- */

/*
 * Opens a transaction at the computer, whether it is on (beside the agent) or
 * off (as a command), calls fill to write into a draft, finishes, enters the
 * commit into the book, and steps the engine.  dossier 0 with create: a new
 * dossier.  Returns the commit's id, 0 when nothing was written (an empty
 * draft, or a refusal by the replica that refusal_ok allows).
 */
struct draft;
typedef enum status write_filler(void *context, struct computer *computer,
    struct draft *draft, struct error *err);

struct write {
	uint64_t dossier;
	bool create;
	uint64_t author;
	write_filler *fill;
	void *context;
};

uint64_t computer_write(struct computer *computer, const struct write *write);

/* For those who write by other functions than a draft's (an import, a
 * resolution): enter commit id, which waits now, into the book.  Between
 * computer_replica and computer_release. */
void computer_wrote(struct computer *computer, uint64_t id);

/*
 * The replica to read from, and to write to beside the agent: the running one
 * or one opened for the moment.  NULL: it cannot be opened now (a fault), and
 * nothing is to be released.
 */
struct replica *computer_replica(struct computer *computer);

/* Done with it.  Then computer_look if something was written. */
void computer_release(struct computer *computer);

#endif
