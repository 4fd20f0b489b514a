#include "protocol/compress.h"

#include <assert.h>
#include <stdlib.h>
#include <zstd.h>

#include "protocol/dictionary.h"
#include "protocol/limits.h"

enum {
	COMPRESS_LEVEL = 3,
	DECOMPRESS_ALWAYS_BYTES = 4096
};

struct codec {
	ZSTD_CCtx *compressor;
	ZSTD_DCtx *decompressor;
	ZSTD_CDict *write_dictionary;
	ZSTD_DDict *read_dictionary;
	bool use_dictionary;
};

enum status
codec_create(struct codec **out, struct error *err)
{
	struct codec *codec;

	assert(out != NULL && *out == NULL);
	codec = calloc(1, sizeof(*codec));
	if (codec == NULL)
		return error_set(err, STATUS_NOMEM, "allocate codec");
	codec->compressor = ZSTD_createCCtx();
	codec->decompressor = ZSTD_createDCtx();
	codec->write_dictionary =
	    ZSTD_createCDict(dictionary_data, dictionary_size, COMPRESS_LEVEL);
	codec->read_dictionary =
	    ZSTD_createDDict(dictionary_data, dictionary_size);
	if (codec->compressor == NULL || codec->decompressor == NULL ||
	    codec->write_dictionary == NULL || codec->read_dictionary == NULL) {
		codec_destroy(codec);
		return error_set(err, STATUS_NOMEM, "allocate codec");
	}
	*out = codec;
	return STATUS_OK;
}

void
codec_destroy(struct codec *codec)
{
	if (codec == NULL)
		return;
	ZSTD_freeCCtx(codec->compressor);
	ZSTD_freeDCtx(codec->decompressor);
	ZSTD_freeCDict(codec->write_dictionary);
	ZSTD_freeDDict(codec->read_dictionary);
	free(codec);
}

uint32_t
codec_dictionary_id(const struct codec *codec)
{
	return ZSTD_getDictID_fromDDict(codec->read_dictionary);
}

void
codec_use_dictionary(struct codec *codec, bool use)
{
	codec->use_dictionary = use;
}

enum status
codec_compress(struct codec *codec, struct bytes in, struct buffer *out,
    struct error *err)
{
	size_t room = ZSTD_compressBound(in.size);
	uint8_t *memory = buffer_reserve(out, room);
	size_t size;

	if (memory == NULL)
		return error_set(err, STATUS_NOMEM, "compress");
	if (codec->use_dictionary)
		size = ZSTD_compress_usingCDict(codec->compressor, memory, room,
		    in.data, in.size, codec->write_dictionary);
	else
		size = ZSTD_compressCCtx(codec->compressor, memory, room,
		    in.data, in.size, COMPRESS_LEVEL);
	/* There is room for the worst, so memory is all it can lack. */
	if (ZSTD_isError(size))
		return error_set(err, STATUS_NOMEM, "compress: %s",
		    ZSTD_getErrorName(size));
	buffer_produce(out, size);
	return STATUS_OK;
}

/* One whole zstd frame that says how large it becomes, within the limits. */
static enum status
check_announced(const struct codec *codec, struct bytes in, size_t *size,
    struct error *err)
{
	unsigned long long content;
	uint32_t dictionary;

	content = ZSTD_getFrameContentSize(in.data, in.size);
	if (content == ZSTD_CONTENTSIZE_UNKNOWN ||
	    content == ZSTD_CONTENTSIZE_ERROR)
		return error_set(err, STATUS_INVALID,
		    "decompress: it does not say its size");
	if (content > LIMIT_BODY_BYTES ||
	    (content > DECOMPRESS_ALWAYS_BYTES &&
		content / LIMIT_COMPRESSION_RATIO > in.size))
		return error_set(err, STATUS_TOO_LARGE,
		    "decompress: %zu bytes would become %llu", in.size,
		    content);
	if (ZSTD_findFrameCompressedSize(in.data, in.size) != in.size)
		return error_set(err, STATUS_INVALID,
		    "decompress: it is not one frame");
	dictionary = ZSTD_getDictID_fromFrame(in.data, in.size);
	if (dictionary != 0 && dictionary != codec_dictionary_id(codec))
		return error_set(err, STATUS_INVALID,
		    "decompress: dictionary %u is not known", dictionary);
	*size = (size_t)content;
	return STATUS_OK;
}

enum status
codec_decompress(struct codec *codec, struct bytes in, struct buffer *out,
    struct error *err)
{
	enum status status;
	uint8_t *memory;
	size_t announced = 0;
	size_t size;

	buffer_clear(out);
	status = check_announced(codec, in, &announced, err);
	if (status != STATUS_OK)
		return status;
	memory = buffer_reserve(out, announced);
	if (memory == NULL)
		return error_set(err, STATUS_NOMEM, "decompress");
	if (ZSTD_getDictID_fromFrame(in.data, in.size) != 0)
		size = ZSTD_decompress_usingDDict(codec->decompressor, memory,
		    announced, in.data, in.size, codec->read_dictionary);
	else
		size = ZSTD_decompressDCtx(codec->decompressor, memory,
		    announced, in.data, in.size);
	if (ZSTD_isError(size) || size != announced)
		return error_set(err, STATUS_INVALID, "decompress: %s",
		    ZSTD_getErrorName(size));
	buffer_produce(out, size);
	return STATUS_OK;
}
