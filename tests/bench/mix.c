#include "tests/bench/mix.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/replica/draft.h"
#include "common/replica/record.h"
#include "tests/bench/bench.h"

static const char *const target_collections[MIX_TARGETS] = {
	[MIX_PUPIL] = "pupil",
	[MIX_CONTACT] = "contact",
	[MIX_ENROLMENT] = "enrolment",
};

/* --- records -------------------------------------------------------------- */

static void
set_values(struct draft *draft, int64_t handle,
    const struct dataset_record *record)
{
	struct error err;

	for (uint32_t i = 0; i < record->value_count; i++)
		MUST(draft_set(draft, handle, record->values[i].column->name,
			 &record->values[i].value, &err),
		    &err);
}

static void
insert_record(struct draft *draft, const struct dataset_record *record)
{
	struct error err;
	int64_t handle;

	MUST(draft_insert(draft, record->collection->name, &handle, &err),
	    &err);
	set_values(draft, handle, record);
}

static uint64_t
finish(struct replica *replica, struct draft *draft, uint64_t now_ms)
{
	struct error err;
	uint64_t id;

	MUST(draft_finish(draft, now_ms, &id, &err), &err);
	draft_destroy(draft);
	MUST(replica_commit(replica, &err), &err);
	return id;
}

uint64_t
mix_write_pupil(struct replica *replica, const struct dataset_pupil *pupil,
    bool with_rest, uint64_t now_ms)
{
	uint32_t count = with_rest ? pupil->record_count : pupil->in_ctf_count;
	struct draft *draft = NULL;
	struct error err;

	MUST(replica_begin(replica, &err), &err);
	MUST(draft_create_dossier(replica, 0, &draft, &err), &err);
	for (uint32_t i = 0; i < count; i++)
		insert_record(draft, &pupil->records[i]);
	return finish(replica, draft, now_ms);
}

void
mix_write_record(struct replica *replica, uint64_t dossier,
    const struct dataset_record *record, uint64_t now_ms)
{
	struct draft *draft = NULL;
	struct error err;

	MUST(replica_begin(replica, &err), &err);
	MUST(draft_create(replica, dossier, 0, &draft, &err), &err);
	insert_record(draft, record);
	(void)finish(replica, draft, now_ms);
}

/* --- what there is to edit ------------------------------------------------ */

struct loading {
	struct targets *targets;
	uint32_t which;
	uint32_t room;
};

static bool
load_target(void *context, const struct record *record)
{
	struct loading *loading = context;
	struct target **list = &loading->targets->list[loading->which];
	uint32_t *count = &loading->targets->count[loading->which];

	if (*count == loading->room) {
		loading->room = loading->room * 2 + 64;
		*list = realloc(*list, loading->room * sizeof(**list));
		if (*list == NULL)
			bench_fail("no memory");
	}
	(*list)[(*count)++] = (struct target){ record->id, record->dossier };
	return true;
}

void
targets_load(struct targets *targets, struct replica *replica)
{
	struct error err;

	memset(targets, 0, sizeof(*targets));
	for (uint32_t i = 0; i < MIX_TARGETS; i++) {
		struct loading loading = { .targets = targets, .which = i };
		struct record_query query = { 0 };

		query.collection =
		    catalogue_collection(bytes_of_text(target_collections[i]));
		MUST(record_each(replica, &query, load_target, &loading, &err),
		    &err);
		if (targets->count[i] == 0)
			bench_fail("there is nothing to edit");
	}
}

void
targets_deinit(struct targets *targets)
{
	for (uint32_t i = 0; i < MIX_TARGETS; i++)
		free(targets->list[i]);
}

/* --- edits ---------------------------------------------------------------- */

/* A pupil far from that of the number before. */
static void
pick(const struct targets *targets, uint32_t which, uint32_t number,
    struct edit *edit)
{
	edit->place = (uint64_t)number * 7919 % targets->count[which];
	edit->target = targets->list[which][edit->place];
}

static void
change(const struct targets *targets, uint32_t which, uint32_t number,
    const char *column, struct edit *edit)
{
	pick(targets, which, number, edit);
	edit->collection =
	    catalogue_collection(bytes_of_text(target_collections[which]));
	edit->column =
	    collection_column(edit->collection, bytes_of_text(column));
	edit->value = value_c_text(edit->text);
}

static void
insert(const struct dataset *dataset, const struct targets *targets,
    uint32_t number, const char *collection, struct edit *edit)
{
	pick(targets, MIX_PUPIL, number, edit);
	edit->insert = dataset_nth(dataset, collection, number * 31 + 7);
}

void
mix_edit(const struct dataset *dataset, const struct targets *targets,
    uint32_t number, struct edit *edit)
{
	static const char *const calls[] = { "Bo", "Maz", "Kit", "Ellie",
		"Raff", "Zay", "Tilly", "Aran", "Noor", "Jools", "Dev" };

	memset(edit, 0, sizeof(*edit));
	switch (number % 10) {
	case 0:
	case 1:
		(void)snprintf(edit->text, sizeof(edit->text), "%s %c",
		    calls[number / 10 % 11], 'A' + (char)(number % 26));
		change(targets, MIX_PUPIL, number, "preferred_forename", edit);
		break;
	case 2:
	case 3:
		(void)snprintf(edit->text, sizeof(edit->text),
		    "07700 9%05" PRIu32, number * 7919 % 100000);
		change(targets, MIX_CONTACT, number, "phone_mobile", edit);
		break;
	case 4:
		(void)snprintf(edit->text, sizeof(edit->text), "%" PRIu32 "%c",
		    number / 10 % 13, 'A' + (char)(number % 7));
		change(targets, MIX_ENROLMENT, number, "class_name", edit);
		break;
	case 5:
	case 6:
		insert(dataset, targets, number, "note", edit);
		break;
	default:
		insert(dataset, targets, number, "attendance", edit);
		break;
	}
}

void
mix_write_edit(struct replica *replica, const struct edit *edit,
    uint64_t now_ms)
{
	struct draft *draft = NULL;
	struct error err;

	if (edit->insert != NULL) {
		mix_write_record(replica, edit->target.dossier, edit->insert,
		    now_ms);
		return;
	}
	MUST(replica_begin(replica, &err), &err);
	MUST(draft_create(replica, edit->target.dossier, 0, &draft, &err),
	    &err);
	MUST(draft_set(draft, (int64_t)edit->target.id, edit->column->name,
		 &edit->value, &err),
	    &err);
	(void)finish(replica, draft, now_ms);
}

static void
append_value(const struct value *value, struct buffer *out)
{
	char number[32];
	struct bytes bytes = value->bytes;

	if (value->type == VALUE_INTEGER) {
		(void)snprintf(number, sizeof(number), "%" PRId64,
		    value->integer);
		bytes = bytes_of_text(number);
	} else if (value->type == VALUE_REAL) {
		(void)snprintf(number, sizeof(number), "%.17g", value->real);
		bytes = bytes_of_text(number);
	}
	if (buffer_append(out, bytes) != STATUS_OK ||
	    buffer_append(out, bytes_of_text("\n")) != STATUS_OK)
		bench_fail("no memory");
}

void
mix_append_values(const struct edit *edit, struct buffer *out)
{
	if (edit->insert == NULL) {
		append_value(&edit->value, out);
		return;
	}
	for (uint32_t i = 0; i < edit->insert->value_count; i++)
		append_value(&edit->insert->values[i].value, out);
}
