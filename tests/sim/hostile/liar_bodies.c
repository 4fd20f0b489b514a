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

/* A place in the hub's order: true, near, or nothing like it. */
static uint64_t
some_place(struct liar *liar, uint64_t place)
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

#define ENCODE(liar, name, message)                                        \
	do {                                                               \
		enum status encoded =                                      \
		    message_##name##_encode(message, &(liar)->body, NULL); \
		assert(encoded == STATUS_OK);                              \
		(void)encoded;                                             \
	} while (0)

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
		hello.cursor = some_place(liar, hello.cursor);
		break;
	case 1:
		hello.confirmed = some_place(liar, hello.confirmed);
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
	ENCODE(liar, hello, &hello);
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
	ENCODE(liar, push, &push);
	buffer_deinit(&bytes);
}

static void
make_confirm(struct liar *liar)
{
	struct confirm confirm = {
		.cursor = some_place(liar, liar->ear.cursor),
		.batch_bytes = liar_one_in(liar, 4) ? 1 : 64 * 1024,
	};

	confirm.confirmed = some_place(liar, confirm.cursor);
	ENCODE(liar, confirm, &confirm);
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
			some_place(liar, 0),
			some_place(liar, liar->ear.head),
		};
	ENCODE(liar, fills, &fills);
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
	ENCODE(liar, fetch, &fetch);
}

static void
make_prove(struct liar *liar)
{
	struct proof proof = { .cursor = some_place(liar, liar->ear.cursor),
		.count = random_next(&liar->teller.random) >> 1 };

	ENCODE(liar, proof, &proof);
}

static void
make_ping(struct liar *liar)
{
	struct ping ping = { random_next(&liar->teller.random),
		liar->teller.now_ms };

	ENCODE(liar, ping, &ping);
}

static void
make_renew(struct liar *liar)
{
	static const uint8_t request[LIMIT_CERTIFICATE_BYTES] = { 0x30 };
	struct certificate_message message = { { request,
	    (size_t)random_between(&liar->teller.random, 1,
		sizeof(request)) } };

	ENCODE(liar, certificate_message, &message);
}

static void
make_drop(struct liar *liar)
{
	const struct known_record *grant = known_record(&liar->known, "grant",
	    UINT64_MAX, &liar->teller.random);
	struct drop drop = { grant == NULL || liar_one_in(liar, 3)
				 ? some_id(liar)
				 : grant->id };

	ENCODE(liar, drop, &drop);
}

/* As to a restored hub: what it holds, with marks that are right or not. */
static void
make_offer(struct liar *liar)
{
	struct item items[COMMITS_MAX];
	struct offer offer = { .items = items, .end = liar_one_in(liar, 3) };
	uint64_t last = 0;

	if (liar->ear.generation_count > 0)
		offer.generation =
		    liar->ear.generations[liar->ear.generation_count - 1]
			.number;
	if (liar_one_in(liar, 6))
		offer.generation = random_next(&liar->teller.random) >> 1;
	for (uint32_t i = 0; i < liar->known.commit_count; i++) {
		const struct known_commit *commit = &liar->known.commits[i];
		struct item *item = &items[offer.item_count];

		if (offer.item_count == COMMITS_MAX || liar_one_in(liar, 2) ||
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
		offer.item_count++;
	}
	ENCODE(liar, offer, &offer);
}

static void
make_goodbye(struct liar *liar)
{
	struct goodbye goodbye = { (uint32_t)liar_below(liar, 300),
		bytes_of_text("") };

	ENCODE(liar, goodbye, &goodbye);
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
	{ FRAME_PUSH, 40, make_push },
	{ FRAME_CONFIRM, 8, make_confirm },
	{ FRAME_FILL, 12, make_fill },
	{ FRAME_FETCH, 12, make_fetch },
	{ FRAME_PROVE, 6, make_prove },
	{ FRAME_PING, 6, make_ping },
	{ FRAME_RENEW, 1, make_renew },
	{ FRAME_DROP, 6, make_drop },
	{ FRAME_OFFER, 4, make_offer },
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
