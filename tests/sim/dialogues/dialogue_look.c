#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/replica/dossier.h"
#include "common/replica/ledger.h"
#include "common/replica/record.h"
#include "protocol/refusal.h"
#include "tests/sim/dialogues/dialogue_private.h"

enum {
	TEXTS = 8,
	TEXT_BYTES = 128
};

/* --- opening -------------------------------------------------------------- */

void
dialogue_ok(enum status status, const struct error *err)
{
	if (status != STATUS_OK)
		fail_msg("%s: %s", status_name(status), err->text);
}

struct replica *
dialogue_open(struct computer *computer)
{
	struct hub_node *hub = &dialogue.world->hub;
	struct replica *replica;

	if (computer == NULL) {
		assert_true(hub->on);
		node_enter(&hub->fault, hub->catalogue);
		return hub->replica;
	}
	replica = computer_replica(computer);
	assert_non_null(replica);
	return replica;
}

void
dialogue_close(struct computer *computer)
{
	if (computer == NULL)
		node_leave(&dialogue.world->hub.fault);
	else
		computer_release(computer);
}

/* --- records -------------------------------------------------------------- */

static const char *
text_of(const struct record *record, const char *name, char *text)
{
	const struct column *column =
	    collection_column(record->collection, bytes_of_text(name));
	struct value value = record_value(record, name);

	assert_non_null(column);
	if (value.type == VALUE_NULL)
		return "-";
	if (column->type == COLUMN_REFERENCE || column->type == COLUMN_ID)
		return book_name(dialogue.world, (uint64_t)value.integer);
	if (value.type == VALUE_INTEGER)
		snprintf(text, TEXT_BYTES, "%" PRId64, value.integer);
	else if (value.type == VALUE_TEXT)
		snprintf(text, TEXT_BYTES, "%.*s", (int)value.bytes.size,
		    (const char *)value.bytes.data);
	else
		snprintf(text, TEXT_BYTES, "a value of another type");
	return text;
}

const char *
shown(struct computer *computer, uint64_t id, const char *column)
{
	static char texts[TEXTS][TEXT_BYTES];
	static uint32_t next;
	struct replica *replica = dialogue_open(computer);
	struct arena arena = { 0 };
	struct error err = { 0 };
	struct record record;
	const char *text = "nothing";
	enum status status = record_get(replica, id, &arena, &record, &err);

	if (status == STATUS_OK && record.state == RECORD_LIVE)
		text = text_of(&record, column, texts[next++ % TEXTS]);
	else if (status != STATUS_NOT_FOUND)
		dialogue_ok(status, &err);
	arena_deinit(&arena);
	dialogue_close(computer);
	return text;
}

uint32_t
conflicts(struct computer *computer, uint64_t id)
{
	struct replica *replica = dialogue_open(computer);
	struct arena arena = { 0 };
	struct error err = { 0 };
	struct record record;
	uint32_t count;

	dialogue_ok(record_get(replica, id, &arena, &record, &err), &err);
	count = record.conflicts;
	arena_deinit(&arena);
	dialogue_close(computer);
	return count;
}

static bool
count_record(void *context, const struct record *record)
{
	*(uint64_t *)context += record->state == RECORD_LIVE;
	return true;
}

uint64_t
count_of(struct computer *computer, const char *collection)
{
	struct record_query query = {
		.collection = catalogue_collection(bytes_of_text(collection)),
	};
	struct replica *replica = dialogue_open(computer);
	struct error err = { 0 };
	uint64_t count = 0;

	assert_non_null(query.collection);
	dialogue_ok(record_each(replica, &query, count_record, &count, &err),
	    &err);
	dialogue_close(computer);
	return count;
}

/* --- dossiers and commits ------------------------------------------------- */

const char *
dossier_is(struct computer *computer, uint64_t number)
{
	static const char *const names[] = { "open", "filling", "frozen",
		"closing", "gone" };
	struct replica *replica = dialogue_open(computer);
	struct error err = { 0 };
	struct dossier dossier;
	enum status status = dossier_get(replica, number, &dossier, &err);

	if (status != STATUS_NOT_FOUND)
		dialogue_ok(status, &err);
	dialogue_close(computer);
	return status == STATUS_OK ? names[dossier.state] : "unknown";
}

bool
holds(struct computer *computer, uint64_t commit)
{
	struct replica *replica = dialogue_open(computer);
	struct error err = { 0 };
	struct ledger_row row;
	enum status status = ledger_get(replica, commit, &row, &err);

	if (status != STATUS_NOT_FOUND)
		dialogue_ok(status, &err);
	dialogue_close(computer);
	return status == STATUS_OK;
}

static uint64_t
pending(struct computer *computer, bool set_aside)
{
	struct replica *replica = dialogue_open(computer);
	struct error err = { 0 };
	uint64_t waits, refused;

	dialogue_ok(pending_count(replica, &waits, &refused, &err), &err);
	dialogue_close(computer);
	return set_aside ? refused : waits;
}

uint64_t
waiting(struct computer *computer)
{
	return pending(computer, false);
}

uint64_t
aside(struct computer *computer)
{
	return pending(computer, true);
}

const char *
refusal_of(struct computer *computer, uint64_t commit)
{
	struct replica *replica = dialogue_open(computer);
	struct error err = { 0 };
	struct pending_row row;
	enum status status = pending_get(replica, commit, &row, &err);

	if (status != STATUS_NOT_FOUND)
		dialogue_ok(status, &err);
	dialogue_close(computer);
	if (status == STATUS_NOT_FOUND)
		return "no";
	return row.state == PENDING_ASIDE     ? refusal_name(row.refusal)
	       : row.state == PENDING_WAITING ? "waits"
	                                      : "passed on";
}
