#include <stdlib.h>
#include <string.h>

#include "common/replica/damage.h"
#include "common/replica/dossier.h"
#include "common/replica/ledger.h"
#include "common/replica/record.h"
#include "common/support/clock.h"
#include "common/support/file.h"
#include "server/authority/invitations.h"
#include "server/authority/issuer.h"
#include "server/command/view.h"
#include "server/core/counters.h"
#include "server/night/unpurged.h"

enum {
	KEY_BYTES = 48
};

/* --- the hub -------------------------------------------------------------- */

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
	char key[KEY_BYTES];
	json_int_t before;

	(void)site;
	snprintf(key, sizeof(key), "%.*s", (int)name.size,
	    (const char *)name.data);
	before = json_integer_value(json_object_get(counters, key));
	json_object_set_new(counters, key,
	    json_integer(before + (json_int_t)count));
	return true;
}

static enum status
look_at_recovery(struct view *view, struct error *err)
{
	struct replica *replica = view->command->replica;
	bool restored;
	enum status status =
	    recovery_get(replica, &restored, &view->collecting, err);

	if (status == STATUS_OK && view->collecting)
		status = recovery_count(replica, &view->recovery, err);
	return status;
}

static enum status
look_at_hub(struct view *view, struct error *err)
{
	struct replica *replica = view->command->replica;
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
		status = look_at_recovery(view, err);
	if (status == STATUS_OK)
		status = dossier_each(replica, -1, count_dossier, view, err);
	if (status == STATUS_OK)
		status = conflict_count(replica, &view->conflicts, err);
	if (status == STATUS_OK)
		status = damage_count(replica, &view->damaged, err);
	if (status == STATUS_OK)
		status = invitations_count_open(replica, view->now_ms,
		    &view->open_invitations, err);
	if (status == STATUS_OK)
		status =
		    counters_each(replica, add_counter, view->counters, err);
	return status;
}

/* Zero for what cannot be read. */
static struct certificate_info
read_certificate(const struct buffer *certificate)
{
	struct certificate_info info = { .not_after_s = 0 };

	if (certificate_parse(buffer_view(certificate), &info, NULL) !=
	    STATUS_OK)
		info = (struct certificate_info){ .not_after_s = 0 };
	return info;
}

static void
look_at_folder(struct view *view)
{
	const struct command *command = view->command;
	const struct hub_folder *folder = command->folder;
	char *database = hub_folder_file(folder, "replica.db");
	struct certificate_info authority =
	    read_certificate(&folder->authority);

	(void)file_free_bytes(command->data, &view->free_bytes, NULL);
	if (database != NULL)
		(void)file_size(database, &view->database_bytes, NULL);
	free(database);
	view->certificate_seconds = folder->settings.certificate_seconds;
	view->certificate_ms =
	    (uint64_t)read_certificate(&folder->certificate).not_after_s * 1000;
	view->authority_ms = (uint64_t)authority.not_after_s * 1000;
	view->made_ms = (uint64_t)authority.not_before_s * 1000;
	view->serving = hub_folder_is_served(command->data);
	if (!view->serving)
		view->presence.site_count = 0;
}

/* --- its nights ----------------------------------------------------------- */

static bool
ended_well(const struct night_row *row, const char *name)
{
	json_t *job;
	size_t i;

	json_array_foreach(json_object_get(row->document, "jobs"), i, job)
	{
		const char *is = json_string_value(json_object_get(job, "job"));
		const char *grade =
		    json_string_value(json_object_get(job, "grade"));

		if (is != NULL && grade != NULL && strcmp(is, name) == 0)
			return strcmp(grade, night_grade_word(NIGHT_OK)) == 0;
	}
	return false;
}

static bool
find_backup(void *context, const struct night_row *row)
{
	struct view *view = context;

	if (ended_well(row, "backup"))
		view->backup_ms = row->began_ms;
	return view->backup_ms == 0;
}

static enum status
look_at_nights(struct view *view, struct error *err)
{
	struct replica *replica = view->command->replica;
	enum status status = night_load(replica, NULL, &view->night, err);

	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = night_last_ms(replica, &view->night_ms, err);
	if (status == STATUS_OK)
		status = night_each(replica, find_backup, view, err);
	return status;
}

/* --- the computers -------------------------------------------------------- */

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

/* The hub took the record of a computer when that joined. */
static uint64_t
joined_ms(struct replica *replica, const struct site *site)
{
	struct ledger_row row = { .received_ms = 0 };

	(void)ledger_get(replica, site->record, &row, NULL);
	return row.received_ms;
}

static struct view_site *
new_site(struct view *view)
{
	struct view_site *more;

	if (view->site_count == view->site_room) {
		view->site_room =
		    view->site_room == 0 ? 64 : 2 * view->site_room;
		more = realloc(view->sites, view->site_room * sizeof(*more));
		if (more == NULL)
			return NULL;
		view->sites = more;
	}
	return memset(&view->sites[view->site_count++], 0, sizeof(*more));
}

/* What cannot be read of one computer does not hide the others. */
static bool
look_at_site(void *context, const struct site *site)
{
	struct view *view = context;
	struct replica *replica = view->command->replica;
	struct bytes serial = { site->serial, site->serial_size };
	struct view_site *seen = new_site(view);
	int64_t not_after_s = 0;

	if (seen == NULL)
		return false;
	seen->site = *site;
	(void)schools_get(replica, site->school, &seen->school, NULL);
	(void)sites_get_state(replica, site->number, &seen->state, NULL);
	(void)nights_get(replica, site->number, &seen->night, NULL);
	(void)issuer_get_expiry(replica, serial, &not_after_s, NULL);
	seen->certificate_ms = (uint64_t)not_after_s * 1000;
	seen->connected = presence_has(&view->presence, site->number);
	seen->placed = seen->state.generation == view->generation;
	/* The cursor was read after the head, and may have gone past it. */
	if (seen->state.cursor < view->head)
		seen->behind = view->head - seen->state.cursor;
	seen->joined_ms = joined_ms(replica, site);
	seen->offer = offer_text(view, site);
	view->connected += seen->connected;
	view->current += !site->revoked;
	return true;
}

static void
note_unpurged(void *context, const struct unpurged *unpurged)
{
	struct view *view = context;

	for (size_t i = 0; i < view->site_count; i++) {
		if (view->sites[i].site.number != unpurged->site)
			continue;
		view->sites[i].unpurged = unpurged->files;
		view->sites[i].unpurged_since_ms = unpurged->since_ms;
	}
}

static int
by_school(const void *a, const void *b)
{
	const struct view_site *one = a, *two = b;
	int order = strcmp(one->school.name, two->school.name);

	if (order == 0)
		order = strcmp(one->school.laestab, two->school.laestab);
	return order != 0 ? order
	                  : (one->site.number > two->site.number) -
	                        (one->site.number < two->site.number);
}

static enum status
look_at_sites(struct view *view, struct error *err)
{
	struct replica *replica = view->command->replica;
	enum status status = sites_each(replica, look_at_site, view, err);

	if (status == STATUS_OK)
		status = unpurged_each(replica, note_unpurged, view, err);
	if (status == STATUS_OK && view->site_count > 0)
		qsort(view->sites, view->site_count, sizeof(*view->sites),
		    by_school);
	return status;
}

/* --- all ------------------------------------------------------------------ */

enum status
view_look(struct command *command, struct view *view, struct error *err)
{
	enum status status;

	*view = (struct view){ .command = command,
		.now_ms = (uint64_t)clock_unix_ms(),
		.counters = json_object() };
	status = look_at_hub(view, err);
	if (status == STATUS_OK) {
		look_at_folder(view);
		status = look_at_nights(view, err);
	}
	if (status == STATUS_OK)
		status = look_at_sites(view, err);
	return status;
}

void
view_deinit(struct view *view)
{
	night_row_deinit(&view->night);
	json_decref(view->counters);
	free(view->sites);
}
