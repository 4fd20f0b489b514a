#include "common/replica/search.h"

#include <ctype.h>

#include "common/replica/sql.h"

/* Letters and digits of any script; what else there is separates words. */
static bool
is_word_byte(uint8_t byte)
{
	return byte >= 0x80 || isalnum(byte);
}

const char *const search_columns[] = { "forename", "surname",
	"preferred_forename", "preferred_surname", "former_forename",
	"former_surname", "middle_names", "upn", NULL };

static enum status
add(struct buffer *query, const char *text)
{
	return buffer_append(query, bytes_of_text(text));
}

/* `{forename surname} : (`, with the columns that are asked. */
static enum status
add_columns(struct buffer *query, uint32_t columns)
{
	enum status status = add(query, "{");

	for (int i = 0; status == STATUS_OK && search_columns[i] != NULL; i++) {
		if ((columns & 1U << i) == 0)
			continue;
		status = add(query, search_columns[i]);
		if (status == STATUS_OK)
			status = add(query, " ");
	}
	return status == STATUS_OK ? add(query, "} : (") : status;
}

/* `Okafor L` becomes `"Okafor"* "L"*`: every word begins one of the pupil's.
 * Words hold no quotation mark, so nothing in them is taken for syntax. */
static enum status
add_words(struct bytes text, struct buffer *query, bool *any)
{
	enum status status = STATUS_OK;

	while (text.size > 0 && status == STATUS_OK) {
		size_t length = 0;

		while (length < text.size && is_word_byte(text.data[length]))
			length++;
		if (length > 0) {
			*any = true;
			status = add(query, "\"");
			if (status == STATUS_OK)
				status = buffer_append(query,
				    (struct bytes){ text.data, length });
			if (status == STATUS_OK)
				status = add(query, "\"* ");
		}
		bytes_advance(&text, length > 0 ? length : 1);
	}
	return status;
}

enum status
search_pupils_among(struct replica *replica, uint32_t columns,
    struct bytes text, uint32_t limit, search_visitor *visit, void *context,
    struct error *err)
{
	struct buffer query = { 0 };
	bool any = false;
	struct sql *sql;
	enum status status;

	status = add_columns(&query, columns);
	if (status == STATUS_OK)
		status = add_words(text, &query, &any);
	if (status == STATUS_OK)
		status = add(&query, ")");
	if (status != STATUS_OK || !any || columns == 0) {
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

enum status
search_pupils(struct replica *replica, struct bytes text, uint32_t limit,
    search_visitor *visit, void *context, struct error *err)
{
	return search_pupils_among(replica, UINT32_C(0xff), text, limit, visit,
	    context, err);
}
