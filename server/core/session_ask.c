#include "server/core/session_ask.h"

/* Nobody stores what it was not told; a place is never taken back. */
enum status
ask_confirm(struct session *session, struct bytes body, struct error *err)
{
	struct hub *hub = session->hub;
	struct confirm confirm;
	enum status status;

	status = message_confirm_decode(body, &session->arena, &confirm, err);
	if (status != STATUS_OK)
		return status;
	if (confirm.cursor > session->told ||
	    confirm.confirmed > confirm.cursor)
		return error_set(err, STATUS_INVALID,
		    "a place that was never sent is confirmed");
	if (session->proving)
		session->asked = true;
	if (confirm.cursor > session->cursor)
		session->cursor = confirm.cursor;
	if (confirm.confirmed > session->confirmed)
		session->confirmed = confirm.confirmed;
	if (confirm.batch_bytes >= LIMIT_BATCH_BYTES_MIN &&
	    confirm.batch_bytes <= LIMIT_BATCH_BYTES)
		session->batch_bytes = confirm.batch_bytes;
	status = hub_join_turn(hub, session, err);
	if (status != STATUS_OK)
		return status;
	return sites_confirm(hub->options.replica, session->site.number,
	    confirm.cursor, confirm.confirmed, hub->writer.now_ms, err);
}

/* A dossier is asked for once; asking again begins it again. */
enum status
ask_fill(struct session *session, struct bytes body, struct error *err)
{
	struct fills fills;
	enum status status;

	status = message_fills_decode(body, &session->arena, &fills, err);
	if (status != STATUS_OK)
		return status;
	session->asked = true;
	for (uint32_t i = 0; i < fills.fill_count; i++) {
		uint32_t place = 0;

		while (place < session->fill_count &&
		       session->fills[place].dossier != fills.fills[i].dossier)
			place++;
		if (place == LIMIT_FILLS)
			return error_set(err, STATUS_TOO_LARGE,
			    "too many files are asked for");
		session->fills[place] = fills.fills[i];
		if (place == session->fill_count)
			session->fill_count++;
	}
	return STATUS_OK;
}

enum status
ask_fetch(struct session *session, struct bytes body, struct error *err)
{
	struct fetch fetch;
	enum status status;

	status = message_fetch_decode(body, &session->arena, &fetch, err);
	if (status != STATUS_OK)
		return status;
	if (session->fetch_count + fetch.id_count > HUB_QUEUED_FETCHES)
		return error_set(err, STATUS_TOO_LARGE,
		    "too many commits are asked for");
	session->asked = true;
	for (uint32_t i = 0; i < fetch.id_count; i++)
		session->fetches[session->fetch_count++] = fetch.ids[i];
	return STATUS_OK;
}

/* Who asks for a proof has nothing that waits, whatever HELLO told. */
static enum status
note_idle(struct session *session, struct error *err)
{
	struct hub *hub = session->hub;
	struct replica *replica = hub->options.replica;
	uint32_t number = session->site.number;
	struct night_state night;
	struct site_state state;
	enum status status;

	status = sites_get_state(replica, number, &state, err);
	if (status == STATUS_OK)
		status = nights_get(replica, number, &night, err);
	if (status != STATUS_OK || (state.pending == 0 && night.proved_ms != 0))
		return status;
	status = hub_join_turn(hub, session, err);
	if (status == STATUS_OK)
		status = sites_set_idle(replica, number, err);
	if (status == STATUS_OK)
		status = nights_prove(replica, number, hub->writer.now_ms, err);
	return status;
}

/* Only the latest question counts: it is answered when the stream has brought
 * the client to the head. */
enum status
ask_prove(struct session *session, struct bytes body, struct error *err)
{
	struct proof proof;
	enum status status;

	status = message_proof_decode(body, &session->arena, &proof, err);
	if (status != STATUS_OK)
		return status;
	if (proof.cursor > session->told)
		return error_set(err, STATUS_INVALID,
		    "a place that was never sent is to be proved");
	session->asked = true;
	session->proving = true;
	session->proving_cursor = proof.cursor;
	return note_idle(session, err);
}
