/*
 * The JSON interface of a school's computer (docs/INTERFACE.md), and the page
 * beside it, on a loopback address.
 *
 * All on the loop's thread but for what takes long: that runs on uv's thread
 * pool, with a connection to the replica of its own.
 */
#ifndef CLIENT_INTERFACE_INTERFACE_H
#define CLIENT_INTERFACE_INTERFACE_H

#include <uv.h>

#include "common/replica/replica.h"

enum {
	INTERFACE_PORT = 8787,     /* where the page is, unless told */
	INTERFACE_LOOK_MS = 150,   /* for writes by others */
	INTERFACE_JOBS = 3,        /* at once; further ones are told to wait */
	INTERFACE_PATH_PARTS = 6,  /* of a route */
	INTERFACE_PAGE_ITEMS = 50, /* of a list, unless `limit` says else */
	INTERFACE_PAGE_ITEMS_MAX = 200,
};

struct interface;

/* A file of the page.  It lives as long as the interface. */
struct interface_asset {
	const char *type;
	struct bytes body;
	const char *digest; /* its ETag */
	bool is_forever;    /* the digest is part of its path */
};

struct interface_options {
	const char *address; /* "127.0.0.1", "::1" */
	uint16_t port;       /* 0: any */
	/* Borrowed; opened for writing; nobody else uses this connection. */
	struct replica *replica;
	/* Another connection to it for one job, called on another thread. */
	enum status (
	    *open_replica)(void *user, struct replica **out, struct error *err);
	/* The file at a path ("/", "/assets/..."); NULL: there is no page. */
	bool (*asset)(const char *path, struct interface_asset *asset);
	void *user;
	uint32_t idle_minutes; /* before a session locks; 0: as usual */
};

/* STATUS_INVALID: not a loopback address; STATUS_BUSY: the port is taken. */
enum status interface_create(uv_loop_t *loop,
    const struct interface_options *options, struct interface **out,
    struct error *err);

/* What was asked is still answered; then its handles are gone, and on_closed
 * (or NULL) is told: the replica may be closed.  NULL is nothing. */
void interface_close(struct interface *interface, void (*on_closed)(void *user),
    void *user);

/* "127.0.0.1:8787"; borrowed. */
const char *interface_address(const struct interface *interface);

#endif
