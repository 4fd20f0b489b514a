#include "protocol/reader.h"

#include <string.h>

static const char cut_short[] = "cut short";

static uint64_t
load_big_endian(const uint8_t *data, size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size; i++)
		number = number << 8 | data[i];
	return number;
}

static const char *
token_bytes(struct bytes *in, enum token_type type, uint64_t size,
    struct token *token)
{
	if (size > in->size)
		return cut_short;
	token->type = type;
	token->bytes = (struct bytes){ in->data, (size_t)size };
	bytes_advance(in, (size_t)size);
	return NULL;
}

/* Each element takes a byte at least. */
static const char *
token_count(struct bytes *in, enum token_type type, uint64_t count,
    struct token *token)
{
	if (count * (type == TOKEN_MAP ? 2 : 1) > in->size)
		return "it announces more elements than there are bytes";
	token->type = type;
	token->count = (uint32_t)count;
	return NULL;
}

static void
token_signed(struct token *token, int64_t integer)
{
	if (integer < 0) {
		token->type = TOKEN_NEGATIVE;
		token->integer = integer;
	} else {
		token->type = TOKEN_UNSIGNED;
		token->number = (uint64_t)integer;
	}
}

static void
token_float(struct token *token, uint64_t bits, size_t size)
{
	token->type = TOKEN_REAL;
	if (size == 4) {
		uint32_t half = (uint32_t)bits;
		float real;

		memcpy(&real, &half, sizeof(real));
		token->real = (double)real;
	} else {
		memcpy(&token->real, &bits, sizeof(token->real));
	}
}

/* Heads from 0xc0 to 0xdf; number is the big-endian one behind the head. */
static const char *
token_by_head(struct bytes *in, uint8_t head, uint64_t number, size_t size,
    struct token *token)
{
	switch (head) {
	case 0xc0:
		token->type = TOKEN_NIL;
		return NULL;
	case 0xc2:
	case 0xc3:
		token->type = TOKEN_BOOLEAN;
		token->boolean = head == 0xc3;
		return NULL;
	case 0xc4:
	case 0xc5:
	case 0xc6:
		return token_bytes(in, TOKEN_BLOB, number, token);
	case 0xca:
	case 0xcb:
		token_float(token, number, size);
		return NULL;
	case 0xcc:
	case 0xcd:
	case 0xce:
	case 0xcf:
		token->type = TOKEN_UNSIGNED;
		token->number = number;
		return NULL;
	case 0xd0:
		token_signed(token, (int8_t)number);
		return NULL;
	case 0xd1:
		token_signed(token, (int16_t)number);
		return NULL;
	case 0xd2:
		token_signed(token, (int32_t)number);
		return NULL;
	case 0xd3:
		token_signed(token, (int64_t)number);
		return NULL;
	case 0xd9:
	case 0xda:
	case 0xdb:
		return token_bytes(in, TOKEN_TEXT, number, token);
	case 0xdc:
	case 0xdd:
		return token_count(in, TOKEN_ARRAY, number, token);
	case 0xde:
	case 0xdf:
		return token_count(in, TOKEN_MAP, number, token);
	default:
		return "an extension type or a reserved byte";
	}
}

const char *
token_read(struct bytes *in, struct token *token)
{
	/* bytes of the number behind each head from 0xc0 */
	static const uint8_t sizes[32] = { 0, 0, 0, 0, 1, 2, 4, 0, 0, 0, 4, 8,
		1, 2, 4, 8, 1, 2, 4, 8, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4 };
	uint64_t number;
	uint8_t head;
	size_t size;

	if (in->size == 0)
		return cut_short;
	head = in->data[0];
	bytes_advance(in, 1);
	if (head < 0x80 || head >= 0xe0) {
		token_signed(token, (int8_t)head);
		return NULL;
	}
	if (head < 0x90)
		return token_count(in, TOKEN_MAP, head & 0x0f, token);
	if (head < 0xa0)
		return token_count(in, TOKEN_ARRAY, head & 0x0f, token);
	if (head < 0xc0)
		return token_bytes(in, TOKEN_TEXT, head & 0x1f, token);
	size = sizes[head - 0xc0];
	if (in->size < size)
		return cut_short;
	number = load_big_endian(in->data, size);
	bytes_advance(in, size);
	return token_by_head(in, head, number, size, token);
}

void
reader_fail(struct reader *reader, enum status status, const char *what,
    const char *why)
{
	if (reader->status != STATUS_OK)
		return;
	reader->status = error_set(reader->err, status, "%s: %s", what, why);
	reader->rest = (struct bytes){ NULL, 0 };
}

/* The next token, of this type; false after any failure. */
static bool
expect(struct reader *reader, enum token_type type, struct token *token,
    const char *what)
{
	const char *fault;

	if (reader->status != STATUS_OK)
		return false;
	fault = token_read(&reader->rest, token);
	if (fault == NULL && token->type != type)
		fault = "of another type than expected";
	if (fault != NULL)
		reader_fail(reader, STATUS_INVALID, what, fault);
	return fault == NULL;
}

uint64_t
reader_unsigned(struct reader *reader, uint64_t max, const char *what)
{
	struct token token;

	if (!expect(reader, TOKEN_UNSIGNED, &token, what))
		return 0;
	if (token.number > max) {
		reader_fail(reader, STATUS_INVALID, what, "out of range");
		return 0;
	}
	return token.number;
}

int64_t
reader_signed(struct reader *reader, const char *what)
{
	struct token token;
	const char *fault;

	if (reader->status != STATUS_OK)
		return 0;
	fault = token_read(&reader->rest, &token);
	if (fault == NULL && token.type == TOKEN_NEGATIVE)
		return token.integer;
	if (fault == NULL && token.type == TOKEN_UNSIGNED &&
	    token.number <= INT64_MAX)
		return (int64_t)token.number;
	reader_fail(reader, STATUS_INVALID, what,
	    fault != NULL ? fault : "not an integer in range");
	return 0;
}

bool
reader_boolean(struct reader *reader, const char *what)
{
	struct token token;

	return expect(reader, TOKEN_BOOLEAN, &token, what) && token.boolean;
}

static struct bytes
expect_bytes(struct reader *reader, enum token_type type, size_t max,
    const char *what)
{
	struct token token;

	if (!expect(reader, type, &token, what))
		return (struct bytes){ NULL, 0 };
	if (token.bytes.size > max) {
		reader_fail(reader, STATUS_TOO_LARGE, what, "too long");
		return (struct bytes){ NULL, 0 };
	}
	return token.bytes;
}

struct bytes
reader_text(struct reader *reader, size_t max, const char *what)
{
	return expect_bytes(reader, TOKEN_TEXT, max, what);
}

struct bytes
reader_blob(struct reader *reader, size_t max, const char *what)
{
	return expect_bytes(reader, TOKEN_BLOB, max, what);
}

void
reader_blob_exact(struct reader *reader, uint8_t *out, size_t size,
    const char *what)
{
	struct token token;

	if (!expect(reader, TOKEN_BLOB, &token, what))
		return;
	if (token.bytes.size == size)
		memcpy(out, token.bytes.data, size);
	else
		reader_fail(reader, STATUS_INVALID, what, "of another length");
}

uint32_t
reader_tuple(struct reader *reader, uint32_t min, uint32_t max,
    const char *what)
{
	struct token token;

	if (!expect(reader, TOKEN_ARRAY, &token, what))
		return 0;
	if (token.count >= min && token.count <= max)
		return token.count;
	reader_fail(reader, STATUS_INVALID, what, "too few or many elements");
	return 0;
}

uint32_t
reader_array(struct reader *reader, uint32_t max, const char *what)
{
	struct token token;

	if (!expect(reader, TOKEN_ARRAY, &token, what))
		return 0;
	if (token.count <= max)
		return token.count;
	reader_fail(reader, STATUS_TOO_LARGE, what, "too many");
	return 0;
}

void *
reader_list(struct reader *reader, uint32_t *count, uint32_t max,
    size_t element_size, const char *what)
{
	*count = reader_array(reader, max, what);
	return reader_room(reader, count, element_size, what);
}

void *
reader_room(struct reader *reader, uint32_t *count, size_t element_size,
    const char *what)
{
	void *room = NULL;

	if (*count > 0)
		room = arena_array(reader->arena, *count, element_size);
	if (*count > 0 && room == NULL) {
		reader_fail(reader, STATUS_NOMEM, what, "out of memory");
		*count = 0;
	}
	return room;
}

void
reader_skip(struct reader *reader, uint32_t count)
{
	uint64_t left = count;

	while (left > 0 && reader->status == STATUS_OK) {
		struct token token;
		const char *fault = token_read(&reader->rest, &token);

		left--;
		if (fault != NULL)
			reader_fail(reader, STATUS_INVALID, "element", fault);
		else if (token.type == TOKEN_ARRAY)
			left += token.count;
		else if (token.type == TOKEN_MAP)
			left += 2 * (uint64_t)token.count;
	}
}
