#include "client/import/group.h"

#include <string.h>

#include "common/replica/dossier.h"

enum {
	READ_BYTES = 32 * 1024
};

enum status
group_init(struct group *group, const struct import_options *options,
    struct import_totals *totals, struct error *err)
{
	struct digest_sum sum = { 0 };
	uint64_t count = 0;
	uint64_t filling = 0;
	enum status status;

	memset(group, 0, sizeof(*group));
	memset(totals, 0, sizeof(*totals));
	group->options = options;
	group->totals = totals;
	if (replica_identity(options->replica).school == 0)
		return error_set(err, STATUS_DENIED,
		    "this computer has not joined a school yet");
	status = dossier_scope(options->replica, &count, &sum, &filling, err);
	if (status == STATUS_OK && filling > 0)
		return error_set(err, STATUS_BUSY,
		    "files are still being fetched from the hub; import when "
		    "that is done");
	return status;
}

void
group_deinit(struct group *group)
{
	if (group->options != NULL &&
	    replica_in_transaction(group->options->replica)) {
		replica_rollback(group->options->replica);
		*group->totals = group->durable;
	}
	arena_deinit(&group->arena);
}

enum status
group_begin(struct group *group, struct error *err)
{
	struct replica *replica = group->options->replica;
	enum status status = STATUS_OK;

	arena_reset(&group->arena);
	remarks_clear(&group->remarks);
	if (!replica_in_transaction(replica))
		status = replica_begin(replica, err);
	if (status == STATUS_OK)
		status = replica_savepoint(replica, err);
	return status;
}

static enum status
group_commit(struct group *group, struct error *err)
{
	struct replica *replica = group->options->replica;
	enum status status = STATUS_OK;

	group->items = 0;
	if (!replica_in_transaction(replica))
		return STATUS_OK;
	if (group->options->dry_run)
		replica_rollback(replica);
	else
		status = replica_commit(replica, err);
	if (status == STATUS_OK)
		group->durable = *group->totals;
	return status;
}

static void
count_outcome(struct import_totals *totals, enum import_outcome outcome)
{
	totals->read++;
	switch (outcome) {
	case IMPORT_UNCHANGED:
		totals->unchanged++;
		break;
	case IMPORT_CREATED:
		totals->created++;
		break;
	case IMPORT_UPDATED:
		totals->updated++;
		break;
	case IMPORT_PERSON:
		totals->person++;
		break;
	case IMPORT_REFUSED:
		totals->refused++;
		break;
	}
}

enum status
group_end(struct group *group, enum import_outcome outcome,
    struct import_report *report, struct error *err)
{
	struct replica *replica = group->options->replica;
	enum status status = STATUS_OK;

	if (outcome == IMPORT_PERSON || outcome == IMPORT_REFUSED) {
		replica_rollback_to(replica);
		report->written = 0;
		report->record = outcome == IMPORT_REFUSED ? 0 : report->record;
	} else {
		status = replica_release(replica, err);
	}
	if (status != STATUS_OK)
		return status;
	count_outcome(group->totals, outcome);
	group->totals->remarks_person += group->remarks.persons;
	report->outcome = outcome;
	report->remarks = group->remarks.list;
	report->remark_count = group->remarks.count;
	if (group->options->report != NULL)
		group->options->report(group->options->context, report);
	if (++group->items < GROUP_ITEMS)
		return STATUS_OK;
	return group_commit(group, err);
}

bool
group_absorb(struct group *group, enum status status, const struct error *why)
{
	if (status != STATUS_INVALID && status != STATUS_TOO_LARGE &&
	    status != STATUS_NOT_FOUND && status != STATUS_DENIED &&
	    status != STATUS_UNSUPPORTED)
		return false;
	remarks_add(&group->remarks, &group->arena, REMARK_ERROR, DOUBT_NONE,
	    "%s", why->text);
	return true;
}

enum status
group_finish(struct group *group, struct error *err)
{
	return group_commit(group, err);
}

void
group_report_file(struct group *group, const char *name,
    enum import_outcome outcome)
{
	struct import_report report = {
		.name = name,
		.outcome = outcome,
		.remarks = group->remarks.list,
		.remark_count = group->remarks.count,
	};

	if (group->options->report != NULL)
		group->options->report(group->options->context, &report);
}

enum status
group_read(const struct group *group, import_source *source,
    void *source_context, group_feeder *feed, void *feed_context,
    struct error *err)
{
	const struct import_options *options = group->options;
	uint8_t room[READ_BYTES];
	uint64_t bytes = 0;
	size_t got;
	enum status status;

	do {
		got = 0;
		status = source(source_context, room, sizeof(room), &got, err);
		if (status == STATUS_OK)
			status = feed(feed_context, (struct bytes){ room, got },
			    got == 0, err);
		bytes += got;
		if (status == STATUS_OK && options->progress != NULL &&
		    !options->progress(options->context, bytes))
			status = error_set(err, STATUS_CANCELLED,
			    "the import was stopped");
	} while (status == STATUS_OK && got > 0);
	return status;
}
