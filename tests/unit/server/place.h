/*
 * A hub's folder for tests, with one member school and one that is outside.
 * Each function fails the test that cannot have what it asks for.
 */
#ifndef TESTS_SERVER_PLACE_H
#define TESTS_SERVER_PLACE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/support/clock.h"
#include "common/support/file.h"
#include "server/authority/hub_folder.h"
#include "tests/unit/scratch.h"

#define PLACE_LAESTAB "9992001"

struct place {
	char base[SCRATCH_BYTES];
	char path[300]; /* the hub's folder */
	struct hub_folder *folder;
	struct replica *replica;
	struct hub_writer writer;
	uint64_t member;
	uint64_t outside;
	struct error err;
};

#define PLACE_OK(place, call) place_ok((call), __LINE__, #call, &(place)->err)

static inline void
place_ok(enum status status, int line, const char *call,
    const struct error *err)
{
	if (status != STATUS_OK)
		fail_msg("line %d: %s: %s: %s", line, call, status_name(status),
		    err->text);
}

static inline struct hub_settings
place_settings(void)
{
	struct hub_settings settings = hub_settings_default();

	snprintf(settings.name, sizeof(settings.name), "%s",
	    "The Invented Partnership");
	snprintf(settings.listen, sizeof(settings.listen), "127.0.0.1:0");
	snprintf(settings.hosts[0], sizeof(settings.hosts[0]), "127.0.0.1");
	settings.host_count = 1;
	settings.certificate_seconds = 30 * 24 * 60 * 60;
	return settings;
}

static inline uint64_t
place_now(void)
{
	return (uint64_t)clock_unix_ms();
}

static inline uint64_t
place_add_school(struct place *place, const char *name, const char *laestab,
    const char *member)
{
	struct column_text columns[] = {
		{ "name", bytes_of_text(name) },
		{ "phase", bytes_of_text("infant") },
		{ "laestab", bytes_of_text(laestab) },
		{ "member", bytes_of_text(member) },
	};
	uint64_t id = 0;

	PLACE_OK(place,
	    hub_write_school(&place->writer, 0, columns, 4, &id, &place->err));
	return id;
}

static inline void
place_open(struct place *place)
{
	PLACE_OK(place,
	    hub_folder_open(place->path, &place->folder, &place->err));
	PLACE_OK(place, hub_folder_open_replica(place->folder, true,
			    &place->replica, &place->err));
	PLACE_OK(place, hub_folder_writer(place->folder, place->replica,
			    place_now(), &place->writer, &place->err));
}

static inline void
place_close(struct place *place)
{
	replica_close(place->replica);
	hub_folder_close(place->folder);
	place->replica = NULL;
	place->folder = NULL;
}

static inline void
place_make_base(struct place *place)
{
	*place = (struct place){ .folder = NULL };
	scratch_make(place->base);
	snprintf(place->path, sizeof(place->path), "%s/hub", place->base);
}

static inline void
place_init(struct place *place)
{
	struct hub_settings settings = place_settings();

	place_make_base(place);
	PLACE_OK(place, hub_folder_init(place->path, &settings, &place->err));
	place_open(place);
	place->member =
	    place_add_school(place, "Oak Infant School", PLACE_LAESTAB, "Y");
	place->outside =
	    place_add_school(place, "Far Away School", "9999999", "N");
}

static inline void
place_deinit(struct place *place)
{
	place_close(place);
	scratch_remove(place->base);
}

#endif
