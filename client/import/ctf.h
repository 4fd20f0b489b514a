/*
 * A Common Transfer File as a stream: bytes go in, in pieces of any size; the
 * header and then one pupil after the other come out.  Only one pupil is in
 * memory at a time, and no more of it than CTF_PUPIL_BYTES.
 *
 * Files come from anywhere: document types and entities are refused, depth,
 * counts and sizes are bounded.
 */
#ifndef CLIENT_IMPORT_CTF_H
#define CLIENT_IMPORT_CTF_H

#include <stdint.h>

#include "client/import/element.h"

enum {
	CTF_DEPTH = 16,
	CTF_ELEMENTS = 20000,          /* of one pupil */
	CTF_PUPIL_BYTES = 1024 * 1024, /* of text and names of one pupil */
	CTF_TOKEN_BYTES = 256 * 1024,  /* one tag or run of text */
	CTF_NAME_BYTES = 64,
};

struct ctf;

struct ctf_events {
	/* Once, before any pupil.  remark: of the encoding, or NULL. */
	enum status (*header)(void *context, struct element *header,
	    const char *remark, struct error *err);
	/* For each Pupil element; number from 1.  All is borrowed. */
	enum status (*pupil)(void *context, struct element *pupil,
	    uint32_t number, struct error *err);
};

enum status ctf_create(const struct ctf_events *events, void *context,
    struct ctf **out, struct error *err);

void ctf_destroy(struct ctf *ctf);

/*
 * The next bytes of the file; last with the last ones (which may be none).
 * What an event returns other than STATUS_OK ends the reading and is returned.
 * STATUS_INVALID: not XML, not a CTF, or it breaks off; the sentence says the
 * line.  STATUS_TOO_LARGE: over a limit.  After a failure only ctf_destroy.
 */
enum status ctf_feed(struct ctf *ctf, struct bytes bytes, bool last,
    struct error *err);

#endif
