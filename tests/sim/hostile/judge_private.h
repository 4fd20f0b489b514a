/*
 * Between the two halves of the judge: what may be read, what may be written.
 */
#ifndef TESTS_SIM_HOSTILE_JUDGE_PRIVATE_H
#define TESTS_SIM_HOSTILE_JUDGE_PRIVATE_H

#include "common/replica/record.h"
#include "tests/sim/hostile/judge.h"

/* A grant record as it stands in the hub's tables. */
struct stated_grant {
	uint64_t opened, held, frozen, closed;
};

/* False, with the first breach kept. */
bool judge_breach(struct judge *judge, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A fault of the hub's machine, not of the hub: none is expected here. */
void judge_must(struct judge *judge, enum status status,
    const struct error *err);

uint64_t stated_id(const struct record *record, const char *column);

/* Calls visit for each grant of dossier to school; returns how many. */
typedef void stated_visitor(void *context, const struct stated_grant *grant);

uint32_t stated_grants(struct judge *judge, uint64_t school, uint64_t dossier,
    stated_visitor *visit, void *context);

#endif
