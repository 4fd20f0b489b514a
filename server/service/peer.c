/*
 * One connection.  Callbacks of the link feed the session and note what is to
 * be done; the end of the turn does it.
 */
#include <assert.h>
#include <stdlib.h>

#include "common/support/clock.h"
#include "protocol/identifier.h"
#include "protocol/message.h"
#include "server/service/service_private.h"

static void on_bytes(struct link *link, struct bytes bytes, void *user);
static void on_drained(struct link *link, void *user);
static void on_closed(struct link *link, const struct error *why, void *user);

static const struct link_handlers handlers = {
	.on_bytes = on_bytes,
	.on_drained = on_drained,
	.on_closed = on_closed,
};

static uint64_t
now_ms(void)
{
	return (uint64_t)clock_unix_ms();
}

/* --- arriving ------------------------------------------------------------- */

/* The line bears sites: who is here is told to other processes. */
static void
note_present(struct service *service, uint32_t site)
{
	struct presence *presence = &service->presence;

	if (presence_has(presence, site))
		return;
	assert(presence->site_count < LIMIT_SESSIONS);
	presence->sites[presence->site_count++] = site;
	service->presence_changed = true;
}

static void
note_absent(struct service *service, uint32_t site)
{
	struct presence *presence = &service->presence;

	for (struct peer *peer = service->peers; peer != NULL;
	     peer = peer->next)
		if (peer->session != NULL && peer->site == site)
			return;
	for (uint32_t i = 0; i < presence->site_count; i++) {
		if (presence->sites[i] != site)
			continue;
		presence->sites[i] = presence->sites[--presence->site_count];
		service->presence_changed = true;
		return;
	}
}

static struct peer *
peer_create(struct service *service, struct link *link)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	if (peer == NULL)
		return NULL;
	peer->service = service;
	peer->link = link;
	peer->since_ms = clock_monotonic_ms();
	peer->next = service->peers;
	peer->previous = &service->peers;
	if (peer->next != NULL)
		peer->next->previous = &peer->next;
	service->peers = peer;
	service->peer_count++;
	link_set_handlers(link, &handlers, peer);
	return peer;
}

/* It may have joined after the backup from which this hub was restored. */
static enum status
connect_stranger(struct peer *peer, const struct link_info *info,
    struct error *err)
{
	uint64_t number;

	if (!identifier_parse(bytes_of_text(info->tls.name), &number) ||
	    number > SITE_MAX)
		return STATUS_DENIED;
	return hub_connect_stranger(peer->service->hub, (uint32_t)number,
	    peer->service->joining.writer.now_ms, peer, &peer->session, err);
}

static enum status
connect_session(struct peer *peer, const struct link_info *info,
    struct error *err)
{
	struct service *service = peer->service;
	struct bytes serial = { info->tls.serial.bytes,
		sizeof(info->tls.serial.bytes) };
	struct hub_writer *writer = &service->joining.writer;
	enum status status = STATUS_OK;

	if (!info->tls.has_certificate)
		return error_set(err, STATUS_DENIED,
		    "this computer showed no certificate");
	/* A turn that is open is committed first; see issuer_follow. */
	writer->now_ms = now_ms();
	if (replica_in_transaction(service->options.replica))
		status = hub_end_turn(service->hub, writer->now_ms, err);
	if (status == STATUS_OK)
		status = issuer_follow(writer, &info->tls.serial, err);
	if (status == STATUS_OK)
		status = hub_connect(service->hub, serial, writer->now_ms, peer,
		    &peer->session, err);
	if (status == STATUS_DENIED)
		status = connect_stranger(peer, info, err);
	return status;
}

static void
begin_sync(struct peer *peer, const struct link_info *info)
{
	struct service *service = peer->service;
	struct error err = { 0 };
	enum status status;

	status = connect_session(peer, info, &err);
	service_touch(service);
	if (status == STATUS_OK) {
		peer->site = session_site(peer->session);
		note_present(service, peer->site);
		log_event(service->options.log, LOG_INFO, "site.connected",
		    LOG_NUMBER("site", peer->site),
		    LOG_NUMBER("resumed", info->tls.resumed));
		return;
	}
	log_event(service->options.log, LOG_WARNING, "site.denied",
	    LOG_STATUS(status));
	if (status == STATUS_DENIED) {
		service_count_failure(service, PRESENCE_UNKNOWN);
		peer_send_off(peer, GOODBYE_REVOKED,
		    "this computer is not one of the partnership's; it has to "
		    "be invited anew");
	} else {
		peer_send_off(peer, GOODBYE_INTERNAL,
		    "the hub has a fault; try again later");
	}
}

void
peer_accept(struct listener *listener, struct link *link,
    const struct link_info *info, void *user)
{
	struct service *service = user;
	struct peer *peer = NULL;

	(void)listener;
	if (!service->stopping && service->peer_count < LIMIT_SESSIONS)
		peer = peer_create(service, link);
	if (peer == NULL) {
		service_count_failure(service, PRESENCE_TOO_MANY);
		link_close(link);
		return;
	}
	peer->joins = info->tls.protocol == TLS_PROTOCOL_JOIN;
	if (!peer->joins)
		begin_sync(peer, info);
}

/* --- in a turn ------------------------------------------------------------ */

static void
on_bytes(struct link *link, struct bytes bytes, void *user)
{
	struct peer *peer = user;
	struct service *service = peer->service;
	struct error err = { 0 };

	(void)link;
	service_touch(service);
	if (peer->session != NULL) {
		if (hub_receive(service->hub, peer->session, bytes, now_ms(),
			&err) != STATUS_OK)
			log_event(service->options.log, LOG_ERROR,
			    "hub.receive", LOG_NUMBER("site", peer->site),
			    LOG_STATUS(err.status));
		return;
	}
	if (!peer->joins)
		return;
	if (peer->input.size + bytes.size > 2 * JOINING_INPUT_BYTES ||
	    buffer_append(&peer->input, bytes) != STATUS_OK)
		link_abort(peer->link);
	peer->wants_output = true;
}

static void
on_drained(struct link *link, void *user)
{
	struct peer *peer = user;

	if (peer->paused)
		link_resume(link);
	peer->paused = false;
	peer->wants_output = true;
	service_touch(peer->service);
}

void
peer_wake(void *context, struct session *session)
{
	struct peer *peer = session_user(session);

	(void)context;
	peer->wants_output = true;
	service_touch(peer->service);
}

void
peer_hang_up(void *context, struct session *session)
{
	struct peer *peer = session_user(session);

	(void)context;
	peer->hang_up = true;
	service_touch(peer->service);
}

/* --- at its end ----------------------------------------------------------- */

static enum presence_failure
join_failure(enum status why)
{
	return why == STATUS_NOT_FOUND || why == STATUS_EXISTS ||
	               why == STATUS_TIMEOUT
	           ? PRESENCE_INVITATION
	           : PRESENCE_JOIN;
}

static void
answer_join(struct peer *peer)
{
	struct service *service = peer->service;
	struct buffer out = { 0 };
	struct error err = { 0 };
	uint32_t site = 0;
	enum status status;

	service->joining.writer.now_ms = now_ms();
	status = joining_answer(&service->joining, buffer_view(&peer->input),
	    service->codec, &out, &site, &err);
	if (status == STATUS_AGAIN)
		return;
	peer->joins = false;
	if (status == STATUS_OK) {
		log_event(service->options.log, LOG_INFO, "site.joined",
		    LOG_NUMBER("site", site));
	} else {
		service_count_failure(service, join_failure(status));
		log_event(service->options.log, LOG_WARNING, "join.refused",
		    LOG_STATUS(status));
	}
	(void)link_write(peer->link, buffer_view(&out));
	link_close(peer->link);
	buffer_deinit(&out);
}

static void
end_session(struct peer *peer)
{
	if (peer->session == NULL)
		return;
	hub_disconnect(peer->service->hub, peer->session);
	peer->session = NULL;
	note_absent(peer->service, peer->site);
}

/* A computer that sends and does not read is not listened to. */
static void
send_output(struct peer *peer)
{
	struct service *service = peer->service;
	size_t queued = link_queued_bytes(peer->link);
	struct buffer out = { 0 };
	struct error err = { 0 };
	enum status status;

	status = hub_output(service->hub, peer->session, queued, &out, now_ms(),
	    &err);
	if (status == STATUS_OK && out.size > 0)
		status = link_write(peer->link, buffer_view(&out));
	buffer_deinit(&out);
	if (status != STATUS_OK && status != STATUS_CLOSED) {
		log_event(service->options.log, LOG_ERROR, "hub.output",
		    LOG_NUMBER("site", peer->site), LOG_STATUS(status));
		link_abort(peer->link);
	}
	if (link_queued_bytes(peer->link) > LIMIT_OUTPUT_BYTES &&
	    !peer->paused) {
		peer->paused = true;
		link_pause(peer->link);
	}
}

void
peer_end_turn(struct peer *peer)
{
	bool wants_output = peer->wants_output;

	peer->wants_output = false;
	if (peer->joins && peer->input.size > 0)
		answer_join(peer);
	if (peer->session != NULL && (wants_output || peer->hang_up))
		send_output(peer);
	if (!peer->hang_up)
		return;
	peer->hang_up = false;
	end_session(peer);
	link_close(peer->link);
}

/* --- leaving -------------------------------------------------------------- */

void
peer_send_off(struct peer *peer, enum goodbye_code code, const char *text)
{
	struct goodbye goodbye = { .code = (uint32_t)code,
		.text = bytes_of_text(text) };
	struct buffer body = { 0 }, frame = { 0 };

	peer->joins = false;
	end_session(peer);
	if (message_goodbye_encode(&goodbye, &body, NULL) == STATUS_OK &&
	    frame_write(&frame, FRAME_GOODBYE, buffer_view(&body), NULL,
		NULL) == STATUS_OK)
		(void)link_write(peer->link, buffer_view(&frame));
	buffer_deinit(&body);
	buffer_deinit(&frame);
	link_close(peer->link);
}

static void
on_closed(struct link *link, const struct error *why, void *user)
{
	struct peer *peer = user;
	struct service *service = peer->service;

	(void)link;
	if (peer->session != NULL) {
		log_event(service->options.log, LOG_INFO, "site.disconnected",
		    LOG_NUMBER("site", peer->site), LOG_STATUS(why->status));
		if (why->status != STATUS_OK && why->status != STATUS_CLOSED)
			service_count_failure(service, PRESENCE_LOST);
		end_session(peer);
	}
	*peer->previous = peer->next;
	if (peer->next != NULL)
		peer->next->previous = peer->previous;
	service->peer_count--;
	buffer_deinit(&peer->input);
	free(peer);
	service_touch(service);
}
