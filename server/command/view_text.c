#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/support/clock.h"
#include "server/command/view_problems.h"

enum {
	COLUMNS = 80,
	NAME_COLUMNS = 16,
	STATE_COLUMNS = 26,
	INDENT = 8, /* of a computer, behind its number */
};

/* --- lines ---------------------------------------------------------------- */

/* Of UTF-8, as most terminals show it. */
static size_t
columns_of(const char *text, size_t size)
{
	size_t columns = 0;

	for (size_t i = 0; i < size; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

/* Words behind indent blanks, broken between words. */
static void
print_wrapped(int indent, const char *text)
{
	size_t at = (size_t)indent;
	const char *between = "";

	printf("%*s", indent, "");
	while (*text != '\0') {
		size_t size = strcspn(text, " ");
		size_t columns = columns_of(text, size);

		if (*between != '\0' && at + 1 + columns > COLUMNS) {
			printf("\n%*s", indent, "");
			at = (size_t)indent;
			between = "";
		}
		printf("%s%.*s", between, (int)size, text);
		at += columns + strlen(between);
		between = " ";
		text += size + strspn(text + size, " ");
	}
	putchar('\n');
}

static void
print_counts(const char *title, json_t *counts)
{
	char text[1024];
	size_t used = (size_t)snprintf(text, sizeof(text), "%s", title);
	const char *between = " ", *name;
	json_t *count;

	json_object_foreach(counts, name, count)
	{
		if (json_integer_value(count) == 0 || used >= sizeof(text))
			continue;
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%s %" JSON_INTEGER_FORMAT, between, name,
		    json_integer_value(count));
		between = ", ";
	}
	if (*between == ',')
		print_wrapped(0, text);
}

/* --- the hub -------------------------------------------------------------- */

/* Where it will be full first. */
static void
print_least_room(const struct view *view)
{
	const struct view_site *least = NULL;
	char room[VIEW_SPAN_BYTES], text[2 * ERROR_TEXT_BYTES];

	for (size_t i = 0; i < view->site_count; i++) {
		const struct view_site *site = &view->sites[i];

		if (site->site.revoked || !site->state.room.known)
			continue;
		if (least == NULL ||
		    site->state.room.free_bytes < least->state.room.free_bytes)
			least = site;
	}
	if (least == NULL)
		return;
	snprintf(text, sizeof(text),
	    "Least room at a computer: %s free (%s, %s)",
	    output_bytes(least->state.room.free_bytes, room, sizeof(room)),
	    least->school.name, least->site.name);
	print_wrapped(0, text);
}

static void
print_night(const struct view *view)
{
	char span[VIEW_SPAN_BYTES], backup[VIEW_SPAN_BYTES];
	const char *grade =
	    json_string_value(json_object_get(view->night.document, "grade"));

	if (view->night.number == 0) {
		puts("The hub has had no night yet");
		return;
	}
	printf("Night of %s: %s, %s ago; ", view->night.day,
	    view->night.ended_ms == 0 ? "not ended"
	    : grade != NULL           ? grade
				      : "unknown",
	    view_span(view->night.began_ms, view->now_ms, span));
	if (view->backup_ms == 0)
		puts("no good backup yet");
	else
		printf("last good backup %s ago\n",
		    view_span(view->backup_ms, view->now_ms, backup));
}

static void
print_certificates(const struct view *view)
{
	char hub[CLOCK_TEXT_BYTES], authority[CLOCK_TEXT_BYTES];

	clock_format((int64_t)view->certificate_ms, hub);
	clock_format((int64_t)view->authority_ms, authority);
	printf("Certificates: the hub's until %.10s, the authority's until "
	       "%.10s\n",
	    hub, authority);
}

static void
print_hub(const struct view *view)
{
	char size[VIEW_SPAN_BYTES], room[VIEW_SPAN_BYTES];
	json_t *failures = view_failures_json(view);

	printf("%s: %s", view->command->folder->settings.name,
	    view->serving ? "serving" : "not serving");
	if (view->serving)
		printf(" on port %u", (unsigned)view->port);
	printf(", %" PRIu32 " of %" PRIu32 " connected\n", view->connected,
	    view->current);
	if (view->collecting)
		printf("Restored: %" PRIu32 " of %" PRIu32
		       " computers have told what they hold, %" PRIu32
		       " are excused,\n%" PRIu32
		       " are waited for; new entries wait until then.\n",
		    view->recovery.offered, view->recovery.sites,
		    view->recovery.excused, view->recovery.waited_for);
	printf("%" PRIu64 " commits in %" PRIu64 " files, %" PRIu64
	       " fields in conflict; %s, and %s free\n",
	    view->commits, view->dossiers, view->conflicts,
	    output_bytes(view->database_bytes, size, sizeof(size)),
	    output_bytes(view->free_bytes, room, sizeof(room)));
	print_least_room(view);
	print_night(view);
	print_certificates(view);
	if (view->open_invitations > 0)
		printf("%" PRIu64 " invitations are open\n",
		    view->open_invitations);
	print_counts("Counted:", view->counters);
	print_counts("Connections that failed:", failures);
	json_decref(failures);
}

/* --- the computers -------------------------------------------------------- */

static void
print_site(const struct view *view, const struct view_site *site)
{
	char words[VIEW_WORDS_BYTES], night[VIEW_WORDS_BYTES];
	char more[VIEW_WORDS_BYTES];
	char *end;

	printf("%6" PRIu32 "  %-*.*s  ", site->site.number, NAME_COLUMNS,
	    NAME_COLUMNS, site->site.name);
	printf("%-*s  ", STATE_COLUMNS,
	    view_site_words(site, view->now_ms, words));
	view_night_words(site, view->now_ms, night);
	/* What does not fit goes below. */
	end = strlen(words) > STATE_COLUMNS ? night : NULL;
	puts(end == NULL ? night : "");
	if (end != NULL)
		print_wrapped(INDENT, night);
	if (*view_more_words(site, view->now_ms, more) != '\0')
		print_wrapped(INDENT, more);
}

static void
print_sites(const struct view *view)
{
	const char *school = "";
	size_t revoked = 0;

	for (size_t i = 0; i < view->site_count; i++) {
		const struct view_site *site = &view->sites[i];

		if (site->site.revoked) {
			revoked++;
			continue;
		}
		if (strcmp(school, site->school.name) != 0)
			printf("\n%s\n", site->school.name);
		school = site->school.name;
		print_site(view, site);
	}
	if (revoked > 0)
		printf("\nRevoked computers: %zu\n", revoked);
}

/* --- problems ------------------------------------------------------------- */

static void
print_problem(void *context, enum view_problem_kind kind,
    const struct view_site *site, const char *what)
{
	char text[2 * ERROR_TEXT_BYTES];

	(void)context;
	if (site == NULL)
		snprintf(text, sizeof(text), "%s", what);
	else
		snprintf(text, sizeof(text), "%s, %s (%" PRIu32 "): %s",
		    site->school.name, site->site.name, site->site.number,
		    what);
	print_wrapped(2, text);
	print_wrapped(4, view_problem_remedy(kind));
}

void
view_print(const struct view *view)
{
	size_t count = view_judge(view, NULL, NULL);

	print_hub(view);
	print_sites(view);
	if (count == 0) {
		puts("\nAll is well.");
		return;
	}
	printf("\n%zu %s a person:\n", count,
	    count == 1 ? "thing needs" : "things need");
	(void)view_judge(view, print_problem, NULL);
}
