#include "server/core/grant_write.h"

#include <assert.h>

#include "common/replica/dossier.h"

struct grant_column {
	const char *name;
	uint64_t value; /* 0: null */
};

/* Write columns of a grant: of record, or (0) of a new one.  Every step writes
 * its kind, also where that stays, and so tells what it found. */
static enum status
grant_write(struct hub_writer *writer, uint64_t school, uint64_t record,
    uint64_t dossier, const char *kind, const struct grant_column *columns,
    uint32_t column_count, struct error *err)
{
	struct value none = value_null(), what = value_c_text(kind);
	int64_t handle = (int64_t)record;
	struct draft *draft;
	enum status status;

	status = hub_write_begin(writer, school, &draft, err);
	if (status != STATUS_OK)
		return status;
	if (record == 0) {
		status = draft_insert(draft, "grant", &handle, err);
		if (status == STATUS_OK)
			status = hub_set_integer(draft, handle, "dossier",
			    dossier, err);
	}
	if (status == STATUS_OK)
		status = draft_set_again(draft, handle, "kind", &what, err);
	for (uint32_t i = 0; i < column_count && status == STATUS_OK; i++) {
		if (columns[i].value == 0)
			status = draft_set(draft, handle, columns[i].name,
			    &none, err);
		else
			status = hub_set_integer(draft, handle, columns[i].name,
			    columns[i].value, err);
	}
	return hub_write_end(writer, draft, 1, status, err);
}

enum status
grant_write_holder(struct hub_writer *writer, uint64_t school, uint64_t dossier,
    uint64_t because, uint64_t sequence, struct error *err)
{
	const struct grant_column columns[] = { { "because", because },
		{ "opened", sequence }, { "held", sequence } };

	return grant_write(writer, school, 0, dossier, "holder", columns, 3,
	    err);
}

enum status
grant_write_destination(struct hub_writer *writer, uint64_t school,
    uint64_t dossier, uint64_t because, uint64_t sequence, struct error *err)
{
	const struct grant_column columns[] = { { "because", because },
		{ "opened", sequence }, { "frozen", 0 } };
	struct grant grant;
	enum status status;

	status = grants_get(writer->replica, school, dossier, &grant, err);
	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK && grant.closed != 0))
		return grant_write(writer, school, 0, dossier, "destination",
		    columns, 2, err);
	if (status != STATUS_OK)
		return status;
	if (grant.frozen == 0)
		return error_set(err, STATUS_EXISTS,
		    "that school has the file already");
	return grant_write(writer, school, grant.id, dossier, "destination",
	    columns, 3, err);
}

/* Freeze at sequence, with what the dossier is at that moment. */
static enum status
grant_freeze(struct hub_writer *writer, const struct grant *grant,
    uint64_t sequence, struct error *err)
{
	const struct grant_column columns[] = { { "frozen", sequence } };
	struct dossier dossier;
	enum status status;

	status = dossier_get(writer->replica, grant->dossier, &dossier, err);
	if (status == STATUS_OK)
		status = grant_write(writer, grant->school, grant->id,
		    grant->dossier, "previous", columns, 1, err);
	if (status == STATUS_OK)
		status = grants_set_frozen_sum(writer->replica, grant->id,
		    dossier.count, &dossier.sum, err);
	return status;
}

enum status
grant_write_passed(struct hub_writer *writer, uint64_t school, uint64_t dossier,
    uint64_t sequence, struct error *err)
{
	const struct grant_column columns[] = { { "held", sequence } };
	struct grant previous, next;
	enum status status;

	status = grants_get_holder(writer->replica, dossier, &previous, err);
	if (status == STATUS_OK)
		status =
		    grants_get(writer->replica, school, dossier, &next, err);
	if (status == STATUS_OK)
		status = grant_freeze(writer, &previous, sequence, err);
	if (status == STATUS_OK)
		status = grant_write(writer, school, next.id, dossier, "holder",
		    columns, 1, err);
	return status;
}

enum status
grant_write_ended(struct hub_writer *writer, uint64_t school, uint64_t dossier,
    uint64_t sequence, struct error *err)
{
	struct grant grant;
	enum status status;

	status = grants_get(writer->replica, school, dossier, &grant, err);
	if (status != STATUS_OK)
		return status;
	if (grant.kind != GRANT_DESTINATION || grant.frozen != 0 ||
	    grant.closed != 0)
		return error_set(err, STATUS_NOT_FOUND,
		    "that school is no destination");
	if (grant.held != 0)
		return grant_freeze(writer, &grant, sequence, err);
	return grant_write_closed(writer, &grant, sequence, err);
}

enum status
grant_write_closed(struct hub_writer *writer, const struct grant *grant,
    uint64_t sequence, struct error *err)
{
	const struct grant_column columns[] = { { "closed", sequence } };
	bool was = grant->kind == GRANT_PREVIOUS;

	assert(was || grant->kind == GRANT_DESTINATION);
	return grant_write(writer, grant->school, grant->id, grant->dossier,
	    was ? "previous" : "destination", columns, 1, err);
}
