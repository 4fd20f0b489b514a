/*
 * Reading and writing through the eyes of a viewer: what rights.h hides is
 * hidden, and what it forbids is STATUS_DENIED, with one sentence.  The command
 * line and the page reach the replica's records by no other way.
 *
 * A column that is hidden is said to be, whether it holds something or not, and
 * its value is null.  A record that is hidden is not there: not in lists, and
 * STATUS_NOT_FOUND by its number.  A list is not found by hidden columns, nor a
 * child by a name or number that the viewer does not see.  Of history and of
 * conflicts what is hidden is left out: that it was written would tell that
 * there is something.
 */
#ifndef CLIENT_ACCESS_VIEW_H
#define CLIENT_ACCESS_VIEW_H

#include "client/access/audit.h"
#include "client/access/rights.h"
#include "common/replica/draft.h"
#include "common/replica/history.h"
#include "common/replica/record.h"
#include "common/replica/search.h"

/* Borrowed: replica and viewer outlive the calls.  Reading with an act is
 * noted by audit_read before the first record is handed out, so no transaction
 * may be open then. */
struct view {
	struct replica *replica;
	const struct viewer *viewer;
	enum audit_act act;
	uint64_t now_ms;
};

struct view_record {
	struct record record; /* hidden values are null */
	bool *hidden;         /* one a column, in the catalogue's order */
	uint32_t hidden_count;
};

/* All that record points to lives in arena.  STATUS_NOT_FOUND. */
enum status view_get(const struct view *view, uint64_t id, struct arena *arena,
    struct view_record *record, struct error *err);

/* Borrowed for the call.  Return false to stop. */
typedef bool view_visitor(void *context, const struct view_record *record);

/* As record_each.  STATUS_DENIED: the viewer sees nothing of the collection,
 * or not the column of a filter. */
enum status view_each(const struct view *view, const struct record_query *query,
    view_visitor *visit, void *context, struct error *err);

/* As search_pupils; only tells ids, so nothing is noted. */
enum status view_search(const struct view *view, struct bytes text,
    uint32_t limit, search_visitor *visit, void *context, struct error *err);

/* As history_each and conflict_each (record 0: all). */
enum status view_history(const struct view *view, uint64_t record,
    history_visitor *visit, void *context, struct error *err);

enum status view_conflicts(const struct view *view, uint64_t record,
    conflict_visitor *visit, void *context, struct error *err);

/* Whether a commit's change shows the viewer anything, and which columns of
 * it: for what was refused, of which there is no record.  author wrote it. */
bool view_may_see_write(const struct viewer *viewer,
    const struct collection *collection, uint64_t author,
    const struct column *column);

/* What rights.h is asked about a record, as it is: what the viewer may write of
 * it.  kind is borrowed from record. */
enum status view_ask_about(const struct view *view, const struct record *record,
    struct rights_about *about, struct error *err);

/* --- writing -------------------------------------------------------------- */

/* The author of a draft: the viewer, or in set-up whom it names. */
uint64_t view_author(const struct view *view, uint64_t named);

/* draft_finish, of what the viewer may write.  STATUS_DENIED. */
enum status view_finish(const struct view *view, struct draft *draft,
    uint64_t *id, struct error *err);

/* conflict_resolve, likewise. */
enum status view_resolve(const struct view *view, uint64_t record,
    const char *field, uint32_t keep, uint64_t author, uint64_t *id,
    struct error *err);

#endif
