/*
 * How the tables of the catalogue are written: one column a line, so that a
 * table reads like a row of a page.  Only the files of this folder include it.
 *
 *	TEXT("surname", IS(REQUIRED), CTF("Surname")),
 *
 * A kind of column comes first, then its own limits, its name, and whatever
 * else is said of it.
 */
#ifndef COMMON_CATALOGUE_DECLARE_H
#define COMMON_CATALOGUE_DECLARE_H

#include <stddef.h>

#include "common/catalogue/catalogue.h"

enum {
	/* Raised by one with every addition; a new entry's `since` is this. */
	CATALOGUE_VERSION = 2
};

/* Exact in a double, and more than any count will ever be. */
#define COUNT_MAX 9007199254740991.0

#define TEXT(...)  TEXT_MAX(100, __VA_ARGS__)
#define NOTE(...)  TEXT_MAX(500, __VA_ARGS__)
#define PROSE(...) TEXT_MAX(8000, __VA_ARGS__)
#define TEXT_MAX(most, ...)                                             \
	{                                                               \
		.type = COLUMN_TEXT, .max = (most), .name = __VA_ARGS__ \
	}
#define INTEGER(least, most, ...)                             \
	{                                                     \
		.type = COLUMN_INTEGER, .min_value = (least), \
		.max_value = (most), .name = __VA_ARGS__      \
	}
#define COUNT(...) INTEGER(1, COUNT_MAX, __VA_ARGS__)
#define REAL(least, most, ...)                             \
	{                                                  \
		.type = COLUMN_REAL, .min_value = (least), \
		.max_value = (most), .name = __VA_ARGS__   \
	}
#define DATE(...)                                        \
	{                                                \
		.type = COLUMN_DATE, .name = __VA_ARGS__ \
	}
#define MOMENT(...)                                        \
	{                                                  \
		.type = COLUMN_MOMENT, .name = __VA_ARGS__ \
	}
#define BLOB(bytes, ...)                                             \
	{                                                            \
		.type = COLUMN_BLOB, .min = (bytes), .max = (bytes), \
		.name = __VA_ARGS__                                  \
	}
#define BLOB_MAX(most, ...)                                             \
	{                                                               \
		.type = COLUMN_BLOB, .max = (most), .name = __VA_ARGS__ \
	}
#define REFERENCE(collection, ...)                                \
	{                                                         \
		.type = COLUMN_REFERENCE, .refers = (collection), \
		.name = __VA_ARGS__                               \
	}
#define ID(...)                                        \
	{                                              \
		.type = COLUMN_ID, .name = __VA_ARGS__ \
	}
#define CODE(set, ...)                                      \
	{                                                   \
		.type = COLUMN_CODE, .codes = &codes_##set, \
		.name = __VA_ARGS__                         \
	}
#define YES_NO(...) CODE(yn, __VA_ARGS__)
#define COLUMNS_END          \
	{                    \
		.name = NULL \
	}

#define IS(set)          .flags = (set)
#define TIE(field)       .tie = (field)
#define LABEL(text)      .label = (text)
#define CTF(path)        .ctf = (path)
#define SEEN_BY(set)     .roles = (set)
#define WRITTEN_BY(set)  .roles_write = (set)
#define UPDATED_ALSO(by) .update_also = (by)

/* Who may insert, update and delete; append-only takes only an insert. */
#define RIGHTS(insert, update, delete)                        \
	.insert_rights = (insert), .update_rights = (update), \
	.delete_rights = (delete)
#define APPENDED_BY(insert) .insert_rights = (insert), .append_only = true

enum declare_flag {
	REQUIRED = COLUMN_REQUIRED,
	ARBITRATED = COLUMN_ARBITRATED,
	ONCE = COLUMN_ONCE,
	SPECIAL = COLUMN_SPECIAL,
	CONFIDENTIAL = COLUMN_CONFIDENTIAL,
	OFF = COLUMN_OFF,
};

enum declare_right {
	NOBODY = 0,
	HUB = RIGHT_HUB,
	HOLDER = RIGHT_HOLDER,
	DESTINATION = RIGHT_DESTINATION,
	ANY = RIGHT_ANY,
	AUTHOR = RIGHT_AUTHOR,
	OWN = RIGHT_OWN,
	NONMEMBER = RIGHT_NONMEMBER,
	NONMEMBER_AUTHOR = RIGHT_NONMEMBER_AUTHOR,
	SENDER = RIGHT_SENDER,
};

/* The letters of the catalogue's page. */
enum declare_role {
	L = ROLE_LEAD,
	H = ROLE_HEAD,
	S = ROLE_SENCO,
	Y = ROLE_YEAR,
	O = ROLE_OFFICE,
	T = ROLE_TEACHER,
	A = ROLE_ADMINISTRATOR,
	LHSY = L | H | S | Y,
	LHSYO = LHSY | O,
};

/* Each ends with an entry whose name is NULL. */
extern const struct collection catalogue_partnership[];
extern const struct collection catalogue_school[];
extern const struct collection catalogue_pupil[];
extern const struct collection catalogue_transition[];

/* Code sets that more than one file uses. */
extern const struct code_set codes_yn;
extern const struct code_set codes_sex;
extern const struct code_set codes_nc_year;
extern const struct code_set codes_ethnicity;
extern const struct code_set codes_ethnicity_source;
extern const struct code_set codes_language;
extern const struct code_set codes_language_type;
extern const struct code_set codes_proficiency;
extern const struct code_set codes_enrol_status;
extern const struct code_set codes_relationship;
extern const struct code_set codes_telephone_type;
extern const struct code_set codes_sen_provision;
extern const struct code_set codes_sen_need;
extern const struct code_set codes_circumstance;
extern const struct code_set codes_role;
extern const struct code_set codes_move;
extern const struct code_set codes_abuse;

/* A set of our own, of one file. */
#define CODES_CLOSED(set, ...)                                               \
	const struct code_set codes_##set = {                                \
		.name = #set,                                                \
		.codes =                                                     \
		    (const struct code[]){ __VA_ARGS__, { NULL, NULL, 0 } }, \
		.closed = true,                                              \
	}
/* Ours, whose labels are the codes themselves. */
#define WORD(word)              \
	{                       \
#word, #word, 0 \
	}
#define WORDS(word, words)      \
	{                       \
#word, words, 0 \
	}

#endif
