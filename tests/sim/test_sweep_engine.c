/*
 * The allocation sweep of single frames to an engine.
 */
#include "tests/sim/sweep_talk.h"

enum {
	MANY = 150,
	CSR_BYTES = 3000
};

/* --- the hub says --------------------------------------------------------- */

static void
prepare_ping(struct scene *s)
{
	meet(s);
	SAYS(s, FRAME_PING, ping, (struct ping){ .token = 3 });
}

static void
verify_ping(struct scene *s)
{
	struct ping ping;

	HEARD(s->t, FRAME_PONG, ping, &ping);
	assert_int_equal(ping.token, 3);
}

static void
prepare_certificate(struct scene *s)
{
	meet(s);
	SAYS(s, FRAME_CERTIFICATE, certificate_message,
	    (struct certificate_message){ bytes_of_text("a certificate") });
}

static void
verify_certificate(struct scene *s)
{
	assert_true(
	    bytes_equal_text(s->t->update.certificate, "a certificate"));
}

static void
prepare_renew(struct scene *s)
{
	static uint8_t csr[CSR_BYTES];

	meet(s);
	assert_int_equal(engine_renew(s->t->engine,
			     (struct bytes){ csr, sizeof(csr) }, 0),
	    STATUS_OK);
}

static void
verify_renew(struct scene *s)
{
	struct certificate_message message;

	talk_disconnect(s->t);
	talk_connect(s->t);
	talk_welcome(s->t);
	HEARD(s->t, FRAME_RENEW, certificate_message, &message);
	assert_int_equal(message.der.size, CSR_BYTES);
}

static void
prepare_leave(struct scene *s)
{
	meet(s);
	engine_leave(s->t->engine);
}

static void
verify_leave(struct scene *s)
{
	talk_disconnect(s->t);
	talk_connect(s->t);
	talk_welcome(s->t);
	assert_int_equal(said_count(s->t, FRAME_LEAVE), 1);
}

/* --- own commits that are not here ---------------------------------------- */

/* As a computer that was restored hears of what it wrote. */
static void
prepare_lacking(struct scene *s)
{
	static struct item items[MANY];
	struct stream stream = { .items = items, .item_count = MANY };

	meet(s);
	stream.from = s->t->told;
	stream.upto = s->t->told + MANY;
	for (uint32_t i = 0; i < MANY; i++)
		items[i] = (struct item){ .sequence = s->t->told + i + 1,
			.id = identifier_make(1, 70000 + i),
			.received_ms = NOW_MS };
	SAYS(s, FRAME_STREAM, stream, stream);
}

static void
verify_lacking(struct scene *s)
{
	struct fetch fetch;

	talk_disconnect(s->t);
	talk_connect(s->t);
	talk_welcome(s->t);
	HEARD(s->t, FRAME_FETCH, fetch, &fetch);
	assert_int_equal(fetch.id_count, MANY);
}

static void
prepare_fetched(struct scene *s)
{
	static uint64_t missing[MANY / 2];

	if (!s->again) {
		prepare_lacking(s);
		talk_step(s->t, ENGINE_RECEIVED, buffer_view(&s->bytes));
		buffer_clear(&s->bytes);
		s->t->told += MANY;
	} else {
		meet(s);
	}
	for (uint32_t i = 0; i < MANY / 2; i++)
		missing[i] = identifier_make(1, 70000 + i);
	SAYS(s, FRAME_FETCHED, fetched,
	    (struct fetched){ .missing = missing, .missing_count = MANY / 2 });
}

static void
verify_fetched(struct scene *s)
{
	struct fetch fetch;

	talk_disconnect(s->t);
	talk_connect(s->t);
	talk_welcome(s->t);
	HEARD(s->t, FRAME_FETCH, fetch, &fetch);
	assert_int_equal(fetch.id_count, MANY - MANY / 2);
}

/* --- what waits ----------------------------------------------------------- */

static void
prepare_push(struct scene *s)
{
	if (!s->again)
		for (uint32_t i = 0; i < MANY; i++)
			(void)fixture_pupil(s->t->replica, "Lane", OAK);
	meet(s);
}

/* Its clock was wrong: all go again with new stamps. */
static void
prepare_answers(struct scene *s)
{
	struct answers answers = { .received_ms = NOW_MS };
	struct push push;

	if (!s->again) {
		assert_ok(replica_meta_set(s->t->replica, "batch_bytes",
		    LIMIT_BATCH_BYTES, err));
		for (uint32_t i = 0; i < MANY; i++)
			(void)fixture_pupil(s->t->replica, "Lane", OAK);
	}
	talk_connect(s->t);
	push = push_said(s->t, 0);
	talk_welcome(s->t);
	answers.answer_count = push.commit_count;
	answers.answers = arena_array(&s->t->arena, push.commit_count,
	    sizeof(answers.answers[0]));
	for (uint32_t i = 0; i < push.commit_count; i++)
		answers.answers[i] =
		    answer_to(s->t, push.commits[i], REFUSAL_CLOCK);
	SAYS(s, FRAME_ANSWER, answers, answers);
}

static void
verify_waiting(struct scene *s)
{
	assert_int_equal(talk_status(s->t).waiting, MANY);
	assert_int_equal(talk_status(s->t).aside, 0);
}

/* A file was passed on while work in it waits: no place behind is confirmed. */
static void
prepare_frozen(struct scene *s)
{
	struct talk *t = s->t;
	struct dossier dossier;
	uint64_t pupil;

	meet(s);
	if (!s->again) {
		pupil = fixture_pupil(t->replica, "Lane", OAK);
		(void)fixture_update(t->replica, pupil, pupil, "surname",
		    "Moss", NULL);
		assert_ok(dossier_get(t->replica, pupil, &dossier, err));
		dossier.state = DOSSIER_FROZEN;
		dossier.frozen = t->told + 1;
		assert_ok(replica_begin(t->replica, err));
		assert_ok(dossier_put(t->replica, &dossier, err));
		assert_ok(replica_commit(t->replica, err));
		(void)fixture_term(t->other, "term");
		(void)fixture_term(t->other, "term");
		fixture_send(t->other, &t->line);
	}
	SAYS(s, FRAME_STREAM, stream,
	    (struct stream){ t->told, t->line.sequence, t->line.items,
		t->line.count });
}

static void
verify_frozen(struct scene *s)
{
	struct confirm confirm;

	talk_disconnect(s->t);
	talk_connect(s->t);
	s->t->told = s->t->line.sequence;
	talk_welcome(s->t);
	(void)fixture_term(s->t->other, "term");
	talk_stream(s->t);
	HEARD(s->t, FRAME_CONFIRM, confirm, &confirm);
	assert_int_equal(confirm.cursor, s->t->told);
	assert_int_equal(confirm.confirmed, 0);
}

/* --- a hub that was restored ---------------------------------------------- */

/* It knows nothing of what this computer has places for. */
static void
meet_restored(struct scene *s, bool collects)
{
	struct talk *t = s->t;
	struct generation generations[] = { { GENERATION, 0 },
		{ GENERATION + 1, 0 } };
	struct welcome welcome;

	talk_connect(t);
	welcome = welcome_of(t);
	welcome.generations = generations;
	welcome.generation_count = 2;
	welcome.start = 0;
	welcome.head = 0;
	welcome.collecting = collects;
	welcome.offer = collects;
	SAYS(s, FRAME_WELCOME, welcome, welcome);
}

static void
hold_some(struct scene *s)
{
	struct talk *t = s->t;

	talk_begin_session(t);
	for (uint32_t i = 0; i < 40; i++)
		(void)fixture_term(t->other, "term");
	talk_stream(t);
	talk_disconnect(t);
	t->generation = GENERATION + 1;
}

static void
prepare_offer(struct scene *s)
{
	if (!s->again)
		hold_some(s);
	meet_restored(s, true);
}

static void
verify_offer(struct scene *s)
{
	struct offer offer;

	HEARD(s->t, FRAME_OFFER, offer, &offer);
	assert_int_equal(offer.item_count, 40);
	assert_true(talk_status(s->t).offering);
}

static void
prepare_offered(struct scene *s)
{
	prepare_offer(s);
	talk_step(s->t, ENGINE_RECEIVED, buffer_view(&s->bytes));
	buffer_clear(&s->bytes);
	SAYS(s, FRAME_OFFERED, offered,
	    (struct offered){ .generation = GENERATION,
		.upto = 40,
		.end = true });
}

static void
verify_offered(struct scene *s)
{
	assert_int_equal(talk_meta(s->t, "offered_sequence"), 40);
	assert_false(talk_status(s->t).offering);
}

/* All have offered, and yet the stream does not bring it. */
static void
prepare_ask(struct scene *s)
{
	if (!s->again)
		hold_some(s);
	meet_restored(s, false);
}

static void
verify_ask(struct scene *s)
{
	struct fetch fetch;

	HEARD(s->t, FRAME_FETCH, fetch, &fetch);
	assert_int_equal(fetch.id_count, 40);
}

/* --- all of them ---------------------------------------------------------- */

int
main(void)
{
	static const struct trial trials[] = {
		{ "ping", prepare_ping, verify_ping },
		{ "certificate", prepare_certificate, verify_certificate },
		{ "renew", prepare_renew, verify_renew },
		{ "leave", prepare_leave, verify_leave },
		{ "lacking", prepare_lacking, verify_lacking },
		{ "fetched", prepare_fetched, verify_fetched },
		{ "push", prepare_push, verify_waiting },
		{ "answers", prepare_answers, verify_waiting },
		{ "frozen", prepare_frozen, verify_frozen },
		{ "offer", prepare_offer, verify_offer },
		{ "offered", prepare_offered, verify_offered },
		{ "ask", prepare_ask, verify_ask },
	};

	return sweep_trials(trials, sizeof(trials) / sizeof(trials[0]));
}
