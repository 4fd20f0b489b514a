/*
 * The engine's parts share this; nobody else includes it.
 *
 *	engine_state.h	what an engine holds
 *	engine.c	the door, the states, which frame is for whom
 *	engine_line.c	frames out, PING, GOODBYE
 *	engine_greet.c	HELLO and WELCOME
 *	engine_push.c	what waits goes to the hub, answers come back
 *	engine_take.c	stream, fills and fetches
 *	engine_end.c	closed dossiers, receipts, how far is confirmed, leaving
 *	engine_offer.c	what a restored hub may have lost
 *	engine_renew.c	a new certificate
 *	engine_prove.c	"synced", said only when it is proved
 *	engine_night.c	the night: when, and whether the hub's set is ours
 *	engine_compare.c   what differs
 *	engine_mend.c	   and how it is mended
 *	engine_morning.c   tables, file, and what came of it
 */
#ifndef CLIENT_ENGINE_ENGINE_PRIVATE_H
#define CLIENT_ENGINE_ENGINE_PRIVATE_H

#include "client/engine/engine_state.h"

/* --- engine_line.c -------------------------------------------------------- */

/* Append engine->body as one frame to the output. */
enum status engine_send(struct engine *engine, enum frame_type type,
    struct error *err);

/* The hub said what it should not: say why and hang up.  STATUS_OK. */
enum status engine_complain(struct engine *engine, enum goodbye_code code,
    const char *why);

/* A body could not be decoded: the hub said what it should not, unless there
 * was no memory to read it. */
enum status engine_misread(struct engine *engine, enum status status,
    const struct error *wrong, struct error *err);

/* Silence: ask, and in the end hang up. */
enum status line_keep_alive(struct engine *engine, struct error *err);

enum status line_take_ping(struct engine *engine, struct bytes body,
    struct error *err);

/* Why the hub hangs up; so does this side. */
enum status line_take_goodbye(struct engine *engine, struct bytes body,
    struct error *err);

/* --- engine_greet.c ------------------------------------------------------- */

/* For the first flight: the shared dictionary, if the hub had it last time. */
enum status greet_choose_dictionary(struct engine *engine, struct error *err);

/* The hub did not greet: perhaps it has another dictionary now. */
void greet_forget_dictionary(struct engine *engine);

enum status greet_send_hello(struct engine *engine, struct error *err);

/* The hub's clock against ours, half the time since we asked allowed for.  In
 * a transaction. */
enum status greet_measure_clock(struct engine *engine, uint64_t hub_ms,
    uint64_t asked_ms, struct error *err);

enum status greet_take_welcome(struct engine *engine, struct bytes body,
    struct error *err);

/* --- engine_push.c -------------------------------------------------------- */

void push_begin(struct engine *engine);

/* The line broke: a batch that was not answered was too large for it. */
void push_end(struct engine *engine);

/* Send batches while there is something to send and room for it. */
enum status push_pump(struct engine *engine, struct error *err);

enum status push_take_answers(struct engine *engine, struct bytes body,
    struct error *err);

/* --- engine_take.c -------------------------------------------------------- */

enum status take_begin(struct engine *engine, struct error *err);

/* After WELCOME: a fresh replica learns where its stream starts. */
enum status take_start(struct engine *engine, uint64_t start,
    struct error *err);

enum status take_stream(struct engine *engine, struct bytes body,
    struct error *err);

enum status take_fills(struct engine *engine, struct bytes body,
    struct error *err);

enum status take_fetched(struct engine *engine, struct bytes body,
    struct error *err);

/* Ask for dossiers to fill and commits to fetch. */
enum status take_pump(struct engine *engine, struct error *err);

/* Ask for ids; there is no FETCH that is not answered. */
enum status take_ask(struct engine *engine, struct fetch *fetch,
    struct error *err);

uint32_t take_lacking_count(const struct engine *engine);

/* --- engine_end.c --------------------------------------------------------- */

/* Purge what was closed and has nothing waiting, with receipts. */
enum status end_pump(struct engine *engine, struct error *err);

/* Tell the hub how far all is stored, and how far nothing waits. */
enum status end_confirm(struct engine *engine, struct error *err);

enum status end_confirmed(struct engine *engine, uint64_t *confirmed,
    struct error *err);

/* --- engine_renew.c ------------------------------------------------------- */

enum status renew_pump(struct engine *engine, struct error *err);

/* --- engine_prove.c ------------------------------------------------------- */

/* Something changed: what was proved is proved no more. */
void prove_forget(struct engine *engine);

/* The same for other processes, inside the transaction that changes it. */
enum status prove_void(struct engine *engine, struct error *err);

/* Others may follow a change soon: neither confirm nor prove yet. */
bool prove_waits(const struct engine *engine);

enum status prove_pump(struct engine *engine, struct error *err);

enum status prove_take_proof(struct engine *engine, struct bytes body,
    struct error *err);

#endif
