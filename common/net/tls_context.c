#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/net/tls_private.h"

static const char alpn_sync[] = "throughline/1";
static const char alpn_join[] = "throughline-join/1";

/*
 * Forward secrecy and authenticated encryption only.  RSA is there so that a
 * filter that decrypts gets as far as showing its certificate, and can be
 * named; no certificate of ours has an RSA key.
 */
static const int ciphers[] = { MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, 0 };

enum tls_protocol
tls_protocol_of(const char *alpn)
{
	if (alpn != NULL && strcmp(alpn, alpn_sync) == 0)
		return TLS_PROTOCOL_SYNC;
	if (alpn != NULL && strcmp(alpn, alpn_join) == 0)
		return TLS_PROTOCOL_JOIN;
	return TLS_PROTOCOL_NONE;
}

static struct tls_context *
create(bool is_server)
{
	struct tls_context *context = calloc(1, sizeof(*context));

	if (context == NULL)
		return NULL;
	context->holds = 1;
	context->is_server = is_server;
	mbedtls_ssl_config_init(&context->config);
	mbedtls_x509_crt_init(&context->authority);
	mbedtls_x509_crt_init(&context->chain);
	mbedtls_ssl_ticket_init(&context->tickets);
	return context;
}

struct tls_context *
tls_context_hold(struct tls_context *context)
{
	context->holds++;
	return context;
}

void
tls_context_destroy(struct tls_context *context)
{
	if (context == NULL || --context->holds > 0)
		return;
	mbedtls_ssl_config_free(&context->config);
	mbedtls_ssl_ticket_free(&context->tickets);
	mbedtls_x509_crt_free(&context->chain);
	mbedtls_x509_crt_free(&context->authority);
	key_destroy(context->key);
	free(context);
}

static int
set_defaults(struct tls_context *context)
{
	mbedtls_ssl_config *config = &context->config;
	int result = compat_init();

	if (result == 0)
		result = mbedtls_ssl_config_defaults(config,
		    context->is_server ? MBEDTLS_SSL_IS_SERVER
				       : MBEDTLS_SSL_IS_CLIENT,
		    MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
	if (result != 0)
		return result;
	mbedtls_ssl_conf_rng(config, compat_random, NULL);
	mbedtls_ssl_conf_ciphersuites(config, ciphers);
	compat_set_versions(config);
	if (context->alpn[0] != NULL)
		result = mbedtls_ssl_conf_alpn_protocols(config, context->alpn);
	return result;
}

/* Own certificate, a copy of its key, and what goes along with it. */
static enum status
set_own(struct tls_context *context, const struct key *key,
    struct bytes certificate, struct bytes along, struct error *err)
{
	struct buffer copy = { 0 };
	enum status status;
	int result;

	status = certificate_match(certificate, key, err);
	if (status == STATUS_OK)
		status = key_encode(key, &copy, err);
	if (status == STATUS_OK)
		status = key_decode(buffer_view(&copy), &context->key, err);
	key_wipe(&copy);
	if (status != STATUS_OK)
		return status;
	result = mbedtls_x509_crt_parse_der(&context->chain, certificate.data,
	    certificate.size);
	if (result == 0 && along.size > 0)
		result = mbedtls_x509_crt_parse_der(&context->chain, along.data,
		    along.size);
	if (result == 0)
		result = mbedtls_ssl_conf_own_cert(&context->config,
		    &context->chain, key_get_handle(context->key));
	if (result != 0)
		return compat_failed(err, STATUS_INVALID, "use the certificate",
		    result);
	return STATUS_OK;
}

static enum status
set_authority(struct tls_context *context, struct bytes authority,
    struct error *err)
{
	int result = mbedtls_x509_crt_parse_der(&context->authority,
	    authority.data, authority.size);

	if (result != 0)
		return compat_failed(err, STATUS_INVALID,
		    "use the authority's certificate", result);
	mbedtls_ssl_conf_ca_chain(&context->config, &context->authority, NULL);
	return STATUS_OK;
}

static int
write_ticket(void *user, const mbedtls_ssl_session *session,
    unsigned char *start, const unsigned char *end, size_t *size,
    uint32_t *lifetime)
{
	struct tls_context *context = user;

	return mbedtls_ssl_ticket_write(&context->tickets, session, start, end,
	    size, lifetime);
}

static int
read_ticket(void *user, mbedtls_ssl_session *session, unsigned char *data,
    size_t size)
{
	struct tls_context *context = user;
	int result;

	result =
	    mbedtls_ssl_ticket_parse(&context->tickets, session, data, size);
	context->ticket_taken = result == 0;
	return result;
}

static enum status
finish(struct tls_context *context, enum status status,
    struct tls_context **out)
{
	assert(out != NULL && *out == NULL);
	if (status == STATUS_OK)
		*out = context;
	else
		tls_context_destroy(context);
	return status;
}

enum status
tls_context_create_server(const struct tls_server_options *options,
    struct tls_context **out, struct error *err)
{
	struct tls_context *context = create(true);
	enum status status;
	int result;

	if (context == NULL)
		return error_set(err, STATUS_NOMEM, "prepare TLS: %s",
		    status_text(STATUS_NOMEM));
	context->alpn[0] = alpn_sync;
	context->alpn[1] = alpn_join;
	result = set_defaults(context);
	if (result == 0)
		result =
		    mbedtls_ssl_ticket_setup(&context->tickets, compat_random,
			NULL, MBEDTLS_CIPHER_AES_256_GCM, TLS_TICKET_SECONDS);
	if (result != 0)
		return finish(context,
		    compat_failed(err, STATUS_IO, "prepare TLS", result), out);
	mbedtls_ssl_conf_session_tickets_cb(&context->config, write_ticket,
	    read_ticket, context);
	/* Optional: the verifier of tls.c ends what shows a wrong one. */
	mbedtls_ssl_conf_authmode(&context->config,
	    MBEDTLS_SSL_VERIFY_OPTIONAL);
	status = set_authority(context, options->authority, err);
	if (status == STATUS_OK)
		status = set_own(context, options->key, options->certificate,
		    options->authority, err);
	return finish(context, status, out);
}

static void
set_binding(struct tls_context *context,
    const struct tls_client_options *options)
{
	crypto_hash_sha256_state state;
	struct certificate_fingerprint parts[2] = { 0 };

	if (context->is_pinned)
		parts[0] = context->pin;
	else
		parts[0] = certificate_fingerprint(options->authority);
	if (options->key != NULL)
		parts[1] = certificate_fingerprint(options->certificate);
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, parts[0].bytes, 32);
	crypto_hash_sha256_update(&state, parts[1].bytes, 32);
	crypto_hash_sha256_final(&state, context->binding.bytes);
}

enum status
tls_context_create_client(const struct tls_client_options *options,
    struct tls_context **out, struct error *err)
{
	const struct bytes none = { 0 };
	struct tls_context *context = create(false);
	enum status status = STATUS_OK;
	int result;

	assert((options->pin == NULL) == (options->authority.size > 0));
	if (context == NULL)
		return error_set(err, STATUS_NOMEM, "prepare TLS: %s",
		    status_text(STATUS_NOMEM));
	context->protocol = options->protocol;
	if (options->protocol == TLS_PROTOCOL_SYNC)
		context->alpn[0] = alpn_sync;
	if (options->protocol == TLS_PROTOCOL_JOIN)
		context->alpn[0] = alpn_join;
	context->is_pinned = options->pin != NULL;
	if (context->is_pinned)
		context->pin = *options->pin;
	set_binding(context, options);
	result = set_defaults(context);
	if (result != 0)
		return finish(context,
		    compat_failed(err, STATUS_IO, "prepare TLS", result), out);
	/*
	 * With a pin alone there is nothing yet to give to mbedTLS to verify
	 * by: the verifier of tls.c finds the pinned authority in the chain,
	 * and ends the handshake otherwise.
	 */
	mbedtls_ssl_conf_authmode(&context->config,
	    context->is_pinned ? MBEDTLS_SSL_VERIFY_OPTIONAL
			       : MBEDTLS_SSL_VERIFY_REQUIRED);
	if (!context->is_pinned)
		status = set_authority(context, options->authority, err);
	if (status == STATUS_OK && options->key != NULL)
		status = set_own(context, options->key, options->certificate,
		    none, err);
	return finish(context, status, out);
}
