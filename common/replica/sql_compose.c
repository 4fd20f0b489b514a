#include "common/replica/sql_compose.h"

#include <stdlib.h>
#include <string.h>

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

/* --- texts that are kept ------------------------------------------------ */

struct sql_composed {
	struct sql_composed *next; /* in the same bucket */
	char text[];
};

static struct sql_composed **
bucket_of(struct sql_cache *cache, struct bytes text)
{
	uint32_t hash = 0;

	for (size_t i = 0; i < text.size; i++)
		hash = hash * 31 + text.data[i];
	return &cache->composed[hash % SQL_BUCKETS];
}

/* NULL when there is no memory. */
static const char *
keep(struct replica *replica, struct bytes text)
{
	struct sql_composed **bucket = bucket_of(&replica->cache, text);
	struct sql_composed *composed;

	for (composed = *bucket; composed != NULL; composed = composed->next)
		if (bytes_equal_text(text, composed->text))
			return composed->text;
	composed = malloc(sizeof(*composed) + text.size + 1);
	if (composed == NULL)
		return NULL;
	memcpy(composed->text, text.data, text.size);
	composed->text[text.size] = '\0';
	composed->next = *bucket;
	*bucket = composed;
	return composed->text;
}

struct sql *
sql_text_use(struct sql_text *text, struct replica *replica)
{
	const char *kept = NULL;

	if (text->status == STATUS_OK)
		kept = keep(replica, buffer_view(&text->buffer));
	buffer_deinit(&text->buffer);
	return sql_use(replica, kept);
}

void
sql_text_forget_all(struct sql_cache *cache)
{
	for (int i = 0; i < SQL_BUCKETS; i++) {
		while (cache->composed[i] != NULL) {
			struct sql_composed *composed = cache->composed[i];

			cache->composed[i] = composed->next;
			free(composed);
		}
	}
}
