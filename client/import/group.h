/*
 * Pupils or rows are written in groups: one transaction for some of them, a
 * savepoint for each.  What cannot be written is taken back alone; what the
 * whole import fails on is taken back to the beginning of the group.
 */
#ifndef CLIENT_IMPORT_GROUP_H
#define CLIENT_IMPORT_GROUP_H

#include "client/import/remarks.h"

enum {
	GROUP_ITEMS = 32
};

struct group {
	const struct import_options *options;
	struct import_totals *totals;
	struct import_totals durable; /* what they were at the last COMMIT */
	struct remarks remarks;       /* of the present item */
	struct arena arena;           /* likewise */
	uint32_t items;
};

/* STATUS_BUSY while the first sync goes on: a child that is on its way here
 * would be taken for a new one. */
enum status group_init(struct group *group,
    const struct import_options *options, struct import_totals *totals,
    struct error *err);

/* Takes back what was not made durable. */
void group_deinit(struct group *group);

/* Begin an item: its remarks and arena are empty. */
enum status group_begin(struct group *group, struct error *err);

/* The item is done and stays, or is taken back (PERSON, REFUSED); it is
 * counted and reported.  remarks and outcome of report are filled in here. */
enum status group_end(struct group *group, enum import_outcome outcome,
    struct import_report *report, struct error *err);

/*
 * What status means for one item: the world's trouble ends the import (false);
 * a fault of the item becomes a remark (true).
 */
bool group_absorb(struct group *group, enum status status,
    const struct error *why);

enum status group_finish(struct group *group, struct error *err);

/* Report the whole file, as number 0. */
void group_report_file(struct group *group, const char *name,
    enum import_outcome outcome);

/* Feed a source to a reader, telling the progress. */
typedef enum status group_feeder(void *context, struct bytes bytes, bool last,
    struct error *err);

enum status group_read(const struct group *group, import_source *source,
    void *source_context, group_feeder *feed, void *feed_context,
    struct error *err);

#endif
