/*
 * A scene at a hub, and what sites say in it.
 */
#ifndef TESTS_SIM_SWEEP_SCENE_H
#define TESTS_SIM_SWEEP_SCENE_H

#include "tests/sim/disk.h"
#include "tests/sim/sweep.h"
#include "tests/unit/server/domain.h"

#include "server/core/hub_state.h"
#include "server/core/recovery.h"

enum {
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

static inline void
part_all(struct scene *s)
{
	for (uint32_t i = 0; i < SITES; i++)
		if (s->f.sessions[i] != NULL)
			disconnect_site(&s->f, i);
	buffer_clear(&s->bytes);
	buffer_clear(&s->heard);
}

/* --- the scene ------------------------------------------------------------ */

static inline void
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
static inline void
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

static inline enum status
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
static inline enum status
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

static inline const struct reply *
heard(struct scene *s, enum frame_type type)
{
	const struct reply *reply = find_reply(s->taken, type);

	assert_non_null(reply);
	return reply;
}

static inline void
say_push(struct scene *s, struct build *b)
{
	struct bytes commit = build_bytes(b);
	uint32_t site = identifier_site(b->commit.id);

	(void)greet(&s->f, site, 0);
	SAYS(s, site, FRAME_PUSH, push,
	    (struct push){ .commits = &commit, .commit_count = 1 });
}

static inline void
expect_refusal(struct scene *s, enum refusal refusal)
{
	struct answer answers[COMMITS];

	if (s->done)
		return;
	assert_int_equal(answers_in(&s->f, s->taken, answers), 1);
	assert_int_equal(answers[0].refusal, refusal);
}

static inline void
expect_taken(struct scene *s)
{
	expect_refusal(s, REFUSAL_NONE);
}

#endif
