/*
 * status: what the administrator's page shows, at the terminal.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "common/replica/dossier.h"
#include "common/replica/ledger.h"
#include "common/replica/record.h"
#include "common/support/clock.h"
#include "common/support/file.h"
#include "server/authority/invitations.h"
#include "server/authority/issuer.h"
#include "server/authority/schools.h"
#include "server/command/command.h"
#include "server/core/counters.h"
#include "server/core/recovery.h"
#include "server/service/presence.h"

enum {
	WATCH_MS = 2000,
	WORD_BYTES = 48,
};

static const struct option_rule status_rules[] = {
	COMMAND_RULES,
	{ "watch", NULL, "go on showing it, every two seconds", 0 },
	{ 0 },
};

/* What was found out about the hub. */
struct view {
	struct command *command;
	struct presence presence;
	bool serving;
	uint16_t port;
	uint64_t head;
	uint64_t generation;
	uint64_t commits;
	uint64_t dossiers;
	uint64_t conflicts;
	uint64_t open_invitations;
	bool collecting;
	struct recovery_count recovery; /* while collecting */
	uint64_t free_bytes;
	uint64_t database_bytes;
	uint64_t certificate_ms; /* until when hub.crt is good */
	uint32_t connected;
	json_t *counters; /* name: how often, over all computers */
	json_t *sites;
};

/* --- finding out ---------------------------------------------------------- */

static bool
count_dossier(void *context, const struct dossier *dossier)
{
	struct view *view = context;

	view->commits += dossier->count;
	view->dossiers += dossier->state != DOSSIER_GONE;
	return true;
}

static bool
add_counter(void *context, uint32_t site, struct bytes name, uint64_t count)
{
	json_t *counters = context;
	char key[WORD_BYTES];
	json_int_t before;

	(void)site;
	snprintf(key, sizeof(key), "%.*s", (int)name.size,
	    (const char *)name.data);
	before = json_integer_value(json_object_get(counters, key));
	json_object_set_new(counters, key,
	    json_integer(before + (json_int_t)count));
	return true;
}

static void
look_at_folder(struct view *view)
{
	struct command *command = view->command;
	char *database = hub_folder_file(command->folder, "replica.db");
	struct certificate_info info;

	(void)file_free_bytes(command->data, &view->free_bytes, NULL);
	if (database != NULL)
		(void)file_size(database, &view->database_bytes, NULL);
	free(database);
	if (certificate_parse(buffer_view(&command->folder->certificate), &info,
		NULL) == STATUS_OK)
		view->certificate_ms = (uint64_t)info.not_after_s * 1000;
	view->serving = hub_folder_is_served(command->data);
	if (!view->serving)
		view->presence.site_count = 0;
}

static enum status
look_at_hub(struct view *view, struct error *err)
{
	struct replica *replica = view->command->replica;
	bool restored;
	enum status status;

	status = presence_load(replica, &view->presence, err);
	if (status == STATUS_OK)
		status = presence_get_port(replica, &view->port, err);
	if (status == STATUS_OK)
		status = ledger_head(replica, &view->head, err);
	if (status == STATUS_OK)
		status = replica_meta_get(replica, "generation", 0,
		    &view->generation, err);
	if (status == STATUS_OK)
		status =
		    recovery_get(replica, &restored, &view->collecting, err);
	if (status == STATUS_OK && view->collecting)
		status = recovery_count(replica, &view->recovery, err);
	if (status == STATUS_OK)
		status = dossier_each(replica, -1, count_dossier, view, err);
	if (status == STATUS_OK)
		status = conflict_count(replica, &view->conflicts, err);
	if (status == STATUS_OK)
		status = invitations_count_open(replica, view->command->now_ms,
		    &view->open_invitations, err);
	if (status == STATUS_OK)
		status =
		    counters_each(replica, add_counter, view->counters, err);
	return status;
}

/* After a restore: whether the hub waits for it. */
static const char *
offer_text(struct view *view, const struct site *site)
{
	enum offerer_state state = OFFERER_WAITED_FOR;

	if (!view->collecting || site->revoked)
		return "";
	(void)recovery_get_offerer(view->command->replica, site->number, &state,
	    NULL);
	switch (state) {
	case OFFERER_OFFERED:
		return "offered";
	case OFFERER_EXCUSED:
		return "excused";
	case OFFERER_WAITED_FOR:
		break;
	}
	return "waited for";
}

static json_t *
offer_word(struct view *view, const struct site *site)
{
	return output_text(offer_text(view, site));
}

static json_t *
site_json(struct view *view, const struct site *site,
    const struct site_state *state)
{
	struct replica *replica = view->command->replica;
	struct bytes serial = { site->serial, site->serial_size };
	bool connected = presence_has(&view->presence, site->number);
	bool placed = state->generation == view->generation;
	uint64_t behind = view->head - state->cursor;
	struct school school = { 0 };
	int64_t not_after_s = 0;

	(void)schools_get(replica, site->school, &school, NULL);
	(void)issuer_get_expiry(replica, serial, &not_after_s, NULL);
	return json_pack("{s:i, s:s, s:s, s:o, s:b, s:b, s:o, s:o, s:o, s:I, "
			 "s:I, s:I, s:I, "
			 "s:o, s:I, s:I, s:I, s:o, s:o}",
	    "number", (int)site->number, "name", site->name, "school",
	    school.name, "laestab", output_text(school.laestab), "revoked",
	    site->revoked, "connected", connected, "last_seen",
	    output_time(state->last_seen_ms), "cursor",
	    placed ? json_integer((json_int_t)state->cursor) : json_null(),
	    "behind", placed ? json_integer((json_int_t)behind) : json_null(),
	    "waiting", (json_int_t)state->pending, "refused",
	    (json_int_t)state->refused, "conflicts",
	    (json_int_t)state->conflicts, "clock_error_ms",
	    (json_int_t)state->clock_error_ms, "program",
	    output_text(state->program), "database_bytes",
	    (json_int_t)state->database_bytes, "received_bytes",
	    (json_int_t)state->received_bytes, "sent_bytes",
	    (json_int_t)state->sent_bytes, "certificate_expires",
	    output_time((uint64_t)not_after_s * 1000), "offer",
	    offer_word(view, site));
}

/* The cursor was read after the head, and may have gone past it. */
static struct site_state
get_state(struct view *view, const struct site *site)
{
	struct site_state state = { 0 };

	(void)sites_get_state(view->command->replica, site->number, &state,
	    NULL);
	if (state.cursor > view->head)
		state.cursor = view->head;
	return state;
}

static bool
look_at_site(void *context, const struct site *site)
{
	struct view *view = context;
	struct site_state state = get_state(view, site);

	view->connected += presence_has(&view->presence, site->number);
	json_array_append_new(view->sites, site_json(view, site, &state));
	return true;
}

/* --- telling -------------------------------------------------------------- */

static json_t *
failures_json(const struct presence *presence)
{
	json_t *json = json_object();

	for (int i = 0; i < PRESENCE_FAILURES; i++)
		json_object_set_new(json,
		    presence_failure_name((enum presence_failure)i),
		    json_integer((json_int_t)presence->failures[i]));
	return json;
}

static json_t *
view_json(const struct view *view)
{
	const struct hub_settings *settings = &view->command->folder->settings;

	return json_pack("{s:s, s:b, s:s, s:i, s:I, s:o, s:b, s:I, s:I, s:I, "
			 "s:I, s:I, "
			 "s:o, s:I, s:i, s:O, s:o, s:O}",
	    "name", settings->name, "serving", view->serving, "listen",
	    settings->listen, "port", (int)view->port, "head",
	    (json_int_t)view->head, "generation", output_id(view->generation),
	    "collecting", view->collecting, "commits",
	    (json_int_t)view->commits, "dossiers", (json_int_t)view->dossiers,
	    "conflicts", (json_int_t)view->conflicts, "free_bytes",
	    (json_int_t)view->free_bytes, "database_bytes",
	    (json_int_t)view->database_bytes, "certificate_expires",
	    output_time(view->certificate_ms), "open_invitations",
	    (json_int_t)view->open_invitations, "connected",
	    (int)view->connected, "counters", view->counters, "failures",
	    failures_json(&view->presence), "sites", view->sites);
}

static void
print_counts(const char *title, json_t *counts)
{
	const char *between = " ", *name;
	bool any = false;
	json_t *count;

	json_object_foreach(counts, name, count)
	{
		if (json_integer_value(count) == 0)
			continue;
		if (!any)
			fputs(title, stdout);
		any = true;
		printf("%s%s %" JSON_INTEGER_FORMAT, between, name,
		    json_integer_value(count));
		between = ", ";
	}
	if (any)
		putchar('\n');
}

static bool
print_site(void *context, const struct site *site)
{
	struct view *view = context;
	struct site_state state = get_state(view, site);
	bool connected = presence_has(&view->presence, site->number);
	struct school school = { 0 };
	char ago[WORD_BYTES];

	(void)schools_get(view->command->replica, site->school, &school, NULL);
	printf("%6" PRIu32 "  %s, %s: ", site->number, school.name, site->name);
	if (site->revoked)
		fputs("revoked", stdout);
	else if (connected)
		fputs("connected", stdout);
	else
		printf("last seen %s",
		    output_ago(state.last_seen_ms, view->command->now_ms, ago,
			sizeof(ago)));
	if (*offer_text(view, site) != '\0')
		printf(", %s", offer_text(view, site));
	if (state.last_seen_ms != 0 && state.generation == view->generation)
		printf(", %" PRIu64 " behind", view->head - state.cursor);
	if (state.pending > 0)
		printf(", %" PRIu64 " waiting there", state.pending);
	if (state.refused > 0)
		printf(", %" PRIu64 " refused", state.refused);
	if (state.conflicts > 0)
		printf(", %" PRIu64 " in conflict", state.conflicts);
	if (state.clock_error_ms > LIMIT_STAMP_AHEAD_MS ||
	    state.clock_error_ms < -LIMIT_STAMP_AHEAD_MS)
		printf(", its clock is %" PRId64 " s off",
		    state.clock_error_ms / 1000);
	putchar('\n');
	return true;
}

static enum status
print_view(struct view *view)
{
	const struct hub_settings *settings = &view->command->folder->settings;
	json_t *failures = failures_json(&view->presence);
	char size[WORD_BYTES], room[WORD_BYTES];
	enum status status;

	printf("%s: %s", settings->name,
	    view->serving ? "serving" : "not serving");
	if (view->serving)
		printf(" on port %u", (unsigned)view->port);
	printf(", %" PRIu32 " connected\n", view->connected);
	if (view->collecting)
		printf("Restored: %" PRIu32 " of %" PRIu32
		       " computers have told what they hold, %" PRIu32
		       " are excused, %" PRIu32
		       " are waited for; new entries wait until then.\n",
		    view->recovery.offered, view->recovery.sites,
		    view->recovery.excused, view->recovery.waited_for);
	printf("%" PRIu64 " commits in %" PRIu64 " files, %" PRIu64
	       " fields in conflict; %s, and %s free\n",
	    view->commits, view->dossiers, view->conflicts,
	    output_bytes(view->database_bytes, size, sizeof(size)),
	    output_bytes(view->free_bytes, room, sizeof(room)));
	if (view->open_invitations > 0)
		printf("%" PRIu64 " invitations are open\n",
		    view->open_invitations);
	print_counts("Counted:", view->counters);
	print_counts("Connections that failed:", failures);
	json_decref(failures);
	status = sites_each(view->command->replica, print_site, view,
	    &view->command->error);
	return status;
}

/* --- the command ---------------------------------------------------------- */

static enum status
show(struct command *command)
{
	struct view view = { .command = command,
		.counters = json_object(),
		.sites = json_array() };
	enum status status;

	command->now_ms = (uint64_t)clock_unix_ms();
	status = look_at_hub(&view, &command->error);
	if (status == STATUS_OK) {
		look_at_folder(&view);
		status = sites_each(command->replica, look_at_site, &view,
		    &command->error);
	}
	if (status == STATUS_OK && command->json)
		output_json(view_json(&view));
	else if (status == STATUS_OK)
		status = print_view(&view);
	json_decref(view.counters);
	json_decref(view.sites);
	return status;
}

static enum status
run_status(struct command *command)
{
	bool watch = options_flag(&command->options, "watch");
	enum status status;

	if (watch && command->json)
		return error_set(&command->error, STATUS_USAGE,
		    "--json is one document: leave out --watch");
	status = show(command);
	while (watch && status == STATUS_OK && fflush(stdout) == 0) {
		uv_sleep(WATCH_MS);
		fputs("\033[H\033[J", stdout);
		status = show(command);
	}
	return status;
}

const struct command_entry command_status = {
	.name = "status",
	.usage = "status",
	.about = "who is connected, who is behind, what was refused",
	.needs = COMMAND_READS,
	.rules = status_rules,
	.run = run_status,
};
