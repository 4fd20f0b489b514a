/* The page that is in the program: what it is asked for, it has. */
#include "client/page/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/page/page_assets.h"

enum {
	BODY_BYTES_MAX = 512 * 1024,
	NAME_BYTES_MAX = 256,
};

/* A copy that ends in NUL, so that it can be searched. */
static char *
text_of(const struct page_asset *asset)
{
	char *text = malloc(asset->body.size + 1);

	assert_non_null(text);
	memcpy(text, asset->body.data, asset->body.size);
	text[asset->body.size] = '\0';
	return text;
}

/* The index page is there, and its type is said. */
static void
test_index_is_there(void **state)
{
	const struct page_asset *index = page_asset(bytes_of_text("/"));

	(void)state;
	assert_non_null(index);
	assert_string_equal(index->type, "text/html; charset=utf-8");
	assert_int_equal(strlen(index->digest), 32);
	assert_false(page_asset_is_forever(index));
}

/* Every asset that any asset names is found by that name. */
static void
test_every_reference_is_found(void **state)
{
	size_t found = 0;

	(void)state;
	for (size_t i = 0; i < page_asset_count; i++) {
		char *text = text_of(&page_assets[i]);

		for (char *at = strstr(text, "\"/assets/"); at != NULL;
		     at = strstr(at + 1, "\"/assets/")) {
			size_t size = strcspn(at + 1, "\"");
			struct bytes name = { (const uint8_t *)at + 1, size };

			assert_in_range(size, 1, NAME_BYTES_MAX);
			assert_non_null(page_asset(name));
			found++;
		}
		free(text);
	}
	assert_true(found > 5);
}

/* What bears its digest in its name may be kept for ever, and only that. */
static void
test_name_bears_digest(void **state)
{
	(void)state;
	for (size_t i = 0; i < page_asset_count; i++) {
		const struct page_asset *asset = &page_assets[i];
		char digest[17];

		assert_in_range(asset->body.size, 1, BODY_BYTES_MAX);
		snprintf(digest, sizeof(digest), "%s", asset->digest);
		if (page_asset_is_forever(asset))
			assert_non_null(strstr(asset->path, digest));
	}
}

/* Nothing is fetched from elsewhere, nor by the crown's typeface. */
static void
test_nothing_comes_from_elsewhere(void **state)
{
	static const char *const never[] = { "url(http", "src=\"http",
		"href=\"http", "GDS Transport,", "url(/assets", "<style",
		"importmap", "sourceMappingURL" };

	(void)state;
	for (size_t i = 0; i < page_asset_count; i++) {
		char *text = text_of(&page_assets[i]);

		for (size_t j = 0; j < sizeof(never) / sizeof(never[0]); j++)
			if (strstr(text, never[j]) != NULL)
				fail_msg("%s has %s", page_assets[i].path,
				    never[j]);
		free(text);
	}
}

/* What is no asset is not found: no folder is behind the names. */
static void
test_other_paths_are_not_found(void **state)
{
	static const char *const others[] = { "", "/index.html", "/assets/",
		"/assets/../page.c", "//", "/assets/main.js" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_null(page_asset(bytes_of_text(others[i])));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index_is_there),
		cmocka_unit_test(test_every_reference_is_found),
		cmocka_unit_test(test_name_bears_digest),
		cmocka_unit_test(test_nothing_comes_from_elsewhere),
		cmocka_unit_test(test_other_paths_are_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
