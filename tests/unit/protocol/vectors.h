/*
 * Reads the test vectors of tests/vectors: lines of key=value.
 */
#ifndef TESTS_PROTOCOL_VECTORS_H
#define TESTS_PROTOCOL_VECTORS_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/bytes.h"

enum {
	VECTOR_LINE_BYTES = 64 * 1024
};

struct vectors {
	FILE *file;
	struct arena arena;
	unsigned int count;
	char line[VECTOR_LINE_BYTES];
};

static inline struct vectors *
vectors_open(const char *name)
{
	struct vectors *vectors = calloc(1, sizeof(*vectors));
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s/vectors/%s", TESTS_FOLDER, name);
	vectors->file = fopen(path, "r");
	assert(vectors->file != NULL);
	return vectors;
}

/* Go to the next vector; at the end release everything and return false. */
static inline bool
vectors_next(struct vectors *vectors)
{
	while (fgets(vectors->line, sizeof(vectors->line), vectors->file)) {
		vectors->line[strcspn(vectors->line, "\n")] = '\0';
		if (vectors->line[0] == '#')
			continue;
		vectors->count++;
		arena_reset(&vectors->arena);
		return true;
	}
	assert(vectors->count > 0);
	(void)fclose(vectors->file);
	arena_deinit(&vectors->arena);
	free(vectors);
	return false;
}

/* The text of a field; NULL when the line has none of that name. */
static inline const char *
vectors_text(struct vectors *vectors, const char *key)
{
	const char *at = vectors->line;
	size_t size = strlen(key);

	while (*at != '\0') {
		size_t field = strcspn(at, " ");

		if (strncmp(at, key, size) == 0 && at[size] == '=')
			return arena_text(&vectors->arena,
			    (struct bytes){ (const uint8_t *)at + size + 1,
				field - size - 1 });
		at += field + (at[field] == ' ');
	}
	return NULL;
}

static inline uint64_t
vectors_number(struct vectors *vectors, const char *key)
{
	const char *text = vectors_text(vectors, key);

	assert(text != NULL);
	return strtoull(text, NULL, 10);
}

/* Append hexadecimal text up to its end or a bracket; returns where it is. */
static inline const char *
vectors_hex(const char *text, struct buffer *out)
{
	while (*text != '\0' && *text != '(' && *text != '*') {
		char pair[3] = { text[0], text[1], '\0' };
		uint8_t byte = (uint8_t)strtoul(pair, NULL, 16);

		(void)buffer_append(out, (struct bytes){ &byte, 1 });
		text += 2;
	}
	return text;
}

static inline struct bytes
vectors_bytes(struct vectors *vectors, const char *key)
{
	const char *text = vectors_text(vectors, key);
	struct buffer out = { 0 };
	struct buffer unit = { 0 };
	struct bytes bytes;

	assert(text != NULL);
	for (;;) {
		char *end;
		unsigned long times;

		text = vectors_hex(text, &out);
		if (*text == '\0')
			break;
		buffer_clear(&unit);
		text = vectors_hex(text + 1, &unit);
		times = strtoul(text + 1, &end, 10);
		while (times-- > 0)
			(void)buffer_append(&out, buffer_view(&unit));
		text = end + 1;
	}
	bytes = buffer_view(&out);
	bytes.data = (const uint8_t *)arena_text(&vectors->arena, bytes);
	buffer_deinit(&out);
	buffer_deinit(&unit);
	return bytes;
}

#endif
