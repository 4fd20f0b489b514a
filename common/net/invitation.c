/*
 * What the letters stand for, before base 32:
 *
 *	port            2 bytes, little-endian
 *	size of host    1 byte
 *	host
 *	authority       32 bytes, SHA-256 of its certificate
 *	secret          16 bytes
 *	check           4 bytes, the first of BLAKE2b-128 of all before it
 *
 * The groups' check characters find the mistake of a finger and say where it
 * is; the check at the end finds what is left.
 */
#include "common/net/invitation.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/support/base32.h"

enum {
	PRINT_BYTES = 32,
	CHECK_BYTES = 4,
	FIXED_BYTES = 3 + PRINT_BYTES + INVITATION_SECRET_BYTES + CHECK_BYTES,
	PACKED_BYTES = FIXED_BYTES + INVITATION_HOST_BYTES - 1,
	LINE_BYTES = 2 * INVITATION_TEXT_BYTES, /* as typed, with blanks */
};

static const char prefix[] = "TL1-";

static_assert(BASE32_CHECKED_BYTES(PACKED_BYTES) + sizeof(prefix) <=
		  INVITATION_TEXT_BYTES,
    "the longest invitation fits");

static void
make_check(const uint8_t *packed, size_t size, uint8_t check[CHECK_BYTES])
{
	uint8_t hash[crypto_generichash_BYTES_MIN];

	crypto_generichash(hash, sizeof(hash), packed, size, NULL, 0);
	memcpy(check, hash, CHECK_BYTES);
}

enum status
invitation_encode(const struct invitation *invitation,
    char text[INVITATION_TEXT_BYTES], struct error *err)
{
	size_t host_size = strlen(invitation->host);
	uint8_t packed[PACKED_BYTES], *at = packed;

	if (host_size >= INVITATION_HOST_BYTES ||
	    !certificate_host_is_valid(invitation->host))
		return error_set(err, STATUS_INVALID,
		    "\"%.100s\" is neither a host name nor an IP address",
		    invitation->host);
	if (invitation->port == 0)
		return error_set(err, STATUS_INVALID,
		    "an invitation needs the port of the hub");
	*at++ = (uint8_t)(invitation->port & 0xff);
	*at++ = (uint8_t)(invitation->port >> 8);
	*at++ = (uint8_t)host_size;
	memcpy(at, invitation->host, host_size);
	at += host_size;
	memcpy(at, invitation->authority.bytes, PRINT_BYTES);
	at += PRINT_BYTES;
	memcpy(at, invitation->secret, INVITATION_SECRET_BYTES);
	at += INVITATION_SECRET_BYTES;
	make_check(packed, (size_t)(at - packed), at);
	at += CHECK_BYTES;
	memcpy(text, prefix, sizeof(prefix) - 1);
	base32_encode_checked((struct bytes){ packed, (size_t)(at - packed) },
	    text + sizeof(prefix) - 1);
	sodium_memzero(packed, sizeof(packed));
	return STATUS_OK;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '-';
}

/* Cut "TL1" off the front, in any case and with the usual mix-ups. */
static enum status
cut_prefix(struct bytes *text, struct error *err)
{
	static const char *const letters[] = { "Tt", "LlIi1", "1IiLl" };

	for (size_t i = 0; i < 3; i++) {
		while (text->size > 0 && is_blank(text->data[0]))
			bytes_advance(text, 1);
		if (text->size == 0 || text->data[0] == '\0' ||
		    strchr(letters[i], text->data[0]) == NULL)
			return error_set(err, STATUS_INVALID,
			    "an invitation begins with TL1-");
		bytes_advance(text, 1);
	}
	return STATUS_OK;
}

static enum status
unpack(const uint8_t *packed, size_t size, struct invitation *invitation,
    struct error *err)
{
	struct invitation read = { 0 };
	uint8_t check[CHECK_BYTES];
	size_t host_size;

	if (size < FIXED_BYTES || size != FIXED_BYTES + (size_t)packed[2])
		return error_set(err, STATUS_INVALID,
		    "the invitation is not complete");
	make_check(packed, size - CHECK_BYTES, check);
	if (memcmp(check, packed + size - CHECK_BYTES, CHECK_BYTES) != 0)
		return error_set(err, STATUS_INVALID,
		    "the invitation is mistyped");
	host_size = packed[2];
	if (host_size >= sizeof(read.host))
		return error_set(err, STATUS_INVALID,
		    "the name of the hub is too long");
	read.port = (uint16_t)(packed[0] | packed[1] << 8);
	packed += 3;
	memcpy(read.host, packed, host_size);
	packed += host_size;
	memcpy(read.authority.bytes, packed, PRINT_BYTES);
	packed += PRINT_BYTES;
	memcpy(read.secret, packed, INVITATION_SECRET_BYTES);
	if (read.port == 0 || strlen(read.host) != host_size ||
	    !certificate_host_is_valid(read.host))
		return error_set(err, STATUS_INVALID,
		    "the invitation names no hub that can be reached");
	*invitation = read;
	return STATUS_OK;
}

enum status
invitation_decode(struct bytes text, struct invitation *invitation,
    struct error *err)
{
	uint8_t packed[PACKED_BYTES];
	enum status status;
	size_t size = 0;

	if (text.size > LINE_BYTES)
		return error_set(err, STATUS_INVALID,
		    "the invitation is too long");
	status = cut_prefix(&text, err);
	if (status == STATUS_OK &&
	    base32_decode_checked(text, packed, sizeof(packed), &size, err) !=
		STATUS_OK) {
		status = STATUS_INVALID;
		if (err != NULL)
			error_wrap(err, "the invitation");
	}
	if (status == STATUS_OK)
		status = unpack(packed, size, invitation, err);
	if (status != STATUS_OK && err != NULL)
		err->status = status;
	sodium_memzero(packed, sizeof(packed));
	return status;
}
