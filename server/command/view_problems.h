/*
 * What needs a person, and what that person does about it.  Pure.
 *
 * Not everything that is not in order needs a person: a field in conflict is
 * decided at its school, and a computer may be off for some days.
 */
#ifndef SERVER_COMMAND_VIEW_PROBLEMS_H
#define SERVER_COMMAND_VIEW_PROBLEMS_H

#include "server/command/view.h"

/* name, word, what a person does about it */
#define VIEW_PROBLEM_LIST(X)                                                  \
	X(NOT_SERVING, "not_serving",                                         \
	    "Start it with `throughline-hub serve`, and have the system "     \
	    "start it by itself.")                                            \
	X(COLLECTING, "collecting",                                           \
	    "Let those computers connect; for one that never will, "          \
	    "`throughline-hub site excuse`.")                                 \
	X(DAMAGED, "damaged",                                                 \
	    "Let every computer connect once: `throughline-hub reconcile`.")  \
	X(NIGHT_LATE, "night_late",                                           \
	    "Let the hub serve at night_at, or run `throughline-hub night`.") \
	X(NIGHT_JOB, "night_job",                                             \
	    "Do what the sentence says, then run `throughline-hub night`.")   \
	X(BACKUP_LATE, "backup_late",                                         \
	    "Run `throughline-hub night`, and see what it says of the "       \
	    "backup.")                                                        \
	X(DISK, "disk", "Make room on the hub's disk.")                       \
	X(HUB_CERTIFICATE, "hub_certificate",                                 \
	    "Start the hub anew: it renews its certificate by itself.")       \
	X(AUTHORITY, "authority",                                             \
	    "Before then make a new hub, and invite every computer to it.")   \
	X(SITE_DIFFERS, "site_differs",                                       \
	    "At that computer run `throughline check`, then `throughline "    \
	    "rebuild`.")                                                      \
	X(SITE_REFUSED, "site_refused",                                       \
	    "At that computer `throughline refused` says why; correct the "   \
	    "entries, retry or drop them.")                                   \
	X(SITE_SILENT, "site_silent",                                         \
	    "Let it connect; if it is gone for good, `throughline-hub site "  \
	    "revoke`.")                                                       \
	X(SITE_CLOCK, "site_clock", "Set that computer's clock.")             \
	X(SITE_DISK, "site_disk", "Make room on that computer's disk.")       \
	X(SITE_CERTIFICATE, "site_certificate",                               \
	    "Let it connect and it gets a new one; once it has ended, "       \
	    "revoke it and invite it anew.")                                  \
	X(SITE_UNPURGED, "site_unpurged",                                     \
	    "Let it connect, so that it purges what is closed.")              \
	X(SITE_UNCOMPARED, "site_uncompared",                                 \
	    "Let it stay connected until `throughline-hub reconcile --wait` " \
	    "has ended.")

enum view_problem_kind {
#define VIEW_PROBLEM_ENUM(name, word, remedy) PROBLEM_##name,
	VIEW_PROBLEM_LIST(VIEW_PROBLEM_ENUM)
#undef VIEW_PROBLEM_ENUM
};

const char *view_problem_word(enum view_problem_kind kind);

const char *view_problem_remedy(enum view_problem_kind kind);

/* what is borrowed for the call; site is NULL for the hub itself. */
typedef void view_problem_visitor(void *context, enum view_problem_kind kind,
    const struct view_site *site, const char *what);

/* The hub's first, then by computer.  Returns how many there are; visit may be
 * NULL. */
size_t view_judge(const struct view *view, view_problem_visitor *visit,
    void *context);

/* Certificates that end within it end soon. */
uint64_t view_soon_ms(const struct view *view);

#endif
