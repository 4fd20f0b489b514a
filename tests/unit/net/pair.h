/*
 * Two ends of TLS in one process, with no socket between them.
 */
#ifndef TESTS_UNIT_NET_PAIR_H
#define TESTS_UNIT_NET_PAIR_H

#include "tests/unit/net/hub.h"

#include <string.h>

#include "common/net/tls.h"

struct pair {
	struct tls *client;
	struct tls *hub;
	enum status client_status;
	enum status hub_status;
	struct error client_error;
	struct error hub_error;
};

static inline void
pair_init(struct pair *pair, struct tls_context *hub,
    struct tls_context *client, const char *host)
{
	memset(pair, 0, sizeof(*pair));
	assert_int_equal(tls_create(client, host, &pair->client,
			     &pair->client_error),
	    STATUS_OK);
	assert_int_equal(tls_create(hub, NULL, &pair->hub, &pair->hub_error),
	    STATUS_OK);
	pair->client_status = pair->hub_status = STATUS_AGAIN;
}

static inline void
pair_deinit(struct pair *pair)
{
	tls_destroy(pair->client);
	tls_destroy(pair->hub);
}

/* Carry up to step bytes; how many there were. */
static inline size_t
carry(struct tls *from, struct tls *to, size_t step)
{
	struct bytes view = buffer_view(tls_output(from));

	if (view.size > step)
		view.size = step;
	if (view.size == 0)
		return 0;
	assert_int_equal(tls_feed(to, view, NULL), STATUS_OK);
	buffer_consume(tls_output(from), view.size);
	return view.size;
}

/* Until neither has anything to say. */
static inline void
shake_hands(struct pair *pair, size_t step)
{
	size_t moved;

	do {
		if (pair->client_status == STATUS_AGAIN)
			pair->client_status =
			    tls_handshake(pair->client, &pair->client_error);
		if (pair->hub_status == STATUS_AGAIN)
			pair->hub_status =
			    tls_handshake(pair->hub, &pair->hub_error);
		moved = carry(pair->client, pair->hub, step);
		moved += carry(pair->hub, pair->client, step);
	} while (moved > 0);
}

static inline void
expect_open(const struct pair *pair)
{
	assert_string_equal(pair->client_error.text, "");
	assert_string_equal(pair->hub_error.text, "");
	assert_int_equal(pair->client_status, STATUS_OK);
	assert_int_equal(pair->hub_status, STATUS_OK);
}

static inline void
expect_client_error(const struct pair *pair, const char *text)
{
	assert_int_equal(pair->client_status, STATUS_DENIED);
	assert_string_equal(pair->client_error.text, text);
}

/* From one end to the other; both are open. */
static inline void
say(struct tls *from, struct tls *to, const char *text)
{
	uint8_t heard[64];
	size_t size = 0;

	assert_int_equal(tls_write(from, bytes_of_text(text), NULL), STATUS_OK);
	while (carry(from, to, 1000) > 0)
		;
	assert_int_equal(tls_read(to, heard, sizeof(heard), &size, NULL),
	    STATUS_OK);
	assert_int_equal(size, strlen(text));
	assert_memory_equal(heard, text, size);
}

#endif
