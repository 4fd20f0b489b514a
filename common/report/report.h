/*
 * The morning report: one model, three renderings, and each night kept.
 *
 * The model is a JSON document (docs/ARCHITECTURE.md lists its members).  It
 * has no child's name, UPN or birthday, only the ids of records: so none is
 * kept in old reports when a file has been purged.  A school's report gets its
 * own children's names when it is shown (report_add_names); the hub's never
 * does, and has no entry for a single child at all.
 */
#ifndef COMMON_REPORT_REPORT_H
#define COMMON_REPORT_REPORT_H

#include <jansson.h>

#include "common/replica/replica.h"
#include "common/report/day.h"
#include "common/support/options.h"

enum {
	REPORT_KEPT_DAYS = 400
};

/* What the report is made for. */
struct report_about {
	const char *title; /* of the partnership or the school */
	uint64_t school;   /* 0: the hub's */
	uint64_t now_ms;   /* Unix time; its day (UTC) is the report's */
	json_t *sync;      /* lines by report_add_line; borrowed, or NULL */
};

/* A line on the state of sync: "Waiting", "3 entries wait for the hub".
 * attention: a person should look at it.  No names. */
void report_add_line(json_t *lines, const char *what, bool attention,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* *report is a new reference.  Compared with nothing yet. */
enum status report_make(struct replica *replica,
    const struct report_about *about, json_t **report, struct error *err);

/*
 * For the night: make it, compare it with the night before, and keep it in
 * place of what was kept for that day; drop what is older than
 * REPORT_KEPT_DAYS.  In a transaction of its own.  report may be NULL.
 */
enum status report_make_and_store(struct replica *replica,
    const struct report_about *about, json_t **report, struct error *err);

/* In an open transaction. */
enum status report_store(struct replica *replica, const json_t *report,
    struct error *err);

/* One that a damaged database had kept (salvage.h), in an open transaction.
 * What is no report of that day, or is of a day to come, is left out. */
enum status report_take_salvaged(struct replica *replica, uint64_t now_ms,
    struct bytes day, struct bytes json, struct error *err);

/* The report that was kept for that day.  STATUS_NOT_FOUND. */
enum status report_load(struct replica *replica, const char *day,
    json_t **report, struct error *err);

/* The last that was kept before that day, or (on_day) up to it.
 * STATUS_NOT_FOUND leaves err alone. */
enum status report_load_last(struct replica *replica, const char *day,
    bool on_day, json_t **report, struct error *err);

/* Put into report, kind by kind, how many are new and how many are gone since
 * earlier. */
void report_compare(json_t *report, const json_t *earlier);

/* Name the children that this replica holds; for a school's report. */
enum status report_add_names(struct replica *replica, json_t *report,
    struct error *err);

/* 80 columns.  Appends to out. */
enum status report_render_text(const json_t *report, struct buffer *out,
    struct error *err);

/* One page without scripts and outside resources, to print on A4; well-formed
 * as XML too. */
enum status report_render_html(const json_t *report, struct buffer *out,
    struct error *err);

enum status report_render_json(const json_t *report, struct buffer *out,
    struct error *err);

/* --- for the commands of both programs ------------------------------------ */

/* The rules of `report` behind those of every command. */
#define REPORT_RULES                                                       \
	{ "html", "FILE", "write one page to print instead", 0 },          \
	{                                                                  \
		"day", "YYYY-MM-DD", "what the night found on that day", 0 \
	}

struct report_wish {
	bool json;
	const char *html; /* a file, or NULL */
	const char *day;  /* a report that was kept; NULL: look now */
};

/* By REPORT_RULES and the flag "json"; borrowed from options. */
struct report_wish report_read_wish(const struct options *options);

/*
 * Show a report on standard output, or write the page.  Looking now keeps
 * nothing: what the night found stays what it found, and is what the look is
 * compared with.
 */
enum status report_show(struct replica *replica,
    const struct report_about *about, const struct report_wish *wish,
    struct error *err);

#endif
