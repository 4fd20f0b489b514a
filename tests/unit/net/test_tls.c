/* Who is let through, and how it ends. */
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

/* Both know each other, whatever the pieces in which the bytes come. */
static void
test_handshake_in_pieces_is_mutual(void **state)
{
	static const size_t steps[] = { 1, 2, 3, 7, 64, 517, 100000 };
	struct tls_context *client = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	const struct tls_info *info;
	struct pair pair;

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		pair_init(&pair, server, client, "localhost");
		shake_hands(&pair, steps[i]);
		expect_open(&pair);
		info = tls_get_info(pair.hub);
		assert_true(info->has_certificate);
		assert_string_equal(info->name, "17");
		assert_int_equal(info->protocol, TLS_PROTOCOL_SYNC);
		assert_false(info->resumed);
		assert_string_equal(tls_get_info(pair.client)->name, "hub");
		say(pair.client, pair.hub, "a first word");
		say(pair.hub, pair.client, "an answer");
		pair_deinit(&pair);
	}
	tls_context_destroy(client);
}

/* An address is compared with the certificate's addresses. */
static void
test_address_of_the_hub_is_accepted(void **state)
{
	struct tls_context *client = hub_client(&oak, NULL, TLS_PROTOCOL_SYNC);
	struct pair pair;

	(void)state;
	pair_init(&pair, server, client, "127.0.0.1");
	shake_hands(&pair, 4096);
	expect_open(&pair);
	assert_false(tls_get_info(pair.hub)->has_certificate);
	pair_deinit(&pair);
	tls_context_destroy(client);
}

/* Without this check any certificate of the authority would pass. */
static void
test_other_host_name_is_refused(void **state)
{
	static const char *const hosts[] = { "127.0.0.2", "localhost.example",
		"hub", "::1" };
	struct tls_context *client = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct pair pair;

	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		pair_init(&pair, server, client, hosts[i]);
		shake_hands(&pair, 4096);
		assert_int_equal(pair.client_status, STATUS_DENIED);
		assert_non_null(strstr(pair.client_error.text, "is not for "));
		assert_int_not_equal(pair.hub_status, STATUS_OK);
		pair_deinit(&pair);
	}
	tls_context_destroy(client);
}

static void
test_other_authority_is_called_a_filter(void **state)
{
	struct tls_context *client = hub_client(&elm, &elm, TLS_PROTOCOL_SYNC);
	struct pair pair;

	(void)state;
	pair_init(&pair, server, client, "localhost");
	shake_hands(&pair, 4096);
	expect_client_error(&pair,
	    "the certificate of localhost is not the hub's: a web filter may "
	    "be decrypting this connection; ask for localhost to be exempted");
	assert_int_equal(pair.hub_status, STATUS_DENIED);
	pair_deinit(&pair);
	tls_context_destroy(client);
}

/* The client's clock may be the one that is wrong. */
static void
test_expired_hub_is_accepted(void **state)
{
	struct tls_context *client, *late;
	struct pair pair;
	struct hub ash;

	(void)state;
	hub_init(&ash, -3600, HUB_YEAR_S);
	late = hub_server(&ash);
	client = hub_client(&ash, &ash, TLS_PROTOCOL_SYNC);
	pair_init(&pair, late, client, "localhost");
	shake_hands(&pair, 4096);
	expect_open(&pair);
	pair_deinit(&pair);
	tls_context_destroy(client);
	tls_context_destroy(late);
	hub_deinit(&ash);
}

/* A hub asks for a certificate and does without, but not with a wrong one. */
static void
test_site_of_another_hub_is_refused(void **state)
{
	struct tls_context *client = hub_client(&oak, &elm, TLS_PROTOCOL_SYNC);
	struct pair pair;

	(void)state;
	pair_init(&pair, server, client, "localhost");
	shake_hands(&pair, 4096);
	assert_int_equal(pair.hub_status, STATUS_DENIED);
	assert_string_equal(pair.hub_error.text,
	    "a computer showed a certificate that this hub did not issue");
	assert_int_equal(pair.client_status, STATUS_DENIED);
	pair_deinit(&pair);
	tls_context_destroy(client);
}

static void
test_expired_site_is_refused(void **state)
{
	struct tls_context *client, *hub;
	struct pair pair;
	struct hub ash;

	(void)state;
	hub_init(&ash, HUB_YEAR_S, -60);
	hub = hub_server(&ash);
	client = hub_client(&ash, &ash, TLS_PROTOCOL_SYNC);
	pair_init(&pair, hub, client, "localhost");
	shake_hands(&pair, 4096);
	assert_int_equal(pair.hub_status, STATUS_DENIED);
	assert_string_equal(pair.hub_error.text,
	    "a computer showed a certificate that has expired");
	pair_deinit(&pair);
	tls_context_destroy(client);
	tls_context_destroy(hub);
	hub_deinit(&ash);
}

/* A site's certificate is of the same authority, and still no hub's. */
static void
test_site_that_plays_the_hub_is_refused(void **state)
{
	struct tls_server_options options = { oak.site_key,
		buffer_view(&oak.site_certificate),
		buffer_view(&oak.authority) };
	struct tls_context *client = hub_client(&oak, NULL, TLS_PROTOCOL_SYNC);
	struct tls_context *impostor = NULL;
	struct pair pair;

	(void)state;
	assert_int_equal(tls_context_create_server(&options, &impostor, NULL),
	    STATUS_OK);
	pair_init(&pair, impostor, client, "localhost");
	shake_hands(&pair, 4096);
	assert_int_equal(pair.client_status, STATUS_DENIED);
	pair_deinit(&pair);
	tls_context_destroy(client);
	tls_context_destroy(impostor);
}

/* mbedTLS accepts a client that offers no protocol; a hub does not. */
static void
test_client_without_protocol_is_refused(void **state)
{
	struct tls_context *client = hub_client(&oak, &oak, TLS_PROTOCOL_NONE);
	struct pair pair;

	(void)state;
	pair_init(&pair, server, client, "localhost");
	shake_hands(&pair, 4096);
	assert_int_equal(pair.hub_status, STATUS_DENIED);
	assert_string_equal(pair.hub_error.text,
	    "a computer does not speak Throughline's protocol");
	assert_int_equal(pair.client_status, STATUS_DENIED);
	pair_deinit(&pair);
	tls_context_destroy(client);
}

/* close_notify is never lost, and is told from a cut. */
static void
test_close_is_heard_after_the_last_byte(void **state)
{
	struct tls_context *client = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct pair pair;
	uint8_t heard[64];
	size_t size = 0;

	(void)state;
	pair_init(&pair, server, client, "localhost");
	shake_hands(&pair, 4096);
	expect_open(&pair);
	assert_int_equal(tls_write(pair.client, bytes_of_text("bye"), NULL),
	    STATUS_OK);
	tls_close(pair.client);
	tls_close(pair.client);
	assert_int_equal(tls_read(pair.hub, heard, sizeof(heard), &size, NULL),
	    STATUS_AGAIN);
	while (carry(pair.client, pair.hub, 1) > 0)
		;
	assert_int_equal(tls_read(pair.hub, heard, 2, &size, NULL), STATUS_OK);
	assert_int_equal(size, 2);
	assert_int_equal(tls_read(pair.hub, heard, 2, &size, NULL), STATUS_OK);
	assert_int_equal(size, 1);
	assert_int_equal(tls_read(pair.hub, heard, 2, &size, NULL),
	    STATUS_CLOSED);
	pair_deinit(&pair);
	tls_context_destroy(client);
}

/* A damaged byte ends it for good, and says the same ever after. */
static void
test_damaged_byte_ends_it(void **state)
{
	struct tls_context *client = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct bytes view;
	struct pair pair;
	uint8_t heard[64];
	size_t size = 0;
	struct error first = { 0 }, second = { 0 };

	(void)state;
	pair_init(&pair, server, client, "localhost");
	shake_hands(&pair, 4096);
	expect_open(&pair);
	assert_int_equal(tls_write(pair.client, bytes_of_text("word"), NULL),
	    STATUS_OK);
	view = buffer_view(tls_output(pair.client));
	tls_output(pair.client)
	    ->data[tls_output(pair.client)->start + view.size - 1] ^= 1;
	carry(pair.client, pair.hub, 4096);
	assert_int_equal(tls_read(pair.hub, heard, sizeof(heard), &size,
			     &first),
	    STATUS_IO);
	assert_int_equal(tls_read(pair.hub, heard, sizeof(heard), &size,
			     &second),
	    STATUS_IO);
	assert_string_equal(first.text, second.text);
	pair_deinit(&pair);
	tls_context_destroy(client);
}

/* What is no TLS at all, at each end. */
static void
test_garbage_is_refused(void **state)
{
	struct tls_context *client = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	struct bytes page = bytes_of_text("HTTP/1.1 400 Bad Request\r\n\r\n");
	struct error err = { 0 };
	struct pair pair;

	(void)state;
	pair_init(&pair, server, client, "localhost");
	assert_int_equal(tls_handshake(pair.client, &err), STATUS_AGAIN);
	assert_int_equal(tls_feed(pair.client, page, &err), STATUS_OK);
	assert_int_equal(tls_handshake(pair.client, &err), STATUS_IO);
	assert_int_equal(tls_feed(pair.hub, page, &err), STATUS_OK);
	assert_int_equal(tls_handshake(pair.hub, &err), STATUS_IO);
	pair_deinit(&pair);
	tls_context_destroy(client);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshake_in_pieces_is_mutual),
		cmocka_unit_test(test_address_of_the_hub_is_accepted),
		cmocka_unit_test(test_other_host_name_is_refused),
		cmocka_unit_test(test_other_authority_is_called_a_filter),
		cmocka_unit_test(test_expired_hub_is_accepted),
		cmocka_unit_test(test_site_of_another_hub_is_refused),
		cmocka_unit_test(test_expired_site_is_refused),
		cmocka_unit_test(test_site_that_plays_the_hub_is_refused),
		cmocka_unit_test(test_client_without_protocol_is_refused),
		cmocka_unit_test(test_close_is_heard_after_the_last_byte),
		cmocka_unit_test(test_damaged_byte_ends_it),
		cmocka_unit_test(test_garbage_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
