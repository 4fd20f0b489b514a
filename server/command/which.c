/*
 * Which computer is meant: by its number, or by a name that only one has.
 */
#include <inttypes.h>
#include <string.h>

#include "protocol/identifier.h"
#include "server/command/command.h"

struct name_search {
	const char *name;
	struct site *site;
	uint32_t found;
};

static bool
match_name(void *context, const struct site *site)
{
	struct name_search *search = context;

	if (!site->revoked && strcmp(site->name, search->name) == 0) {
		*search->site = *site;
		search->found++;
	}
	return true;
}

static enum status
which_by_name(struct command *command, const char *name, struct site *site)
{
	struct name_search search = { .name = name, .site = site };
	enum status status;

	status =
	    sites_each(command->replica, match_name, &search, &command->error);
	if (status == STATUS_OK && search.found != 1)
		return error_set(&command->error, STATUS_NOT_FOUND,
		    "%s has the name \"%.60s\"; `throughline-hub site list` "
		    "shows the computers and their numbers",
		    search.found == 0 ? "no computer"
				      : "more than one computer",
		    name);
	return status;
}

enum status
command_site_of(struct command *command, const char *text, struct site *site)
{
	uint64_t number;
	enum status status = STATUS_NOT_FOUND;

	if (!identifier_parse(bytes_of_text(text), &number))
		return which_by_name(command, text, site);
	if (number <= SITE_MAX)
		status = sites_get(command->replica, (uint32_t)number, site,
		    &command->error);
	if (status == STATUS_NOT_FOUND)
		return error_set(&command->error, status,
		    "no computer has the number %" PRIu64
		    "; `throughline-hub site list` shows those that have one",
		    number);
	return status;
}
