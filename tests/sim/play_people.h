/*
 * What people do in a play: each deed is one transaction, wholly or not at
 * all, and is done again when memory lacked.
 */
#ifndef TESTS_SIM_PLAY_PEOPLE_H
#define TESTS_SIM_PLAY_PEOPLE_H

#include "tests/sim/play.h"

struct deed {
	uint64_t dossier; /* 0: a new pupil's */
	const char *collection;
	uint64_t record;                       /* 0: a new one */
	const struct column_and_text *columns; /* #id is a number */
	uint64_t pupil;                        /* its columns too; or 0 */
	const struct column_and_text *pupil_columns;
};

static inline enum status
set_columns(struct draft *draft, int64_t record,
    const struct column_and_text *columns, struct error *err)
{
	enum status status = STATUS_OK;

	for (; status == STATUS_OK && columns->column != NULL; columns++) {
		struct value value = value_null();

		if (columns->text != NULL && columns->text[0] == '#')
			value =
			    value_integer(strtoll(columns->text + 1, NULL, 10));
		if (columns->text == NULL || columns->text[0] == '#')
			status = draft_set(draft, record, columns->column,
			    &value, err);
		else
			status = draft_set_text(draft, record, columns->column,
			    bytes_of_text(columns->text), err);
	}
	return status;
}

/* "@" is the new record itself. */
static inline enum status
set_itself(struct draft *draft, int64_t pupil, int64_t record,
    struct error *err)
{
	struct value value = value_integer(record);

	return draft_set(draft, pupil, "open_transfer", &value, err);
}

static inline enum status
write_deed(struct end *end, const struct deed *deed, struct draft **draft,
    uint64_t *commit, struct error *err)
{
	int64_t record = (int64_t)deed->record;
	enum status status;

	status = deed->dossier == 0
	             ? draft_create_dossier(end->replica, 0, draft, err)
	             : draft_create(end->replica, deed->dossier, 0, draft, err);
	if (status == STATUS_OK && record == 0)
		status = draft_insert(*draft, deed->collection, &record, err);
	if (status == STATUS_OK)
		status = set_columns(*draft, record, deed->columns, err);
	if (status == STATUS_OK && deed->pupil != 0 && deed->record == 0)
		status = set_itself(*draft, (int64_t)deed->pupil, record, err);
	if (status == STATUS_OK && deed->pupil != 0)
		status = set_columns(*draft, (int64_t)deed->pupil,
		    deed->pupil_columns, err);
	if (status == STATUS_OK)
		status = draft_finish(*draft, end_now(end), commit, err);
	return status;
}

/* One transaction: wholly or not at all. */
static inline enum status
try_deed(struct end *end, const struct deed *deed, uint64_t *commit)
{
	struct draft *draft = NULL;
	enum status status;

	status = replica_begin(end->replica, &end->err);
	if (status != STATUS_OK) {
		assert_false(replica_in_transaction(end->replica));
		return status;
	}
	status = write_deed(end, deed, &draft, commit, &end->err);
	draft_destroy(draft);
	if (status == STATUS_OK)
		status = replica_commit(end->replica, &end->err);
	else
		replica_rollback(end->replica);
	assert_false(replica_in_transaction(end->replica));
	return status;
}

static inline uint64_t
act(struct play *p, struct end *end, const struct deed *deed)
{
	uint64_t commit = 0;

	while (!DID(p, SIDE_CLIENT, try_deed(end, deed, &commit), &end->err))
		if (p->restarts)
			lose_end(p, end);
	return commit;
}

static inline const char *
number(uint64_t id)
{
	static char texts[4][24];
	static uint32_t next;
	char *text_of_it = texts[next++ % 4];

	snprintf(text_of_it, sizeof(texts[0]), "#%llu", (unsigned long long)id);
	return text_of_it;
}

static inline uint64_t
act_pupil(struct play *p, struct end *end, const char *surname)
{
	struct deed deed = {
		.collection = "pupil",
		.columns = COLUMNS({ "surname", surname },
		    { "forename", "Idris" }, { "birth_date", "2015-01-19" },
		    { "holder",
			number(p->f.schools[site_schools[end->site]]) }),
	};

	p->pupils++;
	return act(p, end, &deed);
}

static inline uint64_t
act_columns(struct play *p, struct end *end, uint64_t dossier,
    const char *collection, uint64_t record,
    const struct column_and_text *columns)
{
	struct deed deed = { dossier, collection, record, columns, 0, NULL };

	return act(p, end, &deed);
}

static inline uint64_t
act_open(struct play *p, struct end *end, uint64_t pupil, uint32_t school)
{
	struct fixture *f = &p->f;
	struct deed deed = {
		.dossier = pupil,
		.collection = "transfer",
		.columns = COLUMNS({ "kind", "phase" },
		    { "from_school",
			number(f->schools[site_schools[end->site]]) },
		    { "to_school", number(f->schools[school]) },
		    { "state", "open" }),
		.pupil = pupil,
		.pupil_columns = COLUMNS({ NULL, NULL }),
	};

	return act(p, end, &deed);
}

static inline void
act_step(struct play *p, struct end *end, uint64_t pupil, uint64_t transfer,
    const char *state)
{
	const char *holder = number(p->f.schools[site_schools[end->site]]);
	bool accepted = strcmp(state, "accepted") == 0;
	struct deed deed = {
		.dossier = pupil,
		.collection = "transfer",
		.record = transfer,
		.columns = COLUMNS({ "state", state }),
		.pupil = pupil,
		.pupil_columns = COLUMNS({ "open_transfer", NULL },
		    { accepted ? "holder" : NULL, holder }),
	};

	(void)act(p, end, &deed);
}

static inline void
act_answer(struct play *p, struct end *elm)
{
	uint64_t envelope = end_last(elm, "envelope", 0);

	assert_int_not_equal(envelope, 0);
	(void)act_columns(p, elm, p->f.schools[ELM], "envelope", envelope,
	    COLUMNS({ "state", "ours" }));
}

#endif
