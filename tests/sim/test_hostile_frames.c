/*
 * Every frame of a good session with every element of its body replaced, left
 * out or doubled, and every bit of its first bytes flipped: the hub stays up,
 * other computers stay, nothing goes out that is not theirs, and who is sent
 * away is told one of the codes that PROTOCOL.md has for it.
 */
#include "protocol/message_night.h"
#include "tests/sim/hostile/court.h"
#include "tests/sim/hostile/mutate.h"

enum {
	LIAR = 1, /* of Oak, who passed a child on to Elm */
	FRAMES = 24,
	FLIPPED_BYTES = 48,
	FORGIVEN_EVERY = 8 /* attempts; for fewer than HUB_COPIES */
};

/* A good session, frame by frame: bodies in the order of their types. */
struct recorded {
	uint8_t types[FRAMES];
	struct buffer bodies[FRAMES];
	uint32_t count;
};

static struct buffer *
record(struct recorded *recorded, uint8_t type)
{
	assert_true(recorded->count < FRAMES);
	recorded->types[recorded->count] = type;
	return &recorded->bodies[recorded->count++];
}

static void
recorded_deinit(struct recorded *recorded)
{
	for (uint32_t i = 0; i < recorded->count; i++)
		buffer_deinit(&recorded->bodies[i]);
}

#define RECORD(type, name, ...)                                            \
	OK(message_##name##_encode(&(__VA_ARGS__), record(recorded, type), \
	    &f->err))

/* --- the good session ----------------------------------------------------- */

static uint64_t
first_pupil(struct fixture *f)
{
	struct record_query query = { .limit = 1 };
	uint64_t pupil = 0;

	query.collection = catalogue_collection(text("pupil"));
	OK(record_each(f->replica, &query, note_last, &pupil, &f->err));
	return pupil;
}

static void
record_push(struct fixture *f, struct recorded *recorded, uint64_t pupil)
{
	struct bytes commits[5];
	struct push push = { 0, commits, 0 };
	uint64_t transfer;
	struct build b;

	b = build_setting(f, LIAR);
	commits[push.commit_count++] = build_bytes(&b);
	b = build_pupil(f, LIAR);
	commits[push.commit_count++] = build_bytes(&b);
	b = build(f, LIAR, pupil);
	build_change(&b, "pupil", pupil);
	build_text(&b, "surname", "Bramwell");
	build_text(&b, "forename", "Iris");
	commits[push.commit_count++] = build_bytes(&b);
	b = build(f, LIAR, pupil);
	build_new(&b, "redaction");
	build_id(&b, "change", pupil);
	build_text(&b, "reason", "wrong child");
	commits[push.commit_count++] = build_bytes(&b);
	b = build_open(f, LIAR, pupil, ELM, &transfer);
	commits[push.commit_count++] = build_bytes(&b);
	for (uint32_t i = 0; i < push.commit_count; i++) {
		struct push one = { 0, &commits[i], 1 };

		RECORD(FRAME_PUSH, push, one);
	}
	RECORD(FRAME_PUSH, push, push);
}

static void
record_all(struct fixture *f, struct recorded *recorded)
{
	uint64_t pupil = first_pupil(f);
	struct hello hello = hello_of(f, LIAR, head_of(f));
	struct confirm confirm = { head_of(f), head_of(f), 64 * 1024 };
	struct fill list[3] = { { f->schools[OAK], 0, head_of(f) },
		{ 0, 0, head_of(f) }, { pupil, 2, head_of(f) } };
	struct fills fills = { list, 3 };
	uint64_t ids[3] = { pupil, pupil + 1, 99 };
	struct fetch fetch = { ids, 3 };
	struct proof proof = { .cursor = head_of(f), .count = 7 };
	struct ping ping = { 3, f->now };
	struct item item = { .sequence = 3, .id = pupil };
	struct offer offer = { .generation = 5,
		.items = &item,
		.item_count = 1 };
	uint64_t wanted[2] = { 1, 2 };
	struct reconcile reconcile = { .at = head_of(f),
		.count = 3,
		.left_out = &pupil,
		.left_out_count = 1 };
	struct sketch_wish wish = { SKETCH_NARROW, 32, 40 };
	struct mend mend = { &item, 1, wanted, 2 };
	struct found found = { .at = head_of(f), .outcome = FOUND_EQUAL };
	struct certificate_message renew = { text("a request") };
	struct drop drop = { last_record(f, "grant", f->schools[OAK]) };
	struct build setting = build_setting(f, LIAR);
	struct goodbye goodbye = { GOODBYE_STOPPING, text("") };
	struct bytes nothing = { (const uint8_t *)"\x90", 1 };

	item.commit = build_bytes(&setting);
	item.digest = digest_of(item.commit);
	RECORD(FRAME_HELLO, hello, hello);
	record_push(f, recorded, pupil);
	RECORD(FRAME_CONFIRM, confirm, confirm);
	RECORD(FRAME_FILL, fills, fills);
	RECORD(FRAME_FETCH, fetch, fetch);
	RECORD(FRAME_PROVE, proof, proof);
	RECORD(FRAME_PING, ping, ping);
	RECORD(FRAME_OFFER, offer, offer);
	RECORD(FRAME_RECONCILE, reconcile, reconcile);
	RECORD(FRAME_SKETCH, sketch_wish, wish);
	RECORD(FRAME_MEND, mend, mend);
	RECORD(FRAME_FOUND, found, found);
	RECORD(FRAME_RENEW, certificate_message, renew);
	RECORD(FRAME_DROP, drop, drop);
	OK(buffer_append(record(recorded, FRAME_LEAVE), nothing));
	RECORD(FRAME_GOODBYE, goodbye, goodbye);
}

/* --- one attempt ---------------------------------------------------------- */

static void
begin_session(struct court *court, const struct recorded *recorded,
    uint32_t frame)
{
	struct fixture *f = court->f;
	struct buffer out = { 0 };

	connect_site(f, LIAR);
	if (frame == 0) /* it is the greeting itself that is not so */
		return;
	add_frame(f, &out, FRAME_HELLO, &recorded->bodies[0]);
	say(f, LIAR, &out);
	buffer_deinit(&out);
}

static void
expect_documented(const struct court *court)
{
	switch (court->judge.goodbye) {
	case UINT32_MAX:
	case GOODBYE_DONE:
	case GOODBYE_VERSION:
	case GOODBYE_PROTOCOL:
	case GOODBYE_LIMIT:
	case GOODBYE_REQUEST:
	case GOODBYE_COPIED:
		break;
	default:
		fail_msg("attempt %" PRIu64 ": GOODBYE %u", court->seed,
		    court->judge.goodbye);
	}
}

static bool
has_left(struct court *court)
{
	struct site site;
	struct fixture *f = court->f;

	OK(sites_get(f->replica, LIAR, &site, &f->err));
	return site.revoked;
}

static void
court_begin(struct court *court)
{
	court_open(court);
	court->liar_site = LIAR;
	court_greet_others(court);
}

/* One mutated frame, as its bytes are. */
static void
attempt(struct court *court, const struct recorded *recorded, uint32_t frame,
    const struct buffer *bytes)
{
	struct fixture *f = court->f;

	court->seed++;
	court->judge.goodbye = UINT32_MAX;
	begin_session(court, recorded, frame);
	say(f, LIAR, bytes);
	court_turn(court);
	court_expect_others(court);
	expect_documented(court);
	disconnect_site(f, LIAR);
	if (court->seed % FORGIVEN_EVERY == 0)
		sql(f, "DELETE FROM counter");
	if (has_left(court)) {
		court_close(court);
		court_begin(court);
	}
}

/* As it was recorded: it is a good session indeed. */
static void
attempt_as_it_is(struct court *court, const struct recorded *recorded,
    uint32_t frame)
{
	uint8_t type = recorded->types[frame];
	uint32_t expected = type == FRAME_RENEW ? GOODBYE_REQUEST : UINT32_MAX;
	struct buffer out = { 0 };

	add_frame(court->f, &out, (enum frame_type)type,
	    &recorded->bodies[frame]);
	attempt(court, recorded, frame, &out);
	if (type != FRAME_LEAVE) /* then it is another court */
		assert_int_equal(court->judge.goodbye, expected);
	buffer_deinit(&out);
}

static void
attempt_elements(struct court *court, const struct recorded *recorded,
    uint32_t frame)
{
	struct bytes body = buffer_view(&recorded->bodies[frame]);
	uint32_t count = mutate_count(body);
	struct buffer mutated = { 0 }, out = { 0 };

	for (uint32_t element = 0; element < count; element++)
		for (uint32_t way = 0; way < MUTATE_WAYS; way++) {
			if (!mutate_element(body, element, way, &mutated))
				continue;
			buffer_clear(&out);
			add_frame(court->f, &out,
			    (enum frame_type)recorded->types[frame], &mutated);
			attempt(court, recorded, frame, &out);
		}
	buffer_deinit(&mutated);
	buffer_deinit(&out);
}

static void
attempt_flips(struct court *court, const struct recorded *recorded,
    uint32_t frame)
{
	struct buffer out = { 0 };

	add_frame(court->f, &out, (enum frame_type)recorded->types[frame],
	    &recorded->bodies[frame]);
	for (size_t bit = 0; bit < 8 * FLIPPED_BYTES; bit++) {
		if (bit / 8 >= buffer_view(&out).size)
			break;
		out.data[out.start + bit / 8] ^= (uint8_t)(1u << (bit % 8));
		attempt(court, recorded, frame, &out);
		out.data[out.start + bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
	buffer_deinit(&out);
}

typedef void attempter(struct court *court, const struct recorded *recorded,
    uint32_t frame);

static void
attempt_all(attempter *attempts)
{
	struct court court = { 0 };
	struct recorded recorded = { 0 };

	court_begin(&court);
	record_all(court.f, &recorded);
	for (uint32_t i = 0; i < recorded.count; i++)
		attempts(&court, &recorded, i);
	print_message("%" PRIu64 " frames\n", court.seed);
	court_close(&court);
	recorded_deinit(&recorded);
}

/* --- tests ---------------------------------------------------------------- */

static void
test_good_session_is_good(void **state)
{
	(void)state;
	attempt_all(attempt_as_it_is);
}

static void
test_every_element_changed_harms_nobody(void **state)
{
	(void)state;
	attempt_all(attempt_elements);
}

static void
test_every_bit_flipped_harms_nobody(void **state)
{
	(void)state;
	attempt_all(attempt_flips);
}

/* What changes elements changes what it says, and nothing else. */
static void
test_elements_are_numbered_with_those_of_commits(void **state)
{
	static const uint8_t body[] = { 0x92, 0x01, 0xc4, 0x03, 0x92, 0x05,
		0xc0 };
	static const uint8_t without[] = { 0x92, 0x01, 0xc4, 0x02, 0x91, 0xc0 };
	static const uint8_t twice[] = { 0x93, 0x01, 0x01, 0xc4, 0x03, 0x92,
		0x05, 0xc0 };
	struct bytes bytes = { body, sizeof(body) };
	struct buffer out = { 0 };

	(void)state;
	assert_int_equal(mutate_count(bytes), 6);
	assert_true(mutate_element(bytes, 4, MUTATE_REMOVE, &out));
	assert_int_equal(out.size, sizeof(without));
	assert_memory_equal(buffer_view(&out).data, without, sizeof(without));
	assert_true(mutate_element(bytes, 1, MUTATE_DOUBLE, &out));
	assert_int_equal(out.size, sizeof(twice));
	assert_memory_equal(buffer_view(&out).data, twice, sizeof(twice));
	assert_false(mutate_element(bytes, 6, MUTATE_REMOVE, &out));
	buffer_deinit(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_elements_are_numbered_with_those_of_commits),
		cmocka_unit_test(test_good_session_is_good),
		cmocka_unit_test(test_every_element_changed_harms_nobody),
		cmocka_unit_test(test_every_bit_flipped_harms_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
