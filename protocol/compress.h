/*
 * Compression by zstd with the trained dictionary that both ends carry.  Its
 * id is in HELLO and WELCOME: where they differ, plain zstd is used.
 */
#ifndef PROTOCOL_COMPRESS_H
#define PROTOCOL_COMPRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"

/* Contexts and the digested dictionary; one serves all connections. */
struct codec;

enum status codec_create(struct codec **out, struct error *err);

void codec_destroy(struct codec *codec);

/* The id of the dictionary in this program; never 0. */
uint32_t codec_dictionary_id(const struct codec *codec);

/* Whether what is written from now on may use the dictionary (at first: no).
 * What is read says for itself what it needs. */
void codec_use_dictionary(struct codec *codec, bool use);

/* Append in, compressed, to out. */
enum status codec_compress(struct codec *codec, struct bytes in,
    struct buffer *out, struct error *err);

/*
 * Replace out by what in decompresses to.  STATUS_TOO_LARGE above
 * LIMIT_BODY_BYTES or LIMIT_COMPRESSION_RATIO times in.size (but 4 KiB are
 * always allowed), before anything of that size is allocated.
 */
enum status codec_decompress(struct codec *codec, struct bytes in,
    struct buffer *out, struct error *err);

#endif
