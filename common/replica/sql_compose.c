#include "common/replica/sql_compose.h"

#include "common/replica/replica_private.h"

void
sql_text_add(struct sql_text *text, const char *part)
{
	if (text->status == STATUS_OK)
		text->status =
		    buffer_append(&text->buffer, bytes_of_text(part));
}

void
sql_text_add_name(struct sql_text *text, const char *name)
{
	sql_text_add(text, "\"");
	sql_text_add(text, name);
	sql_text_add(text, "\"");
}

enum status
sql_text_prepare(struct sql_text *text, struct replica *replica,
    struct sql *sql, struct error *err)
{
	struct bytes view = buffer_view(&text->buffer);
	int result = SQLITE_NOMEM;

	*sql = (struct sql){ .replica = replica };
	if (text->status == STATUS_OK)
		result = sqlite3_prepare_v2(replica->database,
		    (const char *)view.data, (int)view.size, &sql->statement,
		    NULL);
	buffer_deinit(&text->buffer);
	if (result != SQLITE_OK)
		return sql_error(replica->database, result, err);
	return STATUS_OK;
}

void
sql_text_finalize(struct sql *sql)
{
	sqlite3_finalize(sql->statement);
	sql->statement = NULL;
}
