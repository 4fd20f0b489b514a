#include "tests/sim/hostile/ear.h"

#include <assert.h>
#include <string.h>

void
ear_init(struct ear *ear, const struct liar_facts *facts)
{
	enum status status;

	memset(ear, 0, sizeof(*ear));
	status = codec_create(&ear->codec, NULL);
	assert(status == STATUS_OK &&
	       facts->generation_count <= LIMIT_GENERATIONS);
	(void)status;
	for (uint32_t i = 0; i < facts->generation_count; i++)
		ear->generations[i] = facts->generations[i];
	ear->generation_count = facts->generation_count;
	ear->cursor = facts->cursor;
	ear->confirmed = facts->confirmed;
	ear->head = facts->cursor;
}

void
ear_deinit(struct ear *ear)
{
	codec_destroy(ear->codec);
	buffer_deinit(&ear->input);
	buffer_deinit(&ear->scratch);
	arena_deinit(&ear->arena);
}

void
ear_forget_line(struct ear *ear)
{
	buffer_clear(&ear->input);
}

static void
learn_items(struct ear *ear, struct known *known, const struct item *items,
    uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		known_learn_item(known, &items[i]);
		if (items[i].sequence > ear->head)
			ear->head = items[i].sequence;
	}
}

static void
hear_welcome(struct ear *ear, struct bytes body)
{
	struct welcome welcome;

	if (message_welcome_decode(body, &ear->arena, &welcome, NULL) !=
	    STATUS_OK)
		return;
	memcpy(ear->generations, welcome.generations,
	    welcome.generation_count * sizeof(ear->generations[0]));
	ear->generation_count = welcome.generation_count;
	ear->cursor = welcome.start;
	ear->head = welcome.head;
	memcpy(ear->nonce, welcome.nonce, NONCE_BYTES);
}

static void
hear_answers(struct ear *ear, struct known *known, struct bytes body)
{
	struct answers answers;

	if (message_answers_decode(body, &ear->arena, &answers, NULL) !=
	    STATUS_OK)
		return;
	for (uint32_t i = 0; i < answers.answer_count; i++)
		if (answers.answers[i].refusal != 0)
			known_forget(known, answers.answers[i].id);
}

static void
hear_stream(struct ear *ear, struct known *known, struct bytes body)
{
	struct stream stream;

	if (message_stream_decode(body, &ear->arena, &stream, NULL) !=
	    STATUS_OK)
		return;
	learn_items(ear, known, stream.items, stream.item_count);
	ear->cursor = stream.upto;
	if (ear->head < stream.upto)
		ear->head = stream.upto;
}

static void
hear_filled(struct ear *ear, struct known *known, struct bytes body)
{
	struct filleds filleds;

	if (message_filleds_decode(body, &ear->arena, &filleds, NULL) !=
	    STATUS_OK)
		return;
	for (uint32_t i = 0; i < filleds.filled_count; i++)
		learn_items(ear, known, filleds.filleds[i].items,
		    filleds.filleds[i].item_count);
}

static void
hear_fetched(struct ear *ear, struct known *known, struct bytes body)
{
	struct fetched fetched;

	if (message_fetched_decode(body, &ear->arena, &fetched, NULL) ==
	    STATUS_OK)
		learn_items(ear, known, fetched.items, fetched.item_count);
}

static void
hear_reconciled(struct ear *ear, struct bytes body)
{
	struct reconciled reconciled;

	if (message_reconciled_decode(body, &ear->arena, &reconciled, NULL) ==
	    STATUS_OK)
		memcpy(ear->nonce, reconciled.nonce, NONCE_BYTES);
}

static void
hear_mended(struct ear *ear, struct known *known, struct bytes body)
{
	struct mended mended;

	if (message_mended_decode(body, &ear->arena, &mended, NULL) ==
	    STATUS_OK)
		learn_items(ear, known, mended.items, mended.item_count);
}

static void
hear_night(struct ear *ear, struct bytes body)
{
	struct night_message night;

	if (message_night_decode(body, &ear->arena, &night, NULL) == STATUS_OK)
		memcpy(ear->nonce, night.nonce, NONCE_BYTES);
}

static void
hear_frame(struct ear *ear, struct known *known, const struct frame *frame)
{
	switch ((int)frame->type) {
	case FRAME_WELCOME:
		hear_welcome(ear, frame->body);
		break;
	case FRAME_ANSWER:
		hear_answers(ear, known, frame->body);
		break;
	case FRAME_STREAM:
		hear_stream(ear, known, frame->body);
		break;
	case FRAME_FILLED:
		hear_filled(ear, known, frame->body);
		break;
	case FRAME_FETCHED:
		hear_fetched(ear, known, frame->body);
		break;
	case FRAME_RECONCILED:
		hear_reconciled(ear, frame->body);
		break;
	case FRAME_MENDED:
		hear_mended(ear, known, frame->body);
		break;
	case FRAME_NIGHT:
		hear_night(ear, frame->body);
		break;
	default:
		break;
	}
	arena_reset(&ear->arena);
}

void
ear_hear(struct ear *ear, struct known *known, struct bytes bytes)
{
	enum status status = STATUS_OK;
	struct frame frame;
	struct bytes view;

	if (bytes.size > 0)
		status = buffer_append(&ear->input, bytes);
	assert(status == STATUS_OK);
	view = buffer_view(&ear->input);
	while (frame_read(&view, ear->codec, &ear->scratch, &frame, NULL) ==
	       STATUS_OK)
		hear_frame(ear, known, &frame);
	buffer_consume(&ear->input, buffer_view(&ear->input).size - view.size);
}
