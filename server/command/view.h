/*
 * What an administrator has to know of a hub, and what needs a person.
 *
 *	view_look.c      finding it all out, in one pass over the computers
 *	view_words.c     how a computer stands, in a word and in words
 *	view_problems.c  what needs a person, and what that person does
 *	view_text.c      at a terminal, 80 columns wide
 *	view_json.c      for other programs
 *	status.c         the command
 */
#ifndef SERVER_COMMAND_VIEW_H
#define SERVER_COMMAND_VIEW_H

#include "server/authority/schools.h"
#include "server/command/command.h"
#include "server/core/nights.h"
#include "server/core/recovery.h"
#include "server/night/night.h"
#include "server/service/presence.h"

/* A certificate that ends within it ends soon. */
#define VIEW_CERTIFICATE_MS (UINT64_C(30) * 24 * 60 * 60 * 1000)

enum {
	VIEW_WORDS_BYTES = 256,
	VIEW_SPAN_BYTES = 32,
	VIEW_SILENT_MS = 3 * 24 * 60 * 60 * 1000,
	VIEW_UNCOMPARED_MS = 7 * 24 * 60 * 60 * 1000,
	VIEW_UNPURGED_MS = 7 * 24 * 60 * 60 * 1000,
	VIEW_NIGHT_MS = 2 * 24 * 60 * 60 * 1000,
};

/* --- facts ---------------------------------------------------------------- */

struct view_site {
	struct site site;
	struct school school;
	struct site_state state;
	struct night_state night;
	bool connected;
	bool placed;     /* its cursor is of this generation of the hub */
	uint64_t behind; /* entries that it has not confirmed, if placed */
	uint64_t joined_ms;
	uint64_t certificate_ms;    /* until when; 0: not known */
	const char *offer;          /* "waited for", ...; or "" */
	uint64_t unpurged;          /* closed files without a receipt */
	uint64_t unpurged_since_ms; /* when the first was closed */
};

struct view {
	struct command *command;
	uint64_t now_ms;
	int64_t certificate_seconds; /* of computers: how long theirs last */
	bool serving;
	uint16_t port;
	uint64_t head;
	uint64_t generation;
	uint64_t commits;
	uint64_t dossiers;
	uint64_t conflicts;
	uint64_t damaged; /* commits */
	uint64_t open_invitations;
	bool collecting;
	struct recovery_count recovery; /* while collecting */
	uint64_t free_bytes;
	uint64_t database_bytes;
	uint64_t made_ms;        /* when the hub was */
	uint64_t certificate_ms; /* until when hub.crt is good */
	uint64_t authority_ms;   /* and ca.crt */
	struct night_row night;  /* the last; number 0: none yet */
	uint64_t night_ms;       /* when the last began that ended; 0: none */
	uint64_t backup_ms;      /* when the last good one was; 0: none */
	struct presence presence;
	json_t *counters;        /* name: how often, over all computers */
	struct view_site *sites; /* by school and number */
	size_t site_count;
	size_t site_room;
	uint32_t current; /* sites that are not revoked */
	uint32_t connected;
};

/* Release it by view_deinit, also after an error. */
enum status view_look(struct command *command, struct view *view,
    struct error *err);

void view_deinit(struct view *view);

/* --- words; pure ---------------------------------------------------------- */

/* The first that is true. */
#define SITE_STANDING_LIST(X)               \
	X(REVOKED, "revoked")               \
	X(NEVER_HEARD, "never_heard")       \
	X(OFFLINE, "offline")               \
	X(FIRST_SYNC, "first_sync")         \
	X(DIFFERS, "differs")               \
	X(WAITING, "waiting")               \
	X(BEHIND, "behind")                 \
	X(NEVER_COMPARED, "never_compared") \
	X(IN_STEP, "in_step")

enum site_standing {
#define SITE_STANDING_ENUM(name, word) SITE_##name,
	SITE_STANDING_LIST(SITE_STANDING_ENUM)
#undef SITE_STANDING_ENUM
};

enum site_standing view_standing(const struct view_site *site);

const char *view_standing_word(enum site_standing standing);

/* "offline 5 days, 12 behind"; returns text. */
const char *view_site_words(const struct view_site *site, uint64_t now_ms,
    char text[VIEW_WORDS_BYTES]);

/* "equal, 5 hours ago", "never compared" */
const char *view_night_words(const struct view_site *site, uint64_t now_ms,
    char text[VIEW_WORDS_BYTES]);

/* What else is to know of it: "3 refused, 2 in conflict, version 0.0.9"; empty
 * when there is nothing. */
const char *view_more_words(const struct view_site *site, uint64_t now_ms,
    char text[VIEW_WORDS_BYTES]);

/* "5 days" */
const char *view_span(uint64_t from_ms, uint64_t to_ms,
    char text[VIEW_SPAN_BYTES]);

/* Less than the hub, too, wants to have free.  Not where it is not known. */
bool view_room_is_little(const struct room *room);

bool view_clock_is_off(const struct site_state *state);

/* --- telling -------------------------------------------------------------- */

void view_print(const struct view *view);

/* New references. */
json_t *view_failures_json(const struct view *view);

json_t *view_json(const struct view *view);

#endif
