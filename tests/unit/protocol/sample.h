/*
 * What the protocol's tests share: a random source whose seed is printed, and
 * random commits drawn from it.
 */
#ifndef TESTS_PROTOCOL_SAMPLE_H
#define TESTS_PROTOCOL_SAMPLE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "protocol/commit.h"
#include "protocol/identifier.h"

struct random {
	uint64_t state;
};

/* THROUGHLINE_SEED repeats a run. */
static inline struct random
random_begin(void)
{
	const char *text = getenv("THROUGHLINE_SEED");
	uint64_t seed =
	    text != NULL ? strtoull(text, NULL, 10) : (uint64_t)time(NULL);

	printf("THROUGHLINE_SEED=%llu\n", (unsigned long long)seed);
	return (struct random){ seed };
}

/* splitmix64 */
static inline uint64_t
random_next(struct random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline uint64_t
random_below(struct random *random, uint64_t bound)
{
	return random_next(random) % bound;
}

/* Of any magnitude, small ones as often as large ones. */
static inline uint64_t
random_number(struct random *random, uint64_t max)
{
	uint64_t number = random_next(random) >> random_below(random, 64);

	return max == UINT64_MAX ? number : number % (max + 1);
}

static inline struct bytes
random_text(struct random *random, struct arena *arena, size_t max)
{
	static const char *const pieces[] = { "a", "Z", " ", "\xc3\xa9",
		"\xe2\x82\xac", "\xf0\x9f\x8f\xab", "\n", "7" };
	size_t size = (size_t)random_below(random, max + 1);
	char *text = arena_alloc(arena, size + 4);
	size_t used = 0;

	while (used < size) {
		const char *piece = pieces[random_below(random, 8)];

		memcpy(text + used, piece, strlen(piece));
		used += strlen(piece);
	}
	return (struct bytes){ (uint8_t *)text, used };
}

static inline struct value
random_value(struct random *random, struct arena *arena)
{
	int64_t integer;

	switch (random_below(random, 5)) {
	case 0:
		return value_null();
	case 1:
		integer = (int64_t)random_number(random, INT64_MAX);
		return value_integer(
		    random_below(random, 2) ? integer : -integer - 1);
	case 2:
		return value_real(
		    (double)random_number(random, 1u << 30) / 7 - 1000);
	case 3:
		return value_text(random_text(random, arena, 300));
	default:
		return value_blob(random_text(random, arena, 300));
	}
}

static inline struct bytes
random_name(struct arena *arena, uint64_t number)
{
	char *name = arena_alloc(arena, 32);

	(void)snprintf(name, 32, "column_%llu", (unsigned long long)number);
	return bytes_of_text(name);
}

/* Columns are numbered through a change in random steps, so none is twice. */
static inline struct commit
random_commit(struct random *random, struct arena *arena)
{
	struct commit commit = {
		.id = identifier_make(1 + (uint32_t)random_number(random,
					      SITE_MAX - 1),
		    1 + random_number(random, COUNTER_MAX - 100)),
		.stamp = random_number(random, INT64_MAX),
		.author = random_number(random, INT64_MAX),
		.dossier = random_number(random, INT64_MAX),
		.change_count = 1 + (uint32_t)random_below(random, 5),
	};

	commit.changes =
	    arena_array(arena, commit.change_count, sizeof(*commit.changes));
	for (uint32_t i = 0; i < commit.change_count; i++) {
		struct change *change = &commit.changes[i];
		uint64_t column = random_below(random, 100);

		change->collection = random_name(arena, i);
		change->record = 1 + random_number(random, INT64_MAX - 1);
		change->field_count = 1 + (uint32_t)random_below(random, 20);
		change->fields = arena_array(arena, change->field_count,
		    sizeof(*change->fields));
		for (uint32_t j = 0; j < change->field_count; j++) {
			struct field_write *field = &change->fields[j];

			field->value_count =
			    1 + (uint32_t)random_below(random, 3);
			field->values = arena_array(arena, field->value_count,
			    sizeof(*field->values));
			for (uint32_t k = 0; k < field->value_count; k++) {
				column += 1 + random_below(random, 50);
				field->values[k].column =
				    random_name(arena, column);
				field->values[k].value =
				    random_value(random, arena);
			}
			field->replace_count =
			    (uint32_t)random_below(random, 4);
			field->replaces = arena_array(arena,
			    field->replace_count, sizeof(uint64_t));
			for (uint32_t k = 0; k < field->replace_count; k++)
				field->replaces[k] =
				    1 +
				    (random_number(random, INT64_MAX / 8) * 8 +
					k);
		}
		if (random_below(random, 10) == 0)
			change_redact(change);
	}
	return commit;
}

#endif
