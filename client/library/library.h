/*
 * What the files of the library share.
 */
#ifndef CLIENT_LIBRARY_LIBRARY_H
#define CLIENT_LIBRARY_LIBRARY_H

#include "client/agent/folder.h"
#include "client/include/throughline.h"
#include "common/replica/draft.h"
#include "common/replica/record.h"

struct tl {
	char *path;
	struct folder *folder;
	struct replica *replica;
	struct draft *committed; /* of the last commit, for its handles */
	tl_listener *listener;
	void *context;
	uint32_t data_version;
	struct tl_write *write; /* that was begun; NULL: none */
};

struct tl_write {
	struct tl *tl;
	struct draft *draft;
};

/* Borrowed from arena, or (in a visitor) from the caller. */
struct tl_record {
	struct arena arena;
	struct record record;
};

/* Turn an inner status and sentence into the public ones. */
enum tl_status library_finish(enum status status, const struct error *from,
    struct tl_error *to);

#endif
