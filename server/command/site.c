/*
 * site: the computers of the partnership.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/identifier.h"
#include "server/authority/joining.h"
#include "server/authority/schools.h"
#include "server/command/command.h"
#include "server/core/recovery.h"

static const struct option_rule site_rules[] = {
	COMMAND_RULES,
	{ "reason", "TEXT", "why it is revoked", 0 },
	{ "yes", NULL, "excuse it: what it alone holds may be missing", 0 },
	{ 0 },
};

/* --- list ----------------------------------------------------------------- */

struct listing {
	struct command *command;
	json_t *list;
};

static bool
list_site(void *context, const struct site *site)
{
	struct listing *listing = context;
	struct school school = { 0 };

	(void)schools_get(listing->command->replica, site->school, &school,
	    NULL);
	if (listing->list != NULL)
		json_array_append_new(listing->list,
		    json_pack("{s:i, s:s, s:o, s:s, s:o, s:b}", "number",
			(int)site->number, "name", site->name, "school_id",
			output_id(site->school), "school", school.name,
			"laestab", output_text(school.laestab), "revoked",
			site->revoked));
	else
		printf("%6" PRIu32 "  %-7s  %s, %s%s\n", site->number,
		    school.laestab, site->name, school.name,
		    site->revoked ? " (revoked)" : "");
	return true;
}

static enum status
site_list(struct command *command)
{
	struct listing listing = { command,
		command->json ? json_array() : NULL };
	enum status status;

	status =
	    sites_each(command->replica, list_site, &listing, &command->error);
	if (listing.list != NULL && status == STATUS_OK)
		output_json(listing.list);
	else
		json_decref(listing.list);
	return status;
}

/* --- revoke, rename ------------------------------------------------------- */

static enum status
which_site(struct command *command, struct site *site)
{
	const char *text;
	uint64_t number;
	enum status status;

	status = command_need(command, 1, "NUMBER", &text);
	if (status != STATUS_OK)
		return status;
	if (!identifier_parse(bytes_of_text(text), &number) ||
	    number > SITE_MAX)
		return error_set(&command->error, STATUS_USAGE,
		    "\"%.40s\" is not the number of a computer, as "
		    "`throughline-hub site list` shows them",
		    text);
	return command_site_of(command, text, site);
}

static void
show_site(struct command *command, const struct site *site, const char *what)
{
	if (command->json)
		output_json(
		    json_pack("{s:i, s:s, s:b}", "number", (int)site->number,
			"name", site->name, "revoked", site->revoked));
	else
		printf("Computer %" PRIu32 " (%s) %s.\n", site->number,
		    site->name, what);
}

static enum status
site_revoke(struct command *command)
{
	const char *reason = options_text(&command->options, "reason", "");
	struct site site;
	enum status status;

	status = which_site(command, &site);
	if (status == STATUS_OK)
		status = sites_revoke(&command->writer, site.number,
		    *reason != '\0' ? reason : "by the administrator",
		    &command->error);
	if (status == STATUS_OK)
		status = sites_get(command->replica, site.number, &site,
		    &command->error);
	if (status == STATUS_OK)
		show_site(command, &site, "is not let in any more");
	return status;
}

static enum status
site_rename(struct command *command)
{
	char clean[JOINING_NAME_BYTES];
	struct site site;
	const char *name = NULL;
	enum status status;

	status = which_site(command, &site);
	if (status == STATUS_OK)
		status = command_need(command, 2, "NAME", &name);
	if (status != STATUS_OK)
		return status;
	joining_clean_name(bytes_of_text(name), clean);
	if (strcmp(clean, name) != 0)
		return error_set(&command->error, STATUS_USAGE,
		    "a computer's name has up to %d letters, digits, blanks, "
		    "dots, dashes and underscores",
		    JOINING_NAME_BYTES - 1);
	status = sites_rename(&command->writer, site.number,
	    bytes_of_text(clean), &command->error);
	if (status == STATUS_OK)
		status = sites_get(command->replica, site.number, &site,
		    &command->error);
	if (status == STATUS_OK)
		show_site(command, &site, "has its new name");
	return status;
}

/* --- excuse --------------------------------------------------------------- */

static enum status
excuse(struct command *command, const struct site *site)
{
	enum offerer_state state;
	bool restored, collecting;
	enum status status;

	status = recovery_get(command->replica, &restored, &collecting,
	    &command->error);
	if (status == STATUS_OK)
		status = recovery_get_offerer(command->replica, site->number,
		    &state, &command->error);
	if (status != STATUS_OK)
		return status;
	if (!collecting || site->revoked || state == OFFERER_OFFERED)
		return error_set(&command->error, STATUS_EXISTS,
		    "the hub does not wait for computer %" PRIu32,
		    site->number);
	if (!options_flag(&command->options, "yes"))
		return error_set(&command->error, STATUS_USAGE,
		    "computer %" PRIu32 " (%s) has not told yet what it holds; "
		    "what it alone holds will be missing until it connects "
		    "again, and steps that others take meanwhile stand: if "
		    "that is right, say so with --yes",
		    site->number, site->name);
	return recovery_set_offerer(command->replica, site->number,
	    OFFERER_EXCUSED, &command->error);
}

static enum status
site_excuse(struct command *command)
{
	const char *which;
	struct site site;
	enum status status;

	status = command_need(command, 1, "NUMBER or NAME", &which);
	if (status == STATUS_OK)
		status = command_site_of(command, which, &site);
	if (status == STATUS_OK)
		status = excuse(command, &site);
	if (status == STATUS_OK)
		show_site(command, &site, "is not waited for any more");
	return status;
}

static enum status
run_site(struct command *command)
{
	static const char *const words[] = { "list", "revoke", "rename",
		"excuse", NULL };

	static enum status (*const runs[])(struct command *) = { site_list,
		site_revoke, site_rename, site_excuse };

	size_t place;
	enum status status;

	status = command_word(command, words, &place);
	return status == STATUS_OK ? runs[place](command) : status;
}

const struct command_entry command_site = {
	.name = "site",
	.usage = "site list | revoke NUMBER | rename NUMBER NAME | "
		 "excuse NUMBER|NAME",
	.about = "the computers that have joined",
	.needs = COMMAND_WRITES,
	.rules = site_rules,
	.words_min = 1,
	.words_max = 3,
	.run = run_site,
};
