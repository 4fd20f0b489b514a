#include "server/core/hub_write.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/replica/dossier.h"
#include "common/replica/ledger.h"
#include "common/replica/record.h"
#include "server/core/table.h"

static enum status
writer_generation(struct hub_writer *writer, uint64_t seed, struct error *err)
{
	struct generation first = { 0, 0 };
	uint8_t bytes[8];
	struct digest digest;
	enum status status;

	status = replica_meta_get(writer->replica, "generation", 0,
	    &writer->generation, err);
	if (status != STATUS_OK || writer->generation != 0)
		return status;
	memcpy(bytes, &seed, sizeof(bytes));
	digest = digest_of((struct bytes){ bytes, sizeof(bytes) });
	memcpy(&first.number, digest.bytes, sizeof(first.number));
	/* Smaller than any that counts from the time: see recovery_begin. */
	first.number = (first.number >> 24) | 1;
	writer->generation = first.number;
	status =
	    replica_meta_set(writer->replica, "generation", first.number, err);
	if (status == STATUS_OK)
		status =
		    replica_generations_set(writer->replica, &first, 1, err);
	return status;
}

enum status
hub_writer_init(struct hub_writer *writer, struct replica *replica,
    const struct mark_key *key, uint64_t now_ms, uint64_t seed,
    struct error *err)
{
	bool own = !replica_in_transaction(replica);
	enum status status = STATUS_OK;

	assert(replica_kind(replica) == REPLICA_HUB);
	*writer = (struct hub_writer){ .replica = replica,
		.key = *key,
		.now_ms = now_ms };
	if (own)
		status = replica_begin(replica, err);
	if (status != STATUS_OK)
		return status;
	status = table_create_all(replica, err);
	if (status == STATUS_OK)
		status = writer_generation(writer, seed, err);
	if (status == STATUS_OK && own)
		status = replica_commit(replica, err);
	if (status != STATUS_OK && own)
		replica_rollback(replica);
	return status;
}

void
hub_writer_follow(struct hub_writer *writer, const struct commit *cause)
{
	writer->next_id = cause->id + cause->change_count;
}

/* A dossier begins with the first commit in it; a school's with the hub's. */
static enum status
writer_ensure_dossier(struct hub_writer *writer, uint64_t number,
    struct error *err)
{
	struct dossier dossier;
	enum status status;

	status = dossier_get(writer->replica, number, &dossier, err);
	if (status != STATUS_NOT_FOUND)
		return status;
	dossier = (struct dossier){ .number = number,
		.kind = number == DOSSIER_PARTNERSHIP ? DOSSIER_KIND_PARTNERSHIP
		                                      : DOSSIER_KIND_SCHOOL,
		.state = DOSSIER_OPEN };
	return dossier_put(writer->replica, &dossier, err);
}

enum status
hub_write_begin(struct hub_writer *writer, uint64_t dossier, struct draft **out,
    struct error *err)
{
	enum status status;

	*out = NULL;
	status = writer_ensure_dossier(writer, dossier, err);
	if (status == STATUS_OK)
		status = draft_create(writer->replica, dossier, 0, out, err);
	if (status != STATUS_OK)
		return status;
	draft_limit_catalogue(*out, catalogue_version());
	draft_use_mark(*out, &writer->key, writer->generation);
	if (writer->next_id != 0)
		draft_use_ids(*out, writer->next_id);
	return STATUS_OK;
}

enum status
hub_write_end(struct hub_writer *writer, struct draft *draft, uint32_t changes,
    enum status status, struct error *err)
{
	uint64_t id = 0;

	if (status == STATUS_OK)
		status = draft_finish(draft, writer->now_ms, &id, err);
	draft_destroy(draft);
	if (status != STATUS_OK || writer->next_id == 0 || id == 0)
		return status;
	assert(id == writer->next_id);
	writer->next_id += changes;
	return table_run(writer->replica, err,
	    "INSERT OR IGNORE INTO consequence(id) VALUES(?1)", "i", id);
}

enum status
hub_set_integer(struct draft *draft, int64_t record, const char *column,
    uint64_t number, struct error *err)
{
	struct value value = value_integer((int64_t)number);

	return draft_set(draft, record, column, &value, err);
}

enum status
hub_set_text(struct draft *draft, int64_t record, const char *column,
    const char *text, struct error *err)
{
	struct value value = value_c_text(text);

	return draft_set(draft, record, column, &value, err);
}

enum status
hub_write_is_consequence(struct replica *replica, uint64_t id, bool *is,
    struct error *err)
{
	struct sql *statement;
	enum status status;

	*is = false;
	statement = table_query(replica,
	    "SELECT 1 FROM consequence WHERE id = ?1", "i", id);
	status = sql_step(statement, err);
	*is = status == STATUS_OK;
	sql_release(statement);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Days since 1970 to a date, by eras of 400 years that begin in March. */
void
moment_format(uint64_t unix_ms, char text[MOMENT_TEXT_BYTES])
{
	uint64_t seconds = unix_ms / 1000;
	uint32_t rest = (uint32_t)(seconds % 86400);
	uint32_t days = (uint32_t)(seconds / 86400 % 3000000) + 719468;
	uint32_t era = days / 146097;
	uint32_t doe = days % 146097;
	uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	uint32_t mp = (5 * doy + 2) / 153;
	uint32_t month = mp < 10 ? mp + 3 : mp - 9;
	uint32_t year = yoe + era * 400 + (month <= 2);

	snprintf(text, MOMENT_TEXT_BYTES,
	    "%04" PRIu32 "-%02" PRIu32 "-%02" PRIu32 "T%02" PRIu32 ":%02" PRIu32
	    ":%02" PRIu32 "Z",
	    year % 10000, month % 100, (doy - (153 * mp + 2) / 5 + 1) % 100,
	    rest / 3600 % 100, rest / 60 % 60, rest % 60);
}

static enum status
school_set_columns(struct draft *draft, int64_t record,
    const struct column_text *columns, uint32_t column_count, struct error *err)
{
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < column_count && status == STATUS_OK; i++)
		status = draft_set_text(draft, record, columns[i].column,
		    columns[i].text, err);
	return status;
}

static enum status
school_write(struct hub_writer *writer, uint64_t id,
    const struct column_text *columns, uint32_t column_count, uint64_t *written,
    struct error *err)
{
	struct draft *draft;
	int64_t record = (int64_t)id;
	enum status status;

	status = hub_write_begin(writer, DOSSIER_PARTNERSHIP, &draft, err);
	if (status != STATUS_OK)
		return status;
	if (id == 0)
		status = draft_insert(draft, "school", &record, err);
	if (id == 0 && status == STATUS_OK)
		status = hub_set_text(draft, record, "member", "Y", err);
	if (status == STATUS_OK)
		status = school_set_columns(draft, record, columns,
		    column_count, err);
	*written = id;
	if (status == STATUS_OK && id == 0) {
		status = draft_finish(draft, writer->now_ms, &id, err);
		*written =
		    status == STATUS_OK ? draft_record_id(draft, record) : 0;
		draft_destroy(draft);
		return status;
	}
	return hub_write_end(writer, draft, 1, status, err);
}

enum status
hub_write_school(struct hub_writer *writer, uint64_t id,
    const struct column_text *columns, uint32_t column_count, uint64_t *written,
    struct error *err)
{
	const struct collection *collection;
	enum record_state state;
	uint64_t dossier;
	enum status status;

	status = replica_begin(writer->replica, err);
	if (status != STATUS_OK)
		return status;
	if (id != 0) {
		status = record_locate(writer->replica, id, &dossier,
		    &collection, &state, err);
		if (status == STATUS_OK &&
		    strcmp(collection->name, "school") != 0)
			status = error_set(err, STATUS_NOT_FOUND,
			    "that is not a school");
	}
	if (status == STATUS_OK)
		status = school_write(writer, id, columns, column_count,
		    written, err);
	if (status == STATUS_OK && id == 0)
		status = writer_ensure_dossier(writer, *written, err);
	if (status == STATUS_OK)
		status = replica_commit(writer->replica, err);
	if (status != STATUS_OK)
		replica_rollback(writer->replica);
	return status;
}

enum status
hub_write_school_remove(struct hub_writer *writer, uint64_t id,
    struct error *err)
{
	struct column_text columns[2];
	char today[MOMENT_TEXT_BYTES];
	uint64_t written;

	moment_format(writer->now_ms, today);
	columns[0] = (struct column_text){ "member", bytes_of_text("N") };
	columns[1] =
	    (struct column_text){ "closed_on", { (const uint8_t *)today, 10 } };
	return hub_write_school(writer, id, columns, 2, &written, err);
}
