/*
 * One function a message; a frame that is not of its form is said to be so.
 */
#include "tests/sim/describe.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "protocol/commit.h"
#include "protocol/refusal.h"
#include "tests/sim/book.h"
#include "tests/sim/describe_private.h"

void
describe_say(struct description *line, const char *format, ...)
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

bool
describe_is_full(const struct description *line)
{
	return line->size == DESCRIBE_BYTES;
}

void
describe_say_id(struct description *line, const char *before, uint64_t id,
    const char *behind)
{
	describe_say(line, "%s%s%s", before, book_name(line->world, id),
	    behind);
}

void
describe_say_items(struct description *line, const struct item *items,
    uint32_t count)
{
	for (uint32_t i = 0; i < count && !describe_is_full(line); i++) {
		bool by_number = items[i].commit.size == 0;

		describe_say_id(line, by_number ? " (" : " ", items[i].id,
		    by_number           ? ")"
		    : items[i].redacted ? "*"
					: "");
	}
}

/* --- meeting and parting -------------------------------------------------- */

static enum status
describe_hello(struct description *line)
{
	struct hello m;
	enum status status =
	    message_hello_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	describe_say(line, " cursor %" PRIu64, m.cursor);
	if (m.confirmed != m.cursor)
		describe_say(line, ", confirmed %" PRIu64, m.confirmed);
	if (m.generation_count > 1)
		describe_say(line, ", %" PRIu32 " generations",
		    m.generation_count);
	describe_say(line, "%s, %" PRIu64 " waiting", m.fresh ? ", fresh" : "",
	    m.health.pending);
	if (m.health.refused > 0)
		describe_say(line, ", %" PRIu64 " refused", m.health.refused);
	return STATUS_OK;
}

static enum status
describe_welcome(struct description *line)
{
	struct welcome m;
	enum status status =
	    message_welcome_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	describe_say_id(line, " ", m.school, "");
	describe_say(line, " start %" PRIu64 ", head %" PRIu64, m.start,
	    m.head);
	if (m.generation_count > 1)
		describe_say(line, ", %" PRIu32 " generations",
		    m.generation_count);
	describe_say(line, "%s%s", m.collecting ? ", collecting" : "",
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
describe_goodbye(struct description *line)
{
	struct goodbye m;
	enum status status =
	    message_goodbye_decode(line->body, &line->arena, &m, NULL);

	if (status == STATUS_OK)
		describe_say(line, " %s: %.*s", goodbye_name(m.code),
		    (int)m.text.size, (const char *)m.text.data);
	return status;
}

static enum status
describe_certificate(struct description *line)
{
	struct certificate_message m;
	enum status status = message_certificate_message_decode(line->body,
	    &line->arena, &m, NULL);

	if (status == STATUS_OK)
		describe_say(line, " of %zu bytes", m.der.size);
	return status;
}

static enum status
describe_drop(struct description *line)
{
	struct drop m;
	enum status status =
	    message_drop_decode(line->body, &line->arena, &m, NULL);

	if (status == STATUS_OK)
		describe_say_id(line, " ", m.grant, "");
	return status;
}

static enum status
describe_nothing(struct description *line)
{
	(void)line;
	return STATUS_OK;
}

static enum status
describe_join(struct description *line)
{
	struct join m;
	enum status status =
	    message_join_decode(line->body, &line->arena, &m, NULL);

	if (status == STATUS_OK)
		describe_say(line, " as %.*s", (int)m.name.size,
		    (const char *)m.name.data);
	return status;
}

static enum status
describe_joined(struct description *line)
{
	struct joined m;
	enum status status =
	    message_joined_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	describe_say(line, " as site %" PRIu32, m.site);
	describe_say_id(line, " of ", m.school, "");
	return STATUS_OK;
}

static enum status
describe_ping(struct description *line)
{
	struct ping m;
	enum status status =
	    message_ping_decode(line->body, &line->arena, &m, NULL);

	if (status == STATUS_OK)
		describe_say(line, " %04x", (unsigned)(m.token & 0xffff));
	return status;
}

/* --- commits and answers -------------------------------------------------- */

static enum status
describe_push(struct description *line)
{
	struct push m;
	struct commit commit;
	enum status status =
	    message_push_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < m.commit_count && !describe_is_full(line);
	     i++) {
		if (commit_peek(m.commits[i], &commit) == STATUS_OK)
			describe_say_id(line, " ", commit.id, "");
		else
			describe_say(line, " what is no commit");
	}
	return STATUS_OK;
}

static enum status
describe_answer(struct description *line)
{
	struct answers m;
	enum status status =
	    message_answers_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < m.answer_count && !describe_is_full(line);
	     i++) {
		const struct answer *answer = &m.answers[i];

		describe_say_id(line, i == 0 ? " " : ", ", answer->id, "");
		if (answer->refusal == REFUSAL_NONE)
			describe_say(line, " at %" PRIu64, answer->sequence);
		else
			describe_say(line, " refused %s",
			    refusal_name(answer->refusal));
	}
	return STATUS_OK;
}

static enum status
describe_offer(struct description *line)
{
	struct offer m;
	enum status status =
	    message_offer_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	describe_say(line, " of %04x:", (unsigned)(m.generation & 0xffff));
	describe_say_items(line, m.items, m.item_count);
	describe_say(line, "%s", m.end ? " and no more" : "");
	return STATUS_OK;
}

static enum status
describe_offered(struct description *line)
{
	struct offered m;
	enum status status =
	    message_offered_decode(line->body, &line->arena, &m, NULL);

	if (status == STATUS_OK)
		describe_say(line, " of %04x: kept to %" PRIu64 "%s",
		    (unsigned)(m.generation & 0xffff), m.upto,
		    m.end ? ", all" : "");
	if (status == STATUS_OK && m.refused > 0)
		describe_say(line, ", %" PRIu32 " without a right mark",
		    m.refused);
	return status;
}

/* --- the stream ----------------------------------------------------------- */

static enum status
describe_stream(struct description *line)
{
	struct stream m;
	enum status status =
	    message_stream_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	describe_say(line, " %" PRIu64 "..%" PRIu64 ":%s", m.from, m.upto,
	    m.item_count == 0 ? " nothing" : "");
	describe_say_items(line, m.items, m.item_count);
	return STATUS_OK;
}

static enum status
describe_confirm(struct description *line)
{
	struct confirm m;
	enum status status =
	    message_confirm_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	describe_say(line, " cursor %" PRIu64, m.cursor);
	if (m.confirmed != m.cursor)
		describe_say(line, ", confirmed %" PRIu64, m.confirmed);
	return STATUS_OK;
}

static enum status
describe_proof(struct description *line)
{
	struct proof m;
	enum status status =
	    message_proof_decode(line->body, &line->arena, &m, NULL);

	if (status == STATUS_OK)
		describe_say(line,
		    " at %" PRIu64 ": %" PRIu64 " commits, sum %04x", m.cursor,
		    m.count, (unsigned)(m.sum.low & 0xffff));
	return status;
}

/* --- dossiers and single commits ------------------------------------------ */

static enum status
describe_fill(struct description *line)
{
	struct fills m;
	enum status status =
	    message_fills_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < m.fill_count && !describe_is_full(line); i++) {
		describe_say_id(line, i == 0 ? " " : ", ", m.fills[i].dossier,
		    "");
		describe_say(line, " %" PRIu64 "..%" PRIu64, m.fills[i].from,
		    m.fills[i].to);
	}
	return STATUS_OK;
}

static enum status
describe_filled(struct description *line)
{
	static const char *const states[] = { ", more follows", ", done",
		", ended", ", gone" };
	struct filleds m;
	enum status status =
	    message_filleds_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < m.filled_count && !describe_is_full(line);
	     i++) {
		const struct filled *filled = &m.filleds[i];

		describe_say_id(line, i == 0 ? " " : "; ", filled->dossier, "");
		describe_say(line, " %" PRIu64 "..%" PRIu64 ":%s", filled->from,
		    filled->upto, filled->item_count == 0 ? " nothing" : "");
		describe_say_items(line, filled->items, filled->item_count);
		describe_say(line, "%s", states[filled->state & 3]);
	}
	return STATUS_OK;
}

static enum status
describe_fetch(struct description *line)
{
	struct fetch m;
	enum status status =
	    message_fetch_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < m.id_count && !describe_is_full(line); i++)
		describe_say_id(line, " ", m.ids[i], "");
	return STATUS_OK;
}

static enum status
describe_fetched(struct description *line)
{
	struct fetched m;
	enum status status =
	    message_fetched_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	describe_say_items(line, m.items, m.item_count);
	for (uint32_t i = 0; i < m.missing_count && !describe_is_full(line);
	     i++)
		describe_say_id(line, i == 0 ? " and not " : " ", m.missing[i],
		    "");
	return STATUS_OK;
}

/* --- all ------------------------------------------------------------------ */

static enum status (*const describers[])(struct description *line) = {
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
	[FRAME_RECONCILE] = describe_reconcile,
	[FRAME_RECONCILED] = describe_reconciled,
	[FRAME_SKETCH] = describe_sketch,
	[FRAME_CELLS] = describe_cells,
	[FRAME_MEND] = describe_mend,
	[FRAME_MENDED] = describe_mended,
	[FRAME_FOUND] = describe_found,
	[FRAME_NIGHT] = describe_night,
	[FRAME_JOIN] = describe_join,
	[FRAME_JOINED] = describe_joined,
};

void
describe_frame(struct world *world, const struct frame *frame, char *text)
{
	struct description line = {
		.world = world,
		.body = frame->body,
		.text = text,
	};
	bool known = frame->type < sizeof(describers) / sizeof(*describers) &&
	             describers[frame->type] != NULL;

	describe_say(&line, "%s", frame_name(frame->type));
	if (!known)
		describe_say(&line, ", unknown, of %zu bytes",
		    frame->body.size);
	else if (describers[frame->type](&line) != STATUS_OK)
		describe_say(&line, " that cannot be read");
	arena_deinit(&line.arena);
}
