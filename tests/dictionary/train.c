/*
 * Trains protocol/dictionary.bin (see README.md): invents commits, packs them
 * as they travel, and gives them to zstd.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zdict.h>
#include <zstd.h>

#include "protocol/commit.h"
#include "protocol/identifier.h"
#include "protocol/message.h"
#include "protocol/stamp.h"
#include "shapes.h"

enum {
	DICTIONARY_ID = 32769, /* two bytes on the wire, a private number */
	DICTIONARY_BYTES = 24 * 1024,
	SAMPLES = 3000,
	TRIALS = 300,
	COMMITS_MAX = 12
};

#define PICK(list) (list[below(sizeof(list) / sizeof((list)[0]))])

static uint64_t state = UINT64_C(0x7468726f7567686c);
static struct arena arena;

/* splitmix64 */
static uint64_t
next(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint64_t
below(uint64_t bound)
{
	return next() % bound;
}

static uint64_t
invent_id(void)
{
	return identifier_make(1 + (uint32_t)below(40), next() >> 36);
}

static struct value
invent_choice(const char *codes)
{
	const char *end = strchr(codes, ')');
	uint64_t skip = below(8);
	const char *code = codes;
	size_t size;

	while (skip-- > 0) {
		code += strcspn(code, "|)");
		code = code < end ? code + 1 : codes;
	}
	size = strcspn(code, "|)");
	return value_c_text(
	    arena_text(&arena, (struct bytes){ (const uint8_t *)code, size }));
}

static struct value
invent_blob(void)
{
	static const size_t sizes[] = { 16, 32, 64, 512 };
	size_t size = PICK(sizes);
	uint8_t *data = arena_alloc(&arena, size);

	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)next();
	return value_blob((struct bytes){ data, size });
}

static struct value
invent_text(char kind)
{
	char *text = arena_alloc(&arena, 600);
	size_t used = 0;
	unsigned int year =
	    (unsigned int)(kind == 'B' ? 2007 + below(14) : 2019 + below(9));
	unsigned int month = 1 + (unsigned int)below(12);
	unsigned int day = 1 + (unsigned int)below(28);

	switch (kind) {
	case 'U':
		(void)snprintf(text, 600, "%c%012" PRIu64,
		    (char)('A' + below(26)), below(1000000000000));
		break;
	case 'E':
		(void)snprintf(text, 600, "%s@example.org", PICK(forenames));
		break;
	case 'N':
		(void)snprintf(text, 600, "%" PRIu64, next() >> 32);
		break;
	case 'P':
		(void)snprintf(text, 600, "WX%" PRIu64 " %" PRIu64 "AB",
		    below(20), below(10));
		break;
	case 'B':
	case 'D':
		(void)snprintf(text, 600, "%04u-%02u-%02u", year, month, day);
		break;
	case 'M':
		(void)snprintf(text, 600, "%04u-%02u-%02uT%02u:%02u:%02uZ",
		    year, month, day, 7 + (unsigned int)below(11),
		    (unsigned int)below(60), (unsigned int)below(60));
		break;
	default:
		for (uint64_t i = 1 + below(4); i > 0; i--)
			used += (size_t)snprintf(text + used, 600 - used, "%s",
			    PICK(sentences));
		break;
	}
	return value_c_text(text);
}

static struct value
invent(const char *kind)
{
	switch (*kind) {
	case '(':
		return invent_choice(kind + 1);
	case 'S':
		return value_c_text(PICK(surnames));
	case 'F':
		return value_c_text(PICK(forenames));
	case 'A':
		return value_c_text(PICK(streets));
	case 'T':
		return value_c_text(PICK(towns));
	case 'C':
		return value_c_text(PICK(places));
	case 'I':
		return value_integer((int64_t)below(400));
	case 'Y':
		return value_integer(2019 + (int64_t)below(9));
	case 'R':
		return value_integer((int64_t)invent_id());
	case 'X':
		return invent_blob();
	default:
		return invent_text(*kind);
	}
}

/* Fill one field from its columns; returns what follows it. */
static const char *
invent_field(const char *columns, struct field_write *field)
{
	field->values = arena_array(&arena, 16, sizeof(*field->values));
	do {
		struct column_value *value =
		    &field->values[field->value_count++];
		size_t size;

		columns += *columns == '+';
		size = strcspn(columns, ":");
		value->column =
		    (struct bytes){ (const uint8_t *)columns, size };
		value->value = invent(columns + size + 1);
		columns += strcspn(columns, " ");
		columns += *columns == ' ';
	} while (*columns == '+');
	return columns;
}

static const struct shape *
pick_shape(void)
{
	for (;;) {
		const struct shape *shape = &PICK(shapes);

		if (below(10) < (uint64_t)shape->weight)
			return shape;
	}
}

/* A new record has most of its fields; a later change has one or two. */
static void
invent_change(struct change *change, uint64_t own_id)
{
	const struct shape *shape = pick_shape();
	const char *columns = shape->columns;
	bool created = below(3) > 0;

	change->collection = bytes_of_text(shape->collection);
	change->record = created ? own_id : own_id - below(5000) - 1;
	change->fields = arena_array(&arena, 32, sizeof(*change->fields));
	while (*columns != '\0') {
		struct field_write *field =
		    &change->fields[change->field_count];

		*field = (struct field_write){ 0 };
		columns = invent_field(columns, field);
		if (below(10) >= (created ? 8u : 1u) &&
		    (*columns != '\0' || change->field_count > 0))
			continue;
		if (!created) {
			field->replaces =
			    arena_array(&arena, 1, sizeof(uint64_t));
			field->replaces[0] = change->record + below(40);
			field->replace_count = 1;
		}
		change->field_count++;
	}
}

static struct bytes
invent_commit(uint64_t id, uint64_t stamp, uint64_t author, uint64_t dossier)
{
	struct commit commit = {
		.id = id,
		.stamp = stamp,
		.author = author,
		.dossier = dossier,
		.change_count = below(3) > 0 ? 1 : 2 + (uint32_t)below(4),
	};
	struct buffer out = { 0 };
	struct bytes bytes;

	commit.changes =
	    arena_array(&arena, commit.change_count, sizeof(*commit.changes));
	for (uint32_t i = 0; i < commit.change_count; i++)
		invent_change(&commit.changes[i], id + i);
	if (commit_encode(&commit, &out, NULL) != STATUS_OK)
		abort();
	bytes = buffer_view(&out);
	bytes.data = (const uint8_t *)arena_text(&arena, bytes);
	buffer_deinit(&out);
	return bytes;
}

/* The body of a PUSH or STREAM, of few commits more often than of many. */
static void
invent_body(struct buffer *out)
{
	struct bytes commits[COMMITS_MAX];
	struct item items[COMMITS_MAX] = { 0 };
	uint32_t count = 1 + (uint32_t)below(1 + below(COMMITS_MAX));
	uint64_t id = invent_id() + 10000;
	uint64_t dossier = id - 1 - below(9000);
	uint64_t author = invent_id();
	uint64_t now_ms = UINT64_C(1780000000000) + below(UINT64_C(1) << 35);
	uint64_t sequence = below(3000000);

	for (uint32_t i = 0; i < count; i++) {
		uint64_t mark = next();

		commits[i] =
		    invent_commit(id, stamp_from_ms(now_ms), author, dossier);
		items[i].commit = commits[i];
		items[i].sequence = sequence += 1 + below(3);
		items[i].received_ms = now_ms;
		memcpy(items[i].mark.bytes, &mark, sizeof(mark));
		id += 1 + below(30);
		now_ms += below(100000);
	}
	if (below(2) == 0) {
		struct push push = { (uint32_t)below(4), commits, count };

		if (message_push_encode(&push, out, NULL) != STATUS_OK)
			abort();
	} else {
		struct stream stream = { items[0].sequence - 1,
			sequence + below(50), items, count };

		if (message_stream_encode(&stream, out, NULL) != STATUS_OK)
			abort();
	}
	arena_reset(&arena);
}

/* Say what it is worth on batches that it was not trained on. */
static void
report(const uint8_t *dictionary, size_t size)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	struct buffer body = { 0 };
	size_t raw = 0;
	size_t plain = 0;
	size_t trained = 0;

	for (int i = 0; i < TRIALS; i++) {
		size_t room;
		void *out;

		invent_body(&body);
		room = ZSTD_compressBound(body.size);
		out = malloc(room);
		raw += body.size;
		plain += ZSTD_compressCCtx(context, out, room, body.data,
		    body.size, 3);
		trained += ZSTD_compress_usingDict(context, out, room,
		    body.data, body.size, dictionary, size, 3);
		free(out);
	}
	ZSTD_freeCCtx(context);
	buffer_deinit(&body);
	printf("%d batches: %zu bytes, plain zstd %zu, with the dictionary "
	       "%zu\n",
	    TRIALS, raw, plain, trained);
}

static size_t
train(uint8_t *dictionary)
{
	static size_t sizes[SAMPLES];
	struct buffer samples = { 0 };
	struct buffer body = { 0 };
	size_t size;

	for (int i = 0; i < SAMPLES; i++) {
		invent_body(&body);
		sizes[i] = body.size;
		if (buffer_append(&samples, buffer_view(&body)) != STATUS_OK)
			abort();
	}
	size = ZDICT_trainFromBuffer(dictionary, DICTIONARY_BYTES, samples.data,
	    sizes, SAMPLES);
	if (ZDICT_isError(size)) {
		(void)fprintf(stderr, "train: %s\n", ZDICT_getErrorName(size));
		exit(1);
	}
	/* The id stands behind the magic number, little-endian. */
	for (int i = 0; i < 4; i++)
		dictionary[4 + i] = (uint8_t)(DICTIONARY_ID >> (8 * i));
	buffer_deinit(&samples);
	buffer_deinit(&body);
	return size;
}

int
main(int argc, char **argv)
{
	static uint8_t dictionary[DICTIONARY_BYTES];
	FILE *file;
	size_t size;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: train-dictionary FILE\n");
		return 2;
	}
	size = train(dictionary);
	report(dictionary, size);
	arena_deinit(&arena);
	file = fopen(argv[1], "wb");
	if (file == NULL || fwrite(dictionary, 1, size, file) != size ||
	    fclose(file) != 0) {
		perror(argv[1]);
		return 1;
	}
	printf("%s: %zu bytes, id %d\n", argv[1], size, DICTIONARY_ID);
	return 0;
}
