/*
 * What a computer and the hub have in common: a process with a disk and a
 * memory that may fail, and a program of some version.
 */
#ifndef TESTS_SIM_NODE_H
#define TESTS_SIM_NODE_H

#include "tests/sim/world.h"

#define NODE_DATABASE "replica.db"

/* What runs from here on is this process: its catalogue, its failing memory.
 * They do not nest. */
void node_enter(struct node_fault *fault, const struct catalogue *catalogue);

void node_leave(struct node_fault *fault);

/* Disk and memory are well again. */
void node_heal(struct node_fault *fault, struct disk *disk);

/* Whether a call of a process with these faults may come back with status. */
bool node_may_say(const struct node_fault *fault, enum status status);

/* All of the process is well again; one that lacked memory starts anew. */
void computer_heal(struct computer *computer);

void hub_node_heal(struct world *world);

/* The computer's database, for a moment; jumps the counter. */
enum status computer_open(struct computer *computer, struct replica **out,
    struct error *err);

/* As the engine tells; false when it is off or cannot tell. */
bool computer_status(struct computer *computer, struct engine_status *status);

/* --- the hub (hub_node.c) ------------------------------------------------- */

enum {
	HUB_NODE_SERIAL_BYTES = 5
};

extern const struct mark_key hub_node_mark_key;

/* The serial of the certificate that a site was given. */
void hub_node_serial(uint32_t site, uint8_t serial[HUB_NODE_SERIAL_BYTES]);

/* A computer of that school joins; the hub is on, or has no hub yet. */
enum status hub_node_register(struct world *world, uint32_t school,
    const char *name, uint32_t *site, struct error *err);

/* While the hub collects after a restore: it does not wait for that one. */
void hub_node_excuse(struct world *world, const struct computer *computer);

/* As computer_ok. */
bool hub_node_ok(struct world *world, enum status status,
    const struct error *err);

/* --- making worlds (world_make.c) ----------------------------------------- */

/* The hub, the schools and their computers, all off, as the shape says. */
void world_make(struct world *world);

/* One more computer of that school; its number, or NULL when there is no room
 * or the hub cannot let it in now.  It is off. */
struct computer *world_add_computer(struct world *world, uint32_t school);

/* The same number on another machine: what was kept of its disk. */
struct computer *world_clone_computer(struct world *world,
    struct computer *computer);

#endif
