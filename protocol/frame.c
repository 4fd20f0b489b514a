#include "protocol/frame.h"

#include <assert.h>

#include "protocol/limits.h"

static void
store_head(uint8_t head[FRAME_HEAD_BYTES], size_t size, uint8_t type)
{
	head[0] = (uint8_t)(size >> 24);
	head[1] = (uint8_t)(size >> 16);
	head[2] = (uint8_t)(size >> 8);
	head[3] = (uint8_t)size;
	head[4] = type;
}

/*
 * Append body compressed, if that makes it smaller and the reader will take it
 * (one that compresses too well looks like a bomb): *done says whether.
 */
static enum status
append_compressed(struct buffer *out, struct bytes body, struct codec *codec,
    bool *done, struct error *err)
{
	const size_t start = out->size;
	enum status status;
	size_t size;

	status = codec_compress(codec, body, out, err);
	if (status != STATUS_OK)
		return status;
	size = out->size - start;
	*done = size < body.size && body.size / LIMIT_COMPRESSION_RATIO <= size;
	if (!*done)
		buffer_truncate(out, start);
	return STATUS_OK;
}

enum status
frame_write(struct buffer *out, uint8_t type, struct bytes body,
    struct codec *codec, struct error *err)
{
	const uint8_t head[FRAME_HEAD_BYTES] = { 0 };
	const size_t start = out->size;
	bool compressed = false;
	enum status status;
	size_t size;

	assert((type & FRAME_COMPRESSED) == 0);
	if (body.size > LIMIT_BODY_BYTES)
		return error_set(err, STATUS_TOO_LARGE,
		    "%s: a body of %zu bytes", frame_name(type), body.size);
	status = buffer_append(out, (struct bytes){ head, sizeof(head) });
	if (status == STATUS_OK && codec != NULL &&
	    body.size >= FRAME_COMPRESS_MIN_BYTES)
		status = append_compressed(out, body, codec, &compressed, err);
	if (status == STATUS_OK && !compressed)
		status = buffer_append(out, body);
	size = out->size - start - FRAME_HEAD_BYTES;
	if (status == STATUS_OK && size > LIMIT_FRAME_BYTES)
		status = STATUS_TOO_LARGE;
	if (status != STATUS_OK) {
		buffer_truncate(out, start);
		return error_set(err, status, "%s: a body of %zu bytes",
		    frame_name(type), body.size);
	}
	store_head(out->data + out->start + start, size,
	    compressed ? type | FRAME_COMPRESSED : type);
	return STATUS_OK;
}

enum status
frame_read(struct bytes *in, struct codec *codec, struct buffer *scratch,
    struct frame *frame, struct error *err)
{
	const uint8_t *head = in->data;
	struct bytes body;
	enum status status;
	uint32_t size;

	if (in->size < FRAME_HEAD_BYTES)
		return STATUS_AGAIN;
	size = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 |
	       (uint32_t)head[2] << 8 | head[3];
	frame->type = head[4] & (uint8_t)~FRAME_COMPRESSED;
	if (size > LIMIT_FRAME_BYTES)
		return error_set(err, STATUS_TOO_LARGE,
		    "%s: a body of %u bytes", frame_name(frame->type), size);
	if (in->size - FRAME_HEAD_BYTES < size)
		return STATUS_AGAIN;
	body = (struct bytes){ head + FRAME_HEAD_BYTES, size };
	if ((head[4] & FRAME_COMPRESSED) != 0) {
		if (codec == NULL)
			return error_set(err, STATUS_INVALID,
			    "%s: compressed, which is not expected here",
			    frame_name(frame->type));
		status = codec_decompress(codec, body, scratch, err);
		if (status != STATUS_OK)
			return status;
		body = buffer_view(scratch);
	}
	frame->body = body;
	bytes_advance(in, FRAME_HEAD_BYTES + (size_t)size);
	return STATUS_OK;
}

/* "frame 0" to "frame 127": constant text, so that nobody owns it. */
#define UNNAMED(n) "frame " #n
#define UNNAMED_TEN(n)                                                  \
	UNNAMED(n##0), UNNAMED(n##1), UNNAMED(n##2), UNNAMED(n##3),     \
	    UNNAMED(n##4), UNNAMED(n##5), UNNAMED(n##6), UNNAMED(n##7), \
	    UNNAMED(n##8), UNNAMED(n##9)

static const char *
known_name(enum frame_type type)
{
	switch (type) {
	case FRAME_HELLO:
		return "HELLO";
	case FRAME_WELCOME:
		return "WELCOME";
	case FRAME_PUSH:
		return "PUSH";
	case FRAME_ANSWER:
		return "ANSWER";
	case FRAME_STREAM:
		return "STREAM";
	case FRAME_CONFIRM:
		return "CONFIRM";
	case FRAME_FILL:
		return "FILL";
	case FRAME_FILLED:
		return "FILLED";
	case FRAME_FETCH:
		return "FETCH";
	case FRAME_FETCHED:
		return "FETCHED";
	case FRAME_PROVE:
		return "PROVE";
	case FRAME_PROOF:
		return "PROOF";
	case FRAME_PING:
		return "PING";
	case FRAME_PONG:
		return "PONG";
	case FRAME_RENEW:
		return "RENEW";
	case FRAME_CERTIFICATE:
		return "CERTIFICATE";
	case FRAME_DROP:
		return "DROP";
	case FRAME_LEAVE:
		return "LEAVE";
	case FRAME_GOODBYE:
		return "GOODBYE";
	case FRAME_OFFER:
		return "OFFER";
	case FRAME_OFFERED:
		return "OFFERED";
	case FRAME_RECONCILE:
		return "RECONCILE";
	case FRAME_RECONCILED:
		return "RECONCILED";
	case FRAME_SKETCH:
		return "SKETCH";
	case FRAME_CELLS:
		return "CELLS";
	case FRAME_MEND:
		return "MEND";
	case FRAME_MENDED:
		return "MENDED";
	case FRAME_FOUND:
		return "FOUND";
	case FRAME_NIGHT:
		return "NIGHT";
	case FRAME_JOIN:
		return "JOIN";
	case FRAME_JOINED:
		return "JOINED";
	}
	return NULL;
}

const char *
frame_name(uint8_t type)
{
	static const char *const unnamed[128] = { UNNAMED(0), UNNAMED(1),
		UNNAMED(2), UNNAMED(3), UNNAMED(4), UNNAMED(5), UNNAMED(6),
		UNNAMED(7), UNNAMED(8), UNNAMED(9), UNNAMED_TEN(1),
		UNNAMED_TEN(2), UNNAMED_TEN(3), UNNAMED_TEN(4), UNNAMED_TEN(5),
		UNNAMED_TEN(6), UNNAMED_TEN(7), UNNAMED_TEN(8), UNNAMED_TEN(9),
		UNNAMED_TEN(10), UNNAMED_TEN(11), UNNAMED(120), UNNAMED(121),
		UNNAMED(122), UNNAMED(123), UNNAMED(124), UNNAMED(125),
		UNNAMED(126), UNNAMED(127) };
	uint8_t bare = type & (uint8_t)~FRAME_COMPRESSED;
	const char *name = known_name((enum frame_type)bare);

	return name != NULL ? name : unnamed[bare];
}
