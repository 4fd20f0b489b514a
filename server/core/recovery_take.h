/*
 * From what was offered to the ledger.  Private to recovery.c.
 */
#ifndef SERVER_CORE_RECOVERY_TAKE_H
#define SERVER_CORE_RECOVERY_TAKE_H

#include "server/core/hub_write.h"

/* Records of schools and computers that the hub itself wrote. */
enum status recovery_take_sites(struct hub_writer *writer, struct error *err);

/* All, in the order of (generation, sequence).  What those who have offered
 * everything brought and cannot be taken is kept as refused, with an alarm. */
enum status recovery_take_all(struct hub_writer *writer, struct error *err);

#endif
