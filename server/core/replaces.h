/*
 * What a commit replaces: each id is a write of the same field of the same
 * record, which the hub holds; what is filled once is not replaced; a deletion
 * names heads; a redaction names a change that may lose its values.
 */
#ifndef SERVER_CORE_REPLACES_H
#define SERVER_CORE_REPLACES_H

#include "protocol/status.h"

struct admission;

/* DEPENDS, STALE, TYPE, STEP */
enum status replaces_check(struct admission *admission, struct error *err);

#endif
