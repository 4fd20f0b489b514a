/*
 * A hub and computers of one school in one process: the real replicas, on
 * disk, with the real session and engine between them, and no network.
 *
 * Time goes by rounds.  In a round every computer gets what the hub said in
 * the round before, and the hub all that they say, in one turn; so a round is
 * one round trip of a line, whatever its length.
 */
#ifndef TESTS_BENCH_WORLD_H
#define TESTS_BENCH_WORLD_H

#include "client/engine/engine.h"
#include "server/core/hub.h"
#include "tests/bench/bench.h"

enum {
	WORLD_ENDS = 16
};

struct end {
	uint32_t site;
	char path[BENCH_PATH_BYTES + 32];
	struct replica *replica;
	struct codec *codec;
	struct engine *engine;
	struct session *session;
	struct buffer up;   /* given out, not carried yet */
	struct buffer down; /* from the hub, likewise */
	uint64_t wake_ms;   /* asked for */
	bool connected;
};

/* Of the nights since it was cleared: frames of both directions. */
struct night_cost {
	uint64_t find_bytes; /* until it was known what differs */
	uint64_t find_frames;
	uint64_t find_hub_ns;
	uint64_t find_client_ns;
	uint64_t mend_bytes; /* the rest */
	uint64_t mend_frames;
	bool mends;
	bool checks; /* tables and file are looked at, which takes */
	uint64_t check_ns;
};

struct world {
	char folder[BENCH_PATH_BYTES];
	struct replica *replica; /* the hub's */
	struct codec *codec;
	struct hub *hub;
	uint64_t school;
	uint64_t now_ms;
	uint64_t elapsed_ms;
	struct end ends[WORLD_ENDS];
	uint32_t end_count;
	uint64_t hub_ns; /* spent in the hub, and in the computers */
	uint64_t client_ns;
	uint64_t turns; /* of the hub, in which a PUSH came */
	struct night_cost night;
};

void world_open(struct world *world, uint32_t ends);

void world_close(struct world *world);

void world_connect(struct world *world, uint32_t end);

void world_disconnect(struct world *world, uint32_t end);

/* False when nobody had anything to say. */
bool world_round(struct world *world);

/* Hand an end what the hub has said, without waiting for the next round. */
void world_hear(struct world *world, uint32_t end);

/* Rounds until all is quiet; how many were not.  Fails unless every connected
 * end is then proved equal to the hub. */
uint32_t world_settle(struct world *world);

/* Let time go by, with rounds when an engine has asked to be woken. */
void world_pass(struct world *world, uint64_t ms);

struct engine_status world_status(struct world *world, uint32_t end);

#endif
