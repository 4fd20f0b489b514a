/*
 * Commits written as a line of text, for tests of the replica.
 *
 *	"pupil/100 forename=Ana surname=Lee>90,91; note/101 text=x"
 *
 * A change is collection/record and its fields; a field is column=value,
 * tied ones joined by &, then > and what it replaces.  Values: text, #number,
 * ~ for null, @1,2 for the ids that a deletion saw.  No spaces in values.
 */
#ifndef TESTS_REPLICA_SCRIPT_H
#define TESTS_REPLICA_SCRIPT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "common/replica/dossier.h"
#include "common/replica/fold.h"
#include "common/replica/grants.h"
#include "common/replica/heads.h"
#include "common/replica/ledger.h"
#include "common/replica/pending.h"
#include "common/replica/replica.h"
#include "common/replica/sql_compose.h"

#define SCRIPT_OK(call, err)                                           \
	do {                                                           \
		enum status script_status = (call);                    \
		if (script_status != STATUS_OK)                        \
			fail_msg("%s: %s", status_name(script_status), \
			    (err)->text);                              \
	} while (0)

enum {
	SCRIPT_PARTS = 64
};

/* The next part that is not empty, ended by NUL; NULL: there is none. */
static inline char *
script_cut(char **rest, char separator)
{
	char *part = *rest;
	char *end;

	while (*part == separator)
		part++;
	if (*part == '\0')
		return NULL;
	end = strchr(part, separator);
	*rest = end == NULL ? part + strlen(part) : end + 1;
	if (end != NULL)
		*end = '\0';
	return part;
}

static inline struct value
script_seen(struct arena *arena, char *ids)
{
	uint8_t *blob = arena_alloc(arena, SCRIPT_PARTS * 8);
	size_t size = 0;

	for (char *at = ids; *at != '\0';) {
		uint64_t id = strtoull(at, &at, 10);

		for (int i = 7; i >= 0; i--)
			blob[size++] = (uint8_t)(id >> (8 * i));
		at += *at == ',';
	}
	return value_blob((struct bytes){ blob, size });
}

static inline struct value
script_value(struct arena *arena, char *text)
{
	if (text[0] == '#')
		return value_integer(strtoll(text + 1, NULL, 10));
	if (text[0] == '~')
		return value_null();
	if (text[0] == '@')
		return script_seen(arena, text + 1);
	return value_c_text(arena_text(arena, bytes_of_text(text)));
}

static inline void
script_field(struct arena *arena, char *text, struct field_write *field)
{
	char *replaces = strchr(text, '>');
	char *rest = text;

	field->values =
	    arena_array(arena, SCRIPT_PARTS, sizeof(*field->values));
	field->replaces =
	    arena_array(arena, SCRIPT_PARTS, sizeof(*field->replaces));
	if (replaces != NULL)
		*replaces++ = '\0';
	while (replaces != NULL && *replaces != '\0') {
		field->replaces[field->replace_count++] =
		    strtoull(replaces, &replaces, 10);
		replaces += *replaces == ',';
	}
	for (char *part; (part = script_cut(&rest, '&')) != NULL;) {
		char *value = strchr(part, '=');

		assert_non_null(value);
		*value++ = '\0';
		field->values[field->value_count++] = (struct column_value){
			bytes_of_text(arena_text(arena, bytes_of_text(part))),
			script_value(arena, value),
		};
	}
}

static inline void
script_change(struct arena *arena, char *text, struct change *change)
{
	char *rest = text;
	char *word = script_cut(&rest, ' ');
	char *slash = strchr(word, '/');

	*slash = '\0';
	change->collection =
	    bytes_of_text(arena_text(arena, bytes_of_text(word)));
	change->record = strtoull(slash + 1, NULL, 10);
	change->fields =
	    arena_array(arena, SCRIPT_PARTS, sizeof(*change->fields));
	while ((word = script_cut(&rest, ' ')) != NULL)
		script_field(arena, word,
		    &change->fields[change->field_count++]);
}

static inline struct commit *
script_commit(struct arena *arena, uint64_t id, uint64_t stamp,
    uint64_t dossier, const char *text)
{
	struct commit *commit = arena_alloc(arena, sizeof(*commit));
	char copy[4096];
	char *rest = copy;
	int size = snprintf(copy, sizeof(copy), "%s", text);

	assert_in_range(size, 0, sizeof(copy) - 1);
	*commit = (struct commit){
		.id = id,
		.stamp = stamp,
		.dossier = dossier,
		.changes =
		    arena_array(arena, SCRIPT_PARTS, sizeof(*commit->changes)),
	};
	for (char *part; (part = script_cut(&rest, ';')) != NULL;)
		script_change(arena, part,
		    &commit->changes[commit->change_count++]);
	return commit;
}

static inline struct bytes
script_encode(struct arena *arena, struct commit *commit)
{
	struct error err = { 0 };
	struct buffer buffer = { 0 };
	struct bytes bytes;

	SCRIPT_OK(commit_encode(commit, &buffer, &err), &err);
	bytes = buffer_view(&buffer);
	bytes.data = (const uint8_t *)arena_text(arena, bytes);
	buffer_deinit(&buffer);
	return bytes;
}

/* --- into a replica ------------------------------------------------------- */

static inline struct replica *
script_open(const char *path, enum replica_kind kind)
{
	struct replica_options options = { .path = path, .kind = kind };
	struct replica *replica = NULL;
	struct error err = { 0 };

	SCRIPT_OK(replica_open(&options, &replica, &err), &err);
	return replica;
}

/* Append to the ledger and fold, in the transaction that is open. */
static inline void
script_ledger_in(struct replica *replica, uint64_t sequence,
    struct commit *commit)
{
	struct arena arena = { 0 };
	struct error err = { 0 };
	struct bytes bytes = script_encode(&arena, commit);
	struct ledger_row row = {
		.sequence = sequence,
		.id = commit->id,
		.dossier = commit->dossier,
		.received_ms = 1000 + sequence,
		.digest = digest_of(bytes),
		.bytes = bytes,
	};

	SCRIPT_OK(ledger_append(replica, &row, commit, &err), &err);
	SCRIPT_OK(fold_commit(replica, commit, &err), &err);
	arena_deinit(&arena);
}

static inline void
script_wait_in(struct replica *replica, struct commit *commit)
{
	struct arena arena = { 0 };
	struct error err = { 0 };
	struct bytes bytes = script_encode(&arena, commit);

	SCRIPT_OK(pending_add(replica, commit, bytes, 5, &err), &err);
	SCRIPT_OK(fold_commit(replica, commit, &err), &err);
	arena_deinit(&arena);
}

static inline void
script_ledger(struct replica *replica, uint64_t sequence, uint64_t id,
    uint64_t stamp, uint64_t dossier, const char *text)
{
	struct arena arena = { 0 };
	struct error err = { 0 };

	SCRIPT_OK(replica_begin(replica, &err), &err);
	script_ledger_in(replica, sequence,
	    script_commit(&arena, id, stamp, dossier, text));
	SCRIPT_OK(replica_commit(replica, &err), &err);
	arena_deinit(&arena);
}

static inline void
script_wait(struct replica *replica, uint64_t id, uint64_t stamp,
    uint64_t dossier, const char *text)
{
	struct arena arena = { 0 };
	struct error err = { 0 };

	SCRIPT_OK(replica_begin(replica, &err), &err);
	script_wait_in(replica,
	    script_commit(&arena, id, stamp, dossier, text));
	SCRIPT_OK(replica_commit(replica, &err), &err);
	arena_deinit(&arena);
}

/* --- what came of it ------------------------------------------------------ */

/* The first row of a query about ?1, columns joined by |; "" when there is
 * none. */
static inline const char *
script_query_id(struct replica *replica, const char *sql, uint64_t id)
{
	static char text[8192];
	struct sqlite3 *database = replica_database(replica);
	sqlite3_stmt *statement = NULL;
	size_t size = 0;

	text[0] = '\0';
	if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) !=
	    SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(database));
	if (sqlite3_bind_parameter_count(statement) > 0)
		sqlite3_bind_int64(statement, 1, (sqlite3_int64)id);
	if (sqlite3_step(statement) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(statement); i++) {
			const unsigned char *value =
			    sqlite3_column_text(statement, i);

			size += (size_t)snprintf(text + size,
			    sizeof(text) - size, "%s%s", i > 0 ? "|" : "",
			    value == NULL ? "~" : (const char *)value);
			assert_true(size < sizeof(text));
		}
	}
	sqlite3_finalize(statement);
	return text;
}

static inline const char *
script_query(struct replica *replica, const char *sql)
{
	return script_query_id(replica, sql, 0);
}

#define SCRIPT_EXPECT(replica, sql, expected) \
	assert_string_equal(script_query((replica), (sql)), (expected))

static inline void
script_dump_table(struct replica *replica, const char *name, struct buffer *out)
{
	struct sql_text text = { 0 };
	struct sql sql = { 0 };
	struct error err = { 0 };
	sqlite3_stmt *statement;

	sql_text_add(&text, "SELECT ");
	if (strcmp(name, "search") == 0)
		sql_text_add(&text, "rowid, ");
	sql_text_add(&text, "* FROM ");
	sql_text_add_name(&text, name);
	sql_text_add(&text, " ORDER BY 1");
	SCRIPT_OK(sql_text_prepare(&text, replica, &sql, &err), &err);
	statement = sql.statement;
	buffer_append(out, bytes_of_text(name));
	buffer_append(out, bytes_of_text("\n"));
	while (sqlite3_step(statement) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(statement); i++) {
			char type =
			    (char)('0' + sqlite3_column_type(statement, i));
			const uint8_t *data = sqlite3_column_blob(statement, i);
			int size = sqlite3_column_bytes(statement, i);
			char cell[32];

			snprintf(cell, sizeof(cell), "%c%d:", type, size);
			buffer_append(out, bytes_of_text(cell));
			buffer_append(out,
			    (struct bytes){ data, (size_t)size });
		}
		buffer_append(out, bytes_of_text("\n"));
	}
	sql_text_finalize(&sql);
}

/* Every folded table, in one order. */
static inline void
script_dump(struct replica *replica, struct buffer *out)
{
	static const char *const names[] = { "record", "grants", "same",
		"same_link", "redacted", "search" };
	uint32_t count;
	const struct collection *collections = catalogue_collections(&count);

	buffer_clear(out);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		script_dump_table(replica, names[i], out);
	for (uint32_t i = 0; i < count; i++)
		script_dump_table(replica, collections[i].name, out);
}

/* Folding everything anew must change nothing. */
static inline void
script_check_fold(struct replica *replica)
{
	struct buffer before = { 0 };
	struct buffer after = { 0 };
	struct error err = { 0 };

	script_dump(replica, &before);
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(fold_all(replica, NULL, NULL, &err), &err);
	script_dump(replica, &after);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	assert_true(bytes_equal(buffer_view(&before), buffer_view(&after)));
	buffer_deinit(&before);
	buffer_deinit(&after);
}

#endif
