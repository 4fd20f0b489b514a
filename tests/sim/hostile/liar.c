#include "tests/sim/hostile/liar.h"

#include <assert.h>
#include <stdlib.h>

#include "tests/sim/hostile/liar_private.h"
#include "tests/sim/hostile/mutate.h"

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
	    liar_one_in(liar, 2) ? liar->ear.codec : NULL, NULL);
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
		noise[i] = (uint8_t)liar_below(liar, 256);
	switch (liar_below(liar, 5)) {
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
	struct bytes frame = buffer_view(&liar->kept[liar_below(liar, least)]);

	liar->frames++;
	if (liar_one_in(liar, 8)) {
		mutate_by_chance(frame, &liar->teller.random, &liar->mutated);
		frame = buffer_view(&liar->mutated);
	}
	append(out, frame.data, frame.size);
}

static void
send_one(struct liar *liar, struct buffer *out)
{
	struct bytes body;
	uint8_t type;

	if (liar->kept_count > 0 && liar_one_in(liar, 16)) {
		send_again(liar, out);
		return;
	}
	if (liar_one_in(liar, 60)) {
		send_garbage(liar, out);
		return;
	}
	type = liar_make_some(liar);
	body = buffer_view(&liar->body);
	if (liar_one_in(liar, 12)) {
		mutate_by_chance(body, &liar->teller.random, &liar->mutated);
		body = buffer_view(&liar->mutated);
	}
	send_body(liar, type, body, out);
}

void
liar_greet(struct liar *liar, uint64_t now_ms, struct buffer *out)
{
	struct bytes body;

	liar->teller.now_ms = now_ms;
	ear_forget_line(&liar->ear);
	liar_make_hello(liar);
	body = buffer_view(&liar->body);
	if (liar_one_in(liar, 30)) {
		mutate_by_chance(body, &liar->teller.random, &liar->mutated);
		body = buffer_view(&liar->mutated);
	}
	send_body(liar, liar_one_in(liar, 60) ? FRAME_PUSH : FRAME_HELLO, body,
	    out);
}

bool
liar_speak(struct liar *liar, uint64_t now_ms, struct buffer *out)
{
	uint64_t burst = random_between(&liar->teller.random, 1, 4);

	if (liar->frames >= liar->frames_max)
		return false;
	liar->teller.now_ms = now_ms;
	if (liar_one_in(liar, 40))
		burst = 64; /* a flood */
	while (burst-- > 0)
		send_one(liar, out);
	if (liar->frames >= liar->frames_max && liar_one_in(liar, 8)) {
		liar_make_nothing(liar);
		send_body(liar, FRAME_LEAVE, buffer_view(&liar->body), out);
	}
	return true;
}
