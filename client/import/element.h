/*
 * A small tree of XML elements: one pupil, or the header, of a CTF.  Names are
 * compared in any case, since files write CTFVersion and CTFversion.
 */
#ifndef CLIENT_IMPORT_ELEMENT_H
#define CLIENT_IMPORT_ELEMENT_H

#include <stdbool.h>

#include "protocol/bytes.h"

enum {
	ELEMENT_PATH_BYTES = 256
};

struct element {
	const char *name;
	struct bytes text; /* trimmed; empty when there are children */
	struct element *parent;
	struct element *first;
	struct element *last;
	struct element *next;
	bool used; /* its text has found a place */
};

bool element_is(const struct element *element, struct bytes name);

/* The first child of that name behind `after` (NULL: from the beginning). */
struct element *element_child(const struct element *element, struct bytes name,
    const struct element *after);

/*
 * Walk "A/B/C" down from element, the first of each name.  NULL when there is
 * none.  "" is element itself, "." too, ".." its parent.
 */
struct element *element_find(struct element *element, const char *path);

/* The text at path; empty when there is none. */
struct bytes element_text(struct element *element, const char *path);

/*
 * The element after `after` (NULL: the first) that path leads to, with every
 * element of each name, in the order of the file.
 */
struct element *element_each(struct element *element, const char *path,
    struct element *after);

/* "BasicDetails/Ethnicity" below root, cut where it does not fit. */
void element_path(const struct element *element, const struct element *root,
    char path[ELEMENT_PATH_BYTES]);

/* The next element of the whole tree below root, parents first; NULL: none. */
struct element *element_walk(struct element *root, struct element *after);

#endif
