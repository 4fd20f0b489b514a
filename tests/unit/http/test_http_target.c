/* Paths and their parameters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/http/http_limits.h"
#include "common/http/http_target.h"

static enum status
parse(struct arena *arena, const char *text, struct http_target *target)
{
	struct error err;
	enum status status;

	arena_reset(arena);
	status = http_target_parse(bytes_of_text(text), arena, target, &err);
	if (status != STATUS_OK)
		assert_int_equal(err.status, status);
	return status;
}

static void
test_path_is_decoded(void **state)
{
	static const char *const good[][2] = {
		{ "/", "/" },
		{ "/api/1/pupils", "/api/1/pupils" },
		{ "/assets/", "/assets/" },
		{ "/a%20b%2Ec", "/a b.c" },
		{ "/zo%c3%AB", "/zo\xc3\xab" },
		{ "/a+b", "/a+b" },
		{ "/...", "/..." },
		{ "/.x/..y", "/.x/..y" },
		{ "/a?", "/a" },
	};
	struct http_target target;
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(parse(&arena, good[i][0], &target), STATUS_OK);
		assert_string_equal(target.path, good[i][1]);
		assert_int_equal(target.parameter_count, 0);
	}
	arena_deinit(&arena);
}

/* What could be read in two ways, or leads out of the folder. */
static void
test_odd_path_is_refused(void **state)
{
	static const char *const bad[] = { "", "*", "pupils", "http://host/",
		"/..", "/../", "/a/../b", "/a/..", "/.", "/a/./b", "/a/.",
		"/%2e%2E/x", "/%2e", "//", "//host", "/a//b", "/a%2fb",
		"/a%2Fb", "/a%5cb", "/a\\b", "/%", "/%1", "/%zz", "/%0g",
		"/%00", "/a%00b", "/%0a", "/\x7f", "/%7f", "/a\tb", "/%ff",
		"/%c0%af", "/%ed%a0%80", "/a#b", "/a?b#c" };
	struct http_target target;
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parse(&arena, bad[i], &target) != STATUS_INVALID)
			fail_msg("%s was taken", bad[i]);
	arena_deinit(&arena);
}

static void
test_parameters_are_read_in_order(void **state)
{
	struct http_target target;
	struct arena arena = { 0 };

	(void)state;
	assert_int_equal(parse(&arena,
			     "/p?name=Zo%C3%AB+Oak&&year=6&name=b&flag&=x"
			     "&a=b=c%26&slash=%2F..%2f&line=%0d%0a?&",
			     &target),
	    STATUS_OK);
	assert_string_equal(target.path, "/p");
	assert_int_equal(target.parameter_count, 8);
	assert_string_equal(http_target_parameter(&target, "name"),
	    "Zo\xc3\xab Oak");
	assert_string_equal(target.parameters[2].name, "name");
	assert_string_equal(target.parameters[2].value, "b");
	assert_string_equal(http_target_parameter(&target, "flag"), "");
	assert_string_equal(http_target_parameter(&target, ""), "x");
	assert_string_equal(http_target_parameter(&target, "a"), "b=c&");
	assert_string_equal(http_target_parameter(&target, "slash"), "/../");
	assert_string_equal(http_target_parameter(&target, "line"), "\r\n?");
	assert_null(http_target_parameter(&target, "Name"));
	arena_deinit(&arena);
}

static void
test_odd_parameters_are_refused(void **state)
{
	static const char *const bad[] = { "/?a=%", "/?a=%4", "/?%=1",
		"/?a=%00", "/?%00", "/?a=%ff", "/?a=1&b=%gg" };
	struct http_target target;
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parse(&arena, bad[i], &target) != STATUS_INVALID)
			fail_msg("%s was taken", bad[i]);
	arena_deinit(&arena);
}

static void
test_parameters_are_limited(void **state)
{
	char text[3 * HTTP_PARAMETERS + 8] = "/?";
	struct http_target target;
	struct arena arena = { 0 };

	(void)state;
	for (int i = 0; i < HTTP_PARAMETERS; i++)
		memcpy(text + strlen(text), "a&&", 4);
	assert_int_equal(parse(&arena, text, &target), STATUS_OK);
	assert_int_equal(target.parameter_count, HTTP_PARAMETERS);
	memcpy(text + strlen(text), "a", 2);
	assert_int_equal(parse(&arena, text, &target), STATUS_TOO_LARGE);
	arena_deinit(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path_is_decoded),
		cmocka_unit_test(test_odd_path_is_refused),
		cmocka_unit_test(test_parameters_are_read_in_order),
		cmocka_unit_test(test_odd_parameters_are_refused),
		cmocka_unit_test(test_parameters_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
