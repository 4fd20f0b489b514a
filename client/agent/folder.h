/*
 * A school computer's data folder.
 *
 *	client.conf	hub, proxy, names, metered, night_bytes (text; may be
 *			edited)
 *	hub.crt		the hub's authority
 *	site.key	this computer's TLS key, and its certificate
 *	site.crt
 *	device.key	what receipts are signed with (Ed25519 seed)
 *	session		the last TLS session, for resuming
 *	replica.db	the replica (and replica.db.*: see rebuild.h)
 *	agent.lock	held by the agent that runs
 */
#ifndef CLIENT_AGENT_FOLDER_H
#define CLIENT_AGENT_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/net/certificate.h"
#include "common/net/key.h"
#include "common/net/proxy.h"
#include "common/net/tls.h"
#include "common/replica/replica.h"
#include "common/support/config.h"

enum {
	FOLDER_HOST_BYTES = 256,
	FOLDER_METERED_BYTES = 256 * 1024 /* for a night */
};

/* While it is there replica.db is being replaced. */
#define FOLDER_REBUILT "replica.db.rebuilt"

struct folder {
	char *path;
	struct config config;
	char host[FOLDER_HOST_BYTES];
	uint16_t port;
	bool has_proxy;
	struct proxy proxy;
	struct key *key;
	struct buffer certificate; /* DER */
	struct buffer authority;   /* DER */
	uint8_t device_seed[32];
	uint64_t night_bytes; /* for struct engine_options, by the settings */
};

/* path/name, allocated. */
char *folder_file(const struct folder *folder, const char *name);

/* Read a folder that has joined.  STATUS_NOT_FOUND says to join first. */
enum status folder_open(const char *path, struct folder **out,
    struct error *err);

void folder_close(struct folder *folder);

/* HOST:PORT instead of what the invitation said; also the proxy. */
enum status folder_set_hub(struct folder *folder, const char *host_port,
    struct error *err);

enum status folder_set_proxy(struct folder *folder, const char *proxy,
    struct error *err);

/*
 * The replica of a folder, for this process.  With write, the counter jumps,
 * and what this process writes bears new numbers.  STATUS_CORRUPT also when
 * there is none, or an empty one.
 */
enum status folder_open_replica(const struct folder *folder, bool write,
    struct replica **out, struct error *err);

/* STATUS_CORRUPT of the replica: the sentence goes on to say what helps. */
void folder_advise(struct error *err);

/* A renewed certificate: checked against key and authority, then stored. */
enum status folder_renew(struct folder *folder, struct bytes certificate,
    struct error *err);

/* When two thirds of the certificate's life are over, in Unix ms. */
int64_t folder_renewal_ms(const struct folder *folder);

/* The TLS session to resume; absent: out stays empty. */
void folder_load_session(const struct folder *folder, struct buffer *out);

void folder_save_session(const struct folder *folder, struct bytes session);

/* Sign by the device key. */
enum status folder_sign(void *folder, struct bytes message,
    uint8_t signature[64]);

void folder_device_public(const struct folder *folder, uint8_t public[32]);

/*
 * One agent a folder.  STATUS_BUSY: another process holds it.  Released by
 * folder_unlock, or by the end of the process, however it ends.
 */
struct folder_lock;

enum status folder_lock(const char *path, struct folder_lock **out,
    struct error *err);

void folder_unlock(struct folder_lock *lock);

/* Also when there is none of that name in it. */
enum status folder_remove_file(const char *folder, const char *name,
    struct error *err);

/* After leaving: everything in it is removed. */
enum status folder_erase(const char *path, struct error *err);

#endif
