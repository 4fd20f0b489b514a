/*
 * A digest over all folded tables: each row is hashed together with the digest
 * so far, tables in the order of the catalogue, rows in the order of their ids.
 */
#include <string.h>

#include "common/replica/check.h"
#include "common/replica/replica_private.h"
#include "common/replica/sql_compose.h"

static enum status
add_number(struct buffer *row, uint64_t number)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(number >> (8 * i));
	return buffer_append(row, (struct bytes){ bytes, sizeof(bytes) });
}

/* Type, then the number or the length and bytes: no two rows look alike. */
static enum status
add_value(struct buffer *row, const struct value *value)
{
	uint64_t bits;
	enum status status = add_number(row, (uint64_t)value->type);

	if (status != STATUS_OK)
		return status;
	switch (value->type) {
	case VALUE_NULL:
		return STATUS_OK;
	case VALUE_INTEGER:
		return add_number(row, (uint64_t)value->integer);
	case VALUE_REAL:
		memcpy(&bits, &value->real, sizeof(bits));
		return add_number(row, bits);
	case VALUE_TEXT:
	case VALUE_BLOB:
		break;
	}
	status = add_number(row, value->bytes.size);
	if (status == STATUS_OK)
		status = buffer_append(row, value->bytes);
	return status;
}

static enum status
add_rows(struct sql *sql, int columns, struct digest *digest, struct error *err)
{
	struct buffer row = { 0 };
	enum status status;

	while ((status = sql_step(sql, err)) == STATUS_OK) {
		buffer_clear(&row);
		status = buffer_append(&row,
		    (struct bytes){ digest->bytes, sizeof(digest->bytes) });
		for (int i = 0; status == STATUS_OK && i < columns; i++) {
			struct value value = sql_column_value(sql, i);

			status = add_value(&row, &value);
		}
		if (status != STATUS_OK) {
			error_set(err, status, "digest a row");
			break;
		}
		*digest = digest_of(buffer_view(&row));
	}
	buffer_deinit(&row);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
add_table(struct replica *replica, const struct collection *collection,
    struct digest *digest, struct error *err)
{
	struct sql_text text = { 0 };
	struct sql sql;
	int columns = 2;
	enum status status;

	sql_text_add(&text, "SELECT id, _dossier");
	for (const struct column *column = collection->columns;
	     column->name != NULL; column++, columns++) {
		sql_text_add(&text, ", ");
		sql_text_add_name(&text, column->name);
	}
	sql_text_add(&text, " FROM ");
	sql_text_add_name(&text, collection->name);
	sql_text_add(&text, " ORDER BY id");
	status = sql_text_prepare(&text, replica, &sql, err);
	if (status == STATUS_OK)
		status = add_rows(&sql, columns, digest, err);
	sql_text_finalize(&sql);
	return status;
}

enum status
check_tables_digest(struct replica *replica, struct digest *digest,
    struct error *err)
{
	const struct collection *collections;
	uint32_t count;
	enum status status = STATUS_OK;

	collections = catalogue_collections(&count);
	*digest = (struct digest){ 0 };
	for (uint32_t i = 0; status == STATUS_OK && i < count; i++) {
		/* An empty table counts too: its name goes in by itself. */
		struct digest name =
		    digest_of(bytes_of_text(collections[i].name));

		for (size_t b = 0; b < sizeof(digest->bytes); b++)
			digest->bytes[b] ^= name.bytes[b];
		status = add_table(replica, &collections[i], digest, err);
	}
	if (status != STATUS_OK)
		return error_wrap(err, "digest the tables");
	return STATUS_OK;
}
