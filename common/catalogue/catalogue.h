/*
 * The catalogue: one declaration of every collection and column.  Storage, the
 * hub's checks, the command line and the pages all derive from it.
 *
 * partnership.c, school.c and pupil.c declare the collections of their kind of
 * dossier, codes.c the code sets.  Adding a collection or a column is one
 * entry in one of these; a column never changes type or meaning, is never taken
 * away, and never joins the tie of an older one.
 */
#ifndef COMMON_CATALOGUE_CATALOGUE_H
#define COMMON_CATALOGUE_CATALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"
#include "protocol/value.h"

enum dossier_kind {
	DOSSIER_KIND_PARTNERSHIP = 1,
	DOSSIER_KIND_SCHOOL = 2,
	DOSSIER_KIND_PUPIL = 4,
	DOSSIER_KIND_SAFEGUARDING = 8,
};

enum column_type {
	COLUMN_TEXT,      /* max = characters */
	COLUMN_INTEGER,   /* min_value .. max_value */
	COLUMN_REAL,      /* min_value .. max_value */
	COLUMN_DATE,      /* "2026-07-21" */
	COLUMN_MOMENT,    /* "2026-07-21T09:30:00Z" */
	COLUMN_BLOB,      /* min .. max bytes */
	COLUMN_REFERENCE, /* the id of a record of collection `refers` */
	COLUMN_ID,        /* an identifier of anything else */
	COLUMN_CODE,      /* a code of the set `codes`; text */
};

enum column_flag {
	COLUMN_REQUIRED = 1,
	COLUMN_ARBITRATED = 2,
	COLUMN_ONCE = 4,          /* filled once, never replaced */
	COLUMN_SPECIAL = 8,       /* special category, or as grave */
	COLUMN_CONFIDENTIAL = 16, /* an identifier not to be shown about */
	COLUMN_OFF = 32,          /* kept, not shown or written by default */
};

/* Schools' rights, checked by the hub.  A set of these for each of insert,
 * update and delete; and for single columns. */
enum right {
	RIGHT_HUB = 1,         /* the hub itself */
	RIGHT_HOLDER = 2,      /* the school that holds the dossier */
	RIGHT_DESTINATION = 4, /* a destination that answered "ours" */
	RIGHT_ANY = 8,         /* each school that has the dossier */
	RIGHT_AUTHOR = 16,     /* the school whose site created the record */
	RIGHT_OWN = 32,        /* the school of a school/S dossier, or whose
				   `school` column the record bears */
	RIGHT_NONMEMBER = 64,  /* any, where the record says member = N */
	RIGHT_SENDER = 128,    /* hold, while the receiver is no member */
	RIGHT_NONMEMBER_AUTHOR = 256, /* author, where member = N */
};

/* People's roles, checked by the school's own program. */
enum role {
	ROLE_LEAD = 1, /* or deputy */
	ROLE_HEAD = 2,
	ROLE_SENCO = 4,
	ROLE_YEAR = 8, /* head of year, transition lead */
	ROLE_OFFICE = 16,
	ROLE_TEACHER = 32, /* or assistant */
	ROLE_ADMINISTRATOR = 64,
	ROLE_ALL = 127,
	ROLE_NOBODY = 256 /* it is the program's alone */
};

struct code {
	const char *code;
	const char *label;
	uint32_t roles; /* of `kind`: who sees such records; 0: as collection */
};

/* An unknown code is kept as it came, and flagged; closed sets (state machines
 * and yn) refuse it. */
struct code_set {
	const char *name;
	const struct code *codes; /* ends with {NULL, NULL} */
	bool closed;
};

/*
 * ctf of a column is a path of elements: "Surname"; "/A/B" from Pupil, "../A"
 * beside the collection's element, "." its own text; "LEA+Estab" two put
 * together; "Phone[H]/PhoneNo" that whose TelephoneType is H, "[*]" that of a
 * type which no other column names.
 */
struct column {
	const char *name;
	enum column_type type;
	uint32_t flags; /* enum column_flag */
	uint32_t min;   /* bytes of a blob */
	uint32_t max;   /* characters of a text, bytes of a blob */
	double min_value;
	double max_value;
	const char *label; /* NULL: the name, spaces for underscores */
	const char *tie;   /* columns with one tie are one field; or NULL */
	const char *refers;
	const struct code_set *codes;
	const char *ctf; /* where below the collection's path; or NULL */
	uint32_t roles;  /* who may see and write it; 0 as the collection */
	uint32_t update_also; /* enum right: who else may update this column */
	uint32_t since; /* the catalogue version that brought it; 0 is 1 */
};

struct collection {
	const char *name;
	const char *label; /* "Family meetings" */
	uint32_t dossiers; /* enum dossier_kind; a few lie in several */
	const struct column *columns; /* ends with a NULL name */
	uint32_t insert_rights;
	uint32_t update_rights;
	uint32_t delete_rights; /* 0: never deleted */
	bool append_only;       /* no column is ever replaced */
	bool author_none;       /* commits on it name no author */
	uint32_t flags; /* COLUMN_SPECIAL, COLUMN_CONFIDENTIAL: all of it */
	/* In a safeguarding dossier it is ROLE_LEAD, whatever stands here. */
	uint32_t roles;
	uint32_t roles_own;   /* who sees and writes only what is theirs */
	uint32_t roles_write; /* who of those writes; 0: all of them */
	const char *ctf;      /* path below Pupil, "" itself; or NULL */
	/* "laestab,entry_date" proposes equals; "upn|a,b": upn, else a and b */
	const char *duplicate_key;
	uint32_t since;
};

/* Of the catalogue in force (in_force.h); HELLO and WELCOME announce it. */
uint32_t catalogue_version(void);

/* All collections, in the order in which they are declared. */
const struct collection *catalogue_collections(uint32_t *count);

/* NULL when this program does not know it. */
const struct collection *catalogue_collection(struct bytes name);

/* NULL likewise.  `deleted` is not a column of the catalogue. */
const struct column *collection_column(const struct collection *collection,
    struct bytes name);

uint32_t collection_column_count(const struct collection *collection);

/* The place of column among the columns, as a small number. */
uint32_t collection_column_index(const struct collection *collection,
    const struct column *column);

/* The name of the field that column belongs to: its tie, or its own name. */
const char *column_field(const struct column *column);

/* Whether any column of that field is arbitrated. */
bool collection_field_is_arbitrated(const struct collection *collection,
    const char *field);

/* The label to show; text of static storage, or in buffer. */
const char *column_label(const struct column *column, char *buffer,
    size_t buffer_bytes);

/*
 * Whether value may stand in column.  Null always may (required is a matter of
 * completeness, checked when a record is created).  STATUS_INVALID tells what
 * the column takes: `birth_date: "19/1/2015": a date like 2015-01-19 is
 * needed`.  The value itself is quoted only when the column is neither special
 * nor confidential.  A code unknown to an open set is taken (see below).
 */
enum status column_check(const struct column *column, const struct value *value,
    struct error *err);

/* Whether it is a code that an open set does not know. */
bool column_code_is_unknown(const struct column *column,
    const struct value *value);

/*
 * The value that a person or a file means by text: "" is null, digits for an
 * integer, hexadecimal for a blob, Y/true/1 for yn, spaces trimmed.  Borrowed
 * text stays borrowed; blobs and changed text are in arena.
 */
enum status column_parse(const struct column *column, struct bytes text,
    struct arena *arena, struct value *value, struct error *err);

/* A digest of all names and types: when it changes, tables are folded anew. */
uint64_t catalogue_fingerprint(void);

/* UPN and ULN by their check letter and digit.  A temporary UPN is valid. */
bool upn_is_valid(struct bytes upn);

bool upn_is_temporary(struct bytes upn);

bool uln_is_valid(struct bytes uln);

/* 3 + 4 digits. */
bool laestab_is_valid(struct bytes laestab);

#endif
