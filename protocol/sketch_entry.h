/*
 * What sketch.c and sketch_decode.c share: entries and their walk over cells.
 */
#ifndef PROTOCOL_SKETCH_ENTRY_H
#define PROTOCOL_SKETCH_ENTRY_H

#include "protocol/sketch.h"

/* SipHash-2-4 of an item, little-endian. */
uint64_t sketch_check(const struct sketch_keys *keys, uint64_t item);

/* Back to cell 0. */
void sketch_entry_begin(struct sketch_entry *entry);

/* To the next cell that the item is in; LIMIT_SKETCH_CELLS is the end. */
void sketch_entry_advance(struct sketch_entry *entry);

/* With sign -1: take it away. */
void sketch_cell_add(struct sketch_cell *cell, const struct sketch_entry *entry,
    int sign);

/* Likewise, entries in cells lo up to hi; none has come farther than lo. */
void sketch_entries_add(struct sketch_entry *entries, uint32_t count,
    uint32_t lo, uint32_t hi, struct sketch_cell *cells, int sign);

/* False when an item is there twice. */
bool sketch_entries_sort(struct sketch_entry *entries, uint32_t count);

/* In sorted entries; NULL when it is not there. */
const struct sketch_entry *
sketch_entries_find(const struct sketch_entry *entries, uint32_t count,
    uint64_t item);

/* Take cells lo up to hi of a set away, in the same way as sketch_encode. */
void sketch_set_subtract(struct sketch_set *set, uint32_t lo, uint32_t hi,
    struct sketch_cell *cells);

#endif
