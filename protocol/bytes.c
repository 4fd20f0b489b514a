#include "protocol/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	BUFFER_BYTES_MIN = 256,
	ARENA_BLOCK_BYTES_MIN = 4096,
	ARENA_BLOCK_BYTES_MAX = 256 * 1024
};

struct bytes
bytes_of_text(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size &&
	       (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool
bytes_equal_text(struct bytes a, const char *text)
{
	return bytes_equal(a, bytes_of_text(text));
}

static uint8_t
small_letter(uint8_t letter)
{
	return letter >= 'A' && letter <= 'Z' ? letter | 0x20 : letter;
}

bool
bytes_equal_text_any_case(struct bytes a, const char *text)
{
	struct bytes b = bytes_of_text(text);

	if (a.size != b.size)
		return false;
	for (size_t i = 0; i < a.size; i++)
		if (small_letter(a.data[i]) != small_letter(b.data[i]))
			return false;
	return true;
}

int
bytes_compare(struct bytes a, struct bytes b)
{
	size_t size = a.size < b.size ? a.size : b.size;
	int order = size == 0 ? 0 : memcmp(a.data, b.data, size);

	if (order != 0)
		return order;
	return (a.size > b.size) - (a.size < b.size);
}

void
bytes_advance(struct bytes *bytes, size_t count)
{
	assert(count <= bytes->size);
	if (count == 0)
		return;
	bytes->data += count;
	bytes->size -= count;
}

struct bytes
bytes_trimmed(struct bytes text)
{
	while (text.size > 0 && text.data[0] <= ' ')
		bytes_advance(&text, 1);
	while (text.size > 0 && text.data[text.size - 1] <= ' ')
		text.size--;
	return text;
}

void
bytes_store64(uint8_t *out, uint64_t number)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(number >> (8 * i));
}

uint64_t
bytes_load64(const uint8_t *in)
{
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number |= (uint64_t)in[i] << (8 * i);
	return number;
}

void
buffer_deinit(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){ 0 };
}

void
buffer_clear(struct buffer *buffer)
{
	buffer->start = 0;
	buffer->size = 0;
}

struct bytes
buffer_view(const struct buffer *buffer)
{
	if (buffer->size == 0)
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ buffer->data + buffer->start, buffer->size };
}

enum status
buffer_append(struct buffer *buffer, struct bytes bytes)
{
	uint8_t *room;

	if (bytes.size == 0)
		return STATUS_OK;
	room = buffer_reserve(buffer, bytes.size);
	if (room == NULL)
		return STATUS_NOMEM;
	memcpy(room, bytes.data, bytes.size);
	buffer->size += bytes.size;
	return STATUS_OK;
}

/* Move the content into memory with room for needed bytes in all. */
static bool
buffer_grow(struct buffer *buffer, size_t needed)
{
	size_t capacity = buffer->capacity;
	uint8_t *data;

	capacity = capacity > PTRDIFF_MAX / 2 ? PTRDIFF_MAX : capacity * 2;
	if (capacity < BUFFER_BYTES_MIN)
		capacity = BUFFER_BYTES_MIN;
	if (capacity < needed)
		capacity = needed;
	data = malloc(capacity);
	if (data == NULL)
		return false;
	if (buffer->size > 0)
		memcpy(data, buffer->data + buffer->start, buffer->size);
	free(buffer->data);
	buffer->data = data;
	buffer->start = 0;
	buffer->capacity = capacity;
	return true;
}

uint8_t *
buffer_reserve(struct buffer *buffer, size_t count)
{
	size_t behind = buffer->capacity - buffer->start - buffer->size;

	if (buffer->data != NULL && count <= behind)
		return buffer->data + buffer->start + buffer->size;
	if (count > PTRDIFF_MAX - buffer->size)
		return NULL;
	/* Moving to the front costs what was consumed before: amortised. */
	if (buffer->start >= buffer->size &&
	    buffer->size + count <= buffer->capacity && buffer->data != NULL) {
		memmove(buffer->data, buffer->data + buffer->start,
		    buffer->size);
		buffer->start = 0;
	} else if (!buffer_grow(buffer, buffer->size + count)) {
		return NULL;
	}
	return buffer->data + buffer->size;
}

void
buffer_produce(struct buffer *buffer, size_t count)
{
	assert(count <= buffer->capacity - buffer->start - buffer->size);
	buffer->size += count;
}

void
buffer_consume(struct buffer *buffer, size_t count)
{
	assert(count <= buffer->size);
	buffer->start += count;
	buffer->size -= count;
	if (buffer->size == 0)
		buffer->start = 0;
}

void
buffer_truncate(struct buffer *buffer, size_t size)
{
	assert(size <= buffer->size);
	buffer->size = size;
}

/* The newest block is the first, and the only one that is filled further. */
struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t capacity;
	max_align_t memory[];
};

static bool
arena_grow(struct arena *arena, size_t size)
{
	struct arena_block *block;
	size_t capacity = ARENA_BLOCK_BYTES_MIN;

	if (arena->first != NULL)
		capacity = arena->first->capacity * 2;
	if (capacity > ARENA_BLOCK_BYTES_MAX)
		capacity = ARENA_BLOCK_BYTES_MAX;
	if (capacity < size)
		capacity = size;
	if (capacity > PTRDIFF_MAX - sizeof(*block))
		return false;
	block = malloc(sizeof(*block) + capacity);
	if (block == NULL)
		return false;
	block->next = arena->first;
	block->used = 0;
	block->capacity = capacity;
	arena->first = block;
	return true;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = sizeof(max_align_t);
	struct arena_block *block;
	uint8_t *memory;

	if (size > SIZE_MAX - align)
		return NULL;
	size = size == 0 ? align : (size + align - 1) / align * align;
	block = arena->first;
	if (block == NULL || block->capacity - block->used < size) {
		if (!arena_grow(arena, size))
			return NULL;
		block = arena->first;
	}
	memory = (uint8_t *)block->memory + block->used;
	block->used += size;
	return memset(memory, 0, size);
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		return NULL;
	return arena_alloc(arena, count * size);
}

const char *
arena_text(struct arena *arena, struct bytes text)
{
	char *copy;

	if (text.size == SIZE_MAX)
		return NULL;
	copy = arena_alloc(arena, text.size + 1);
	if (copy != NULL && text.size > 0)
		memcpy(copy, text.data, text.size);
	return copy;
}

static void
free_blocks(struct arena_block *block)
{
	while (block != NULL) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
}

void
arena_reset(struct arena *arena)
{
	if (arena->first == NULL)
		return;
	free_blocks(arena->first->next);
	arena->first->next = NULL;
	arena->first->used = 0;
}

void
arena_deinit(struct arena *arena)
{
	free_blocks(arena->first);
	arena->first = NULL;
}
