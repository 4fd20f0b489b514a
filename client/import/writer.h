/*
 * Writing what one pupil or row brings, in as many commits as it takes.  The
 * caller's transaction keeps them together.
 */
#ifndef CLIENT_IMPORT_WRITER_H
#define CLIENT_IMPORT_WRITER_H

#include "common/replica/draft.h"

/* {0} with the first four filled in. */
struct writer {
	struct replica *replica;
	uint64_t author;
	uint64_t now_ms;
	uint64_t dossier;
	bool new_dossier; /* the first record inserted names it */
	struct draft *draft;
	int64_t first;     /* handle of the record that names a new dossier */
	size_t bytes;      /* of the draft, at most */
	uint32_t changes;  /* of the draft, at most */
	uint32_t records;  /* created and changed, in all */
	uint64_t changed;  /* the last record that was changed */
	int64_t last;      /* handle of the last record inserted */
	uint64_t inserted; /* its id, once its commit is made */
};

void writer_deinit(struct writer *writer);

/* values: one a column; null ones are left out. */
enum status writer_insert(struct writer *writer,
    const struct collection *collection, const struct value *values,
    struct error *err);

enum status writer_update(struct writer *writer, uint64_t record,
    const struct column *column, const struct value *value, struct error *err);

/* Make the last commit.  Then writer->dossier is right for a new dossier. */
enum status writer_finish(struct writer *writer, struct error *err);

#endif
