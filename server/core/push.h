/*
 * PUSH and ANSWER: commits come in, each is taken or refused.
 */
#ifndef SERVER_CORE_PUSH_H
#define SERVER_CORE_PUSH_H

#include "server/core/session.h"

enum status push_step(struct session *session, struct bytes body,
    struct error *err);

#endif
