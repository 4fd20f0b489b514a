#include "common/support/base32.h"

#include <assert.h>
#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

enum {
	DATA = BASE32_GROUP - 1, /* characters of a group that carry data */
	TEXT_CHARACTERS = 4096,  /* the longest code that is read */
	SKIP = -1,
	BAD = -2,
};

/* The value of a character as typed, or SKIP or BAD. */
static int
value_of(uint8_t c)
{
	const char *at;

	if (c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n')
		return SKIP;
	if (c >= 'a' && c <= 'z')
		c = (uint8_t)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	at = c == '\0' ? NULL : strchr(alphabet, c);
	return at == NULL ? BAD : (int)(at - alphabet);
}

/* The five bits at a place of in, padded with zeros behind its end. */
static unsigned
bits_at(struct bytes in, size_t character)
{
	size_t bit = character * 5, byte = bit / 8;
	unsigned pair = (unsigned)in.data[byte] << 8;

	if (byte + 1 < in.size)
		pair |= in.data[byte + 1];
	return pair >> (11 - bit % 8) & 31;
}

void
base32_encode(struct bytes in, size_t group, char *text)
{
	size_t count = BASE32_CHARACTERS(in.size);

	for (size_t i = 0; i < count; i++) {
		if (group > 0 && i > 0 && i % group == 0)
			*text++ = '-';
		*text++ = alphabet[bits_at(in, i)];
	}
	*text = '\0';
}

/* Gathers five bits at a time into bytes. */
struct packer {
	uint8_t *out;
	size_t capacity;
	size_t size;
	unsigned bits;
	unsigned bit_count;
};

static enum status
pack(struct packer *packer, unsigned value)
{
	packer->bits = packer->bits << 5 | value;
	packer->bit_count += 5;
	if (packer->bit_count < 8)
		return STATUS_OK;
	if (packer->size == packer->capacity)
		return STATUS_TOO_LARGE;
	packer->bit_count -= 8;
	packer->out[packer->size++] =
	    (uint8_t)(packer->bits >> packer->bit_count);
	packer->bits &= (1u << packer->bit_count) - 1;
	return STATUS_OK;
}

/* What is left has to be what encoding pads with: less than 5 zero bits. */
static enum status
pack_end(const struct packer *packer, struct error *err)
{
	if (packer->bit_count >= 5 || packer->bits != 0)
		return error_set(err, STATUS_INVALID,
		    "the code is not complete, or its last character is "
		    "mistyped");
	return STATUS_OK;
}

static enum status
too_large(struct error *err)
{
	return error_set(err, STATUS_TOO_LARGE, "the code is too long");
}

static enum status
bad_character(struct error *err, uint8_t c)
{
	if (c > ' ' && c < 0x7f)
		return error_set(err, STATUS_INVALID,
		    "the character \"%c\" does not occur in a code", c);
	return error_set(err, STATUS_INVALID,
	    "it has a character that does not occur in a code");
}

enum status
base32_decode(struct bytes text, uint8_t *out, size_t capacity, size_t *size,
    struct error *err)
{
	struct packer packer = { .out = out, .capacity = capacity };
	enum status status;

	for (size_t i = 0; i < text.size; i++) {
		int value = value_of(text.data[i]);

		if (value == SKIP)
			continue;
		if (value == BAD)
			return bad_character(err, text.data[i]);
		if (pack(&packer, (unsigned)value) != STATUS_OK)
			return too_large(err);
	}
	status = pack_end(&packer, err);
	if (status == STATUS_OK)
		*size = packer.size;
	return status;
}

/* Times x in GF(32), mod x^5 + x^2 + 1. */
static unsigned
times_x(unsigned value)
{
	value <<= 1;
	return (value & 32) != 0 ? value ^ 37 : value;
}

/*
 * A check character is the sum over a group of x^(place + 1) * value in
 * GF(32), and a number of the group.  The weights differ from each other and
 * from 0 and 1, so one wrong character, or two that changed places (the check
 * itself included), always show.
 */
static unsigned
check_of(const unsigned *values, size_t count, size_t group)
{
	unsigned sum = 0;

	for (size_t i = count; i-- > 0;)
		sum = times_x(sum ^ values[i]);
	return sum ^ (unsigned)(group % 31 + 1);
}

void
base32_encode_checked(struct bytes in, char *text)
{
	size_t total = BASE32_CHARACTERS(in.size);
	unsigned values[DATA];

	for (size_t group = 0; group * DATA < total; group++) {
		size_t count = total - group * DATA;

		if (count > DATA)
			count = DATA;
		if (group > 0)
			*text++ = '-';
		for (size_t i = 0; i < count; i++) {
			values[i] = bits_at(in, group * DATA + i);
			*text++ = alphabet[values[i]];
		}
		*text++ = alphabet[check_of(values, count, group)];
	}
	*text = '\0';
}

/* Check and pack the group (of count characters, the check among them). */
static enum status
take_group(struct packer *packer, const unsigned *values, size_t count,
    size_t group, struct error *err)
{
	if (count < 2 ||
	    check_of(values, count - 1, group) != values[count - 1])
		return error_set(err, STATUS_INVALID,
		    "group %zu of the code is mistyped or not complete",
		    group + 1);
	for (size_t i = 0; i + 1 < count; i++)
		if (pack(packer, values[i]) != STATUS_OK)
			return too_large(err);
	return STATUS_OK;
}

enum status
base32_decode_checked(struct bytes text, uint8_t *out, size_t capacity,
    size_t *size, struct error *err)
{
	struct packer packer = { .out = out, .capacity = capacity };
	unsigned values[BASE32_GROUP];
	enum status status = STATUS_OK;
	size_t count = 0, group = 0;

	if (text.size > TEXT_CHARACTERS)
		return too_large(err);
	for (size_t i = 0; i < text.size && status == STATUS_OK; i++) {
		int value = value_of(text.data[i]);

		if (value == SKIP)
			continue;
		if (value == BAD)
			return bad_character(err, text.data[i]);
		values[count++] = (unsigned)value;
		if (count == BASE32_GROUP) {
			status =
			    take_group(&packer, values, count, group++, err);
			count = 0;
		}
	}
	if (status == STATUS_OK && count > 0)
		status = take_group(&packer, values, count, group, err);
	if (status == STATUS_OK)
		status = pack_end(&packer, err);
	if (status == STATUS_OK)
		*size = packer.size;
	return status;
}
