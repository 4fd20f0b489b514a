/*
 * Schools, families and pupils.  Pupils are made school by school and year by
 * year; each joins a family of its part of town that has room for it, or
 * begins a new one, so that brothers and sisters go to several schools.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/demo/draw.h"
#include "tests/demo/names.h"
#include "tests/demo/partnership.h"

enum {
	YEARS = 14,
	CLUSTERS = PARTNERSHIP_FEEDERS + 1, /* the last is out of town */
	ISSUERS = PARTNERSHIP_SCHOOLS + 1,
	FROM_INFANT = 47,  /* of the 72 a year in a junior school */
	TO_SECONDARY = 30, /* leavers of a feeder who go to Alderbrook */
	CHILDREN_MAX = 4,
	JOIN_TRIES = 8,
	JOIN_PERCENT = 62,
};

#define OUT PARTNERSHIP_OUTSIDE

const struct partnership_school partnership_schools[PARTNERSHIP_SCHOOLS] = {
	{ "Alderbrook School", "secondary", "9994001", "990001", 7, 13, 0, 190,
	    OUT, OUT },
	{ "Hartwell Green Primary School", "primary", "9992001", "990002", 0, 6,
	    41, 45, OUT, OUT },
	{ "Marlpit Primary School", "primary", "9992002", "990003", 0, 6, 41,
	    45, OUT, OUT },
	{ "Copse Hill Junior School", "junior", "9992003", "990004", 3, 6, 72,
	    45, 7, OUT },
	{ "Fenwick Lane Junior School", "junior", "9992004", "990005", 3, 6, 72,
	    45, 8, OUT },
	{ "Larkmoor Junior School", "junior", "9992005", "990006", 3, 6, 72, 45,
	    9, OUT },
	{ "Tannery Road Junior School", "junior", "9992006", "990007", 3, 6, 72,
	    45, 10, OUT },
	{ "Copse Hill Infant School", "infant", "9991001", "990008", 0, 2, 47,
	    35, OUT, 3 },
	{ "Fenwick Lane Infant School", "infant", "9991002", "990009", 0, 2, 47,
	    35, OUT, 4 },
	{ "Larkmoor Infant School", "infant", "9991003", "990010", 0, 2, 47, 35,
	    OUT, 5 },
	{ "Tannery Road Infant School", "infant", "9991004", "990011", 0, 2, 47,
	    35, OUT, 6 },
};

struct generation {
	struct partnership *partnership;
	uint32_t serial[ISSUERS][YEARS];
	/* families of each part of town */
	uint32_t *cluster[CLUSTERS + 1];
	uint32_t cluster_count[CLUSTERS + 1];
};

void
partnership_date(int32_t days, char *out)
{
	/* Years begin in March, so that a leap day comes last. */
	int32_t z = days + 719468;
	int32_t era = z / 146097;
	int32_t of_era = z % 146097;
	int32_t year =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int32_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int32_t month = (5 * of_year + 2) / 153;
	int32_t day = of_year - (153 * month + 2) / 5 + 1;

	assert(days >= 0);
	month += month < 10 ? 3 : -9;
	year += era * 400 + (month <= 2);
	(void)snprintf(out, PARTNERSHIP_DATE_BYTES, "%04u-%02u-%02u",
	    (unsigned)year % 10000, (unsigned)month % 100, (unsigned)day % 100);
}

int32_t
partnership_days(uint32_t year, uint32_t month)
{
	int32_t y = (int32_t)year - (month <= 2);
	int32_t m = ((int32_t)month + 9) % 12;

	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 - 719468;
}

char
partnership_upn_letter(const char *rest)
{
	static const char letters[] = "ABCDEFGHJKLMNPQRTUVWXYZ";
	uint32_t sum = 0;

	for (uint32_t i = 0; i < PARTNERSHIP_UPN_BYTES - 2; i++) {
		const char *letter = strchr(letters, rest[i]);

		sum += (i + 2) * (letter != NULL && rest[i] != '\0'
					 ? (uint32_t)(letter - letters)
					 : (uint32_t)(rest[i] - '0'));
	}
	return letters[sum % 23];
}

static uint32_t
scaled(double scale, uint32_t count)
{
	uint32_t result = (uint32_t)(scale * count + 0.5);

	return result > 0 ? result : 1;
}

static uint32_t
year_group_size(const struct partnership *partnership, uint32_t school,
    uint32_t year)
{
	if (school == PARTNERSHIP_SECONDARY)
		return scaled(partnership->scale, year <= 11 ? 210 : 125);
	return scaled(partnership->scale, partnership_schools[school].a_year);
}

/* Whether one of size is among the first of every in `share of whole`, evenly
 * spread. */
static bool
is_spread(uint32_t index, uint32_t share, uint32_t whole)
{
	return (uint64_t)index * share / whole !=
	       (uint64_t)(index + 1) * share / whole;
}

/* Where a pupil began, is, and goes, from its place in its year group. */
static void
place_pupil(const struct partnership *partnership, uint32_t index,
    struct partnership_pupil *pupil)
{
	const struct partnership_school *school =
	    &partnership_schools[pupil->school];
	uint32_t infant;

	pupil->destination = PARTNERSHIP_OUTSIDE;
	pupil->leaver = false;
	pupil->primary = PARTNERSHIP_OUTSIDE;
	pupil->infant = PARTNERSHIP_OUTSIDE;
	if (school->junior != PARTNERSHIP_OUTSIDE) {
		pupil->cluster = school->junior;
		pupil->infant = pupil->school;
		pupil->leaver = pupil->year == school->last_year;
		if (pupil->leaver)
			pupil->destination = school->junior;
		return;
	}
	pupil->cluster = pupil->school != PARTNERSHIP_SECONDARY
	                     ? pupil->school
	                     : index % CLUSTERS + 1;
	if (pupil->cluster > PARTNERSHIP_FEEDERS)
		return;
	pupil->primary = pupil->cluster;
	infant = partnership_schools[pupil->cluster].infant;
	if (infant != PARTNERSHIP_OUTSIDE)
		pupil->infant = is_spread(index / CLUSTERS, FROM_INFANT, 72)
		                    ? infant
		                    : PARTNERSHIP_OUTSIDE;
	else
		pupil->infant = pupil->cluster;
	pupil->leaver = pupil->year == 6;
	if (pupil->leaver &&
	    is_spread(index, scaled(partnership->scale, TO_SECONDARY),
		year_group_size(partnership, pupil->school, 6)))
		pupil->destination = PARTNERSHIP_SECONDARY;
}

static uint32_t
draw_background(struct draw *draw)
{
	uint32_t share = draw_below(draw, 100);
	uint32_t background = 0;

	while (share >= backgrounds[background].share) {
		share -= backgrounds[background].share;
		background++;
	}
	assert(background < background_count);
	return background;
}

static enum family_kind
draw_family_kind(struct draw *draw)
{
	uint32_t percent = draw_below(draw, 100);

	if (percent < 62)
		return FAMILY_TOGETHER;
	if (percent < 80)
		return FAMILY_SEPARATED;
	if (percent < 89)
		return FAMILY_STEP;
	return percent < 98 ? FAMILY_ALONE : FAMILY_FOSTER;
}

static uint32_t
begin_family(struct generation *generation, uint32_t cluster)
{
	struct partnership *partnership = generation->partnership;
	uint32_t number = partnership->family_count++;
	struct partnership_family *family = &partnership->families[number];
	struct draw draw = draw_begin(partnership->seed, "family", number);
	const struct background *background;

	family->background = draw_background(&draw);
	background = &backgrounds[family->background];
	family->surname = draw_pick(&draw, background->surnames);
	family->other_surname = draw_pick(&draw, backgrounds[0].surnames);
	family->kind = draw_family_kind(&draw);
	family->cluster = cluster;
	generation->cluster[cluster][generation->cluster_count[cluster]++] =
	    number;
	return number;
}

/* A family of this part of town whose other children are two years off. */
static uint32_t
find_family(struct generation *generation, uint32_t cluster, uint32_t year,
    struct draw *draw)
{
	struct partnership_family *families = generation->partnership->families;
	uint32_t near = UINT32_C(7) << year >> 1;
	uint32_t count = generation->cluster_count[cluster];

	if (count == 0 || !draw_chance(draw, JOIN_PERCENT))
		return begin_family(generation, cluster);
	for (int i = 0; i < JOIN_TRIES; i++) {
		uint32_t number =
		    generation->cluster[cluster][draw_below(draw, count)];

		if ((families[number].years & near) == 0 &&
		    families[number].children < CHILDREN_MAX)
			return number;
	}
	return begin_family(generation, cluster);
}

/* Issued by the first school, in the year in which reception began. */
static void
issue_upn(struct generation *generation, struct partnership_pupil *pupil)
{
	uint32_t issuer = pupil->infant == PARTNERSHIP_OUTSIDE
	                      ? PARTNERSHIP_SCHOOLS
	                      : pupil->infant;
	const char *laestab = issuer == PARTNERSHIP_SCHOOLS
	                          ? "9992901"
	                          : partnership_schools[issuer].laestab;
	uint32_t serial = ++generation->serial[issuer][pupil->year];

	/* Beyond 999 the outside schools of a large town take turns. */
	assert(
	    serial < 10000 && (issuer == PARTNERSHIP_SCHOOLS || serial < 1000));
	(void)snprintf(pupil->upn, sizeof(pupil->upn), "?%.6s%c%02u%03u",
	    laestab, (char)(laestab[6] + (char)(serial / 1000)),
	    (PARTNERSHIP_YEAR - pupil->year) % 100, serial % 1000);
	pupil->upn[0] = partnership_upn_letter(pupil->upn + 1);
}

static void
make_pupil(struct generation *generation, uint32_t school, uint32_t year,
    uint32_t index)
{
	struct partnership *partnership = generation->partnership;
	uint32_t number = partnership->pupil_count++;
	struct partnership_pupil *pupil = &partnership->pupils[number];
	struct draw draw = draw_begin(partnership->seed, "pupil", number);
	struct partnership_family *family;
	const struct background *background;

	pupil->school = school;
	pupil->year = year;
	place_pupil(partnership, index, pupil);
	pupil->family = find_family(generation, pupil->cluster, year, &draw);
	family = &partnership->families[pupil->family];
	family->years |= UINT32_C(1) << year;
	family->children++;
	background = &backgrounds[family->background];
	pupil->girl = draw_chance(&draw, 49);
	pupil->surname = family->surname;
	pupil->forename = draw_pick(&draw,
	    pupil->girl ? background->girls : background->boys);
	pupil->middle_names =
	    draw_chance(&draw, 60)
		? draw_pick(&draw,
		      pupil->girl ? background->girls : background->boys)
		: "";
	if (strcmp(pupil->middle_names, pupil->forename) == 0)
		pupil->middle_names = "";
	partnership_date(partnership_days(PARTNERSHIP_YEAR - 5 - year, 9) +
			     (int32_t)draw_below(&draw, 365),
	    pupil->birth_date);
	issue_upn(generation, pupil);
}

static uint32_t
count_pupils(const struct partnership *partnership)
{
	uint32_t count = 0;

	for (uint32_t s = 0; s < PARTNERSHIP_SCHOOLS; s++)
		for (uint32_t year = partnership_schools[s].first_year;
		     year <= partnership_schools[s].last_year; year++)
			count += year_group_size(partnership, s, year);
	return count;
}

static bool
generation_begin(struct generation *generation)
{
	struct partnership *partnership = generation->partnership;
	uint32_t count = count_pupils(partnership);

	partnership->pupils = calloc(count, sizeof(*partnership->pupils));
	partnership->families = calloc(count, sizeof(*partnership->families));
	if (partnership->pupils == NULL || partnership->families == NULL)
		return false;
	for (uint32_t i = 1; i <= CLUSTERS; i++) {
		generation->cluster[i] = calloc(count, sizeof(uint32_t));
		if (generation->cluster[i] == NULL)
			return false;
	}
	return true;
}

static void
generation_run(struct generation *generation)
{
	struct partnership *partnership = generation->partnership;

	for (uint32_t s = 0; s < PARTNERSHIP_SCHOOLS; s++) {
		partnership->first_pupil[s] = partnership->pupil_count;
		for (uint32_t year = partnership_schools[s].first_year;
		     year <= partnership_schools[s].last_year; year++) {
			uint32_t size = year_group_size(partnership, s, year);

			for (uint32_t i = 0; i < size; i++)
				make_pupil(generation, s, year, i);
		}
	}
	partnership->first_pupil[PARTNERSHIP_SCHOOLS] =
	    partnership->pupil_count;
}

struct partnership *
partnership_generate(uint64_t seed, double scale)
{
	struct generation generation = { 0 };
	bool ready = false;

	if (!(scale > 0) || scale > PARTNERSHIP_SCALE_MAX)
		return NULL;
	generation.partnership = calloc(1, sizeof(*generation.partnership));
	if (generation.partnership != NULL) {
		generation.partnership->seed = seed;
		generation.partnership->scale = scale;
		ready = generation_begin(&generation);
	}
	if (ready)
		generation_run(&generation);
	for (uint32_t i = 1; i <= CLUSTERS; i++)
		free(generation.cluster[i]);
	if (!ready) {
		partnership_destroy(generation.partnership);
		return NULL;
	}
	return generation.partnership;
}

void
partnership_destroy(struct partnership *partnership)
{
	if (partnership == NULL)
		return;
	free(partnership->pupils);
	free(partnership->families);
	free(partnership);
}

void
partnership_visit_all(const struct partnership *partnership,
    partnership_visit visit, void *context)
{
	for (uint32_t s = 0; s < PARTNERSHIP_SCHOOLS; s++)
		partnership_visit_school(partnership, s, visit, context);
	for (uint32_t i = 0; i < partnership->pupil_count; i++)
		partnership_visit_pupil(partnership, i, NULL, visit, context);
}
