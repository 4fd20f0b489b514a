/*
 * The dialogue with a session, frame by frame.
 */
#ifndef TESTS_SERVER_DIALOGUE_H
#define TESTS_SERVER_DIALOGUE_H

#include "tests/unit/server/build.h"
#include "tests/unit/server/replies.h"

static inline void
connect_site(struct fixture *f, uint32_t site)
{
	OK(hub_connect(f->hub, serial_of(site), f->now, NULL,
	    &f->sessions[site], &f->err));
}

static inline void
disconnect_site(struct fixture *f, uint32_t site)
{
	hub_disconnect(f->hub, f->sessions[site]);
	f->sessions[site] = NULL;
}

static inline struct bytes
fixture_copy(struct fixture *f, struct bytes bytes)
{
	uint8_t *copy = arena_alloc(&f->arena, bytes.size + 1);

	assert_non_null(copy);
	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	return (struct bytes){ copy, bytes.size };
}

/* Everything that the hub has to say to a session now. */
static inline struct replies *
hear(struct fixture *f, struct session *session)
{
	struct replies *replies = arena_alloc(&f->arena, sizeof(*replies));
	struct buffer out = { 0 }, scratch = { 0 };
	struct frame frame;
	struct bytes view;
	size_t before;

	assert_non_null(replies);
	do {
		before = out.size;
		OK(hub_output(f->hub, session, 0, &out, f->now, &f->err));
	} while (out.size > before);
	view = buffer_view(&out);
	while (view.size > 0) {
		OK(frame_read(&view, f->codec, &scratch, &frame, &f->err));
		assert_true(replies->count < REPLIES);
		replies->list[replies->count].type = frame.type;
		replies->list[replies->count++].body =
		    fixture_copy(f, frame.body);
	}
	buffer_deinit(&out);
	buffer_deinit(&scratch);
	return replies;
}

static inline void
end_turn(struct fixture *f)
{
	OK(hub_end_turn(f->hub, f->now, &f->err));
}

/* Append a frame with body to out. */
static inline void
add_frame(struct fixture *f, struct buffer *out, enum frame_type type,
    const struct buffer *body)
{
	OK(frame_write(out, (uint8_t)type, buffer_view(body), NULL, &f->err));
}

static inline void
say(struct fixture *f, uint32_t site, const struct buffer *bytes)
{
	OK(hub_receive(f->hub, f->sessions[site], buffer_view(bytes), f->now,
	    &f->err));
}

static inline struct replies *
exchange(struct fixture *f, uint32_t site, enum frame_type type,
    struct buffer *body)
{
	struct buffer out = { 0 };

	add_frame(f, &out, type, body);
	say(f, site, &out);
	buffer_deinit(&out);
	buffer_deinit(body);
	end_turn(f);
	return hear(f, f->sessions[site]);
}

static inline struct hello
hello_of(struct fixture *f, uint32_t site, uint64_t cursor)
{
	static struct generation generation;
	uint64_t number;

	OK(replica_meta_get(f->replica, "generation", 0, &number, &f->err));
	generation = (struct generation){ number, 0 };
	return (struct hello){ .version = PROTOCOL_VERSION,
		.catalogue = catalogue_version(),
		.site = site,
		.generations = &generation,
		.generation_count = 1,
		.cursor = cursor,
		.confirmed = cursor,
		.clock_ms = f->now,
		.batch_bytes = 64 * 1024,
		.health = { .program = text("test") } };
}

/* Connect and greet: the stream begins after cursor. */
static inline struct replies *
greet(struct fixture *f, uint32_t site, uint64_t cursor)
{
	struct hello hello = hello_of(f, site, cursor);
	struct buffer body = { 0 };

	if (f->sessions[site] == NULL)
		connect_site(f, site);
	OK(message_hello_encode(&hello, &body, &f->err));
	return exchange(f, site, FRAME_HELLO, &body);
}

static inline struct replies *
push(struct fixture *f, uint32_t site, struct bytes *commits, uint32_t count)
{
	struct push message = { .lane = 0,
		.commits = commits,
		.commit_count = count };
	struct buffer body = { 0 };

	OK(message_push_encode(&message, &body, &f->err));
	return exchange(f, site, FRAME_PUSH, &body);
}

/* Push one commit by a greeted session; what became of it. */
static inline enum refusal
offer_bytes(struct fixture *f, uint32_t site, struct bytes bytes)
{
	struct answer answers[COMMITS];

	if (f->sessions[site] == NULL)
		(void)greet(f, site, 0);
	assert_int_equal(answers_in(f, push(f, site, &bytes, 1), answers), 1);
	return (enum refusal)answers[0].refusal;
}

static inline enum refusal
offer(struct build *b)
{
	return offer_bytes(b->f, identifier_site(b->commit.id), build_bytes(b));
}

#endif
