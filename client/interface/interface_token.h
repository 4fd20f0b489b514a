/*
 * What a page shows beside the session's cookie when it writes: only whoever
 * was told by us knows it, since the cookie is not for scripts.
 */
#ifndef CLIENT_INTERFACE_INTERFACE_TOKEN_H
#define CLIENT_INTERFACE_INTERFACE_TOKEN_H

#include "client/interface/interface_private.h"

void token_make(const uint8_t key[32], struct bytes secret,
    char token[TOKEN_BYTES]);

#endif
