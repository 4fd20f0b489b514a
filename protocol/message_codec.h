/*
 * What the messages share (private to protocol/).  With the reader and the
 * packer, which keep their first failure, a message's two functions are lists
 * of its elements.
 */
#ifndef PROTOCOL_MESSAGE_CODEC_H
#define PROTOCOL_MESSAGE_CODEC_H

#include "protocol/message.h"
#include "protocol/pack.h"
#include "protocol/reader.h"

/* Replace out by an array of count elements, which follow. */
void message_begin(struct pack *pack, struct buffer *out, size_t count);

enum status message_end(struct pack *pack, const char *name, struct error *err);

/* Scan body, and take the head of its array of at least count elements.
 * Returns how many it has; what is not read of them is never looked at. */
uint32_t message_open(struct reader *reader, struct bytes body,
    struct arena *arena, uint32_t count, struct error *err);

/* The same for a body that is a list and nothing else. */
void message_open_list(struct reader *reader, struct bytes body,
    struct arena *arena, struct error *err);

enum status message_close(const struct reader *reader, const char *name);

/*
 * Elements of a list may grow too: message_element takes the head of one that
 * has at least count, and message_element_end passes over what is behind.
 */
uint32_t message_element(struct reader *reader, uint32_t count,
    const char *what);

void message_element_end(struct reader *reader, uint32_t had, uint32_t count);

/* The head of a list; to send more than may be read is a fault of ours. */
void pack_list(struct pack *pack, uint32_t count, uint32_t max);

/* At most LIMIT_TEXT_BYTES of UTF-8. */
struct bytes message_text(struct reader *reader, const char *what);

/* A sequence, a time, an identifier or 0: up to INT64_MAX. */
uint64_t message_number(struct reader *reader, const char *what);

/* Up to SEQUENCE_MAX. */
uint64_t message_sequence(struct reader *reader, const char *what);

/* The same as a signed difference from the one before. */
uint64_t message_difference(struct reader *reader, uint64_t before,
    const char *what);

uint32_t message_number32(struct reader *reader, const char *what);

void pack_sum(struct pack *pack, const struct digest_sum *sum);

void message_sum(struct reader *reader, struct digest_sum *sum);

void pack_generations(struct pack *pack, const struct generation *generations,
    uint32_t count);

struct generation *message_generations(struct reader *reader, uint32_t *count);

/* Items in ascending sequence. */
void pack_items(struct pack *pack, const struct item *items, uint32_t count);

struct item *message_items(struct reader *reader, uint32_t *count,
    uint32_t max);

/* The same where none may be a number without its commit. */
struct item *message_whole_items(struct reader *reader, uint32_t *count,
    uint32_t max);

#endif
