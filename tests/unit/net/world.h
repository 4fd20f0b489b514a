/*
 * A loop with a hub that listens and a client that connects to it.
 */
#ifndef TESTS_UNIT_NET_WORLD_H
#define TESTS_UNIT_NET_WORLD_H

#include "tests/unit/net/hub.h"

#include <stdlib.h>
#include <string.h>

#include "common/net/link.h"
#include "common/net/listener.h"

/* One end of a connection, and what became of it. */
struct end {
	struct link *link;
	struct buffer heard;
	bool is_open;
	bool is_over;
	bool closes_on_open;
	bool echoes;
	bool pauses_at_first;
	unsigned drained;
	struct link_info info;
	struct link_counts counts;
	struct error why;
};

struct world {
	uv_loop_t loop;
	struct tls_context *server;
	struct listener *listener;
	struct end hub;
	struct end client;
	unsigned accepted;
	unsigned failed;
	struct error failure;
	bool listens_once; /* closes with the first accepted or failed */
};

static inline void
on_open(struct link *link, const struct link_info *info, void *user)
{
	struct end *end = user;

	assert_false(end->is_open);
	end->is_open = true;
	end->info = *info;
	if (end->closes_on_open)
		link_close(link);
}

static inline void
on_bytes(struct link *link, struct bytes plaintext, void *user)
{
	struct end *end = user;

	assert_true(end->is_open && !end->is_over);
	assert_int_equal(buffer_append(&end->heard, plaintext), STATUS_OK);
	if (end->echoes)
		link_write(link, plaintext);
	if (end->pauses_at_first && end->heard.size == plaintext.size)
		link_pause(link);
}

static inline void
on_drained(struct link *link, void *user)
{
	struct end *end = user;

	assert_int_equal(link_queued_bytes(link), 0);
	end->drained++;
}

static inline void
on_closed(struct link *link, const struct error *why, void *user)
{
	struct end *end = user;

	assert_false(end->is_over);
	end->is_over = true;
	end->why = *why;
	end->counts = link_get_counts(link);
	end->link = NULL;
}

static const struct link_handlers end_handlers = { on_open, on_bytes,
	on_drained, on_closed };

static inline void
on_accept(struct listener *listener, struct link *link,
    const struct link_info *info, void *user)
{
	struct world *world = user;

	world->accepted++;
	world->hub.link = link;
	link_set_handlers(link, &end_handlers, &world->hub);
	on_open(link, info, &world->hub);
	if (world->listens_once)
		listener_close(listener);
}

static inline void
on_failed(struct listener *listener, const struct error *why, void *user)
{
	struct world *world = user;

	world->failed++;
	world->failure = *why;
	if (world->listens_once)
		listener_close(listener);
}

static inline void
on_listener_closed(struct listener *listener, void *user)
{
	struct world *world = user;

	(void)listener;
	world->listener = NULL;
}

static inline void
world_init(struct world *world, const struct hub *hub)
{
	memset(world, 0, sizeof(*world));
	assert_int_equal(uv_loop_init(&world->loop), 0);
	world->server = hub_server(hub);
	world->listens_once = true;
}

static inline void
listen_with(struct world *world, uint32_t handshakes, uint64_t handshake_ms)
{
	static const struct listener_handlers calls = { on_accept, on_failed,
		on_listener_closed };
	struct listener_options options = { world->server, "127.0.0.1:0",
		handshakes, handshake_ms };
	struct error err = { 0 };

	assert_int_equal(listener_open(&world->loop, &options, &calls, world,
			     &world->listener, &err),
	    STATUS_OK);
	assert_int_not_equal(listener_port(world->listener), 0);
}

static inline void
connect_end(struct world *world, struct end *end, struct tls_context *context,
    struct link_options options)
{
	struct error err = { 0 };

	options.context = context;
	if (options.host == NULL)
		options.host = "127.0.0.1";
	if (options.port == 0)
		options.port = listener_port(world->listener);
	assert_int_equal(link_connect(&world->loop, &options, &end_handlers,
			     end, &end->link, &err),
	    STATUS_OK);
}

static inline void
world_deinit(struct world *world)
{
	listener_close(world->listener);
	if (world->client.link != NULL)
		link_abort(world->client.link);
	if (world->hub.link != NULL)
		link_abort(world->hub.link);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&world->loop), 0);
	buffer_deinit(&world->hub.heard);
	buffer_deinit(&world->client.heard);
	tls_context_destroy(world->server);
}

static inline void
run_until(struct world *world, const bool *flag)
{
	while (!*flag && uv_run(&world->loop, UV_RUN_ONCE) != 0)
		;
	assert_true(*flag);
}

static inline void
open_both(struct world *world, struct tls_context *context)
{
	listen_with(world, 0, 0);
	connect_end(world, &world->client, context, (struct link_options){ 0 });
	run_until(world, &world->client.is_open);
	run_until(world, &world->hub.is_open);
}

#endif
