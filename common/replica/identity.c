/*
 * Who this site is, its numbers, its clock, and the generations of the hub
 * that it went through.
 */
#include <assert.h>

#include "common/replica/replica_private.h"
#include "protocol/identifier.h"
#include "protocol/stamp.h"

/* --- identity ------------------------------------------------------------- */

enum status
identity_load(struct replica *replica, struct error *err)
{
	uint64_t site, school;
	enum status status;

	status = replica_meta_get(replica, "site", 0, &site, err);
	if (status == STATUS_OK)
		status = replica_meta_get(replica, "school", 0, &school, err);
	if (status == STATUS_OK)
		status = replica_data_version(replica,
		    &replica->identity_version, err);
	if (status != STATUS_OK)
		return status;
	replica->identity.site = (uint32_t)site;
	replica->identity.school = school;
	replica->identity_stale = false;
	return STATUS_OK;
}

static enum status
store_identity(struct replica *replica, const struct replica_identity *identity,
    struct error *err)
{
	enum status status;

	status = replica_meta_set(replica, "site", identity->site, err);
	if (status == STATUS_OK)
		status =
		    replica_meta_set(replica, "school", identity->school, err);
	if (status == STATUS_OK)
		replica->identity = *identity;
	return status;
}

/* Both or neither: a site of no school is turned away by the hub for ever. */
enum status
replica_identity_set(struct replica *replica,
    const struct replica_identity *identity, struct error *err)
{
	enum status status;

	assert(identity->site <= SITE_MAX);
	if (replica_in_transaction(replica))
		return store_identity(replica, identity, err);
	status = replica_begin(replica, err);
	if (status != STATUS_OK)
		return status;
	status = store_identity(replica, identity, err);
	if (status == STATUS_OK)
		return replica_commit(replica, err);
	replica_rollback(replica);
	return status;
}

struct replica_identity
replica_identity(const struct replica *replica)
{
	return replica->identity;
}

/* --- numbers -------------------------------------------------------------- */

/* Move the counter on by count and tell where it stood. */
static enum status
advance_counter(struct replica *replica, uint64_t count, uint64_t *from,
    struct error *err)
{
	enum status status;

	assert(replica_in_transaction(replica));
	status = replica_meta_get(replica, "counter", 1, from, err);
	if (status != STATUS_OK)
		return status;
	if (*from > COUNTER_MAX || count > COUNTER_MAX - *from)
		return error_set(err, STATUS_FULL,
		    "this computer has used up its numbers: join it anew");
	return replica_meta_set(replica, "counter", *from + count, err);
}

enum status
replica_jump(struct replica *replica, uint32_t jump, struct error *err)
{
	const uint32_t range = UINT32_C(1) << LIMIT_COUNTER_JUMP_BITS;
	uint64_t from;
	enum status status;

	if (replica_in_transaction(replica))
		return advance_counter(replica, 1 + jump % range, &from, err);
	status = replica_begin(replica, err);
	if (status != STATUS_OK)
		return status;
	status = advance_counter(replica, 1 + jump % range, &from, err);
	if (status == STATUS_OK)
		return replica_commit(replica, err);
	replica_rollback(replica);
	return status;
}

enum status
replica_take_ids(struct replica *replica, uint32_t count, uint32_t skip,
    uint64_t *first, struct error *err)
{
	uint64_t from;
	enum status status;

	assert(count > 0);
	if (replica->kind == REPLICA_CLIENT && replica->identity.site == 0)
		return error_set(err, STATUS_DENIED,
		    "this computer has not joined a partnership yet");
	status = advance_counter(replica, (uint64_t)count + skip, &from, err);
	if (status == STATUS_OK)
		*first = identifier_make(replica->identity.site, from);
	return status;
}

enum status
replica_pass_ids(struct replica *replica, uint64_t first, uint32_t count,
    struct error *err)
{
	uint64_t behind = identifier_counter(first) + count;
	uint64_t counter;
	enum status status;

	if (identifier_site(first) != replica->identity.site)
		return STATUS_OK;
	if (behind > COUNTER_MAX)
		behind = COUNTER_MAX + 1;
	status = replica_meta_get(replica, "counter", 1, &counter, err);
	if (status != STATUS_OK || behind <= counter)
		return status;
	return replica_meta_set(replica, "counter", behind, err);
}

/* --- the clock ------------------------------------------------------------ */

/* Takes off what this computer's clock was ahead when the hub last told the
 * time: a stamp of the future would be refused each time. */
enum status
replica_take_stamp(struct replica *replica, uint64_t now_ms, uint64_t *stamp,
    struct error *err)
{
	uint64_t last, ahead;
	enum status status;

	assert(replica_in_transaction(replica));
	status = replica_meta_get(replica, "stamp", 0, &last, err);
	if (status == STATUS_OK)
		status =
		    replica_meta_get(replica, "clock_ahead_ms", 0, &ahead, err);
	if (status != STATUS_OK)
		return status;
	now_ms = now_ms > ahead ? now_ms - ahead : 0;
	if (last < replica->stamp_seen)
		last = replica->stamp_seen;
	*stamp = stamp_next(last, now_ms);
	return replica_meta_set(replica, "stamp", *stamp, err);
}

enum status
replica_reset_stamp(struct replica *replica, uint64_t last, struct error *err)
{
	replica->stamp_seen = 0;
	return replica_meta_set(replica, "stamp", last, err);
}

enum status
stamp_store(struct replica *replica, struct error *err)
{
	uint64_t last;
	enum status status;

	if (replica->stamp_seen == 0)
		return STATUS_OK;
	status = replica_meta_get(replica, "stamp", 0, &last, err);
	if (status != STATUS_OK || last >= replica->stamp_seen)
		return status;
	return replica_meta_set(replica, "stamp", replica->stamp_seen, err);
}

/* --- generations ---------------------------------------------------------- */

enum {
	GENERATION_BYTES = 16
};

static uint64_t
load_number(const uint8_t *in)
{
	uint64_t number = 0;

	for (int i = 7; i >= 0; i--)
		number = number << 8 | in[i];
	return number;
}

static void
store_number(uint8_t *out, uint64_t number)
{
	for (int i = 0; i < 8; i++, number >>= 8)
		out[i] = (uint8_t)number;
}

enum status
replica_generations(struct replica *replica, struct arena *arena,
    struct generation **out, uint32_t *count, struct error *err)
{
	struct buffer buffer = { 0 };
	struct bytes blob;
	enum status status;

	*count = 0;
	status = replica_meta_get_blob(replica, "generations", &buffer, err);
	blob = buffer_view(&buffer);
	if (status == STATUS_OK) {
		*count = (uint32_t)(blob.size / GENERATION_BYTES);
		*out = arena_array(arena, *count + 1, sizeof(**out));
		if (*out == NULL)
			status = error_set(err, STATUS_NOMEM, "generations");
	}
	for (uint32_t i = 0; status == STATUS_OK && i < *count; i++) {
		const uint8_t *at = blob.data + (size_t)i * GENERATION_BYTES;

		(*out)[i].number = load_number(at);
		(*out)[i].left_at = load_number(at + 8);
	}
	buffer_deinit(&buffer);
	return status;
}

enum status
replica_generations_set(struct replica *replica,
    const struct generation *generations, uint32_t count, struct error *err)
{
	uint8_t blob[LIMIT_GENERATIONS * GENERATION_BYTES];

	assert(count <= LIMIT_GENERATIONS);
	for (uint32_t i = 0; i < count; i++) {
		uint8_t *at = blob + (size_t)i * GENERATION_BYTES;

		store_number(at, generations[i].number);
		store_number(at + 8, generations[i].left_at);
	}
	return replica_meta_set_blob(replica, "generations",
	    (struct bytes){ blob, (size_t)count * GENERATION_BYTES }, err);
}

/* Beyond the last common generation each went its own way. */
uint64_t
replica_generations_common(const struct generation *ours, uint32_t our_count,
    const struct generation *theirs, uint32_t their_count)
{
	uint64_t last = INT64_MAX;
	uint32_t common = 0;

	while (common < our_count && common < their_count &&
	       ours[common].number == theirs[common].number &&
	       (common == 0 || ours[common].left_at == theirs[common].left_at))
		common++;
	if (common == 0)
		return 0;
	if (common < our_count)
		last = ours[common].left_at;
	if (common < their_count && theirs[common].left_at < last)
		last = theirs[common].left_at;
	return last;
}

uint64_t
replica_generation_at(const struct generation *generations, uint32_t count,
    uint64_t sequence)
{
	uint64_t number = count == 0 ? 0 : generations[0].number;

	for (uint32_t i = 1; i < count; i++)
		if (generations[i].left_at < sequence)
			number = generations[i].number;
	return number;
}
