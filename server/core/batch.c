#include "server/core/batch.h"

#include <string.h>

#include "protocol/identifier.h"
#include "server/core/hub_write.h"

enum {
	BATCH_ITEM_BYTES = 32 /* of an item beside the commit, about */
};

static bool
batch_grow(struct batch *batch)
{
	uint32_t capacity = batch->capacity == 0 ? 16 : batch->capacity * 2;
	struct item *items;

	if (batch->count < batch->capacity)
		return true;
	items = arena_array(batch->arena, capacity, sizeof(*items));
	if (items == NULL) {
		batch->status = STATUS_NOMEM;
		return false;
	}
	if (batch->count > 0)
		memcpy(items, batch->items, batch->count * sizeof(*items));
	batch->items = items;
	batch->capacity = capacity;
	return true;
}

/* A site has what it wrote; but not what the hub wrote under its numbers. */
static bool
is_own(struct batch *batch, const struct ledger_row *row)
{
	bool consequence;

	if (batch->site == SITE_HUB || identifier_site(row->id) != batch->site)
		return false;
	batch->status = hub_write_is_consequence(batch->replica, row->id,
	    &consequence, NULL);
	return batch->status == STATUS_OK && !consequence;
}

/* What a redaction left is vouched for by nothing. */
static bool
is_sound(const struct ledger_row *row)
{
	struct digest digest;

	if (row->redacted)
		return true;
	digest = digest_of(row->bytes);
	return digest_equal(&digest, &row->digest);
}

bool
batch_add(struct batch *batch, const struct ledger_row *row)
{
	bool own = is_own(batch, row);
	size_t size = own ? 0 : row->bytes.size;
	struct item *item;
	uint8_t *copy;

	if (batch->status != STATUS_OK)
		return false;
	if (!own && !is_sound(row)) {
		batch->damaged = row->sequence;
		return true;
	}
	if (batch->count == LIMIT_BATCH_COMMITS ||
	    (batch->count > 0 &&
		batch->bytes + size + BATCH_ITEM_BYTES > batch->limit)) {
		batch->full = true;
		return false;
	}
	if (!batch_grow(batch))
		return false;
	item = &batch->items[batch->count];
	*item = (struct item){ .sequence = row->sequence,
		.received_ms = row->received_ms,
		.mark = row->mark,
		.id = row->id,
		.redacted = row->redacted && !own,
		.digest = row->digest };
	if (!own) {
		copy = arena_alloc(batch->arena, size);
		if (copy == NULL) {
			batch->status = STATUS_NOMEM;
			return false;
		}
		memcpy(copy, row->bytes.data, size);
		item->commit = (struct bytes){ copy, size };
	}
	batch->count++;
	batch->bytes += (uint32_t)size + BATCH_ITEM_BYTES;
	return true;
}

bool
batch_visit(void *context, const struct ledger_row *row)
{
	return batch_add(context, row);
}

uint64_t
batch_reaches(const struct batch *batch, uint64_t end)
{
	if (!batch->full)
		return end;
	return batch->items[batch->count - 1].sequence;
}
