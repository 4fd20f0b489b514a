/*
 * What reading and writing through a viewer share.
 */
#ifndef CLIENT_ACCESS_VIEW_PRIVATE_H
#define CLIENT_ACCESS_VIEW_PRIVATE_H

#include "client/access/view.h"

/* Where the collection says whose a record is by its column `staff`, that
 * column; NULL: it is its author's. */
const struct column *view_owner_column(const struct collection *collection);

/* "there is no record 12": the same for a hidden one. */
enum status view_not_found(uint64_t id, struct error *err);

#endif
