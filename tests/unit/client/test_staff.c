/*
 * The command line of a school with accounts: keeping them, and what commands
 * show to whom.
 *
 * Covers client/command/staff.c, client/command/passphrase.c and
 * client/command/refused.c.
 */
#include "tests/unit/client/run.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>

#include "common/replica/record.h"

#define PASSPHRASE "four words do well"
#define OTHER      "a kettle under rain"

/* A file that holds these lines, to be read from its start. */
static int
open_lines(const char *lines)
{
	FILE *file = tmpfile();
	int copy;

	assert_non_null(file);
	fputs(lines, file);
	fflush(file);
	copy = dup(fileno(file));
	assert_int_equal(lseek(copy, 0, SEEK_SET), 0);
	fclose(file);
	return copy;
}

static char as_word[64], fd_word[64];
static int lines_fd = -1;

/* For the next command: who it is, and what they type. */
static const char *
as(const char *login, const char *lines)
{
	if (lines_fd >= 0)
		close(lines_fd);
	lines_fd = open_lines(lines);
	snprintf(as_word, sizeof(as_word), "--as=%s", login);
	snprintf(fd_word, sizeof(fd_word), "--passphrase-fd=%d", lines_fd);
	return as_word;
}

#define RUN_AS(login, ...) RUN(__VA_ARGS__, as(login, PASSPHRASE "\n"), fd_word)
#define RUN_JSON_AS(login, ...) \
	run_json(               \
	    RUN(__VA_ARGS__, as(login, PASSPHRASE "\n"), fd_word, "--json"))

static void
make_accounts(void **state)
{
	as("", PASSPHRASE "\r\n");
	assert_int_equal(RUN("staff", "add", "head", "--role=head",
			     "--surname=Brandt", "--forename=Ana", fd_word),
	    0);
	as("head", PASSPHRASE "\n" PASSPHRASE);
	assert_int_equal(RUN("staff", "add", "t", "--role=teacher",
			     "--surname=Lane", "--forename=Ida", as_word,
			     fd_word),
	    0);
	as("head", PASSPHRASE "\n" PASSPHRASE "\n");
	assert_int_equal(RUN("staff", "add", "s", "--role=senco",
			     "--surname=Moss", "--forename=Udo", as_word,
			     fd_word),
	    0);
}

static void
test_accounts_are_added_listed_and_removed(void **state)
{
	json_t *json;

	assert_int_equal(RUN("staff", "list"), 0);
	expect_in(run_out, "There is no account yet");
	assert_int_equal(RUN("list", "pupil", "--as=head"), 1);
	expect_in(run_errors, "no account yet");
	make_accounts(state);
	assert_int_equal(RUN("staff", "list"), 1);
	expect_in(run_errors, "say who you are by --as LOGIN");
	json = RUN_JSON_AS("head", "staff", "list");
	assert_int_equal(json_array_size(json), 3);
	assert_string_equal(text_of(json_array_get(json, 1), "login_name"),
	    "t");
	assert_string_equal(text_of(json_array_get(json, 1), "name"),
	    "Ida Lane");
	assert_null(json_object_get(json_array_get(json, 1), "secret"));
	json_decref(json);
	assert_int_equal(RUN_AS("head", "staff", "set", "t",
			     "--second-role=office"),
	    0);
	assert_int_equal(RUN_AS("head", "staff", "remove", "s"), 0);
	assert_int_equal(RUN_AS("head", "staff", "list"), 0);
	expect_in(run_out, "Ida Lane, teacher and office\n");
	expect_in(run_out, "Udo Moss, senco (left)\n");
}

static void
test_wrong_usage_of_staff_is_told(void **state)
{
	assert_int_equal(RUN("staff"), 2);
	assert_int_equal(RUN("staff", "eat", "x"), 2);
	assert_int_equal(RUN("staff", "add", "x"), 2);
	assert_int_equal(RUN("staff", "add", "x", "--role=head"), 2);
	expect_in(run_errors, "--surname and --forename");
	as("", "\n");
	assert_int_equal(RUN("staff", "add", "x", "--role=head", "--surname=B",
			     "--forename=A", fd_word),
	    2);
	expect_in(run_errors, "no passphrase came");
	make_accounts(state);
	assert_int_equal(RUN_AS("head", "staff", "set", "t"), 2);
	assert_int_equal(RUN_AS("head", "staff", "set", "nobody",
			     "--role=head"),
	    1);
	expect_in(run_errors, "no account \"nobody\"");
	assert_int_equal(RUN("list", "pupil", "--as=t", "--passphrase-fd=999"),
	    1);
	expect_in(run_errors, "could not be read");
}

/* What other people's names are is not told to who only guesses at them. */
static void
test_teacher_learns_of_no_accounts(void **state)
{
	char told[RUN_BYTES];

	make_accounts(state);
	assert_int_equal(RUN_AS("t", "staff", "set", "head", "--role=other"),
	    1);
	memcpy(told, run_errors, sizeof(told));
	assert_int_equal(RUN_AS("t", "staff", "set", "nobody", "--role=other"),
	    1);
	assert_string_equal(run_errors, told);
}

static void
test_author_is_who_is_there(void **state)
{
	make_accounts(state);
	assert_int_equal(RUN_AS("s", "put", "pupil", "200", "sex=M",
			     "--author=9"),
	    2);
	expect_in(run_errors, "leave out --author");
	assert_int_equal(RUN_AS("s", "put", "pupil", "200", "sex=M"), 0);
	assert_int_equal(RUN_AS("s", "history", "pupil", "200"), 0);
	expect_in(run_out, "Udo Moss, ");
}

/* --- what was refused ----------------------------------------------------- */

static void
refuse(const struct place *place, uint64_t commit)
{
	struct error err = { 0 };
	struct replica *replica;
	char path[160];

	snprintf(path, sizeof(path), "%s/replica.db", place->data);
	replica = script_open(path, REPLICA_CLIENT);
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(pending_set_aside(replica, commit, REFUSAL_RIGHTS, 1000,
		      &err),
	    &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
	replica_close(replica);
}

static uint64_t
commit_of(json_t *json)
{
	uint64_t commit = strtoull(text_of(json, "commit"), NULL, 10);

	json_decref(json);
	return commit;
}

static size_t
count_refused(void **state, const char *login)
{
	json_t *json = RUN_JSON_AS(login, "refused");
	size_t count = json_array_size(json);

	json_decref(json);
	return count;
}

static void
test_refused_entries_are_shown_to_who_may_see_them(void **state)
{
	uint64_t need, note;
	char id[32];

	make_accounts(state);
	need = commit_of(RUN_JSON_AS("s", "put", "need", "--pupil=200",
	    "need_type=SLCN", "detail=draws"));
	note = commit_of(RUN_JSON_AS("t", "put", "note", "--pupil=200",
	    "category=praise", "happened_on=2026-05-05", "text=kind"));
	refuse(*state, need);
	refuse(*state, note);
	assert_int_equal(count_refused(state, "head"), 2);
	assert_int_equal(count_refused(state, "s"), 2);
	assert_int_equal(count_refused(state, "t"), 1);
	assert_int_equal(RUN_AS("t", "refused"), 0);
	expect_in(run_out, "text: kind");
	assert_null(strstr(run_out, "draws"));
	snprintf(id, sizeof(id), "%" PRIu64, need);
	assert_int_equal(RUN_AS("t", "refused", "drop", id), 1);
	assert_int_equal(RUN_AS("t", "refused", "retry", id), 1);
	expect_in(run_errors, "was refused");
	assert_int_equal(RUN_AS("s", "refused", "retry", id), 0);
	snprintf(id, sizeof(id), "%" PRIu64, note);
	assert_int_equal(RUN_AS("t", "refused", "drop", id), 0);
	assert_int_equal(count_refused(state, "head"), 0);
}

/* --- a conflict ----------------------------------------------------------- */

static void
test_conflict_is_settled_by_who_may_write_it(void **state)
{
	make_accounts(state);
	assert_int_equal(RUN_AS("t", "conflicts"), 0);
	expect_in(run_out, "pupil 100, surname");
	assert_int_equal(RUN_AS("t", "resolve", "pupil", "100", "surname",
			     "--keep=0"),
	    1);
	expect_in(run_errors, "your role does not write");
	assert_int_equal(RUN_AS("s", "resolve", "pupil", "100", "surname",
			     "--keep=0"),
	    0);
	assert_int_equal(RUN_AS("s", "conflicts"), 0);
	expect_in(run_out, "Nothing is in conflict");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE(test_accounts_are_added_listed_and_removed),
		PLACE(test_wrong_usage_of_staff_is_told),
		PLACE(test_teacher_learns_of_no_accounts),
		PLACE(test_author_is_who_is_there),
		PLACE(test_refused_entries_are_shown_to_who_may_see_them),
		PLACE(test_conflict_is_settled_by_who_may_write_it),
	};

	if (sodium_init() < 0)
		return 1;
	passphrase_cheapen((struct passphrase_cost){ 1, 8192 });
	return cmocka_run_group_tests(tests, NULL, NULL);
}
