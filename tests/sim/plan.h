/*
 * A plan: the whole run as a list of deeds, drawn from a seed before anything
 * happens.  A deed names who and when, and carries chance of its own (salt)
 * for what depends on how things stand then.  So any part of a plan is a plan
 * as well: that is what lets a failure shrink to a few deeds.
 */
#ifndef TESTS_SIM_PLAN_H
#define TESTS_SIM_PLAN_H

#include <stdbool.h>
#include <stdint.h>

/* name in traces; what it is */
#define DEED_LIST(X)                                                       \
	/* people */                                                       \
	X(ADMIT, "admit", "a new child")                                   \
	X(IMPORT, "import", "a CTF or CSV of a few children")              \
	X(EDIT, "edit", "one or more fields of a record")                  \
	X(NOTE, "note", "a new note, contact, need, meeting, nomination")  \
	X(DELETE, "delete", "a record, or take a deletion back")           \
	X(TRANSFER_OPEN, "open", "a transfer to another school")           \
	X(TRANSFER_ANSWER, "answer", "ours or not ours")                   \
	X(TRANSFER_ACCEPT, "accept", "the file is taken over")             \
	X(TRANSFER_CANCEL, "cancel", "or sent out of the partnership")     \
	X(RESOLVE, "resolve", "one of the conflicts")                      \
	X(RETRY, "retry", "a refused entry is sent again, or dropped")     \
	X(REDACT, "redact", "a value that must be forgotten")              \
	X(STAFF, "staff", "a member of staff comes, changes or leaves")    \
	X(READ, "read", "lists, history, search; nothing may break")       \
	X(REVOKE, "revoke", "the administrator removes a computer")        \
	X(DROP, "drop", "a previous holder lets a frozen file go")         \
	/* the office */                                                   \
	X(SWITCH_ON, "on", "a computer is switched on")                    \
	X(SWITCH_OFF, "off", "and off")                                    \
	X(JOIN, "join", "a further computer joins")                        \
	X(LEAVE, "leave", "a computer leaves")                             \
	X(UPGRADE_HUB, "upgrade-hub", "to the newer catalogue")            \
	X(UPGRADE, "upgrade", "a computer to the newer catalogue")         \
	/* faults */                                                       \
	X(CUT, "cut", "a connection, now or after some bytes")             \
	X(HALF_OPEN, "half-open", "cut, and an end is not told")           \
	X(STALL, "stall", "nothing arrives for a while")                   \
	X(LINE, "line", "another delay, rate, piece; or down")             \
	X(LINE_UP, "line-up", "as good as at first")                       \
	X(KILL, "kill", "a computer's process")                            \
	X(POWER_CUT, "power-cut", "at a computer")                         \
	X(HUB_OFF, "hub-off", "the hub is stopped")                        \
	X(HUB_ON, "hub-on", "and started")                                 \
	X(HUB_KILL, "hub-kill", "the hub's process")                       \
	X(HUB_POWER_CUT, "hub-power-cut", "at the hub")                    \
	X(DISK_FULL, "disk-full", "at a computer or the hub, for a while") \
	X(DISK_ERROR, "disk-error", "the Nth operation from now fails")    \
	X(DISK_SLOW, "disk-slow", "syncs take long")                       \
	X(CLOCK, "clock", "a computer's clock jumps, drifts")              \
	X(HUB_CLOCK, "hub-clock", "the hub's clock jumps")                 \
	X(MEMORY, "memory", "the Nth allocation from now fails")           \
	X(COPY, "copy", "a computer's disk is copied and kept")            \
	X(RESTORE, "restore", "the copy is put back")                      \
	X(CLONE, "clone", "the copy runs on another computer")             \
	X(HUB_BACKUP, "hub-backup", "the hub's disk is copied and kept")   \
	X(HUB_RESTORE, "hub-restore", "the backup is put back: recovery")  \
	X(HOSTILE, "hostile", "a computer's certificate in other hands")   \
	X(ROT, "rot", "a computer's database goes bad")                    \
	X(HUB_ROT, "hub-rot", "the hub's does")                            \
	X(HUB_NIGHT, "hub-night", "the hub looks for what went bad")       \
	/* the world */                                                    \
	X(WAIT, "wait", "time passes: hours to months")                    \
	X(CALM, "calm", "faults end, all must converge")

enum deed_type {
#define DEED_ENUM(name, word, what) DEED_##name,
	DEED_LIST(DEED_ENUM)
#undef DEED_ENUM
	DEED_COUNT
};

struct deed {
	uint64_t after_ms; /* since the deed before */
	enum deed_type type;
	uint32_t who;  /* a computer's index, taken modulo how many there are */
	uint64_t salt; /* its own chance */
};

/* How large the world is. */
struct world_shape {
	uint32_t schools;   /* 2 .. 11; the first is the secondary */
	uint32_t computers; /* at least one a school */
	bool old_hub;       /* begin with the older catalogue everywhere */
};

struct plan {
	uint64_t seed;
	struct world_shape shape;
	struct deed *deeds;
	uint32_t count;
};

/* Draw the plan of a seed.  *plan is overwritten. */
void plan_draw(uint64_t seed, struct plan *plan);

void plan_deinit(struct plan *plan);

/* people/calendar.c: append the deeds of a school year, thinned to about
 * count, in the order of the year. */
struct random;
void plan_add_year(struct plan *plan, struct random *random, uint32_t count);

/* faults.c: strew faults between the deeds that are there. */
void plan_add_faults(struct plan *plan, struct random *random, uint32_t count);

/* What is stored goes bad, now and then. */
void plan_add_rot(struct plan *plan, struct random *random, uint32_t count);

/* Append one. */
void plan_put(struct plan *plan, uint64_t after_ms, enum deed_type type,
    uint32_t who, uint64_t salt);

const char *deed_name(enum deed_type type);

/* --- doing them ----------------------------------------------------------- */

struct world;

void world_do(struct world *world, const struct deed *deed);

/* people/people.c: those of people and of the office but for the switches. */
void people_do(struct world *world, const struct deed *deed);

/* faults.c */
void faults_do(struct world *world, const struct deed *deed);

/* Every fault that is on ends. */
void faults_end(struct world *world);

#endif
