/*
 * What is planned beside what is here.  Texts agree when they differ in
 * nothing but spaces and the size of letters: files arrive in capitals.
 */
#ifndef CLIENT_IMPORT_COMPARE_H
#define CLIENT_IMPORT_COMPARE_H

#include "common/replica/record.h"

/* A record that is here, copied, so that it may be looked at for long. */
struct here {
	uint64_t id;
	struct value *values;
	bool taken; /* something in the file is this record */
	struct here *next;
};

bool compare_values(const struct column *column, const struct value *here,
    const struct value *planned);

/* Whether all that planned says is said by here; columns of the field `leave`
 * (may be NULL) are not looked at. */
bool compare_says_no_more(const struct collection *collection,
    const struct value *here, const struct value *planned, const char *leave);

/* Whether the columns of the collection's duplicate key agree, null with null.
 * Of a key with a choice the first counts of which something is planned.
 * False without a key. */
bool compare_keys(const struct collection *collection, const struct value *here,
    const struct value *planned);

/* The records of a collection in a dossier (0: of all), by id; copies in
 * arena.  filter may be NULL. */
enum status compare_load(struct replica *replica,
    const struct collection *collection, uint64_t dossier,
    const struct record_filter *filter, struct arena *arena,
    struct here **first, struct error *err);

#endif
