/*
 * The line itself: frames go out, PING keeps it alive, GOODBYE ends it.
 */
#include <assert.h>
#include <string.h>

#include "client/engine/engine_private.h"

enum status
engine_send(struct engine *engine, enum frame_type type, struct error *err)
{
	return frame_write(&engine->output, (uint8_t)type,
	    buffer_view(&engine->body), engine->options.codec, err);
}

enum status
line_take_ping(struct engine *engine, struct bytes body, struct error *err)
{
	struct ping ping;
	struct error wrong;
	enum status status;

	status = message_ping_decode(body, &engine->arena, &ping, &wrong);
	if (status != STATUS_OK)
		return engine_misread(engine, status, &wrong, err);
	ping.clock_ms = engine->now_ms;
	status = message_ping_encode(&ping, &engine->body, err);
	if (status == STATUS_OK)
		status = engine_send(engine, FRAME_PONG, err);
	return status;
}

enum status
line_keep_alive(struct engine *engine, struct error *err)
{
	struct ping ping = { .clock_ms = engine->now_ms };
	enum status status;

	if (engine->elapsed_ms - engine->heard_at_ms >= LIMIT_SILENCE_MS) {
		engine->hang_up = true;
		return STATUS_OK;
	}
	if (engine->elapsed_ms - engine->heard_at_ms < LIMIT_PING_MS ||
	    engine->elapsed_ms - engine->pinged_at_ms < LIMIT_PING_MS)
		return STATUS_OK;
	engine->pinged_at_ms = engine->elapsed_ms;
	ping.token = ++engine->ping_token;
	status = message_ping_encode(&ping, &engine->body, err);
	if (status == STATUS_OK)
		status = engine_send(engine, FRAME_PING, err);
	return status;
}

/* Kept, whatever becomes of the bytes that it came in. */
static void
keep_goodbye(struct engine *engine, uint32_t code, struct bytes text)
{
	size_t size =
	    text.size < ENGINE_TEXT_BYTES ? text.size : ENGINE_TEXT_BYTES;

	if (size > 0)
		memcpy(engine->goodbye_text, text.data, size);
	engine->status.goodbye.code = code;
	engine->status.goodbye.text.data =
	    (const uint8_t *)engine->goodbye_text;
	engine->status.goodbye.text.size = size;
	engine->hang_up = true;
}

/* One that cannot be read is not that all is done. */
enum status
line_take_goodbye(struct engine *engine, struct bytes body, struct error *err)
{
	struct goodbye goodbye;

	if (message_goodbye_decode(body, &engine->arena, &goodbye, err) !=
	    STATUS_OK)
		goodbye = (struct goodbye){ .code = GOODBYE_PROTOCOL };
	keep_goodbye(engine, goodbye.code, goodbye.text);
	return STATUS_OK;
}

enum status
engine_complain(struct engine *engine, enum goodbye_code code, const char *why)
{
	struct goodbye goodbye = {
		.code = (uint32_t)code,
		.text = bytes_of_text(why),
	};

	assert(!replica_in_transaction(engine->replica));
	if (goodbye.text.size > ENGINE_TEXT_BYTES)
		goodbye.text.size = ENGINE_TEXT_BYTES;
	keep_goodbye(engine, goodbye.code, goodbye.text);
	if (message_goodbye_encode(&goodbye, &engine->body, ERROR_IGNORED) ==
	    STATUS_OK)
		(void)engine_send(engine, FRAME_GOODBYE, ERROR_IGNORED);
	return STATUS_OK;
}

enum status
engine_misread(struct engine *engine, enum status status,
    const struct error *wrong, struct error *err)
{
	if (status == STATUS_NOMEM)
		return error_set(err, status, "%s", wrong->text);
	return engine_complain(engine, GOODBYE_PROTOCOL, wrong->text);
}
