/*
 * The school's page: files that the build put into the program.  Everything a
 * browser asks for is here, so the page needs no folder and no network.
 */
#ifndef CLIENT_PAGE_PAGE_H
#define CLIENT_PAGE_PAGE_H

#include "protocol/bytes.h"

struct page_asset {
	const char *path;   /* "/", or "/assets/NAME-DIGEST.js" */
	const char *type;   /* its media type */
	struct bytes body;  /* lives as long as the program */
	const char *digest; /* 32 hexadecimal digits: its ETag */
};

/* The file at a path, or NULL.  The path alone, without query. */
const struct page_asset *page_asset(struct bytes path);

/* Whether the path bears the digest, so that the bytes never change. */
bool page_asset_is_forever(const struct page_asset *asset);

#endif
