#include "client/import/heading.h"

#include <string.h>

bool
heading_needs_pupil(const struct collection *collection)
{
	return (collection->dossiers & DOSSIER_KIND_PUPIL) != 0 &&
	       strcmp(collection->name, "pupil") != 0;
}

static const struct column *
find_column(const struct collection *collection, struct bytes text)
{
	const struct column *column = collection_column(collection, text);
	char label[64];

	if (column != NULL)
		return column;
	for (column = collection->columns; column->name != NULL; column++)
		if (bytes_equal_text_any_case(text, column->name) ||
		    bytes_equal_text_any_case(text,
			column_label(column, label, sizeof(label))))
			return column;
	return NULL;
}

static enum status
read_field(const struct collection *collection, struct bytes text,
    struct heading *heading, struct error *err)
{
	const struct column *column = find_column(collection, text);
	enum heading_kind kind = HEADING_COLUMN;

	if (column != NULL && (column->flags & COLUMN_ARBITRATED) != 0)
		return error_set(err, STATUS_USAGE,
		    "the heading \"%s\" cannot be imported: the hub decides "
		    "on it",
		    column->name);
	if (column == NULL && bytes_equal_text_any_case(text, "id"))
		kind = HEADING_ID;
	else if (column == NULL && heading_needs_pupil(collection) &&
		 bytes_equal_text_any_case(text, "pupil"))
		kind = HEADING_PUPIL;
	else if (column == NULL && heading_needs_pupil(collection) &&
		 bytes_equal_text_any_case(text, "upn"))
		kind = HEADING_UPN;
	else if (column == NULL)
		return error_set(err, STATUS_USAGE,
		    "the heading \"%.*s\" is no column of %s",
		    (int)(text.size < 60 ? text.size : 60),
		    (const char *)text.data, collection->name);
	for (uint32_t i = 0; i < heading->count; i++)
		if (heading->fields[i].kind == kind &&
		    heading->fields[i].column == column)
			return error_set(err, STATUS_USAGE,
			    "the heading \"%.*s\" stands twice",
			    (int)(text.size < 60 ? text.size : 60),
			    (const char *)text.data);
	heading->fields[heading->count].kind = kind;
	heading->fields[heading->count].column = column;
	heading->count++;
	return STATUS_OK;
}

enum status
heading_read(const struct collection *collection, const struct csv_row *row,
    struct heading *heading, struct error *err)
{
	bool says_where = !heading_needs_pupil(collection);
	enum status status = STATUS_OK;

	heading->count = 0;
	if (row->fault != NULL)
		return error_set(err, STATUS_USAGE,
		    "the line of headings cannot be read: %s", row->fault);
	for (uint32_t i = 0; i < row->field_count && status == STATUS_OK; i++)
		status = read_field(collection, bytes_trimmed(row->fields[i]),
		    heading, err);
	for (uint32_t i = 0; i < heading->count; i++)
		says_where |= heading->fields[i].kind != HEADING_COLUMN;
	if (status == STATUS_OK && !says_where)
		return error_set(err, STATUS_USAGE,
		    "a heading \"upn\" or \"pupil\" is needed, to say whose "
		    "each row is");
	return status;
}
