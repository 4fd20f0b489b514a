/*
 * The invented partnership's pupils, all at one school, with every value
 * parsed: what a benchmark writes by drafts and, beside that, by bare SQL.
 */
#ifndef TESTS_BENCH_DATASET_H
#define TESTS_BENCH_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/catalogue/catalogue.h"
#include "protocol/bytes.h"

struct dataset_value {
	const struct column *column;
	struct value value;
};

struct dataset_record {
	const struct collection *collection;
	bool in_ctf; /* comes with the pupil; else a commit of its own */
	uint32_t value_count;
	struct dataset_value *values;
};

/* The pupil's own record is the first. */
struct dataset_pupil {
	struct dataset_record *records;
	uint32_t record_count;
	uint32_t in_ctf_count; /* which are the first ones */
};

struct dataset {
	struct arena arena;
	struct dataset_pupil *pupils;
	uint32_t pupil_count;
	uint32_t record_count;
	uint64_t school;   /* stands for every school that is named */
	uint32_t left_out; /* records that refer to what is not here */
};

/* pupils of them, evenly from all schools; 0: all (3,600 and some). */
void dataset_make(struct dataset *dataset, uint32_t pupils, uint64_t school);

void dataset_deinit(struct dataset *dataset);

/* The nth record of a collection, over all pupils and round again. */
const struct dataset_record *dataset_nth(const struct dataset *dataset,
    const char *collection, uint32_t nth);

#endif
