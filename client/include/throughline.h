/*
 * Throughline as a library: a school's replica inside your own program.
 *
 *	struct tl *tl = NULL;
 *	struct tl_error error;
 *
 *	if (tl_open("/var/lib/throughline", &tl, &error) != TL_OK)
 *		...error.text says what to do...
 *
 * A struct tl belongs to one thread.  Several programs may have the same data
 * folder open, the agent among them: one writes at a time, readers never wait.
 * Everything works without a connection; tl_sync, or an agent that runs beside
 * this program, carries it to the hub.
 *
 * Ids are positive 64-bit integers.  Text is UTF-8.  A date is
 * "2026-07-21", a moment "2026-07-21T09:30:00Z".  What the library hands out is
 * its own and lives as long as each function says.
 */
#ifndef THROUGHLINE_H
#define THROUGHLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tl_status {
	TL_OK = 0,
	TL_NOT_FOUND, /* no such record, collection or folder */
	TL_INVALID,   /* a value does not fit, or a call out of order */
	TL_BUSY,      /* another program is writing; try again */
	TL_DENIED,    /* the hub, or this replica's state, does not allow it */
	TL_OFFLINE,   /* the hub could not be reached */
	TL_FAILED,    /* disk, memory: see the text */
};

struct tl_error {
	enum tl_status status;
	char text[512]; /* one sentence that says what to do */
};

struct tl;
struct tl_record;
struct tl_write;

enum tl_type {
	TL_NULL,
	TL_INTEGER,
	TL_REAL,
	TL_TEXT,
	TL_BLOB
};

/* data and text are borrowed, and not ended by NUL: see size. */
struct tl_value {
	enum tl_type type;
	int64_t integer;
	double real;
	const void *data;
	size_t size;
};

/* --- the replica ---------------------------------------------------------- */

/* A folder that `throughline join` has made.  *out must be NULL. */
enum tl_status tl_open(const char *folder, struct tl **out,
    struct tl_error *error);

/* Writes that were begun are forgotten.  NULL is fine. */
void tl_close(struct tl *tl);

/* The record of this computer's school. */
uint64_t tl_school(const struct tl *tl);

/* --- reading -------------------------------------------------------------- */

/* *out must be NULL; release it by tl_record_free. */
enum tl_status tl_get(struct tl *tl, uint64_t id, struct tl_record **out,
    struct tl_error *error);

void tl_record_free(struct tl_record *record);

/* These borrow from the record. */
uint64_t tl_record_id(const struct tl_record *record);
const char *tl_record_collection(const struct tl_record *record);
/* The record that names its dossier; 0 for the partnership's. */
uint64_t tl_record_dossier(const struct tl_record *record);
/* How many of its fields are in conflict. */
uint32_t tl_record_conflicts(const struct tl_record *record);
/* A column that is missing or not known gives TL_NULL. */
struct tl_value tl_record_value(const struct tl_record *record,
    const char *column);

/* Return false to stop.  record lives until the call returns. */
typedef bool tl_visitor(void *context, const struct tl_record *record);

/*
 * Every record of a collection by id, or those whose column equals text
 * (read as the column's type; "" is missing; NULL, NULL: all of them).  The
 * visitor may read, but not write.
 */
enum tl_status tl_each(struct tl *tl, const char *collection,
    const char *column, const char *text, tl_visitor *visit, void *context,
    struct tl_error *error);

/* Pupils of whom every word of text begins a name or the UPN. */
enum tl_status tl_search(struct tl *tl, const char *text, uint32_t limit,
    tl_visitor *visit, void *context, struct tl_error *error);

/* --- writing -------------------------------------------------------------- */

/*
 * One action in one dossier, taken whole or not at all, everywhere.  dossier is
 * that of a pupil (the pupil's id), of the own school (tl_school), or 0 for the
 * partnership.  author is a staff record of this school, or 0.  *out must be
 * NULL.  Between tl_begin and tl_commit or tl_cancel other programs cannot
 * write: keep it short.
 */
enum tl_status tl_begin(struct tl *tl, uint64_t dossier, uint64_t author,
    struct tl_write **out, struct tl_error *error);

/* A new pupil, whose dossier begins with this write.  *pupil is a handle. */
enum tl_status tl_begin_pupil(struct tl *tl, uint64_t author,
    struct tl_write **out, int64_t *pupil, struct tl_error *error);

/* A new record; *record is a handle (negative) that stands for it in this
 * write, also as a reference. */
enum tl_status tl_insert(struct tl_write *write, const char *collection,
    int64_t *record, struct tl_error *error);

/* One column of a new record (handle) or an existing one (id).  The value is
 * copied. */
enum tl_status tl_set(struct tl_write *write, int64_t record,
    const char *column, const struct tl_value *value, struct tl_error *error);

/* The same from text, as a person would type it; "" empties the column. */
enum tl_status tl_set_text(struct tl_write *write, int64_t record,
    const char *column, const char *text, struct tl_error *error);

enum tl_status tl_delete(struct tl_write *write, uint64_t record,
    struct tl_error *error);

/* Durable and visible here when this returns; on the way to the hub at the
 * next sync.  Releases write, also on failure (then nothing was written). */
enum tl_status tl_commit(struct tl_write *write, struct tl_error *error);

/* The id that a handle became; after tl_commit, of the last commit. */
uint64_t tl_committed_id(const struct tl *tl, int64_t record);

void tl_cancel(struct tl_write *write);

/* --- listening ------------------------------------------------------------ */

/* A record was written; it may be gone by now.  collection is NULL and record 0
 * for what other programs (the agent) wrote: look again at what you show. */
typedef void tl_listener(void *context, const char *collection,
    uint64_t record);

/* One listener a struct tl; NULL ends it.  Called from inside tl_commit,
 * tl_sync and tl_poll. */
void tl_listen(struct tl *tl, tl_listener *listener, void *context);

/* Tell the listener when other programs have written since the last call; cheap
 * enough for several times a second. */
enum tl_status tl_poll(struct tl *tl, struct tl_error *error);

/* --- sync ----------------------------------------------------------------- */

struct tl_state {
	bool synced; /* proved with the hub, and nothing waits */
	uint64_t waiting;
	uint64_t refused;
	uint64_t conflicts;
	uint32_t first_sync_percent; /* 100 once it is over */
	uint64_t last_heard_ms;      /* Unix time; 0: never */
	char sentence[256];          /* for a person */
};

enum tl_status tl_state(struct tl *tl, struct tl_state *state,
    struct tl_error *error);

/*
 * Sync now, and return when the hub and this replica are proved equal, or it
 * cannot be (TL_OFFLINE, TL_DENIED).  When an agent runs on the same folder, it
 * does the work and this waits for it.
 */
enum tl_status tl_sync(struct tl *tl, struct tl_error *error);

#ifdef __cplusplus
}
#endif

#endif
