/*
 * A structural scan of untrusted msgpack, to be passed before any decoder
 * allocates: one object, nothing behind it, no deeper than
 * LIMIT_MSGPACK_DEPTH, no count or size that the bytes at hand could not hold,
 * no extension types.  Uses constant memory.
 */
#ifndef PROTOCOL_SCAN_H
#define PROTOCOL_SCAN_H

#include "protocol/bytes.h"

/* STATUS_OK, or STATUS_INVALID with where and why. */
enum status msgpack_scan(struct bytes in, struct error *err);

#endif
