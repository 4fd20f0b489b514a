/*
 * The paths by which columns of the catalogue are found in a CTF (see struct
 * column): "A/B", "/A/B" from Pupil, "../A", ".", "A+B", "A/Phone[H]/PhoneNo".
 */
#ifndef CLIENT_IMPORT_PATH_H
#define CLIENT_IMPORT_PATH_H

#include "client/import/element.h"
#include "common/catalogue/catalogue.h"

/*
 * The elements that a column's path leads to from element: one, or two that
 * are put together (parts[1]; else NULL).  False when there is none.
 */
bool path_resolve(const struct collection *collection,
    const struct column *column, struct element *pupil, struct element *element,
    struct element *parts[2]);

#endif
