/*
 * Days as numbers, and school days: what a deadline "15 school days after
 * leaving" means for one school, by the term dates that it has told.
 */
#ifndef COMMON_REPORT_DAY_H
#define COMMON_REPORT_DAY_H

#include <stdint.h>

#include "common/replica/replica.h"

enum {
	DAY_NONE = INT32_MIN,
	DAY_TEXT_BYTES = 11 /* 2026-07-21 and NUL */
};

/* Days since 1970-01-01 of "2026-07-21", or of a moment that begins so;
 * DAY_NONE for anything else. */
int32_t day_of_text(struct bytes text);

int32_t day_of_unix_ms(uint64_t unix_ms);

/* "" for DAY_NONE */
void day_format(int32_t day, char text[DAY_TEXT_BYTES]);

/* "21 July 2026", as people write it; "" for DAY_NONE */
enum {
	DAY_WORDS_BYTES = 24
};

void day_format_words(int32_t day, char text[DAY_WORDS_BYTES]);

struct school_days;

/* The term dates of all schools. */
enum status school_days_load(struct replica *replica, struct school_days **out,
    struct error *err);

void school_days_destroy(struct school_days *days);

/*
 * Whether the school is open: a weekday in one of its terms, no closure, no
 * training day.  Where it has told no term from then on, weekdays count, but
 * for the summer holiday (25 July to 31 August).
 */
bool school_days_is_open(const struct school_days *days, uint64_t school,
    int32_t day);

/* The count-th school day after day. */
int32_t school_days_after(const struct school_days *days, uint64_t school,
    int32_t day, uint32_t count);

#endif
