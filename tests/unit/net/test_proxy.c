/* The CONNECT of HTTP, and a hub reached by it. */
#include "tests/unit/net/hub.h"

#include <stdlib.h>
#include <string.h>

#include "common/net/link.h"
#include "common/net/listener.h"
#include "common/net/proxy.h"

static struct bytes
text(const char *value)
{
	return bytes_of_text(value);
}

static void
test_settings_are_read(void **state)
{
	struct proxy proxy;

	(void)state;
	assert_int_equal(proxy_parse(text("cache.example:3128"), &proxy, NULL),
	    STATUS_OK);
	assert_string_equal(proxy.host, "cache.example");
	assert_int_equal(proxy.port, 3128);
	assert_string_equal(proxy.user, "");
	assert_int_equal(proxy_parse(text("http://a%3Ab:p%40s@[::1]:1/"),
			     &proxy, NULL),
	    STATUS_INVALID); /* a colon cannot be sent in a name */
	assert_int_equal(proxy_parse(text("http://oak:p%40:s@[::1]:1/"), &proxy,
			     NULL),
	    STATUS_OK);
	assert_string_equal(proxy.host, "::1");
	assert_string_equal(proxy.user, "oak");
	assert_string_equal(proxy.password, "p@:s");
	assert_int_equal(proxy_parse(text("cache"), &proxy, NULL), STATUS_OK);
	assert_int_equal(proxy.port, 8080);
}

static void
test_bad_settings_are_refused(void **state)
{
	static const char *const bad[] = { "", "http://", ":80", "a:0",
		"a:65536", "a:1x", "a b:80", "u%2@h:1", "u%0ax@h:1", "@h:1",
		"[::1", "[]:1", "https://h:1", "h:1:2" };
	struct proxy proxy;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(proxy_parse(text(bad[i]), &proxy, &err),
		    STATUS_INVALID);
}

static void
test_request_is_what_http_wants(void **state)
{
	struct proxy proxy = { .host = "p", .port = 1 };
	struct buffer out = { 0 };

	(void)state;
	assert_int_equal(proxy_write_connect(&proxy, "hub.example", 8443, &out,
			     NULL),
	    STATUS_OK);
	assert_true(bytes_equal_text(buffer_view(&out),
	    "CONNECT hub.example:8443 HTTP/1.1\r\n"
	    "Host: hub.example:8443\r\n\r\n"));
	buffer_clear(&out);
	proxy = (struct proxy){ .user = "oak", .password = "pass" };
	assert_int_equal(proxy_write_connect(&proxy, "::1", 1, &out, NULL),
	    STATUS_OK);
	assert_true(bytes_equal_text(buffer_view(&out),
	    "CONNECT [::1]:1 HTTP/1.1\r\nHost: [::1]:1\r\n"
	    "Proxy-Authorization: Basic b2FrOnBhc3M=\r\n\r\n"));
	assert_int_equal(proxy_write_connect(&proxy, "a\r\nb", 1, &out, NULL),
	    STATUS_INVALID);
	buffer_deinit(&out);
}

/* Every shorter part of an answer says AGAIN. */
static void
test_answer_in_pieces_is_waited_for(void **state)
{
	struct bytes answer = text("HTTP/1.1 200 Connection established\r\n"
				   "Via: somewhere\r\n\r\n\x16\x03");
	size_t size = 0, head = answer.size - 2;

	(void)state;
	for (size_t i = 0; i < head; i++)
		assert_int_equal(proxy_read_response((struct bytes){ answer
									 .data,
							 i },
				     &size, NULL),
		    STATUS_AGAIN);
	assert_int_equal(proxy_read_response(answer, &size, NULL), STATUS_OK);
	assert_int_equal(size, head);
}

static void
test_refusals_say_what_to_do(void **state)
{
	struct error err;
	size_t size;

	(void)state;
	assert_int_equal(proxy_read_response(text("HTTP/1.1 407 Auth\r\n\r\n"),
			     &size, &err),
	    STATUS_DENIED);
	assert_non_null(strstr(err.text, "user name"));
	assert_int_equal(proxy_read_response(text("HTTP/1.0 403 For\x01"
						  "bidden\r\n\r\n"),
			     &size, &err),
	    STATUS_DENIED);
	assert_non_null(strstr(err.text, "(403 Forbidden)"));
}

static void
test_garbage_and_endless_answers_are_refused(void **state)
{
	static char endless[PROXY_RESPONSE_BYTES + 64];
	size_t size;

	(void)state;
	assert_int_equal(proxy_read_response(text("SSH-2.0"), &size, NULL),
	    STATUS_INVALID);
	assert_int_equal(proxy_read_response(text("HTTP/1.1 x"), &size, NULL),
	    STATUS_INVALID);
	assert_int_equal(proxy_read_response(text("HTTP/1.1 20\n\n"), &size,
			     NULL),
	    STATUS_INVALID);
	memset(endless, 'a', sizeof(endless) - 1);
	memcpy(endless, "HTTP/1.1 200 ", 13);
	assert_int_equal(proxy_read_response(text(endless), &size, NULL),
	    STATUS_TOO_LARGE);
}

/*
 * A proxy with one client: it reads the request, gives its answer, and then
 * carries bytes between the client and the hub as they come.
 */
struct relay {
	uv_tcp_t server;
	uv_tcp_t client;
	uv_tcp_t hub;
	uv_connect_t connect;
	const char *answer;
	uint16_t hub_port;
	char request[1024];
	size_t request_size;
	unsigned handles;
	bool carries;
};

struct piece {
	uv_write_t write;
	char data[];
};

static void
on_piece(uv_write_t *request, int status)
{
	(void)status;
	free(request->data);
}

static void
relay_send(uv_tcp_t *to, const char *data, size_t size)
{
	struct piece *piece = malloc(sizeof(*piece) + size);
	uv_buf_t view;

	memcpy(piece->data, data, size);
	piece->write.data = piece;
	view = uv_buf_init(piece->data, (unsigned)size);
	if (uv_write(&piece->write, (uv_stream_t *)to, &view, 1, on_piece) != 0)
		free(piece);
}

static void
on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	static char room[64 * 1024];

	(void)handle;
	(void)suggested;
	*out = uv_buf_init(room, sizeof(room));
}

static void
relay_close(struct relay *relay)
{
	uv_tcp_t *all[] = { &relay->server, &relay->client, &relay->hub };

	for (size_t i = 0; i < 3; i++)
		if (all[i]->loop != NULL &&
		    !uv_is_closing((uv_handle_t *)all[i]))
			uv_close((uv_handle_t *)all[i], NULL);
}

static void
on_hub_bytes(uv_stream_t *stream, ssize_t count, const uv_buf_t *piece)
{
	struct relay *relay = stream->data;

	if (count > 0)
		relay_send(&relay->client, piece->base, (size_t)count);
	else if (count < 0)
		relay_close(relay);
}

static void
on_hub_reached(uv_connect_t *request, int status)
{
	struct relay *relay = request->data;

	assert_int_equal(status, 0);
	relay->carries = true;
	uv_read_start((uv_stream_t *)&relay->hub, on_room, on_hub_bytes);
	relay_send(&relay->client, relay->answer, strlen(relay->answer));
}

static void
answer_request(struct relay *relay)
{
	struct sockaddr_in address;

	if (relay->hub_port == 0) {
		relay_send(&relay->client, relay->answer,
		    strlen(relay->answer));
		return;
	}
	uv_ip4_addr("127.0.0.1", relay->hub_port, &address);
	uv_tcp_init(relay->server.loop, &relay->hub);
	relay->hub.data = relay;
	relay->connect.data = relay;
	uv_tcp_connect(&relay->connect, &relay->hub,
	    (const struct sockaddr *)&address, on_hub_reached);
}

static void
on_client_bytes(uv_stream_t *stream, ssize_t count, const uv_buf_t *piece)
{
	struct relay *relay = stream->data;

	if (count < 0) {
		relay_close(relay);
	} else if (relay->carries) {
		relay_send(&relay->hub, piece->base, (size_t)count);
	} else {
		assert_true(relay->request_size + (size_t)count <
			    sizeof(relay->request));
		memcpy(relay->request + relay->request_size, piece->base,
		    (size_t)count);
		relay->request_size += (size_t)count;
		if (strstr(relay->request, "\r\n\r\n") != NULL)
			answer_request(relay);
	}
}

static void
on_client(uv_stream_t *server, int status)
{
	struct relay *relay = server->data;

	assert_int_equal(status, 0);
	uv_tcp_init(server->loop, &relay->client);
	relay->client.data = relay;
	uv_accept(server, (uv_stream_t *)&relay->client);
	uv_read_start((uv_stream_t *)&relay->client, on_room, on_client_bytes);
}

static uint16_t
relay_listen(struct relay *relay, uv_loop_t *loop)
{
	struct sockaddr_in address;
	int size = sizeof(address);

	uv_ip4_addr("127.0.0.1", 0, &address);
	uv_tcp_init(loop, &relay->server);
	relay->server.data = relay;
	uv_tcp_bind(&relay->server, (const struct sockaddr *)&address, 0);
	assert_int_equal(uv_listen((uv_stream_t *)&relay->server, 1, on_client),
	    0);
	uv_tcp_getsockname(&relay->server, (struct sockaddr *)&address, &size);
	return ntohs(address.sin_port);
}

static struct error closed_with;
static unsigned opened;

static void
on_open(struct link *link, const struct link_info *info, void *user)
{
	(void)info;
	(void)user;
	opened++;
	link_close(link);
}

static void
on_closed(struct link *link, const struct error *why, void *user)
{
	struct relay *relay = user;

	(void)link;
	closed_with = *why;
	if (relay != NULL)
		relay_close(relay);
}

static const struct link_handlers handlers = { .on_open = on_open,
	.on_closed = on_closed };

static void
on_accept(struct listener *listener, struct link *link,
    const struct link_info *info, void *user)
{
	(void)info;
	(void)user;
	link_set_handlers(link,
	    &(struct link_handlers){ .on_closed = on_closed }, NULL);
	listener_close(listener);
}

/* Run a client against a proxy with that answer; hub: one stands behind. */
static void
visit(const char *answer, struct tls_context *context, uint16_t hub_port,
    uv_loop_t *loop, struct relay *relay)
{
	struct proxy proxy = { .host = "127.0.0.1", .user = "oak" };
	struct link_options options = { .context = context,
		.host = "localhost",
		.port = 8443,
		.proxy = &proxy };
	struct link *link = NULL;

	memset(relay, 0, sizeof(*relay));
	relay->answer = answer;
	relay->hub_port = hub_port;
	proxy.port = relay_listen(relay, loop);
	closed_with = (struct error){ 0 };
	opened = 0;
	assert_int_equal(link_connect(loop, &options, &handlers, relay, &link,
			     NULL),
	    STATUS_OK);
	uv_run(loop, UV_RUN_DEFAULT);
}

/* The hub is known by its own name, whatever the proxy is called. */
static void
test_hub_is_reached_through_a_proxy(void **state)
{
	const struct listener_handlers calls = { .on_accept = on_accept };
	struct listener_options options = { .address = "127.0.0.1:0" };
	struct tls_context *client;
	struct listener *listener = NULL;
	struct relay relay;
	struct hub oak;
	uv_loop_t loop;

	(void)state;
	hub_init(&oak, HUB_YEAR_S, HUB_YEAR_S);
	uv_loop_init(&loop);
	options.context = hub_server(&oak);
	client = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	assert_int_equal(listener_open(&loop, &options, &calls, NULL, &listener,
			     NULL),
	    STATUS_OK);
	visit("HTTP/1.1 200 OK\r\n\r\n", client, listener_port(listener), &loop,
	    &relay);
	assert_int_equal(opened, 1);
	assert_non_null(
	    strstr(relay.request, "CONNECT localhost:8443 HTTP/1.1\r\n"));
	assert_non_null(strstr(relay.request, "Basic b2FrOg==\r\n"));
	assert_int_equal(uv_loop_close(&loop), 0);
	tls_context_destroy(client);
	tls_context_destroy(options.context);
	hub_deinit(&oak);
}

static void
test_proxy_that_refuses_ends_the_link(void **state)
{
	static const struct {
		const char *answer;
		enum status status;
	} cases[] = {
		{ "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
		    STATUS_DENIED },
		{ "HTTP/1.1 403 Blocked\r\n\r\n<html>", STATUS_DENIED },
		{ "220 mail ready\r\n", STATUS_INVALID },
		{ "HTTP/1.1 200 OK\r\n\r\nand no TLS at all", STATUS_IO },
	};
	struct tls_context *client;
	struct relay relay;
	struct hub oak;
	uv_loop_t loop;

	(void)state;
	hub_init(&oak, HUB_YEAR_S, HUB_YEAR_S);
	uv_loop_init(&loop);
	client = hub_client(&oak, &oak, TLS_PROTOCOL_SYNC);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		visit(cases[i].answer, client, 0, &loop, &relay);
		assert_int_equal(closed_with.status, cases[i].status);
		assert_int_equal(opened, 0);
	}
	assert_int_equal(uv_loop_close(&loop), 0);
	tls_context_destroy(client);
	hub_deinit(&oak);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings_are_read),
		cmocka_unit_test(test_bad_settings_are_refused),
		cmocka_unit_test(test_request_is_what_http_wants),
		cmocka_unit_test(test_answer_in_pieces_is_waited_for),
		cmocka_unit_test(test_refusals_say_what_to_do),
		cmocka_unit_test(test_garbage_and_endless_answers_are_refused),
		cmocka_unit_test(test_hub_is_reached_through_a_proxy),
		cmocka_unit_test(test_proxy_that_refuses_ends_the_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
