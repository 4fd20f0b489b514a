/*
 * What the hub's tests share: a hub with invented schools and computers in a
 * file of its own, commits as a client would write them, and the dialogue with
 * a session, frame by frame.
 *
 *	school		sites
 *	OAK  primary	1, 4
 *	ELM  secondary	2
 *	YEW  junior	3
 *	ASH  no member
 */
#ifndef TESTS_SERVER_FIXTURE_H
#define TESTS_SERVER_FIXTURE_H

#define _POSIX_C_SOURCE 200809L /* mkdtemp */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/replica/dossier.h"
#include "common/replica/grants.h"
#include "common/replica/ledger.h"
#include "common/replica/record.h"
#include "protocol/identifier.h"
#include "protocol/message.h"
#include "protocol/refusal.h"
#include "protocol/stamp.h"
#include "server/core/counters.h"
#include "server/core/hub.h"
#include "server/core/sites.h"

enum {
	OAK,
	ELM,
	YEW,
	ASH,
	SCHOOLS
};

enum {
	SITES = 5,     /* 1 .. 4 */
	REPLIES = 512, /* frames that one exchange may bring */
	COMMITS = 64
};

#define NOW UINT64_C(1800000000000) /* January 2027 */

struct fixture {
	char folder[64];
	char path[96];
	struct replica *replica;
	struct codec *codec;
	struct hub *hub;
	struct session *sessions[SITES];
	uint64_t schools[SCHOOLS];
	uint64_t counters[SITES];
	uint64_t now;
	uint32_t hung_up;
	struct arena arena; /* for all that a test reads */
	struct error err;
};

static const uint32_t site_schools[SITES] = { SCHOOLS, OAK, ELM, YEW, OAK };

#define OK(call) fixture_ok((call), __LINE__, #call, &f->err)

static inline void
fixture_ok(enum status status, int line, const char *call,
    const struct error *err)
{
	if (status != STATUS_OK)
		fail_msg("line %d: %s: %s: %s", line, call, status_name(status),
		    err->text);
}

static inline struct bytes
text(const char *string)
{
	return bytes_of_text(string);
}

static inline struct bytes
serial_of(uint32_t site)
{
	static const uint8_t serials[SITES] = { 90, 91, 92, 93, 94 };

	return (struct bytes){ &serials[site], 1 };
}

/* --- the hub -------------------------------------------------------------- */

static inline void
note_hang_up(void *context, struct session *session)
{
	struct fixture *f = context;

	(void)session;
	f->hung_up++;
}

static inline struct hub_options
fixture_options(struct fixture *f)
{
	return (struct hub_options){
		.replica = f->replica,
		.codec = f->codec,
		.mark_key = { { 7 } },
		.seed = 42,
		.hang_up = note_hang_up,
		.context = f,
	};
}

static inline void
fixture_add_schools(struct fixture *f, struct hub_writer *writer)
{
	static const char *const names[SCHOOLS] = { "Oak", "Elm", "Yew",
		"Ash" };

	for (uint32_t i = 0; i < SCHOOLS; i++) {
		struct column_text columns[] = {
			{ "name", text(names[i]) },
			{ "phase", text(i == ELM ? "secondary" : "primary") },
			{ "member", text(i == ASH ? "N" : "Y") },
		};

		OK(hub_write_school(writer, 0, columns, 3, &f->schools[i],
		    &f->err));
	}
}

static inline void
fixture_add_sites(struct fixture *f, struct hub_writer *writer)
{
	uint32_t number;

	for (uint32_t i = 1; i < SITES; i++) {
		OK(sites_take_number(writer, &number, &f->err));
		assert_int_equal(number, i);
		OK(sites_register(writer, number, f->schools[site_schools[i]],
		    text("computer"), serial_of(i), &f->err));
	}
}

static inline int
fixture_begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *folder = getenv("TMPDIR");
	struct replica_options options = { .kind = REPLICA_HUB, .busy_ms = 50 };
	struct hub_options hub_options;
	struct hub_writer writer;

	assert_non_null(f);
	f->now = NOW;
	snprintf(f->folder, sizeof(f->folder), "%s/hub-XXXXXX",
	    folder != NULL && strlen(folder) < 40 ? folder : "/tmp");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/hub.db", f->folder);
	options.path = f->path;
	OK(replica_open(&options, &f->replica, &f->err));
	OK(codec_create(&f->codec, &f->err));
	hub_options = fixture_options(f);
	OK(hub_writer_init(&writer, f->replica, &hub_options.mark_key, NOW, 42,
	    &f->err));
	fixture_add_schools(f, &writer);
	fixture_add_sites(f, &writer);
	OK(hub_create(&hub_options, &f->hub, &f->err));
	*state = f;
	return 0;
}

static inline int
fixture_end(void **state)
{
	struct fixture *f = *state;
	char path[128];

	for (uint32_t i = 0; i < SITES; i++)
		if (f->sessions[i] != NULL)
			hub_disconnect(f->hub, f->sessions[i]);
	hub_destroy(f->hub);
	replica_close(f->replica);
	codec_destroy(f->codec);
	arena_deinit(&f->arena);
	unlink(f->path);
	snprintf(path, sizeof(path), "%s-wal", f->path);
	unlink(path);
	snprintf(path, sizeof(path), "%s-shm", f->path);
	unlink(path);
	rmdir(f->folder);
	free(f);
	return 0;
}

/* --- commits as clients write them ---------------------------------------- */

enum {
	BUILD_CHANGES = 4,
	BUILD_FIELDS = 16,
	BUILD_VALUES = 4
};

struct build {
	struct fixture *f;
	struct commit commit;
	struct change changes[BUILD_CHANGES];
	struct field_write fields[BUILD_CHANGES][BUILD_FIELDS];
	struct column_value values[BUILD_CHANGES][BUILD_FIELDS][BUILD_VALUES];
	uint64_t replaces[BUILD_CHANGES][BUILD_FIELDS][BUILD_VALUES];
	bool blind; /* replaces nothing by itself */
};

static inline struct build
build(struct fixture *f, uint32_t site, uint64_t dossier)
{
	struct build b = { .f = f };

	f->counters[site] += 1000;
	b.commit.id = identifier_make(site, f->counters[site]);
	b.commit.stamp = stamp_from_ms(f->now);
	b.commit.dossier = dossier;
	return b;
}

static inline struct change *
build_change(struct build *b, const char *collection, uint64_t record)
{
	struct change *change = &b->changes[b->commit.change_count];

	assert_true(b->commit.change_count < BUILD_CHANGES);
	change->collection = text(collection);
	change->record = record;
	b->commit.change_count++;
	return change;
}

static inline uint64_t
build_new(struct build *b, const char *collection)
{
	return build_change(b, collection,
	    b->commit.id + b->commit.change_count)
	    ->record;
}

/* What a client that knows all would replace. */
static inline void
build_replaces(struct build *b, const struct change *change,
    struct field_write *write)
{
	const struct collection *collection =
	    catalogue_collection(change->collection);
	const struct field_heads *field;
	struct record_heads heads;

	if (b->blind || change->record >= b->commit.id ||
	    record_get_heads(b->f->replica, change->record, &b->f->arena,
		&heads, NULL) != STATUS_OK)
		return;
	field = heads_field(&heads, heads_field_name(collection, write));
	for (uint32_t i = 0; field != NULL && i < field->head_count; i++)
		write->replaces[write->replace_count++] =
		    field->heads[i].change;
}

static inline struct field_write *
build_value(struct build *b, const char *column, struct value value)
{
	uint32_t at = b->commit.change_count - 1;
	struct change *change = &b->changes[at];
	uint32_t place = change->field_count++;
	struct field_write *write = &b->fields[at][place];

	assert_true(place < BUILD_FIELDS);
	write->values = b->values[at][place];
	write->replaces = b->replaces[at][place];
	write->value_count = 1;
	write->values[0] = (struct column_value){ text(column), value };
	build_replaces(b, change, write);
	return write;
}

static inline struct field_write *
build_text(struct build *b, const char *column, const char *value)
{
	return build_value(b, column, value_c_text(value));
}

static inline struct field_write *
build_id(struct build *b, const char *column, uint64_t id)
{
	return build_value(b, column, value_integer((int64_t)id));
}

static inline struct field_write *
build_null(struct build *b, const char *column)
{
	return build_value(b, column, value_null());
}

/* The canonical bytes; they live in the fixture's arena. */
static inline struct bytes
build_bytes(struct build *b)
{
	struct fixture *f = b->f;
	struct build *sorted = arena_alloc(&f->arena, sizeof(*sorted));
	struct buffer buffer = { 0 };
	struct bytes bytes;
	uint8_t *copy;

	assert_non_null(sorted);
	/* Encoding sorts; and builds are handed about by value. */
	*sorted = *b;
	sorted->commit.changes = sorted->changes;
	for (uint32_t i = 0; i < BUILD_CHANGES; i++) {
		sorted->changes[i].fields = sorted->fields[i];
		for (uint32_t j = 0; j < BUILD_FIELDS; j++) {
			sorted->fields[i][j].values = sorted->values[i][j];
			sorted->fields[i][j].replaces = sorted->replaces[i][j];
		}
	}
	OK(commit_encode(&sorted->commit, &buffer, &f->err));
	bytes = buffer_view(&buffer);
	copy = arena_alloc(&f->arena, bytes.size);
	assert_non_null(copy);
	memcpy(copy, bytes.data, bytes.size);
	bytes.data = copy;
	buffer_deinit(&buffer);
	return bytes;
}

/* --- the dialogue --------------------------------------------------------- */

struct reply {
	uint8_t type;
	struct bytes body;
};

struct replies {
	struct reply list[REPLIES];
	uint32_t count;
};

static inline void
connect_site(struct fixture *f, uint32_t site)
{
	OK(hub_connect(f->hub, serial_of(site), f->now, NULL,
	    &f->sessions[site], &f->err));
}

static inline void
disconnect_site(struct fixture *f, uint32_t site)
{
	hub_disconnect(f->hub, f->sessions[site]);
	f->sessions[site] = NULL;
}

static inline struct bytes
fixture_copy(struct fixture *f, struct bytes bytes)
{
	uint8_t *copy = arena_alloc(&f->arena, bytes.size + 1);

	assert_non_null(copy);
	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	return (struct bytes){ copy, bytes.size };
}

/* Everything that the hub has to say to a session now. */
static inline struct replies *
hear(struct fixture *f, struct session *session)
{
	struct replies *replies = arena_alloc(&f->arena, sizeof(*replies));
	struct buffer out = { 0 }, scratch = { 0 };
	struct frame frame;
	struct bytes view;
	size_t before;

	assert_non_null(replies);
	do {
		before = out.size;
		OK(hub_output(f->hub, session, 0, &out, f->now, &f->err));
	} while (out.size > before);
	view = buffer_view(&out);
	while (view.size > 0) {
		OK(frame_read(&view, f->codec, &scratch, &frame, &f->err));
		assert_true(replies->count < REPLIES);
		replies->list[replies->count].type = frame.type;
		replies->list[replies->count++].body =
		    fixture_copy(f, frame.body);
	}
	buffer_deinit(&out);
	buffer_deinit(&scratch);
	return replies;
}

static inline void
end_turn(struct fixture *f)
{
	OK(hub_end_turn(f->hub, f->now, &f->err));
}

/* Append a frame with body to out. */
static inline void
add_frame(struct fixture *f, struct buffer *out, enum frame_type type,
    const struct buffer *body)
{
	OK(frame_write(out, (uint8_t)type, buffer_view(body), NULL, &f->err));
}

static inline void
say(struct fixture *f, uint32_t site, const struct buffer *bytes)
{
	OK(hub_receive(f->hub, f->sessions[site], buffer_view(bytes), f->now,
	    &f->err));
}

static inline struct replies *
exchange(struct fixture *f, uint32_t site, enum frame_type type,
    struct buffer *body)
{
	struct buffer out = { 0 };

	add_frame(f, &out, type, body);
	say(f, site, &out);
	buffer_deinit(&out);
	buffer_deinit(body);
	end_turn(f);
	return hear(f, f->sessions[site]);
}

static inline struct hello
hello_of(struct fixture *f, uint32_t site, uint64_t cursor)
{
	static struct generation generation;
	uint64_t number;

	OK(replica_meta_get(f->replica, "generation", 0, &number, &f->err));
	generation = (struct generation){ number, 0 };
	return (struct hello){ .version = PROTOCOL_VERSION,
		.catalogue = CATALOGUE_VERSION,
		.site = site,
		.generations = &generation,
		.generation_count = 1,
		.cursor = cursor,
		.confirmed = cursor,
		.clock_ms = f->now,
		.batch_bytes = 64 * 1024,
		.health = { .program = text("test") } };
}

/* Connect and greet: the stream begins after cursor. */
static inline struct replies *
greet(struct fixture *f, uint32_t site, uint64_t cursor)
{
	struct hello hello = hello_of(f, site, cursor);
	struct buffer body = { 0 };

	if (f->sessions[site] == NULL)
		connect_site(f, site);
	OK(message_hello_encode(&hello, &body, &f->err));
	return exchange(f, site, FRAME_HELLO, &body);
}

static inline struct replies *
push(struct fixture *f, uint32_t site, struct bytes *commits, uint32_t count)
{
	struct push message = { .lane = 0,
		.commits = commits,
		.commit_count = count };
	struct buffer body = { 0 };

	OK(message_push_encode(&message, &body, &f->err));
	return exchange(f, site, FRAME_PUSH, &body);
}

static inline const struct reply *
find_reply(const struct replies *replies, enum frame_type type)
{
	for (uint32_t i = 0; i < replies->count; i++)
		if (replies->list[i].type == type)
			return &replies->list[i];
	return NULL;
}

/* The answers of a batch, in order, from one frame or several. */
static inline uint32_t
answers_in(struct fixture *f, const struct replies *replies,
    struct answer answers[COMMITS])
{
	struct answers message;
	uint32_t count = 0;

	for (uint32_t i = 0; i < replies->count; i++) {
		if (replies->list[i].type != FRAME_ANSWER)
			continue;
		OK(message_answers_decode(replies->list[i].body, &f->arena,
		    &message, &f->err));
		for (uint32_t j = 0; j < message.answer_count; j++) {
			assert_true(count < COMMITS);
			answers[count++] = message.answers[j];
		}
	}
	return count;
}

/* Push one commit by a greeted session; what became of it. */
static inline enum refusal
offer_bytes(struct fixture *f, uint32_t site, struct bytes bytes)
{
	struct answer answers[COMMITS];

	if (f->sessions[site] == NULL)
		(void)greet(f, site, 0);
	assert_int_equal(answers_in(f, push(f, site, &bytes, 1), answers), 1);
	return (enum refusal)answers[0].refusal;
}

static inline enum refusal
offer(struct build *b)
{
	return offer_bytes(b->f, identifier_site(b->commit.id), build_bytes(b));
}

static inline uint32_t
goodbye_in(struct fixture *f, const struct replies *replies)
{
	const struct reply *reply = find_reply(replies, FRAME_GOODBYE);
	struct goodbye goodbye;

	assert_non_null(reply);
	OK(message_goodbye_decode(reply->body, &f->arena, &goodbye, &f->err));
	return goodbye.code;
}

/* Items of all STREAM frames. */
static inline uint32_t
stream_in(struct fixture *f, const struct replies *replies,
    struct item items[COMMITS], uint64_t *upto)
{
	struct stream stream;
	uint32_t count = 0;

	for (uint32_t i = 0; i < replies->count; i++) {
		if (replies->list[i].type != FRAME_STREAM)
			continue;
		OK(message_stream_decode(replies->list[i].body, &f->arena,
		    &stream, &f->err));
		*upto = stream.upto;
		for (uint32_t j = 0; j < stream.item_count; j++) {
			assert_true(count < COMMITS);
			items[count++] = stream.items[j];
		}
	}
	return count;
}

/* --- the domain ----------------------------------------------------------- */

static inline uint64_t
head_of(struct fixture *f)
{
	uint64_t head;

	OK(ledger_head(f->replica, &head, &f->err));
	return head;
}

static inline uint64_t
counted(struct fixture *f, uint32_t site, const char *name)
{
	uint64_t count;

	OK(counters_get(f->replica, site, name, &count, &f->err));
	return count;
}

static inline struct build
build_pupil(struct fixture *f, uint32_t site)
{
	struct build b = build(f, site, 0);

	b.commit.dossier = build_new(&b, "pupil");
	build_text(&b, "surname", "Okafor-Lane");
	build_text(&b, "forename", "Teodora");
	build_text(&b, "upn", "C999200119017");
	build_text(&b, "birth_date", "2015-01-19");
	build_id(&b, "holder", f->schools[site_schools[site]]);
	return b;
}

static inline uint64_t
add_pupil(struct fixture *f, uint32_t site)
{
	struct build b = build_pupil(f, site);

	assert_int_equal(offer(&b), REFUSAL_NONE);
	return b.commit.dossier;
}

/* Open a transfer to a school; *transfer is its record. */
static inline struct build
build_open(struct fixture *f, uint32_t site, uint64_t pupil, uint32_t to,
    uint64_t *transfer)
{
	struct build b = build(f, site, pupil);

	*transfer = build_new(&b, "transfer");
	build_text(&b, "kind", "phase");
	build_id(&b, "from_school", f->schools[site_schools[site]]);
	build_id(&b, "to_school", f->schools[to]);
	build_text(&b, "state", "open");
	build_change(&b, "pupil", pupil);
	build_id(&b, "open_transfer", *transfer);
	return b;
}

static inline uint64_t
open_transfer(struct fixture *f, uint32_t site, uint64_t pupil, uint32_t to)
{
	uint64_t transfer;
	struct build b = build_open(f, site, pupil, to, &transfer);

	assert_int_equal(offer(&b), REFUSAL_NONE);
	return transfer;
}

/* Move a transfer on: accepted also passes the holding. */
static inline struct build
build_move(struct fixture *f, uint32_t site, uint64_t pupil, uint64_t transfer,
    const char *to)
{
	struct build b = build(f, site, pupil);

	build_change(&b, "transfer", transfer);
	build_text(&b, "state", to);
	build_change(&b, "pupil", pupil);
	build_null(&b, "open_transfer");
	if (strcmp(to, "accepted") == 0)
		build_id(&b, "holder", f->schools[site_schools[site]]);
	return b;
}

static inline enum refusal
move_transfer_to(struct fixture *f, uint32_t site, uint64_t pupil,
    uint64_t transfer, const char *to)
{
	struct build b = build_move(f, site, pupil, transfer, to);

	return offer(&b);
}

static inline bool
note_last(void *context, const struct record *record)
{
	*(uint64_t *)context = record->id;
	return true;
}

/* The latest record of a collection in a dossier; 0 for none. */
static inline uint64_t
last_record(struct fixture *f, const char *collection, uint64_t dossier)
{
	struct record_query query = { .dossier = dossier };
	uint64_t last = 0;

	query.collection = catalogue_collection(text(collection));
	OK(record_each(f->replica, &query, note_last, &last, &f->err));
	return last;
}

static inline enum refusal
answer_envelope(struct fixture *f, uint32_t site, uint64_t envelope,
    const char *state)
{
	struct build b = build(f, site, f->schools[site_schools[site]]);

	build_change(&b, "envelope", envelope);
	build_text(&b, "state", state);
	return offer(&b);
}

static inline struct value
value_of(struct fixture *f, uint64_t record, const char *column)
{
	struct record found;

	OK(record_get(f->replica, record, &f->arena, &found, &f->err));
	return record_value(&found, column);
}

static inline void
expect_text(struct fixture *f, uint64_t record, const char *column,
    const char *expected)
{
	struct value value = value_of(f, record, column);
	char got[64] = "(none)";

	if (value.type == VALUE_TEXT)
		snprintf(got, sizeof(got), "%.*s", (int)value.bytes.size,
		    (const char *)value.bytes.data);
	assert_string_equal(got, expected);
}

static inline struct grant
grant_of(struct fixture *f, uint32_t school, uint64_t dossier)
{
	struct grant grant = { 0 };
	enum status status = grants_get(f->replica, f->schools[school], dossier,
	    &grant, &f->err);

	if (status != STATUS_NOT_FOUND)
		OK(status);
	return grant;
}

#endif
