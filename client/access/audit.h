/*
 * Who read which child's file, when, on which computer: records of read_audit
 * in the school's own dossier.
 *
 * They are written before what was read is handed out, and are kept few: one
 * for a person, a child and an act within an hour at this computer, those of
 * one reading in one commit.
 */
#ifndef CLIENT_ACCESS_AUDIT_H
#define CLIENT_ACCESS_AUDIT_H

#include "client/access/viewer.h"

enum audit_act {
	AUDIT_NONE, /* what is shown of a child in a list of names is none */
	AUDIT_OPENED,
	AUDIT_PRINTED,
	AUDIT_EXPORTED,
};

#define AUDIT_AGAIN_MS UINT64_C(3600000)

/*
 * The viewer reads the files of these children (numbers of dossiers; those
 * that are no pupil's are passed over).  In a transaction of its own; none may
 * be open.  STATUS_OK means it is durable, so that what was asked for may be
 * shown.  In set-up, and for AUDIT_NONE, nothing is written.
 */
enum status audit_read(struct replica *replica, const struct viewer *viewer,
    enum audit_act act, const uint64_t *pupils, size_t count, uint64_t now_ms,
    struct error *err);

#endif
