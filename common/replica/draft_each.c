/*
 * What a draft writes, for those who judge it before it becomes a commit.
 */
#include "common/replica/draft_private.h"

static bool
visit_columns(const struct draft_record *record, draft_visitor *visit,
    void *context)
{
	for (uint32_t i = 0; i < record->column_count; i++) {
		const struct draft_write write = {
			.record = record->handle,
			.collection = record->collection,
			.column = &record->collection->columns[i],
			.value = &record->columns[i].value,
		};

		if (record->columns[i].set && !visit(context, &write))
			return false;
	}
	return true;
}

void
draft_each_write(const struct draft *draft, draft_visitor *visit, void *context)
{
	for (const struct draft_record *record = draft->records; record != NULL;
	     record = record->next) {
		const struct draft_write whole = {
			.record = record->handle,
			.collection = record->collection,
		};

		if ((record->handle < 0 ||
			record->deletion != DRAFT_DELETION_NONE) &&
		    !visit(context, &whole))
			return;
		if (!visit_columns(record, visit, context))
			return;
	}
}

const struct value *
draft_value(const struct draft *draft, int64_t handle,
    const struct column *column)
{
	const struct draft_column *slot;

	for (const struct draft_record *record = draft->records; record != NULL;
	     record = record->next) {
		if (record->handle != handle)
			continue;
		slot =
		    &record->columns[collection_column_index(record->collection,
			column)];
		return slot->set ? &slot->value : NULL;
	}
	return NULL;
}
