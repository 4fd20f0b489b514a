/*
 * What a draft holds while it is written (draft.c) and while it becomes a
 * commit (draft_finish.c).
 */
#ifndef COMMON_REPLICA_DRAFT_PRIVATE_H
#define COMMON_REPLICA_DRAFT_PRIVATE_H

#include "common/replica/draft.h"
#include "common/replica/heads.h"
#include "protocol/commit.h"
#include "protocol/digest.h"

enum draft_deletion {
	DRAFT_DELETION_NONE,
	DRAFT_DELETE,
	DRAFT_UNDELETE
};

/* A column of a record, as it is now and as the draft writes it. */
struct draft_column {
	bool set;
	bool loaded; /* present was looked up */
	bool again;  /* is written even where it is that already */
	struct value value;
	struct value present; /* of the shown head */
};

/* A field that is written as given, by conflict_resolve. */
struct draft_given {
	struct field_write write;
	struct draft_given *next;
};

/* A record that the draft writes to; they stay in the order of first use. */
struct draft_record {
	int64_t handle; /* negative: new in this draft; else its id */
	uint64_t id;    /* after draft_finish */
	const struct collection *collection;
	uint32_t column_count;
	struct draft_column *columns; /* in the catalogue's order */
	struct record_heads heads;    /* of an existing record, as they are */
	bool gone;                    /* it is deleted now */
	enum draft_deletion deletion;
	struct draft_given *given;
	struct draft_record *next;
};

struct draft {
	struct replica *replica;
	struct arena arena;
	uint64_t dossier; /* 0 too while begins is true */
	enum dossier_kind kind;
	bool begins; /* the first record inserted names the dossier */
	bool finished;
	uint64_t author;
	uint32_t catalogue; /* nothing newer is written */
	struct draft_record *records;
	struct draft_record **tail;
	int64_t handles;    /* how many were given out */
	uint64_t ids_first; /* 0: take the site's own */
	bool has_mark;
	struct mark_key mark_key;
	uint64_t generation;
};

/* The heads of a field; no heads where it was never written. */
const struct field_heads *draft_field_heads(const struct draft_record *record,
    const char *field);

/* Whether the field that begins at this column is written: something in it is
 * set, and differs from the one head or settles several. */
bool draft_field_is_written(const struct draft_record *record, uint32_t first);

/* Whether column is the first of its field in the catalogue. */
bool draft_column_begins_field(const struct draft_record *record,
    uint32_t index);

/* Whether the hub knows yet what came with that catalogue version; 0 is 1. */
bool draft_may_write(const struct draft *draft, uint32_t since);

/* By handle or id; an existing record is opened at its first use. */
enum status draft_find_record(struct draft *draft, int64_t handle,
    struct draft_record **out, struct error *err);

/* Text and blobs are copied into the draft's arena. */
enum status draft_copy_value(struct draft *draft, const struct value *value,
    struct value *copy, struct error *err);

bool draft_deletion_is_written(const struct draft_record *record);

bool draft_record_is_written(const struct draft_record *record);

/*
 * Write a field of an existing record by these values, whatever the catalogue
 * says of them, in place of exactly write->replaces.  Copied.
 */
enum status draft_write_field(struct draft *draft, uint64_t record,
    const struct field_write *write, struct error *err);

#endif
