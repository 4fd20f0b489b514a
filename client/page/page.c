/* See page.h. */
#include "client/page/page.h"

#include <string.h>

#include "client/page/page_assets.h"

const struct page_asset *
page_asset(struct bytes path)
{
	/* A few dozen: the requests of a page are fewer than its keystrokes. */
	for (size_t i = 0; i < page_asset_count; i++)
		if (bytes_equal_text(path, page_assets[i].path))
			return &page_assets[i];
	return NULL;
}

bool
page_asset_is_forever(const struct page_asset *asset)
{
	return strcmp(asset->path, "/") != 0;
}
