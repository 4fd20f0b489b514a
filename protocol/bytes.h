/*
 * Bytes that somebody else owns (struct bytes), bytes that grow (struct
 * buffer), and memory that is released all at once (struct arena).
 */
#ifndef PROTOCOL_BYTES_H
#define PROTOCOL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/status.h"

/* A view.  Owns nothing; not ended by NUL.  {NULL, 0} is empty. */
struct bytes {
	const uint8_t *data;
	size_t size;
};

/* A view of a C string, without its NUL. */
struct bytes bytes_of_text(const char *text);

bool bytes_equal(struct bytes a, struct bytes b);

bool bytes_equal_text(struct bytes a, const char *text);

/* Letters of ASCII are the same in either case. */
bool bytes_equal_text_any_case(struct bytes a, const char *text);

/* <0, 0, >0: as memcmp, the shorter first where one begins the other. */
int bytes_compare(struct bytes a, struct bytes b);

/* Cut count bytes off the front; count <= bytes->size. */
void bytes_advance(struct bytes *bytes, size_t count);

/* Without the spaces and control characters at both ends. */
struct bytes bytes_trimmed(struct bytes text);

/* 8 bytes, little-endian. */
void bytes_store64(uint8_t *out, uint64_t number);

uint64_t bytes_load64(const uint8_t *in);

/*
 * Grows at its end, is consumed at its front.  {0} is a valid empty buffer.
 * Consuming is cheap: memory moves only when growth needs the room.
 */
struct buffer {
	uint8_t *data;
	size_t start;
	size_t size; /* bytes in use, from data + start */
	size_t capacity;
};

void buffer_deinit(struct buffer *buffer);

/* Keep the memory, forget the content. */
void buffer_clear(struct buffer *buffer);

/* Borrowed until the next change of the buffer. */
struct bytes buffer_view(const struct buffer *buffer);

/* STATUS_NOMEM leaves the buffer as it was. */
enum status buffer_append(struct buffer *buffer, struct bytes bytes);

/*
 * Room for count more bytes behind the content; fill it and then call
 * buffer_produce.  NULL when there is no memory.
 */
uint8_t *buffer_reserve(struct buffer *buffer, size_t count);

void buffer_produce(struct buffer *buffer, size_t count);

void buffer_consume(struct buffer *buffer, size_t count);

/* Cut the content back to its first size bytes; for undoing an append. */
void buffer_truncate(struct buffer *buffer, size_t size);

/* Memory that lives together.  {0} is a valid empty arena. */
struct arena {
	struct arena_block *first;
};

/* Aligned for any type, zeroed; NULL when there is no memory. */
void *arena_alloc(struct arena *arena, size_t size);

/* count * size, checked for overflow. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy with a NUL behind it, so that data is also a C string. */
const char *arena_text(struct arena *arena, struct bytes text);

/* Release all that was allocated, keep one block for the next use. */
void arena_reset(struct arena *arena);

void arena_deinit(struct arena *arena);

#endif
