/*
 * reconcile: computers are compared with the hub now, not tonight.
 *
 * The wish is written down; the hub that serves sees it within a second and
 * tells the computers, and who is not connected is told when it connects.
 * A run that was under way already may have been too early: what is waited for
 * and told of is one that began after the wish (nights.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "common/support/clock.h"
#include "server/authority/found_words.h"
#include "server/authority/schools.h"
#include "server/command/command.h"
#include "server/core/nights.h"
#include "server/service/presence.h"

enum {
	LOOK_MS = 200,
	WAIT_S = 600,
	WAIT_S_MAX = 24 * 60 * 60,
};

static const struct option_rule reconcile_rules[] = {
	COMMAND_RULES,
	{ "school", "LAESTAB", "all computers of that school", 0 },
	{ "wait", NULL, "until those that are connected have ended", 0 },
	{ "seconds", "N", "how long to wait at most (600)", 0 },
	{ 0 },
};

struct wanted {
	struct site site;
	struct school school;
	struct night_state night;
	bool connected;
};

struct reconciling {
	struct command *command;
	struct wanted *list;
	size_t count;
	size_t room;
	uint64_t school; /* only of this; 0: of all */
	bool serving;
	struct presence presence;
	uint32_t connected;
	uint32_t under_way; /* connected, and not ended */
	uint32_t ended;
	uint32_t unwell; /* ended, and neither equal nor mended */
};

/* --- which ---------------------------------------------------------------- */

static enum status
add_site(struct reconciling *work, const struct site *site)
{
	struct wanted *more;

	if (work->count == work->room) {
		work->room = work->room == 0 ? 64 : 2 * work->room;
		more = realloc(work->list, work->room * sizeof(*work->list));
		if (more == NULL)
			return error_set(&work->command->error, STATUS_NOMEM,
			    "list the computers");
		work->list = more;
	}
	work->list[work->count] = (struct wanted){ .site = *site };
	(void)schools_get(work->command->replica, site->school,
	    &work->list[work->count].school, NULL);
	work->count++;
	return STATUS_OK;
}

static bool
add_any(void *context, const struct site *site)
{
	struct reconciling *work = context;

	if (site->revoked ||
	    (work->school != 0 && work->school != site->school))
		return true;
	return add_site(work, site) == STATUS_OK;
}

static enum status
add_named(struct reconciling *work, const char *text)
{
	struct command *command = work->command;
	struct site site;
	enum status status = command_site_of(command, text, &site);

	if (status == STATUS_OK && site.revoked)
		status = error_set(&command->error, STATUS_DENIED,
		    "computer %" PRIu32 " (%s) is revoked", site.number,
		    site.name);
	return status == STATUS_OK ? add_site(work, &site) : status;
}

static enum status
find_sites(struct reconciling *work)
{
	struct command *command = work->command;
	const char *laestab = options_text(&command->options, "school", NULL);
	size_t named = options_positional_count(&command->options);
	enum status status = STATUS_OK;
	struct school school;

	if (laestab != NULL && named > 0)
		return error_set(&command->error, STATUS_USAGE,
		    "name the computers or the school, not both");
	for (size_t i = 0; status == STATUS_OK && i < named; i++)
		status =
		    add_named(work, options_positional(&command->options, i));
	if (laestab != NULL) {
		status = schools_find(command->replica, laestab, &school,
		    &command->error);
		work->school = school.id;
	}
	if (status == STATUS_OK && named == 0)
		status = sites_each(command->replica, add_any, work,
		    &command->error);
	if (status == STATUS_OK && command->error.status != STATUS_OK)
		status = command->error.status;
	if (status == STATUS_OK && work->count == 0)
		status = error_set(&command->error, STATUS_NOT_FOUND,
		    "no computer has joined yet; `throughline-hub invite` "
		    "invites one");
	return status;
}

/* --- the wish, and what comes of it --------------------------------------- */

static enum status
want(struct reconciling *work)
{
	struct replica *replica = work->command->replica;
	struct error *err = &work->command->error;
	enum status status = replica_begin(replica, err);

	for (size_t i = 0; status == STATUS_OK && i < work->count; i++)
		status = nights_want(replica, work->list[i].site.number, err);
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK)
		replica_rollback(replica);
	return status;
}

static enum status
look(struct reconciling *work)
{
	struct command *command = work->command;
	enum status status;

	work->serving = hub_folder_is_served(command->data);
	work->connected = work->under_way = work->ended = work->unwell = 0;
	status =
	    presence_load(command->replica, &work->presence, &command->error);
	for (size_t i = 0; status == STATUS_OK && i < work->count; i++) {
		struct wanted *one = &work->list[i];

		status = nights_get(command->replica, one->site.number,
		    &one->night, &command->error);
		one->connected = work->serving && presence_has(&work->presence,
						      one->site.number);
		work->connected += one->connected;
		work->under_way += one->connected && one->night.wanted != 0;
		work->ended += one->night.wanted == 0;
		work->unwell += one->night.wanted == 0 &&
		                one->night.found.outcome >= FOUND_UNFINISHED;
	}
	return status;
}

static enum status
wait(struct reconciling *work)
{
	uint64_t began_ms = clock_monotonic_ms();
	int64_t seconds = WAIT_S;
	char text[80];
	enum status status;

	status = options_integer(&work->command->options, "seconds", 1,
	    WAIT_S_MAX, &seconds, &work->command->error);
	while (status == STATUS_OK && work->under_way > 0 &&
	       clock_monotonic_ms() - began_ms < (uint64_t)seconds * 1000) {
		snprintf(text, sizeof(text),
		    "%" PRIu32 " ended, %" PRIu32 " under way", work->ended,
		    work->under_way);
		output_progress(text);
		uv_sleep(LOOK_MS);
		status = look(work);
	}
	output_progress(NULL);
	return status;
}

/* --- telling -------------------------------------------------------------- */

static void
print_wish(const struct reconciling *work)
{
	bool one = work->count == 1;

	printf("%zu computer%s will be compared as soon as %s connected; "
	       "%" PRIu32 " %s connected now.\n",
	    work->count, one ? "" : "s", one ? "it is" : "they are",
	    work->connected, work->connected == 1 ? "is" : "are");
	if (!work->serving)
		printf("The hub does not serve now: `throughline-hub serve "
		       "--data %s`.\n",
		    work->command->data);
}

static void
print_ends(const struct reconciling *work)
{
	char words[FOUND_WORDS_BYTES];

	for (size_t i = 0; i < work->count; i++) {
		const struct wanted *one = &work->list[i];

		printf("%6" PRIu32 "  %s, %s: %s\n", one->site.number,
		    one->school.name, one->site.name,
		    one->night.wanted == 0
			? found_words(&one->night.found, words)
		    : one->connected ? "still under way"
				     : "not connected; it is compared when it "
				       "connects");
	}
}

static json_t *
wanted_json(const struct wanted *one)
{
	return json_pack("{s:i, s:s, s:s, s:b, s:b, s:o}", "number",
	    (int)one->site.number, "name", one->site.name, "school",
	    one->school.name, "connected", one->connected, "ended",
	    one->night.wanted == 0, "found",
	    one->night.wanted != 0 ? json_null()
				   : found_json(&one->night.found));
}

static void
print_json(const struct reconciling *work)
{
	json_t *sites = json_array();

	for (size_t i = 0; i < work->count; i++)
		json_array_append_new(sites, wanted_json(&work->list[i]));
	output_json(json_pack("{s:b, s:I, s:I, s:I, s:o}", "serving",
	    work->serving, "wanted", (json_int_t)work->count, "connected",
	    (json_int_t)work->connected, "ended", (json_int_t)work->ended,
	    "sites", sites));
}

/* --- the command ---------------------------------------------------------- */

/* What waited has an end to judge. */
static enum status
judge(struct reconciling *work)
{
	struct error *err = &work->command->error;

	if (work->unwell > 0)
		return error_set(err, STATUS_INVALID,
		    "%" PRIu32 " did not end well: `throughline-hub status` "
		    "says what to do",
		    work->unwell);
	if (work->under_way > 0)
		return error_set(err, STATUS_TIMEOUT,
		    "%" PRIu32 " have not ended yet; they go on, and "
		    "`throughline-hub status` shows how they end",
		    work->under_way);
	return STATUS_OK;
}

static enum status
reconcile(struct reconciling *work)
{
	struct command *command = work->command;
	bool waits = options_flag(&command->options, "wait");
	enum status status;

	status = find_sites(work);
	if (status == STATUS_OK)
		status = want(work);
	if (status == STATUS_OK)
		status = look(work);
	if (status != STATUS_OK)
		return status;
	if (!command->json)
		print_wish(work);
	fflush(stdout);
	if (waits)
		status = wait(work);
	if (status == STATUS_OK && command->json)
		print_json(work);
	else if (status == STATUS_OK && waits)
		print_ends(work);
	return status == STATUS_OK && waits ? judge(work) : status;
}

static enum status
run_reconcile(struct command *command)
{
	struct reconciling *work = calloc(1, sizeof(*work));
	enum status status;

	if (work == NULL)
		return error_set(&command->error, STATUS_NOMEM, "reconcile");
	work->command = command;
	status = reconcile(work);
	free(work->list);
	free(work);
	return status;
}

const struct command_entry command_reconcile = {
	.name = "reconcile",
	.usage = "reconcile [NUMBER|NAME]... [--school LAESTAB] [--wait]",
	.about = "compare computers with the hub now, not tonight",
	.needs = COMMAND_WRITES,
	.rules = reconcile_rules,
	.words_max = 200,
	.run = run_reconcile,
};
