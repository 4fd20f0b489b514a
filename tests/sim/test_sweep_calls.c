/*
 * The allocation sweep of single calls, whose ways out the story of
 * test_sweep_memory.c does not reach: a call that fails says NOMEM and leaves
 * no transaction open, and made again with memory it does what it should.
 */
#include "tests/sim/catalogues.h"
#include "tests/sim/disk.h"
#include "tests/sim/sweep.h"
#include "tests/unit/import/place.h"

#include "common/replica/check.h"
#include "common/replica/history.h"
#include "common/replica/pending.h"
#include "protocol/compress.h"
#include "server/core/hub.h"
#include "server/core/hub_write.h"

enum {
	RUNS_MOST = 3 /* of each sweep, when not all are asked for */
};

#define NOW PLACE_NOW_MS

struct trial {
	enum status (*attempt)(struct place *place, struct error *err);
	void (*verify)(struct place *place);
	struct place *place;
};

static void
run_trial(void *context)
{
	struct trial *trial = context;
	struct error err = { 0 };
	enum status status;

	(void)memory_hold(false);
	status = trial->attempt(trial->place, &err);
	(void)memory_hold(true);
	assert_false(replica_in_transaction(trial->place->replica));
	if (status == STATUS_OK)
		return;
	if (status != STATUS_NOMEM || memory_failures() == 0)
		fail_msg("%s: %s", status_name(status), err.text);
	memory_off();
	sweep_end_if_known(&trial->place->replica, 1,
	    disk_digest(disk_find("calls")));
	place_must(trial->attempt(trial->place, &err), &err);
}

static void
verify_trial(void *context)
{
	struct trial *trial = context;
	struct check_result result;
	struct error err = { 0 };
	void *state = trial->place;

	place_must(check_replica(trial->place->replica, NULL, NULL, NULL,
		       &result, &err),
	    &err);
	if (trial->verify != NULL)
		trial->verify(trial->place);
	place_close(&state);
	catalogue_use(NULL);
	disk_destroy(disk_find("calls"));
}

/* --- the calls ------------------------------------------------------------ */

static enum status
try_codec(struct place *place, struct error *err)
{
	struct codec *codec = NULL;
	struct buffer out = { 0 };
	enum status status = codec_create(&codec, err);

	(void)place;
	if (status == STATUS_OK) {
		codec_use_dictionary(codec, true);
		status =
		    codec_compress(codec, bytes_of_text("Lane"), &out, err);
	}
	buffer_deinit(&out);
	codec_destroy(codec);
	return status;
}

static enum status
try_catalogue(struct place *place, struct error *err)
{
	struct catalogue *catalogue = NULL;
	uint32_t count;
	enum status status =
	    catalogue_create(9, catalogue_collections(&count), &catalogue, err);

	(void)place;
	catalogue_destroy(catalogue);
	return status;
}

static enum status
try_parse(struct place *place, struct error *err)
{
	const struct collection *site =
	    catalogue_collection(bytes_of_text("site"));
	struct arena arena = { 0 };
	struct value value;
	enum status status =
	    column_parse(collection_column(site, bytes_of_text("serial")),
		bytes_of_text("00ff"), &arena, &value, err);

	(void)place;
	if (status == STATUS_OK)
		assert_int_equal(value.bytes.size, 2);
	arena_deinit(&arena);
	return status;
}

static enum status
open_and_close(const char *path, enum replica_kind kind, struct error *err)
{
	struct replica_options options = { .path = path, .kind = kind };
	struct replica *replica = NULL;
	enum status status;

	options.vfs = DISK_VFS_NAME;
	status = replica_open(&options, &replica, err);
	replica_close(replica);
	return status;
}

static enum status
try_open_new(struct place *place, struct error *err)
{
	(void)place;
	return open_and_close("calls/new.db", REPLICA_CLIENT, err);
}

static enum status
try_open_old(struct place *place, struct error *err)
{
	(void)place;
	return open_and_close("calls/old.db", REPLICA_CLIENT, err);
}

/* All is folded anew for a later catalogue. */
static enum status
try_open_under_next(struct place *place, struct error *err)
{
	enum status status;

	(void)place;
	catalogue_use(catalogues_next());
	status = open_and_close("calls/old.db", REPLICA_CLIENT, err);
	catalogue_use(NULL);
	return status;
}

static enum status
finish(struct place *place, enum status status, struct error *err)
{
	if (status == STATUS_OK)
		return replica_commit(place->replica, err);
	replica_rollback(place->replica);
	return status;
}

/* Who this is and where its numbers begin, each in a transaction of its own. */
static enum status
try_identity(struct place *place, struct error *err)
{
	struct replica_identity identity = replica_identity(place->replica);
	enum status status =
	    replica_identity_set(place->replica, &identity, err);

	if (status == STATUS_OK)
		status = replica_jump(place->replica, 7, err);
	return status;
}

static enum status
try_fold_all(struct place *place, struct error *err)
{
	enum status status = replica_begin(place->replica, err);

	if (status == STATUS_OK)
		status = fold_all(place->replica, NULL, NULL, err);
	return finish(place, status, err);
}

static enum status
try_check(struct place *place, struct error *err)
{
	struct check_result result;

	return check_replica(place->replica, NULL, NULL, NULL, &result, err);
}

static enum status
try_digest(struct place *place, struct error *err)
{
	struct digest digest;

	return check_tables_digest(place->replica, &digest, err);
}

static enum status
write_pupil(struct draft *draft, const char *surname, int64_t *pupil,
    struct place *place, struct error *err)
{
	static const char *const columns[][2] = { { "forename", "Idris" },
		{ "birth_date", "2015-01-19" },
		{ "phone_home", "01632960001" } };
	struct value holder = value_integer((int64_t)place->school);
	enum status status;

	status = draft_insert(draft, "pupil", pupil, err);
	if (status == STATUS_OK)
		status = draft_set(draft, *pupil, "holder", &holder, err);
	if (status == STATUS_OK)
		status = draft_set_text(draft, *pupil, "surname",
		    bytes_of_text(surname), err);
	for (size_t i = 0; status == STATUS_OK && i < 3; i++)
		status = draft_set_text(draft, *pupil, columns[i][0],
		    bytes_of_text(columns[i][1]), err);
	return status;
}

static enum status
write_in(struct place *place, uint64_t dossier, uint64_t deleted,
    uint64_t *commit, struct error *err)
{
	struct draft *draft = NULL;
	int64_t record;
	enum status status;

	status = dossier == 0
	             ? draft_create_dossier(place->replica, 0, &draft, err)
	             : draft_create(place->replica, dossier, 0, &draft, err);
	if (status == STATUS_OK && dossier == 0)
		status = write_pupil(draft, "Lane", &record, place, err);
	if (status == STATUS_OK && deleted != 0)
		status = draft_delete(draft, deleted, err);
	if (status == STATUS_OK && deleted == 0)
		status = draft_insert(draft, "contact", &record, err);
	if (status == STATUS_OK && deleted == 0)
		status = draft_set_text(draft, record, "surname",
		    bytes_of_text("Lane"), err);
	if (status == STATUS_OK)
		status = draft_finish(draft, NOW, commit, err);
	draft_destroy(draft);
	return status;
}

/* A pupil, another contact, and the first one goes. */
static enum status
try_draft(struct place *place, struct error *err)
{
	uint64_t pupil, commit;
	enum status status = replica_begin(place->replica, err);

	if (status == STATUS_OK)
		status = write_in(place, 0, 0, &pupil, err);
	if (status == STATUS_OK)
		status = write_in(place, pupil, 0, &commit, err);
	if (status == STATUS_OK)
		status = write_in(place, pupil, pupil + 1, &commit, err);
	return finish(place, status, err);
}

static void
verify_draft(struct place *place)
{
	assert_int_equal(place_count(place, "pupil"), 1);
	assert_int_equal(place_count(place, "contact"), 1);
}

/* Refused with all that builds on it, come back, refused, sent again. */
static enum status
try_refusals(struct place *place, struct error *err)
{
	struct replica *replica = place->replica;
	uint64_t pupil = 0, commit, count;
	enum status status = replica_begin(replica, err);

	if (status == STATUS_OK)
		status = write_in(place, 0, 0, &pupil, err);
	if (status == STATUS_OK)
		status = write_in(place, pupil, pupil + 1, &commit, err);
	if (status == STATUS_OK)
		status = pending_set_aside(replica, pupil, REFUSAL_UNKNOWN, NOW,
		    err);
	if (status == STATUS_OK)
		status = pending_return_unknown(replica, &count, err);
	if (status == STATUS_OK)
		status = pending_restamp(replica, (uint64_t[]){ pupil, commit },
		    2, 7, NOW, err);
	if (status == STATUS_OK)
		status =
		    pending_set_aside(replica, pupil, REFUSAL_TYPE, NOW, err);
	if (status == STATUS_OK)
		status = pending_retry(replica, pupil, NOW, &commit, err);
	return finish(place, status, err);
}

static void
verify_refusals(struct place *place)
{
	uint64_t waiting, aside;
	struct error err = { 0 };

	place_must(pending_count(place->replica, &waiting, &aside, &err), &err);
	assert_int_equal(aside, 1);
	assert_int_equal(place_count(place, "pupil"), 1);
}

static enum status
try_csv(struct place *place, struct error *err)
{
	struct bytes text =
	    bytes_of_text("upn,surname,forename,birth_date\n"
			  "A999100115018,Lane,Idris,2015-01-19\n"
			  ",Okafor,Teodora,2015-03-01\n");
	struct import_options options = place->options;

	options.accept = UINT32_MAX;
	return import_csv(&options, "pupil", place_source, &text,
	    &place->totals, err);
}

static enum status
try_ctf(struct place *place, struct error *err)
{
	return import_ctf_file(&place->options,
	    TESTS_FOLDER "/unit/import/files/9991001_CTF_9994001_001.xml",
	    &place->totals, err);
}

static void
verify_import(struct place *place)
{
	assert_int_equal(place_count(place, "pupil"), 2);
}

static enum status
try_hub(struct place *place, struct error *err)
{
	struct replica_options options = { .path = "calls/hub.db",
		.vfs = DISK_VFS_NAME,
		.kind = REPLICA_HUB };
	struct hub_options hub_options = { .mark_key = { { 7 } }, .seed = 42 };
	struct column_text columns[] = { { "name", bytes_of_text("Oak") },
		{ "phase", bytes_of_text("primary") },
		{ "member", bytes_of_text("Y") } };
	struct hub_writer writer;
	struct hub *hub = NULL;
	uint64_t school;
	enum status status;

	(void)place;
	status = codec_create(&hub_options.codec, err);
	if (status == STATUS_OK)
		status = replica_open(&options, &hub_options.replica, err);
	if (status == STATUS_OK)
		status = hub_writer_init(&writer, hub_options.replica,
		    &hub_options.mark_key, NOW, 42, err);
	if (status == STATUS_OK)
		status = hub_write_school(&writer, 0, columns, 3, &school, err);
	if (status == STATUS_OK)
		status = hub_create(&hub_options, &hub, err);
	if (hub_options.replica != NULL)
		assert_false(replica_in_transaction(hub_options.replica));
	hub_destroy(hub);
	replica_close(hub_options.replica);
	codec_destroy(hub_options.codec);
	return status;
}

int
main(void)
{
	static const struct {
		const char *name;
		struct trial trial;
	} trials[] = {
		{ "codec", { .attempt = try_codec } },
		{ "catalogue", { .attempt = try_catalogue } },
		{ "parse", { .attempt = try_parse } },
		{ "open-new", { .attempt = try_open_new } },
		{ "open-old", { .attempt = try_open_old } },
		{ "open-next", { .attempt = try_open_under_next } },
		{ "hub", { .attempt = try_hub } },
		{ "identity", { .attempt = try_identity } },
		{ "fold-all", { .attempt = try_fold_all } },
		{ "check", { .attempt = try_check } },
		{ "digest", { .attempt = try_digest } },
		{ "draft", { .attempt = try_draft, .verify = verify_draft } },
		{ "refusals", { try_refusals, verify_refusals, NULL } },
		{ "csv", { try_csv, verify_import, NULL } },
		{ "ctf", { try_ctf, verify_import, NULL } },
	};
	struct error err = { 0 };
	void *state = NULL;

	(void)catalogues_next(); /* made while there is memory */
	disk_vfs_register();
	(void)disk_create("calls");
	place_open(&state);
	place_must(open_and_close("calls/old.db", REPLICA_CLIENT, &err), &err);
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
		struct trial trial = trials[i].trial;

		trial.place = state;
		sweep_memory(trials[i].name, RUNS_MOST, run_trial, verify_trial,
		    &trial);
	}
	place_close(&state);
	disk_destroy(disk_find("calls"));
	return sweep_finish();
}
