/*
 * A computer at a hub that lies: the engine never fails of it, what was
 * written and waits is never lost, and no file is purged against the rules.
 * THROUGHLINE_SEED gives the first seed, THROUGHLINE_RUNS how many lives.
 */
#include "tests/unit/engine/talk.h"

#include <inttypes.h>

#include "tests/sim/hostile/mutate.h"
#include "tests/sim/random.h"

enum {
	LIVES = 80,
	LIES = 80, /* a life */
	WRITTEN = 256,
	ITEMS = 64
};

struct plot {
	struct talk *t;
	struct random random;
	uint64_t seed;
	uint64_t written[WRITTEN]; /* commits of this computer's people */
	bool answered[WRITTEN];    /* by the hub, true or not */
	uint32_t written_count;
	uint64_t pupils[WRITTEN];
	uint32_t pupil_count;
	struct buffer body;
	struct buffer mutated;
};

static uint64_t
below(struct plot *plot, uint64_t count)
{
	return random_below_of(&plot->random, count);
}

static bool
one_in(struct plot *plot, uint64_t n)
{
	return random_one_in(&plot->random, n);
}

/* --- what must stay true -------------------------------------------------- */

static bool
is_gone(struct talk *t, uint64_t number)
{
	struct dossier dossier;

	return dossier_get(t->replica, number, &dossier, UNREAD) == STATUS_OK &&
	       dossier.state == DOSSIER_GONE;
}

static bool
was_purged(struct plot *plot, uint64_t commit)
{
	for (uint32_t i = 0; i < plot->pupil_count; i++)
		if (plot->pupils[i] == commit)
			return is_gone(plot->t, commit);
	return false;
}

/* Each commit waits, is set aside, or has its place; nothing is purged before
 * the hub has said what became of it. */
static void
expect_work_is_kept(struct plot *plot)
{
	struct pending_row pending;
	struct ledger_row row;

	for (uint32_t i = 0; i < plot->written_count; i++) {
		uint64_t id = plot->written[i];

		if (ledger_get(plot->t->replica, id, &row, UNREAD) !=
			STATUS_OK &&
		    pending_get(plot->t->replica, id, &pending, UNREAD) !=
			STATUS_OK &&
		    !(plot->answered[i] && was_purged(plot, id)))
			fail_msg("seed %" PRIu64 ": %" PRIu64 " is lost",
			    plot->seed, id);
	}
	assert_true(talk_meta(plot->t, "closes_count") <= LIMIT_CLOSES_PER_DAY);
	assert_false(replica_in_transaction(plot->t->replica));
}

static bool
expect_open(void *context, const struct ledger_row *row)
{
	struct talk *t = context;
	struct dossier dossier;

	assert_ok(dossier_get(t->replica, row->dossier, &dossier, err));
	assert_int_not_equal(dossier.state, DOSSIER_GONE);
	return true;
}

/* Taken or set aside, it may be purged with its file from here on. */
static void
note_answered(struct plot *plot, uint64_t id)
{
	for (uint32_t i = 0; i < plot->written_count; i++)
		if (plot->written[i] == id)
			plot->answered[i] = true;
}

/* --- people write --------------------------------------------------------- */

static void
note_written(struct plot *plot, uint64_t id)
{
	assert_true(plot->written_count < WRITTEN);
	plot->written[plot->written_count++] = id;
}

static void
write_something(struct plot *plot)
{
	struct replica *replica = plot->t->replica;
	uint64_t id;

	if (plot->written_count == WRITTEN)
		return;
	if (one_in(plot, 2)) {
		id = fixture_pupil(replica, "Lane", OAK);
		plot->pupils[plot->pupil_count++] = id;
	} else {
		id = fixture_term(replica, "term");
	}
	note_written(plot, id);
	talk_tick(plot->t, 10);
}

/* --- the hub lies --------------------------------------------------------- */

static void
send_frame(struct plot *plot, uint8_t type)
{
	struct bytes body = buffer_view(&plot->body);

	if (one_in(plot, 5)) {
		mutate_by_chance(body, &plot->random, &plot->mutated);
		body = buffer_view(&plot->mutated);
	}
	talk_frame(plot->t, type, body);
}

#define LIE(plot, type, name, message)                                     \
	do {                                                               \
		assert_ok(                                                 \
		    message_##name##_encode(message, &(plot)->body, err)); \
		send_frame(plot, type);                                    \
	} while (0)

static uint64_t
some_place(struct plot *plot, uint64_t place)
{
	static const uint64_t absurd[] = { 0, 1, INT64_MAX - 1, INT64_MAX };

	if (one_in(plot, 6))
		return absurd[below(plot, 4)];
	return one_in(plot, 6) ? place + below(plot, 4) : place;
}

static uint64_t
some_dossier(struct plot *plot)
{
	static const uint64_t others[] = { 0, OAK, ELM, 77, INT64_MAX };

	if (plot->pupil_count == 0 || one_in(plot, 2))
		return others[below(plot, 5)];
	return plot->pupils[below(plot, plot->pupil_count)];
}

static void
lie_welcome(struct plot *plot)
{
	struct welcome welcome = welcome_of(plot->t);

	switch (below(plot, 10)) {
	case 0:
		welcome.time_ms = some_place(plot, INT64_MAX);
		break;
	case 1:
		welcome.school = ELM;
		break;
	case 2:
		welcome.start = some_place(plot, INT64_MAX);
		break;
	case 3:
		welcome.head = INT64_MAX;
		break;
	case 4:
		welcome.catalogue = UINT32_MAX;
		break;
	default:
		break;
	}
	LIE(plot, FRAME_WELCOME, welcome, &welcome);
}

/* A grant of one of its children, at a place of its life or none. */
static void
write_grant(struct plot *plot)
{
	static const char *const columns[] = { "closed", "frozen", "held" };
	char number[24], place[24];

	snprintf(number, sizeof(number), "%" PRIu64, some_dossier(plot) | 1);
	if (plot->pupil_count > 0)
		snprintf(number, sizeof(number), "%" PRIu64,
		    plot->pupils[below(plot, plot->pupil_count)]);
	snprintf(place, sizeof(place), "%" PRIu64,
	    1 + plot->t->line.sequence + below(plot, 3));
	(void)fixture_insert(plot->t->other, OAK, "grant", "dossier", number,
	    "kind", one_in(plot, 2) ? "holder" : "previous", "opened", "1",
	    columns[below(plot, 3)], place, NULL);
}

static void
write_at_other(struct plot *plot)
{
	struct replica *other = plot->t->other;

	switch (below(plot, 4)) {
	case 0:
		(void)fixture_term(other, "closure");
		break;
	case 1: /* a foreign child */
		(void)fixture_pupil(other, "Okafor", ELM);
		break;
	case 2:
		(void)fixture_insert(other, 0, "site", "number", "1", "school",
		    "101", "name", "office", NULL);
		break;
	default:
		write_grant(plot);
		break;
	}
}

/* Its own commit as it was, by number, or with other bytes. */
static bool
own_item(struct plot *plot, struct item *item)
{
	struct talk *t = plot->t;
	struct pending_row row;
	struct commit commit;
	struct buffer out = { 0 };

	if (plot->written_count == 0 ||
	    pending_get(t->replica,
		plot->written[below(plot, plot->written_count)], &row,
		UNREAD) != STATUS_OK ||
	    row.bytes.size == 0 ||
	    commit_decode(row.bytes, &t->arena, &commit, NULL) != STATUS_OK)
		return false;
	if (commit.stamp < INT64_MAX) /* a hub's clock may lie that far */
		commit.stamp += below(plot, 2);
	assert_ok(commit_encode(&commit, &out, err));
	*item = (struct item){ .sequence = t->line.sequence + 1,
		.received_ms = t->now,
		.id = commit.id };
	if (!one_in(plot, 3))
		item->commit =
		    (struct bytes){ (const uint8_t *)arena_text(&t->arena,
					buffer_view(&out)),
			    out.size };
	item->digest = digest_of(buffer_view(&out));
	note_answered(plot, commit.id);
	buffer_deinit(&out);
	return true;
}

static void
lie_stream(struct plot *plot)
{
	struct talk *t = plot->t;
	struct item own;
	struct stream stream = { some_place(plot, t->told), 0, t->line.items,
		0 };

	if (one_in(plot, 3) && own_item(plot, &own)) {
		t->line.sequence++;
		stream.items = &own;
		stream.item_count = 1;
	} else {
		write_at_other(plot);
		fixture_send(t->other, &t->line);
		stream.item_count = t->line.count;
	}
	stream.upto = some_place(plot, t->line.sequence);
	LIE(plot, FRAME_STREAM, stream, &stream);
	t->told = talk_status(t).cursor;
	if (t->line.sequence < t->told && t->told < INT64_MAX / 2)
		t->line.sequence = t->told;
}

static void
lie_filled(struct plot *plot)
{
	struct filled filled = {
		.dossier = some_dossier(plot),
		.upto = some_place(plot, plot->t->told),
		.state = (enum filled_state)below(plot, 4),
		.items = plot->t->line.items,
		.item_count = one_in(plot, 3) ? plot->t->line.count : 0,
		.count = below(plot, 3),
	};
	struct filleds filleds = { &filled, 1 };

	LIE(plot, FRAME_FILLED, filleds, &filleds);
}

static void
lie_fetched(struct plot *plot)
{
	uint64_t missing[2] = { 1 + some_dossier(plot) / 2, 99 };
	struct fetched fetched = { plot->t->line.items,
		one_in(plot, 2) ? plot->t->line.count : 0, missing,
		(uint32_t)below(plot, 3) };

	LIE(plot, FRAME_FETCHED, fetched, &fetched);
}

/* To what it sent last, or to what it never sent. */
static void
lie_answers(struct plot *plot)
{
	struct talk *t = plot->t;
	struct answers answers = { .received_ms = some_place(plot, t->now) };
	struct answer list[ITEMS];
	struct push push = { 0 };

	answers.answers = list;
	if (said_count(t, FRAME_PUSH) > 0)
		push = push_said(t, 0);
	for (uint32_t i = 0; i < push.commit_count && i < ITEMS; i++) {
		struct answer *answer = &list[answers.answer_count++];

		*answer = answer_to(t, push.commits[i],
		    one_in(plot, 3) ? (enum refusal)below(plot, 24)
				    : REFUSAL_NONE);
		note_answered(plot, answer->id);
		if (one_in(plot, 8))
			answer->digest[0] ^= 1;
		if (one_in(plot, 8) && answer->refusal == 0)
			answer->sequence = some_place(plot, 1);
	}
	LIE(plot, FRAME_ANSWER, answers, &answers);
}

static void
lie_proof(struct plot *plot)
{
	struct proof proof = { .cursor = some_place(plot, plot->t->told),
		.count = below(plot, 40) };

	LIE(plot, FRAME_PROOF, proof, &proof);
}

static void
lie_small(struct plot *plot)
{
	struct ping ping = { random_next(&plot->random),
		some_place(plot, plot->t->now) };
	struct goodbye goodbye = { (uint32_t)below(plot, 13),
		bytes_of_text("go") };
	struct offered offered = { plot->t->generation,
		some_place(plot, plot->t->told), (uint32_t)below(plot, 3),
		one_in(plot, 2) };
	struct certificate_message der = { bytes_of_text("no certificate") };

	switch (below(plot, 6)) {
	case 0:
		LIE(plot, FRAME_PING, ping, &ping);
		break;
	case 1:
		LIE(plot, FRAME_PONG, ping, &ping);
		break;
	case 2:
		LIE(plot, FRAME_GOODBYE, goodbye, &goodbye);
		break;
	case 3:
		LIE(plot, FRAME_OFFERED, offered, &offered);
		break;
	case 4:
		LIE(plot, FRAME_CERTIFICATE, certificate_message, &der);
		break;
	default: /* of a computer, or of nobody */
		LIE(plot, one_in(plot, 2) ? FRAME_HELLO : 77, ping, &ping);
		break;
	}
}

/* --- a life --------------------------------------------------------------- */

/* The line went down; it dials again, and the hub greets it well or not. */
static void
connect_again(struct plot *plot)
{
	talk_disconnect(plot->t);
	if (one_in(plot, 4))
		talk_restart(plot->t);
	talk_tick(plot->t, 1000 + below(plot, 4) * 3600 * 1000);
	talk_connect(plot->t);
	if (one_in(plot, 4))
		lie_welcome(plot);
	else
		talk_welcome(plot->t);
}

static void
lie_once(struct plot *plot)
{
	static void (*const lies[])(struct plot *) = { lie_stream, lie_stream,
		lie_stream, lie_answers, lie_answers, lie_answers, lie_filled,
		lie_filled, lie_fetched, lie_proof, lie_small, lie_welcome };

	lies[below(plot, sizeof(lies) / sizeof(lies[0]))](plot);
}

static void
live(uint64_t seed)
{
	struct plot *plot = calloc(1, sizeof(*plot));
	void *state = NULL;

	assert_non_null(plot);
	talk_begin(&state);
	plot->t = state;
	plot->seed = seed;
	plot->random = random_fork(seed, 3);
	talk_begin_session(plot->t);
	for (uint32_t i = 0; i < LIES; i++) {
		if (one_in(plot, 4))
			write_something(plot);
		if (plot->t->update.wish == ENGINE_HANG_UP || one_in(plot, 30))
			connect_again(plot);
		else
			lie_once(plot);
		expect_work_is_kept(plot);
	}
	assert_ok(ledger_each(plot->t->replica, 0, expect_open, plot->t, err));
	talk_end(&state);
	buffer_deinit(&plot->body);
	buffer_deinit(&plot->mutated);
	free(plot);
}

static uint64_t
number_of(const char *name, uint64_t fallback)
{
	const char *given = getenv(name);

	return given == NULL ? fallback : strtoull(given, NULL, 10);
}

static void
test_lying_hub_takes_no_work_away(void **state)
{
	uint64_t first = number_of("THROUGHLINE_SEED", 1);
	uint64_t lives = number_of("THROUGHLINE_RUNS", LIVES);

	(void)state;
	print_message("seeds %" PRIu64 " .. %" PRIu64 "\n", first,
	    first + lives - 1);
	for (uint64_t i = 0; i < lives; i++)
		live(first + i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lying_hub_takes_no_work_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
