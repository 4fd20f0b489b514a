#include "tests/sim/memory.h"

#include <assert.h>
#include <execinfo.h>
#include <sqlite3.h>
#include <stddef.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "protocol/bytes.h"

static struct {
	memory_judge *judge;
	bool on;
	bool held;
	bool show;
	enum memory_failure failure;
	uint64_t nth;
	uint64_t count;
	uint64_t failures;
} memory;

void __sanitizer_print_stack_trace(void) __attribute__((weak));

/* --- whether it fails ----------------------------------------------------- */

/* Of the program: where its text begins and ends. */
extern char __executable_start[], etext[];

static bool
is_nth(void)
{
	return memory.failure == MEMORY_FAILS_ONCE
	           ? memory.count == memory.nth
	           : memory.nth != 0 && memory.count >= memory.nth;
}

static bool
is_judged(enum memory_owner owner)
{
	bool failing;

	memory.held = true;
	failing = memory.judge(owner);
	memory.held = false;
	return failing;
}

static bool
fails(enum memory_owner owner)
{
	bool failing;

	if (!memory_is_on() || (memory.judge == NULL && owner > MEMORY_SQLITE))
		return false;
	memory.count++;
	failing = memory.judge == NULL ? is_nth() : is_judged(owner);
	if (failing && memory.failures++ == 0 && memory.show &&
	    __sanitizer_print_stack_trace != NULL)
		__sanitizer_print_stack_trace();
	return failing;
}

int
memory_places(void **places, int places_max)
{
	int count = 0, all = backtrace(places, places_max);

	for (int i = 0; i < all; i++)
		if ((char *)places[i] >= __executable_start &&
		    (char *)places[i] < etext)
			places[count++] = places[i];
	return count;
}

void
memory_fail_at(uint64_t nth, enum memory_failure failure)
{
	memory.on = true;
	memory.judge = NULL;
	memory.failure = failure;
	memory.nth = nth;
	memory.count = 0;
	memory.failures = 0;
}

void
memory_fail_by(memory_judge *judge)
{
	memory_fail_at(0, MEMORY_FAILS_ONCE);
	memory.judge = judge;
}

void
memory_off(void)
{
	memory.on = false;
}

bool
memory_is_on(void)
{
	return memory.on && !memory.held;
}

uint64_t
memory_count(void)
{
	return memory.count;
}

uint64_t
memory_failures(void)
{
	return memory.failures;
}

bool
memory_hold(bool held)
{
	bool before = memory.held;

	memory.held = held;
	return before;
}

void
memory_show(bool show)
{
	memory.show = show;
}

/* --- ours ----------------------------------------------------------------- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory_before, size_t size);
char *__real_strdup(const char *text);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory_before, size_t size);
char *__wrap_strdup(const char *text);

void *
__wrap_malloc(size_t size)
{
	return fails(MEMORY_OURS) ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails(MEMORY_OURS) ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *memory_before, size_t size)
{
	return fails(MEMORY_OURS) ? NULL : __real_realloc(memory_before, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails(MEMORY_OURS) ? NULL : __real_strdup(text);
}

/* --- the simulator's own -------------------------------------------------- */

/* By these names the rest of throughline_sim is compiled. */
void *memory_spared_malloc(size_t size);
void *memory_spared_calloc(size_t count, size_t size);
void *memory_spared_realloc(void *memory_before, size_t size);
char *memory_spared_strdup(const char *text);

void *
memory_spared_malloc(size_t size)
{
	return __real_malloc(size);
}

void *
memory_spared_calloc(size_t count, size_t size)
{
	return __real_calloc(count, size);
}

void *
memory_spared_realloc(void *memory_before, size_t size)
{
	return __real_realloc(memory_before, size);
}

char *
memory_spared_strdup(const char *text)
{
	return __real_strdup(text);
}

/* --- SQLite's ------------------------------------------------------------- */

static sqlite3_mem_methods sqlite_own;

static void *
sqlite_malloc(int size)
{
	return fails(MEMORY_SQLITE) ? NULL : sqlite_own.xMalloc(size);
}

static void *
sqlite_realloc(void *memory_before, int size)
{
	return fails(MEMORY_SQLITE) ? NULL
	                            : sqlite_own.xRealloc(memory_before, size);
}

__attribute__((constructor)) static void
wrap_sqlite(void)
{
	sqlite3_mem_methods methods;
	int result;

	result = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_own);
	assert(result == SQLITE_OK);
	methods = sqlite_own;
	methods.xMalloc = sqlite_malloc;
	methods.xRealloc = sqlite_realloc;
	result = sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
	assert(result == SQLITE_OK);
	/* One thread, and nobody asks how much memory is in use: an eighth of a
	 * seed's time went into that. */
	result = sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	assert(result == SQLITE_OK);
	result = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	assert(result == SQLITE_OK);
}

int __real_sqlite3_step(sqlite3_stmt *statement);
int __wrap_sqlite3_step(sqlite3_stmt *statement);

/* Going back never fails for want of memory. */
static bool
goes_back(sqlite3_stmt *statement)
{
	return strncmp(sqlite3_sql(statement), "ROLLBACK", 8) == 0;
}

int
__wrap_sqlite3_step(sqlite3_stmt *statement)
{
	return !goes_back(statement) && fails(MEMORY_STATEMENTS)
	           ? SQLITE_NOMEM
	           : __real_sqlite3_step(statement);
}

/* --- arenas --------------------------------------------------------------- */

void *__real_arena_alloc(struct arena *arena, size_t size);
void *__real_arena_array(struct arena *arena, size_t count, size_t size);
const char *__real_arena_text(struct arena *arena, struct bytes text);
void *__wrap_arena_alloc(struct arena *arena, size_t size);
void *__wrap_arena_array(struct arena *arena, size_t count, size_t size);
const char *__wrap_arena_text(struct arena *arena, struct bytes text);

void *
__wrap_arena_alloc(struct arena *arena, size_t size)
{
	return fails(MEMORY_ARENAS) ? NULL : __real_arena_alloc(arena, size);
}

void *
__wrap_arena_array(struct arena *arena, size_t count, size_t size)
{
	return fails(MEMORY_ARENAS) ? NULL
	                            : __real_arena_array(arena, count, size);
}

const char *
__wrap_arena_text(struct arena *arena, struct bytes text)
{
	return fails(MEMORY_ARENAS) ? NULL : __real_arena_text(arena, text);
}

/* --- zstd ----------------------------------------------------------------- */

ZSTD_CCtx *__real_ZSTD_createCCtx(void);
ZSTD_CCtx *__wrap_ZSTD_createCCtx(void);
size_t __real_ZSTD_compress_usingCDict(ZSTD_CCtx *context, void *out,
    size_t room, const void *in, size_t size, const ZSTD_CDict *dictionary);
size_t __wrap_ZSTD_compress_usingCDict(ZSTD_CCtx *context, void *out,
    size_t room, const void *in, size_t size, const ZSTD_CDict *dictionary);

ZSTD_CCtx *
__wrap_ZSTD_createCCtx(void)
{
	return fails(MEMORY_OURS) ? NULL : __real_ZSTD_createCCtx();
}

size_t
__wrap_ZSTD_compress_usingCDict(ZSTD_CCtx *context, void *out, size_t room,
    const void *in, size_t size, const ZSTD_CDict *dictionary)
{
	if (fails(MEMORY_OURS))
		return (size_t)-ZSTD_error_memory_allocation;
	return __real_ZSTD_compress_usingCDict(context, out, room, in, size,
	    dictionary);
}
