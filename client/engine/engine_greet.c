/*
 * The greeting: HELLO says where this replica stands, WELCOME where the hub
 * does.  The two clocks are compared, and the hub's life (its generation) with
 * the one that this replica knows.
 */
#include "client/engine/engine_private.h"
#include "common/replica/record.h"
#include "protocol/identifier.h"

enum status
greet_choose_dictionary(struct engine *engine, struct error *err)
{
	uint64_t known;
	enum status status;

	status =
	    replica_meta_get(engine->replica, "hub_dictionary", 0, &known, err);
	codec_use_dictionary(engine->options.codec,
	    known == codec_dictionary_id(engine->options.codec));
	return status;
}

/* Without it the next first flight is larger, so a failure is no error. */
void
greet_forget_dictionary(struct engine *engine)
{
	(void)replica_meta_set(engine->replica, "hub_dictionary", 0,
	    ERROR_IGNORED);
}

enum status
greet_send_hello(struct engine *engine, struct error *err)
{
	struct hello hello = {
		.version = PROTOCOL_VERSION,
		.catalogue = catalogue_version(),
		.site = engine->identity.site,
		.dictionary = codec_dictionary_id(engine->options.codec),
		.cursor = engine->cursor,
		.clock_ms = engine->now_ms,
		.batch_bytes = engine->batch_bytes,
		.fresh = engine->fresh,
	};
	enum status status;

	status = replica_generations(engine->replica, &engine->arena,
	    &hello.generations, &hello.generation_count, err);
	if (status == STATUS_OK)
		status = pending_count(engine->replica, &hello.health.pending,
		    &hello.health.refused, err);
	if (status == STATUS_OK)
		status = conflict_count(engine->replica,
		    &hello.health.conflicts, err);
	if (status == STATUS_OK)
		status = end_confirmed(engine, &hello.confirmed, err);
	if (status != STATUS_OK)
		return status;
	hello.health.program = bytes_of_text(engine->options.program);
	hello.health.room = engine->room;
	engine->cursor_sent = hello.cursor;
	engine->confirmed_sent = hello.confirmed;
	status = message_hello_encode(&hello, &engine->body, err);
	if (status == STATUS_OK)
		status = engine_send(engine, FRAME_HELLO, err);
	return status;
}

enum status
greet_measure_clock(struct engine *engine, uint64_t hub_ms, uint64_t asked_ms,
    struct error *err)
{
	uint64_t half = (engine->elapsed_ms - asked_ms) / 2;
	uint64_t ahead;
	int64_t error;

	/* Nothing that a hub says may make differences of times overflow. */
	if (hub_ms > ENGINE_TIME_MS_MAX)
		hub_ms = ENGINE_TIME_MS_MAX;
	error = (int64_t)engine->now_ms - (int64_t)(hub_ms + half);
	ahead = error > ENGINE_CLOCK_NOISE_MS ? (uint64_t)error : 0;
	engine->status.clock_error_ms = error;
	return replica_meta_set(engine->replica, "clock_ahead_ms", ahead, err);
}

/* What an older hub refused because it did not know it goes again. */
static enum status
follow_catalogue(struct engine *engine, uint32_t catalogue, struct error *err)
{
	uint64_t before, count = 0;
	enum status status;

	status = replica_meta_get(engine->replica, "hub_catalogue", catalogue,
	    &before, err);
	if (status == STATUS_OK && catalogue > before)
		status = pending_return_unknown(engine->replica, &count, err);
	if (status == STATUS_OK && count > 0)
		status = prove_void(engine, err);
	if (status == STATUS_OK)
		status = replica_meta_set(engine->replica, "hub_catalogue",
		    catalogue, err);
	if (status == STATUS_OK && count > 0) {
		engine->send_again = true;
		prove_forget(engine);
	}
	return status;
}

/* A database that was rebuilt may have lost which school it is of. */
static enum status
learn_school(struct engine *engine, uint64_t school, struct error *err)
{
	if (replica_identity(engine->replica).school != 0)
		return STATUS_OK;
	engine->identity.school = school;
	return replica_identity_set(engine->replica, &engine->identity, err);
}

/*
 * A restored hub may learn only from this site who it is; a site that does not
 * know it itself has to be told, before it has anything of a school's.
 */
static bool
is_for_school(const struct engine *engine, const struct welcome *welcome)
{
	uint64_t own = engine->identity.school;

	if (own == 0)
		return identifier_is_valid(welcome->school) && engine->fresh;
	return welcome->school == own ||
	       (welcome->school == 0 &&
		   (welcome->offer || welcome->collecting));
}

enum status
greet_take_welcome(struct engine *engine, struct bytes body, struct error *err)
{
	struct welcome welcome;
	struct error wrong;
	enum status status;

	if (engine->state != ENGINE_GREETING)
		return engine_complain(engine, GOODBYE_PROTOCOL,
		    "the hub greeted twice");
	status = message_welcome_decode(body, &engine->arena, &welcome, &wrong);
	if (status != STATUS_OK)
		return engine_misread(engine, status, &wrong, err);
	if (!is_for_school(engine, &welcome))
		return engine_complain(engine, GOODBYE_PROTOCOL,
		    "the hub takes this computer for another school's");

	if (welcome.catalogue == 0)
		return engine_complain(engine, GOODBYE_PROTOCOL,
		    "the hub knows no collections");

	status = replica_begin(engine->replica, err);
	if (status != STATUS_OK)
		return status;
	status = learn_school(engine, welcome.school, err);
	if (status == STATUS_OK)
		status = offer_begin(engine, &welcome, err);
	if (status == STATUS_OK)
		status = greet_measure_clock(engine, welcome.time_ms,
		    engine->hello_at_ms, err);
	if (status == STATUS_OK)
		status = follow_catalogue(engine, welcome.catalogue, err);
	if (status == STATUS_OK)
		status = replica_meta_set(engine->replica, "hub_dictionary",
		    welcome.dictionary, err);
	if (status == STATUS_OK)
		status = take_start(engine, welcome.start, err);
	if (status == STATUS_OK)
		status = replica_commit(engine->replica, err);
	if (status != STATUS_OK)
		return status;

	codec_use_dictionary(engine->options.codec,
	    welcome.dictionary == codec_dictionary_id(engine->options.codec));
	engine->status.head = welcome.head;
	engine->state = ENGINE_CATCHING_UP;
	return STATUS_OK;
}
