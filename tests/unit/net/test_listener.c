/* Who is accepted, when, and who is not. */
#include "tests/unit/net/world.h"

#include <stdio.h>

static struct hub oak;

static int
set_up(void **state)
{
	(void)state;
	hub_init(&oak, HUB_YEAR_S, HUB_YEAR_S);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	hub_deinit(&oak);
	return 0;
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
	world_init(&world, &oak);
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
	world_init(&world, &oak);
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
	struct plain plain = { .says = "\x16\x03\x01\x02" };
	struct world world;

	(void)state;
	world_init(&world, &oak);
	world.listens_once = false;
	listen_with(&world, 1, 0);
	plain_connect(&world, &plain);
	while (listener_handshakes(world.listener) == 0)
		uv_run(&world.loop, UV_RUN_ONCE);
	for (int i = 0; i < 100; i++)
		uv_run(&world.loop, UV_RUN_NOWAIT);
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

/* Who says nothing keeps nobody out: the oldest gives way. */
static void
test_silent_handshake_gives_way(void **state)
{
	struct tls_context *context = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct plain silent[2] = { { .says = NULL }, { .says = NULL } };
	struct world world;

	(void)state;
	world_init(&world, &oak);
	world.listens_once = false;
	listen_with(&world, 2, 0);
	for (uint32_t i = 0; i < 2; i++) {
		plain_connect(&world, &silent[i]);
		while (listener_handshakes(world.listener) <= i)
			uv_run(&world.loop, UV_RUN_ONCE);
	}
	connect_end(&world, &world.client, context, (struct link_options){ 0 });
	run_until(&world, &world.client.is_open);
	run_until(&world, &world.hub.is_open);
	assert_int_equal(world.failed, 1);
	assert_int_equal(world.failure.status, STATUS_TIMEOUT);
	assert_int_equal(listener_handshakes(world.listener), 1);
	for (uint32_t i = 0; i < 2; i++)
		uv_close((uv_handle_t *)&silent[i].tcp, on_plain_closed);
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
		cmocka_unit_test(test_silent_peer_meets_the_time_out),
		cmocka_unit_test(test_cut_handshake_is_a_failure),
		cmocka_unit_test(test_handshakes_at_once_are_bounded),
		cmocka_unit_test(test_silent_handshake_gives_way),
		cmocka_unit_test(test_bad_addresses_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
