#include "common/replica/record.h"

static bool
note_id(void *context, const struct record *record)
{
	*(uint64_t *)context = record->id;
	return false;
}

enum status
record_find(struct replica *replica, const char *collection, const char *column,
    const struct value *value, uint64_t *id, struct error *err)
{
	struct record_filter filter = { .value = *value };
	struct record_query query = { .filters = &filter, .filter_count = 1 };
	enum status status;

	*id = 0;
	query.collection = catalogue_collection(bytes_of_text(collection));
	filter.column =
	    collection_column(query.collection, bytes_of_text(column));
	status = record_each(replica, &query, note_id, id, err);
	if (status == STATUS_OK && *id == 0)
		return error_set(err, STATUS_NOT_FOUND,
		    "there is no %s with that %s", collection, column);
	return status;
}
