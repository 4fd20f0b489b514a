/*
 * A planned pupil becomes part of what is here.  What is empty here is filled,
 * what differs is proposed; columns that are one field are filled together or
 * not at all, so that no address is made of two.
 */
#ifndef CLIENT_IMPORT_MERGE_H
#define CLIENT_IMPORT_MERGE_H

#include "client/import/compare.h"
#include "client/import/plan.h"
#include "client/import/writer.h"

/*
 * writer is set up for the pupil's dossier, a new or an existing one; nothing
 * is finished.  With `look` everything is compared and proposed as usual but
 * nothing is written (writer->dossier alone is used).
 */
enum status merge_pupil(struct writer *writer, bool look,
    const struct plan *plan, struct arena *arena, struct remarks *remarks,
    struct error *err);

/* The fields of one record: fill or propose. */
enum status merge_record(struct writer *writer, bool look,
    const struct collection *collection, const struct here *here,
    const struct value *planned, struct arena *arena, struct remarks *remarks,
    struct error *err);

#endif
