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

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/catalogue/in_force.h"
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
#include "tests/unit/scratch.h"

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
	char folder[SCRATCH_BYTES];
	char path[SCRATCH_BYTES + 8];
	struct replica *replica;
	struct codec *codec;
	struct hub *hub;
	struct session *sessions[SITES];
	uint64_t schools[SCHOOLS];
	uint64_t counters[SITES];
	uint64_t now;
	uint32_t hung_up;
	bool hangs[SITES]; /* what the hub has hung up since it was looked */
	const struct catalogue *catalogue; /* the hub's; NULL: the built-in */
	struct arena arena;                /* for all that a test reads */
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

#define text bytes_of_text

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

	f->hung_up++;
	if (session_site(session) < SITES) /* no stranger */
		f->hangs[session_site(session)] = true;
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

/* In f->folder. */
static inline void
fixture_open(struct fixture *f)
{
	struct replica_options options = { .kind = REPLICA_HUB, .busy_ms = 50 };
	struct hub_options hub_options;
	struct hub_writer writer;

	f->now = NOW;
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
}

static inline int
fixture_begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	scratch_make(f->folder);
	fixture_open(f);
	*state = f;
	return 0;
}

/* The hub's process ends and another begins, under f->catalogue.  Nobody is
 * connected. */
static inline void
fixture_restart(struct fixture *f)
{
	struct replica_options options = {
		.path = f->path,
		.kind = REPLICA_HUB,
		.busy_ms = 50,
		.must_exist = true,
	};
	struct hub_options hub_options;

	hub_destroy(f->hub);
	replica_close(f->replica);
	f->hub = NULL;
	f->replica = NULL;
	catalogue_use(f->catalogue);
	OK(replica_open(&options, &f->replica, &f->err));
	hub_options = fixture_options(f);
	OK(hub_create(&hub_options, &f->hub, &f->err));
}

static inline void
fixture_close(struct fixture *f)
{
	for (uint32_t i = 0; i < SITES; i++)
		if (f->sessions[i] != NULL)
			hub_disconnect(f->hub, f->sessions[i]);
	hub_destroy(f->hub);
	replica_close(f->replica);
	codec_destroy(f->codec);
	arena_deinit(&f->arena);
	catalogue_use(NULL);
}

static inline int
fixture_end(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	scratch_remove(f->folder);
	free(f);
	return 0;
}

#endif
