/*
 * How the parts of the invented partnership write their records: begin, a
 * value for every column, end.
 */
#ifndef TESTS_DEMO_RECORDS_H
#define TESTS_DEMO_RECORDS_H

#include <stddef.h>

#include "tests/demo/draw.h"
#include "tests/demo/partnership.h"

struct records {
	const struct partnership *partnership;
	const char *wanted; /* only this collection, or NULL */
	partnership_visit visit;
	void *context;
	struct partnership_record record;
	size_t text_used;
	char text[PARTNERSHIP_TEXT_BYTES];
};

/* A school as a pupil's history names it. */
struct place {
	const char *laestab;
	const char *urn;
	const char *name;
};

void record_begin(struct records *records, const char *collection);

/* text stays the caller's until record_end(). */
void record_text(struct records *records, const char *column, const char *text);

void record_print(struct records *records, const char *column,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Day of an academic year that began in September of that year. */
void record_day(struct records *records, const char *column, uint32_t year,
    uint32_t day_of_year);

void record_end(struct records *records);

/* Where a pupil was in that year group. */
struct place pupil_place(const struct partnership_pupil *pupil, uint32_t year);

/* Free school meals go by family, the rest by pupil. */
bool pupil_has_fsm(const struct records *records,
    const struct partnership_pupil *pupil);

/* The code, or NULL for none. */
const char *pupil_sen_provision(const struct records *records, uint32_t pupil);

/* Leavers whom their school nominates for more than everybody gets. */
bool pupil_is_nominated(const struct records *records, uint32_t pupil);

/* What each file adds to partnership_visit_pupil(). */
void pupil_records(struct records *records, uint32_t pupil);
void family_records(struct records *records, uint32_t pupil);
void learning_records(struct records *records, uint32_t pupil);
void transition_records(struct records *records, uint32_t pupil);

#endif
