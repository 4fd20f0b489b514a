/*
 * What the parts of the report share: reading the model, and words for what is
 * in it.  Private to common/report.
 */
#ifndef COMMON_REPORT_REPORT_PRIVATE_H
#define COMMON_REPORT_REPORT_PRIVATE_H

#include "common/report/report.h"

enum {
	WORDS_BYTES = 512,
	LISTED_MAX = 50, /* of one kind; the document has all */
	ARRIVAL_FIRST_MONTH = 9,
	ARRIVAL_LAST_MONTH = 10,
};

/* The text of a member, "" when there is none. */
const char *report_text(const json_t *object, const char *member);

uint64_t report_count(const json_t *object, const char *member);

/* Drop from the end what is no UTF-8: a character that was cut. */
void report_cut(char *text);

/* The sections "findings", then "deadlines". */
extern const char *const report_lists[2];
extern const char *const report_list_titles[2];

bool report_is_of_hub(const json_t *report);

/* "Monday 23 November 2026" */
void report_words_day(const json_t *report, char words[WORDS_BYTES]);

/* "Compared with the report of 22 November 2026." */
void report_words_compared(const json_t *report, char words[WORDS_BYTES]);

/* "4, of which 2 overdue and 1 due within 14 days; 3 new, 2 gone since 22
 * November 2026" */
void report_words_section(const json_t *report, const json_t *section,
    char words[WORDS_BYTES]);

/* Whether a section has something to tell. */
bool report_section_is_told(const json_t *section);

/* "Teodora Okafor-Lane", "not named here" */
void report_words_who(const json_t *item, char words[WORDS_BYTES]);

/* "Elm": the schools that it concerns besides the one whose report it is. */
void report_words_schools(const json_t *report, const json_t *item,
    char words[WORDS_BYTES]);

/* "12 days overdue, since 11 November 2026" */
void report_words_due(const json_t *item, char words[WORDS_BYTES]);

/* "Elm", "this school", "every school": who must act. */
const char *report_words_acts(const json_t *report, const json_t *item);

/* The school of a member, or what stands for none. */
const char *report_school_or(const json_t *object, const char *member,
    const char *none);

/* "Elm must act, with Oak: 3, of which 2 overdue" */
void report_words_group(const json_t *group, char words[WORDS_BYTES]);

/* "180 expected, 176 on roll, 4 to chase" */
void report_words_arrival(const json_t *arrival, char words[WORDS_BYTES]);

/* Whom a school has to chase: its children, or at the hub how many from which
 * school. */
const json_t *report_arrival_parts(const json_t *arrival);

/* Of that place: "Teodora Okafor-Lane, from Oak"; "3 from Oak"; behind the last
 * that is told "and 130 more".  False: there is nothing (more). */
bool report_words_chase(const json_t *parts, size_t place,
    char words[WORDS_BYTES]);

/* Whether an item is told one by one; those that have time are counted. */
bool report_item_is_told(const json_t *item, size_t told);

/* Text that grows; the first failure stays. */
struct report_out {
	struct buffer *buffer;
	enum status status;
};

void report_put(struct report_out *out, const char *text);

#endif
