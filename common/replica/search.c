#include "common/replica/search.h"

#include <ctype.h>

#include "common/replica/sql.h"

/* Letters and digits of any script; what else there is separates words. */
static bool
is_word_byte(uint8_t byte)
{
	return byte >= 0x80 || isalnum(byte);
}

/* `Okafor L` becomes `"Okafor"* "L"*`: every word begins one of the pupil's.
 * Words hold no quotation mark, so nothing in them is taken for syntax. */
static enum status
make_query(struct bytes text, struct buffer *query)
{
	enum status status = STATUS_OK;

	while (text.size > 0 && status == STATUS_OK) {
		size_t length = 0;

		while (length < text.size && is_word_byte(text.data[length]))
			length++;
		if (length > 0) {
			status = buffer_append(query, bytes_of_text("\""));
			if (status == STATUS_OK)
				status = buffer_append(query,
				    (struct bytes){ text.data, length });
			if (status == STATUS_OK)
				status =
				    buffer_append(query, bytes_of_text("\"* "));
		}
		bytes_advance(&text, length > 0 ? length : 1);
	}
	return status;
}

enum status
search_pupils(struct replica *replica, struct bytes text, uint32_t limit,
    search_visitor *visit, void *context, struct error *err)
{
	struct buffer query = { 0 };
	struct sql *sql;
	enum status status;

	status = make_query(text, &query);
	if (status != STATUS_OK || query.size == 0) {
		buffer_deinit(&query);
		return status != STATUS_OK
		           ? error_set(err, status, "search for pupils")
		           : STATUS_OK;
	}
	sql = sql_use(replica, "SELECT rowid FROM search WHERE search MATCH ?1"
			       " ORDER BY rank, rowid LIMIT ?2");
	sql_bind_text(sql, 1, buffer_view(&query));
	sql_bind_integer(sql, 2, limit);
	while ((status = sql_step(sql, err)) == STATUS_OK)
		if (!visit(context, sql_column_id(sql, 0)))
			break;
	sql_release(sql);
	buffer_deinit(&query);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
