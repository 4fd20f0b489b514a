/*
 * What reading and writing through a viewer share.
 */
#ifndef CLIENT_ACCESS_VIEW_PRIVATE_H
#define CLIENT_ACCESS_VIEW_PRIVATE_H

#include "client/access/view.h"

/* What rights are asked about a record, as it is.  kind is borrowed from
 * record. */
enum status view_ask_about(const struct view *view, const struct record *record,
    struct rights_about *about, struct error *err);

/* Where the collection says whose a record is by its column `staff`, that
 * column; NULL: it is its author's. */
const struct column *view_owner_column(const struct collection *collection);

/* "there is no record 12": the same for a hidden one. */
enum status view_not_found(uint64_t id, struct error *err);

#endif
