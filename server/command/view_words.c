#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/support/clock.h"
#include "server/authority/found_words.h"
#include "server/command/view.h"
#include "server/night/computer.h"

static const char *const standing_words[] = {
#define SITE_STANDING_WORD(name, word) word,
	SITE_STANDING_LIST(SITE_STANDING_WORD)
#undef SITE_STANDING_WORD
};

const char *
view_standing_word(enum site_standing standing)
{
	return standing_words[standing];
}

/* The last comparison left a difference. */
static bool
differs(const struct view_site *site)
{
	return site->night.done_ms != 0 &&
	       site->night.found.outcome >= FOUND_UNFINISHED;
}

enum site_standing
view_standing(const struct view_site *site)
{
	if (site->site.revoked)
		return SITE_REVOKED;
	if (site->state.last_seen_ms == 0 && !site->connected)
		return SITE_NEVER_HEARD;
	if (!site->connected)
		return SITE_OFFLINE;
	if (site->night.proved_ms == 0)
		return SITE_FIRST_SYNC;
	if (differs(site))
		return SITE_DIFFERS;
	if (site->state.pending > 0)
		return SITE_WAITING;
	if (!site->placed || site->behind > 0)
		return SITE_BEHIND;
	return site->night.done_ms == 0 ? SITE_NEVER_COMPARED : SITE_IN_STEP;
}

/* --- words ---------------------------------------------------------------- */

/* Each is behind a comma but the first. */
static void __attribute__((format(printf, 2, 3)))
add(char text[VIEW_WORDS_BYTES], const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	if (used > 0)
		used += (size_t)snprintf(text + used, VIEW_WORDS_BYTES - used,
		    "%s", ", ");
	if (used >= VIEW_WORDS_BYTES)
		return;
	va_start(arguments, format);
	vsnprintf(text + used, VIEW_WORDS_BYTES - used, format, arguments);
	va_end(arguments);
}

const char *
view_span(uint64_t from_ms, uint64_t to_ms, char text[VIEW_SPAN_BYTES])
{
	uint64_t seconds = to_ms > from_ms ? (to_ms - from_ms) / 1000 : 0;

	if (seconds < 100)
		snprintf(text, VIEW_SPAN_BYTES, "%" PRIu64 " s", seconds);
	else if (seconds < 100 * 60)
		snprintf(text, VIEW_SPAN_BYTES, "%" PRIu64 " min",
		    seconds / 60);
	else if (seconds < 48 * 60 * 60)
		snprintf(text, VIEW_SPAN_BYTES, "%" PRIu64 " h",
		    seconds / 60 / 60);
	else
		snprintf(text, VIEW_SPAN_BYTES, "%" PRIu64 " days",
		    seconds / 60 / 60 / 24);
	return text;
}

static void
add_place(const struct view_site *site, char text[VIEW_WORDS_BYTES])
{
	if (site->placed && site->behind > 0)
		add(text, "%" PRIu64 " behind", site->behind);
	if (site->state.pending > 0)
		add(text, "%" PRIu64 " waiting there", site->state.pending);
}

const char *
view_site_words(const struct view_site *site, uint64_t now_ms,
    char text[VIEW_WORDS_BYTES])
{
	char span[VIEW_SPAN_BYTES];

	text[0] = '\0';
	switch (view_standing(site)) {
	case SITE_REVOKED:
		add(text, "revoked");
		return text;
	case SITE_NEVER_HEARD:
		add(text, "never heard from");
		return text;
	case SITE_OFFLINE:
		add(text, "offline %s",
		    view_span(site->state.last_seen_ms, now_ms, span));
		break;
	case SITE_FIRST_SYNC:
		add(text, "first sync");
		return text;
	case SITE_DIFFERS:
		add(text, "differs");
		break;
	case SITE_BEHIND:
		if (!site->placed)
			add(text, "finding its place");
		break;
	case SITE_NEVER_COMPARED:
	case SITE_IN_STEP:
		add(text, "in step");
		break;
	case SITE_WAITING:
		break;
	}
	add_place(site, text);
	return text;
}

const char *
view_night_words(const struct view_site *site, uint64_t now_ms,
    char text[VIEW_WORDS_BYTES])
{
	const struct night_state *night = &site->night;
	char span[VIEW_SPAN_BYTES];

	text[0] = '\0';
	if (night->done_ms == 0)
		add(text, "never compared");
	else
		add(text, "%s %s ago", found_outcome_word(night->found.outcome),
		    view_span(night->done_ms, now_ms, span));
	if (night->wanted != 0)
		add(text, "wanted");
	return text;
}

static void
add_date(char text[VIEW_WORDS_BYTES], const char *what, uint64_t unix_ms)
{
	char date[CLOCK_TEXT_BYTES];

	clock_format((int64_t)unix_ms, date);
	add(text, "%s %.10s", what, date);
}

const char *
view_more_words(const struct view_site *site, uint64_t now_ms,
    char text[VIEW_WORDS_BYTES])
{
	const struct site_state *state = &site->state;
	char words[FOUND_WORDS_BYTES], size[VIEW_SPAN_BYTES];

	text[0] = '\0';
	if (site->site.revoked)
		return text;
	if (*site->offer != '\0')
		add(text, "%s", site->offer);
	if (site->night.done_ms != 0 &&
	    site->night.found.outcome != FOUND_EQUAL)
		add(text, "%s", found_words(&site->night.found, words));
	if (state->refused > 0)
		add(text, "%" PRIu64 " refused", state->refused);
	if (state->conflicts > 0)
		add(text, "%" PRIu64 " in conflict", state->conflicts);
	if (view_clock_is_off(state))
		add(text, "its clock is %" PRId64 " s off",
		    state->clock_error_ms / 1000);
	if (view_room_is_little(&state->room))
		add(text, "%s free",
		    output_bytes(state->room.free_bytes, size, sizeof(size)));
	if (site->unpurged > 0)
		add(text, "%" PRIu64 " closed files not purged",
		    site->unpurged);
	if (state->program[0] != '\0' &&
	    strcmp(state->program, THROUGHLINE_VERSION) != 0)
		add(text, "version %s", state->program);
	if (site->certificate_ms != 0 &&
	    site->certificate_ms < now_ms + VIEW_CERTIFICATE_MS)
		add_date(text, "certificate until", site->certificate_ms);
	return text;
}

bool
view_room_is_little(const struct room *room)
{
	return room->known &&
	       room->free_bytes < computer_wanted_bytes(room->database_bytes);
}

bool
view_clock_is_off(const struct site_state *state)
{
	return state->clock_error_ms > LIMIT_STAMP_AHEAD_MS ||
	       state->clock_error_ms < -LIMIT_STAMP_AHEAD_MS;
}
