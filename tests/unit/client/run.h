/*
 * Running a command in this process: argv in; exit status, output and errors
 * out.
 */
#ifndef TESTS_CLIENT_RUN_H
#define TESTS_CLIENT_RUN_H

#include "tests/unit/client/place.h"

#include "client/command/command.h"

enum {
	RUN_WORDS = 24,
	RUN_BYTES = 256 * 1024
};

static char run_out[RUN_BYTES];
static char run_errors[RUN_BYTES];

/* Take what was written to a stream since, and give the stream back. */
static inline void
run_take(FILE *stream, int saved, FILE *file, char *out)
{
	size_t size;

	fflush(stream);
	dup2(saved, fileno(stream));
	close(saved);
	rewind(file);
	size = fread(out, 1, RUN_BYTES - 1, file);
	out[size] = '\0';
	fclose(file);
}

static inline int
run_words(char **words)
{
	FILE *out = tmpfile(), *errors = tmpfile();
	int saved_out, saved_errors, count = 0, exit_status;

	assert_true(out != NULL && errors != NULL);
	while (words[count] != NULL)
		count++;
	fflush(stdout);
	fflush(stderr);
	saved_out = dup(fileno(stdout));
	saved_errors = dup(fileno(stderr));
	dup2(fileno(out), fileno(stdout));
	dup2(fileno(errors), fileno(stderr));
	exit_status = command_main(count, words);
	run_take(stdout, saved_out, out, run_out);
	run_take(stderr, saved_errors, errors, run_errors);
	return exit_status;
}

/* In the place's folder: command, words, NULL. */
static inline int
run_in(const struct place *place, const char *command, ...)
{
	static char copies[RUN_WORDS][256];
	char *words[RUN_WORDS + 1] = { NULL };
	const char *word = command;
	int count = 0;
	va_list list;

	va_start(list, command);
	for (; word != NULL; word = va_arg(list, const char *)) {
		assert_true(count < RUN_WORDS - 2);
		snprintf(copies[count], sizeof(copies[count]), "%s", word);
		words[count] = copies[count];
		count++;
	}
	va_end(list);
	snprintf(copies[count], sizeof(copies[count]), "--data=%s",
	    place->data);
	words[count] = copies[count];
	return run_words(words);
}

#define RUN(...) run_in(*state, __VA_ARGS__, NULL)

/* The command is done; its document.  Release by json_decref. */
static inline json_t *
run_json(int exit_status)
{
	json_error_t wrong;
	json_t *json;

	if (exit_status != 0)
		fail_msg("%s", run_errors);
	json = json_loads(run_out, 0, &wrong);
	if (json == NULL)
		fail_msg("%s: %s", wrong.text, run_out);
	return json;
}

#define RUN_JSON(...) run_json(RUN(__VA_ARGS__, "--json"))

static inline void
expect_in(const char *where, const char *what)
{
	if (strstr(where, what) == NULL)
		fail_msg("\"%s\" is not in: %s", what, where);
}

static inline const char *
text_of(const json_t *json, const char *name)
{
	const char *text = json_string_value(json_object_get(json, name));

	return text == NULL ? "(none)" : text;
}

#endif
