/* Between page.c and what embed.py makes: the files, sorted by path. */
#ifndef CLIENT_PAGE_PAGE_ASSETS_H
#define CLIENT_PAGE_PAGE_ASSETS_H

#include "client/page/page.h"

extern const struct page_asset page_assets[];
extern const size_t page_asset_count;

#endif
