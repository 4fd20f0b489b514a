/*
 * throughline-generate: the invented partnership as files that the real
 * commands import.
 *
 *	OUT/schools.csv			the eleven
 *	OUT/offers.csv			who has a place at the secondary
 *	OUT/LAESTAB/NAME.xml		each school's roll, as CTF files
 *	OUT/LAESTAB/COLLECTION.csv	what no CTF carries
 *
 * A row about a pupil names it in the column upn.  In nomination.csv the event
 * is named, where an import needs its id.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/demo/ctf_write.h"
#include "tests/demo/partnership.h"

enum {
	PATH_BYTES = 1024,
	TABLES_MAX = 32,
	CTF_PUPILS_MAX = 500,
};

/* The CSV files of one school, each opened by its first row. */
struct tables {
	const struct partnership *partnership;
	const char *folder;
	uint32_t count;

	struct table {
		const char *collection;
		FILE *out;
	} tables[TABLES_MAX];

	bool failed;
};

static bool
fail(const char *what)
{
	(void)fprintf(stderr, "throughline-generate: %s: %s\n", what,
	    strerror(errno));
	return false;
}

static bool
make_folder(const char *path)
{
	return mkdir(path, 0777) == 0 || errno == EEXIST || fail(path);
}

static FILE *
open_file(const char *folder, const char *name, const char *ending)
{
	char path[PATH_BYTES];
	FILE *out = NULL;
	int length =
	    snprintf(path, sizeof(path), "%s/%s%s", folder, name, ending);

	if (length > 0 && length < (int)sizeof(path))
		out = fopen(path, "wb");
	else
		errno = ENAMETOOLONG;
	if (out == NULL)
		(void)fail(path);
	return out;
}

static bool
close_file(FILE *out, const char *name)
{
	bool failed = ferror(out) != 0;

	return (fclose(out) == 0 && !failed) || fail(name);
}

static void
write_cell(FILE *out, const char *text, char after)
{
	bool quoted = strpbrk(text, ",\"\r\n") != NULL;

	if (quoted)
		(void)fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			(void)fputc('"', out);
		(void)fputc(*text, out);
	}
	if (quoted)
		(void)fputc('"', out);
	(void)fputc(after, out);
}

static FILE *
find_table(struct tables *tables, const struct partnership_record *record)
{
	struct table *table;

	for (uint32_t i = 0; i < tables->count; i++)
		if (strcmp(tables->tables[i].collection, record->collection) ==
		    0)
			return tables->tables[i].out;
	if (tables->count == TABLES_MAX)
		return NULL;
	table = &tables->tables[tables->count];
	table->collection = record->collection;
	table->out = open_file(tables->folder, record->collection, ".csv");
	if (table->out == NULL)
		return NULL;
	tables->count++;
	if (record->pupil != PARTNERSHIP_NO_PUPIL)
		write_cell(table->out, "upn", ',');
	for (uint32_t i = 0; i < record->value_count; i++)
		write_cell(table->out, record->values[i].column,
		    i + 1 < record->value_count ? ',' : '\n');
	return table->out;
}

static void
write_row(void *context, const struct partnership_record *record)
{
	struct tables *tables = context;
	FILE *out;

	if (record->in_ctf || tables->failed)
		return;
	out = find_table(tables, record);
	if (out == NULL) {
		tables->failed = true;
		return;
	}
	if (record->pupil != PARTNERSHIP_NO_PUPIL)
		write_cell(out, tables->partnership->pupils[record->pupil].upn,
		    ',');
	for (uint32_t i = 0; i < record->value_count; i++)
		write_cell(out, record->values[i].text,
		    i + 1 < record->value_count ? ',' : '\n');
}

static bool
write_tables(const struct partnership *partnership, uint32_t school,
    const char *folder)
{
	struct tables tables = { .partnership = partnership, .folder = folder };

	partnership_visit_school(partnership, school, write_row, &tables);
	for (uint32_t i = partnership->first_pupil[school];
	     i < partnership->first_pupil[school + 1]; i++)
		partnership_visit_pupil(partnership, i, NULL, write_row,
		    &tables);
	for (uint32_t i = 0; i < tables.count; i++)
		if (!close_file(tables.tables[i].out,
			tables.tables[i].collection))
			tables.failed = true;
	return !tables.failed;
}

static bool
write_roll(const struct partnership *partnership, uint32_t school,
    const char *folder)
{
	const char *laestab = partnership_schools[school].laestab;
	uint32_t first = partnership->first_pupil[school];
	uint32_t end = partnership->first_pupil[school + 1];

	for (uint32_t part = 1; first < end; part++) {
		uint32_t count =
		    end - first < CTF_PUPILS_MAX ? end - first : CTF_PUPILS_MAX;
		char name[64];
		FILE *out;

		(void)snprintf(name, sizeof(name), "%s_CTF_%s_%03u", laestab,
		    laestab, part);
		out = open_file(folder, name, ".xml");
		if (out == NULL)
			return false;
		ctf_write(out, partnership, school, first, count);
		if (!close_file(out, name))
			return false;
		first += count;
	}
	return true;
}

static bool
write_schools(const char *folder)
{
	FILE *out = open_file(folder, "schools", ".csv");

	if (out == NULL)
		return false;
	(void)fputs("name,phase,laestab,urn\n", out);
	for (uint32_t i = 0; i < PARTNERSHIP_SCHOOLS; i++) {
		write_cell(out, partnership_schools[i].name, ',');
		write_cell(out, partnership_schools[i].phase, ',');
		write_cell(out, partnership_schools[i].laestab, ',');
		write_cell(out, partnership_schools[i].urn, '\n');
	}
	return close_file(out, "schools.csv");
}

static bool
write_offers(const struct partnership *partnership, const char *folder)
{
	FILE *out = open_file(folder, "offers", ".csv");

	if (out == NULL)
		return false;
	(void)fputs("upn,forename,surname,birth_date,from_school\n", out);
	for (uint32_t i = 0; i < partnership->pupil_count; i++) {
		const struct partnership_pupil *pupil = &partnership->pupils[i];

		if (pupil->destination != PARTNERSHIP_SECONDARY)
			continue;
		write_cell(out, pupil->upn, ',');
		write_cell(out, pupil->forename, ',');
		write_cell(out, pupil->surname, ',');
		write_cell(out, pupil->birth_date, ',');
		write_cell(out, partnership_schools[pupil->school].laestab,
		    '\n');
	}
	return close_file(out, "offers.csv");
}

static bool
write_partnership(const struct partnership *partnership, const char *out)
{
	if (!make_folder(out) || !write_schools(out) ||
	    !write_offers(partnership, out))
		return false;
	for (uint32_t i = 0; i < PARTNERSHIP_SCHOOLS; i++) {
		char folder[PATH_BYTES];
		int length = snprintf(folder, sizeof(folder), "%s/%s", out,
		    partnership_schools[i].laestab);

		if (length < 0 || length >= (int)sizeof(folder)) {
			errno = ENAMETOOLONG;
			return fail(out);
		}
		if (!make_folder(folder) ||
		    !write_tables(partnership, i, folder) ||
		    !write_roll(partnership, i, folder))
			return false;
	}
	return true;
}

static int
usage(void)
{
	(void)fputs("usage: throughline-generate --out DIR [--seed N]"
		    " [--scale X]\n"
		    "  X = 1 is 3,600 pupils; at most 10\n",
	    stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	const char *out = NULL;
	uint64_t seed = PARTNERSHIP_SEED;
	double scale = 1;
	struct partnership *partnership;
	bool done;

	for (int i = 1; i < argc; i += 2) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";
		char *end = NULL;

		if (strcmp(argv[i], "--out") == 0)
			out = value;
		else if (strcmp(argv[i], "--seed") == 0)
			seed = strtoull(value, &end, 10);
		else if (strcmp(argv[i], "--scale") == 0)
			scale = strtod(value, &end);
		else
			return usage();
		if (value[0] == '\0' || (end != NULL && *end != '\0'))
			return usage();
	}
	if (out == NULL || !(scale > 0) || scale > PARTNERSHIP_SCALE_MAX)
		return usage();
	partnership = partnership_generate(seed, scale);
	if (partnership == NULL)
		return fail("generate") ? 0 : 1;
	done = write_partnership(partnership, out);
	if (done)
		(void)printf("%u pupils of %u families in %d schools: %s\n",
		    partnership->pupil_count, partnership->family_count,
		    PARTNERSHIP_SCHOOLS, out);
	partnership_destroy(partnership);
	return done ? 0 : 1;
}
