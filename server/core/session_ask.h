/*
 * What a client asks for: notes it with the session, for the stream to answer.
 */
#ifndef SERVER_CORE_SESSION_ASK_H
#define SERVER_CORE_SESSION_ASK_H

#include "server/core/session.h"

enum status ask_confirm(struct session *session, struct bytes body,
    struct error *err);

enum status ask_fill(struct session *session, struct bytes body,
    struct error *err);

enum status ask_fetch(struct session *session, struct bytes body,
    struct error *err);

enum status ask_prove(struct session *session, struct bytes body,
    struct error *err);

#endif
