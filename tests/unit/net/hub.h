/*
 * A hub's keys and certificates for tests, and clients of it.  Made once a
 * program; each function fails the test that cannot have what it asks for.
 */
#ifndef TESTS_UNIT_NET_HUB_H
#define TESTS_UNIT_NET_HUB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/net/certificate.h"
#include "common/net/tls.h"

enum {
	HUB_YEAR_S = 365 * 24 * 60 * 60,
};

struct hub {
	struct key *authority_key;
	struct buffer authority;
	struct key *key;
	struct buffer certificate;
	struct key *site_key;
	struct buffer site_certificate;
};

static inline struct authority
hub_authority(const struct hub *hub)
{
	return (struct authority){ hub->authority_key,
		buffer_view(&hub->authority) };
}

/* For localhost and 127.0.0.1, with one site, number 17. */
static inline void
hub_init(struct hub *hub, int64_t server_validity_s, int64_t site_validity_s)
{
	static const char *const hosts[] = { "localhost", "127.0.0.1" };
	struct buffer request = { 0 };
	struct authority authority;
	struct error err = { 0 };

	*hub = (struct hub){ 0 };
	assert_int_equal(key_generate(&hub->authority_key, &err), STATUS_OK);
	assert_int_equal(key_generate(&hub->key, &err), STATUS_OK);
	assert_int_equal(key_generate(&hub->site_key, &err), STATUS_OK);
	assert_int_equal(certificate_make_authority(hub->authority_key,
			     HUB_YEAR_S, &hub->authority, &err),
	    STATUS_OK);
	authority = hub_authority(hub);
	assert_int_equal(certificate_issue_server(&authority, hub->key, hosts,
			     2, server_validity_s, &hub->certificate, &err),
	    STATUS_OK);
	assert_int_equal(certificate_make_request(hub->site_key, &request,
			     &err),
	    STATUS_OK);
	assert_int_equal(certificate_issue_site(&authority,
			     buffer_view(&request), 17, site_validity_s,
			     &hub->site_certificate, &err),
	    STATUS_OK);
	buffer_deinit(&request);
}

static inline void
hub_deinit(struct hub *hub)
{
	key_destroy(hub->authority_key);
	key_destroy(hub->key);
	key_destroy(hub->site_key);
	buffer_deinit(&hub->authority);
	buffer_deinit(&hub->certificate);
	buffer_deinit(&hub->site_certificate);
}

static inline struct tls_context *
hub_server(const struct hub *hub)
{
	struct tls_server_options options = { hub->key,
		buffer_view(&hub->certificate), buffer_view(&hub->authority) };
	struct tls_context *context = NULL;
	struct error err = { 0 };

	assert_int_equal(tls_context_create_server(&options, &context, &err),
	    STATUS_OK);
	return context;
}

/* A client that trusts hub and shows what site gave it (NULL: nothing). */
static inline struct tls_context *
hub_client(const struct hub *hub, const struct hub *site,
    enum tls_protocol protocol)
{
	struct tls_client_options options = { .protocol = protocol,
		.authority = buffer_view(&hub->authority) };
	struct tls_context *context = NULL;
	struct error err = { 0 };

	if (site != NULL) {
		options.key = site->site_key;
		options.certificate = buffer_view(&site->site_certificate);
	}
	assert_int_equal(tls_context_create_client(&options, &context, &err),
	    STATUS_OK);
	return context;
}

static inline struct tls_context *
hub_joiner(const struct certificate_fingerprint *pin)
{
	struct tls_client_options options = { .protocol = TLS_PROTOCOL_JOIN,
		.pin = pin };
	struct tls_context *context = NULL;
	struct error err = { 0 };

	assert_int_equal(tls_context_create_client(&options, &context, &err),
	    STATUS_OK);
	return context;
}

#endif
