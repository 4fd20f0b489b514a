/*
 * What people at a school do in a day, as commits: pupils that arrive with all
 * that is known of them, and single edits.
 *
 *	of ten edits	two change how a pupil is called
 *			two a contact's mobile number
 *			one a class
 *			two are new notes
 *			three are new rows of attendance
 */
#ifndef TESTS_BENCH_MIX_H
#define TESTS_BENCH_MIX_H

#include "common/replica/replica.h"
#include "tests/bench/dataset.h"

/* One commit of all that comes with the pupil (with_rest: of everything); its
 * id.  Has a transaction of its own. */
uint64_t mix_write_pupil(struct replica *replica,
    const struct dataset_pupil *pupil, bool with_rest, uint64_t now_ms);

/* One commit of one more record in a pupil's dossier, likewise. */
void mix_write_record(struct replica *replica, uint64_t dossier,
    const struct dataset_record *record, uint64_t now_ms);

struct target {
	uint64_t id;
	uint64_t dossier;
};

enum {
	MIX_PUPIL,
	MIX_CONTACT,
	MIX_ENROLMENT,
	MIX_TARGETS
};

/* The records of a replica that edits change, by id. */
struct targets {
	struct target *list[MIX_TARGETS];
	uint32_t count[MIX_TARGETS];
};

void targets_load(struct targets *targets, struct replica *replica);

void targets_deinit(struct targets *targets);

struct edit {
	struct target target;
	uint64_t place; /* of target among the records of its collection */
	const struct dataset_record *insert; /* a new record; or NULL */
	const struct collection *collection; /* else: one column of one */
	const struct column *column;
	struct value value;
	char text[24]; /* may be where value lies */
};

/* The same for the same number. */
void mix_edit(const struct dataset *dataset, const struct targets *targets,
    uint32_t number, struct edit *edit);

/* One commit. */
void mix_write_edit(struct replica *replica, const struct edit *edit,
    uint64_t now_ms);

/* Append the values of an edit as bare text, a line each. */
void mix_append_values(const struct edit *edit, struct buffer *out);

#endif
