#include "protocol/pack.h"

#include <string.h>

static int
write_out(void *data, const char *bytes, size_t size)
{
	struct pack *pack = data;
	struct bytes more = { (const uint8_t *)bytes, size };

	if (pack->failed)
		return -1;
	pack->failed = buffer_append(pack->out, more) != STATUS_OK;
	return pack->failed ? -1 : 0;
}

static int
write_compare(void *data, const char *bytes, size_t size)
{
	struct pack *pack = data;

	if (pack->failed || size > pack->expected.size ||
	    (size > 0 && memcmp(bytes, pack->expected.data, size) != 0)) {
		pack->failed = true;
		return -1;
	}
	bytes_advance(&pack->expected, size);
	return 0;
}

void
pack_begin(struct pack *pack, struct buffer *out)
{
	*pack = (struct pack){ .out = out, .start = out->size };
	msgpack_packer_init(&pack->packer, pack, write_out);
}

void
pack_begin_compare(struct pack *pack, struct bytes expected)
{
	*pack = (struct pack){ .expected = expected };
	msgpack_packer_init(&pack->packer, pack, write_compare);
}

enum status
pack_end(struct pack *pack)
{
	if (pack->out == NULL)
		return pack->failed || pack->expected.size > 0 ? STATUS_INVALID
		                                               : STATUS_OK;
	if (!pack->failed)
		return STATUS_OK;
	buffer_truncate(pack->out, pack->start);
	return STATUS_NOMEM;
}

void
pack_nil(struct pack *pack)
{
	(void)msgpack_pack_nil(&pack->packer);
}

void
pack_boolean(struct pack *pack, bool boolean)
{
	(void)(boolean ? msgpack_pack_true(&pack->packer)
		       : msgpack_pack_false(&pack->packer));
}

void
pack_unsigned(struct pack *pack, uint64_t number)
{
	(void)msgpack_pack_uint64(&pack->packer, number);
}

void
pack_signed(struct pack *pack, int64_t number)
{
	(void)msgpack_pack_int64(&pack->packer, number);
}

void
pack_real(struct pack *pack, double real)
{
	(void)msgpack_pack_double(&pack->packer, real);
}

void
pack_text(struct pack *pack, struct bytes text)
{
	(void)msgpack_pack_str(&pack->packer, text.size);
	if (text.size > 0)
		(void)msgpack_pack_str_body(&pack->packer, text.data,
		    text.size);
}

void
pack_blob(struct pack *pack, const void *data, size_t size)
{
	(void)msgpack_pack_bin(&pack->packer, size);
	if (size > 0)
		(void)msgpack_pack_bin_body(&pack->packer, data, size);
}

void
pack_array(struct pack *pack, size_t count)
{
	(void)msgpack_pack_array(&pack->packer, count);
}

void
pack_numbers(struct pack *pack, const uint64_t *numbers, uint32_t count)
{
	(void)msgpack_pack_bin(&pack->packer, (size_t)count * 8);
	for (uint32_t i = 0; i < count; i++) {
		uint8_t bytes[8];

		bytes_store64(bytes, numbers[i]);
		(void)msgpack_pack_bin_body(&pack->packer, bytes, 8);
	}
}
