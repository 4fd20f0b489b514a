/*
 * The baseline: a program without any synchronising, that inserts the same
 * values into the same tables by bare SQLite, as durably (WAL, synchronous =
 * FULL) and in as many transactions.
 */
#ifndef TESTS_BENCH_BARE_H
#define TESTS_BENCH_BARE_H

#include "tests/bench/dataset.h"
#include "tests/bench/mix.h"

struct bare;

/* A new database, folder/name. */
struct bare *bare_open(const char *folder, const char *name);

void bare_close(struct bare *bare);

void bare_begin(struct bare *bare);

void bare_commit(struct bare *bare);

/* An INSERT into the table of its collection; its id counts from 1. */
uint64_t bare_insert(struct bare *bare, uint64_t dossier,
    const struct dataset_record *record);

/* An INSERT, or an UPDATE of one column of the row at edit->place. */
void bare_edit(struct bare *bare, const struct edit *edit);

#endif
