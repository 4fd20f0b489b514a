/*
 * Which characters the bytes of an XML file are.  Files arrive as UTF-8 and
 * UTF-16 with and without a byte-order mark, as windows-1252, and as UTF-8 that
 * calls itself UTF-16.
 */
#ifndef CLIENT_IMPORT_ENCODING_H
#define CLIENT_IMPORT_ENCODING_H

#include <expat.h>

#include "protocol/bytes.h"

enum {
	ENCODING_LOOK_BYTES = 256 /* what encoding_detect likes to see */
};

struct encoding {
	const char *name;   /* for XML_ParserCreate; NULL: as the file says */
	const char *remark; /* a sentence for the person; NULL: none */
};

/* By the first bytes of the file. */
struct encoding encoding_detect(struct bytes first);

/* For XML_SetUnknownEncodingHandler: knows windows-1252. */
int encoding_unknown(void *context, const XML_Char *name, XML_Encoding *info);

#endif
