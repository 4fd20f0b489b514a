#include "server/authority/joining.h"

#include <assert.h>
#include <string.h>

#include "common/net/key.h"
#include "protocol/message.h"
#include "server/authority/invitations.h"
#include "server/authority/schools.h"
#include "server/core/sites.h"

void
joining_clean_name(struct bytes name, char out[JOINING_NAME_BYTES])
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789 ._-";
	size_t size = 0;

	for (size_t i = 0; i < name.size && size < JOINING_NAME_BYTES - 1; i++)
		out[size++] =
		    name.data[i] != 0 && strchr(allowed, name.data[i]) != NULL
			? (char)name.data[i]
			: '-';
	if (size == 0)
		out[size++] = '-';
	out[size] = '\0';
}

/* Who joins: a new site, or one whose answer was lost with the line. */
struct joiner {
	struct school school;
	uint8_t key[CERTIFICATE_KEY_HASH_BYTES];
	uint32_t site; /* that the same key was admitted as; 0: a new one */
};

static struct bytes
key_of(const struct joiner *joiner)
{
	return (struct bytes){ joiner->key, sizeof(joiner->key) };
}

/* The same site again, by another certificate: the first was never shown. */
static enum status
answer_again(struct joining *joining, const struct join *join,
    const struct joiner *joiner, struct buffer *certificate, struct error *err)
{
	struct certificate_serial serial;
	enum status status;

	status = issuer_issue(joining->issuer, joiner->site, join->csr,
	    certificate, &serial, err);
	if (status == STATUS_OK)
		status = sites_set_serial(&joining->writer, joiner->site,
		    (struct bytes){ serial.bytes, sizeof(serial.bytes) }, err);
	return status;
}

/* Admit the computer to the school, inside the transaction. */
static enum status
register_site(struct joining *joining, const struct join *join,
    const struct joiner *joiner, uint32_t *site, struct buffer *certificate,
    struct error *err)
{
	struct hub_writer *writer = &joining->writer;
	struct certificate_serial serial;
	char name[JOINING_NAME_BYTES];
	enum status status;

	if (joiner->site != 0) {
		*site = joiner->site;
		return answer_again(joining, join, joiner, certificate, err);
	}
	joining_clean_name(join->name, name);
	status = sites_take_number(writer, site, err);
	if (status == STATUS_OK)
		status = issuer_issue(joining->issuer, *site, join->csr,
		    certificate, &serial, err);
	if (status == STATUS_OK)
		status = sites_register(writer, *site, joiner->school.id,
		    bytes_of_text(name),
		    (struct bytes){ serial.bytes, sizeof(serial.bytes) }, err);
	if (status == STATUS_OK)
		status = invitations_use(writer->replica, join->secret,
		    key_of(joiner), writer->now_ms, *site, err);
	return status;
}

/* One that was removed meanwhile is not answered again. */
static enum status
find_admitted(struct joining *joining, const struct join *join,
    struct joiner *joiner, uint64_t *school, struct error *err)
{
	struct replica *replica = joining->writer.replica;
	struct site site;
	enum status status;

	status = invitations_admitted(replica, join->secret, key_of(joiner),
	    joining->writer.now_ms, school, &joiner->site, err);
	if (status != STATUS_OK || joiner->site == 0)
		return status;
	status = sites_get(replica, joiner->site, &site, err);
	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK && site.revoked)) {
		joiner->site = 0;
		return STATUS_OK;
	}
	return status;
}

/* A school that has left since it was invited is as if it never had been. */
static enum status
find_joiner(struct joining *joining, const struct join *join,
    struct joiner *joiner, struct error *err)
{
	struct replica *replica = joining->writer.replica;
	uint64_t id = 0;
	enum status status;
	bool used;

	status = invitations_check(replica, join->secret,
	    joining->writer.now_ms, &id, err);
	used = status == STATUS_EXISTS;
	if (status == STATUS_OK || used)
		status =
		    certificate_hash_request_key(join->csr, joiner->key, err);
	if (status == STATUS_OK && used)
		status = find_admitted(joining, join, joiner, &id, err);
	if (status == STATUS_OK && used && joiner->site == 0)
		status = invitations_check(replica, join->secret,
		    joining->writer.now_ms, &id, err);
	if (status == STATUS_OK)
		status = schools_get(replica, id, &joiner->school, err);
	if (status == STATUS_OK && !joiner->school.member)
		return error_set(err, STATUS_TIMEOUT,
		    "the school of this invitation is no member any more");
	return status;
}

static enum status
write_joined(struct joining *joining, const struct school *school,
    uint32_t site, const struct buffer *certificate, struct buffer *out,
    struct error *err)
{
	struct joined joined = {
		.version = PROTOCOL_VERSION,
		.site = site,
		.certificate = buffer_view(certificate),
		.school = school->id,
		.school_name = bytes_of_text(school->name),
		.time_ms = joining->writer.now_ms,
		.partnership = bytes_of_text(joining->partnership),
	};
	struct buffer body = { 0 };
	enum status status;

	status = message_joined_encode(&joined, &body, err);
	if (status == STATUS_OK)
		status = frame_write(out, FRAME_JOINED, buffer_view(&body),
		    NULL, err);
	buffer_deinit(&body);
	return status;
}

/* JOINED is made before COMMIT and sent after it: nothing can fail between. */
static enum status
admit(struct joining *joining, const struct join *join, struct buffer *out,
    uint32_t *site, struct error *err)
{
	struct replica *replica = joining->writer.replica;
	struct buffer certificate = { 0 };
	struct joiner joiner = { .site = 0 };
	enum status status;

	status = replica_begin(replica, err);
	if (status != STATUS_OK)
		return status;
	status = find_joiner(joining, join, &joiner, err);
	if (status == STATUS_OK)
		status = register_site(joining, join, &joiner, site,
		    &certificate, err);
	if (status == STATUS_OK)
		status = write_joined(joining, &joiner.school, *site,
		    &certificate, out, err);
	if (status == STATUS_OK)
		status = replica_commit(replica, err);
	if (status != STATUS_OK)
		replica_rollback(replica);
	buffer_deinit(&certificate);
	return status;
}

static enum status
read_join(const struct frame *frame, struct arena *arena, struct join *join,
    struct error *err)
{
	enum status status;

	if (frame->type != FRAME_JOIN)
		return error_set(err, STATUS_INVALID,
		    "%s came where JOIN is needed", frame_name(frame->type));
	status = message_join_decode(frame->body, arena, join, err);
	if (status == STATUS_OK && join->version != PROTOCOL_VERSION)
		return error_set(err, STATUS_UNSUPPORTED,
		    "it speaks version %u of the protocol", join->version);
	return status;
}

/* What the peer may know of why not. */
static void
write_goodbye(enum status why, struct buffer *out)
{
	struct goodbye goodbye = { .code = GOODBYE_INTERNAL };
	struct buffer body = { 0 };
	const char *text = "the hub cannot admit computers just now; try again "
			   "later";

	if (why == STATUS_NOT_FOUND || why == STATUS_EXISTS ||
	    why == STATUS_TIMEOUT) {
		goodbye.code = GOODBYE_INVITATION;
		text = "this invitation is wrong, was used already or has "
		       "expired; ask the hub's administrator for a new one";
	} else if (why == STATUS_UNSUPPORTED) {
		goodbye.code = GOODBYE_VERSION;
		text = "this program and the hub's do not fit together; "
		       "install the same version";
	} else if (why == STATUS_INVALID || why == STATUS_TOO_LARGE) {
		goodbye.code = GOODBYE_REQUEST;
		text = "what this computer sent was not understood";
	}
	goodbye.text = bytes_of_text(text);
	buffer_clear(out);
	if (message_goodbye_encode(&goodbye, &body, NULL) == STATUS_OK)
		(void)frame_write(out, FRAME_GOODBYE, buffer_view(&body), NULL,
		    NULL);
	buffer_deinit(&body);
}

enum status
joining_answer(struct joining *joining, struct bytes input, struct codec *codec,
    struct buffer *out, uint32_t *site, struct error *err)
{
	struct buffer scratch = { 0 };
	struct arena arena = { 0 };
	struct frame frame;
	struct join join;
	enum status status;

	assert(!replica_in_transaction(joining->writer.replica));
	status = frame_read(&input, codec, &scratch, &frame, err);
	if (status == STATUS_AGAIN && input.size >= JOINING_INPUT_BYTES)
		status = error_set(err, STATUS_TOO_LARGE,
		    "it is longer than a request to join");
	if (status == STATUS_OK)
		status = read_join(&frame, &arena, &join, err);
	if (status == STATUS_OK)
		status = admit(joining, &join, out, site, err);
	if (status != STATUS_OK && status != STATUS_AGAIN)
		write_goodbye(status, out);
	key_wipe(&scratch);
	arena_deinit(&arena);
	return status;
}
