/*
 * A set in a stream of cells, from which another set finds the difference.
 *
 * Both sides hash their digests to items of 64 bits under keys that are fresh
 * for every run.  One sends cells 0, 1, 2, ... of its set; the other takes its
 * own away from them, and what is left describes only the items that one side
 * has and the other lacks.  About 1.4 cells for each of these are enough, and
 * nobody has to know beforehand how many there are: the sender goes on until
 * the other has them all.
 *
 * Source: "Practical Rateless Set Reconciliation", L. Yang, Y. Gilad,
 * M. Alizadeh, SIGCOMM 2024.  Every item is in cell 0, and in cell i with
 * probability 1 / (1 + i/2).  Which cells these are both sides compute in IEEE
 * doubles, so neither -ffast-math nor fused operations are allowed.
 *
 *	struct sketch_set set;			struct sketch_decoder decoder;
 *	sketch_set_init(&set, &keys, ...)	sketch_decoder_init(&decoder,
 *	sketch_set_add(&set, digest)		    &set, count of the sender)
 *	sketch_encode(&set, 0, 32, cells)  -->	sketch_decoder_feed(&decoder,
 *	sketch_encode(&set, 32, 90, cells) -->	    cells, 58), until it is OK
 */
#ifndef PROTOCOL_SKETCH_H
#define PROTOCOL_SKETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/status.h"

enum {
	SKETCH_KEY_BYTES = 16,
	SKETCH_NONCE_BYTES = 16,
	SKETCH_DIGEST_BYTES = 16,
	SKETCH_FIRST_CELLS = 32, /* to have before anything is estimated */
	SKETCH_WIDE_FROM = 10000 /* differences: send all 64 bits of check */
};

/* Who knew them could make items that cancel each other: never used twice. */
struct sketch_keys {
	uint8_t item[SKETCH_KEY_BYTES];  /* digest -> item */
	uint8_t check[SKETCH_KEY_BYTES]; /* item -> check */
};

/* BLAKE2b-256("reconcile", client's nonce, hub's nonce, school, head), cut in
 * two; the numbers are little-endian. */
void sketch_keys_derive(const uint8_t client_nonce[SKETCH_NONCE_BYTES],
    const uint8_t hub_nonce[SKETCH_NONCE_BYTES], uint64_t school, uint64_t head,
    struct sketch_keys *keys);

/* SipHash-2-4 of the digest. */
uint64_t sketch_item(const struct sketch_keys *keys,
    const uint8_t digest[SKETCH_DIGEST_BYTES]);

/* XOR of items and of their checks, and how many they are.  {0} is empty. */
struct sketch_cell {
	uint64_t sum;
	uint64_t check;
	int64_t count;
};

/* --- the cells of a set --------------------------------------------------- */

/* An item, and how far its walk over the cells has come. */
struct sketch_entry {
	uint64_t item;
	uint64_t check;
	uint64_t state;
	uint32_t index; /* of the cell that it is in next */
	int32_t side;   /* found: +1 only the sender has it, -1 only mine */
};

/* 32 bytes an item.  An item that was added twice is never found. */
struct sketch_set {
	struct sketch_keys keys;
	struct sketch_entry *entries;
	uint32_t count;
	uint32_t capacity;
	uint32_t reached; /* cells are computed up to here */
};

/* Room for capacity items, and more when they come.  STATUS_TOO_LARGE above
 * LIMIT_SKETCH_ITEMS, STATUS_NOMEM.  Deinit it also then. */
enum status sketch_set_init(struct sketch_set *set,
    const struct sketch_keys *keys, uint64_t capacity, struct error *err);

void sketch_set_deinit(struct sketch_set *set);

/* Before the first sketch_encode.  STATUS_TOO_LARGE, STATUS_NOMEM as above. */
enum status sketch_set_add(struct sketch_set *set,
    const uint8_t digest[SKETCH_DIGEST_BYTES], struct error *err);

/* Put the entries in the order of their items: to list them, or to find in
 * them.  STATUS_CORRUPT when an item is there twice. */
enum status sketch_set_sort(struct sketch_set *set, struct error *err);

/* In a sorted set; NULL when it is not there. */
const struct sketch_entry *sketch_set_find(const struct sketch_set *set,
    uint64_t item);

/*
 * Write cells lo up to hi (not included, at most LIMIT_SKETCH_CELLS) into
 * cells[0 .. hi - lo).  Blocks may be asked for in any order and any number
 * of times; each where the last one ended costs least.
 */
void sketch_encode(struct sketch_set *set, uint32_t lo, uint32_t hi,
    struct sketch_cell *cells);

/* How many of a set's items are likely in cell i.  What is sent is the count
 * less this, a small number; cell 0 holds them all, exactly. */
uint64_t sketch_expected(uint64_t items, uint32_t i);

/* --- the difference ------------------------------------------------------- */

/*
 * What the other side's cells tell.  It may be hostile: each cell and item is
 * checked, memory (60 bytes a cell) grows only with cells that came, and the
 * answer is right or is not given.
 */
struct sketch_decoder {
	struct sketch_set *mine; /* borrowed; sorted, and encoded from */
	uint64_t theirs;         /* items that the sender says it has */
	uint32_t received;       /* cells */
	uint32_t cells_max;      /* that are taken */
	enum status status;      /* as sketch_decoder_feed said last */

	struct sketch_entry *found; /* all, by item, once status is OK */
	uint32_t found_count;

	struct sketch_cell *cells; /* theirs less mine less found */
	int32_t *links;            /* a list of cells to look at, from ready */
	int32_t ready;
	uint32_t capacity;
	uint32_t narrow; /* the first so many compare 32 bits of check */
	int64_t first;   /* count of cell 0: theirs less mine */
	double squares;  /* sum of the estimate */
};

/* mine is borrowed until deinit.  STATUS_CORRUPT when an item of mine is there
 * twice, STATUS_TOO_LARGE when theirs are above LIMIT_SKETCH_ITEMS: then there
 * is nothing to feed. */
enum status sketch_decoder_init(struct sketch_decoder *decoder,
    struct sketch_set *mine, uint64_t theirs, struct error *err);

void sketch_decoder_deinit(struct sketch_decoder *decoder);

/*
 * Take the next count cells of the sender.  check_bits says how much of check
 * was sent: 32 or 64, and 64 from then on.
 *
 * STATUS_OK         found is the whole difference
 * STATUS_AGAIN      more cells are needed
 * STATUS_INVALID    the cells contradict each other or mine: begin anew, with
 *                   other keys
 * STATUS_TOO_LARGE  more than cells_max: compare lists of items instead
 * STATUS_NOMEM      nothing was taken
 *
 * Legal only while status is STATUS_AGAIN (as after init) or STATUS_NOMEM.
 */
enum status sketch_decoder_feed(struct sketch_decoder *decoder,
    const struct sketch_cell *cells, uint32_t count, unsigned int check_bits,
    struct error *err);

/* Once status is OK: +1 only the sender has item, -1 only I, 0 both or none.
 * So whoever walks over his digests again knows which of them it is about. */
int32_t sketch_decoder_side(const struct sketch_decoder *decoder,
    uint64_t item);

/* --- how many cells ------------------------------------------------------- */

/* How many differences there are, from the counts of the cells so far: 0
 * before any, unbiased from two, within a quarter or so from 32. */
double sketch_decoder_estimate(const struct sketch_decoder *decoder);

/* Cells to have in all next: SKETCH_FIRST_CELLS, then a little less than the
 * estimate needs and more by twelfths; with a long round trip, fewer rounds
 * and more cells. */
uint32_t sketch_cells_wanted(double estimate, uint32_t received,
    bool long_round_trip);

/* So many differences (past three tenths) that a list of one side's items is
 * less to send; items is the count of the larger set. */
bool sketch_list_is_shorter(double estimate, uint64_t items);

/* Both: cells to have in all next, or 0 when lists are to be compared. */
uint32_t sketch_decoder_wanted(const struct sketch_decoder *decoder,
    bool long_round_trip);

#endif
