#include "tests/bench/dataset.h"

#include <string.h>

#include "tests/bench/bench.h"
#include "tests/demo/partnership.h"

enum {
	RECORDS_MAX = 256 /* of one pupil */
};

struct making {
	struct dataset *dataset;
	struct dataset_record records[RECORDS_MAX];
	uint32_t count;
};

/* False for what cannot be written here: it refers to another record. */
static bool
make_value(struct making *making, const struct column *column, const char *text,
    struct dataset_value *out)
{
	struct arena *arena = &making->dataset->arena;
	struct error err;
	const char *copy;

	out->column = column;
	if (column->type == COLUMN_REFERENCE) {
		out->value = value_integer((int64_t)making->dataset->school);
		return strcmp(column->refers, "school") == 0;
	}
	copy = arena_text(arena, bytes_of_text(text));
	if (copy == NULL)
		bench_fail("no memory");
	MUST(column_parse(column, bytes_of_text(copy), arena, &out->value,
		 &err),
	    &err);
	return true;
}

static void
make_record(void *context, const struct partnership_record *from)
{
	struct making *making = context;
	struct dataset_record record = { .in_ctf = from->in_ctf };
	const struct column *column;

	record.collection =
	    catalogue_collection(bytes_of_text(from->collection));
	record.values = arena_array(&making->dataset->arena,
	    from->value_count + 1, sizeof(*record.values));
	if (record.collection == NULL || record.values == NULL ||
	    making->count == RECORDS_MAX)
		bench_fail("a record is not as the catalogue says");
	for (uint32_t i = 0; i < from->value_count; i++) {
		if (from->values[i].text[0] == '\0')
			continue;
		column = collection_column(record.collection,
		    bytes_of_text(from->values[i].column));
		if (column == NULL ||
		    !make_value(making, column, from->values[i].text,
			&record.values[record.value_count++])) {
			making->dataset->left_out++;
			return;
		}
	}
	if (making->count == 0) {
		column = collection_column(record.collection,
		    bytes_of_text("holder"));
		record.values[record.value_count++] =
		    (struct dataset_value){ column,
			    value_integer((int64_t)making->dataset->school) };
	}
	making->records[making->count++] = record;
}

/* The first ones are those that come with the pupil. */
static void
keep_pupil(struct making *making, struct dataset_pupil *pupil)
{
	pupil->records = arena_array(&making->dataset->arena, making->count,
	    sizeof(*pupil->records));
	if (pupil->records == NULL)
		bench_fail("no memory");
	for (int rest = 0; rest < 2; rest++) {
		for (uint32_t i = 0; i < making->count; i++)
			if (making->records[i].in_ctf == (rest == 0))
				pupil->records[pupil->record_count++] =
				    making->records[i];
		if (rest == 0)
			pupil->in_ctf_count = pupil->record_count;
	}
	making->dataset->record_count += pupil->record_count;
}

void
dataset_make(struct dataset *dataset, uint32_t pupils, uint64_t school)
{
	struct partnership *all = partnership_generate(PARTNERSHIP_SEED, 1);
	struct making making = { .dataset = dataset };

	memset(dataset, 0, sizeof(*dataset));
	dataset->school = school;
	if (all == NULL)
		bench_fail("no memory");
	if (pupils == 0 || pupils > all->pupil_count)
		pupils = all->pupil_count;
	dataset->pupils =
	    arena_array(&dataset->arena, pupils, sizeof(*dataset->pupils));
	if (dataset->pupils == NULL)
		bench_fail("no memory");
	for (; dataset->pupil_count < pupils; dataset->pupil_count++) {
		making.count = 0;
		partnership_visit_pupil(all,
		    (uint32_t)((uint64_t)dataset->pupil_count *
			       all->pupil_count / pupils),
		    NULL, make_record, &making);
		keep_pupil(&making, &dataset->pupils[dataset->pupil_count]);
	}
	partnership_destroy(all);
}

void
dataset_deinit(struct dataset *dataset)
{
	arena_deinit(&dataset->arena);
}

const struct dataset_record *
dataset_nth(const struct dataset *dataset, const char *collection, uint32_t nth)
{
	/* Whoever is asked for first has none more often than not. */
	for (uint32_t tried = 0; tried < dataset->pupil_count; tried++) {
		const struct dataset_pupil *pupil =
		    &dataset->pupils[(nth + tried) % dataset->pupil_count];

		for (uint32_t i = 0; i < pupil->record_count; i++)
			if (strcmp(pupil->records[i].collection->name,
				collection) == 0)
				return &pupil->records[i];
	}
	bench_fail("no pupil has a record of the wanted collection");
}
