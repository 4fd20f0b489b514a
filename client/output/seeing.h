/*
 * What a commit that was refused shows a person: of it there is no record that
 * could be asked for.
 */
#ifndef CLIENT_OUTPUT_SEEING_H
#define CLIENT_OUTPUT_SEEING_H

#include <jansson.h>

#include "client/access/view.h"
#include "common/replica/pending.h"

/* Their own, all of it. */
struct seeing {
	const struct viewer *viewer;
	struct arena arena;
	struct commit commit;
	bool all;
};

/* Until seeing_end; of a commit that cannot be read nothing is seen. */
void seeing_begin(struct seeing *seeing, const struct viewer *viewer,
    struct bytes bytes);

void seeing_end(struct seeing *seeing);

bool seeing_field(const struct seeing *seeing, const struct change *change,
    const struct field_write *field);

/* Whether there is anything in it for them. */
bool seeing_any(const struct seeing *seeing);

/* [{"collection", "id", "fields": [{column: value}]}] */
json_t *seeing_json(const struct seeing *seeing);

/* Whether they see anything of the one that was refused by this id. */
enum status seeing_look(struct replica *replica, const struct viewer *viewer,
    uint64_t id, bool *seen, struct error *err);

#endif
