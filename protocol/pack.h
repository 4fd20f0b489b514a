/*
 * Writing msgpack (private to protocol/): msgpack-c's packer, which always
 * chooses the shortest form, on a buffer or against bytes that exist already.
 * The first failure is kept until pack_end().
 */
#ifndef PROTOCOL_PACK_H
#define PROTOCOL_PACK_H

#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"

struct pack {
	msgpack_packer packer;
	struct buffer *out; /* NULL: compare with expected */
	size_t start;
	struct bytes expected;
	bool failed;
};

/* Append to out. */
void pack_begin(struct pack *pack, struct buffer *out);

/* Write nothing: see whether exactly expected would be written. */
void pack_begin_compare(struct pack *pack, struct bytes expected);

/*
 * STATUS_NOMEM leaves out as it was.  When comparing, STATUS_INVALID says
 * that the bytes differ.
 */
enum status pack_end(struct pack *pack);

void pack_nil(struct pack *pack);
void pack_boolean(struct pack *pack, bool boolean);
void pack_unsigned(struct pack *pack, uint64_t number);
void pack_signed(struct pack *pack, int64_t number);
void pack_real(struct pack *pack, double real);
void pack_text(struct pack *pack, struct bytes text);
void pack_blob(struct pack *pack, const void *data, size_t size);
void pack_array(struct pack *pack, size_t count);

/* A blob of 8 bytes for each, little-endian. */
void pack_numbers(struct pack *pack, const uint64_t *numbers, uint32_t count);

#endif
