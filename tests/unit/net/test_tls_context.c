/* What a context gives its connections: the pin, and sessions. */
#include "tests/unit/net/pair.h"

static struct hub oak, elm;
static struct tls_context *server;

static int
set_up(void **state)
{
	(void)state;
	hub_init(&oak, HUB_YEAR_S, HUB_YEAR_S);
	hub_init(&elm, HUB_YEAR_S, HUB_YEAR_S);
	server = hub_server(&oak);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	tls_context_destroy(server);
	hub_deinit(&oak);
	hub_deinit(&elm);
	return 0;
}

static void
test_joining_by_the_right_pin_learns_the_authority(void **state)
{
	struct certificate_fingerprint pin =
	    certificate_fingerprint(buffer_view(&oak.authority));
	struct tls_context *client = hub_joiner(&pin);
	struct buffer authority = { 0 };
	struct pair pair;

	(void)state;
	pair_init(&pair, server, client, "localhost");
	shake_hands(&pair, 100);
	expect_open(&pair);
	assert_int_equal(tls_get_info(pair.hub)->protocol, TLS_PROTOCOL_JOIN);
	assert_int_equal(tls_peer_authority(pair.client, &authority, NULL),
	    STATUS_OK);
	assert_true(
	    bytes_equal(buffer_view(&authority), buffer_view(&oak.authority)));
	buffer_deinit(&authority);
	pair_deinit(&pair);
	pair_init(&pair, server, client, "elsewhere.example");
	shake_hands(&pair, 4096);
	assert_int_equal(pair.client_status, STATUS_DENIED);
	pair_deinit(&pair);
	tls_context_destroy(client);
}

/* A hub that sends a foreign authority along does not pass by its print. */
static void
test_joining_by_the_wrong_pin_is_refused(void **state)
{
	struct certificate_fingerprint pins[3] = {
		certificate_fingerprint(buffer_view(&elm.authority)),
		certificate_fingerprint(buffer_view(&oak.certificate)),
	};
	struct tls_server_options options = { oak.key,
		buffer_view(&oak.certificate), buffer_view(&elm.authority) };
	struct tls_context *hubs[3] = { server, server, NULL };
	struct pair pair;

	(void)state;
	pins[2] = pins[0];
	assert_int_equal(tls_context_create_server(&options, &hubs[2], NULL),
	    STATUS_OK);
	for (size_t i = 0; i < 3; i++) {
		struct tls_context *client = hub_joiner(&pins[i]);

		pair_init(&pair, hubs[i], client, "localhost");
		shake_hands(&pair, 4096);
		assert_int_equal(pair.client_status, STATUS_DENIED);
		assert_non_null(strstr(pair.client_error.text, "web filter"));
		pair_deinit(&pair);
		tls_context_destroy(client);
	}
	tls_context_destroy(hubs[2]);
}

/*
 * A resumed session shows no certificate, so the hub has to know again whose
 * it was: revocation is looked up by that serial.
 */
static void
test_resumed_session_has_the_serial(void **state)
{
	struct tls_context *client = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct tls_context *other = hub_client(&oak, NULL, TLS_PROTOCOL_SYNC);
	struct certificate_serial serial;
	struct buffer session = { 0 };
	struct pair pair;

	(void)state;
	pair_init(&pair, server, client, "localhost");
	shake_hands(&pair, 4096);
	expect_open(&pair);
	serial = tls_get_info(pair.hub)->serial;
	assert_int_equal(tls_save_session(pair.client, &session, NULL),
	    STATUS_OK);
	pair_deinit(&pair);
	for (int i = 0; i < 2; i++) {
		pair_init(&pair, server, client, "localhost");
		tls_load_session(pair.client, buffer_view(&session));
		shake_hands(&pair, 50);
		expect_open(&pair);
		assert_true(tls_get_info(pair.hub)->resumed);
		assert_true(tls_get_info(pair.client)->resumed);
		assert_true(tls_get_info(pair.hub)->has_certificate);
		assert_true(certificate_serial_equal(&serial,
		    &tls_get_info(pair.hub)->serial));
		assert_string_equal(tls_get_info(pair.hub)->name, "17");
		say(pair.client, pair.hub, "resumed");
		/* What a resumed one saves is as good as the first. */
		buffer_clear(&session);
		assert_int_equal(tls_save_session(pair.client, &session, NULL),
		    STATUS_OK);
		pair_deinit(&pair);
	}
	/* Another name, another certificate: a full handshake. */
	pair_init(&pair, server, client, "127.0.0.1");
	tls_load_session(pair.client, buffer_view(&session));
	shake_hands(&pair, 4096);
	expect_open(&pair);
	assert_false(tls_get_info(pair.hub)->resumed);
	pair_deinit(&pair);
	pair_init(&pair, server, other, "localhost");
	tls_load_session(pair.client, buffer_view(&session));
	shake_hands(&pair, 4096);
	expect_open(&pair);
	assert_false(tls_get_info(pair.client)->resumed);
	assert_false(tls_get_info(pair.hub)->has_certificate);
	pair_deinit(&pair);
	buffer_deinit(&session);
	tls_context_destroy(other);
	tls_context_destroy(client);
}

/* A certificate is renewed while a computer talks: that one goes on. */
static void
test_connection_outlives_its_context(void **state)
{
	struct certificate_fingerprint pin =
	    certificate_fingerprint(buffer_view(&oak.authority));
	struct tls_context *client = hub_joiner(&pin);
	struct tls_context *former = hub_server(&oak);
	uint8_t read[8];
	struct pair pair;
	size_t size;

	(void)state;
	pair_init(&pair, former, client, "localhost");
	tls_context_destroy(former);
	tls_context_destroy(client);
	shake_hands(&pair, 4096);
	expect_open(&pair);
	assert_int_equal(tls_write(pair.hub, bytes_of_text("Oak"), NULL),
	    STATUS_OK);
	assert_true(carry(pair.hub, pair.client, 4096) > 0);
	assert_int_equal(tls_read(pair.client, read, sizeof(read), &size, NULL),
	    STATUS_OK);
	assert_memory_equal(read, "Oak", size);
	pair_deinit(&pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_joining_by_the_right_pin_learns_the_authority),
		cmocka_unit_test(test_joining_by_the_wrong_pin_is_refused),
		cmocka_unit_test(test_resumed_session_has_the_serial),
		cmocka_unit_test(test_connection_outlives_its_context),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
