/* One line an event, and nothing in it that somebody typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/support/log.h"
#include "tests/unit/support/folder.h"

static int64_t now_ms;

static int64_t
fixed_clock(void)
{
	return now_ms;
}

static struct log *
open_log(const struct folder *folder)
{
	struct log *log = NULL;

	now_ms = INT64_C(1784626200123);
	assert_int_equal(log_open(folder->file, LOG_INFO, &log, NULL),
	    STATUS_OK);
	log_set_clock(log, fixed_clock);
	return log;
}

static void
read_log(const struct folder *folder, struct buffer *text)
{
	assert_int_equal(file_read(folder->file, 1 << 20, text, NULL),
	    STATUS_OK);
	assert_int_equal(buffer_append(text,
			     (struct bytes){ (uint8_t *)"", 1 }),
	    STATUS_OK);
}

static void
test_events_are_lines(void **state)
{
	struct buffer text = { 0 };
	struct folder folder;
	struct log *log;

	(void)state;
	folder_init(&folder);
	log = open_log(&folder);
	log_event(log, LOG_INFO, "sync.connected", LOG_NUMBER("site", 3),
	    LOG_NUMBER("ms", 12));
	log_event(log, LOG_DEBUG, "sync.detail", LOG_NUMBER("n", 1));
	log_event(log, LOG_WARNING, "sync.lost", LOG_STATUS(STATUS_IO),
	    LOG_NUMBER("n", -1));
	log_plain(log, LOG_ERROR, "stopped");
	log_plain(NULL, LOG_ERROR, "nowhere");
	log_close(log);
	read_log(&folder, &text);
	assert_string_equal((char *)text.data + text.start,
	    "2026-07-21T09:30:00.123Z info sync.connected site=3 ms=12\n"
	    "2026-07-21T09:30:00.123Z warning sync.lost status=IO n=-1\n"
	    "2026-07-21T09:30:00.123Z error stopped\n");
	buffer_deinit(&text);
	folder_deinit(&folder);
}

static void
test_typed_text_is_not_written(void **state)
{
	static char longer[] =
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaa";
	const char *const typed[] = { "Ana Oak", "", "a\nb", "a=b",
		"caf\xc3\xa9", longer };
	struct buffer text = { 0 };
	struct folder folder;
	struct log *log;

	(void)state;
	folder_init(&folder);
	log = open_log(&folder);
	for (size_t i = 0; i < sizeof(typed) / sizeof(*typed); i++)
		log_event(log, LOG_INFO, "x", LOG_TOKEN("who", typed[i]));
	log_close(log);
	read_log(&folder, &text);
	for (const char *at = (char *)text.data + text.start; *at != '\0';
	     at = strchr(at, '\n') + 1)
		assert_int_equal(strncmp(at,
				     "2026-07-21T09:30:00.123Z info x who=?\n",
				     38),
		    0);
	buffer_deinit(&text);
	folder_deinit(&folder);
}

/* A flood is cut and counted, and room comes with time. */
static void
test_flood_is_bounded_and_counted(void **state)
{
	struct buffer text = { 0 };
	struct folder folder;
	struct log *log;
	const char *at;
	int lines = 0;

	(void)state;
	folder_init(&folder);
	log = open_log(&folder);
	for (int i = 0; i < LOG_LINES_PER_SECOND + 50; i++)
		log_plain(log, LOG_INFO, "flood");
	now_ms += 10;
	log_plain(log, LOG_INFO, "after");
	log_close(log);
	read_log(&folder, &text);
	at = (char *)text.data + text.start;
	assert_non_null(strstr(at, "log.suppressed count=50\n"));
	assert_non_null(strstr(at, "info after\n"));
	for (; *at != '\0'; at++)
		lines += *at == '\n';
	assert_int_equal(lines, LOG_LINES_PER_SECOND + 2);
	buffer_deinit(&text);
	folder_deinit(&folder);
}

static void
test_levels_have_names(void **state)
{
	enum log_level level = LOG_INFO;

	(void)state;
	assert_int_equal(log_level_parse("warning", &level, NULL), STATUS_OK);
	assert_int_equal(level, LOG_WARNING);
	assert_int_equal(log_level_parse("loud", &level, NULL), STATUS_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_are_lines),
		cmocka_unit_test(test_typed_text_is_not_written),
		cmocka_unit_test(test_flood_is_bounded_and_counted),
		cmocka_unit_test(test_levels_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
