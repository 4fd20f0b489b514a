/*
 * Joining: one connection under the joining protocol, one frame each way.
 * Everything is made in memory first; the folder is written last, client.conf
 * at the very end, so that a folder with it is a whole one.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "client/agent/folder.h"
#include "client/agent/join.h"
#include "common/net/invitation.h"
#include "common/net/link.h"
#include "common/replica/replica.h"
#include "common/support/config.h"
#include "common/support/file.h"
#include "common/support/random.h"
#include "protocol/frame.h"
#include "protocol/message.h"

struct joining {
	const struct join_options *options;
	struct invitation invitation;
	struct folder place; /* only host, port, proxy and path are used */
	struct key *key;
	struct buffer request;
	struct codec *codec;
	struct tls_context *context;
	struct buffer input;
	struct buffer scratch;
	struct arena arena;
	struct joined joined;
	struct buffer authority;
	bool answered;
	struct error why;
};

/* --- on the wire ---------------------------------------------------------- */

static void
on_open(struct link *link, const struct link_info *info, void *user)
{
	struct joining *joining = user;
	struct join join = {
		.version = PROTOCOL_VERSION,
		.secret = { joining->invitation.secret,
		    INVITATION_SECRET_BYTES },
		.csr = buffer_view(&joining->request),
		.name = bytes_of_text(joining->options->computer),
	};
	struct buffer body = { 0 }, frame = { 0 };
	enum status status;

	(void)info;
	status = link_peer_authority(link, &joining->authority, &joining->why);
	if (status == STATUS_OK)
		status = message_join_encode(&join, &body, &joining->why);
	if (status == STATUS_OK)
		status = frame_write(&frame, FRAME_JOIN, buffer_view(&body),
		    NULL, &joining->why);
	if (status == STATUS_OK)
		status = link_write(link, buffer_view(&frame));
	key_wipe(&body);
	key_wipe(&frame);
	if (status != STATUS_OK)
		link_abort(link);
}

/* The one frame that may come. */
static enum status
read_answer(struct joining *joining, const struct frame *frame)
{
	struct goodbye goodbye;
	enum status status;

	if (frame->type == FRAME_GOODBYE) {
		status = message_goodbye_decode(frame->body, &joining->arena,
		    &goodbye, &joining->why);
		if (status != STATUS_OK)
			return status;
		return error_set(&joining->why, STATUS_DENIED,
		    "the hub said: %.*s", (int)goodbye.text.size,
		    (const char *)goodbye.text.data);
	}
	if (frame->type != FRAME_JOINED)
		return error_set(&joining->why, STATUS_INVALID,
		    "the hub gave an answer that is not understood");
	status = message_joined_decode(frame->body, &joining->arena,
	    &joining->joined, &joining->why);
	if (status == STATUS_OK)
		status = certificate_match(joining->joined.certificate,
		    joining->key, &joining->why);
	if (status == STATUS_OK)
		status = certificate_check_issuer(joining->joined.certificate,
		    buffer_view(&joining->authority), &joining->why);
	joining->answered = status == STATUS_OK;
	return status;
}

static void
on_bytes(struct link *link, struct bytes bytes, void *user)
{
	struct joining *joining = user;
	struct frame frame;
	struct bytes input;
	enum status status;

	if (joining->answered || joining->why.status != STATUS_OK)
		return;
	if (buffer_append(&joining->input, bytes) != STATUS_OK) {
		error_set(&joining->why, STATUS_NOMEM, "join");
		link_abort(link);
		return;
	}
	input = buffer_view(&joining->input);
	status = frame_read(&input, joining->codec, &joining->scratch, &frame,
	    &joining->why);
	if (status == STATUS_AGAIN) {
		joining->why.status = STATUS_OK;
		return;
	}
	if (status == STATUS_OK)
		(void)read_answer(joining, &frame);
	link_close(link);
}

static void
on_closed(struct link *link, const struct error *why, void *user)
{
	struct joining *joining = user;

	(void)link;
	if (joining->answered || joining->why.status != STATUS_OK)
		return;
	if (why->status != STATUS_OK)
		joining->why = *why;
	else
		error_set(&joining->why, STATUS_CLOSED,
		    "the hub ended the connection; try again");
}

static const struct link_handlers handlers = {
	.on_open = on_open,
	.on_bytes = on_bytes,
	.on_closed = on_closed,
};

static enum status
talk(struct joining *joining, struct error *err)
{
	struct link_options options = {
		.context = joining->context,
		.host = joining->place.host,
		.port = joining->place.port,
		.proxy =
		    joining->place.has_proxy ? &joining->place.proxy : NULL,
	};
	struct link *link = NULL;
	uv_loop_t loop;
	enum status status;

	if (uv_loop_init(&loop) != 0)
		return error_set(err, STATUS_NOMEM, "join");
	status = link_connect(&loop, &options, &handlers, joining, &link, err);
	if (status == STATUS_OK) {
		uv_run(&loop, UV_RUN_DEFAULT);
		status = joining->answered ? STATUS_OK : joining->why.status;
		if (status != STATUS_OK)
			*err = joining->why;
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&loop);
	return status;
}

/* --- the folder ----------------------------------------------------------- */

static enum status
write_keys(struct joining *joining, struct error *err)
{
	const char *data = joining->options->data;
	char *key = file_path(data, "site.key");
	char *certificate = file_path(data, "site.crt");
	char *authority = file_path(data, "hub.crt");
	char *device = file_path(data, "device.key");
	uint8_t seed[32];
	enum status status = STATUS_OK;

	random_bytes(seed, sizeof(seed));
	if (key == NULL || certificate == NULL || authority == NULL ||
	    device == NULL)
		status = error_set(err, STATUS_NOMEM, "keep the keys");
	if (status == STATUS_OK)
		status = key_save(joining->key, key, err);
	if (status == STATUS_OK)
		status = certificate_save(joining->joined.certificate,
		    certificate, err);
	if (status == STATUS_OK)
		status = certificate_save(buffer_view(&joining->authority),
		    authority, err);
	if (status == STATUS_OK)
		status = file_write(device,
		    (struct bytes){ seed, sizeof(seed) }, FILE_SECRET, err);
	sodium_memzero(seed, sizeof(seed));
	free(key);
	free(certificate);
	free(authority);
	free(device);
	return status;
}

static enum status
keep_key(struct joining *joining, struct error *err)
{
	char *path = file_path(joining->options->data, "site.key");
	enum status status;

	if (path == NULL)
		return error_set(err, STATUS_NOMEM, "keep the key");
	status = key_save(joining->key, path, err);
	free(path);
	return status;
}

static enum status
write_replica(struct joining *joining, struct error *err)
{
	struct replica_identity identity = {
		.site = joining->joined.site,
		.school = joining->joined.school,
	};
	struct replica_options options = { .kind = REPLICA_CLIENT };
	struct replica *replica = NULL;
	char *path = file_path(joining->options->data, "replica.db");
	enum status status;

	if (path == NULL)
		return error_set(err, STATUS_NOMEM, "make the replica");
	options.path = path;
	status = replica_open(&options, &replica, err);
	if (status == STATUS_OK)
		status = replica_identity_set(replica, &identity, err);
	replica_close(replica);
	free(path);
	return status;
}

static enum status
write_config(struct joining *joining, struct error *err)
{
	struct config config = { 0 };
	struct arena arena = { 0 };
	char hub[FOLDER_HOST_BYTES + 8];
	char *path = file_path(joining->options->data, "client.conf");
	bool colons = strchr(joining->place.host, ':') != NULL;
	enum status status;

	snprintf(hub, sizeof(hub), colons ? "[%s]:%u" : "%s:%u",
	    joining->place.host, joining->place.port);
	status = config_set(&config, "hub", hub, err);
	if (status == STATUS_OK && joining->options->proxy != NULL)
		status =
		    config_set(&config, "proxy", joining->options->proxy, err);
	if (status == STATUS_OK)
		status = config_set(&config, "school",
		    arena_text(&arena, joining->joined.school_name), err);
	if (status == STATUS_OK)
		status = config_set(&config, "partnership",
		    arena_text(&arena, joining->joined.partnership), err);
	if (status == STATUS_OK && path != NULL)
		status = config_save(path, &config, err);
	config_deinit(&config);
	arena_deinit(&arena);
	free(path);
	return status;
}

static enum status
write_folder(struct joining *joining, struct error *err)
{
	enum status status;

	status = write_keys(joining, err);
	if (status == STATUS_OK)
		status = write_replica(joining, err);
	if (status == STATUS_OK)
		status = write_config(joining, err);
	if (status != STATUS_OK) {
		(void)folder_erase(joining->options->data, ERROR_IGNORED);
		(void)keep_key(joining, ERROR_IGNORED);
	}
	return status;
}

/* --- from outside --------------------------------------------------------- */

/* Kept before it is told to anybody: if the answer is lost with the line, the
 * hub knows this computer again by its key. */
static enum status
have_key(struct joining *joining, struct error *err)
{
	char *path = file_path(joining->options->data, "site.key");
	enum status status;

	if (path == NULL)
		return error_set(err, STATUS_NOMEM, "make a key");
	if (file_exists(path)) {
		status = key_load(path, &joining->key, err);
	} else {
		status = key_generate(&joining->key, err);
		if (status == STATUS_OK)
			status = keep_key(joining, err);
	}
	free(path);
	return status;
}

static enum status
prepare(struct joining *joining, struct error *err)
{
	struct tls_client_options tls = { .protocol = TLS_PROTOCOL_JOIN };
	const struct join_options *options = joining->options;
	char *config = file_path(options->data, "client.conf");
	bool joined = config != NULL && file_exists(config);
	enum status status;

	free(config);
	if (joined)
		return error_set(err, STATUS_EXISTS,
		    "%s has joined a hub already; use another folder, or "
		    "`throughline leave` first",
		    options->data);
	status = invitation_decode(bytes_of_text(options->code),
	    &joining->invitation, err);
	if (status != STATUS_OK)
		return status;
	memcpy(joining->place.host, joining->invitation.host,
	    INVITATION_HOST_BYTES);
	joining->place.port = joining->invitation.port;
	if (options->hub != NULL)
		status = folder_set_hub(&joining->place, options->hub, err);
	if (status == STATUS_OK && options->proxy != NULL)
		status = folder_set_proxy(&joining->place, options->proxy, err);
	if (status == STATUS_OK)
		status = file_make_folder(options->data, err);
	if (status == STATUS_OK)
		status = have_key(joining, err);
	if (status == STATUS_OK)
		status = certificate_make_request(joining->key,
		    &joining->request, err);
	if (status == STATUS_OK)
		status = codec_create(&joining->codec, err);
	tls.pin = &joining->invitation.authority;
	if (status == STATUS_OK)
		status =
		    tls_context_create_client(&tls, &joining->context, err);
	return status;
}

static void
copy_name(char *out, size_t capacity, struct bytes name)
{
	size_t size = name.size < capacity - 1 ? name.size : capacity - 1;

	if (size > 0)
		memcpy(out, name.data, size);
	out[size] = '\0';
}

enum status
join_hub(const struct join_options *options, struct join_result *result,
    struct error *err)
{
	struct joining joining = { .options = options };
	enum status status;

	status = prepare(&joining, err);
	if (status == STATUS_OK)
		status = talk(&joining, err);
	if (status == STATUS_OK)
		status = write_folder(&joining, err);
	if (status == STATUS_OK) {
		result->site = joining.joined.site;
		result->school = joining.joined.school;
		copy_name(result->school_name, sizeof(result->school_name),
		    joining.joined.school_name);
		copy_name(result->partnership, sizeof(result->partnership),
		    joining.joined.partnership);
	}
	sodium_memzero(&joining.invitation, sizeof(joining.invitation));
	key_destroy(joining.key);
	buffer_deinit(&joining.request);
	buffer_deinit(&joining.input);
	buffer_deinit(&joining.scratch);
	buffer_deinit(&joining.authority);
	arena_deinit(&joining.arena);
	tls_context_destroy(joining.context);
	codec_destroy(joining.codec);
	return status;
}
