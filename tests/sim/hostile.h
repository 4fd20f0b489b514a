/*
 * A computer with a valid certificate in other hands.  It speaks in place of
 * the engine: first as it should, then with every frame and field changed,
 * replayed or reordered, with other sites' ids, dossiers that were never
 * granted and cursors that lie.
 *
 * Nothing that it does may show it what its school may not see, change what it
 * may not change, stop the hub, or harm another school's session.
 */
#ifndef TESTS_SIM_HOSTILE_H
#define TESTS_SIM_HOSTILE_H

#include <stdint.h>

#include "protocol/bytes.h"

struct computer;
struct hostile;

/* What it knows is read from the computer's replica, which is closed then. */
struct hostile *hostile_create(struct computer *computer, uint64_t salt);

void hostile_destroy(struct hostile *hostile);

/* The connection is open; it sends by connection_send. */
void hostile_connected(struct hostile *hostile);

void hostile_received(struct hostile *hostile, struct bytes bytes);

/* Its time has come (it asked by schedule_put EVENT_WAKE). */
void hostile_woken(struct hostile *hostile);

void hostile_disconnected(struct hostile *hostile);

/* Frames that it has sent. */
uint64_t hostile_frames(const struct hostile *hostile);

#endif
