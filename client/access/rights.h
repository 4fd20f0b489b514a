/*
 * What a person may see, write and do.  Pure: the command line and the page
 * ask the same functions, and nothing else decides.
 *
 * For records the table is the catalogue itself (roles, roles_own, roles_write
 * of a collection, roles of a column and of a code of `kind`), read so:
 *
 *   - a lead sees everything; a head everything but what is the leads' alone;
 *     what is kept of passphrases nobody sees;
 *   - what is said of a column, or of the record's kind, goes before what is
 *     said of the collection; of a kind that is not known, only who may see
 *     every kind sees anything;
 *   - roles_own sees and writes what is its own;
 *   - whoever sees only some columns that are shown beyond the collection's
 *     roles (the one-page profile) writes none of them;
 *   - a collection for all roles is for everybody who has an account;
 *   - while a child's address is confidential, addresses in its file are for
 *     the leads, the head and the office.
 *
 * For what is no record there is one table of actions, in rights.c.
 */
#ifndef CLIENT_ACCESS_RIGHTS_H
#define CLIENT_ACCESS_RIGHTS_H

#include "client/access/viewer.h"
#include "common/catalogue/catalogue.h"

/* The record that is asked about. */
struct rights_about {
	const struct collection *collection;
	enum dossier_kind dossier; /* in which it lies; 0: no matter */
	struct bytes kind;         /* its value of `kind`; empty: not known */
	bool own;                  /* the viewer wrote it, or it is theirs */
	bool address_confidential; /* of the child in whose file it lies */
};

/* column NULL: anything of the record, so that it is there for them at all. */
bool rights_may_see(const struct viewer *viewer,
    const struct rights_about *about, const struct column *column);

/* column NULL: create it, delete it, take that back. */
bool rights_may_write(const struct viewer *viewer,
    const struct rights_about *about, const struct column *column);

/* Whether there can be records of which they see that column (or, NULL,
 * anything): of some kind, or their own.  Of an address: if it is not
 * confidential. */
bool rights_may_see_some(const struct viewer *viewer,
    const struct collection *collection, const struct column *column);

/* Whether they may write each column of every record of it, whosoever's. */
bool rights_may_write_all(const struct viewer *viewer,
    const struct collection *collection);

/* --- what is no record ---------------------------------------------------- */

enum action {
	ACTION_IMPORT_CTF,
	ACTION_IMPORT_CSV, /* and rights_may_write_all */
	ACTION_EXPORT_CTF,
	ACTION_EXPORT_CSV, /* of what they see */
	ACTION_TRANSFER_OPEN,
	ACTION_TRANSFER_ANSWER,
	ACTION_TRANSFER_ACCEPT,
	ACTION_TRANSFER_CANCEL,
	ACTION_RESOLVE, /* of what they may write */
	ACTION_REFUSED, /* of what they see */
	ACTION_STAFF,
	ACTION_SETTINGS,
	ACTION_REPORT,
	ACTION_RECONCILE,
	ACTION_SUBJECT, /* all about one child, with history */
	ACTION_PROFILE, /* print the one-page profile */
	ACTION_COUNT
};

bool rights_may_do(const struct viewer *viewer, enum action action);

/* STATUS_OK, or STATUS_DENIED with a sentence that says for whom it is. */
enum status rights_check(const struct viewer *viewer, enum action action,
    struct error *err);

enum {
	RIGHTS_ROLES_BYTES = 160
};

/* "safeguarding leads, the head and the office"; "nobody". */
void rights_name_roles(uint32_t roles, char out[RIGHTS_ROLES_BYTES]);

#endif
