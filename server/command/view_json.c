#include "server/authority/found_words.h"
#include "server/command/view_problems.h"

json_t *
view_failures_json(const struct view *view)
{
	json_t *json = json_object();

	for (int i = 0; i < PRESENCE_FAILURES; i++)
		json_object_set_new(json,
		    presence_failure_name((enum presence_failure)i),
		    json_integer((json_int_t)view->presence.failures[i]));
	return json;
}

static void
set_count(json_t *json, const char *name, uint64_t count)
{
	json_object_set_new(json, name, json_integer((json_int_t)count));
}

/* --- a computer ----------------------------------------------------------- */

static json_t *
night_json(const struct night_state *night)
{
	return json_pack("{s:b, s:o, s:o, s:o}", "wanted", night->wanted != 0,
	    "compared", output_time(night->done_ms), "equal",
	    output_time(night->equal_ms), "found",
	    night->done_ms == 0 ? json_null() : found_json(&night->found));
}

/* null where it is not known. */
static void
add_room(json_t *json, const struct room *room)
{
	json_object_set_new(json, "database_bytes",
	    room->known ? json_integer((json_int_t)room->database_bytes)
			: json_null());
	json_object_set_new(json, "free_bytes",
	    room->known ? json_integer((json_int_t)room->free_bytes)
			: json_null());
}

static void
add_state(json_t *json, const struct site_state *state)
{
	json_object_set_new(json, "last_seen",
	    output_time(state->last_seen_ms));
	set_count(json, "waiting", state->pending);
	set_count(json, "refused", state->refused);
	set_count(json, "conflicts", state->conflicts);
	json_object_set_new(json, "clock_error_ms",
	    json_integer(state->clock_error_ms));
	json_object_set_new(json, "program", output_text(state->program));
	add_room(json, &state->room);
	set_count(json, "received_bytes", state->received_bytes);
	set_count(json, "sent_bytes", state->sent_bytes);
}

static json_t *
site_json(const struct view_site *site)
{
	json_t *json = json_pack("{s:i, s:s, s:s, s:o, s:b, s:b, s:s}",
	    "number", (int)site->site.number, "name", site->site.name, "school",
	    site->school.name, "laestab", output_text(site->school.laestab),
	    "revoked", site->site.revoked, "connected", site->connected,
	    "state", view_standing_word(view_standing(site)));

	add_state(json, &site->state);
	json_object_set_new(json, "joined", output_time(site->joined_ms));
	json_object_set_new(json, "cursor",
	    site->placed ? json_integer((json_int_t)site->state.cursor)
			 : json_null());
	json_object_set_new(json, "behind",
	    site->placed ? json_integer((json_int_t)site->behind)
			 : json_null());
	json_object_set_new(json, "night", night_json(&site->night));
	json_object_set_new(json, "certificate_expires",
	    output_time(site->certificate_ms));
	set_count(json, "unpurged", site->unpurged);
	json_object_set_new(json, "offer", output_text(site->offer));
	return json;
}

/* --- problems ------------------------------------------------------------- */

static void
add_problem(void *context, enum view_problem_kind kind,
    const struct view_site *site, const char *what)
{
	json_array_append_new(context,
	    json_pack("{s:s, s:o, s:s, s:s}", "kind", view_problem_word(kind),
		"site",
		site == NULL ? json_null()
			     : json_integer((json_int_t)site->site.number),
		"what", what, "remedy", view_problem_remedy(kind)));
}

/* --- the hub -------------------------------------------------------------- */

static void
add_hub(json_t *json, const struct view *view)
{
	json_object_set_new(json, "generation", output_id(view->generation));
	json_object_set_new(json, "collecting", json_boolean(view->collecting));
	set_count(json, "head", view->head);
	set_count(json, "commits", view->commits);
	set_count(json, "dossiers", view->dossiers);
	set_count(json, "conflicts", view->conflicts);
	set_count(json, "damaged", view->damaged);
	set_count(json, "free_bytes", view->free_bytes);
	set_count(json, "database_bytes", view->database_bytes);
	json_object_set_new(json, "certificate_expires",
	    output_time(view->certificate_ms));
	json_object_set_new(json, "authority_expires",
	    output_time(view->authority_ms));
	set_count(json, "open_invitations", view->open_invitations);
	set_count(json, "connected", view->connected);
	json_object_set_new(json, "last_backup", output_time(view->backup_ms));
	json_object_set_new(json, "night",
	    view->night.number == 0 ? json_null()
				    : night_row_json(&view->night));
}

json_t *
view_json(const struct view *view)
{
	const struct hub_settings *settings = &view->command->folder->settings;
	json_t *sites = json_array(), *problems = json_array(), *json;

	for (size_t i = 0; i < view->site_count; i++)
		json_array_append_new(sites, site_json(&view->sites[i]));
	(void)view_judge(view, add_problem, problems);
	json = json_pack("{s:s, s:b, s:b, s:s, s:i}", "name", settings->name,
	    "well", json_array_size(problems) == 0, "serving", view->serving,
	    "listen", settings->listen, "port", (int)view->port);
	json_object_set_new(json, "problems", problems);
	add_hub(json, view);
	json_object_set(json, "counters", view->counters);
	json_object_set_new(json, "failures", view_failures_json(view));
	json_object_set_new(json, "sites", sites);
	return json;
}
