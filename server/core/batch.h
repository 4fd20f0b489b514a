/*
 * Ledger rows gathered into the items of one frame.
 */
#ifndef SERVER_CORE_BATCH_H
#define SERVER_CORE_BATCH_H

#include "common/replica/ledger.h"
#include "protocol/message.h"

struct batch {
	struct replica *replica;
	struct arena *arena;
	uint32_t site;  /* whose own commits pass as numbers; 0: none do */
	uint32_t limit; /* bytes; a first item is taken whatever its size */
	struct item *items;
	uint32_t count;
	uint32_t capacity;
	uint32_t bytes;
	bool full;        /* something did not fit */
	uint64_t damaged; /* sequence of the last that was left out: its bytes
			     are not those of its digest; 0: none */
	enum status status;
};

/*
 * Copies the row, or says by false (and full, or status) that it stops.  What
 * is damaged nobody gets: it is passed over, and the night brings it to them
 * when it is whole again.
 */
bool batch_add(struct batch *batch, const struct ledger_row *row);

/* The same as a ledger_visitor. */
bool batch_visit(void *context, const struct ledger_row *row);

/* The place that the items reach: the last of them, or all when they are
 * everything up to end. */
uint64_t batch_reaches(const struct batch *batch, uint64_t end);

#endif
