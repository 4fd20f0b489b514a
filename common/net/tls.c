/*
 * mbedTLS over two buffers.  Input that is not there is WANT_READ, and output
 * finds room always: were it refused, close_notify would be lost unsaid.
 */
#include "common/net/tls.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/net/tls_private.h"

enum {
	BINDING_BYTES = 32,
	NAME_BYTES = 100, /* of the host, in sentences */
};

enum tls_state {
	TLS_HANDSHAKE,
	TLS_OPEN,
	TLS_FAILED,
};

struct tls {
	struct tls_context *context;
	enum tls_state state;
	mbedtls_ssl_context ssl;
	struct buffer input;
	struct buffer output;
	char host[CERTIFICATE_HOST_BYTES];
	uint32_t flags;    /* what is wrong with the peer's chain */
	bool was_verified; /* a certificate was shown in this handshake */
	bool is_closed;
	struct buffer authority; /* found by its pin */
	struct tls_info info;
	struct error failure;
};

static int
send_to_output(void *user, const unsigned char *data, size_t size)
{
	struct tls *tls = user;

	if (buffer_append(&tls->output, (struct bytes){ data, size }) !=
	    STATUS_OK)
		return MBEDTLS_ERR_SSL_ALLOC_FAILED;
	return (int)size;
}

static int
receive_from_input(void *user, unsigned char *data, size_t size)
{
	struct tls *tls = user;
	struct bytes view = buffer_view(&tls->input);

	if (view.size == 0)
		return MBEDTLS_ERR_SSL_WANT_READ;
	if (size > view.size)
		size = view.size;
	memcpy(data, view.data, size);
	buffer_consume(&tls->input, size);
	return (int)size;
}

/*
 * Called for each certificate of the peer's chain, the authority's first and
 * its own last (depth 0).  Whatever is wrong with any of them ends the
 * handshake there, also where mbedTLS was told that verifying is optional.
 *
 * A client does not judge when a certificate is valid.  The clock of a school's
 * computer can be years wrong, and would cut it off; what it trusts is one
 * authority, pinned.  The hub judges sites' certificates, by its own clock.
 */
static int
verify_peer(void *user, mbedtls_x509_crt *certificate, int depth,
    uint32_t *flags)
{
	struct tls *tls = user;
	struct bytes der = { certificate->raw.p, certificate->raw.len };
	struct certificate_fingerprint print = certificate_fingerprint(der);

	tls->was_verified = true;
	if (!tls->context->is_server)
		*flags &= ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED |
				      MBEDTLS_X509_BADCERT_FUTURE);
	if (tls->context->is_pinned && depth > 0 &&
	    memcmp(print.bytes, tls->context->pin.bytes, 32) == 0) {
		*flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_NOT_TRUSTED;
		buffer_clear(&tls->authority);
		if (buffer_append(&tls->authority, der) != STATUS_OK)
			return MBEDTLS_ERR_X509_ALLOC_FAILED;
	}
	if (depth == 0 && !tls->context->is_server) {
		if (!certificate_is_for_host(der, tls->host))
			*flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
		if (tls->context->is_pinned && tls->authority.size == 0)
			*flags |= MBEDTLS_X509_BADCERT_NOT_TRUSTED;
	}
	tls->flags |= *flags;
	if (depth == 0 && tls->flags != 0)
		return MBEDTLS_ERR_X509_FATAL_ERROR;
	return 0;
}

static bool
is_address(const char *host)
{
	return strchr(host, ':') != NULL ||
	       strspn(host, "0123456789.") == strlen(host);
}

enum status
tls_create(struct tls_context *context, const char *host, struct tls **out,
    struct error *err)
{
	struct tls *tls;
	int result;

	assert(out != NULL && *out == NULL);
	assert(context->is_server == (host == NULL));
	if (host != NULL && !certificate_host_is_valid(host))
		return error_set(err, STATUS_INVALID,
		    "\"%.100s\" is neither a host name nor an IP address",
		    host);
	tls = calloc(1, sizeof(*tls));
	if (tls == NULL)
		return error_set(err, STATUS_NOMEM, "begin TLS: %s",
		    status_text(STATUS_NOMEM));
	tls->context = tls_context_hold(context);
	mbedtls_ssl_init(&tls->ssl);
	result = mbedtls_ssl_setup(&tls->ssl, &context->config);
	if (result == 0 && host != NULL) {
		snprintf(tls->host, sizeof(tls->host), "%s", host);
		/* Addresses have no place in the name that is sent. */
		result = mbedtls_ssl_set_hostname(&tls->ssl,
		    is_address(host) ? NULL : host);
	}
	if (result != 0) {
		tls_destroy(tls);
		return compat_failed(err, STATUS_IO, "begin TLS", result);
	}
	mbedtls_ssl_set_verify(&tls->ssl, verify_peer, tls);
	mbedtls_ssl_set_bio(&tls->ssl, tls, send_to_output, receive_from_input,
	    NULL);
	*out = tls;
	return STATUS_OK;
}

void
tls_destroy(struct tls *tls)
{
	if (tls == NULL)
		return;
	mbedtls_ssl_free(&tls->ssl);
	buffer_deinit(&tls->input);
	buffer_deinit(&tls->output);
	buffer_deinit(&tls->authority);
	tls_context_destroy(tls->context);
	free(tls);
}

enum status
tls_feed(struct tls *tls, struct bytes ciphertext, struct error *err)
{
	enum status status;

	if (ciphertext.size > TLS_INPUT_BYTES - tls->input.size)
		return error_set(err, STATUS_TOO_LARGE,
		    "more was received than is read");
	status = buffer_append(&tls->input, ciphertext);
	if (status != STATUS_OK)
		return error_set(err, status, "receive: %s",
		    status_text(status));
	return STATUS_OK;
}

struct buffer *
tls_output(struct tls *tls)
{
	return &tls->output;
}

const struct tls_info *
tls_get_info(const struct tls *tls)
{
	assert(tls->state != TLS_HANDSHAKE);
	return &tls->info;
}

/* What failed first is what is said ever after. */
static enum status
again(const struct tls *tls, struct error *err)
{
	assert(tls->state == TLS_FAILED);
	return error_set(err, tls->failure.status, "%s", tls->failure.text);
}

static enum status
fail(struct tls *tls, struct error *err)
{
	tls->state = TLS_FAILED;
	return again(tls, err);
}

/* The peer's certificate was not accepted, for what stands in flags. */
static void
explain_certificate(struct tls *tls)
{
	const uint32_t time =
	    MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;
	struct error *why = &tls->failure;
	const char *host = tls->host;

	if (tls->context->is_server && (tls->flags & ~time) == 0)
		error_set(why, STATUS_DENIED,
		    "a computer showed a certificate that has expired");
	else if (tls->context->is_server)
		error_set(why, STATUS_DENIED,
		    "a computer showed a certificate that this hub did not "
		    "issue");
	else if (tls->flags == MBEDTLS_X509_BADCERT_CN_MISMATCH)
		error_set(why, STATUS_DENIED,
		    "the hub's certificate is not for %.*s: its "
		    "administrator has to add that name",
		    NAME_BYTES, host);
	else
		error_set(why, STATUS_DENIED,
		    "the certificate of %.*s is not the hub's: a web filter "
		    "may be decrypting this connection; ask for %.*s to be "
		    "exempted",
		    NAME_BYTES, host, NAME_BYTES, host);
}

static enum status
fail_handshake(struct tls *tls, int result, struct error *err)
{
	const char *peer = tls->context->is_server ? "a computer" : tls->host;

	if (tls->flags != 0)
		explain_certificate(tls);
	else if (result == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
		error_set(&tls->failure, STATUS_DENIED,
		    "%.*s ended the handshake: it does not accept this "
		    "certificate, or speaks another protocol",
		    NAME_BYTES, peer);
	else if (result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
		error_set(&tls->failure, STATUS_CLOSED,
		    "%.*s ended the connection during the handshake",
		    NAME_BYTES, peer);
	else
		compat_failed(&tls->failure, STATUS_IO, "the handshake failed",
		    result);
	return fail(tls, err);
}

static enum status
refuse(struct tls *tls, unsigned char alert, const char *why, struct error *err)
{
	mbedtls_ssl_send_alert_message(&tls->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
	    alert);
	error_set(&tls->failure, STATUS_DENIED, "%s", why);
	return fail(tls, err);
}

/*
 * After the handshake: mbedTLS accepts a peer that offers no protocol, and a
 * ticket does not end with the certificate that is in it.
 */
static enum status
check_peer(struct tls *tls, struct error *err)
{
	const mbedtls_x509_crt *peer = mbedtls_ssl_get_peer_cert(&tls->ssl);
	struct tls_info *info = &tls->info;
	struct certificate_info certificate;
	struct bytes der;

	info->protocol =
	    tls_protocol_of(mbedtls_ssl_get_alpn_protocol(&tls->ssl));
	if (info->protocol == TLS_PROTOCOL_NONE ||
	    (!tls->context->is_server &&
		info->protocol != tls->context->protocol))
		return refuse(tls,
		    MBEDTLS_SSL_ALERT_MSG_NO_APPLICATION_PROTOCOL,
		    tls->context->is_server
			? "a computer does not speak Throughline's protocol"
			: "the other end does not speak Throughline's "
			  "protocol: it is no hub",
		    err);
	if (!tls->context->is_server)
		info->resumed = !tls->was_verified;
	if (peer == NULL && !tls->context->is_server)
		return refuse(tls, MBEDTLS_SSL_ALERT_MSG_NO_CERT,
		    "the hub showed no certificate", err);
	if (peer == NULL)
		return STATUS_OK;
	if (tls->context->is_server &&
	    mbedtls_x509_time_is_past(&peer->valid_to)) {
		tls->flags = MBEDTLS_X509_BADCERT_EXPIRED;
		mbedtls_ssl_send_alert_message(&tls->ssl,
		    MBEDTLS_SSL_ALERT_LEVEL_FATAL,
		    MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED);
		explain_certificate(tls);
		return fail(tls, err);
	}
	der = (struct bytes){ peer->raw.p, peer->raw.len };
	if (certificate_parse(der, &certificate, &tls->failure) != STATUS_OK) {
		error_wrap(&tls->failure, "the peer's certificate");
		return fail(tls, err);
	}
	info->has_certificate = true;
	info->serial = certificate.serial;
	memcpy(info->name, certificate.name, sizeof(info->name));
	return STATUS_OK;
}

enum status
tls_handshake(struct tls *tls, struct error *err)
{
	enum status status;
	size_t before;
	int result;

	if (tls->state == TLS_FAILED)
		return again(tls, err);
	if (tls->state == TLS_OPEN)
		return STATUS_OK;
	do {
		before = tls->input.size;
		tls->context->ticket_taken = false;
		result = mbedtls_ssl_handshake(&tls->ssl);
		if (tls->context->ticket_taken)
			tls->info.resumed = true;
	} while (
	    result == MBEDTLS_ERR_SSL_WANT_READ && tls->input.size < before);
	if (result == MBEDTLS_ERR_SSL_WANT_READ)
		return STATUS_AGAIN;
	if (result != 0)
		return fail_handshake(tls, result, err);
	status = check_peer(tls, err);
	if (status == STATUS_OK)
		tls->state = TLS_OPEN;
	return status;
}

/*
 * After a warning from the peer mbedTLS wants to read although there is input
 * left, so go on for as long as it takes from the input.
 */
static int
read_some(struct tls *tls, uint8_t *out, size_t capacity)
{
	size_t before;
	int result;

	do {
		before = tls->input.size;
		result = mbedtls_ssl_read(&tls->ssl, out, capacity);
	} while (
	    result == MBEDTLS_ERR_SSL_WANT_READ && tls->input.size < before);
	return result;
}

enum status
tls_read(struct tls *tls, uint8_t *out, size_t capacity, size_t *size,
    struct error *err)
{
	int result;

	assert(tls->state != TLS_HANDSHAKE);
	if (tls->state == TLS_FAILED)
		return again(tls, err);
	result = read_some(tls, out, capacity);
	if (result > 0) {
		*size = (size_t)result;
		return STATUS_OK;
	}
	if (result == MBEDTLS_ERR_SSL_WANT_READ)
		return STATUS_AGAIN;
	if (result == 0 || result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
		return error_set(err, STATUS_CLOSED, "%s",
		    status_text(STATUS_CLOSED));
	if (result == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
		error_set(&tls->failure, STATUS_DENIED,
		    "the other end refused this connection: it does not "
		    "accept this certificate, or speaks another protocol");
	else
		compat_failed(&tls->failure, STATUS_IO,
		    "what was received is damaged", result);
	return fail(tls, err);
}

enum status
tls_write(struct tls *tls, struct bytes plaintext, struct error *err)
{
	int result;

	assert(tls->state != TLS_HANDSHAKE);
	if (tls->state == TLS_FAILED)
		return again(tls, err);
	while (plaintext.size > 0) {
		result = mbedtls_ssl_write(&tls->ssl, plaintext.data,
		    plaintext.size);
		if (result <= 0) {
			compat_failed(&tls->failure, STATUS_IO, "send", result);
			return fail(tls, err);
		}
		bytes_advance(&plaintext, (size_t)result);
	}
	return STATUS_OK;
}

void
tls_close(struct tls *tls)
{
	if (tls->state == TLS_OPEN && !tls->is_closed)
		mbedtls_ssl_close_notify(&tls->ssl);
	tls->is_closed = true;
}

/* A session is of use for one host, one authority, one own certificate. */
static void
bind(const struct tls *tls, uint8_t binding[BINDING_BYTES])
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, tls->context->binding.bytes, 32);
	crypto_hash_sha256_update(&state, (const uint8_t *)tls->host,
	    strlen(tls->host));
	crypto_hash_sha256_final(&state, binding);
}

void
tls_load_session(struct tls *tls, struct bytes session)
{
	uint8_t binding[BINDING_BYTES];
	mbedtls_ssl_session loaded;

	assert(tls->state == TLS_HANDSHAKE && !tls->context->is_server);
	bind(tls, binding);
	if (session.size <= BINDING_BYTES || session.size > TLS_SESSION_BYTES ||
	    memcmp(session.data, binding, BINDING_BYTES) != 0)
		return;
	bytes_advance(&session, BINDING_BYTES);
	mbedtls_ssl_session_init(&loaded);
	if (mbedtls_ssl_session_load(&loaded, session.data, session.size) == 0)
		mbedtls_ssl_set_session(&tls->ssl, &loaded);
	mbedtls_ssl_session_free(&loaded);
}

enum status
tls_save_session(const struct tls *tls, struct buffer *out, struct error *err)
{
	uint8_t saved[TLS_SESSION_BYTES];
	mbedtls_ssl_session session;
	enum status status = STATUS_OK;
	size_t size = 0;
	int result;

	assert(tls->state == TLS_OPEN && !tls->context->is_server);
	mbedtls_ssl_session_init(&session);
	result = mbedtls_ssl_get_session(&tls->ssl, &session);
	if (result == 0 && session.ticket_len == 0)
		status =
		    error_set(err, STATUS_NOT_FOUND, "the hub gave no ticket");
	else if (result == 0)
		result =
		    mbedtls_ssl_session_save(&session, saved + BINDING_BYTES,
			sizeof(saved) - BINDING_BYTES, &size);
	mbedtls_ssl_session_free(&session);
	if (result != 0)
		status = compat_failed(err, STATUS_NOT_FOUND,
		    "save the session", result);
	if (status == STATUS_OK) {
		bind(tls, saved);
		status = buffer_append(out,
		    (struct bytes){ saved, BINDING_BYTES + size });
	}
	sodium_memzero(saved, sizeof(saved));
	return status;
}

enum status
tls_peer_authority(const struct tls *tls, struct buffer *out, struct error *err)
{
	enum status status;

	assert(tls->state == TLS_OPEN);
	if (tls->authority.size == 0)
		return error_set(err, STATUS_NOT_FOUND,
		    "the hub did not send its authority");
	status = buffer_append(out, buffer_view(&tls->authority));
	if (status != STATUS_OK)
		error_set(err, status, "keep the authority: %s",
		    status_text(status));
	return status;
}
