#include "tests/sim/hostile/liar.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/identifier.h"
#include "tests/sim/hostile/ear.h"
#include "tests/sim/hostile/lies.h"
#include "tests/sim/hostile/mutate.h"

enum {
	KEPT_FRAMES = 8,
	COMMITS_MAX = 12, /* in a PUSH, nearly always */
};

struct liar {
	struct known known;
	struct teller teller;
	struct ear ear;
	struct buffer body;
	struct buffer mutated;
	struct buffer kept[KEPT_FRAMES]; /* sent before; to be said again */
	uint64_t kept_count;
	uint64_t frames;
	uint64_t frames_max;
};

/* --- its life ------------------------------------------------------------- */

struct liar *
liar_create(const struct liar_facts *facts)
{
	struct liar *liar = calloc(1, sizeof(*liar));

	assert(liar != NULL);
	liar->teller = (struct teller){ .known = &liar->known,
		.random = random_fork(facts->seed, 0),
		.site = facts->site,
		.school = facts->school };
	/* Far beyond what the honest computer of this number will use. */
	liar->teller.counter =
	    (UINT64_C(1) << 42) + (random_next(&liar->teller.random) >> 26);
	liar->frames_max = facts->frames;
	ear_init(&liar->ear, facts);
	return liar;
}

void
liar_destroy(struct liar *liar)
{
	if (liar == NULL)
		return;
	known_deinit(&liar->known);
	ear_deinit(&liar->ear);
	buffer_deinit(&liar->body);
	buffer_deinit(&liar->mutated);
	for (uint32_t i = 0; i < KEPT_FRAMES; i++)
		buffer_deinit(&liar->kept[i]);
	free(liar);
}

void
liar_know(struct liar *liar, struct bytes commit, uint64_t sequence)
{
	known_learn(&liar->known, commit, sequence);
}

void
liar_hint(struct liar *liar, uint64_t id)
{
	known_hint(&liar->known, id);
}

uint64_t
liar_frames(const struct liar *liar)
{
	return liar->frames;
}

void
liar_hear(struct liar *liar, struct bytes bytes)
{
	ear_hear(&liar->ear, &liar->known, bytes);
}

/* --- chance --------------------------------------------------------------- */

static uint64_t
below(struct liar *liar, uint64_t count)
{
	return random_below_of(&liar->teller.random, count);
}

static bool
one_in(struct liar *liar, uint64_t n)
{
	return random_one_in(&liar->teller.random, n);
}

/* A place in the hub's order: true, near, or nothing like it. */
static uint64_t
some_place(struct liar *liar, uint64_t place)
{
	switch (below(liar, 10)) {
	case 0:
		return liar->ear.head + 1 + below(liar, 3);
	case 1:
		return INT64_MAX - below(liar, 2);
	case 2:
		return 0;
	case 3:
		return below(liar, liar->ear.head + 1);
	default:
		return place;
	}
}

static uint64_t
some_id(struct liar *liar)
{
	uint64_t id = known_id(&liar->known, &liar->teller.random);

	if (one_in(liar, 8))
		return below(liar, 2) == 0 ? 0 : INT64_MAX;
	return one_in(liar, 8) ? id + below(liar, 40) : id;
}

/* --- bodies --------------------------------------------------------------- */

#define ENCODE(liar, name, message)                                        \
	do {                                                               \
		enum status encoded =                                      \
		    message_##name##_encode(message, &(liar)->body, NULL); \
		assert(encoded == STATUS_OK);                              \
		(void)encoded;                                             \
	} while (0)

static void
make_hello(struct liar *liar)
{
	struct generation made_up = { random_next(&liar->teller.random),
		below(liar, liar->ear.head + 2) };
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

	switch (below(liar, 16)) {
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
		hello.site = (uint32_t)below(liar, SITE_MAX);
		break;
	case 5:
		hello.batch_bytes = (uint32_t)below(liar, 2) * UINT32_MAX;
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
	struct push push = { .lane = (uint32_t)below(liar, 3) };
	struct bytes commits[COMMITS_MAX];
	struct buffer bytes = { 0 };
	size_t ends[COMMITS_MAX], begin = 0;
	struct bytes all;

	push.commit_count = (uint32_t)below(liar, COMMITS_MAX);
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
	if (push.commit_count > 1 && one_in(liar, 4)) /* the same twice */
		commits[0] = commits[push.commit_count - 1];
	ENCODE(liar, push, &push);
	buffer_deinit(&bytes);
}

static void
make_confirm(struct liar *liar)
{
	struct confirm confirm = {
		.cursor = some_place(liar, liar->ear.cursor),
		.batch_bytes = one_in(liar, 4) ? 1 : 64 * 1024,
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

	if (one_in(liar, 12))
		fills.fill_count = LIMIT_FILLS;
	for (uint32_t i = 0; i < fills.fill_count; i++)
		list[i] = (struct fill){
			one_in(liar, 4) ? liar->teller.school : some_id(liar),
			some_place(liar, 0),
			some_place(liar, liar->ear.head),
		};
	ENCODE(liar, fills, &fills);
}

static void
make_fetch(struct liar *liar)
{
	uint64_t ids[LIMIT_FETCHES];
	struct fetch fetch = { ids, (uint32_t)below(liar, 40) };

	if (one_in(liar, 12))
		fetch.id_count = LIMIT_FETCHES;
	for (uint32_t i = 0; i < fetch.id_count; i++)
		ids[i] = 1 + some_id(liar) % INT64_MAX;
	if (fetch.id_count > 1 && one_in(liar, 3))
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
	struct drop drop = { grant == NULL || one_in(liar, 3) ? some_id(liar)
							      : grant->id };

	ENCODE(liar, drop, &drop);
}

/* As to a restored hub: what it holds, with marks that are right or not. */
static void
make_offer(struct liar *liar)
{
	struct item items[COMMITS_MAX];
	struct offer offer = { .items = items, .end = one_in(liar, 3) };
	uint64_t last = 0;

	if (liar->ear.generation_count > 0)
		offer.generation =
		    liar->ear.generations[liar->ear.generation_count - 1]
			.number;
	if (one_in(liar, 6))
		offer.generation = random_next(&liar->teller.random) >> 1;
	for (uint32_t i = 0; i < liar->known.commit_count; i++) {
		const struct known_commit *commit = &liar->known.commits[i];
		struct item *item = &items[offer.item_count];

		if (offer.item_count == COMMITS_MAX || one_in(liar, 2) ||
		    commit->sequence <= last)
			continue;
		*item = (struct item){ .sequence = commit->sequence,
			.received_ms = commit->received_ms,
			.mark = commit->mark,
			.id = commit->commit.id,
			.commit = commit->bytes,
			.digest = digest_of(commit->bytes),
			.redacted = one_in(liar, 10) };
		if (one_in(liar, 4))
			item->mark.bytes[below(liar, 8)] ^= 1;
		if (one_in(liar, 8))
			item->sequence++;
		last = item->sequence;
		offer.item_count++;
	}
	ENCODE(liar, offer, &offer);
}

static void
make_goodbye(struct liar *liar)
{
	struct goodbye goodbye = { (uint32_t)below(liar, 300),
		bytes_of_text("") };

	ENCODE(liar, goodbye, &goodbye);
}

static void
make_nothing(struct liar *liar)
{
	buffer_clear(&liar->body);
	(void)buffer_append(&liar->body,
	    (struct bytes){ (const uint8_t *)"\x90", 1 });
}

/* --- frames --------------------------------------------------------------- */

static void
append(struct buffer *out, const void *data, size_t size)
{
	enum status status = STATUS_OK;

	if (size > 0)
		status = buffer_append(out, (struct bytes){ data, size });
	assert(status == STATUS_OK);
	(void)status;
}

/* One frame around the body, kept to be said again. */
static void
send_body(struct liar *liar, uint8_t type, struct bytes body,
    struct buffer *out)
{
	struct buffer *kept = &liar->kept[liar->kept_count++ % KEPT_FRAMES];
	struct bytes frame;

	buffer_clear(kept);
	(void)frame_write(kept, type, body,
	    one_in(liar, 2) ? liar->ear.codec : NULL, NULL);
	frame = buffer_view(kept);
	append(out, frame.data, frame.size);
	liar->frames++;
}

/* Heads that promise too much, zeros that swell, nothing at all. */
static void
send_garbage(struct liar *liar, struct buffer *out)
{
	static const uint8_t too_long[] = { 0, 0x10, 0, 1, FRAME_PUSH };
	static const uint8_t longest[] = { 0xff, 0xff, 0xff, 0xff, FRAME_PUSH };
	/* zstd: four megabytes of one byte, in a block of one */
	static const uint8_t bomb[] = { 0, 0, 0, 13,
		FRAME_PUSH | FRAME_COMPRESSED, 0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0,
		0, 0x40, 0, 3, 0, 0, 0x40 };
	static const uint8_t empty[] = { 0, 0, 0, 0, FRAME_PUSH };
	uint8_t noise[16];

	liar->frames++;
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)below(liar, 256);
	switch (below(liar, 5)) {
	case 0:
		append(out, too_long, sizeof(too_long));
		break;
	case 1:
		append(out, longest, sizeof(longest));
		break;
	case 2:
		append(out, bomb, sizeof(bomb));
		break;
	case 3:
		append(out, empty, sizeof(empty));
		break;
	default:
		append(out, noise, sizeof(noise));
		break;
	}
}

/* What was said before: all of it, a part, or with a byte changed. */
static void
send_again(struct liar *liar, struct buffer *out)
{
	uint64_t least =
	    liar->kept_count < KEPT_FRAMES ? liar->kept_count : KEPT_FRAMES;
	struct bytes frame = buffer_view(&liar->kept[below(liar, least)]);

	liar->frames++;
	if (one_in(liar, 8)) {
		mutate_by_chance(frame, &liar->teller.random, &liar->mutated);
		frame = buffer_view(&liar->mutated);
	}
	append(out, frame.data, frame.size);
}

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
	{ FRAME_HELLO, 1, make_hello },
	{ FRAME_GOODBYE, 1, make_goodbye },
	{ 77, 2, make_ping }, /* of a later version */
	{ FRAME_STREAM, 1, make_nothing },
};

static void
send_one(struct liar *liar, struct buffer *out)
{
	uint64_t which = 0;
	uint64_t left;
	struct bytes body;

	if (liar->kept_count > 0 && one_in(liar, 16)) {
		send_again(liar, out);
		return;
	}
	if (one_in(liar, 60)) {
		send_garbage(liar, out);
		return;
	}
	left = below(liar, 100);
	while (left >= makers[which].weight)
		left -= makers[which++].weight;
	makers[which].make(liar);
	body = buffer_view(&liar->body);
	if (one_in(liar, 12)) {
		mutate_by_chance(body, &liar->teller.random, &liar->mutated);
		body = buffer_view(&liar->mutated);
	}
	send_body(liar, makers[which].type, body, out);
}

void
liar_greet(struct liar *liar, uint64_t now_ms, struct buffer *out)
{
	struct bytes body;

	liar->teller.now_ms = now_ms;
	ear_forget_line(&liar->ear);
	make_hello(liar);
	body = buffer_view(&liar->body);
	if (one_in(liar, 30)) {
		mutate_by_chance(body, &liar->teller.random, &liar->mutated);
		body = buffer_view(&liar->mutated);
	}
	send_body(liar, one_in(liar, 60) ? FRAME_PUSH : FRAME_HELLO, body, out);
}

bool
liar_speak(struct liar *liar, uint64_t now_ms, struct buffer *out)
{
	uint64_t burst = random_between(&liar->teller.random, 1, 4);

	if (liar->frames >= liar->frames_max)
		return false;
	liar->teller.now_ms = now_ms;
	if (one_in(liar, 40))
		burst = 64; /* a flood */
	while (burst-- > 0)
		send_one(liar, out);
	if (liar->frames >= liar->frames_max && one_in(liar, 8)) {
		make_nothing(liar);
		send_body(liar, FRAME_LEAVE, buffer_view(&liar->body), out);
	}
	return true;
}
