#include "common/net/proxy.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/net/certificate.h"

enum {
	PORT_DEFAULT = 8080,
	TEXT_BYTES = 1024, /* of a setting */
	CREDENTIAL_BYTES = 2 * PROXY_NAME_BYTES,
	REASON_BYTES = 60, /* of the proxy's words, in ours */
};

static enum status
invalid(struct error *err)
{
	return error_set(err, STATUS_INVALID,
	    "a proxy is written HOST:PORT or http://USER:PASSWORD@HOST:PORT");
}

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Percent-decode in to out, ended by NUL; no control characters. */
static bool
decode(struct bytes in, char out[PROXY_NAME_BYTES])
{
	size_t size = 0;

	while (in.size > 0) {
		int c = in.data[0];

		if (c == '%') {
			if (in.size < 3 || hex_value(in.data[1]) < 0 ||
			    hex_value(in.data[2]) < 0)
				return false;
			c = hex_value(in.data[1]) * 16 + hex_value(in.data[2]);
			bytes_advance(&in, 2);
		}
		bytes_advance(&in, 1);
		if (c < ' ' || c == 0x7f || size + 1 >= PROXY_NAME_BYTES)
			return false;
		out[size++] = (char)c;
	}
	out[size] = '\0';
	return true;
}

/* Where c stands last in text, or its size. */
static size_t
find_last(struct bytes text, uint8_t c)
{
	for (size_t i = text.size; i > 0; i--)
		if (text.data[i - 1] == c)
			return i - 1;
	return text.size;
}

/* USER:PASSWORD; a colon of the user's is percent-encoded. */
static bool
read_credentials(struct bytes text, struct proxy *proxy)
{
	const uint8_t *colon = memchr(text.data, ':', text.size);
	struct bytes user = text, password = { 0 };

	if (colon != NULL) {
		user.size = (size_t)(colon - text.data);
		password = text;
		bytes_advance(&password, user.size + 1);
	}
	/* The colon ends the user's name where it is sent. */
	return decode(user, proxy->user) && decode(password, proxy->password) &&
	       proxy->user[0] != '\0' && strchr(proxy->user, ':') == NULL;
}

static bool
read_port(struct bytes digits, uint16_t *port)
{
	uint32_t number = 0;

	if (digits.size == 0 || digits.size > 5)
		return false;
	for (size_t i = 0; i < digits.size; i++) {
		if (digits.data[i] < '0' || digits.data[i] > '9')
			return false;
		number = number * 10 + (uint32_t)(digits.data[i] - '0');
	}
	*port = (uint16_t)number;
	return number >= 1 && number <= 65535;
}

/* HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT */
static bool
read_host(struct bytes text, struct proxy *proxy)
{
	struct bytes host = text, port = { 0 };
	size_t end;

	if (text.size > 0 && text.data[0] == '[') {
		end = find_last(text, ']');
		if (end == text.size)
			return false;
		host.data++;
		host.size = end - 1;
		port = text;
		bytes_advance(&port, end + 1);
	} else {
		end = find_last(text, ':');
		host.size = end;
		port = text;
		bytes_advance(&port, end);
	}
	proxy->port = PORT_DEFAULT;
	if (port.size > 0) {
		if (port.data[0] != ':')
			return false;
		bytes_advance(&port, 1);
		if (!read_port(port, &proxy->port))
			return false;
	}
	if (host.size == 0 || host.size >= sizeof(proxy->host) ||
	    memchr(host.data, '\0', host.size) != NULL)
		return false;
	memcpy(proxy->host, host.data, host.size);
	proxy->host[host.size] = '\0';
	return certificate_host_is_valid(proxy->host);
}

enum status
proxy_parse(struct bytes text, struct proxy *proxy, struct error *err)
{
	static const char scheme[] = "http://";
	struct proxy read = { 0 };
	struct bytes credentials;
	size_t at;

	if (text.size > TEXT_BYTES)
		return invalid(err);
	if (text.size >= sizeof(scheme) - 1 &&
	    memcmp(text.data, scheme, sizeof(scheme) - 1) == 0)
		bytes_advance(&text, sizeof(scheme) - 1);
	if (text.size > 0 && text.data[text.size - 1] == '/')
		text.size--;
	at = find_last(text, '@');
	if (at < text.size) {
		credentials = text;
		credentials.size = at;
		if (!read_credentials(credentials, &read))
			return invalid(err);
		bytes_advance(&text, at + 1);
	}
	if (!read_host(text, &read))
		return invalid(err);
	*proxy = read;
	return STATUS_OK;
}

enum status
proxy_write_connect(const struct proxy *proxy, const char *host, uint16_t port,
    struct buffer *out, struct error *err)
{
	char request[2 * PROXY_HOST_BYTES + 128 + 2 * CREDENTIAL_BYTES];
	char credentials[CREDENTIAL_BYTES];
	char coded[2 * CREDENTIAL_BYTES] = { 0 };
	bool is_v6 = strchr(host, ':') != NULL;
	enum status status;

	if (!certificate_host_is_valid(host))
		return error_set(err, STATUS_INVALID,
		    "\"%.100s\" is neither a host name nor an IP address",
		    host);
	if (proxy->user[0] != '\0') {
		snprintf(credentials, sizeof(credentials), "%s:%s", proxy->user,
		    proxy->password);
		sodium_bin2base64(coded, sizeof(coded),
		    (const uint8_t *)credentials, strlen(credentials),
		    sodium_base64_VARIANT_ORIGINAL);
		sodium_memzero(credentials, sizeof(credentials));
	}
	snprintf(request, sizeof(request),
	    "CONNECT %s%s%s:%u HTTP/1.1\r\nHost: %s%s%s:%u\r\n%s%s%s\r\n",
	    is_v6 ? "[" : "", host, is_v6 ? "]" : "", port, is_v6 ? "[" : "",
	    host, is_v6 ? "]" : "", port,
	    coded[0] != '\0' ? "Proxy-Authorization: Basic " : "", coded,
	    coded[0] != '\0' ? "\r\n" : "");
	status = buffer_append(out, bytes_of_text(request));
	sodium_memzero(request, sizeof(request));
	sodium_memzero(coded, sizeof(coded));
	if (status != STATUS_OK)
		error_set(err, status, "ask the proxy: %s",
		    status_text(status));
	return status;
}

/* The length of the head with its empty line, or 0 when it has not ended. */
static size_t
head_size(struct bytes in)
{
	for (size_t i = 0; i < in.size; i++) {
		if (in.data[i] != '\n')
			continue;
		if (i + 1 < in.size && in.data[i + 1] == '\n')
			return i + 2;
		if (i + 2 < in.size && in.data[i + 1] == '\r' &&
		    in.data[i + 2] == '\n')
			return i + 3;
	}
	return 0;
}

/* "HTTP/1.x NNN", as far as it has come; false: it can be no answer. */
static bool
begins_as_http(struct bytes in)
{
	static const char pattern[] = "HTTP/1.# ### ";
	size_t size = sizeof(pattern) - 2;

	for (size_t i = 0; i < in.size && i < size; i++) {
		uint8_t c = in.data[i];

		if (pattern[i] == '#' ? c < '0' || c > '9'
				      : c != (uint8_t)pattern[i])
			return false;
	}
	return true;
}

static enum status
refused(int code, struct bytes line, struct error *err)
{
	char reason[REASON_BYTES + 1] = { 0 };
	size_t size = 0;

	/* What the proxy says of itself, as far as it can be printed. */
	bytes_advance(&line, 12);
	for (size_t i = 0; i < line.size && size < REASON_BYTES; i++) {
		uint8_t c = line.data[i];

		if (c == '\r' || c == '\n')
			break;
		if (c >= ' ' && c < 0x7f && (size > 0 || c != ' '))
			reason[size++] = (char)c;
	}
	if (code == 407)
		return error_set(err, STATUS_DENIED,
		    "the proxy asks for a user name and a password: set "
		    "them with the proxy");
	return error_set(err, STATUS_DENIED,
	    "the proxy does not let this connection through (%d %s): ask "
	    "for the hub to be allowed",
	    code, reason);
}

enum status
proxy_read_response(struct bytes in, size_t *size, struct error *err)
{
	struct bytes head = in;
	int code;

	if (!begins_as_http(in))
		return error_set(err, STATUS_INVALID,
		    "what answers is no proxy");
	if (head.size > PROXY_RESPONSE_BYTES)
		head.size = PROXY_RESPONSE_BYTES;
	head.size = head_size(head);
	if (head.size == 0 && in.size >= PROXY_RESPONSE_BYTES)
		return error_set(err, STATUS_TOO_LARGE,
		    "the proxy's answer is longer than %d bytes",
		    PROXY_RESPONSE_BYTES);
	if (head.size == 0)
		return STATUS_AGAIN;
	if (head.size < 14)
		return error_set(err, STATUS_INVALID,
		    "what answers is no proxy");
	code = (head.data[9] - '0') * 100 + (head.data[10] - '0') * 10 +
	       (head.data[11] - '0');
	if (code < 200 || code > 299)
		return refused(code, head, err);
	*size = head.size;
	return STATUS_OK;
}
