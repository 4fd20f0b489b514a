#include "server/authority/standing.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/replica/record.h"
#include "common/report/report.h"
#include "common/support/clock.h"
#include "server/authority/schools.h"
#include "server/authority/standing_nights.h"
#include "server/core/recovery.h"
#include "server/core/sites.h"

#define DAY_MS UINT64_C(86400000)

enum {
	WHAT_BYTES = 512,
	WORDS_BYTES = 256
};

struct standing {
	struct replica *replica;
	uint64_t now_ms;
	json_t *lines;
	uint32_t sites;
	uint32_t heard;   /* within a day */
	uint32_t wanting; /* somebody should look at them */
};

/* "; " between parts. */
static void
add_part(char words[WORDS_BYTES], int *used, const char *format, uint64_t count)
{
	const char *between = *used > 0 ? "; " : "";
	int room = WORDS_BYTES - *used;
	int size = snprintf(words + *used, (size_t)room, "%s%" PRIu64 "%s",
	    between, count, format);

	*used += size < room ? size : room - 1;
}

static void
add_site(struct standing *standing, const struct site *site,
    const struct site_state *state, bool silent)
{
	char what[WHAT_BYTES], words[WORDS_BYTES] = "";
	char seen[CLOCK_TEXT_BYTES];
	struct school school = { 0 };
	int used = 0;

	(void)schools_get(standing->replica, site->school, &school, NULL);
	snprintf(what, sizeof(what), "%s, %s", school.name, site->name);
	if (silent && state->last_seen_ms == 0) {
		used = snprintf(words, sizeof(words), "never heard from");
	} else if (silent) {
		clock_format((int64_t)state->last_seen_ms, seen);
		used = snprintf(words, sizeof(words),
		    "not heard from since %.10s", seen);
	}
	if (state->refused > 0)
		add_part(words, &used, " refused entries", state->refused);
	if (state->conflicts > 0)
		add_part(words, &used, " fields with two values",
		    state->conflicts);
	report_add_line(standing->lines, what, true, "%s", words);
}

static bool
look_at_site(void *context, const struct site *site)
{
	struct standing *standing = context;
	struct site_state state = { 0 };
	uint64_t ago;
	bool silent;

	if (site->revoked)
		return true;
	(void)sites_get_state(standing->replica, site->number, &state, NULL);
	ago = standing->now_ms > state.last_seen_ms
	          ? standing->now_ms - state.last_seen_ms
	          : 0;
	silent = ago > STANDING_SILENT_DAYS * DAY_MS;
	standing->sites++;
	standing->heard += ago <= DAY_MS;
	if (!silent && state.refused == 0 && state.conflicts == 0)
		return true;
	if (standing->wanting++ < STANDING_SITES_MAX)
		add_site(standing, site, &state, silent);
	return true;
}

static enum status
add_recovery(struct standing *standing, struct error *err)
{
	struct recovery_count count;
	bool restored, collecting;
	enum status status =
	    recovery_get(standing->replica, &restored, &collecting, err);

	if (status != STATUS_OK || !collecting)
		return status;
	status = recovery_count(standing->replica, &count, err);
	if (status == STATUS_OK)
		report_add_line(standing->lines, "Restored", true,
		    "the hub waits for %" PRIu32 " computers to tell what "
		    "they hold",
		    count.waited_for);
	return status;
}

static enum status
add_conflicts(struct standing *standing, struct error *err)
{
	uint64_t conflicts;
	enum status status = conflict_count(standing->replica, &conflicts, err);

	if (status == STATUS_OK && conflicts > 0)
		report_add_line(standing->lines, "Conflicts", true,
		    "%" PRIu64 " fields have two values; their schools decide",
		    conflicts);
	else if (status == STATUS_OK)
		report_add_line(standing->lines, "Conflicts", false, "none");
	return status;
}

enum status
standing_add_lines(struct replica *replica, uint64_t now_ms, json_t *lines,
    struct error *err)
{
	struct standing standing = { .replica = replica,
		.now_ms = now_ms,
		.lines = lines };
	enum status status = add_recovery(&standing, err);

	if (status == STATUS_OK)
		status = sites_each(replica, look_at_site, &standing, err);
	if (status == STATUS_OK)
		status = add_conflicts(&standing, err);
	if (status != STATUS_OK)
		return status;
	report_add_line(lines, "Computers", false,
	    "%" PRIu32 " of %" PRIu32 " were heard from within a day",
	    standing.heard, standing.sites);
	return standing_add_nights(replica, now_ms, lines, err);
}
