/*
 * Import: records from a Common Transfer File (CTF) or a CSV file.
 *
 *	encoding.h   which characters the bytes of a CTF are
 *	ctf.h	     the file as a stream of pupils, each a tree of elements
 *	plan.h	     a pupil's elements as records, by the catalogue's paths
 *	merge.h	     what is planned beside what is here
 *	csv.h	     rows of RFC 4180
 *
 * What is empty here is filled; what is equal stays; what differs is proposed
 * and left for a person.  Pupils are matched on UPN alone, contacts never by
 * name.  What is doubtful is told and not written.  A file imported twice
 * changes nothing the second time.
 *
 * Every pupil (or row) is a commit of its own dossier.  They are made durable
 * in groups; when the import fails, those before the last group stand, and the
 * same file can simply be imported again.
 */
#ifndef CLIENT_IMPORT_IMPORT_H
#define CLIENT_IMPORT_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/replica/replica.h"

/* In the order of how much a person has to do. */
enum import_outcome {
	IMPORT_UNCHANGED, /* all of it is here already */
	IMPORT_CREATED,
	IMPORT_UPDATED,
	IMPORT_PERSON,  /* nothing was written: a person has to decide */
	IMPORT_REFUSED, /* nothing was written: it cannot be read */
};

enum import_remark_kind {
	REMARK_NOTE,   /* good to know */
	REMARK_PERSON, /* not written: a person has to decide */
	REMARK_ERROR,  /* not written: it cannot be read */
};

/* What made the import ask for a person; a set in import_options.accept. */
enum import_doubt {
	DOUBT_NONE = 0,
	DOUBT_DESTINATION = 1, /* the file is meant for another school */
	DOUBT_NO_UPN = 2,
	DOUBT_TEMPORARY_UPN = 4,
	DOUBT_UPN_LETTER = 8,
	/* the following cannot be accepted, only looked into */
	DOUBT_IDENTITY = 16,   /* known UPN, other surname or birth date */
	DOUBT_FORMER_UPN = 32, /* is another pupil's UPN */
	DOUBT_HELD_ELSEWHERE = 64,
	DOUBT_TWICE = 128, /* the UPN is here twice */
	DOUBTS_ACCEPTABLE = DOUBT_DESTINATION | DOUBT_NO_UPN |
	                    DOUBT_TEMPORARY_UPN | DOUBT_UPN_LETTER,
};

/* One sentence for a person, in plain English. */
struct import_remark {
	enum import_remark_kind kind;
	enum import_doubt doubt;
	const char *text;
	/* Of a proposal: where, and what the file says; else NULL and null. */
	const struct collection *collection;
	const struct column *column;
	uint64_t record;
	struct value proposed;
};

/*
 * One pupil of a CTF or row of a CSV; number 0 (told first) is the whole file.
 * It holds personal data: for the person who imports, never for a log.
 */
struct import_report {
	uint32_t number;  /* the pupil's place, or the row's line; from 1 */
	const char *name; /* "Teodora Okafor-Lane", "line 7" */
	enum import_outcome outcome;
	uint64_t record;  /* what was matched or created; 0: none */
	uint32_t written; /* records that were created or changed */
	const struct import_remark *remarks;
	uint32_t remark_count;
};

/* Everything in the report is borrowed for the call. */
typedef void import_reporter(void *context, const struct import_report *report);

/* bytes read so far; false cancels (STATUS_CANCELLED; what is durable
 * stays). */
typedef bool import_progress(void *context, uint64_t bytes);

/* Fill room with up to size bytes; *got = 0 at the end. */
typedef enum status import_source(void *context, uint8_t *room, size_t size,
    size_t *got, struct error *err);

struct import_options {
	struct replica *replica; /* of a joined client; no transaction open */
	uint64_t author;         /* staff record; 0: none */
	uint64_t now_ms;
	bool dry_run;    /* report all, keep nothing */
	uint32_t accept; /* enum import_doubt: a person has looked at these */
	uint32_t only;   /* this pupil or line alone; 0: all */
	const char *ctf_version;   /* the current one; NULL: "25.0" */
	import_reporter *report;   /* may be NULL */
	import_progress *progress; /* may be NULL */
	void *context;             /* of both */
};

struct import_totals {
	uint32_t read;
	uint32_t created;
	uint32_t updated;
	uint32_t unchanged;
	uint32_t person;         /* nothing of them was written */
	uint32_t refused;        /* likewise */
	uint32_t remarks_person; /* single values left for a person */
};

/*
 * file_name is the name as it came (a path is cut to its last part).
 * STATUS_INVALID: it is no CTF, or not well-formed from some line on (what
 * came before is imported); STATUS_TOO_LARGE: a pupil beyond the limits;
 * else what the replica or the source says.  totals are right in any case.
 */
enum status import_ctf(const struct import_options *options,
    const char *file_name, import_source *source, void *source_context,
    struct import_totals *totals, struct error *err);

/*
 * The first row names columns, by name or label.  A column "id" names an
 * existing record: what differs is then replaced, for a person wrote it so.
 * Without it rows are matched by the collection's duplicate key (pupils on UPN
 * alone), and failing one by all their values.  Empty fields say nothing.  A
 * reference is an id, for a school also an LAEstab, for a pupil a UPN; a
 * collection of a pupil's dossier needs a column "pupil" or "upn".
 * STATUS_USAGE: the collection or a heading is not known, or cannot be
 * imported.  Bad rows are reported with their line, good ones are taken.
 */
enum status import_csv(const struct import_options *options,
    const char *collection, import_source *source, void *source_context,
    struct import_totals *totals, struct error *err);

/* The same from files. */
enum status import_ctf_file(const struct import_options *options,
    const char *path, struct import_totals *totals, struct error *err);

enum status import_csv_file(const struct import_options *options,
    const char *collection, const char *path, struct import_totals *totals,
    struct error *err);

/* "created", "needs a person" */
const char *import_outcome_text(enum import_outcome outcome);

/* "temporary_upn", as a person names it to accept it; DOUBT_NONE when it is
 * no doubt, or none that may be accepted. */
enum import_doubt import_doubt_parse(struct bytes text);

const char *import_doubt_name(enum import_doubt doubt);

#endif
