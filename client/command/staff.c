/*
 * staff: accounts of the people who work here.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "client/command/command.h"

static const struct option_rule staff_rules[] = {
	COMMAND_RULES,
	COMMAND_PERSON_RULES,
	{ "role", "ROLE",
	    "add, set: lead, deputy_lead, head, senco, head_of_year, "
	    "transition_lead, office, teacher, teaching_assistant or other",
	    0 },
	{ "second-role", "ROLE", "add, set: a second one; none takes it away",
	    0 },
	{ "staff", "ID", "add: for whom of the directory (list staff)", 0 },
	{ "surname", "NAME", "add: of who is not in the directory yet", 0 },
	{ "forename", "NAME", "add: likewise", 0 },
	{ "email", "ADDRESS", "add: likewise", 0 },
	{ "new-passphrase", NULL,
	    "set: another passphrase; your own behind your present one", 0 },
	{ "left-on", "DATE", "remove: like 2026-07-21; today if not given", 0 },
	{ 0 },
};

static enum status
tell(struct command *command, uint64_t login, const char *what)
{
	const char *name = options_positional(&command->options, 1);

	if (command->json)
		output_json(json_pack("{s:o, s:s}", "id", output_id(login),
		    "login_name", name));
	else
		printf("%s %s; it goes to this school's other computers at the "
		       "next sync.\n",
		    what, name);
	return STATUS_OK;
}

/* --- add ------------------------------------------------------------------ */

static enum status
read_new(struct command *command, struct login_new *account)
{
	const struct options *options = &command->options;
	const char *staff = options_text(options, "staff", NULL);

	account->login_name = options_positional(options, 1);
	account->role = options_text(options, "role", NULL);
	account->second_role = options_text(options, "second-role", NULL);
	account->surname = options_text(options, "surname", NULL);
	account->forename = options_text(options, "forename", NULL);
	account->email = options_text(options, "email", NULL);
	if (account->role == NULL)
		return error_set(&command->error, STATUS_USAGE,
		    "say what they do here: --role ROLE");
	if ((staff == NULL) != (account->surname != NULL) ||
	    (staff == NULL) != (account->forename != NULL))
		return error_set(&command->error, STATUS_USAGE,
		    "say who it is for: --surname and --forename, or --staff "
		    "ID of who is in the directory");
	return staff == NULL
	           ? STATUS_OK
	           : command_parse_id(command, staff, &account->staff);
}

static enum status
run_add(struct command *command)
{
	char passphrase[PASSPHRASE_BYTES_MAX + 1] = "";
	struct login_new account = { 0 };
	uint64_t login;
	enum status status = command_may(command, ACTION_STAFF);

	if (status == STATUS_OK)
		status = read_new(command, &account);
	if (status == STATUS_OK)
		status = command_read_passphrase(command, "Their passphrase",
		    true, passphrase);
	account.passphrase = bytes_of_text(passphrase);
	if (status == STATUS_OK)
		status = login_add(command->replica, &command->viewer, &account,
		    command->now_ms, &login, &command->error);
	sodium_memzero(passphrase, sizeof(passphrase));
	return status == STATUS_OK ? tell(command, login, "Added") : status;
}

/* --- list ----------------------------------------------------------------- */

struct listing {
	struct command *command;
	json_t *array;
};

static json_t *
value_json(const struct record *record, const char *column)
{
	struct value value = record_value(record, column);

	return output_value(collection_column(record->collection,
				bytes_of_text(column)),
	    &value);
}

static const char *
text_or(const json_t *json, const char *otherwise)
{
	return json_is_string(json) ? json_string_value(json) : otherwise;
}

static bool
show_account(void *context, const struct view_record *shown)
{
	struct listing *listing = context;
	const struct record *record = &shown->record;
	struct value staff = record_value(record, "staff");
	char name[NAME_BYTES] = "";
	json_t *json = json_pack("{s:o}", "id", output_id(record->id));
	static const char *const columns[] = { "login_name", "staff", "role",
		"second_role", "disabled_on" };

	if (staff.type == VALUE_INTEGER)
		(void)output_name(listing->command->replica,
		    (uint64_t)staff.integer, name, sizeof(name));
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		json_object_set_new(json, columns[i],
		    value_json(record, columns[i]));
	json_object_set_new(json, "name", json_string(name));
	json_array_append_new(listing->array, json);
	return true;
}

static void
print_accounts(const json_t *array)
{
	json_t *json;
	size_t i;

	json_array_foreach(array, i, json)
	{
		const char *second =
		    text_or(json_object_get(json, "second_role"), NULL);
		bool closed =
		    json_is_string(json_object_get(json, "disabled_on"));

		printf("%-16s %s, %s%s%s%s\n",
		    text_or(json_object_get(json, "login_name"), "?"),
		    text_or(json_object_get(json, "name"), "?"),
		    text_or(json_object_get(json, "role"), "?"),
		    second == NULL ? "" : " and ", second == NULL ? "" : second,
		    closed ? " (left)" : "");
	}
	if (json_array_size(array) == 0)
		puts("There is no account yet: `throughline staff add LOGIN "
		     "--role head --surname S --forename F` makes the first.");
}

static enum status
run_list(struct command *command)
{
	struct listing listing = { command, json_array() };
	struct record_query query = {
		.collection = catalogue_collection(bytes_of_text("login")),
		.dossier = command->viewer.school,
	};
	enum status status = command_may(command, ACTION_STAFF);

	if (status == STATUS_OK)
		status = view_each(&command->view, &query, show_account,
		    &listing, &command->error);
	if (status == STATUS_OK && command->json) {
		output_json(listing.array);
		return status;
	}
	if (status == STATUS_OK)
		print_accounts(listing.array);
	json_decref(listing.array);
	return status;
}

/* --- set ------------------------------------------------------------------ */

/* What is not given stays as it is. */
static enum status
set_roles(struct command *command, uint64_t login)
{
	const char *role = options_text(&command->options, "role", NULL);
	const char *second =
	    options_text(&command->options, "second-role", NULL);
	struct arena arena = { 0 };
	struct record record;
	struct value present;
	enum status status;

	status = record_get(command->replica, login, &arena, &record,
	    &command->error);
	if (status == STATUS_OK && role == NULL) {
		present = record_value(&record, "role");
		role = present.type == VALUE_TEXT
		           ? (const char *)present.bytes.data
		           : "";
	}
	if (status == STATUS_OK && second == NULL) {
		present = record_value(&record, "second_role");
		second = present.type == VALUE_TEXT
		             ? (const char *)present.bytes.data
		             : NULL;
	} else if (status == STATUS_OK && strcmp(second, "none") == 0) {
		second = NULL;
	}
	if (status == STATUS_OK)
		status = login_set_roles(command->replica, &command->viewer,
		    login, role, second, command->now_ms, &command->error);
	arena_deinit(&arena);
	return status;
}

static enum status
set_passphrase(struct command *command, uint64_t login)
{
	char passphrase[PASSPHRASE_BYTES_MAX + 1] = "";
	enum status status;

	status = command_read_passphrase(command, "The new passphrase", true,
	    passphrase);
	if (status == STATUS_OK)
		status =
		    login_set_passphrase(command->replica, &command->viewer,
			login, &command->attempt, bytes_of_text(passphrase),
			command->now_ms, &command->error);
	sodium_memzero(passphrase, sizeof(passphrase));
	return status;
}

/* Whose account a person names: their own, or as who may know of others. */
static enum status
find_account(struct command *command, uint64_t *login)
{
	const char *name = options_positional(&command->options, 1);
	enum status status;

	status = login_find(command->replica, name, login, &command->error);
	if (status == STATUS_OK && *login == command->viewer.login)
		return STATUS_OK;
	if (command_may(command, ACTION_STAFF) != STATUS_OK)
		return STATUS_DENIED;
	return login_find(command->replica, name, login, &command->error);
}

static enum status
run_set(struct command *command)
{
	const struct options *options = &command->options;
	bool roles = options_text(options, "role", NULL) != NULL ||
	             options_text(options, "second-role", NULL) != NULL;
	bool passphrase = options_flag(options, "new-passphrase");
	uint64_t login;
	enum status status;

	if (!roles && !passphrase)
		return error_set(&command->error, STATUS_USAGE,
		    "say what to change: --role, --second-role or "
		    "--new-passphrase");
	status = find_account(command, &login);
	if (status == STATUS_OK && roles)
		status = set_roles(command, login);
	if (status == STATUS_OK && passphrase)
		status = set_passphrase(command, login);
	return status == STATUS_OK ? tell(command, login, "Changed") : status;
}

/* --- remove --------------------------------------------------------------- */

static enum status
run_remove(struct command *command)
{
	uint64_t login;
	enum status status = command_may(command, ACTION_STAFF);

	if (status == STATUS_OK)
		status = find_account(command, &login);
	if (status == STATUS_OK)
		status = login_close(command->replica, &command->viewer, login,
		    options_text(&command->options, "left-on", NULL),
		    command->now_ms, &command->error);
	return status == STATUS_OK ? tell(command, login, "Removed") : status;
}

static enum status
run_staff(struct command *command)
{
	const char *verb = options_positional(&command->options, 0);
	size_t words = options_positional_count(&command->options);

	if (strcmp(verb, "list") == 0 && words == 1)
		return run_list(command);
	if (words == 2 && strcmp(verb, "add") == 0)
		return run_add(command);
	if (words == 2 && strcmp(verb, "set") == 0)
		return run_set(command);
	if (words == 2 && strcmp(verb, "remove") == 0)
		return run_remove(command);
	return error_set(&command->error, STATUS_USAGE,
	    "write `throughline staff list`, or staff add, set or remove and "
	    "the name that they log in by");
}

const struct command_entry command_staff = {
	.name = "staff",
	.usage = "staff add LOGIN --role ROLE --surname S --forename F\n"
		 "  throughline staff list\n"
		 "  throughline staff set LOGIN [--role ROLE] "
		 "[--new-passphrase]\n"
		 "  throughline staff remove LOGIN",
	.about = "accounts of the people who work here, and what they may see",
	.needs = COMMAND_WRITES | COMMAND_PERSON,
	.rules = staff_rules,
	.words_min = 1,
	.words_max = 2,
	.run = run_staff,
};
