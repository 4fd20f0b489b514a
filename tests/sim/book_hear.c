/*
 * What is said on the wire.  Each direction of a connection is heard twice:
 * when it is given out, and when it arrives.  Frames are read once, in the
 * first hearing, and kept until they arrive.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/commit.h"
#include "protocol/identifier.h"
#include "protocol/message.h"
#include "protocol/refusal.h"
#include "tests/sim/book_private.h"
#include "tests/sim/describe.h"
#include "tests/sim/memory.h"

/* A frame that is under way. */
struct heard {
	struct heard *next;
	size_t wire_bytes; /* as sent */
	uint8_t type;
	size_t size;
	uint8_t body[];
};

/* One direction of a connection. */
struct hearing {
	struct hearing *next;
	uint64_t connection;
	int direction;
	struct buffer partial; /* given out, and not yet a frame */
	struct heard *first;
	struct heard *last;
	uint64_t promised;  /* bytes, all */
	uint64_t delivered; /* bytes, all */
	uint64_t told;      /* of the delivered: whole frames */
	bool garbled;
};

/* --- connections ---------------------------------------------------------- */

static void
hearing_destroy(struct hearing *hearing)
{
	while (hearing->first != NULL) {
		struct heard *heard = hearing->first;

		hearing->first = heard->next;
		free(heard);
	}
	buffer_deinit(&hearing->partial);
	free(hearing);
}

void
book_hear_deinit(struct book *book)
{
	while (book->hearings != NULL) {
		struct hearing *hearing = book->hearings;

		book->hearings = hearing->next;
		hearing_destroy(hearing);
	}
}

static void
forget_old(struct world *world)
{
	struct hearing **link = &world->book->hearings;

	while (*link != NULL) {
		struct hearing *hearing = *link;

		if (wire_find(&world->wire, hearing->connection) == NULL) {
			*link = hearing->next;
			hearing_destroy(hearing);
		} else {
			link = &hearing->next;
		}
	}
}

static struct hearing *
find_hearing(struct world *world, uint64_t connection, int direction)
{
	struct book *book = world->book;
	struct hearing *hearing = book->hearings;

	while (hearing != NULL && (hearing->connection != connection ||
				      hearing->direction != direction))
		hearing = hearing->next;
	if (hearing != NULL)
		return hearing;
	forget_old(world);
	hearing = calloc(1, sizeof(*hearing));
	if (hearing == NULL)
		abort();
	hearing->connection = connection;
	hearing->direction = direction;
	hearing->next = book->hearings;
	book->hearings = hearing;
	return hearing;
}

/* --- what is said in them ------------------------------------------------- */

/* What the hub has taken is what was sent then. */
static void
note_push(struct world *world, const struct computer *computer,
    const struct frame *frame)
{
	struct book *book = world->book;
	struct push push;
	struct commit commit;
	struct entry *entry;

	if (computer->hostile != NULL ||
	    message_push_decode(frame->body, &book->arena, &push, NULL) !=
		STATUS_OK)
		return;
	for (uint32_t i = 0; i < push.commit_count; i++) {
		if (commit_peek(push.commits[i], &commit) != STATUS_OK)
			continue;
		entry = book_find(book, commit.id);
		if (entry != NULL && entry->computer == computer->index &&
		    entry->fate != ENTRY_TAKEN)
			entry->digest = digest_of(push.commits[i]);
	}
}

static void
promise_place(struct world *world, struct entry *entry,
    const struct answer *answer)
{
	if (entry->fate != ENTRY_TAKEN)
		world->counts.taken++;
	if (entry->fate != ENTRY_TAKEN || entry->sequence != answer->sequence)
		entry->heard = false;
	entry->fate = ENTRY_TAKEN;
	entry->undone = false;
	entry->sequence = answer->sequence;
	entry->refusal = REFUSAL_NONE;
}

/* What it has taken a hub cannot take back, unless it does not know of it. */
static void
promise_refusal(struct world *world, struct entry *entry,
    const struct answer *answer)
{
	bool aside = refusal_remedy(answer->refusal) == REMEDY_SET_ASIDE;
	enum entry_fate fate = aside ? ENTRY_REFUSED : ENTRY_WRITTEN;

	if (entry->fate == ENTRY_TAKEN && !entry->undone)
		return;
	if (entry->fate == ENTRY_LOST)
		return;
	if (aside && entry->fate != ENTRY_REFUSED)
		world->counts.refused++;
	if (entry->fate != fate || entry->refusal != answer->refusal)
		entry->heard = false;
	entry->fate = fate;
	entry->refusal = answer->refusal;
}

static bool
is_answered(const struct entry *entry, const struct answer *answer)
{
	if (answer->refusal == REFUSAL_NONE)
		return entry->fate == ENTRY_TAKEN &&
		       entry->sequence == answer->sequence;
	return entry->fate == ENTRY_REFUSED &&
	       entry->refusal == answer->refusal;
}

static void
note_answer(struct world *world, const struct computer *computer,
    const struct answer *answer, bool delivered)
{
	struct entry *entry = book_find(world->book, answer->id);
	bool to_what_was_sent;

	if (entry == NULL)
		return;
	to_what_was_sent = computer->hostile == NULL &&
	                   computer->site == identifier_site(entry->id) &&
	                   memcmp(answer->digest, entry->digest.bytes,
			       sizeof(answer->digest)) == 0;
	if (!delivered && answer->refusal == REFUSAL_NONE)
		promise_place(world, entry, answer);
	else if (!delivered && to_what_was_sent)
		promise_refusal(world, entry, answer);
	else if (delivered && to_what_was_sent &&
		 computer->index == entry->computer &&
		 is_answered(entry, answer))
		entry->heard = true;
}

static void
note_answers(struct world *world, const struct computer *computer,
    const struct frame *frame, bool delivered)
{
	struct answers answers;

	if (message_answers_decode(frame->body, &world->book->arena, &answers,
		NULL) != STATUS_OK)
		return;
	for (uint32_t i = 0; i < answers.answer_count; i++)
		note_answer(world, computer, &answers.answers[i], delivered);
}

static void
trace_it(struct world *world, const struct computer *computer,
    const struct frame *frame, int direction)
{
	char who[WORLD_NAME_BYTES + 8];
	char line[DESCRIBE_BYTES];
	bool told = trace_wants_frames(&world->trace);

	snprintf(who, sizeof(who), "%s%s", direction == UP ? "" : "hub to ",
	    computer->name);
	if (told)
		describe_frame(world, frame, line);
	trace_frame(&world->trace, world->now_ms, who, frame->type, frame->body,
	    told ? line : NULL);
}

static void
note(struct world *world, struct computer *computer,
    const struct hearing *hearing, const struct heard *heard, bool delivered)
{
	struct book *book = world->book;
	struct frame frame = {
		.type = heard->type,
		.body = { heard->body, heard->size },
	};

	arena_reset(&book->arena);
	if (frame.type == FRAME_PUSH && hearing->direction == UP && delivered)
		note_push(world, computer, &frame);
	else if (frame.type == FRAME_ANSWER && hearing->direction == DOWN)
		note_answers(world, computer, &frame, delivered);
	if (delivered)
		trace_it(world, computer, &frame, hearing->direction);
	if (book->listener != NULL)
		book->listener(world, computer, &frame, hearing->direction,
		    delivered);
}

/* --- frames --------------------------------------------------------------- */

static void
garble(struct world *world, const struct computer *computer,
    struct hearing *hearing, const struct error *err)
{
	hearing->garbled = true;
	if (hearing->direction == DOWN ||
	    (computer->hostile == NULL && !computer->was_hostile))
		world_fail(world, "speaks-well: %s says to %s: %s",
		    hearing->direction == DOWN ? "the hub" : computer->name,
		    hearing->direction == DOWN ? computer->name : "the hub",
		    err->text);
}

static void
keep(struct hearing *hearing, const struct frame *frame, size_t wire_bytes)
{
	struct heard *heard = malloc(sizeof(*heard) + frame->body.size);

	if (heard == NULL)
		abort();
	heard->next = NULL;
	heard->wire_bytes = wire_bytes;
	heard->type = frame->type;
	heard->size = frame->body.size;
	if (frame->body.size > 0)
		memcpy(heard->body, frame->body.data, frame->body.size);
	if (hearing->first == NULL)
		hearing->first = heard;
	else
		hearing->last->next = heard;
	hearing->last = heard;
}

static void
promise(struct world *world, struct computer *computer, struct hearing *hearing,
    struct bytes bytes)
{
	struct book *book = world->book;
	struct error err = { 0 };
	struct frame frame;
	enum status status = STATUS_OK;

	hearing->promised += bytes.size;
	if (hearing->garbled)
		return;
	if (buffer_append(&hearing->partial, bytes) != STATUS_OK)
		abort();
	while (status == STATUS_OK) {
		struct bytes rest = buffer_view(&hearing->partial);
		size_t size = rest.size;

		status = frame_read(&rest, book->codec, &book->scratch, &frame,
		    &err);
		if (status != STATUS_OK)
			break;
		keep(hearing, &frame, size - rest.size);
		buffer_consume(&hearing->partial, size - rest.size);
		note(world, computer, hearing, hearing->last, false);
	}
	if (status != STATUS_AGAIN)
		garble(world, computer, hearing, &err);
}

static void
deliver(struct world *world, struct computer *computer, struct hearing *hearing,
    struct bytes bytes)
{
	uint64_t ahead = hearing->promised - hearing->delivered;
	struct bytes unpromised = bytes;

	if (bytes.size > ahead) {
		bytes_advance(&unpromised, (size_t)ahead);
		promise(world, computer, hearing, unpromised);
	}
	hearing->delivered += bytes.size;
	while (
	    hearing->first != NULL &&
	    hearing->told + hearing->first->wire_bytes <= hearing->delivered) {
		struct heard *heard = hearing->first;

		hearing->told += heard->wire_bytes;
		note(world, computer, hearing, heard, true);
		hearing->first = heard->next;
		free(heard);
	}
}

void
book_hear(struct world *world, uint64_t connection, struct computer *computer,
    int direction, bool delivered, struct bytes bytes)
{
	bool held =
	    memory_hold(true); /* what one end lacks, the book does not */
	struct hearing *hearing = find_hearing(world, connection, direction);

	if (delivered)
		deliver(world, computer, hearing, bytes);
	else
		promise(world, computer, hearing, bytes);
	(void)memory_hold(held);
}
