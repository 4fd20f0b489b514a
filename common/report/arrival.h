/*
 * The arrival check: "180 expected, 176 on roll, 4 to chase".
 */
#ifndef COMMON_REPORT_ARRIVAL_H
#define COMMON_REPORT_ARRIVAL_H

#include "common/report/day.h"

struct arrival {
	uint64_t school;
	uint32_t expected;
	uint32_t on_roll;
	uint32_t to_chase;
};

/* A child to chase.  subject is an expected_pupil or an envelope. */
struct arrival_child {
	uint64_t subject;
	uint64_t from_school; /* 0: not known */
};

typedef bool arrival_visitor(void *context, const struct arrival_child *child);

/*
 * The children who start at the school in September of year: who is on its
 * list, and who has been announced to it by an open or accepted transfer; each
 * child once.  On roll is who was marked so, or has an enrolment there that has
 * begun by today.  visit may be NULL; by id.
 */
enum status arrival_check(struct replica *replica, uint64_t school, int year,
    int32_t today, struct arrival *arrival, arrival_visitor *visit,
    void *context, struct error *err);

#endif
