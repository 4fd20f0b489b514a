/*
 * The messages about the computer itself: joining, its certificate, what it
 * gives up.
 */
#include "protocol/identifier.h"
#include "protocol/limits.h"
#include "protocol/message_codec.h"

enum status
message_certificate_message_encode(const struct certificate_message *message,
    struct buffer *out, struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 1);
	pack_blob(&pack, message->der.data, message->der.size);
	return message_end(&pack, "CERTIFICATE", err);
}

enum status
message_certificate_message_decode(struct bytes body, struct arena *arena,
    struct certificate_message *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 1, err);
	message->der = reader_blob(&in, LIMIT_CERTIFICATE_BYTES, "DER");
	return message_close(&in, "CERTIFICATE");
}

enum status
message_drop_encode(const struct drop *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 1);
	pack_unsigned(&pack, message->grant);
	return message_end(&pack, "DROP", err);
}

enum status
message_drop_decode(struct bytes body, struct arena *arena,
    struct drop *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 1, err);
	message->grant = message_number(&in, "grant");
	return message_close(&in, "DROP");
}

enum status
message_leave_decode(struct bytes body, struct arena *arena, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 0, err);
	return message_close(&in, "LEAVE");
}

enum status
message_join_encode(const struct join *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 4);
	pack_unsigned(&pack, message->version);
	pack_blob(&pack, message->secret.data, message->secret.size);
	pack_blob(&pack, message->csr.data, message->csr.size);
	pack_text(&pack, message->name);
	return message_end(&pack, "JOIN", err);
}

enum status
message_join_decode(struct bytes body, struct arena *arena,
    struct join *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 4, err);
	message->version = message_number32(&in, "version");
	message->secret = reader_blob(&in, LIMIT_SECRET_BYTES, "secret");
	message->csr = reader_blob(&in, LIMIT_CSR_BYTES, "request");
	message->name = message_text(&in, "name");
	return message_close(&in, "JOIN");
}

enum status
message_joined_encode(const struct joined *message, struct buffer *out,
    struct error *err)
{
	struct pack pack;

	message_begin(&pack, out, 7);
	pack_unsigned(&pack, message->version);
	pack_unsigned(&pack, message->site);
	pack_blob(&pack, message->certificate.data, message->certificate.size);
	pack_unsigned(&pack, message->school);
	pack_text(&pack, message->school_name);
	pack_unsigned(&pack, message->time_ms);
	pack_text(&pack, message->partnership);
	return message_end(&pack, "JOINED", err);
}

enum status
message_joined_decode(struct bytes body, struct arena *arena,
    struct joined *message, struct error *err)
{
	struct reader in;

	message_open(&in, body, arena, 7, err);
	message->version = message_number32(&in, "version");
	message->site = (uint32_t)reader_unsigned(&in, SITE_MAX, "site");
	message->certificate =
	    reader_blob(&in, LIMIT_CERTIFICATE_BYTES, "certificate");
	message->school = message_number(&in, "school");
	message->school_name = message_text(&in, "school's name");
	message->time_ms = message_number(&in, "time");
	message->partnership = message_text(&in, "partnership's name");
	return message_close(&in, "JOINED");
}
