#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/support/clock.h"
#include "server/authority/found_words.h"
#include "server/command/view_problems.h"
#include "server/night/computer.h"

#define YEAR_MS (UINT64_C(365) * 24 * 60 * 60 * 1000)

struct judging {
	const struct view *view;
	view_problem_visitor *visit;
	void *context;
	size_t count;
};

static const char *const words[] = {
#define PROBLEM_WORD(name, word, remedy) word,
	VIEW_PROBLEM_LIST(PROBLEM_WORD)
#undef PROBLEM_WORD
};

static const char *const remedies[] = {
#define PROBLEM_REMEDY(name, word, remedy) remedy,
	VIEW_PROBLEM_LIST(PROBLEM_REMEDY)
#undef PROBLEM_REMEDY
};

const char *
view_problem_word(enum view_problem_kind kind)
{
	return words[kind];
}

const char *
view_problem_remedy(enum view_problem_kind kind)
{
	return remedies[kind];
}

static void __attribute__((format(printf, 4, 5)))
problem(struct judging *judging, enum view_problem_kind kind,
    const struct view_site *site, const char *format, ...)
{
	char what[ERROR_TEXT_BYTES];
	va_list arguments;

	judging->count++;
	if (judging->visit == NULL)
		return;
	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	judging->visit(judging->context, kind, site, what);
}

/* Longer ago than that; what never was counts from since_ms. */
static bool
is_late(const struct view *view, uint64_t last_ms, uint64_t since_ms,
    uint64_t patience_ms)
{
	uint64_t from_ms = last_ms > since_ms ? last_ms : since_ms;

	return from_ms != 0 && view->now_ms > from_ms + patience_ms;
}

static const char *
date_of(uint64_t unix_ms, char text[CLOCK_TEXT_BYTES])
{
	clock_format((int64_t)unix_ms, text);
	text[10] = '\0';
	return text;
}

/* --- the hub -------------------------------------------------------------- */

/* What status finds out by itself is told once, and as it is now. */
static bool
is_told_otherwise(const struct view *view, const char *job)
{
	return strcmp(job, "disk") == 0 || strcmp(job, "certificates") == 0 ||
	       strcmp(job, "purge") == 0 ||
	       (strcmp(job, "integrity") == 0 && view->damaged > 0);
}

static void
judge_jobs(struct judging *judging)
{
	const json_t *document = judging->view->night.document;
	json_t *job;
	size_t i;

	json_array_foreach(json_object_get(document, "jobs"), i, job)
	{
		const char *name =
		    json_string_value(json_object_get(job, "job"));
		const char *grade =
		    json_string_value(json_object_get(job, "grade"));
		const char *sentence =
		    json_string_value(json_object_get(job, "sentence"));

		if (name == NULL || grade == NULL || sentence == NULL ||
		    strcmp(grade, night_grade_word(NIGHT_OK)) == 0 ||
		    is_told_otherwise(judging->view, name))
			continue;
		problem(judging, PROBLEM_NIGHT_JOB, NULL, "Last night, %s: %s",
		    name, sentence);
	}
}

static void
judge_nights(struct judging *judging)
{
	const struct view *view = judging->view;

	if (is_late(view, view->night_ms, view->made_ms, VIEW_NIGHT_MS))
		problem(judging, PROBLEM_NIGHT_LATE, NULL,
		    view->night_ms == 0
			? "The hub has had no night yet."
			: "The hub has had no night for two days.");
	judge_jobs(judging);
	if (is_late(view, view->backup_ms, view->made_ms, VIEW_NIGHT_MS))
		problem(judging, PROBLEM_BACKUP_LATE, NULL,
		    view->backup_ms == 0
			? "There is no good backup."
			: "The last good backup is older than two days.");
}

static void
judge_certificates(struct judging *judging)
{
	const struct view *view = judging->view;
	char date[CLOCK_TEXT_BYTES];

	if (view->certificate_ms < view->now_ms + view_soon_ms(view))
		problem(judging, PROBLEM_HUB_CERTIFICATE, NULL,
		    "The hub's certificate is good until %s only.",
		    date_of(view->certificate_ms, date));
	if (view->authority_ms < view->now_ms + YEAR_MS)
		problem(judging, PROBLEM_AUTHORITY, NULL,
		    "The partnership's authority (ca.crt) ends on %s.",
		    date_of(view->authority_ms, date));
}

static void
judge_hub(struct judging *judging)
{
	const struct view *view = judging->view;

	if (!view->serving)
		problem(judging, PROBLEM_NOT_SERVING, NULL,
		    "The hub does not serve.");
	if (view->collecting && view->recovery.waited_for > 0)
		problem(judging, PROBLEM_COLLECTING, NULL,
		    "The hub was restored, and %" PRIu32
		    " computers have not told yet what they hold.",
		    view->recovery.waited_for);
	if (view->damaged > 0)
		problem(judging, PROBLEM_DAMAGED, NULL,
		    "%" PRIu64 " commits of the hub's ledger are damaged.",
		    view->damaged);
	judge_nights(judging);
	if (view->free_bytes < computer_wanted_bytes(view->database_bytes))
		problem(judging, PROBLEM_DISK, NULL,
		    "Only %" PRIu64 " MB are free at the hub; %" PRIu64
		    " MB are wanted.",
		    view->free_bytes / 1000000,
		    computer_wanted_bytes(view->database_bytes) / 1000000);
	judge_certificates(judging);
}

/* --- a computer ----------------------------------------------------------- */

static void
judge_nearness(struct judging *judging, const struct view_site *site)
{
	const struct view *view = judging->view;
	const struct night_state *night = &site->night;
	char text[FOUND_WORDS_BYTES], span[VIEW_SPAN_BYTES];
	bool silent =
	    !site->connected && is_late(view, site->state.last_seen_ms,
				    site->joined_ms, VIEW_SILENT_MS);

	if (night->done_ms != 0 && night->found.outcome == FOUND_FAILED)
		problem(judging, PROBLEM_SITE_DIFFERS, site,
		    "It differs from the hub, and %s.",
		    found_words(&night->found, text));
	if (silent && site->state.last_seen_ms == 0)
		problem(judging, PROBLEM_SITE_SILENT, site,
		    "It has never connected.");
	else if (silent)
		problem(judging, PROBLEM_SITE_SILENT, site,
		    "It has not connected for %s.",
		    view_span(site->state.last_seen_ms, view->now_ms, span));
	else if (is_late(view, night->equal_ms, site->joined_ms,
		     VIEW_UNCOMPARED_MS))
		problem(judging, PROBLEM_SITE_UNCOMPARED, site,
		    "It connects, and has not been proved equal to the hub "
		    "for a week.");
}

static void
judge_site(struct judging *judging, const struct view_site *site)
{
	const struct view *view = judging->view;
	char date[CLOCK_TEXT_BYTES];

	judge_nearness(judging, site);
	if (site->state.refused > 0)
		problem(judging, PROBLEM_SITE_REFUSED, site,
		    "The hub refused %" PRIu64 " of its entries.",
		    site->state.refused);
	if (view_clock_is_off(&site->state))
		problem(judging, PROBLEM_SITE_CLOCK, site,
		    "Its clock is %" PRId64 " s off.",
		    site->state.clock_error_ms / 1000);
	if (view_room_is_little(&site->state.room))
		problem(judging, PROBLEM_SITE_DISK, site,
		    "Only %" PRIu64 " MB are free on its disk; %" PRIu64
		    " MB are wanted.",
		    site->state.room.free_bytes / 1000000,
		    computer_wanted_bytes(site->state.room.database_bytes) /
			1000000);
	if (site->certificate_ms != 0 &&
	    site->certificate_ms < view->now_ms + view_soon_ms(view))
		problem(judging, PROBLEM_SITE_CERTIFICATE, site,
		    "Its certificate is good until %s.",
		    date_of(site->certificate_ms, date));
	if (site->unpurged > 0 &&
	    is_late(view, site->unpurged_since_ms, 0, VIEW_UNPURGED_MS))
		problem(judging, PROBLEM_SITE_UNPURGED, site,
		    "It has not confirmed that it purged %" PRIu64
		    " files, the first closed on %s.",
		    site->unpurged, date_of(site->unpurged_since_ms, date));
}

/* --- all ------------------------------------------------------------------ */

uint64_t
view_soon_ms(const struct view *view)
{
	/* A computer that connects has a third of the life left. */
	uint64_t soon_ms = (uint64_t)view->certificate_seconds * 1000 / 6;

	return soon_ms < VIEW_CERTIFICATE_MS ? soon_ms : VIEW_CERTIFICATE_MS;
}

size_t
view_judge(const struct view *view, view_problem_visitor *visit, void *context)
{
	struct judging judging = { view, visit, context, 0 };

	judge_hub(&judging);
	for (size_t i = 0; i < view->site_count; i++)
		if (!view->sites[i].site.revoked)
			judge_site(&judging, &view->sites[i]);
	return judging.count;
}
