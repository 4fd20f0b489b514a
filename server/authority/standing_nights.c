#include "server/authority/standing_nights.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/replica/defect.h"
#include "common/report/report.h"
#include "server/core/nights.h"
#include "server/core/sites.h"

#define DAY_MS UINT64_C(86400000)

enum {
	OUTCOMES = FOUND_FAILED + 1,
	KINDS = DEFECT_FILE + 1,
	WORDS_BYTES = 512
};

struct tally {
	struct replica *replica;
	uint64_t since_ms;
	uint32_t sites;
	uint32_t heard;
	uint32_t compared;
	uint32_t outcomes[OUTCOMES];
	uint64_t defects[KINDS]; /* 0: of no kind that is known */
	bool any_defect;
	enum status status;
	struct error *err;
};

/* --- computers ------------------------------------------------------------ */

static bool
tally_site(void *context, const struct site *site)
{
	struct tally *tally = context;
	struct site_state state = { 0 };
	struct night_state night;

	if (site->revoked)
		return true;
	tally->status =
	    sites_get_state(tally->replica, site->number, &state, tally->err);
	if (tally->status == STATUS_OK)
		tally->status = nights_get(tally->replica, site->number, &night,
		    tally->err);
	if (tally->status != STATUS_OK)
		return false;
	tally->sites++;
	tally->heard += state.last_seen_ms >= tally->since_ms;
	if (night.done_ms == 0 || night.done_ms < tally->since_ms)
		return true;
	tally->compared++;
	if (night.found.outcome <= FOUND_FAILED)
		tally->outcomes[night.found.outcome]++;
	return true;
}

static void
add_compared(const struct tally *tally, json_t *lines)
{
	report_add_line(lines, "Compared with the hub",
	    tally->outcomes[FOUND_FAILED] > 0,
	    "%" PRIu32 " of %" PRIu32 " computers within a day: %" PRIu32
	    " equal, %" PRIu32 " mended, %" PRIu32 " not finished, %" PRIu32
	    " failed; %" PRIu32 " were not heard from",
	    tally->compared, tally->sites, tally->outcomes[FOUND_EQUAL],
	    tally->outcomes[FOUND_MENDED], tally->outcomes[FOUND_UNFINISHED],
	    tally->outcomes[FOUND_FAILED], tally->sites - tally->heard);
}

/* --- defects -------------------------------------------------------------- */

static bool
tally_defect(void *context, const struct defect *defect)
{
	struct tally *tally = context;

	tally->any_defect = true;
	tally->defects[defect->kind <= DEFECT_FILE ? defect->kind : 0]++;
	return true;
}

static void
add_defects(const struct tally *tally, json_t *lines)
{
	char words[WORDS_BYTES] = "none";
	const char *between = "";
	size_t used = 0;

	for (int kind = 0; kind < KINDS; kind++) {
		if (tally->defects[kind] == 0 || used >= sizeof(words))
			continue;
		used += (size_t)snprintf(words + used, sizeof(words) - used,
		    "%s%" PRIu64 " %s", between, tally->defects[kind],
		    defect_name((enum defect_kind)kind));
		between = ", ";
	}
	report_add_line(lines, "Defects of sync", tally->any_defect, "%s",
	    words);
}

/* --- both ----------------------------------------------------------------- */

enum status
standing_add_nights(struct replica *replica, uint64_t now_ms, json_t *lines,
    struct error *err)
{
	struct tally tally = { .replica = replica,
		.since_ms = now_ms > DAY_MS ? now_ms - DAY_MS : 0,
		.err = err };
	enum status status = sites_each(replica, tally_site, &tally, err);

	if (status == STATUS_OK)
		status = tally.status;
	if (status == STATUS_OK)
		status = defect_each(replica, tally.since_ms, tally_defect,
		    &tally, err);
	if (status != STATUS_OK)
		return status;
	add_compared(&tally, lines);
	add_defects(&tally, lines);
	return STATUS_OK;
}
