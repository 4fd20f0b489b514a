/*
 * What there is: every collection and column that this person can see, so that
 * the page has a list and a form for each.
 */
#include <string.h>

#include "client/interface/interface_private.h"

static const char *
type_name(enum column_type type)
{
	static const char *const names[] = {
		[COLUMN_TEXT] = "text",
		[COLUMN_INTEGER] = "integer",
		[COLUMN_REAL] = "real",
		[COLUMN_DATE] = "date",
		[COLUMN_MOMENT] = "moment",
		[COLUMN_BLOB] = "blob",
		[COLUMN_REFERENCE] = "reference",
		[COLUMN_ID] = "id",
		[COLUMN_CODE] = "code",
	};

	return names[type];
}

static json_t *
codes_json(const struct code_set *set)
{
	json_t *codes;

	if (set == NULL)
		return json_null();
	codes = json_array();
	for (const struct code *code = set->codes; code->code != NULL; code++)
		json_array_append_new(codes,
		    json_pack("{s:s, s:s}", "code", code->code, "label",
			code->label));
	return codes;
}

static json_t *
column_json(const struct viewer *viewer, const struct collection *collection,
    const struct column *column)
{
	const struct rights_about about = { .collection = collection,
		.own = true };
	bool is_number =
	    column->type == COLUMN_INTEGER || column->type == COLUMN_REAL;
	bool is_bounded = is_number && column->min_value < column->max_value;
	char label[128];

	return json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:b, s:s?, "
			 "s:s?, s:b, s:b, s:b, s:b, s:b}",
	    "name", column->name, "label",
	    column_label(column, label, sizeof(label)), "type",
	    type_name(column->type), "required",
	    (column->flags & COLUMN_REQUIRED) != 0, "max",
	    column->max == 0 ? json_null() : json_integer(column->max),
	    "min_value",
	    is_bounded ? json_real(column->min_value) : json_null(),
	    "max_value",
	    is_bounded ? json_real(column->max_value) : json_null(), "codes",
	    codes_json(column->codes), "closed",
	    column->codes != NULL && column->codes->closed, "refers",
	    column->refers, "tie", column->tie, "arbitrated",
	    (column->flags & COLUMN_ARBITRATED) != 0, "once",
	    (column->flags & COLUMN_ONCE) != 0, "special",
	    (column->flags & COLUMN_SPECIAL) != 0, "off",
	    (column->flags & COLUMN_OFF) != 0, "may_write",
	    rights_may_write(viewer, &about, column));
}

static const char *
kind_name(const struct collection *collection)
{
	if ((collection->dossiers & DOSSIER_KIND_PUPIL) != 0)
		return "pupil";
	return (collection->dossiers & DOSSIER_KIND_SCHOOL) != 0
	           ? "school"
	           : "partnership";
}

static json_t *
collection_json(const struct viewer *viewer,
    const struct collection *collection)
{
	const struct rights_about about = { .collection = collection,
		.own = true };
	json_t *columns = json_array();

	for (const struct column *column = collection->columns;
	     column->name != NULL; column++)
		if (rights_may_see_some(viewer, collection, column))
			json_array_append_new(columns,
			    column_json(viewer, collection, column));
	return json_pack("{s:s, s:s, s:s, s:b, s:b, s:o}", "name",
	    collection->name, "label", collection->label, "kind",
	    kind_name(collection), "append_only", collection->append_only,
	    "may_create", rights_may_write(viewer, &about, NULL), "columns",
	    columns);
}

enum status
catalogue_show(struct call *call)
{
	json_t *array = json_array();
	const struct collection *all;
	uint32_t count;

	all = catalogue_collections(&count);
	for (uint32_t i = 0; i < count; i++)
		/* Safeguarding files have no room here yet. */
		if (all[i].dossiers != DOSSIER_KIND_SAFEGUARDING &&
		    rights_may_see_some(&call->viewer, &all[i], NULL))
			json_array_append_new(array,
			    collection_json(&call->viewer, &all[i]));
	return call_answer(call, 200, json_pack("{s:o}", "collections", array));
}
