/*
 * An invented partnership: eleven schools, their families and pupils, in the
 * academic year 2025/26, always the same for the same seed.
 *
 * What is known of a pupil or by a school comes as records: a collection and
 * its columns as text, as a CSV file or column_parse() would take them.  An
 * empty text means "not known".  References to a school are its LAEstab; the
 * event of a nomination is the event's name.
 */
#ifndef TESTS_DEMO_PARTNERSHIP_H
#define TESTS_DEMO_PARTNERSHIP_H

#include <stdbool.h>
#include <stdint.h>

enum {
	PARTNERSHIP_SCHOOLS = 11,
	PARTNERSHIP_SECONDARY = 0, /* the school that most leavers go to */
	PARTNERSHIP_FEEDERS = 6,   /* schools 1 .. 6: primary and junior */
	PARTNERSHIP_OUTSIDE = 255, /* a school that is no member */
	PARTNERSHIP_NO_PUPIL = -1,
	PARTNERSHIP_UPN_BYTES = 14,
	PARTNERSHIP_DATE_BYTES = 11,
	PARTNERSHIP_VALUES_MAX = 40,
	PARTNERSHIP_TEXT_BYTES = 4096,
	PARTNERSHIP_YEAR = 2025,     /* in which the academic year began */
	PARTNERSHIP_SEED = 20260601, /* unless another is asked for */
};

/* How many times the usual number of pupils there may be. */
#define PARTNERSHIP_SCALE_MAX 10.0

struct partnership_school {
	const char *name;
	const char *phase;
	const char *laestab;
	const char *urn;
	uint32_t first_year; /* 0 = reception */
	uint32_t last_year;
	uint32_t a_year; /* pupils in a year group, at scale 1 */
	uint32_t staff;
	uint32_t infant; /* the school that feeds it, or PARTNERSHIP_OUTSIDE */
	uint32_t junior; /* the school that it feeds, likewise */
};

enum family_kind {
	FAMILY_TOGETHER,  /* mother and father */
	FAMILY_SEPARATED, /* father at an address of his own */
	FAMILY_STEP,      /* mother and stepfather */
	FAMILY_ALONE,     /* mother, and a grandmother elsewhere */
	FAMILY_FOSTER,    /* foster carers of another name */
};

struct partnership_family {
	uint32_t background; /* into backgrounds[] */
	const char *surname;
	const char *other_surname;
	enum family_kind kind;
	uint32_t cluster; /* the feeder near which it lives */
	uint32_t years;   /* bit n: has a child in year n */
	uint32_t children;
};

struct partnership_pupil {
	char upn[PARTNERSHIP_UPN_BYTES];
	char birth_date[PARTNERSHIP_DATE_BYTES];
	const char *surname;
	const char *forename;
	const char *middle_names; /* or "" */
	bool girl;
	uint32_t year;
	uint32_t family;
	uint32_t school;
	uint32_t cluster;     /* feeder of its part of town */
	uint32_t infant;      /* school of the first years, or OUTSIDE */
	uint32_t primary;     /* feeder it is or was at, or OUTSIDE */
	uint32_t destination; /* of a leaver; OUTSIDE also for all others */
	bool leaver;
};

struct partnership {
	uint64_t seed;
	double scale;
	struct partnership_pupil *pupils;
	uint32_t pupil_count;
	/* school s has the pupils first_pupil[s] .. first_pupil[s + 1] - 1 */
	uint32_t first_pupil[PARTNERSHIP_SCHOOLS + 1];
	struct partnership_family *families;
	uint32_t family_count;
};

struct partnership_value {
	const char *column;
	const char *text;
};

/*
 * Every record of a collection names the same columns in the same order.
 * Valid until the visitor returns.
 */
struct partnership_record {
	const char *collection;
	uint32_t school; /* that writes it */
	int64_t pupil;   /* whose dossier it is in, or PARTNERSHIP_NO_PUPIL */
	bool in_ctf;     /* a CTF file carries it */
	uint32_t value_count;
	struct partnership_value values[PARTNERSHIP_VALUES_MAX];
};

extern const struct partnership_school partnership_schools[PARTNERSHIP_SCHOOLS];

typedef void (
    *partnership_visit)(void *context, const struct partnership_record *record);

/*
 * All pupils and families; 3,600 and some at scale 1.  NULL without memory, or
 * when scale is not above 0 and at most PARTNERSHIP_SCALE_MAX.
 */
struct partnership *partnership_generate(uint64_t seed, double scale);

void partnership_destroy(struct partnership *partnership);

/* What one school says of itself and for all, and whom it expects. */
void partnership_visit_school(const struct partnership *partnership,
    uint32_t school, partnership_visit visit, void *context);

/*
 * All records of one pupil's dossier, the pupil itself first; or those of one
 * collection, when that is not NULL.
 */
void partnership_visit_pupil(const struct partnership *partnership,
    uint32_t pupil, const char *collection, partnership_visit visit,
    void *context);

/* Everything, school by school: about 44,000 records at scale 1. */
void partnership_visit_all(const struct partnership *partnership,
    partnership_visit visit, void *context);

/* Days since 1970-01-01 as 2026-07-21, in PARTNERSHIP_DATE_BYTES. */
void partnership_date(int32_t days, char *out);

/* The reverse, for the first of a month. */
int32_t partnership_days(uint32_t year, uint32_t month);

/* The first letter of a UPN, from the twelve characters after it. */
char partnership_upn_letter(const char *rest);

#endif
