/* Links over real sockets on the loopback address. */
#include "tests/unit/net/hub.h"

#include <stdlib.h>
#include <string.h>

#include "common/net/link.h"
#include "common/net/listener.h"

enum {
	LARGE_BYTES = 3 * 1024 * 1024,
};

static struct hub oak, elm;

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

static int
set_up(void **state)
{
	(void)state;
	hub_init(&oak, HUB_YEAR_S, HUB_YEAR_S);
	hub_init(&elm, HUB_YEAR_S, HUB_YEAR_S);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	hub_deinit(&oak);
	hub_deinit(&elm);
	return 0;
}

static void
on_open(struct link *link, const struct link_info *info, void *user)
{
	struct end *end = user;

	assert_false(end->is_open);
	end->is_open = true;
	end->info = *info;
	if (end->closes_on_open)
		link_close(link);
}

static void
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

static void
on_drained(struct link *link, void *user)
{
	struct end *end = user;

	assert_int_equal(link_queued_bytes(link), 0);
	end->drained++;
}

static void
on_closed(struct link *link, const struct error *why, void *user)
{
	struct end *end = user;

	assert_false(end->is_over);
	end->is_over = true;
	end->why = *why;
	end->counts = link_get_counts(link);
	end->link = NULL;
}

static const struct link_handlers handlers = { on_open, on_bytes, on_drained,
	on_closed };

static void
on_accept(struct listener *listener, struct link *link,
    const struct link_info *info, void *user)
{
	struct world *world = user;

	world->accepted++;
	world->hub.link = link;
	link_set_handlers(link, &handlers, &world->hub);
	on_open(link, info, &world->hub);
	if (world->listens_once)
		listener_close(listener);
}

static void
on_failed(struct listener *listener, const struct error *why, void *user)
{
	struct world *world = user;

	world->failed++;
	world->failure = *why;
	if (world->listens_once)
		listener_close(listener);
}

static void
on_listener_closed(struct listener *listener, void *user)
{
	struct world *world = user;

	(void)listener;
	world->listener = NULL;
}

static void
world_init(struct world *world)
{
	memset(world, 0, sizeof(*world));
	assert_int_equal(uv_loop_init(&world->loop), 0);
	world->server = hub_server(&oak);
	world->listens_once = true;
}

static void
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

static void
connect_end(struct world *world, struct end *end, struct tls_context *context,
    struct link_options options)
{
	struct error err = { 0 };

	options.context = context;
	if (options.host == NULL)
		options.host = "127.0.0.1";
	if (options.port == 0)
		options.port = listener_port(world->listener);
	assert_int_equal(link_connect(&world->loop, &options, &handlers, end,
			     &end->link, &err),
	    STATUS_OK);
}

static void
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

static void
run_until(struct world *world, const bool *flag)
{
	while (!*flag && uv_run(&world->loop, UV_RUN_ONCE) != 0)
		;
	assert_true(*flag);
}

static void
run_until_heard(struct world *world, struct end *end, size_t size)
{
	while (end->heard.size < size && !end->is_over)
		uv_run(&world->loop, UV_RUN_ONCE);
	assert_int_equal(end->heard.size, size);
}

static void
open_both(struct world *world, struct tls_context *context)
{
	listen_with(world, 0, 0);
	connect_end(world, &world->client, context, (struct link_options){ 0 });
	run_until(world, &world->client.is_open);
	run_until(world, &world->hub.is_open);
}

/* A word there, its echo back, and an orderly end. */
static void
test_word_and_echo_then_close(void **state)
{
	struct tls_context *context = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct world world;

	(void)state;
	world_init(&world);
	world.hub.echoes = true;
	open_both(&world, context);
	assert_string_equal(world.hub.info.tls.name, "17");
	assert_int_equal(world.client.info.tls.protocol, TLS_PROTOCOL_SYNC);
	assert_int_equal(strncmp(world.client.info.peer, "127.0.0.1:", 10), 0);
	assert_int_equal(link_write(world.client.link, bytes_of_text("word")),
	    STATUS_OK);
	run_until_heard(&world, &world.client, 4);
	assert_int_equal(world.client.drained, 1);
	link_write(world.client.link, bytes_of_text("last"));
	link_close(world.client.link);
	assert_int_equal(link_write(world.client.link, bytes_of_text("!")),
	    STATUS_CLOSED);
	uv_run(&world.loop, UV_RUN_DEFAULT);
	assert_true(world.client.is_over && world.hub.is_over);
	assert_int_equal(world.client.why.status, STATUS_OK);
	assert_int_equal(world.hub.why.status, STATUS_CLOSED);
	assert_int_equal(world.hub.heard.size, 8);
	assert_int_equal(world.client.counts.plain_out, 8);
	assert_int_equal(world.hub.counts.plain_in, 8);
	assert_int_equal(world.client.counts.raw_out, world.hub.counts.raw_in);
	world_deinit(&world);
	tls_context_destroy(context);
}

static uint8_t
pattern_at(size_t i)
{
	return (uint8_t)(i * 7 + i / 251);
}

/* The sender may write all at once; a reader that pauses slows it down. */
static void
test_large_transfer_waits_for_a_paused_reader(void **state)
{
	struct tls_context *context = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct world world;
	uint8_t *large = malloc(LARGE_BYTES);
	struct bytes view;
	size_t paused_at;

	(void)state;
	for (size_t i = 0; i < LARGE_BYTES; i++)
		large[i] = pattern_at(i);
	world_init(&world);
	world.hub.pauses_at_first = true;
	open_both(&world, context);
	assert_int_equal(link_write(world.client.link,
			     (struct bytes){ large, LARGE_BYTES }),
	    STATUS_OK);
	assert_true(link_queued_bytes(world.client.link) >= LARGE_BYTES);
	while (world.hub.heard.size == 0)
		uv_run(&world.loop, UV_RUN_ONCE);
	paused_at = world.hub.heard.size;
	for (int i = 0; i < 100; i++)
		uv_run(&world.loop, UV_RUN_NOWAIT);
	assert_int_equal(world.hub.heard.size, paused_at);
	link_resume(world.hub.link);
	assert_int_equal(world.hub.heard.size, paused_at);
	run_until_heard(&world, &world.hub, LARGE_BYTES);
	view = buffer_view(&world.hub.heard);
	assert_memory_equal(view.data, large, LARGE_BYTES);
	while (world.client.drained == 0)
		uv_run(&world.loop, UV_RUN_ONCE);
	free(large);
	world_deinit(&world);
	tls_context_destroy(context);
}

/* All that was written before link_close arrives. */
static void
test_close_after_large_write_loses_nothing(void **state)
{
	struct tls_context *context = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct world world;
	uint8_t *large = calloc(1, LARGE_BYTES);

	(void)state;
	world_init(&world);
	open_both(&world, context);
	link_write(world.client.link, (struct bytes){ large, LARGE_BYTES });
	free(large);
	link_close(world.client.link);
	uv_run(&world.loop, UV_RUN_DEFAULT);
	assert_int_equal(world.hub.heard.size, LARGE_BYTES);
	assert_int_equal(world.hub.why.status, STATUS_CLOSED);
	assert_int_equal(world.client.why.status, STATUS_OK);
	world_deinit(&world);
	tls_context_destroy(context);
}

static void
test_saved_session_is_resumed(void **state)
{
	struct tls_context *context = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct buffer session = { 0 };
	struct link_options options = { 0 };
	struct certificate_serial serial;
	struct world world;

	(void)state;
	world_init(&world);
	world.listens_once = false;
	open_both(&world, context);
	serial = world.hub.info.tls.serial;
	assert_int_equal(link_save_session(world.client.link, &session, NULL),
	    STATUS_OK);
	link_close(world.client.link);
	run_until(&world, &world.client.is_over);
	run_until(&world, &world.hub.is_over);
	world.client = world.hub = (struct end){ 0 };
	options.session = buffer_view(&session);
	connect_end(&world, &world.client, context, options);
	run_until(&world, &world.client.is_open);
	run_until(&world, &world.hub.is_open);
	assert_true(world.client.info.tls.resumed);
	assert_true(world.hub.info.tls.resumed);
	assert_true(
	    certificate_serial_equal(&serial, &world.hub.info.tls.serial));
	buffer_deinit(&session);
	world_deinit(&world);
	tls_context_destroy(context);
}

/* Both ends get their reason, by a sentence. */
static void
test_wrong_authority_fails_at_both_ends(void **state)
{
	struct tls_context *context = hub_client(&elm, &elm, TLS_PROTOCOL_SYNC);
	struct world world;

	(void)state;
	world_init(&world);
	listen_with(&world, 0, 0);
	connect_end(&world, &world.client, context, (struct link_options){ 0 });
	uv_run(&world.loop, UV_RUN_DEFAULT);
	assert_int_equal(world.client.why.status, STATUS_DENIED);
	assert_non_null(strstr(world.client.why.text, "web filter"));
	assert_false(world.client.is_open);
	assert_int_equal(world.failed, 1);
	assert_int_equal(world.failure.status, STATUS_DENIED);
	world_deinit(&world);
	tls_context_destroy(context);
}

/* The hub's refusal reaches a client that had finished its handshake. */
static void
test_refused_site_is_told(void **state)
{
	struct tls_context *context = hub_client(&oak, &elm, TLS_PROTOCOL_SYNC);
	struct world world;

	(void)state;
	world_init(&world);
	listen_with(&world, 0, 0);
	connect_end(&world, &world.client, context, (struct link_options){ 0 });
	uv_run(&world.loop, UV_RUN_DEFAULT);
	assert_int_equal(world.client.why.status, STATUS_DENIED);
	assert_int_equal(world.failed, 1);
	world_deinit(&world);
	tls_context_destroy(context);
}

static void
test_nobody_listening_is_an_error(void **state)
{
	struct tls_context *context = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct link_options options = { 0 };
	struct world world;

	(void)state;
	world_init(&world);
	listen_with(&world, 0, 0);
	options.port = listener_port(world.listener);
	listener_close(world.listener);
	uv_run(&world.loop, UV_RUN_DEFAULT);
	connect_end(&world, &world.client, context, options);
	uv_run(&world.loop, UV_RUN_DEFAULT);
	assert_int_equal(world.client.why.status, STATUS_IO);
	assert_non_null(strstr(world.client.why.text, "connection refused"));
	world_deinit(&world);
	tls_context_destroy(context);
}

/* Closing at each stage before it is open ends in one on_closed. */
static void
test_close_on_the_way_is_clean(void **state)
{
	struct tls_context *context = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct world world;

	(void)state;
	for (int turns = 0; turns < 12; turns++) {
		world_init(&world);
		listen_with(&world, 0, 0);
		connect_end(&world, &world.client, context,
		    (struct link_options){ 0 });
		for (int i = 0; i < turns && world.client.link != NULL; i++)
			uv_run(&world.loop, UV_RUN_NOWAIT);
		if (turns % 2 == 0)
			link_close(world.client.link);
		else
			link_abort(world.client.link);
		run_until(&world, &world.client.is_over);
		assert_int_equal(world.client.why.status, STATUS_OK);
		world_deinit(&world);
	}
	tls_context_destroy(context);
}

/* A plain socket that plays a peer without TLS. */
struct plain {
	uv_tcp_t tcp;
	uv_connect_t connect;
	uv_write_t write;
	const char *says;
	bool ends; /* after it said so */
	bool is_closed;
};

static void
on_plain_closed(uv_handle_t *handle)
{
	struct plain *plain = handle->data;

	plain->is_closed = true;
}

static void
on_plain_write(uv_write_t *request, int status)
{
	struct plain *plain = request->data;

	(void)status;
	if (plain->ends && !uv_is_closing((uv_handle_t *)&plain->tcp))
		uv_close((uv_handle_t *)&plain->tcp, on_plain_closed);
}

static void
plain_say(struct plain *plain, const char *text)
{
	static char storage[64 * 1024];
	uv_buf_t piece;

	snprintf(storage, sizeof(storage), "%s", text);
	piece = uv_buf_init(storage, (unsigned)strlen(storage));
	plain->write.data = plain;
	uv_write(&plain->write, (uv_stream_t *)&plain->tcp, &piece, 1,
	    on_plain_write);
}

static void
on_plain_connected(uv_connect_t *request, int status)
{
	struct plain *plain = request->data;

	assert_int_equal(status, 0);
	if (plain->says != NULL)
		plain_say(plain, plain->says);
}

static void
plain_connect(struct world *world, struct plain *plain)
{
	struct sockaddr_in address;

	uv_ip4_addr("127.0.0.1", listener_port(world->listener), &address);
	uv_tcp_init(&world->loop, &plain->tcp);
	plain->tcp.data = plain;
	plain->connect.data = plain;
	assert_int_equal(uv_tcp_connect(&plain->connect, &plain->tcp,
			     (const struct sockaddr *)&address,
			     on_plain_connected),
	    0);
}

/* Who says nothing has so long, and is not accepted. */
static void
test_silent_peer_meets_the_time_out(void **state)
{
	struct plain plain = { 0 };
	struct world world;

	(void)state;
	world_init(&world);
	listen_with(&world, 0, 20);
	plain_connect(&world, &plain);
	while (world.failed == 0)
		uv_run(&world.loop, UV_RUN_ONCE);
	assert_int_equal(world.failure.status, STATUS_TIMEOUT);
	uv_close((uv_handle_t *)&plain.tcp, on_plain_closed);
	world_deinit(&world);
}

/* A peer that goes away in the middle of its first flight. */
static void
test_cut_handshake_is_a_failure(void **state)
{
	struct plain plain = { .says = "\x16\x03\x01\x02", .ends = true };
	struct world world;

	(void)state;
	world_init(&world);
	listen_with(&world, 0, 0);
	plain_connect(&world, &plain);
	uv_run(&world.loop, UV_RUN_DEFAULT);
	assert_int_equal(world.failed, 1);
	assert_int_equal(world.failure.status, STATUS_IO);
	world_deinit(&world);
}

/* With one place for handshakes, the second waits for the first's end. */
static void
test_handshakes_at_once_are_bounded(void **state)
{
	struct tls_context *context = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct plain plain = { 0 };
	struct world world;

	(void)state;
	world_init(&world);
	world.listens_once = false;
	listen_with(&world, 1, 0);
	plain_connect(&world, &plain);
	while (listener_handshakes(world.listener) == 0)
		uv_run(&world.loop, UV_RUN_ONCE);
	connect_end(&world, &world.client, context, (struct link_options){ 0 });
	for (int i = 0; i < 100; i++)
		uv_run(&world.loop, UV_RUN_NOWAIT);
	assert_int_equal(listener_handshakes(world.listener), 1);
	assert_false(world.client.is_open);
	uv_close((uv_handle_t *)&plain.tcp, on_plain_closed);
	run_until(&world, &world.client.is_open);
	run_until(&world, &world.hub.is_open);
	assert_int_equal(world.failed, 1);
	assert_int_equal(world.accepted, 1);
	world_deinit(&world);
	tls_context_destroy(context);
}

/* A cut is told from an end. */
static void
test_abort_is_a_cut_for_the_other(void **state)
{
	struct tls_context *context = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct world world;

	(void)state;
	world_init(&world);
	open_both(&world, context);
	link_abort(world.client.link);
	uv_run(&world.loop, UV_RUN_DEFAULT);
	assert_int_equal(world.hub.why.status, STATUS_IO);
	assert_string_equal(world.hub.why.text, "the connection was cut");
	world_deinit(&world);
	tls_context_destroy(context);
}

static void
test_bad_addresses_are_refused(void **state)
{
	static const char *const bad[] = { "", ":", "127.0.0.1", "host:1",
		"127.0.0.1:65536", "[::1:1", "1.2.3.4:+5", "127.0.0.1:" };
	struct sockaddr_storage address;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(listener_parse_address(bad[i], &address, &err),
		    STATUS_INVALID);
	assert_int_equal(listener_parse_address("[::1]:0", &address, &err),
	    STATUS_OK);
	assert_int_equal(address.ss_family, AF_INET6);
	assert_int_equal(listener_parse_address(":8443", &address, &err),
	    STATUS_OK);
	assert_int_equal(listener_parse_address("8443", &address, &err),
	    STATUS_OK);
	assert_int_equal(address.ss_family, AF_INET);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_word_and_echo_then_close),
		cmocka_unit_test(test_large_transfer_waits_for_a_paused_reader),
		cmocka_unit_test(test_close_after_large_write_loses_nothing),
		cmocka_unit_test(test_saved_session_is_resumed),
		cmocka_unit_test(test_wrong_authority_fails_at_both_ends),
		cmocka_unit_test(test_refused_site_is_told),
		cmocka_unit_test(test_nobody_listening_is_an_error),
		cmocka_unit_test(test_close_on_the_way_is_clean),
		cmocka_unit_test(test_silent_peer_meets_the_time_out),
		cmocka_unit_test(test_cut_handshake_is_a_failure),
		cmocka_unit_test(test_handshakes_at_once_are_bounded),
		cmocka_unit_test(test_abort_is_a_cut_for_the_other),
		cmocka_unit_test(test_bad_addresses_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
