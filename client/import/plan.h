/*
 * A pupil's elements as records of the catalogue.
 *
 * Collections and columns say in the catalogue where in a CTF they are found
 * (collection.ctf, column.ctf), so a new column with a path is imported
 * without a line of code.  Only circumstances, which lie in three places, and
 * former UPNs are known here.  An element that finds no place is kept as text:
 * the remainder.
 */
#ifndef CLIENT_IMPORT_PLAN_H
#define CLIENT_IMPORT_PLAN_H

#include "client/import/element.h"
#include "client/import/remarks.h"

enum {
	PLAN_RECORDS = 2000,
	PLAN_REMAINDER_CHARACTERS = 16000, /* what ctf_import.remainder takes */
	PLAN_DIGEST_BYTES = 32,
};

struct plan_record {
	const struct collection *collection;
	struct value *values; /* one a column, null where nothing is said */
	struct plan_record *next;
};

/* Everything in it lives in the arena, or in the elements. */
struct plan {
	struct plan_record pupil;    /* its only record of that collection */
	struct plan_record *records; /* the others, in the catalogue's order */
	struct plan_record **end;
	uint32_t record_count;
	struct bytes remainder; /* "Path: text" lines; may be empty */
	uint8_t digest[PLAN_DIGEST_BYTES];
};

/*
 * source_laestab: the school that wrote the file, or empty.  What cannot be
 * read becomes a remark and stays in the remainder.  Fails only for want of
 * memory, or (STATUS_TOO_LARGE) beyond PLAN_RECORDS.
 */
enum status plan_make(struct element *pupil, struct bytes source_laestab,
    struct arena *arena, struct remarks *remarks, struct plan *plan,
    struct error *err);

/* The value of a column by name; null for one that is not there. */
struct value plan_value(const struct plan_record *record, const char *column);

/* --- for the parts of this module ----------------------------------------- */

enum status plan_add_record(struct plan *plan, struct arena *arena,
    const char *collection, struct plan_record **out, struct error *err);

/* Set a column to what element says; NULL or empty: nothing.  A text that
 * does not fit is told, and not used. */
enum status plan_set(struct plan_record *record, const char *column,
    struct element *element, struct arena *arena, struct remarks *remarks,
    struct error *err);

void plan_set_text(struct plan_record *record, const char *column,
    const char *text);

enum status plan_circumstances(struct element *pupil, struct plan *plan,
    struct arena *arena, struct remarks *remarks, struct error *err);

#endif
