/*
 * History: every write to a record, oldest first, with who and when.
 */
#ifndef COMMON_REPLICA_HISTORY_H
#define COMMON_REPLICA_HISTORY_H

#include "common/replica/replica.h"
#include "protocol/commit.h"

struct history_entry {
	uint64_t change;
	uint64_t commit;
	uint64_t author;
	uint32_t site;
	uint64_t stamp;
	uint64_t received_ms; /* the hub's time; 0: it waits */
	uint64_t sequence;    /* 0: it waits */
	bool created;         /* this change created the record */
	bool redacted;
	const struct field_write *field; /* one entry a field */
	bool is_head;
};

/* Borrowed for the call.  Return false to stop. */
typedef bool history_visitor(void *context, const struct history_entry *entry);

/* In the order of stamps.  Redacted values are null. */
enum status history_each(struct replica *replica, uint64_t record,
    history_visitor *visit, void *context, struct error *err);

#endif
