/*
 * How one job of a night ended.
 *
 *	{"job": "backup", "grade": "ok", "sentence": "...", "ms": 1234,
 *	 "numbers": {"commits": 17, ...}, "details": ["...", ...], "more": 0}
 *
 * Sentences are for the administrator: schools and computers have names in
 * them, children never.
 */
#ifndef SERVER_NIGHT_OUTCOME_H
#define SERVER_NIGHT_OUTCOME_H

#include <jansson.h>
#include <stdint.h>

#include "protocol/status.h"

/* name, word */
#define NIGHT_GRADE_LIST(X)   \
	X(OK, "ok")           \
	X(WARNING, "warning") \
	X(FAILED, "failed")

enum night_grade {
#define NIGHT_GRADE_ENUM(name, word) NIGHT_##name,
	NIGHT_GRADE_LIST(NIGHT_GRADE_ENUM)
#undef NIGHT_GRADE_ENUM
};

enum {
	NIGHT_DETAILS = 50 /* sentences; what is beyond is counted */
};

const char *night_grade_word(enum night_grade grade);

struct night_outcome {
	const char *job; /* a constant word */
	enum night_grade grade;
	char sentence[ERROR_TEXT_BYTES];
	uint64_t ms; /* how long it took */
	json_t *numbers;
	json_t *details;
	uint64_t more; /* details that are left out */
};

/* Of a job that has said nothing yet. */
void outcome_init(struct night_outcome *outcome, const char *job);

void outcome_deinit(struct night_outcome *outcome);

/* The sentence, in place of the former; the grade is at least that.  A text
 * that is not UTF-8 to its end (it was cut) is mended. */
void outcome_say(struct night_outcome *outcome, enum night_grade grade,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* It failed for that; what could not be done is what. */
void outcome_fail(struct night_outcome *outcome, const char *what,
    const struct error *err);

/* A number or a word that other nights are compared by. */
void outcome_count(struct night_outcome *outcome, const char *name,
    uint64_t count);

void outcome_word(struct night_outcome *outcome, const char *name,
    const char *word);

/* One more thing to know, in a sentence; the grade is at least that. */
void outcome_add(struct night_outcome *outcome, enum night_grade grade,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A new reference. */
json_t *outcome_json(const struct night_outcome *outcome);

#endif
