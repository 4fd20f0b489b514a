/*
 * What need not be done again: databases that are known to be sound, and
 * branches that are where another has been.
 */
#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/catalogue/catalogue.h"
#include "common/replica/check.h"
#include "common/replica/replica_private.h"
#include "tests/sim/memory.h"
#include "tests/sim/sweep.h"

enum {
	SOUND_MAX = 1 << 20,
	PROBES_MAX = 64,
	LANES = 4
};

/* What check_replica found out about one database. */
struct sound {
	uint64_t sums[LANES]; /* of the database; all zero: none */
	struct check_result result;
};

static struct sound *sounds; /* shared by all processes */
static uint64_t way[LANES];  /* of this branch */
static bool checks_spared;

void
sweep_know_sound(void)
{
	if (sounds != NULL)
		return;
	sounds = mmap(NULL, SOUND_MAX * sizeof(*sounds), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert(sounds != MAP_FAILED);
}

void
sweep_spare_checks(void)
{
	checks_spared = true;
}

/* --- the database as a number --------------------------------------------- */

static void
add_word(uint64_t *sum, uint64_t word)
{
	*sum = (*sum ^ word) * UINT64_C(0x9fb21c651e98df25);
	*sum ^= *sum >> 29;
}

/* The words by turns in each lane, so that none waits for another. */
static void
add_bytes(uint64_t *sums, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;
	uint64_t words[LANES];

	while (size > 0) {
		size_t some = size < sizeof(words) ? size : sizeof(words);

		memset(words, 0, sizeof(words));
		memcpy(words, from, some);
		for (uint32_t i = 0; i < LANES; i++)
			add_word(&sums[i], words[i]);
		from += some;
		size -= some;
	}
}

/* False: it cannot be read just now. */
static bool
sum_up(struct replica *replica, uint64_t *sums)
{
	uint32_t count;
	const struct collection *catalogue = catalogue_collections(&count);
	uint32_t site = replica_identity(replica).site;
	sqlite3_int64 size;
	unsigned char *image =
	    sqlite3_serialize(replica->database, "main", &size, 0);

	if (image == NULL)
		return false;
	add_bytes(sums, image, (size_t)size);
	sqlite3_free(image);
	add_bytes(sums, &catalogue, sizeof(catalogue));
	add_bytes(sums, &site, sizeof(site));
	return true;
}

/* --- what is known -------------------------------------------------------- */

/* Where it is, or would be; NULL: there is no room. */
static struct sound *
find(const uint64_t *sums)
{
	for (size_t i = 0; i < PROBES_MAX; i++) {
		struct sound *sound = &sounds[(sums[0] + i) % SOUND_MAX];

		if ((sound->sums[0] | sound->sums[1]) == 0 ||
		    memcmp(sound->sums, sums, sizeof(sound->sums)) == 0)
			return sound;
	}
	return NULL;
}

enum status __real_check_replica(struct replica *replica,
    check_reporter *report, fold_progress *progress, void *context,
    struct check_result *result, struct error *err);
enum status __wrap_check_replica(struct replica *replica,
    check_reporter *report, fold_progress *progress, void *context,
    struct check_result *result, struct error *err);

static enum status
check_unless_known(struct replica *replica, check_reporter *report,
    fold_progress *progress, void *context, struct check_result *result,
    struct error *err)
{
	struct sound now = { .sums = { 1, 2, 3, 4 } };
	struct sound *known;
	enum status status;

	if (sounds == NULL || memory_is_on() || !sum_up(replica, now.sums))
		return __real_check_replica(replica, report, progress, context,
		    result, err);
	known = find(now.sums);
	if (known != NULL &&
	    memcmp(known->sums, now.sums, sizeof(now.sums)) == 0) {
		*result = known->result;
		return STATUS_OK;
	}
	status = __real_check_replica(replica, report, progress, context,
	    result, err);
	now.result = *result;
	if (known != NULL && status == STATUS_OK)
		*known = now;
	return status;
}

enum status
__wrap_check_replica(struct replica *replica, check_reporter *report,
    fold_progress *progress, void *context, struct check_result *result,
    struct error *err)
{
	bool held = memory_hold(checks_spared || !memory_is_on());
	enum status status;

	status =
	    check_unless_known(replica, report, progress, context, result, err);
	(void)memory_hold(held);
	return status;
}

/* --- branches ------------------------------------------------------------- */

void
sweep_know_way(const void *bytes, size_t size)
{
	add_bytes(way, bytes, size);
}

void
sweep_end_if_known(struct replica *const *replicas, uint32_t count,
    uint64_t more)
{
	struct sound now = { 0 };
	struct sound *known;

	if (sweep_nth() == 0 || sweep_is_single())
		return;
	memcpy(now.sums, way, sizeof(now.sums));
	add_bytes(now.sums, &more, sizeof(more));
	for (uint32_t i = 0; i < count; i++)
		if (replicas[i] != NULL && !sum_up(replicas[i], now.sums))
			return;
	known = find(now.sums);
	if (known == NULL)
		return;
	if (memcmp(known->sums, now.sums, sizeof(now.sums)) == 0)
		_exit(EXIT_SUCCESS);
	*known = now;
}
