/*
 * The life of the whole: start, turns, ticks, stop.
 */
#include "server/service/service.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/support/clock.h"
#include "common/support/random.h"
#include "server/service/service_private.h"

enum {
	TICK_MS = 1000,
	ADDRESS_BYTES = HUB_SETTINGS_ADDRESS_BYTES + 8,
};

static void on_failed(struct listener *listener, const struct error *why,
    void *user);
static void on_turn(uv_check_t *check);
static void on_tick(uv_timer_t *timer);
static void on_listener_closed(struct listener *listener, void *user);

static const struct listener_handlers handlers = {
	.on_accept = peer_accept,
	.on_failed = on_failed,
	.on_closed = on_listener_closed,
};

/* --- starting ------------------------------------------------------------- */

static void
on_event(void *context, const char *name, uint32_t site, uint64_t number)
{
	struct service *service = context;

	log_event(service->options.log, LOG_INFO, name,
	    LOG_NUMBER("site", site), LOG_NUMBER("number", number));
}

static enum status
start_hub(struct service *service, struct error *err)
{
	const struct hub_folder *folder = service->options.folder;
	struct replica *replica = service->options.replica;
	struct hub_options options = {
		.replica = replica,
		.codec = service->codec,
		.mark_key = folder->mark_key,
		.issue = issuer_renew,
		.issue_context = &service->issuer,
		.seed = random_u64(),
		.window = hub_settings_window(&folder->settings),
		.wake = peer_wake,
		.hang_up = peer_hang_up,
		.event = on_event,
		.context = service,
	};

	service->issuer =
	    (struct issuer){ replica, hub_folder_authority(folder),
		    folder->settings.certificate_seconds };
	service->joining.issuer = &service->issuer;
	service->joining.partnership = folder->settings.name;
	return hub_create(&options, &service->hub, err);
}

enum status
service_show_certificate(struct service *service, struct error *err)
{
	const struct hub_folder *folder = service->options.folder;
	struct tls_server_options tls = { folder->key,
		buffer_view(&folder->certificate),
		buffer_view(&folder->authority) };
	struct tls_context *context = NULL;
	enum status status;

	status = tls_context_create_server(&tls, &context, err);
	if (status != STATUS_OK)
		return status;
	if (service->listener != NULL)
		listener_use(service->listener, context);
	tls_context_destroy(service->context);
	service->context = context;
	return STATUS_OK;
}

static enum status
prepare(struct service *service, struct error *err)
{
	const struct hub_folder *folder = service->options.folder;
	struct replica *replica = service->options.replica;
	enum status status;

	status = codec_create(&service->codec, err);
	if (status == STATUS_OK)
		status = service_show_certificate(service, err);
	if (status == STATUS_OK)
		status = start_hub(service, err);
	if (status == STATUS_OK)
		status = hub_folder_writer(folder, replica,
		    (uint64_t)clock_unix_ms(), &service->joining.writer, err);
	if (status == STATUS_OK)
		status = presence_load(replica, &service->presence, err);
	if (status == STATUS_OK)
		status = nightly_init(service, err);
	service->presence.site_count = 0;
	service->presence_changed = true;
	return status;
}

static enum status
listen_on(struct service *service, uv_loop_t *loop, const char *address,
    struct error *err)
{
	struct listener_options options = { .context = service->context,
		.address = address };

	return listener_open(loop, &options, &handlers, service,
	    &service->listener, err);
}

/* The port of the last time, so that the computers find the hub again. */
static bool
listen_as_before(struct service *service, uv_loop_t *loop)
{
	const char *configured = service->options.folder->settings.listen;
	const char *colon = strrchr(configured, ':');
	int size = colon != NULL ? (int)(colon - configured) : 0;
	char address[ADDRESS_BYTES];
	uint16_t port;

	if (colon == NULL || strtol(colon + 1, NULL, 10) != 0 ||
	    presence_get_port(service->options.replica, &port, NULL) !=
		STATUS_OK ||
	    port == 0)
		return false;
	snprintf(address, sizeof(address), "%.*s:%u", size, configured,
	    (unsigned)port);
	return listen_on(service, loop, address, NULL) == STATUS_OK;
}

static void
start_handles(struct service *service, uv_loop_t *loop)
{
	uv_check_init(loop, &service->check);
	uv_idle_init(loop, &service->idle);
	uv_timer_init(loop, &service->tick);
	service->check.data = service;
	service->idle.data = service;
	service->tick.data = service;
	uv_check_start(&service->check, on_turn);
	uv_timer_start(&service->tick, on_tick, TICK_MS, TICK_MS);
}

enum status
service_start(uv_loop_t *loop, const struct service_options *options,
    struct service **out, struct error *err)
{
	struct service *service;
	enum status status;

	assert(out != NULL && *out == NULL);
	service = calloc(1, sizeof(*service));
	if (service == NULL)
		return error_set(err, STATUS_NOMEM, "start the hub");
	service->options = *options;
	status = prepare(service, err);
	if (status == STATUS_OK && !listen_as_before(service, loop))
		status = listen_on(service, loop,
		    options->folder->settings.listen, err);
	if (status != STATUS_OK) {
		service->ended = true;
		service_destroy(service);
		return status;
	}
	start_handles(service, loop);
	status = presence_set_port(options->replica,
	    listener_port(service->listener), err);
	if (status != STATUS_OK) {
		service_stop(service);
		uv_run(loop, UV_RUN_DEFAULT);
		service_destroy(service);
		return status;
	}
	log_event(options->log, LOG_INFO, "hub.listening",
	    LOG_NUMBER("port", listener_port(service->listener)));
	*out = service;
	return STATUS_OK;
}

const char *
service_address(const struct service *service)
{
	return listener_address(service->listener);
}

/* --- turns ---------------------------------------------------------------- */

/* It only keeps the loop from waiting before the turn has been ended. */
static void
on_idle(uv_idle_t *idle)
{
	(void)idle;
}

void
service_touch(struct service *service)
{
	if (!service->ended)
		uv_idle_start(&service->idle, on_idle);
}

void
service_count_failure(struct service *service, enum presence_failure failure)
{
	service->presence.failures[failure]++;
	service->presence_changed = true;
}

static void
on_failed(struct listener *listener, const struct error *why, void *user)
{
	struct service *service = user;

	(void)listener;
	service_count_failure(service, why->status == STATUS_DENIED
					   ? PRESENCE_CERTIFICATE
					   : PRESENCE_HANDSHAKE);
	log_event(service->options.log, LOG_INFO, "connection.failed",
	    LOG_STATUS(why->status));
}

static void
end_turn(struct service *service)
{
	struct error err = { 0 };
	struct peer *next;

	uv_idle_stop(&service->idle);
	if (hub_end_turn(service->hub, (uint64_t)clock_unix_ms(), &err) !=
	    STATUS_OK)
		log_event(service->options.log, LOG_ERROR, "hub.turn",
		    LOG_STATUS(err.status));
	for (struct peer *peer = service->peers; peer != NULL; peer = next) {
		next = peer->next;
		peer_end_turn(peer);
	}
}

static void
end_handles(struct service *service)
{
	if (service->ended || !service->closed || service->peers != NULL ||
	    service->night != NULL)
		return;
	service->ended = true;
	uv_close((uv_handle_t *)&service->check, NULL);
	uv_close((uv_handle_t *)&service->idle, NULL);
	uv_close((uv_handle_t *)&service->tick, NULL);
}

static void
on_turn(uv_check_t *check)
{
	struct service *service = check->data;

	end_turn(service);
	end_handles(service);
}

/* --- ticks ---------------------------------------------------------------- */

/* One who joins says so at once, or is no one. */
static void
end_silent_joins(struct service *service)
{
	uint64_t now_ms = clock_monotonic_ms();
	uint64_t silence_ms = service->options.silence_ms;

	if (silence_ms == 0)
		silence_ms = LIMIT_SILENCE_MS;
	for (struct peer *peer = service->peers; peer != NULL;
	     peer = peer->next)
		if (peer->joins && now_ms - peer->since_ms > silence_ms) {
			service_count_failure(service, PRESENCE_JOIN);
			link_abort(peer->link);
		}
}

static void
store_presence(struct service *service)
{
	struct error err = { 0 };

	if (!service->presence_changed)
		return;
	if (presence_store(service->options.replica, &service->presence,
		&err) == STATUS_OK)
		service->presence_changed = false;
	else
		log_event(service->options.log, LOG_ERROR, "hub.presence",
		    LOG_STATUS(err.status));
}

static void
on_tick(uv_timer_t *timer)
{
	struct service *service = timer->data;
	struct error err = { 0 };

	if (hub_tick(service->hub, (uint64_t)clock_unix_ms(), &err) !=
	    STATUS_OK)
		log_event(service->options.log, LOG_ERROR, "hub.tick",
		    LOG_STATUS(err.status));
	end_turn(service);
	store_presence(service);
	end_silent_joins(service);
	nightly_tick(service);
}

/* --- stopping ------------------------------------------------------------- */

void
service_stop(struct service *service)
{
	struct peer *next;

	if (service->stopping)
		return;
	service->stopping = true;
	end_turn(service);
	log_plain(service->options.log, LOG_INFO, "hub.stopping");
	for (struct peer *peer = service->peers; peer != NULL; peer = next) {
		next = peer->next;
		peer_send_off(peer, GOODBYE_STOPPING,
		    "the hub is being stopped");
	}
	store_presence(service);
	if (service->night != NULL)
		night_stop(service->night);
	listener_close(service->listener);
}

static void
on_listener_closed(struct listener *listener, void *user)
{
	struct service *service = user;

	(void)listener;
	service->closed = true;
	service_touch(service);
}

void
service_destroy(struct service *service)
{
	if (service == NULL)
		return;
	assert(service->ended && service->peers == NULL);
	hub_destroy(service->hub);
	tls_context_destroy(service->context);
	codec_destroy(service->codec);
	free(service);
}
