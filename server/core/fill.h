/*
 * FILL and FILLED: what a dossier held before it was opened to a school, sent
 * beside the stream and resumed where it stopped.
 */
#ifndef SERVER_CORE_FILL_H
#define SERVER_CORE_FILL_H

#include "server/core/session.h"

/* One frame of sections of what the session asks for; none when it asks for
 * nothing. */
enum status fill_pump(struct session *session, struct error *err);

#endif
