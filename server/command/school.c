/*
 * school, invite: who belongs to the partnership, and how its computers join.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/authority/invitations.h"
#include "server/authority/schools.h"
#include "server/command/command.h"
#include "server/service/presence.h"

/* --- school --------------------------------------------------------------- */

static const struct option_rule school_rules[] = {
	COMMAND_RULES,
	{ "name", "NAME", "its name", 0 },
	{ "phase", "PHASE",
	    "infant, junior, primary, secondary, all_through, special, other",
	    0 },
	{ "laestab", "LAESTAB", "its LAEstab: seven digits", 0 },
	{ "urn", "URN", "its URN: six digits", 0 },
	{ "outside", NULL, "it is not a member: children come or go there", 0 },
	{ "member", NULL, "it is a member (set)", 0 },
	{ 0 },
};

enum {
	SCHOOL_COLUMNS = 5
};

static uint32_t
take_columns(struct command *command, bool laestab,
    struct column_text columns[SCHOOL_COLUMNS])
{
	static const char *const names[] = { "name", "phase", "urn",
		"laestab" };
	uint32_t count = 0;

	for (size_t i = 0; i < (laestab ? 4 : 3); i++) {
		const char *text =
		    options_text(&command->options, names[i], NULL);

		if (text != NULL)
			columns[count++] = (struct column_text){ names[i],
				bytes_of_text(text) };
	}
	if (options_flag(&command->options, "outside") ||
	    options_flag(&command->options, "member"))
		columns[count++] = (struct column_text){ "member",
			bytes_of_text(options_flag(&command->options, "outside")
					  ? "N"
					  : "Y") };
	return count;
}

static json_t *
school_json(const struct school *school)
{
	return json_pack("{s:o, s:s, s:o, s:o, s:o, s:b}", "id",
	    output_id(school->id), "name", school->name, "phase",
	    output_text(school->phase), "laestab", output_text(school->laestab),
	    "urn", output_text(school->urn), "member", school->member);
}

static enum status
show_school(struct command *command, uint64_t id, const char *what)
{
	struct school school;
	enum status status;

	status = schools_get(command->replica, id, &school, &command->error);
	if (status != STATUS_OK)
		return status;
	if (command->json)
		output_json(school_json(&school));
	else
		printf("%s (%s) %s.\n", school.name, school.laestab, what);
	return STATUS_OK;
}

/* The LAEstab that --laestab gives: right, and nobody's yet. */
static enum status
check_new_laestab(struct command *command, const char *laestab)
{
	struct school school;
	enum status status;

	if (!laestab_is_valid(bytes_of_text(laestab)))
		return error_set(&command->error, STATUS_USAGE,
		    "\"%.20s\" is not a LAEstab: it has seven digits", laestab);
	status =
	    schools_find(command->replica, laestab, &school, &command->error);
	if (status == STATUS_OK)
		return error_set(&command->error, STATUS_EXISTS,
		    "%s is already %s; change it with `throughline-hub school "
		    "set %s`",
		    laestab, school.name, laestab);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
school_add(struct command *command)
{
	const struct options *options = &command->options;
	const char *laestab = options_text(options, "laestab", NULL);
	struct column_text columns[SCHOOL_COLUMNS];
	uint32_t count = take_columns(command, true, columns);
	uint64_t id = 0;
	enum status status = STATUS_OK;

	if (options_text(options, "name", NULL) == NULL ||
	    options_text(options, "phase", NULL) == NULL ||
	    (laestab == NULL && !options_flag(options, "outside")))
		return error_set(&command->error, STATUS_USAGE,
		    "a school needs --name, --phase and --laestab");
	if (laestab != NULL)
		status = check_new_laestab(command, laestab);
	if (status == STATUS_OK)
		status = hub_write_school(&command->writer, 0, columns, count,
		    &id, &command->error);
	if (status == STATUS_OK)
		status = show_school(command, id, "was added");
	return status;
}

static bool
list_school(void *context, const struct school *school)
{
	json_t *list = context;

	if (list != NULL)
		json_array_append_new(list, school_json(school));
	else
		printf("%-7s  %-11s  %s%s\n", school->laestab, school->phase,
		    school->name, school->member ? "" : " (no member)");
	return true;
}

static enum status
school_list(struct command *command)
{
	json_t *list = command->json ? json_array() : NULL;
	enum status status;

	status =
	    schools_each(command->replica, list_school, list, &command->error);
	if (list != NULL && status == STATUS_OK)
		output_json(list);
	else
		json_decref(list);
	return status;
}

/* The positional says which; without one, --laestab does. */
static enum status
which_school(struct command *command, struct school *school, bool *renumbered)
{
	const char *laestab = options_text(&command->options, "laestab", NULL);
	const char *named = options_positional(&command->options, 1);

	*renumbered = named != NULL && laestab != NULL;
	if (named == NULL)
		named = laestab;
	if (named == NULL)
		return command_need(command, 1, "LAESTAB", &named);
	return schools_find(command->replica, named, school, &command->error);
}

static enum status
school_set(struct command *command)
{
	const char *laestab = options_text(&command->options, "laestab", "");
	struct column_text columns[SCHOOL_COLUMNS];
	struct school school;
	bool renumbered;
	uint32_t count;
	uint64_t id;
	enum status status;

	status = which_school(command, &school, &renumbered);
	if (status != STATUS_OK)
		return status;
	if (renumbered && strcmp(laestab, school.laestab) != 0)
		status = check_new_laestab(command, laestab);
	count = take_columns(command, renumbered, columns);
	if (status == STATUS_OK && count == 0)
		return error_set(&command->error, STATUS_USAGE,
		    "say what changes: --name, --phase, --urn, --laestab, "
		    "--member or --outside");
	if (status == STATUS_OK)
		status = hub_write_school(&command->writer, school.id, columns,
		    count, &id, &command->error);
	if (status == STATUS_OK)
		status = show_school(command, school.id, "was changed");
	return status;
}

static enum status
school_remove(struct command *command)
{
	struct school school;
	bool renumbered;
	enum status status;

	status = which_school(command, &school, &renumbered);
	if (status == STATUS_OK)
		status = hub_write_school_remove(&command->writer, school.id,
		    &command->error);
	if (status == STATUS_OK)
		status = show_school(command, school.id,
		    "is no member any more; its records stay");
	return status;
}

static enum status
run_school(struct command *command)
{
	static const char *const words[] = { "add", "list", "set", "remove",
		NULL };

	static enum status (*const runs[])(struct command *) = { school_add,
		school_list, school_set, school_remove };

	size_t place;
	enum status status;

	status = command_word(command, words, &place);
	return status == STATUS_OK ? runs[place](command) : status;
}

const struct command_entry command_school = {
	.name = "school",
	.usage = "school add|list|set|remove [LAESTAB] [--name ...]",
	.about = "the schools of the partnership, and those outside",
	.needs = COMMAND_WRITES,
	.rules = school_rules,
	.words_min = 1,
	.words_max = 2,
	.run = run_school,
};

/* --- invite --------------------------------------------------------------- */

static const struct option_rule invite_rules[] = {
	COMMAND_RULES,
	{ "school", "LAESTAB", "whose computer joins", OPTION_REQUIRED },
	{ "hours", "N", "how long the code is good for (168)", 0 },
	{ 0 },
};

/* Port 0 in the settings: the one that the hub has, or had last. */
static enum status
find_port(struct command *command, uint16_t *port)
{
	const char *listen = command->folder->settings.listen;
	const char *colon = strrchr(listen, ':');
	long configured = strtol(colon != NULL ? colon + 1 : listen, NULL, 10);
	enum status status;

	*port = (uint16_t)configured;
	if (*port != 0)
		return STATUS_OK;
	status = presence_get_port(command->replica, port, &command->error);
	if (status == STATUS_OK && *port == 0)
		return error_set(&command->error, STATUS_NOT_FOUND,
		    "the hub has no port yet: start it once with "
		    "`throughline-hub serve --data %s`",
		    command->data);
	return status;
}

static enum status
make_code(struct command *command, const struct school *school,
    uint64_t expires_ms, char text[INVITATION_TEXT_BYTES])
{
	struct invitation invitation = {
		.authority = certificate_fingerprint(
		    buffer_view(&command->folder->authority)),
	};
	const char *host = command->folder->settings.hosts[0];
	enum status status;

	/* hub_settings_check has seen that it fits. */
	assert(strlen(host) < sizeof(invitation.host));
	memcpy(invitation.host, host, strlen(host) + 1);
	status = find_port(command, &invitation.port);
	if (status == STATUS_OK)
		status = invitations_create(command->replica, school->id,
		    command->now_ms, expires_ms, invitation.secret,
		    &command->error);
	if (status == STATUS_OK)
		status = invitation_encode(&invitation, text, &command->error);
	return status;
}

static enum status
run_invite(struct command *command)
{
	const char *laestab = options_text(&command->options, "school", "");
	int64_t hours = LIMIT_INVITATION_HOURS;
	char code[INVITATION_TEXT_BYTES];
	struct school school;
	uint64_t expires_ms;
	enum status status;

	status = options_integer(&command->options, "hours", 1, 24 * 365,
	    &hours, &command->error);
	if (status == STATUS_OK)
		status = schools_find(command->replica, laestab, &school,
		    &command->error);
	if (status == STATUS_OK && !school.member)
		status = error_set(&command->error, STATUS_INVALID,
		    "%s is not a member of the partnership", school.name);
	if (status != STATUS_OK)
		return status;
	expires_ms = command->now_ms + (uint64_t)hours * 60 * 60 * 1000;
	status = make_code(command, &school, expires_ms, code);
	if (status != STATUS_OK)
		return status;
	if (command->json)
		output_json(json_pack("{s:s, s:s, s:s, s:o}", "code", code,
		    "school", school.name, "laestab", school.laestab, "expires",
		    output_time(expires_ms)));
	else
		puts(code);
	return STATUS_OK;
}

const struct command_entry command_invite = {
	.name = "invite",
	.usage = "invite --school LAESTAB [--hours N]",
	.about = "a one-time code by which one computer of that school joins",
	.needs = COMMAND_WRITES,
	.rules = invite_rules,
	.run = run_invite,
};
