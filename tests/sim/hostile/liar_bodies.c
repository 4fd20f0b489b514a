/*
 * Bodies of a hostile computer's frames: as an honest one's, but for chance.
 */
#include <assert.h>

#include "protocol/identifier.h"
#include "tests/sim/hostile/liar_private.h"
#include "tests/sim/hostile/lies.h"

enum {
	COMMITS_MAX = 12 /* in a PUSH, nearly always */
};

uint64_t
liar_some_place(struct liar *liar, uint64_t place)
{
	switch (liar_below(liar, 10)) {
	case 0:
		return liar->ear.head + 1 + liar_below(liar, 3);
	case 1:
		return INT64_MAX - liar_below(liar, 2);
	case 2:
		return 0;
	case 3:
		return liar_below(liar, liar->ear.head + 1);
	default:
		return place;
	}
}

static uint64_t
some_id(struct liar *liar)
{
	uint64_t id = known_id(&liar->known, &liar->teller.random);

	if (liar_one_in(liar, 8))
		return liar_below(liar, 2) == 0 ? 0 : INT64_MAX;
	return liar_one_in(liar, 8) ? id + liar_below(liar, 40) : id;
}

/* --- bodies --------------------------------------------------------------- */

void
liar_make_hello(struct liar *liar)
{
	struct generation made_up = { random_next(&liar->teller.random),
		liar_below(liar, liar->ear.head + 2) };
	struct hello hello = {
		.version = PROTOCOL_VERSION,
		.catalogue = catalogue_version(),
		.site = liar->teller.site,
		.generations = liar->ear.generations,
		.generation_count = liar->ear.generation_count,
		.cursor = liar->ear.cursor,
		.confirmed = liar->ear.confirmed,
		.clock_ms = liar->teller.now_ms,
		.batch_bytes = 64 * 1024,
		.health = { .program = bytes_of_text("test") },
	};

	switch (liar_below(liar, 16)) {
	case 0:
		hello.cursor = liar_some_place(liar, hello.cursor);
		break;
	case 1:
		hello.confirmed = liar_some_place(liar, hello.confirmed);
		break;
	case 2:
		hello.generations = &made_up;
		hello.generation_count = 1;
		break;
	case 3:
		hello.fresh = true;
		break;
	case 4:
		hello.site = (uint32_t)liar_below(liar, SITE_MAX);
		break;
	case 5:
		hello.batch_bytes = (uint32_t)liar_below(liar, 2) * UINT32_MAX;
		break;
	case 6: /* everything again */
		hello.cursor = 0;
		hello.confirmed = 0;
		break;
	default:
		break;
	}
	LIAR_ENCODE(liar, hello, &hello);
}

static void
make_push(struct liar *liar)
{
	struct push push = { .lane = (uint32_t)liar_below(liar, 3) };
	struct bytes commits[COMMITS_MAX];
	struct buffer bytes = { 0 };
	size_t ends[COMMITS_MAX], begin = 0;
	struct bytes all;

	push.commit_count = (uint32_t)liar_below(liar, COMMITS_MAX);
	push.commits = commits;
	for (uint32_t i = 0; i < push.commit_count; i++) {
		lies_tell(&liar->teller, 2, &bytes);
		ends[i] = buffer_view(&bytes).size;
	}
	all = buffer_view(&bytes);
	for (uint32_t i = 0; i < push.commit_count; i++) {
		commits[i].data = all.data + begin;
		commits[i].size = ends[i] - begin;
		begin = ends[i];
	}
	if (push.commit_count > 1 && liar_one_in(liar, 4)) /* the same twice */
		commits[0] = commits[push.commit_count - 1];
	LIAR_ENCODE(liar, push, &push);
	buffer_deinit(&bytes);
}

static void
make_confirm(struct liar *liar)
{
	struct confirm confirm = {
		.cursor = liar_some_place(liar, liar->ear.cursor),
		.batch_bytes = liar_one_in(liar, 4) ? 1 : 64 * 1024,
	};

	confirm.confirmed = liar_some_place(liar, confirm.cursor);
	LIAR_ENCODE(liar, confirm, &confirm);
}

static void
make_fill(struct liar *liar)
{
	struct fill list[LIMIT_FILLS];
	struct fills fills = { list,
		(uint32_t)random_between(&liar->teller.random, 1, 8) };

	if (liar_one_in(liar, 12))
		fills.fill_count = LIMIT_FILLS;
	for (uint32_t i = 0; i < fills.fill_count; i++)
		list[i] = (struct fill){
			liar_one_in(liar, 4) ? liar->teller.school
					     : some_id(liar),
			liar_some_place(liar, 0),
			liar_some_place(liar, liar->ear.head),
		};
	LIAR_ENCODE(liar, fills, &fills);
}

static void
make_fetch(struct liar *liar)
{
	uint64_t ids[LIMIT_FETCHES];
	struct fetch fetch = { ids, (uint32_t)liar_below(liar, 40) };

	if (liar_one_in(liar, 12))
		fetch.id_count = LIMIT_FETCHES;
	for (uint32_t i = 0; i < fetch.id_count; i++)
		ids[i] = 1 + some_id(liar) % INT64_MAX;
	if (fetch.id_count > 1 && liar_one_in(liar, 3))
		ids[1] = ids[0];
	LIAR_ENCODE(liar, fetch, &fetch);
}

static void
make_prove(struct liar *liar)
{
	struct proof proof = { .cursor =
				   liar_some_place(liar, liar->ear.cursor),
		.count = random_next(&liar->teller.random) >> 1 };

	LIAR_ENCODE(liar, proof, &proof);
}

static void
make_ping(struct liar *liar)
{
	struct ping ping = { random_next(&liar->teller.random),
		liar->teller.now_ms };

	LIAR_ENCODE(liar, ping, &ping);
}

static void
make_renew(struct liar *liar)
{
	static const uint8_t request[LIMIT_CERTIFICATE_BYTES] = { 0x30 };
	struct certificate_message message = { { request,
	    (size_t)random_between(&liar->teller.random, 1,
		sizeof(request)) } };

	LIAR_ENCODE(liar, certificate_message, &message);
}

static void
make_drop(struct liar *liar)
{
	const struct known_record *grant = known_record(&liar->known, "grant",
	    UINT64_MAX, &liar->teller.random);
	struct drop drop = { grant == NULL || liar_one_in(liar, 3)
				 ? some_id(liar)
				 : grant->id };

	LIAR_ENCODE(liar, drop, &drop);
}

uint32_t
liar_some_items(struct liar *liar, struct item *items)
{
	uint32_t count = 0;
	uint64_t last = 0;

	for (uint32_t i = 0; i < liar->known.commit_count; i++) {
		const struct known_commit *commit = &liar->known.commits[i];
		struct item *item = &items[count];

		if (count == LIAR_ITEMS || liar_one_in(liar, 2) ||
		    commit->sequence <= last)
			continue;
		*item = (struct item){ .sequence = commit->sequence,
			.received_ms = commit->received_ms,
			.mark = commit->mark,
			.id = commit->commit.id,
			.commit = commit->bytes,
			.digest = digest_of(commit->bytes),
			.redacted = liar_one_in(liar, 10) };
		if (liar_one_in(liar, 4))
			item->mark.bytes[liar_below(liar, 8)] ^= 1;
		if (liar_one_in(liar, 8))
			item->sequence++;
		last = item->sequence;
		count++;
	}
	return count;
}

/* As to a restored hub. */
static void
make_offer(struct liar *liar)
{
	struct item items[LIAR_ITEMS];
	struct offer offer = { .items = items, .end = liar_one_in(liar, 3) };

	if (liar->ear.generation_count > 0)
		offer.generation =
		    liar->ear.generations[liar->ear.generation_count - 1]
			.number;
	if (liar_one_in(liar, 6))
		offer.generation = random_next(&liar->teller.random) >> 1;
	offer.item_count = liar_some_items(liar, items);
	LIAR_ENCODE(liar, offer, &offer);
}

static void
make_goodbye(struct liar *liar)
{
	struct goodbye goodbye = { (uint32_t)liar_below(liar, 300),
		bytes_of_text("") };

	LIAR_ENCODE(liar, goodbye, &goodbye);
}

void
liar_make_nothing(struct liar *liar)
{
	buffer_clear(&liar->body);
	(void)buffer_append(&liar->body,
	    (struct bytes){ (const uint8_t *)"\x90", 1 });
}

/* --- one of them ---------------------------------------------------------- */

static const struct {
	uint8_t type;
	uint8_t weight;
	void (*make)(struct liar *liar);
} makers[] = {
	{ FRAME_PUSH, 30, make_push },
	{ FRAME_CONFIRM, 8, make_confirm },
	{ FRAME_FILL, 12, make_fill },
	{ FRAME_FETCH, 12, make_fetch },
	{ FRAME_PROVE, 6, make_prove },
	{ FRAME_PING, 6, make_ping },
	{ FRAME_RENEW, 1, make_renew },
	{ FRAME_DROP, 6, make_drop },
	{ FRAME_OFFER, 4, make_offer },
	{ FRAME_RECONCILE, 4, liar_make_reconcile },
	{ FRAME_SKETCH, 2, liar_make_sketch },
	{ FRAME_MEND, 3, liar_make_mend },
	{ FRAME_FOUND, 1, liar_make_found },
	{ FRAME_HELLO, 1, liar_make_hello },
	{ FRAME_GOODBYE, 1, make_goodbye },
	{ 77, 2, make_ping }, /* of a later version */
	{ FRAME_STREAM, 1, liar_make_nothing },
};

uint8_t
liar_make_some(struct liar *liar)
{
	uint64_t left = liar_below(liar, 100), which = 0;

	while (left >= makers[which].weight)
		left -= makers[which++].weight;
	makers[which].make(liar);
	return makers[which].type;
}
