/*
 * Identifiers: site << 43 | counter, unique without coordination.
 *
 * The id of a change is its own; the id of a record is that of the change
 * that created it; the id of a commit is that of its first change, and the
 * others follow consecutively.  A dossier is named by a record: 0 is the
 * partnership, a school's record names school/S, a pupil's names pupil/P, a
 * first epoch record names safeguarding/F.
 */
#ifndef PROTOCOL_IDENTIFIER_H
#define PROTOCOL_IDENTIFIER_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"
#include "protocol/limits.h"

#define IDENTIFIER_MAX      INT64_MAX
#define COUNTER_MAX         ((UINT64_C(1) << LIMIT_COUNTER_BITS) - 1)
#define SITE_MAX            ((UINT32_C(1) << LIMIT_SITE_BITS) - 1)
#define SITE_HUB            UINT32_C(0)
#define DOSSIER_PARTNERSHIP UINT64_C(0)

/* Of every place in the hub's order, and what bounds some. */
#define SEQUENCE_MAX ((UINT64_C(1) << LIMIT_SEQUENCE_BITS) - 1)

enum {
	IDENTIFIER_TEXT_BYTES = 20 /* 19 digits and NUL */
};

uint64_t identifier_make(uint32_t site, uint64_t counter);

uint32_t identifier_site(uint64_t id);

uint64_t identifier_counter(uint64_t id);

/* 1 .. IDENTIFIER_MAX */
bool identifier_is_valid(uint64_t id);

/* Decimal digits only, no sign, no leading zero; false leaves *id alone. */
bool identifier_parse(struct bytes text, uint64_t *id);

/* Decimal, ended by NUL. */
void identifier_format(uint64_t id, char text[IDENTIFIER_TEXT_BYTES]);

#endif
