/*
 * Frames: length (4 bytes, big-endian, of the body), type (1 byte), body.  The
 * highest bit of the type says that the body is compressed by zstd.
 */
#ifndef PROTOCOL_FRAME_H
#define PROTOCOL_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"
#include "protocol/compress.h"

enum {
	FRAME_HEAD_BYTES = 5,
	FRAME_COMPRESSED = 0x80,
	FRAME_COMPRESS_MIN_BYTES = 64 /* smaller bodies go as they are */
};

/* Numbers are part of the protocol.  An unknown type is skipped. */
enum frame_type {
	FRAME_HELLO = 1,        /* client: who I am, where I stand */
	FRAME_WELCOME = 2,      /* hub: who I am, where I stand */
	FRAME_PUSH = 3,         /* client: commits */
	FRAME_ANSWER = 4,       /* hub: taken or refused, commit by commit */
	FRAME_STREAM = 5,       /* hub: what is new, in order */
	FRAME_CONFIRM = 6,      /* client: how far the stream is stored */
	FRAME_FILL = 7,         /* client: what did these dossiers hold? */
	FRAME_FILLED = 8,       /* hub: this */
	FRAME_FETCH = 9,        /* client: commits that I lack, by id */
	FRAME_FETCHED = 10,     /* hub: those */
	FRAME_PROVE = 11,       /* client: my count and sum */
	FRAME_PROOF = 12,       /* hub: mine for you */
	FRAME_PING = 13,        /* either: are you there? */
	FRAME_PONG = 14,        /* either: yes */
	FRAME_RENEW = 15,       /* client: a request for a new certificate */
	FRAME_CERTIFICATE = 16, /* hub: the new certificate */
	FRAME_DROP = 17,        /* client: close this frozen grant of ours */
	FRAME_LEAVE = 18,       /* client: all is sent and purged; revoke me */
	FRAME_GOODBYE = 19,     /* either: why I hang up */
	FRAME_OFFER = 20,       /* client: what a restored hub may have lost */
	FRAME_OFFERED = 21,     /* hub: kept so far */
	FRAME_RECONCILE = 22,   /* client: this is my set, in short */
	FRAME_RECONCILED = 23,  /* hub: mine is the same, or begins so */
	FRAME_SKETCH = 24,      /* client: send more of your sketch */
	FRAME_CELLS = 25,       /* hub: this */
	FRAME_MEND = 26,        /* client: take what I have, give what I lack */
	FRAME_MENDED = 27,      /* hub: where I put it, and what you lacked */
	FRAME_FOUND = 28,       /* client: how the night ended */
	FRAME_NIGHT = 29,       /* hub: when the next one is due */
	FRAME_JOIN = 32,        /* throughline-join/1: secret and request */
	FRAME_JOINED = 33,      /* throughline-join/1: number, certificate */
};

struct frame {
	uint8_t type;      /* without the bit; may be none that we know */
	struct bytes body; /* decompressed */
};

/*
 * Append one frame.  Bodies that become smaller by it are compressed when
 * codec is not NULL.  STATUS_TOO_LARGE: the body exceeds LIMIT_BODY_BYTES, or
 * what would be sent LIMIT_FRAME_BYTES; out is left as it was.
 */
enum status frame_write(struct buffer *out, uint8_t type, struct bytes body,
    struct codec *codec, struct error *err);

/*
 * Read the frame at the front of in, and advance in past it.  frame->body lies
 * behind in or, when it was compressed, in scratch, which is overwritten.
 *
 * STATUS_OK         one frame was read
 * STATUS_AGAIN      in holds only part of a frame, and is left as it was
 * STATUS_TOO_LARGE  the announced body exceeds a limit, or decompresses to
 *                   more than a limit or than LIMIT_COMPRESSION_RATIO times
 * STATUS_INVALID    it is not what its head says
 */
enum status frame_read(struct bytes *in, struct codec *codec,
    struct buffer *scratch, struct frame *frame, struct error *err);

/* "STREAM"; "frame 77" for a type that we do not know. */
const char *frame_name(uint8_t type);

#endif
