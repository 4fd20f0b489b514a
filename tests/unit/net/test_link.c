/* Links over real sockets on the loopback address. */
#include <signal.h>

#include "tests/unit/net/world.h"

enum {
	LARGE_BYTES = 3 * 1024 * 1024,
};

static struct hub oak, elm;

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
run_until_heard(struct world *world, struct end *end, size_t size)
{
	while (end->heard.size < size && !end->is_over)
		uv_run(&world->loop, UV_RUN_ONCE);
	assert_int_equal(end->heard.size, size);
}

/* A word there, its echo back, and an orderly end. */
static void
test_word_and_echo_then_close(void **state)
{
	struct tls_context *context = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct world world;

	(void)state;
	world_init(&world, &oak);
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
	world_init(&world, &oak);
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
	world_init(&world, &oak);
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

/* A peer that does not read its end is not waited for, when that is asked. */
static void
test_close_soon_waits_for_nobody(void **state)
{
	struct tls_context *context = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct world world;

	(void)state;
	world_init(&world, &oak);
	open_both(&world, context);
	link_pause(world.hub.link);
	link_write(world.client.link, bytes_of_text("last"));
	link_close_soon(world.client.link);
	run_until(&world, &world.client.is_over);
	assert_int_equal(world.client.why.status, STATUS_OK);
	assert_false(world.hub.is_over);
	link_resume(world.hub.link);
	run_until(&world, &world.hub.is_over);
	assert_int_equal(world.hub.heard.size, 4);
	assert_int_equal(world.hub.why.status, STATUS_CLOSED);
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
	world_init(&world, &oak);
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
	world_init(&world, &oak);
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
	world_init(&world, &oak);
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
	world_init(&world, &oak);
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
		world_init(&world, &oak);
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

/* A cut is told from an end. */
static void
test_abort_is_a_cut_for_the_other(void **state)
{
	struct tls_context *context = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct world world;

	(void)state;
	world_init(&world, &oak);
	open_both(&world, context);
	link_abort(world.client.link);
	uv_run(&world.loop, UV_RUN_DEFAULT);
	assert_int_equal(world.hub.why.status, STATUS_IO);
	assert_string_equal(world.hub.why.text, "the connection was cut");
	world_deinit(&world);
	tls_context_destroy(context);
}

static void
on_host_signal(int number)
{
	(void)number;
}

/* Writing to who is gone is an error and not the end of the process; but a
 * program that has its own opinion of that signal keeps it. */
static void
test_broken_pipe_ends_no_process(void **state)
{
	struct tls_context *context = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);

	(void)state;
	for (int own = 0; own < 2; own++) {
		struct world world;

		signal(SIGPIPE, own ? on_host_signal : SIG_DFL);
		world_init(&world, &oak);
		open_both(&world, context);
		assert_true(signal(SIGPIPE, SIG_IGN) ==
			    (own ? on_host_signal : SIG_IGN));
		link_abort(world.client.link);
		uv_run(&world.loop, UV_RUN_DEFAULT);
		world_deinit(&world);
	}
	tls_context_destroy(context);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_word_and_echo_then_close),
		cmocka_unit_test(test_large_transfer_waits_for_a_paused_reader),
		cmocka_unit_test(test_close_after_large_write_loses_nothing),
		cmocka_unit_test(test_close_soon_waits_for_nobody),
		cmocka_unit_test(test_saved_session_is_resumed),
		cmocka_unit_test(test_wrong_authority_fails_at_both_ends),
		cmocka_unit_test(test_refused_site_is_told),
		cmocka_unit_test(test_nobody_listening_is_an_error),
		cmocka_unit_test(test_close_on_the_way_is_clean),
		cmocka_unit_test(test_abort_is_a_cut_for_the_other),
		cmocka_unit_test(test_broken_pipe_ends_no_process),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
