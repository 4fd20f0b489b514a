/*
 * One function a message; a frame that is not of its form is said to be so.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "protocol/commit.h"
#include "protocol/message.h"
#include "protocol/refusal.h"
#include "tests/sim/book.h"
#include "tests/sim/describe.h"

/* What is being written: text holds DESCRIBE_BYTES. */
struct line {
	struct world *world;
	struct bytes body;
	struct arena arena;
	char *text;
	size_t size; /* DESCRIBE_BYTES: it is full */
};

static void say(struct line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(struct line *line, const char *format, ...)
{
	size_t room = DESCRIBE_BYTES - line->size;
	va_list args;
	int size;

	if (room == 0)
		return;
	va_start(args, format);
	size = vsnprintf(line->text + line->size, room, format, args);
	va_end(args);
	if (size >= 0 && (size_t)size < room) {
		line->size += (size_t)size;
		return;
	}
	memcpy(line->text + DESCRIBE_BYTES - 4, "...", 4);
	line->size = DESCRIBE_BYTES;
}

static bool
is_full(const struct line *line)
{
	return line->size == DESCRIBE_BYTES;
}

static void
say_id(struct line *line, const char *before, uint64_t id, const char *behind)
{
	say(line, "%s%s%s", before, book_name(line->world, id), behind);
}

static void
say_items(struct line *line, const struct item *items, uint32_t count)
{
	for (uint32_t i = 0; i < count && !is_full(line); i++) {
		bool by_number = items[i].commit.size == 0;

		say_id(line, by_number ? " (" : " ", items[i].id,
		    by_number           ? ")"
		    : items[i].redacted ? "*"
					: "");
	}
}

/* --- meeting and parting -------------------------------------------------- */

static enum status
describe_hello(struct line *line)
{
	struct hello m;
	enum status status =
	    message_hello_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	say(line, " cursor %" PRIu64, m.cursor);
	if (m.confirmed != m.cursor)
		say(line, ", confirmed %" PRIu64, m.confirmed);
	if (m.generation_count > 1)
		say(line, ", %" PRIu32 " generations", m.generation_count);
	say(line, "%s, %" PRIu64 " waiting", m.fresh ? ", fresh" : "",
	    m.health.pending);
	if (m.health.refused > 0)
		say(line, ", %" PRIu64 " refused", m.health.refused);
	return STATUS_OK;
}

static enum status
describe_welcome(struct line *line)
{
	struct welcome m;
	enum status status =
	    message_welcome_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	say_id(line, " ", m.school, "");
	say(line, " start %" PRIu64 ", head %" PRIu64, m.start, m.head);
	if (m.generation_count > 1)
		say(line, ", %" PRIu32 " generations", m.generation_count);
	say(line, "%s%s", m.collecting ? ", collecting" : "",
	    m.offer ? ", offer" : "");
	return STATUS_OK;
}

static const char *
goodbye_name(uint32_t code)
{
	static const char *const names[] = { "DONE", "VERSION", "REVOKED",
		"REPLACED", "PROTOCOL", "LIMIT", "STOPPING", "INVITATION",
		"REQUEST", "INTERNAL", "COPIED" };

	return code < sizeof(names) / sizeof(*names) ? names[code] : "OTHER";
}

static enum status
describe_goodbye(struct line *line)
{
	struct goodbye m;
	enum status status =
	    message_goodbye_decode(line->body, &line->arena, &m, NULL);

	if (status == STATUS_OK)
		say(line, " %s: %.*s", goodbye_name(m.code), (int)m.text.size,
		    (const char *)m.text.data);
	return status;
}

static enum status
describe_certificate(struct line *line)
{
	struct certificate_message m;
	enum status status = message_certificate_message_decode(line->body,
	    &line->arena, &m, NULL);

	if (status == STATUS_OK)
		say(line, " of %zu bytes", m.der.size);
	return status;
}

static enum status
describe_drop(struct line *line)
{
	struct drop m;
	enum status status =
	    message_drop_decode(line->body, &line->arena, &m, NULL);

	if (status == STATUS_OK)
		say_id(line, " ", m.grant, "");
	return status;
}

static enum status
describe_nothing(struct line *line)
{
	(void)line;
	return STATUS_OK;
}

static enum status
describe_join(struct line *line)
{
	struct join m;
	enum status status =
	    message_join_decode(line->body, &line->arena, &m, NULL);

	if (status == STATUS_OK)
		say(line, " as %.*s", (int)m.name.size,
		    (const char *)m.name.data);
	return status;
}

static enum status
describe_joined(struct line *line)
{
	struct joined m;
	enum status status =
	    message_joined_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	say(line, " as site %" PRIu32, m.site);
	say_id(line, " of ", m.school, "");
	return STATUS_OK;
}

static enum status
describe_ping(struct line *line)
{
	struct ping m;
	enum status status =
	    message_ping_decode(line->body, &line->arena, &m, NULL);

	if (status == STATUS_OK)
		say(line, " %04x", (unsigned)(m.token & 0xffff));
	return status;
}

/* --- commits and answers -------------------------------------------------- */

static enum status
describe_push(struct line *line)
{
	struct push m;
	struct commit commit;
	enum status status =
	    message_push_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < m.commit_count && !is_full(line); i++) {
		if (commit_peek(m.commits[i], &commit) == STATUS_OK)
			say_id(line, " ", commit.id, "");
		else
			say(line, " what is no commit");
	}
	return STATUS_OK;
}

static enum status
describe_answer(struct line *line)
{
	struct answers m;
	enum status status =
	    message_answers_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < m.answer_count && !is_full(line); i++) {
		const struct answer *answer = &m.answers[i];

		say_id(line, i == 0 ? " " : ", ", answer->id, "");
		if (answer->refusal == REFUSAL_NONE)
			say(line, " at %" PRIu64, answer->sequence);
		else
			say(line, " refused %s", refusal_name(answer->refusal));
	}
	return STATUS_OK;
}

static enum status
describe_offer(struct line *line)
{
	struct offer m;
	enum status status =
	    message_offer_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	say(line, " of %04x:", (unsigned)(m.generation & 0xffff));
	say_items(line, m.items, m.item_count);
	say(line, "%s", m.end ? " and no more" : "");
	return STATUS_OK;
}

static enum status
describe_offered(struct line *line)
{
	struct offered m;
	enum status status =
	    message_offered_decode(line->body, &line->arena, &m, NULL);

	if (status == STATUS_OK)
		say(line, " of %04x: kept to %" PRIu64 "%s",
		    (unsigned)(m.generation & 0xffff), m.upto,
		    m.end ? ", all" : "");
	if (status == STATUS_OK && m.refused > 0)
		say(line, ", %" PRIu32 " without a right mark", m.refused);
	return status;
}

/* --- the stream ----------------------------------------------------------- */

static enum status
describe_stream(struct line *line)
{
	struct stream m;
	enum status status =
	    message_stream_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	say(line, " %" PRIu64 "..%" PRIu64 ":%s", m.from, m.upto,
	    m.item_count == 0 ? " nothing" : "");
	say_items(line, m.items, m.item_count);
	return STATUS_OK;
}

static enum status
describe_confirm(struct line *line)
{
	struct confirm m;
	enum status status =
	    message_confirm_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	say(line, " cursor %" PRIu64, m.cursor);
	if (m.confirmed != m.cursor)
		say(line, ", confirmed %" PRIu64, m.confirmed);
	return STATUS_OK;
}

static enum status
describe_proof(struct line *line)
{
	struct proof m;
	enum status status =
	    message_proof_decode(line->body, &line->arena, &m, NULL);

	if (status == STATUS_OK)
		say(line, " at %" PRIu64 ": %" PRIu64 " commits, sum %04x",
		    m.cursor, m.count, (unsigned)(m.sum.low & 0xffff));
	return status;
}

/* --- dossiers and single commits ------------------------------------------ */

static enum status
describe_fill(struct line *line)
{
	struct fills m;
	enum status status =
	    message_fills_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < m.fill_count && !is_full(line); i++) {
		say_id(line, i == 0 ? " " : ", ", m.fills[i].dossier, "");
		say(line, " %" PRIu64 "..%" PRIu64, m.fills[i].from,
		    m.fills[i].to);
	}
	return STATUS_OK;
}

static enum status
describe_filled(struct line *line)
{
	static const char *const states[] = { ", more follows", ", done",
		", ended", ", gone" };
	struct filleds m;
	enum status status =
	    message_filleds_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < m.filled_count && !is_full(line); i++) {
		const struct filled *filled = &m.filleds[i];

		say_id(line, i == 0 ? " " : "; ", filled->dossier, "");
		say(line, " %" PRIu64 "..%" PRIu64 ":%s", filled->from,
		    filled->upto, filled->item_count == 0 ? " nothing" : "");
		say_items(line, filled->items, filled->item_count);
		say(line, "%s", states[filled->state & 3]);
	}
	return STATUS_OK;
}

static enum status
describe_fetch(struct line *line)
{
	struct fetch m;
	enum status status =
	    message_fetch_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < m.id_count && !is_full(line); i++)
		say_id(line, " ", m.ids[i], "");
	return STATUS_OK;
}

static enum status
describe_fetched(struct line *line)
{
	struct fetched m;
	enum status status =
	    message_fetched_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	say_items(line, m.items, m.item_count);
	for (uint32_t i = 0; i < m.missing_count && !is_full(line); i++)
		say_id(line, i == 0 ? " and not " : " ", m.missing[i], "");
	return STATUS_OK;
}

/* --- all ------------------------------------------------------------------ */

static enum status (*const describers[])(struct line *line) = {
	[FRAME_HELLO] = describe_hello,
	[FRAME_WELCOME] = describe_welcome,
	[FRAME_PUSH] = describe_push,
	[FRAME_ANSWER] = describe_answer,
	[FRAME_STREAM] = describe_stream,
	[FRAME_CONFIRM] = describe_confirm,
	[FRAME_FILL] = describe_fill,
	[FRAME_FILLED] = describe_filled,
	[FRAME_FETCH] = describe_fetch,
	[FRAME_FETCHED] = describe_fetched,
	[FRAME_PROVE] = describe_proof,
	[FRAME_PROOF] = describe_proof,
	[FRAME_PING] = describe_ping,
	[FRAME_PONG] = describe_ping,
	[FRAME_RENEW] = describe_certificate,
	[FRAME_CERTIFICATE] = describe_certificate,
	[FRAME_DROP] = describe_drop,
	[FRAME_LEAVE] = describe_nothing,
	[FRAME_GOODBYE] = describe_goodbye,
	[FRAME_OFFER] = describe_offer,
	[FRAME_OFFERED] = describe_offered,
	[FRAME_JOIN] = describe_join,
	[FRAME_JOINED] = describe_joined,
};

void
describe_frame(struct world *world, const struct frame *frame, char *text)
{
	struct line line = {
		.world = world,
		.body = frame->body,
		.text = text,
	};
	bool known = frame->type < sizeof(describers) / sizeof(*describers) &&
	             describers[frame->type] != NULL;

	say(&line, "%s", frame_name(frame->type));
	if (!known)
		say(&line, ", unknown, of %zu bytes", frame->body.size);
	else if (describers[frame->type](&line) != STATUS_OK)
		say(&line, " that cannot be read");
	arena_deinit(&line.arena);
}
