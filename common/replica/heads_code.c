/*
 * The compact form of heads.  Fields ascend by name; mostly all of them have
 * the one head that the field before has, which then costs a bit.
 *
 *	heads = field...
 *	field = flags, size of name, name [, heads, ghosts]
 *	heads = count, (change, stamp)...
 *	ghosts = count, change...
 *
 * Numbers are LEB128.
 */
#include <string.h>

#include "common/replica/heads.h"

enum {
	FLAG_AS_BEFORE = 1, /* heads and ghosts of the field before */
	FLAG_DIFFER = 2,
	NUMBER_BYTES_MAX = 10,
};

/* --- writing -------------------------------------------------------------- */

static enum status
put_number(struct buffer *out, uint64_t number)
{
	uint8_t bytes[NUMBER_BYTES_MAX];
	size_t size = 0;

	while (number >= 0x80) {
		bytes[size++] = (uint8_t)(number | 0x80);
		number >>= 7;
	}
	bytes[size++] = (uint8_t)number;
	return buffer_append(out, (struct bytes){ bytes, size });
}

static enum status
put_name(struct buffer *out, unsigned flags, struct bytes name)
{
	enum status status = put_number(out, flags);

	if (status == STATUS_OK)
		status = put_number(out, name.size);
	if (status == STATUS_OK)
		status = buffer_append(out, name);
	return status;
}

static enum status
put_heads(struct buffer *out, const struct field_heads *field)
{
	enum status status = put_number(out, field->head_count);

	for (uint32_t i = 0; status == STATUS_OK && i < field->head_count;
	     i++) {
		status = put_number(out, field->heads[i].change);
		if (status == STATUS_OK)
			status = put_number(out, field->heads[i].stamp);
	}
	if (status == STATUS_OK)
		status = put_number(out, field->ghost_count);
	for (uint32_t i = 0; status == STATUS_OK && i < field->ghost_count; i++)
		status = put_number(out, field->ghosts[i]);
	return status;
}

static bool
is_as(const struct field_heads *a, const struct field_heads *b)
{
	if (a->head_count != b->head_count || a->ghost_count != b->ghost_count)
		return false;
	for (uint32_t i = 0; i < a->head_count; i++)
		if (a->heads[i].change != b->heads[i].change ||
		    a->heads[i].stamp != b->heads[i].stamp)
			return false;
	for (uint32_t i = 0; i < a->ghost_count; i++)
		if (a->ghosts[i] != b->ghosts[i])
			return false;
	return true;
}

enum status
heads_encode(const struct record_heads *heads, struct buffer *out)
{
	size_t size = buffer_view(out).size;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; status == STATUS_OK && i < heads->field_count;
	     i++) {
		const struct field_heads *field = &heads->fields[i];
		bool as_before = i > 0 && is_as(field, field - 1);

		status = put_name(out,
		    (as_before ? FLAG_AS_BEFORE : 0u) |
			(field->differ ? FLAG_DIFFER : 0u),
		    field->field);
		if (status == STATUS_OK && !as_before)
			status = put_heads(out, field);
	}
	if (status != STATUS_OK)
		buffer_truncate(out, size);
	return status;
}

/* --- reading -------------------------------------------------------------- */

static bool
take_number(struct bytes *in, uint64_t *number)
{
	*number = 0;
	for (unsigned shift = 0; shift < 64 && in->size > 0; shift += 7) {
		uint8_t byte = in->data[0];

		bytes_advance(in, 1);
		*number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return true;
	}
	return false;
}

/* A count of things that take at least one byte each. */
static bool
take_count(struct bytes *in, uint32_t *count)
{
	uint64_t number;

	if (!take_number(in, &number) || number > in->size)
		return false;
	*count = (uint32_t)number;
	return true;
}

static enum status
take_heads(struct bytes *in, struct arena *arena, struct field_heads *field)
{
	if (!take_count(in, &field->head_count))
		return STATUS_CORRUPT;
	field->heads =
	    arena_array(arena, field->head_count + 1, sizeof(*field->heads));
	if (field->heads == NULL)
		return STATUS_NOMEM;
	for (uint32_t i = 0; i < field->head_count; i++)
		if (!take_number(in, &field->heads[i].change) ||
		    !take_number(in, &field->heads[i].stamp))
			return STATUS_CORRUPT;
	if (!take_count(in, &field->ghost_count))
		return STATUS_CORRUPT;
	field->ghosts =
	    arena_array(arena, field->ghost_count + 1, sizeof(*field->ghosts));
	if (field->ghosts == NULL)
		return STATUS_NOMEM;
	for (uint32_t i = 0; i < field->ghost_count; i++)
		if (!take_number(in, &field->ghosts[i]))
			return STATUS_CORRUPT;
	return STATUS_OK;
}

static enum status
take_field(struct bytes *in, struct arena *arena, struct field_heads *fields,
    uint32_t place)
{
	struct field_heads *field = &fields[place];
	uint64_t flags;
	uint32_t size;

	if (!take_number(in, &flags) || !take_count(in, &size))
		return STATUS_CORRUPT;
	if ((flags & FLAG_AS_BEFORE) != 0) {
		if (place == 0)
			return STATUS_CORRUPT;
		*field = field[-1];
	}
	field->field = (struct bytes){ in->data, size };
	field->differ = (flags & FLAG_DIFFER) != 0;
	bytes_advance(in, size);
	return (flags & FLAG_AS_BEFORE) != 0 ? STATUS_OK
	                                     : take_heads(in, arena, field);
}

/* How many fields there are is found by reading them once. */
static enum status
count_fields(struct bytes in, uint32_t *count)
{
	struct arena arena = { 0 };
	struct field_heads pair[2] = { 0 };
	enum status status = STATUS_OK;

	*count = 0;
	while (status == STATUS_OK && in.size > 0) {
		pair[0] = pair[1];
		status = take_field(&in, &arena, pair, 1);
		++*count;
	}
	arena_deinit(&arena);
	return status;
}

static enum status
unread(enum status status, struct error *err)
{
	return error_set(err, status,
	    status == STATUS_NOMEM ? "there is no memory to read heads"
				   : "the heads of a record are damaged");
}

enum status
heads_decode(struct bytes blob, struct arena *arena, struct record_heads *heads,
    struct error *err)
{
	uint32_t count;
	const char *copy;
	enum status status;

	*heads = (struct record_heads){ 0 };
	copy = arena_text(arena, blob);
	if (copy == NULL)
		return unread(STATUS_NOMEM, err);
	blob.data = (const uint8_t *)copy;
	status = count_fields(blob, &count);
	if (status != STATUS_OK)
		return unread(status, err);
	heads->fields = arena_array(arena, count + 1, sizeof(*heads->fields));
	if (heads->fields == NULL)
		return unread(STATUS_NOMEM, err);
	while (status == STATUS_OK && heads->field_count < count)
		status = take_field(&blob, arena, heads->fields,
		    heads->field_count++);
	return status == STATUS_OK ? STATUS_OK : unread(status, err);
}
