/*
 * What service.c and peer.c share.
 */
#ifndef SERVER_SERVICE_SERVICE_PRIVATE_H
#define SERVER_SERVICE_SERVICE_PRIVATE_H

#include "common/net/listener.h"
#include "server/authority/joining.h"
#include "server/core/hub.h"
#include "server/night/night.h"
#include "server/night/schedule.h"
#include "server/service/presence.h"
#include "server/service/service.h"

/*
 * One connection.  It is on the service's list from on_accept to on_closed.
 *
 *	a computer that syncs	session != NULL until it is hung up
 *	one that joins		input gathers its one frame
 *	one that is sent off	neither; GOODBYE is on its way
 */
struct peer {
	struct service *service;
	struct link *link;
	struct session *session;
	uint32_t site;
	bool joins;
	bool wants_output; /* at the end of this turn */
	bool hang_up;      /* once its output is on its way */
	bool paused;
	uint64_t since_ms; /* monotonic */
	struct buffer input;
	struct peer *next;
	struct peer **previous;
};

struct service {
	struct service_options options;
	uv_check_t check; /* the end of a turn */
	uv_idle_t idle;   /* runs while a turn has something to end */
	uv_timer_t tick;
	struct codec *codec;
	struct tls_context *context;
	struct listener *listener;
	struct hub *hub;
	struct issuer issuer;
	struct joining joining;
	struct peer *peers;
	uint32_t peer_count;
	struct schedule schedule;
	struct night *night; /* under way, or NULL */
	struct presence presence;
	bool presence_changed;
	bool stopping;
	bool closed; /* the listener has */
	bool ended;  /* the handles are closing or closed */
};

/* The end of this turn has something to do. */
void service_touch(struct service *service);

/* One more connection that failed. */
void service_count_failure(struct service *service,
    enum presence_failure failure);

/* Show hub.crt as it is now to who connects. */
enum status service_show_certificate(struct service *service,
    struct error *err);

/* --- nightly.c ------------------------------------------------------------ */

/* When the last night was. */
enum status nightly_init(struct service *service, struct error *err);

/* Begin one when it is time. */
void nightly_tick(struct service *service);

/* --- peer.c --------------------------------------------------------------- */

/* on_accept of the listener. */
void peer_accept(struct listener *listener, struct link *link,
    const struct link_info *info, void *user);

/* At the end of a turn, behind the hub's: answer who joins, send what a
 * session has for its computer, close what is to be closed. */
void peer_end_turn(struct peer *peer);

/* GOODBYE and the end of the connection. */
void peer_send_off(struct peer *peer, enum goodbye_code code, const char *text);

/* Hub's callbacks. */
void peer_wake(void *context, struct session *session);

void peer_hang_up(void *context, struct session *session);

#endif
