/*
 * Which commits the hub may have taken, judged after the turn: by the grants
 * as they were at the commit's place, and by the catalogue.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/replica/ledger.h"
#include "protocol/identifier.h"
#include "protocol/stamp.h"
#include "server/core/hub_write.h"
#include "server/core/limits.h"
#include "server/core/recovery.h"
#include "server/core/sites.h"
#include "server/core/written.h"
#include "tests/sim/hostile/judge_private.h"
#include "tests/sim/hostile/known.h"

/* One commit before the judge. */
struct trial {
	struct judge *judge;
	struct commit commit;
	uint64_t sequence;
	uint64_t received_ms;
	uint32_t site;
	uint64_t school;
	uint32_t rights; /* enum right, in its dossier */
	bool begins;     /* it creates the child whose dossier it lies in */
};

#define ACCUSE(trial, what)                                                   \
	judge_breach((trial)->judge,                                          \
	    "site %u wrote %" PRIu64 " at %" PRIu64 ": " what, (trial)->site, \
	    (trial)->commit.id, (trial)->sequence)

static uint64_t
school_of(struct judge *judge, uint32_t number)
{
	struct error err = { 0 };
	struct site site;

	if (number == SITE_HUB ||
	    sites_get(judge->replica, number, &site, &err) != STATUS_OK)
		return 0;
	return site.school;
}

static bool
find_record(struct trial *trial, uint64_t id, struct record *record)
{
	struct error err = { 0 };

	return record_get(trial->judge->replica, id, &trial->judge->arena,
		   record, &err) == STATUS_OK;
}

static bool
is_new(const struct trial *trial, uint64_t record)
{
	return record >= trial->commit.id &&
	       record < trial->commit.id + trial->commit.change_count;
}

/* --- what the school was to the dossier, then ----------------------------- */

static bool
note_time(void *context, const struct ledger_row *row)
{
	*(uint64_t *)context = row->received_ms;
	return false;
}

/* An ended right lasts until the end was confirmed, or thirty days. */
static bool
was_late_but_right(struct trial *trial, uint64_t ended)
{
	struct judge *judge = trial->judge;
	struct error err = { 0 };
	uint64_t ended_ms = 0;

	if (trial->site < JUDGE_SITES && ended <= judge->confirmed[trial->site])
		return false;
	judge_must(judge,
	    ledger_each(judge->replica, ended - 1, note_time, &ended_ms, &err),
	    &err);
	return trial->received_ms <=
	       ended_ms + (uint64_t)LIMIT_WRITE_AFTER_END_DAYS * HUB_DAY_MS;
}

static void
add_rights(void *context, const struct stated_grant *grant)
{
	struct trial *trial = context;
	uint64_t ended = grant->frozen != 0 ? grant->frozen : grant->closed;

	if (grant->opened >= trial->sequence)
		return;
	if (ended != 0 && ended < trial->sequence &&
	    !was_late_but_right(trial, ended))
		return;
	trial->rights |= RIGHT_ANY;
	if (grant->held != 0 && grant->held < trial->sequence)
		trial->rights |= RIGHT_HOLDER;
	if (grant->held == 0 || grant->held >= trial->sequence ||
	    grant->held < grant->opened)
		trial->rights |= RIGHT_DESTINATION;
}

static bool
judge_dossier(struct trial *trial)
{
	uint64_t dossier = trial->commit.dossier;
	struct record names;

	trial->rights = 0;
	if (dossier == DOSSIER_PARTNERSHIP) {
		trial->rights = RIGHT_ANY;
		return true;
	}
	if (!find_record(trial, dossier, &names))
		return ACCUSE(trial, "there is no such dossier");
	if (strcmp(names.collection->name, "school") == 0) {
		if (dossier != trial->school)
			return ACCUSE(trial, "another school's own dossier");
		trial->rights = RIGHT_ANY | RIGHT_OWN;
		return true;
	}
	if (strcmp(names.collection->name, "pupil") != 0)
		return ACCUSE(trial, "that is no dossier");
	trial->begins = is_new(trial, dossier);
	if (trial->begins)
		trial->rights = RIGHT_ANY | RIGHT_HOLDER;
	else
		(void)stated_grants(trial->judge, trial->school, dossier,
		    add_rights, trial);
	if (trial->rights == 0)
		return ACCUSE(trial, "the dossier was not granted");
	return true;
}

/* The school that a record is of.  A deleted one has no values: it is that of
 * whom it was made for, which never changes. */
static uint64_t
owner(struct trial *trial, const struct record *record)
{
	struct error err = { 0 };
	struct ledger_row row;
	struct commit made;
	const struct value *school;

	if (record->state != RECORD_DELETED)
		return stated_id(record, "school");
	if (ledger_find_change(trial->judge->replica, record->id,
		&trial->judge->arena, &row, &made, &err) != STATUS_OK)
		return 0;
	school = known_value(&made.changes[record->id - made.id], "school");
	return school != NULL && school->type == VALUE_INTEGER
	           ? (uint64_t)school->integer
	           : 0;
}

/* --- one change ----------------------------------------------------------- */

static uint32_t
rights_to(struct trial *trial, const struct change *change,
    const struct record *record)
{
	uint64_t made = change->record;
	uint32_t rights = trial->rights;
	const struct value *named = known_value(change, "change");

	if (strcmp(record->collection->name, "redaction") == 0)
		made = named == NULL ? 0 : (uint64_t)named->integer;
	if (identifier_site(made) == trial->site ||
	    (made != 0 && school_of(trial->judge, identifier_site(made)) ==
			      trial->school))
		rights |= RIGHT_AUTHOR;
	if (trial->commit.dossier == DOSSIER_PARTNERSHIP &&
	    (owner(trial, record) == trial->school ||
		change->record == trial->school))
		rights |= RIGHT_OWN;
	if (strcmp(record->collection->name, "school") == 0 &&
	    change->record != trial->school)
		rights |=
		    RIGHT_NONMEMBER |
		    ((rights & RIGHT_AUTHOR) != 0 ? RIGHT_NONMEMBER_AUTHOR : 0);
	if ((rights & RIGHT_HOLDER) != 0)
		rights |= RIGHT_SENDER;
	return rights;
}

static bool
may_write(const struct collection *collection, struct bytes name,
    uint32_t rights)
{
	const struct column *column = collection_column(collection, name);

	if (bytes_equal_text(name, COLUMN_DELETED))
		return (collection->delete_rights & rights) != 0;
	if (column == NULL)
		return false;
	if (collection->append_only)
		return (column->flags & COLUMN_ONCE) != 0 &&
		       ((collection->insert_rights | column->update_also) &
			   rights) != 0;
	return ((collection->update_rights | column->update_also) & rights) !=
	       0;
}

static bool
judge_replaced(struct trial *trial, const struct change *change, uint64_t id)
{
	struct judge *judge = trial->judge;
	struct error err = { 0 };
	struct ledger_row row;
	struct commit commit;

	if (ledger_find_change(judge->replica, id, &judge->arena, &row, &commit,
		&err) != STATUS_OK ||
	    row.sequence >= trial->sequence ||
	    commit.changes[id - commit.id].record != change->record)
		return ACCUSE(trial, "what it replaces is not there");
	return true;
}

static bool
judge_change(struct trial *trial, uint32_t i)
{
	const struct change *change = &trial->commit.changes[i];
	bool creates = change->record == trial->commit.id + i;
	struct record record;
	uint32_t rights;

	if (!find_record(trial, change->record, &record) ||
	    !bytes_equal_text(change->collection, record.collection->name) ||
	    record.dossier != trial->commit.dossier)
		return ACCUSE(trial, "the record is another");
	rights = rights_to(trial, change, &record);
	if (creates && (record.collection->insert_rights & rights) == 0)
		return ACCUSE(trial, "it may not make such a record");
	if (strcmp(record.collection->name, "school") == 0 &&
	    known_value(change, "member") != NULL &&
	    !value_is_text(known_value(change, "member"), "N"))
		return ACCUSE(trial, "it made a member");
	for (uint32_t j = 0; j < change->field_count; j++) {
		const struct field_write *field = &change->fields[j];

		for (uint32_t k = 0; !creates && k < field->value_count; k++)
			if (!may_write(record.collection,
				field->values[k].column, rights))
				return ACCUSE(trial, "it may not write that");
		for (uint32_t k = 0; k < field->replace_count; k++)
			if (!judge_replaced(trial, change, field->replaces[k]))
				return false;
	}
	return true;
}

/* --- transfers and holders ------------------------------------------------ */

static bool
count_open(void *context, const struct record *record)
{
	struct value state = record_value(record, "state");

	if (value_is_text(&state, "open") || value_is_text(&state, "answered"))
		(*(uint32_t *)context)++;
	return true;
}

/* A child has one open transfer at most, and goes to nobody but the school
 * that takes it over. */
static bool
judge_steps(struct trial *trial)
{
	struct record_query query = { .dossier = trial->commit.dossier };
	struct error err = { 0 };
	struct record transfer;
	uint64_t goes_to = 0;
	uint32_t open = 0;

	if (trial->commit.dossier == DOSSIER_PARTNERSHIP ||
	    trial->commit.dossier == trial->school)
		return true;
	query.collection = catalogue_collection(bytes_of_text("transfer"));
	judge_must(trial->judge,
	    record_each(trial->judge->replica, &query, count_open, &open, &err),
	    &err);
	if (open > 1)
		return ACCUSE(trial, "two transfers are open");
	for (uint32_t i = 0; i < trial->commit.change_count; i++) {
		const struct change *change = &trial->commit.changes[i];
		const struct value *state = known_value(change, "state");

		if (bytes_equal_text(change->collection, "transfer") &&
		    state != NULL && value_is_text(state, "accepted") &&
		    find_record(trial, change->record, &transfer))
			goes_to = stated_id(&transfer, "to_school");
	}
	for (uint32_t i = 0; i < trial->commit.change_count; i++) {
		const struct change *change = &trial->commit.changes[i];
		const struct value *holder = known_value(change, "holder");

		if (holder == NULL || change->redacted)
			continue;
		if (holder->type != VALUE_INTEGER ||
		    (uint64_t)holder->integer != trial->school ||
		    (!trial->begins && goes_to != trial->school))
			return ACCUSE(trial, "the child went elsewhere");
	}
	return true;
}

/* --- all of it ------------------------------------------------------------ */

static bool
judge_head(struct trial *trial)
{
	const struct commit *commit = &trial->commit;
	struct record author;

	if (trial->school == 0 ||
	    identifier_site(commit->id + commit->change_count - 1) !=
		trial->site)
		return ACCUSE(trial, "the numbers are not its own");
	if (stamp_to_ms(commit->stamp) >
	    trial->received_ms + LIMIT_STAMP_AHEAD_MS)
		return ACCUSE(trial, "the stamp is of the future");
	if (commit->author != 0 &&
	    (!find_record(trial, commit->author, &author) ||
		strcmp(author.collection->name, "staff") != 0 ||
		stated_id(&author, "school") != trial->school))
		return ACCUSE(trial, "the author is not of its school");
	return true;
}

/* What a restored hub was given back was judged in its former life.  The
 * number of a life begins with the time at which it began (recovery.c). */
static bool
was_given_back(const struct trial *trial)
{
	struct replica *replica = trial->judge->replica;
	struct error err = { 0 };
	bool restored = false, collecting;
	uint64_t life = 0;

	judge_must(trial->judge,
	    recovery_get(replica, &restored, &collecting, &err), &err);
	judge_must(trial->judge,
	    replica_meta_get(replica, "generation", 0, &life, &err), &err);
	return restored && trial->received_ms <= life >> 20;
}

static bool
judge_one(struct judge *judge, uint64_t id)
{
	struct trial trial = { .judge = judge };
	struct error err = { 0 };
	struct ledger_row row;
	bool consequence, good;
	enum status status;

	trial.site = identifier_site(id);
	status =
	    hub_write_is_consequence(judge->replica, id, &consequence, &err);
	judge_must(judge, status, &err);
	if (trial.site == SITE_HUB || status != STATUS_OK || consequence)
		return true;
	/* Finding it by its first change copies its bytes. */
	status = ledger_find_change(judge->replica, id, &judge->arena, &row,
	    &trial.commit, &err);
	judge_must(judge, status, &err);
	if (status != STATUS_OK)
		return false;
	trial.sequence = row.sequence;
	trial.received_ms = row.received_ms;
	trial.school = school_of(judge, trial.site);
	if (was_given_back(&trial))
		return true;
	good =
	    judge_head(&trial) && judge_dossier(&trial) && judge_steps(&trial);
	for (uint32_t i = 0; good && i < trial.commit.change_count; i++)
		good =
		    trial.commit.changes[i].redacted || judge_change(&trial, i);
	return good;
}

struct docket {
	uint64_t ids[4096];
	uint32_t count;
	uint64_t upto;
};

static bool
note_id(void *context, const struct ledger_row *row)
{
	struct docket *docket = context;

	docket->ids[docket->count++] = row->id;
	docket->upto = row->sequence;
	return docket->count < sizeof(docket->ids) / sizeof(docket->ids[0]);
}

static void
note_confirmed(struct judge *judge)
{
	struct site_state state;
	struct error err = { 0 };

	for (uint32_t i = 1; i < JUDGE_SITES; i++)
		if (sites_get_state(judge->replica, i, &state, &err) ==
		    STATUS_OK)
			judge->confirmed[i] = state.confirmed;
}

bool
judge_ledger(struct judge *judge)
{
	struct docket *docket = malloc(sizeof(*docket));
	struct error err = { 0 };
	uint64_t head;
	bool good = true;

	assert(docket != NULL);
	judge_must(judge, ledger_head(judge->replica, &head, &err), &err);
	if (head < judge->judged) /* an old copy was put back */
		judge->judged = head;
	do {
		docket->count = 0;
		docket->upto = judge->judged;
		judge_must(judge,
		    ledger_each(judge->replica, judge->judged, note_id, docket,
			&err),
		    &err);
		for (uint32_t i = 0; good && i < docket->count; i++) {
			good = judge_one(judge, docket->ids[i]);
			arena_reset(&judge->arena);
		}
		judge->judged = docket->upto;
	} while (good && docket->count > 0);
	note_confirmed(judge);
	free(docket);
	return good && judge->breach[0] == '\0';
}
