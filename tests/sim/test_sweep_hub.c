/*
 * The allocation sweep of what sites ask of a hub, and of what it does by
 * itself.
 */
#include "tests/sim/sweep_trial.h"

/* --- what is asked of the hub --------------------------------------------- */

static enum status
issue(void *context, uint32_t site, struct bytes csr, struct buffer *out,
    struct error *err)
{
	bool held = memory_hold(true);
	enum status status = buffer_append(out, csr);

	(void)context;
	(void)site;
	(void)memory_hold(held);
	if (status != STATUS_OK)
		return error_set(err, status, "issue");
	return status;
}

static void
prepare_renew(struct scene *s)
{
	s->f.hub->options.issue = issue;
	(void)greet(&s->f, 1, 0);
	SAYS(s, 1, FRAME_RENEW, certificate_message,
	    (struct certificate_message){ text("a request") });
}

static void
verify_renew(struct scene *s)
{
	struct certificate_message message;
	struct fixture *f = &s->f;

	OK(message_certificate_message_decode(heard(s, FRAME_CERTIFICATE)->body,
	    &f->arena, &message, &f->err));
	assert_true(bytes_equal_text(message.der, "a request"));
}

static void
prepare_ping(struct scene *s)
{
	(void)greet(&s->f, 1, 0);
	SAYS(s, 1, FRAME_PING, ping, (struct ping){ .token = 9 });
}

static void
verify_ping(struct scene *s)
{
	struct fixture *f = &s->f;
	struct ping ping;

	OK(message_ping_decode(heard(s, FRAME_PONG)->body, &f->arena, &ping,
	    &f->err));
	assert_int_equal(ping.token, 9);
}

static void
prepare_drop(struct scene *s)
{
	uint64_t grant = grant_of(&s->f, OAK, s->passed_on).id;

	(void)greet(&s->f, 1, 0);
	SAYS(s, 1, FRAME_DROP, drop, (struct drop){ grant });
}

static void
verify_drop(struct scene *s)
{
	assert_int_not_equal(grant_of(&s->f, OAK, s->passed_on).closed, 0);
}

static void
prepare_leave(struct scene *s)
{
	struct fixture *f = &s->f;
	struct buffer body = { 0 };
	struct site site;

	OK(sites_get(f->replica, 3, &site, &f->err));
	s->done = site.revoked;
	if (s->done)
		return;
	(void)greet(&s->f, 3, 0);
	assert_int_equal(buffer_append(&body, text("\x90")), STATUS_OK);
	s->site = 3;
	add_frame(&s->f, &s->bytes, FRAME_LEAVE, &body);
	buffer_deinit(&body);
}

static void
verify_leave(struct scene *s)
{
	struct fixture *f = &s->f;
	struct site site;

	OK(sites_get(f->replica, 3, &site, &f->err));
	assert_true(site.revoked);
	if (!s->done)
		assert_int_equal(goodbye_in(f, s->taken), GOODBYE_DONE);
}

static void
prepare_fetch(struct scene *s)
{
	uint64_t ids[] = { s->passed_on, s->kept, 12345 };

	(void)greet(&s->f, 1, 0);
	SAYS(s, 1, FRAME_FETCH, fetch, (struct fetch){ ids, 3 });
}

static void
verify_fetch(struct scene *s)
{
	struct fixture *f = &s->f;
	struct fetched fetched;

	OK(message_fetched_decode(heard(s, FRAME_FETCHED)->body, &f->arena,
	    &fetched, &f->err));
	assert_int_equal(fetched.item_count, 2);
	assert_int_equal(fetched.missing_count, 1);
}

/* Up to a place in the middle, so that the hub has to count. */
static void
prepare_fill(struct scene *s)
{
	struct dossier dossier;
	struct fixture *f = &s->f;
	struct fill fills[] = { { s->kept, 0, 0 }, { 4711, 0, 9 } };

	(void)greet(f, 1, 0);
	OK(dossier_get(f->replica, s->kept, &dossier, &f->err));
	fills[0].to = dossier.last - 1;
	SAYS(s, 1, FRAME_FILL, fills, (struct fills){ fills, 2 });
}

static void
verify_fill(struct scene *s)
{
	struct fixture *f = &s->f;
	struct filleds filleds;

	OK(message_filleds_decode(heard(s, FRAME_FILLED)->body, &f->arena,
	    &filleds, &f->err));
	assert_int_equal(filleds.filled_count, 2);
	assert_int_equal(filleds.filleds[0].state, FILLED_DONE);
	assert_int_equal(filleds.filleds[0].count, NOTES);
	assert_int_equal(filleds.filleds[1].state, FILLED_ENDED);
}

/* Who said that something waits, and now has nothing. */
static void
prepare_prove(struct scene *s)
{
	struct fixture *f = &s->f;
	struct hello hello = hello_of(f, 1, 0);
	struct buffer body = { 0 };

	hello.health.pending = 3;
	connect_site(f, 1);
	OK(message_hello_encode(&hello, &body, &f->err));
	(void)exchange(f, 1, FRAME_HELLO, &body);
	OK(message_confirm_encode(&(struct confirm){ head_of(f), head_of(f),
				      0 },
	    &body, &f->err));
	(void)exchange(f, 1, FRAME_CONFIRM, &body);
	SAYS(s, 1, FRAME_PROVE, proof, (struct proof){ .cursor = head_of(f) });
}

static void
verify_prove(struct scene *s)
{
	struct fixture *f = &s->f;
	struct site_state known;

	(void)heard(s, FRAME_PROOF);
	OK(sites_get_state(f->replica, 1, &known, &f->err));
	assert_int_equal(known.pending, 0);
}

/* --- what is written ------------------------------------------------------ */

static void
prepare_redact(struct scene *s)
{
	struct build b = build(&s->f, 1, s->kept);

	build_new(&b, "redaction");
	build_id(&b, "change", s->note);
	build_text(&b, "reason", "wrong_child");
	say_push(s, &b);
}

static void
verify_redact(struct scene *s)
{
	struct fixture *f = &s->f;
	struct ledger_row row;

	expect_taken(s);
	OK(ledger_get(f->replica, s->note, &row, &f->err));
	assert_true(row.redacted);
}

/* By somebody who is not of its staff. */
static void
prepare_author(struct scene *s)
{
	struct build b = build_pupil(&s->f, 1);

	b.commit.author = s->kept;
	say_push(s, &b);
}

static void
verify_author(struct scene *s)
{
	expect_refusal(s, REFUSAL_AUTHOR);
}

/* A deletion tells which heads it saw. */
static void
prepare_delete(struct scene *s)
{
	struct build b = build(&s->f, 1, s->kept);
	uint8_t seen[8];

	for (int i = 0; i < 8; i++)
		seen[i] = (uint8_t)(s->note >> (56 - 8 * i));
	build_change(&b, "note", s->note);
	build_value(&b, COLUMN_DELETED,
	    value_blob((struct bytes){ seen, sizeof(seen) }));
	say_push(s, &b);
}

static void
verify_delete(struct scene *s)
{
	expect_taken(s);
	assert_int_equal(last_record(&s->f, "note", s->kept) == s->note, false);
}

/* What is filled once; filled already. */
static void
prepare_once(struct scene *s)
{
	struct fixture *f = &s->f;
	struct build b = build(f, 4, 0);
	struct site site;

	OK(sites_get(f->replica, 4, &site, &f->err));
	build_change(&b, "site", site.record);
	build_value(&b, "device", value_blob(text("another")));
	say_push(s, &b);
}

static void
verify_once(struct scene *s)
{
	expect_refusal(s, REFUSAL_STALE);
}

/* A number that is used, again and again. */
static void
prepare_reused(struct scene *s)
{
	struct fixture *f = &s->f;
	struct build b = build_pupil(f, 1);

	b.commit.id = s->kept;
	b.commit.dossier = s->kept;
	b.changes[0].record = s->kept;
	build_text(&b, "middle_names", "Jay");
	for (int i = 0; i < 12; i++)
		OK(counters_add(f->replica, 1, "alarm.reused", &f->err));
	say_push(s, &b);
}

static void
verify_reused(struct scene *s)
{
	expect_refusal(s, REFUSAL_REUSED);
	assert_int_equal(goodbye_in(&s->f, s->taken), GOODBYE_COPIED);
}

static void
prepare_not_ours(struct scene *s)
{
	struct fixture *f = &s->f;
	struct build b = build(f, 2, f->schools[ELM]);
	struct field_write *write;

	s->done = value_of(f, s->sent, "open_transfer").type == VALUE_NULL;
	if (s->done)
		return;
	build_change(&b, "envelope",
	    last_record(f, "envelope", f->schools[ELM]));
	write = build_text(&b, "state", "not_ours");
	write->values[write->value_count++] =
	    (struct column_value){ text("reason"), value_c_text("Moved away") };
	say_push(s, &b);
}

static void
verify_not_ours(struct scene *s)
{
	expect_taken(s);
	assert_int_equal(value_of(&s->f, s->sent, "open_transfer").type,
	    VALUE_NULL);
}

/* --- computers, schools, counters ----------------------------------------- */

static void
prepare_nothing(struct scene *s)
{
	s->count = 0;
}

static enum status
try_computers(struct scene *s, struct error *err)
{
	struct fixture *f = &s->f;
	struct hub_options options = fixture_options(f);
	struct hub_writer writer;
	uint32_t number = 0;
	enum status status;

	status = hub_writer_init(&writer, f->replica, &options.mark_key, f->now,
	    1, err);
	if (status == STATUS_OK)
		status = sites_take_number(&writer, &number, err);
	if (status == STATUS_OK)
		status = sites_register(&writer, number, f->schools[YEW],
		    text("one more"), text("serial"), err);
	if (status == STATUS_OK)
		status = sites_rename(&writer, number, text("renamed"), err);
	if (status == STATUS_OK)
		status = sites_set_serial(&writer, number, text("new"), err);
	if (status == STATUS_OK)
		status = sites_revoke(&writer, number, "lost", err);
	if (status == STATUS_OK)
		status = sites_skip_numbers(&writer, err);
	return status;
}

static void
verify_computers(struct scene *s)
{
	struct fixture *f = &s->f;
	struct site site;

	OK(sites_get_by_serial(f->replica, text("new"), &site, &f->err));
	assert_true(site.revoked);
	assert_string_equal(site.name, "renamed");
}

static enum status
try_school(struct scene *s, struct error *err)
{
	struct fixture *f = &s->f;
	struct hub_options options = fixture_options(f);
	struct column_text columns[] = { { "name", text("Fir") },
		{ "phase", text("infant") } };
	struct hub_writer writer;
	uint64_t school = 0;
	enum status status;

	status = hub_writer_init(&writer, f->replica, &options.mark_key, f->now,
	    1, err);
	if (status == STATUS_OK)
		status = hub_write_school(&writer, 0, columns, 2, &school, err);
	if (status == STATUS_OK)
		status = hub_write_school_remove(&writer, school, err);
	s->count = school;
	return status;
}

static void
verify_school(struct scene *s)
{
	expect_text(&s->f, s->count, "member", "N");
}

static bool
count_counter(void *context, uint32_t site, struct bytes name, uint64_t count)
{
	struct scene *s = context;

	(void)site;
	(void)name;
	s->count += count;
	return true;
}

static enum status
try_counters(struct scene *s, struct error *err)
{
	enum status status;

	s->count = 0;
	status = counters_add(s->f.replica, 1, "one", err);
	if (status == STATUS_OK)
		status = counters_each(s->f.replica, count_counter, s, err);
	return status;
}

static void
verify_counters(struct scene *s)
{
	assert_true(s->count >= 1);
}

/* --- another process wrote ------------------------------------------------ */

static void
write_beside(struct scene *s, uint32_t revoked)
{
	struct fixture *f = &s->f;
	struct replica_options options = { .path = f->path,
		.kind = REPLICA_HUB };
	struct hub_options hub_options = fixture_options(f);
	struct replica *beside = NULL;
	struct hub_writer writer;

	OK(replica_open(&options, &beside, &f->err));
	OK(hub_writer_init(&writer, beside, &hub_options.mark_key, f->now, 1,
	    &f->err));
	OK(sites_revoke(&writer, revoked, "lost", &f->err));
	replica_close(beside);
}

static void
prepare_revoked(struct scene *s)
{
	struct fixture *f = &s->f;

	for (uint32_t i = 1; i <= 2; i++)
		(void)greet(f, i, 0);
	write_beside(s, 3);
	s->site = 1;
}

static enum status
try_tick(struct scene *s, struct error *err)
{
	return hub_tick(s->f.hub, s->f.now, err);
}

static void
verify_tick(struct scene *s)
{
	struct fixture *f = &s->f;
	struct site site;

	OK(sites_get(f->replica, 3, &site, &f->err));
	assert_true(site.revoked);
}

static const struct trial trials[] = {
	{ "renew", prepare_renew, say_it, verify_renew },
	{ "ping", prepare_ping, say_it, verify_ping },
	{ "drop", prepare_drop, say_it, verify_drop },
	{ "leave", prepare_leave, say_it, verify_leave },
	{ "fetch", prepare_fetch, say_it, verify_fetch },
	{ "fill", prepare_fill, say_it, verify_fill },
	{ "prove", prepare_prove, say_it, verify_prove },
	{ "author", prepare_author, say_it, verify_author },
	{ "redact", prepare_redact, say_it, verify_redact },
	{ "delete", prepare_delete, say_it, verify_delete },
	{ "once", prepare_once, say_it, verify_once },
	{ "reused", prepare_reused, say_it, verify_reused },
	{ "not-ours", prepare_not_ours, say_it, verify_not_ours },
	{ "computers", prepare_nothing, try_computers, verify_computers },
	{ "school", prepare_nothing, try_school, verify_school },
	{ "counters", prepare_nothing, try_counters, verify_counters },
	{ "revoked", prepare_revoked, try_tick, verify_tick },
	{ NULL, NULL, NULL, NULL },
};

int
main(void)
{
	return sweep_trials(trials);
}
