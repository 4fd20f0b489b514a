/*
 * The allocation sweep of a hub that was restored.
 */
#include "tests/sim/sweep_trial.h"

static enum status
try_tick(struct scene *s, struct error *err)
{
	return hub_tick(s->f.hub, s->f.now, err);
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

/* When the first try was stored after all, those of the second are others. */
static uint64_t
orphan_id(const struct scene *s, uint64_t number)
{
	return identifier_make(SITE_HUB,
	    (s->again ? 8000000 : 7000000) + number);
}

static struct item
orphan(struct scene *s, struct build *b, uint64_t number)
{
	b->commit.id = orphan_id(s, number);
	return item_of(s, build_bytes(b), b->commit.id, 900 + number);
}

/* What nothing completes: a revocation, a freeze, a record; and a copy that
 * was redacted. */
static void
prepare_orphans(struct scene *s)
{
	struct fixture *f = &s->f;
	struct grant grant = grant_of(f, OAK, s->kept);
	struct build revoked = build(f, 0, 0), name = build(f, 0, 0);
	struct build freeze = build(f, 0, f->schools[OAK]);
	struct build dropped = build(f, 1, s->kept);
	struct item items[4];

	build_change(&revoked, "site", 4711);
	build_text(&revoked, "revoked_on", "2026-11-01T09:00:00Z");
	build_change(&name, "school", 4712);
	build_text(&name, "name", "Rowan");
	build_change(&freeze, "grant", grant.id);
	build_text(&freeze, "kind", "previous");
	build_id(&freeze, "frozen", 800);
	build_new(&dropped, "contact");
	build_null(&dropped, "surname");
	dropped.changes[0].redacted = true;
	begin_recovery(s);
	items[0] = orphan(s, &revoked, 0);
	items[1] = orphan(s, &name, 1);
	items[2] = orphan(s, &freeze, 2);
	items[3] = item_of(s, build_bytes(&dropped), dropped.commit.id, 903);
	items[3].redacted = true;
	for (uint32_t i = 2; i < SITES; i++)
		OK(recovery_set_offerer(f->replica, i, OFFERER_EXCUSED,
		    &f->err));
	(void)greet(f, 1, 0);
	SAYS(s, 1, FRAME_OFFER, offer,
	    (struct offer){ s->former, items, 4, true });
}

static void
verify_orphans(struct scene *s)
{
	struct fixture *f = &s->f;
	struct ledger_row row;

	OK(ledger_get(f->replica, orphan_id(s, 0), &row, &f->err));
	assert_int_not_equal(counted(f, SITE_HUB, "alarm.freeze"), 0);
	assert_int_not_equal(counted(f, SITE_HUB, "alarm.offered"), 0);
	assert_false(f->hub->collecting);
}

static void
prepare_begin(struct scene *s)
{
	if (!s->again)
		s->count = s->f.hub->writer.generation;
}

static enum status
try_begin(struct scene *s, struct error *err)
{
	struct replica *replica = s->f.replica;
	enum status status;

	status = replica_begin(replica, err);
	if (status == STATUS_OK)
		status = recovery_begin(&s->f.hub->writer, 1, err);
	if (status == STATUS_OK)
		return replica_commit(replica, err);
	replica_rollback(replica);
	return status;
}

static void
verify_begin(struct scene *s)
{
	bool restored, collecting;
	struct fixture *f = &s->f;

	OK(recovery_get(f->replica, &restored, &collecting, &f->err));
	assert_true(restored && collecting);
	assert_true(f->hub->writer.generation > s->count);
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

static const struct trial trials[] = {
	{ "offer", prepare_offer, say_it, verify_offer },
	{ "orphans", prepare_orphans, say_it, verify_orphans },
	{ "begin", prepare_begin, try_begin, verify_begin },
	{ "stranger", prepare_stranger, try_stranger, verify_stranger },
	{ "excused", prepare_excused, try_tick, verify_excused },
	{ NULL, NULL, NULL, NULL },
};

int
main(void)
{
	return sweep_trials(trials);
}
