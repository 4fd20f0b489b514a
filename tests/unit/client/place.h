/*
 * A data folder as `throughline join` would have left it, of the school OAK,
 * with invented children; its hub cannot be reached.
 *
 *	7 Oak (own)  8 Elm  9 a member of staff of Oak
 *	100 Teodora Lane, surname in conflict with Moss (of another computer)
 *	200 Idris Okafor-Lane, year 6
 */
#ifndef TESTS_CLIENT_PLACE_H
#define TESTS_CLIENT_PLACE_H

#include "tests/unit/replica/script.h"

#include <unistd.h>

#include "client/agent/folder.h"
#include "common/support/file.h"
#include "tests/unit/scratch.h"

enum {
	OAK = 7,
	ELM = 8,
	LANE = 100,
	OKAFOR = 200
};

#define PLACE_STAMP (UINT64_C(206000000000) << 16) /* in 2026 */

struct place {
	char data[SCRATCH_BYTES];
};

static inline void
place_file(const struct place *place, const char *name, struct bytes content)
{
	struct error err = { 0 };
	char *path = file_path(place->data, name);

	assert_non_null(path);
	SCRIPT_OK(file_write(path, content, FILE_SECRET, &err), &err);
	free(path);
}

static inline void
place_keys(const struct place *place)
{
	static const uint8_t seed[32] = { 1 };
	struct key *key = NULL;
	struct buffer certificate = { 0 };
	struct error err = { 0 };
	char *path = file_path(place->data, "site.key");

	SCRIPT_OK(key_generate(&key, &err), &err);
	SCRIPT_OK(key_save(key, path, &err), &err);
	free(path);
	SCRIPT_OK(certificate_make_authority(key, 1000, &certificate, &err),
	    &err);
	path = file_path(place->data, "site.crt");
	SCRIPT_OK(certificate_save(buffer_view(&certificate), path, &err),
	    &err);
	free(path);
	path = file_path(place->data, "hub.crt");
	SCRIPT_OK(certificate_save(buffer_view(&certificate), path, &err),
	    &err);
	free(path);
	buffer_deinit(&certificate);
	key_destroy(key);
	place_file(place, "device.key", (struct bytes){ seed, 32 });
}

static inline void
place_fill(struct replica *replica)
{
	struct error err = { 0 };
	struct dossier own = {
		.number = OAK,
		.kind = DOSSIER_KIND_SCHOOL,
		.state = DOSSIER_OPEN,
	};

	script_ledger(replica, 1, OAK, 1, 0,
	    "school/7 name=Oak laestab=9992001 member=Y");
	script_ledger(replica, 2, ELM, 1, 0,
	    "school/8 name=Elm laestab=9994002 member=Y");
	script_ledger(replica, 3, 9, 1, 0,
	    "staff/9 school=#7 name=Q role=office");
	script_ledger(replica, 4, LANE, PLACE_STAMP, LANE,
	    "pupil/100 surname=Lain forename=Teodora birth_date=2015-01-19 "
	    "holder=#7");
	script_ledger(replica, 5, 110, PLACE_STAMP + 1, LANE,
	    "pupil/100 surname=Moss>100");
	script_ledger(replica, 6, 120, PLACE_STAMP + 2, LANE,
	    "pupil/100 surname=Lane>100");
	script_ledger(replica, 7, OKAFOR, PLACE_STAMP, OKAFOR,
	    "pupil/200 surname=Okafor-Lane forename=Idris "
	    "birth_date=2015-02-20 holder=#7 nc_year_actual=6");
	SCRIPT_OK(replica_begin(replica, &err), &err);
	SCRIPT_OK(dossier_put(replica, &own, &err), &err);
	SCRIPT_OK(replica_commit(replica, &err), &err);
}

static inline int
place_begin(void **state)
{
	static const char conf[] = "hub = 127.0.0.1:1\n";
	struct place *place = calloc(1, sizeof(*place));
	struct replica_identity identity = { 3, OAK };
	struct replica *replica;
	struct error err = { 0 };
	char path[160];

	assert_non_null(place);
	scratch_make(place->data);
	place_keys(place);
	place_file(place, "client.conf", bytes_of_text(conf));
	snprintf(path, sizeof(path), "%s/replica.db", place->data);
	replica = script_open(path, REPLICA_CLIENT);
	SCRIPT_OK(replica_identity_set(replica, &identity, &err), &err);
	place_fill(replica);
	replica_close(replica);
	*state = place;
	return 0;
}

static inline int
place_end(void **state)
{
	struct place *place = *state;
	struct error err = { 0 };

	SCRIPT_OK(folder_erase(place->data, &err), &err);
	assert_int_equal(rmdir(place->data), 0);
	free(place);
	return 0;
}

#define PLACE(test) \
	cmocka_unit_test_setup_teardown(test, place_begin, place_end)

#endif
