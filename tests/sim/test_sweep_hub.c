/*
 * The allocation sweep of single frames and calls to a hub: whatever lacks
 * memory, or a statement that fails, is told as NOMEM and leaves no
 * transaction; those who had a part in the turn come again and say the same,
 * and then it is done.
 */
#include "tests/sim/disk.h"
#include "tests/sim/sweep.h"
#include "tests/unit/server/domain.h"

#include "server/core/hub_state.h"
#include "server/core/recovery.h"

enum {
	RUNS_MOST = 2, /* of each sweep, when not all are asked for */
	NOTES = 3
};

struct scene {
	struct fixture f;
	uint32_t site;         /* that speaks */
	struct buffer bytes;   /* what it says */
	struct buffer heard;   /* what it hears */
	struct replies *taken; /* apart */
	uint64_t former;       /* generation */
	uint64_t passed_on;    /* pupils */
	uint64_t sent;
	uint64_t kept;
	uint64_t note;
	struct item offered[2];
	uint64_t count;
	bool again; /* it failed once */
	bool done;  /* though that was told, it was stored */
};

struct trial {
	const char *name;
	void (*prepare)(struct scene *s); /* with memory */
	enum status (*attempt)(struct scene *s, struct error *err);
	void (*verify)(struct scene *s);
};

struct run {
	struct scene *scene;
	const struct trial *trial;
};

/* --- a run ---------------------------------------------------------------- */

static void
part_all(struct scene *s)
{
	for (uint32_t i = 0; i < SITES; i++)
		if (s->f.sessions[i] != NULL)
			disconnect_site(&s->f, i);
	buffer_clear(&s->bytes);
	buffer_clear(&s->heard);
}

static void
run_trial(void *context)
{
	struct run *run = context;
	struct scene *s = run->scene;
	struct fixture *f = &s->f;
	enum status status;

	run->trial->prepare(s);
	(void)memory_hold(false);
	status = run->trial->attempt(s, &f->err);
	(void)memory_hold(true);
	if (status == STATUS_OK)
		return;
	if (status != STATUS_NOMEM || memory_failures() == 0)
		fixture_ok(status, 0, run->trial->name, &f->err);
	assert_false(replica_in_transaction(f->replica));
	memory_off();
	part_all(s);
	s->again = true;
	run->trial->prepare(s);
	if (s->done)
		return;
	status = run->trial->attempt(s, &f->err);
	/* FTS5 of SQLite 3.40 takes what it did not get to read for damage,
	 * until it has been rolled back once more. */
	if (status == STATUS_CORRUPT) {
		part_all(s);
		run->trial->prepare(s);
		status = run->trial->attempt(s, &f->err);
	}
	fixture_ok(status, 0, run->trial->name, &f->err);
}

static void
take_apart(struct scene *s)
{
	struct fixture *f = &s->f;
	struct bytes view = buffer_view(&s->heard);
	struct buffer scratch = { 0 };
	struct frame frame;

	s->taken = calloc(1, sizeof(*s->taken));
	assert_non_null(s->taken);
	while (view.size > 0) {
		OK(frame_read(&view, f->codec, &scratch, &frame, &f->err));
		s->taken->list[s->taken->count].type = frame.type;
		s->taken->list[s->taken->count++].body =
		    fixture_copy(f, frame.body);
	}
	buffer_deinit(&scratch);
}

static void
verify_trial(void *context)
{
	struct run *run = context;
	struct scene *s = run->scene;

	assert_false(replica_in_transaction(s->f.replica));
	take_apart(s);
	run->trial->verify(s);
	free(s->taken);
	part_all(s);
	buffer_deinit(&s->bytes);
	buffer_deinit(&s->heard);
	fixture_close(&s->f);
}

/* --- frames --------------------------------------------------------------- */

/* SAYS(s, 1, FRAME_DROP, drop, { grant }) */
#define SAYS(s, number, type, name, ...)                                       \
	do {                                                                   \
		struct buffer says_body = { 0 };                               \
		(s)->site = (number);                                          \
		fixture_ok(message_##name##_encode(&(__VA_ARGS__), &says_body, \
			       &(s)->f.err),                                   \
		    __LINE__, #name, &(s)->f.err);                             \
		add_frame(&(s)->f, &(s)->bytes, type, &says_body);             \
		buffer_deinit(&says_body);                                     \
	} while (0)

static enum status
hear_all(struct scene *s, struct error *err)
{
	struct fixture *f = &s->f;
	enum status status = STATUS_OK;
	size_t before;

	do {
		before = s->heard.size;
		status = hub_output(f->hub, f->sessions[s->site], 0, &s->heard,
		    f->now, err);
	} while (status == STATUS_OK && s->heard.size > before);
	return status;
}

/* The frames, the end of the turn, and what is answered. */
static enum status
say_it(struct scene *s, struct error *err)
{
	struct fixture *f = &s->f;
	enum status status;

	status = hub_receive(f->hub, f->sessions[s->site],
	    buffer_view(&s->bytes), f->now, err);
	if (status == STATUS_OK)
		status = hub_end_turn(f->hub, f->now, err);
	if (status == STATUS_OK)
		status = hear_all(s, err);
	return status;
}

static const struct reply *
heard(struct scene *s, enum frame_type type)
{
	const struct reply *reply = find_reply(s->taken, type);

	assert_non_null(reply);
	return reply;
}

static void
say_push(struct scene *s, struct build *b)
{
	struct bytes commit = build_bytes(b);
	uint32_t site = identifier_site(b->commit.id);

	(void)greet(&s->f, site, 0);
	SAYS(s, site, FRAME_PUSH, push,
	    (struct push){ .commits = &commit, .commit_count = 1 });
}

static void
expect_refusal(struct scene *s, enum refusal refusal)
{
	struct answer answers[COMMITS];

	if (s->done)
		return;
	assert_int_equal(answers_in(&s->f, s->taken, answers), 1);
	assert_int_equal(answers[0].refusal, refusal);
}

static void
expect_taken(struct scene *s)
{
	expect_refusal(s, REFUSAL_NONE);
}

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

/* --- a hub that was restored ---------------------------------------------- */

static void
begin_recovery(struct scene *s)
{
	struct fixture *f = &s->f;

	part_all(s);
	f->now += 1000;
	f->hub->writer.now_ms = f->now;
	OK(replica_begin(f->replica, &f->err));
	OK(recovery_begin(&f->hub->writer, f->now, &f->err));
	OK(replica_commit(f->replica, &f->err));
	OK(hub_tick(f->hub, f->now, &f->err));
}

static struct item
item_of(struct scene *s, struct bytes commit, uint64_t id, uint64_t sequence)
{
	struct hub_options options = fixture_options(&s->f);
	struct item item = { .sequence = sequence,
		.received_ms = s->f.now,
		.id = id,
		.commit = commit,
		.digest = digest_of(commit) };

	item.mark =
	    mark_make(&options.mark_key, id, &item.digest, s->former, sequence);
	return item;
}

/* A child, and the close of a grant whose cause nobody holds. */
static void
prepare_offer(struct scene *s)
{
	struct fixture *f = &s->f;
	struct grant grant = grant_of(f, OAK, s->passed_on);
	struct build pupil = build_pupil(f, 1);
	struct build close = build(f, 0, f->schools[OAK]);

	close.commit.id = grant.id + 500;
	build_change(&close, "grant", grant.id);
	build_text(&close, "kind", "previous");
	build_id(&close, "closed", 800);
	begin_recovery(s);
	s->offered[0] = item_of(s, build_bytes(&pupil), pupil.commit.id, 900);
	s->offered[1] = item_of(s, build_bytes(&close), close.commit.id, 901);
	s->kept = pupil.commit.id;
	for (uint32_t i = 2; i < SITES; i++)
		OK(recovery_set_offerer(f->replica, i, OFFERER_EXCUSED,
		    &f->err));
	(void)greet(f, 1, 0);
	SAYS(s, 1, FRAME_OFFER, offer,
	    (struct offer){ .generation = s->former,
		.items = s->offered,
		.item_count = 2,
		.end = true });
}

static void
verify_offer(struct scene *s)
{
	struct fixture *f = &s->f;
	struct ledger_row row;
	bool restored, collecting;

	OK(recovery_get(f->replica, &restored, &collecting, &f->err));
	assert_false(collecting);
	OK(ledger_get(f->replica, s->kept, &row, &f->err));
	assert_int_equal(goodbye_in(f, s->taken), GOODBYE_STOPPING);
	assert_int_not_equal(grant_of(f, OAK, s->passed_on).closed, 0);
}

static void
prepare_stranger(struct scene *s)
{
	begin_recovery(s);
	s->site = 0;
}

/* In, and out again: it has said nothing. */
static enum status
try_stranger(struct scene *s, struct error *err)
{
	struct fixture *f = &s->f;
	enum status status;

	status = hub_connect_stranger(f->hub, 77, f->now, NULL, &f->sessions[0],
	    err);
	if (status == STATUS_OK)
		status = hub_part_revoked(f->hub, err);
	return status;
}

static void
verify_stranger(struct scene *s)
{
	assert_non_null(s->f.sessions[0]);
	assert_int_equal(session_site(s->f.sessions[0]), 77);
	assert_int_equal(s->f.hung_up, 0);
}

/* All are excused by the command line, and the hub notices. */
static void
prepare_excused(struct scene *s)
{
	struct fixture *f = &s->f;

	if (!s->again)
		begin_recovery(s);
	for (uint32_t i = 1; i < SITES; i++)
		OK(recovery_set_offerer(f->replica, i, OFFERER_EXCUSED,
		    &f->err));
	f->hub->recovery_looked = false;
}

static void
verify_excused(struct scene *s)
{
	assert_false(s->f.hub->collecting);
	assert_int_equal(counted(&s->f, 0, "recovered"), 1);
}

/* --- all of them ---------------------------------------------------------- */

static const struct trial trials[] = {
	{ "renew", prepare_renew, say_it, verify_renew },
	{ "ping", prepare_ping, say_it, verify_ping },
	{ "drop", prepare_drop, say_it, verify_drop },
	{ "leave", prepare_leave, say_it, verify_leave },
	{ "fetch", prepare_fetch, say_it, verify_fetch },
	{ "fill", prepare_fill, say_it, verify_fill },
	{ "redact", prepare_redact, say_it, verify_redact },
	{ "delete", prepare_delete, say_it, verify_delete },
	{ "once", prepare_once, say_it, verify_once },
	{ "reused", prepare_reused, say_it, verify_reused },
	{ "not-ours", prepare_not_ours, say_it, verify_not_ours },
	{ "computers", prepare_nothing, try_computers, verify_computers },
	{ "school", prepare_nothing, try_school, verify_school },
	{ "counters", prepare_nothing, try_counters, verify_counters },
	{ "revoked", prepare_revoked, try_tick, verify_tick },
	{ "offer", prepare_offer, say_it, verify_offer },
	{ "stranger", prepare_stranger, try_stranger, verify_stranger },
	{ "excused", prepare_excused, try_tick, verify_excused },
};

static void
add_note(struct scene *s)
{
	struct build b = build(&s->f, 1, s->kept);

	s->note = build_new(&b, "note");
	build_text(&b, "category", "pastoral");
	build_text(&b, "happened_on", "2026-07-01");
	build_text(&b, "text", "Likes the library.");
	assert_int_equal(offer(&b), REFUSAL_NONE);
}

/* Children who stay, who moved, and who is about to. */
static void
open_scene(struct scene *s)
{
	struct fixture *f = &s->f;
	struct build device;
	struct site site;

	disk_vfs_register();
	(void)disk_create("hub");
	snprintf(f->folder, sizeof(f->folder), "hub");
	fixture_open(f);
	OK(replica_meta_get(f->replica, "generation", 0, &s->former, &f->err));
	s->passed_on = add_pupil(f, 1);
	pass_on(f, 1, 2, s->passed_on);
	s->sent = add_pupil(f, 1);
	(void)open_transfer(f, 1, s->sent, ELM);
	s->kept = add_pupil(f, 1);
	for (int i = 0; i < NOTES; i++)
		add_note(s);
	device = build(f, 4, 0);
	OK(sites_get(f->replica, 4, &site, &f->err));
	build_change(&device, "site", site.record);
	build_value(&device, "device", value_blob(text("a key")));
	assert_int_equal(offer(&device), REFUSAL_NONE);
	part_all(s);
	f->hung_up = 0;
}

int
main(void)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	open_scene(s);
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
		struct run run = { s, &trials[i] };

		sweep_memory(trials[i].name, RUNS_MOST, run_trial, verify_trial,
		    &run);
	}
	part_all(s);
	buffer_deinit(&s->bytes);
	buffer_deinit(&s->heard);
	fixture_close(&s->f);
	free(s);
	disk_destroy(disk_find("hub"));
	return sweep_finish();
}
