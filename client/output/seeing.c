#include "client/output/seeing.h"

#include "client/output/value.h"
#include "common/command/output.h"

void
seeing_begin(struct seeing *seeing, const struct viewer *viewer,
    struct bytes bytes)
{
	*seeing = (struct seeing){ .viewer = viewer };
	if (commit_decode(bytes, &seeing->arena, &seeing->commit,
		ERROR_IGNORED) != STATUS_OK)
		seeing->commit = (struct commit){ .change_count = 0 };
	seeing->all =
	    viewer->set_up || (seeing->commit.author != 0 &&
				  seeing->commit.author == viewer->staff);
}

void
seeing_end(struct seeing *seeing)
{
	arena_deinit(&seeing->arena);
}

static bool
sees_value(const struct seeing *seeing, const struct change *change,
    const struct column_value *value)
{
	const struct collection *collection =
	    catalogue_collection(change->collection);
	const struct column *column =
	    collection == NULL ? NULL
			       : collection_column(collection, value->column);

	return seeing->all ||
	       (column != NULL && view_may_see_write(seeing->viewer, collection,
				      seeing->commit.author, column));
}

bool
seeing_field(const struct seeing *seeing, const struct change *change,
    const struct field_write *field)
{
	for (uint32_t i = 0; i < field->value_count; i++)
		if (!sees_value(seeing, change, &field->values[i]))
			return false;
	return true;
}

bool
seeing_any(const struct seeing *seeing)
{
	for (uint32_t i = 0; i < seeing->commit.change_count; i++)
		for (uint32_t k = 0; k < seeing->commit.changes[i].field_count;
		     k++)
			if (seeing_field(seeing, &seeing->commit.changes[i],
				&seeing->commit.changes[i].fields[k]))
				return true;
	return seeing->all;
}

json_t *
seeing_json(const struct seeing *seeing)
{
	json_t *changes = json_array();

	for (uint32_t i = 0; i < seeing->commit.change_count; i++) {
		const struct change *change = &seeing->commit.changes[i];
		json_t *fields = json_array();

		for (uint32_t k = 0; k < change->field_count; k++)
			if (seeing_field(seeing, change, &change->fields[k]))
				json_array_append_new(fields,
				    output_values(catalogue_collection(
						      change->collection),
					change->fields[k].values,
					change->fields[k].value_count));
		json_array_append_new(changes,
		    json_pack("{s:o, s:o, s:o}", "collection",
			output_text(change->collection), "id",
			output_id(change->record), "fields", fields));
	}
	return changes;
}

struct looking {
	const struct viewer *viewer;
	uint64_t id;
	bool seen;
};

static bool
look_for(void *context, const struct pending_row *row)
{
	struct looking *looking = context;
	struct seeing seeing;

	if (row->id != looking->id)
		return true;
	seeing_begin(&seeing, looking->viewer, row->bytes);
	looking->seen = seeing_any(&seeing);
	seeing_end(&seeing);
	return false;
}

enum status
seeing_look(struct replica *replica, const struct viewer *viewer, uint64_t id,
    bool *seen, struct error *err)
{
	struct looking looking = { viewer, id, false };
	enum status status =
	    pending_each_aside(replica, look_for, &looking, err);

	*seen = looking.seen;
	return status;
}
