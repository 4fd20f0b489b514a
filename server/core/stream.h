/*
 * What a school may have, on its way to one of its sites: the stream in order,
 * what was asked for beside it (fills, fetches), and the proof that both ends
 * hold the same.  Everything goes by the grants of the moment.
 *
 * Only what is durable is sent: the caller has no transaction open.
 */
#ifndef SERVER_CORE_STREAM_H
#define SERVER_CORE_STREAM_H

#include "server/core/session.h"

/* Make output until there is enough of it or nothing is left to say. */
enum status stream_pump(struct session *session, struct error *err);

/* Whether an empty range is worth a frame by now, so that the cursor of a site
 * that nothing is for moves on. */
bool stream_is_behind(const struct session *session);

#endif
