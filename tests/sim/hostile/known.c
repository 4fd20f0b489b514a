#include "tests/sim/hostile/known.h"

#include <assert.h>
#include <string.h>

#include "protocol/identifier.h"

void
known_deinit(struct known *known)
{
	arena_deinit(&known->arena);
}

void
known_hint(struct known *known, uint64_t id)
{
	for (uint32_t i = 0; i < known->id_count; i++)
		if (known->ids[i] == id)
			return;
	if (id != 0 && known->id_count < KNOWN_IDS)
		known->ids[known->id_count++] = id;
}

static void
learn_record(struct known *known, const struct commit *commit,
    const struct change *change)
{
	for (uint32_t i = 0; i < known->record_count; i++)
		if (known->records[i].id == change->record)
			return;
	known_hint(known, change->record);
	if (known->record_count == KNOWN_RECORDS)
		return;
	known->records[known->record_count++] = (struct known_record){
		change->record,
		commit->dossier,
		catalogue_collection(change->collection),
	};
}

void
known_learn(struct known *known, struct bytes bytes, uint64_t sequence)
{
	struct known_commit *learnt = &known->commits[known->commit_count];
	struct commit head;
	const char *copy;

	if (known->commit_count == KNOWN_COMMITS ||
	    commit_peek(bytes, &head) != STATUS_OK)
		return;
	for (uint32_t i = 0; i < known->commit_count; i++)
		if (known->commits[i].commit.id == head.id)
			return;
	copy = arena_text(&known->arena, bytes);
	assert(copy != NULL);
	learnt->sequence = sequence;
	learnt->bytes = (struct bytes){ (const uint8_t *)copy, bytes.size };
	if (commit_decode(learnt->bytes, &known->arena, &learnt->commit,
		NULL) != STATUS_OK)
		return;
	known->commit_count++;
	known_hint(known, head.id);
	known_hint(known, head.dossier);
	known_hint(known, head.author);
	for (uint32_t i = 0; i < learnt->commit.change_count; i++)
		learn_record(known, &learnt->commit,
		    &learnt->commit.changes[i]);
}

void
known_learn_item(struct known *known, const struct item *item)
{
	known_hint(known, item->id);
	if (item->commit.size > 0)
		known_learn(known, item->commit, item->sequence);
	for (uint32_t i = 0; i < known->commit_count; i++) {
		struct known_commit *commit = &known->commits[i];

		if (commit->commit.id != item->id)
			continue;
		commit->sequence = item->sequence;
		commit->received_ms = item->received_ms;
		commit->mark = item->mark;
	}
}

void
known_forget(struct known *known, uint64_t commit)
{
	for (uint32_t i = 0; i < known->commit_count; i++) {
		if (known->commits[i].commit.id != commit)
			continue;
		known->commit_count--;
		memmove(&known->commits[i], &known->commits[i + 1],
		    (known->commit_count - i) * sizeof(known->commits[0]));
		return;
	}
}

uint64_t
known_id(const struct known *known, struct random *random)
{
	uint64_t which = random_below_of(random, known->id_count);

	return known->id_count == 0 ? 0 : known->ids[which];
}

const struct known_commit *
known_commit(const struct known *known, uint32_t site, struct random *random)
{
	uint64_t first = random_below_of(random, known->commit_count);

	for (uint32_t i = 0; i < known->commit_count; i++) {
		const struct known_commit *commit =
		    &known->commits[(first + i) % known->commit_count];

		if (site == 0 || identifier_site(commit->commit.id) == site)
			return commit;
	}
	return NULL;
}

const struct known_record *
known_record(const struct known *known, const char *collection,
    uint64_t dossier, struct random *random)
{
	uint64_t first = random_below_of(random, known->record_count);

	for (uint32_t i = 0; i < known->record_count; i++) {
		const struct known_record *record =
		    &known->records[(first + i) % known->record_count];

		if (dossier != UINT64_MAX && record->dossier != dossier)
			continue;
		if (collection == NULL ||
		    (record->collection != NULL &&
			strcmp(record->collection->name, collection) == 0))
			return record;
	}
	return NULL;
}

const struct value *
known_value(const struct change *change, const char *column)
{
	for (uint32_t i = 0; i < change->field_count; i++)
		for (uint32_t j = 0; j < change->fields[i].value_count; j++)
			if (bytes_equal_text(change->fields[i].values[j].column,
				column))
				return &change->fields[i].values[j].value;
	return NULL;
}

uint64_t
known_last(const struct known *known, uint64_t record, const char *column,
    struct value *value)
{
	*value = value_null();
	for (uint32_t i = known->commit_count; i-- > 0;) {
		const struct commit *commit = &known->commits[i].commit;

		for (uint32_t j = 0; j < commit->change_count; j++) {
			const struct value *found = NULL;

			if (commit->changes[j].record == record)
				found =
				    known_value(&commit->changes[j], column);
			if (found == NULL)
				continue;
			*value = *found;
			return commit->id + j;
		}
	}
	return 0;
}

uint64_t
known_reference(const struct known *known, uint64_t record, const char *column)
{
	struct value value;

	(void)known_last(known, record, column, &value);
	return value.type == VALUE_INTEGER ? (uint64_t)value.integer : 0;
}
