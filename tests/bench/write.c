/*
 * throughline-bench-write: write into a computer's data folder what people
 * would, for measuring the real programs.
 *
 *	--data DIR	a folder that has joined
 *	--pupils N	that arrive (0: all 3,600 and some), what a file of
 *			theirs brings in one commit, the rest record by record
 *	--edits N	instead: so many single edits
 *	--first K	the number of the first edit, so that runs differ
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <time.h>

#include "tests/bench/bench.h"
#include "tests/bench/mix.h"

enum {
	ONE_IN = 12 /* enough pupils for the values of edits */
};

static uint64_t
now_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		bench_fail("this computer has no clock");
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
write_pupils(struct replica *replica, struct dataset *dataset)
{
	uint64_t commits = 0;

	for (uint32_t i = 0; i < dataset->pupil_count; i++) {
		const struct dataset_pupil *pupil = &dataset->pupils[i];
		uint64_t dossier =
		    mix_write_pupil(replica, pupil, false, now_ms());

		commits++;
		for (uint32_t j = pupil->in_ctf_count; j < pupil->record_count;
		     j++, commits++)
			mix_write_record(replica, dossier, &pupil->records[j],
			    now_ms());
	}
	bench_json("pupils", dataset->pupil_count);
	bench_json("records", dataset->record_count);
	bench_json("commits", (double)commits);
	bench_json("left_out", dataset->left_out);
}

static void
write_edits(struct replica *replica, struct dataset *dataset, uint32_t edits,
    uint32_t first)
{
	struct targets targets;
	struct edit edit;

	targets_load(&targets, replica);
	for (uint32_t i = first; i < first + edits; i++) {
		mix_edit(dataset, &targets, i, &edit);
		mix_write_edit(replica, &edit, now_ms());
	}
	targets_deinit(&targets);
	bench_json("commits", edits);
}

int
main(int argc, char **argv)
{
	uint32_t pupils = bench_number(argc, argv, "--pupils", 0);
	uint32_t edits = bench_number(argc, argv, "--edits", 0);
	const char *data = bench_text(argc, argv, "--data", ".");
	struct replica_options options = { .kind = REPLICA_CLIENT,
		.must_exist = true };
	struct replica *replica = NULL;
	char path[BENCH_PATH_BYTES];
	struct dataset dataset;
	struct error err;

	(void)snprintf(path, sizeof(path), "%s/replica.db", data);
	options.path = path;
	MUST(replica_open(&options, &replica, &err), &err);
	MUST(replica_jump(replica, (uint32_t)now_ms(), &err), &err);
	dataset_make(&dataset, edits > 0 ? 3600 / ONE_IN : pupils,
	    replica_identity(replica).school);
	bench_json_begin();
	if (edits > 0)
		write_edits(replica, &dataset, edits,
		    bench_number(argc, argv, "--first", 0));
	else
		write_pupils(replica, &dataset);
	bench_json_end();
	dataset_deinit(&dataset);
	replica_close(replica);
	return 0;
}
