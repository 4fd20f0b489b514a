/*
 * What a hostile computer knows: commits that it holds or saw, the records in
 * them, and numbers that it came across.
 */
#ifndef TESTS_SIM_HOSTILE_KNOWN_H
#define TESTS_SIM_HOSTILE_KNOWN_H

#include "common/catalogue/catalogue.h"
#include "protocol/commit.h"
#include "protocol/message.h"
#include "tests/sim/random.h"

enum {
	KNOWN_COMMITS = 512,
	KNOWN_RECORDS = 512,
	KNOWN_IDS = 512
};

struct known_commit {
	uint64_t sequence; /* 0: it waits */
	uint64_t received_ms;
	struct mark mark;
	struct bytes bytes;
	struct commit commit; /* decoded from them */
};

struct known_record {
	uint64_t id;
	uint64_t dossier;
	const struct collection *collection; /* NULL: it is not known here */
};

/* The first so many that it hears of; {0} knows nothing. */
struct known {
	struct arena arena;
	struct known_commit commits[KNOWN_COMMITS];
	uint32_t commit_count;
	struct known_record records[KNOWN_RECORDS];
	uint32_t record_count;
	uint64_t ids[KNOWN_IDS];
	uint32_t id_count;
};

void known_deinit(struct known *known);

/* Bytes are copied.  What cannot be decoded, or is known, is passed over. */
void known_learn(struct known *known, struct bytes commit, uint64_t sequence);

/* The same of one that came down, with its place and mark. */
void known_learn_item(struct known *known, const struct item *item);

/* The hub did not take it. */
void known_forget(struct known *known, uint64_t commit);

/* Any number of anything. */
void known_hint(struct known *known, uint64_t id);

/* One of the numbers by chance; 0 when there is none. */
uint64_t known_id(const struct known *known, struct random *random);

/* One of the commits, of that site (0: of any); NULL for none. */
const struct known_commit *known_commit(const struct known *known,
    uint32_t site, struct random *random);

/* One of the records of a collection, in that dossier (UINT64_MAX: in any), or
 * of any collection (NULL); NULL for none. */
const struct known_record *known_record(const struct known *known,
    const char *collection, uint64_t dossier, struct random *random);

/* What a change writes to a column; NULL: nothing. */
const struct value *known_value(const struct change *change,
    const char *column);

/* The latest write of a column of record that it knows: the change's id, and
 * its value; 0 and null for none. */
uint64_t known_last(const struct known *known, uint64_t record,
    const char *column, struct value *value);

/* The same of a reference; 0 for none. */
uint64_t known_reference(const struct known *known, uint64_t record,
    const char *column);

#endif
