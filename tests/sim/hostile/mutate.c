#include "tests/sim/hostile/mutate.h"

#include <assert.h>
#include <string.h>

enum {
	LONG_TEXT = 3000,
	LONG_ARRAY = 5000,
	DEPTH_MAX = 32
};

static void
put(struct buffer *out, const void *data, size_t size)
{
	enum status status = STATUS_OK;

	if (size > 0)
		status = buffer_append(out, (struct bytes){ data, size });
	assert(status == STATUS_OK);
	(void)status;
}

/* --- heads ---------------------------------------------------------------- */

enum shape {
	PLAIN, /* nothing in it */
	LIST,  /* array: count elements */
	PAIRS, /* map: 2 * count elements */
	BLOB,
};

struct head {
	enum shape shape;
	size_t head_bytes;
	uint64_t count;  /* of elements */
	uint64_t inside; /* bytes behind the head that belong to it */
};

static uint64_t
big_endian(struct bytes in, size_t at, size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size && at + i < in.size; i++)
		number = number << 8 | in.data[at + i];
	return number;
}

/* Heads whose length is announced in 1, 2 or 4 bytes, by the first byte. */
static const struct {
	uint8_t first;
	uint8_t length_bytes;
	uint8_t extra; /* the type of an extension */
	enum shape shape;
} long_heads[] = {
	{ 0xc4, 1, 0, BLOB },
	{ 0xc5, 2, 0, BLOB },
	{ 0xc6, 4, 0, BLOB },
	{ 0xc7, 1, 1, PLAIN },
	{ 0xc8, 2, 1, PLAIN },
	{ 0xc9, 4, 1, PLAIN },
	{ 0xd9, 1, 0, PLAIN },
	{ 0xda, 2, 0, PLAIN },
	{ 0xdb, 4, 0, PLAIN },
	{ 0xdc, 2, 0, LIST },
	{ 0xdd, 4, 0, LIST },
	{ 0xde, 2, 0, PAIRS },
	{ 0xdf, 4, 0, PAIRS },
};

static struct head
long_head(struct bytes in)
{
	/* nil .. true, floats, numbers, fixed extensions */
	static const uint8_t inside[32] = { [0x0a] = 4,
		[0x0b] = 8,
		[0x0c] = 1,
		[0x0d] = 2,
		[0x0e] = 4,
		[0x0f] = 8,
		[0x10] = 1,
		[0x11] = 2,
		[0x12] = 4,
		[0x13] = 8,
		[0x14] = 2,
		[0x15] = 3,
		[0x16] = 5,
		[0x17] = 9,
		[0x18] = 17 };
	struct head head = { PLAIN, 1, 0, inside[in.data[0] & 31] };

	for (size_t i = 0; i < sizeof(long_heads) / sizeof(long_heads[0]);
	     i++) {
		uint64_t length;

		if (long_heads[i].first != in.data[0])
			continue;
		length = big_endian(in, 1, long_heads[i].length_bytes);
		head.head_bytes = 1u + long_heads[i].length_bytes;
		head.shape = long_heads[i].shape;
		if (head.shape == LIST)
			head.count = length;
		else if (head.shape == PAIRS)
			head.count = 2 * length;
		else
			head.inside = length + long_heads[i].extra;
	}
	return head;
}

static struct head
head_of(struct bytes in)
{
	uint8_t first = in.data[0];

	if (first < 0x80 || first >= 0xe0)
		return (struct head){ PLAIN, 1, 0, 0 };
	if (first < 0x90)
		return (struct head){ PAIRS, 1, 2u * (first & 15u), 0 };
	if (first < 0xa0)
		return (struct head){ LIST, 1, first & 15u, 0 };
	if (first < 0xc0)
		return (struct head){ PLAIN, 1, 0, first & 31u };
	return long_head(in);
}

/* A list or (fixed 0) a blob: its shortest head. */
static void
put_head(struct buffer *out, uint8_t fixed, uint8_t first, uint64_t count)
{
	uint8_t head[5] = { 0 };
	size_t size = 1;

	if (fixed != 0 && count < 16) {
		head[0] = (uint8_t)(fixed | count);
		put(out, head, 1);
		return;
	}
	if (fixed == 0 && count < 256)
		size = 1;
	else
		size = count < 65536 ? 2 : 4;
	if (fixed == 0)
		head[0] = (uint8_t)(first + (size == 4 ? 2 : size - 1));
	else
		head[0] = (uint8_t)(first + (size == 4 ? 1 : 0));
	for (size_t i = 0; i < size; i++)
		head[1 + i] = (uint8_t)(count >> (8 * (size - 1 - i)));
	put(out, head, 1 + size);
}

/* The size of the object at the front; 0 when it is none. */
static size_t
object_size(struct bytes in, int depth)
{
	struct bytes rest = in;
	struct head head;
	size_t size;

	if (in.size == 0 || depth > DEPTH_MAX)
		return 0;
	head = head_of(in);
	if (head.head_bytes > in.size ||
	    head.inside > in.size - head.head_bytes)
		return 0;
	bytes_advance(&rest, head.head_bytes + (size_t)head.inside);
	for (uint64_t i = 0; i < head.count; i++) {
		size = object_size(rest, depth + 1);
		if (size == 0)
			return 0;
		bytes_advance(&rest, size);
	}
	return in.size - rest.size;
}

/* --- values that nobody expects ------------------------------------------- */

#define VALUE(bytes)                     \
	{                                \
		bytes, sizeof(bytes) - 1 \
	}

static const struct {
	const char *data;
	size_t size;
} values[] = {
	VALUE("\xc0"),
	VALUE("\xc3"),
	VALUE("\xff"),
	VALUE("\xd3\x80\0\0\0\0\0\0\0"),
	VALUE("\0"),
	VALUE("\x01"),
	VALUE("\xcd\x10\x01"),
	VALUE("\xcf\x7f\xff\xff\xff\xff\xff\xff\xff"),
	VALUE("\xcf\x7f\xff\xff\xff\xff\xff\xff\xfe"),
	VALUE("\xcf\x80\0\0\0\0\0\0\0"),
	VALUE("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
	VALUE("\xa0"),
	VALUE("\xa2\xc3\x28"), /* no UTF-8 */
	VALUE("\xdb\xff\xff\xff\xff"),
	VALUE("\xc4\0"),
	VALUE("\xc4\x08........"),
	VALUE("\xc6\xff\xff\xff\xff"),
	VALUE("\x90"),
	VALUE("\xdd\xff\xff\xff\xff"),
	VALUE("\x80"),
	VALUE("\x81\xc0\xc0"),
	VALUE("\xc7\x01\x01."),
	VALUE("\xcb\x7f\xf8\0\0\0\0\0\0"),
	VALUE("\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\xc0"),
};

static void
put_value(struct buffer *out, uint32_t way)
{
	enum {
		TABLED = sizeof(values) / sizeof(values[0])
	};

	uint8_t head[3] = { 0xda, LONG_TEXT >> 8, LONG_TEXT & 255 };

	static_assert((int)MUTATE_VALUES == (int)TABLED + 2,
	    "two are too long for the table");
	if (way < TABLED) {
		put(out, values[way].data, values[way].size);
	} else if (way == TABLED) {
		put(out, head, 3);
		for (int i = 0; i < LONG_TEXT; i++)
			put(out, "a", 1);
	} else {
		put_head(out, 0x90, 0xdc, LONG_ARRAY);
		for (int i = 0; i < LONG_ARRAY; i++)
			put(out, "\x01", 1);
	}
}

/* --- one element ---------------------------------------------------------- */

/* A walk through the elements, which are numbered as they are met. */
struct walk {
	uint32_t next;
	uint32_t element; /* the one that is meant */
	uint32_t way;
	struct buffer *out; /* NULL: only count */
	bool done;
};

static void walk_object(struct walk *walk, struct bytes in);

/* One of a list: it may go, or come twice.  Returns how often it stands. */
static uint32_t
walk_one(struct walk *walk, struct bytes one)
{
	bool due = walk->out != NULL && walk->next == walk->element;

	if (!due || walk->way < MUTATE_VALUES) {
		walk_object(walk, one);
		return 1;
	}
	walk->done = true;
	walk->next++;
	if (walk->way == MUTATE_REMOVE)
		return 0;
	put(walk->out, one.data, one.size);
	put(walk->out, one.data, one.size);
	return 2;
}

static void
walk_list(struct walk *walk, struct head head, struct bytes in)
{
	struct buffer inside = { 0 }, *out = walk->out;
	uint64_t count = 0;

	bytes_advance(&in, head.head_bytes);
	walk->out = out == NULL ? NULL : &inside;
	for (uint64_t i = 0; i < head.count; i++) {
		size_t size = object_size(in, 0);

		count += walk_one(walk, (struct bytes){ in.data, size });
		bytes_advance(&in, size);
	}
	walk->out = out;
	if (out != NULL) {
		put_head(out, 0x90, 0xdc, count);
		put(out, buffer_view(&inside).data, buffer_view(&inside).size);
	}
	buffer_deinit(&inside);
}

static bool
is_commit(struct bytes blob)
{
	return blob.size > 0 && (blob.data[0] & 0xf0) == 0x90 &&
	       object_size(blob, 0) == blob.size;
}

static void
walk_blob(struct walk *walk, struct head head, struct bytes in)
{
	struct buffer inside = { 0 }, *out = walk->out;

	bytes_advance(&in, head.head_bytes);
	walk->out = out == NULL ? NULL : &inside;
	if (is_commit(in))
		walk_object(walk, in);
	else if (out != NULL)
		put(&inside, in.data, in.size);
	walk->out = out;
	if (out != NULL) {
		put_head(out, 0, 0xc4, buffer_view(&inside).size);
		put(out, buffer_view(&inside).data, buffer_view(&inside).size);
	}
	buffer_deinit(&inside);
}

static void
walk_object(struct walk *walk, struct bytes in)
{
	struct head head = head_of(in);

	if (walk->next++ == walk->element && walk->out != NULL &&
	    walk->way < MUTATE_VALUES) {
		put_value(walk->out, walk->way);
		walk->done = true;
	} else if (head.shape == LIST) {
		walk_list(walk, head, in);
	} else if (head.shape == BLOB) {
		walk_blob(walk, head, in);
	} else if (walk->out != NULL) {
		put(walk->out, in.data, in.size);
	}
}

uint32_t
mutate_count(struct bytes body)
{
	struct walk walk = { 0 };

	if (body.size == 0 || object_size(body, 0) != body.size)
		return 0;
	walk_object(&walk, body);
	return walk.next;
}

bool
mutate_element(struct bytes body, uint32_t element, uint32_t way,
    struct buffer *out)
{
	struct walk walk = { 0, element, way, out, false };

	buffer_clear(out);
	if (element >= mutate_count(body))
		return false;
	walk_object(&walk, body);
	return walk.done;
}

/* --- bytes ---------------------------------------------------------------- */

static void
mutate_bytes(struct bytes body, struct random *random, struct buffer *out)
{
	size_t at = (size_t)random_below_of(random, body.size + 1);
	uint8_t byte = (uint8_t)random_next(random);
	uint64_t repeats = random_between(random, 1, 40);

	buffer_clear(out);
	put(out, body.data, at);
	switch (random_below_of(random, 4)) {
	case 0: /* flipped */
		if (at < body.size) {
			byte = body.data[at] ^ (uint8_t)(1u << (byte & 7u));
			put(out, &byte, 1);
			put(out, body.data + at + 1, body.size - at - 1);
		}
		break;
	case 1: /* cut */
		break;
	case 2: /* put in */
		while (repeats-- > 0)
			put(out, &byte, 1);
		put(out, body.data + at, body.size - at);
		break;
	default: /* another byte */
		if (at < body.size) {
			put(out, &byte, 1);
			put(out, body.data + at + 1, body.size - at - 1);
		}
		break;
	}
}

void
mutate_by_chance(struct bytes body, struct random *random, struct buffer *out)
{
	uint32_t elements = mutate_count(body);

	if (elements > 0 && !random_one_in(random, 4) &&
	    mutate_element(body, (uint32_t)random_below_of(random, elements),
		(uint32_t)random_below_of(random, MUTATE_WAYS), out))
		return;
	mutate_bytes(body, random, out);
}
