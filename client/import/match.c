#include "client/import/match.h"

#include <string.h>

#include "client/import/compare.h"

static const struct collection *
collection_named(const char *name)
{
	return catalogue_collection(bytes_of_text(name));
}

/* Records of a collection whose column has that text. */
static enum status
find_by_text(struct replica *replica, const char *collection,
    const char *column, struct bytes text, struct arena *arena,
    struct here **first, struct error *err)
{
	const struct collection *in = collection_named(collection);
	struct record_filter filter = {
		.column = collection_column(in, bytes_of_text(column)),
		.value = value_text(text),
	};

	return compare_load(replica, in, 0, &filter, arena, first, err);
}

/* --- schools -------------------------------------------------------------- */

/* Whether one of a list like "3341234, 3345678" is laestab. */
static bool
is_listed(struct bytes list, struct bytes laestab)
{
	for (size_t i = 0; i + laestab.size <= list.size; i++)
		if (memcmp(list.data + i, laestab.data, laestab.size) == 0)
			return true;
	return false;
}

static bool
had_laestab(const struct collection *school, const struct here *here,
    struct bytes laestab)
{
	struct value former = here->values[collection_column_index(school,
	    collection_column(school, bytes_of_text("former_laestabs")))];

	return laestab_is_valid(laestab) && former.type == VALUE_TEXT &&
	       is_listed(former.bytes, laestab);
}

enum status
match_school(struct replica *replica, struct bytes laestab, struct arena *arena,
    uint64_t *school, struct error *err)
{
	const struct collection *schools = collection_named("school");
	struct here *found = NULL;
	enum status status;

	*school = 0;
	status = find_by_text(replica, "school", "laestab", laestab, arena,
	    &found, err);
	if (status == STATUS_OK && found == NULL) {
		status =
		    compare_load(replica, schools, 0, NULL, arena, &found, err);
		while (found != NULL && !had_laestab(schools, found, laestab))
			found = found->next;
	}
	if (status == STATUS_OK && found != NULL)
		*school = found->id;
	return status;
}

enum status
match_is_school(struct replica *replica, uint64_t school, struct bytes laestab,
    struct arena *arena, bool *is, struct error *err)
{
	const struct collection *schools = collection_named("school");
	struct here *here = NULL;
	uint64_t found = 0;
	enum status status;

	*is = false;
	status = match_school(replica, laestab, arena, &found, err);
	if (status != STATUS_OK || school == 0)
		return status;
	*is = found == school;
	if (*is)
		return STATUS_OK;
	status = compare_load(replica, schools, 0, NULL, arena, &here, err);
	for (; here != NULL; here = here->next)
		if (here->id == school)
			*is |= had_laestab(schools, here, laestab);
	return status;
}

/* --- pupils --------------------------------------------------------------- */

struct matching {
	struct replica *replica;
	const struct plan *plan;
	uint32_t accept;
	struct arena *arena;
	struct remarks *remarks;
};

static void
doubt(const struct matching *matching, enum import_doubt doubt,
    const char *text)
{
	if ((matching->accept & doubt) == 0)
		remarks_add(matching->remarks, matching->arena, REMARK_PERSON,
		    doubt, "%s", text);
	else
		remarks_add(matching->remarks, matching->arena, REMARK_NOTE,
		    DOUBT_NONE, "%s It was accepted.", text);
}

static void
judge_upn(const struct matching *matching, const struct value *upn)
{
	if (upn->type != VALUE_TEXT)
		doubt(matching, DOUBT_NO_UPN,
		    "There is no UPN, so nobody can tell for sure which child "
		    "this is.");
	else if (!upn_is_valid(upn->bytes))
		doubt(matching, DOUBT_UPN_LETTER,
		    "The UPN cannot be right: its check letter does not fit; "
		    "ask the school that sent it.");
	else if (upn_is_temporary(upn->bytes))
		doubt(matching, DOUBT_TEMPORARY_UPN,
		    "The UPN is a temporary one; the child may be known under "
		    "another.");
}

/* The pupils that have, or had, that UPN; the dossier of a former UPN is that
 * of its pupil. */
static enum status
find_holders(const struct matching *matching, struct bytes upn,
    struct here **now, struct here **former, struct error *err)
{
	enum status status;

	status = find_by_text(matching->replica, "pupil", "upn", upn,
	    matching->arena, now, err);
	if (status == STATUS_OK)
		status = find_by_text(matching->replica, "identifier", "value",
		    upn, matching->arena, former, err);
	return status;
}

static enum status
dossier_of(const struct matching *matching, const struct here *identifier,
    uint64_t *dossier, struct error *err)
{
	const struct collection *collection;
	enum record_state state;

	return record_locate(matching->replica, identifier->id, dossier,
	    &collection, &state, err);
}

/* One pupil, none, or a doubt. */
static enum status
choose(const struct matching *matching, struct bytes upn, uint64_t *pupil,
    struct error *err)
{
	struct here *now = NULL;
	struct here *former = NULL;
	uint64_t other;
	enum status status;

	status = find_holders(matching, upn, &now, &former, err);
	if (status != STATUS_OK)
		return status;
	if (now != NULL)
		*pupil = now->id;
	if (now != NULL && now->next != NULL)
		doubt(matching, DOUBT_TWICE,
		    "Two pupils here have this UPN; settle that first.");
	for (; former != NULL && status == STATUS_OK; former = former->next) {
		status = dossier_of(matching, former, &other, err);
		if (status != STATUS_OK)
			break;
		if (*pupil == 0)
			*pupil = other;
		else if (*pupil != other)
			doubt(matching, DOUBT_TWICE,
			    "This UPN is one pupil's and was another's; "
			    "settle that first.");
	}
	return status;
}

/* A child is not known by its number alone. */
static void
judge_identity(const struct matching *matching, const struct record *record)
{
	static const char *const columns[] = { "surname", "birth_date" };
	static const char *const sentences[] = {
		"The UPN is known here with another surname.",
		"The UPN is known here with another birth date.",
	};
	const struct collection *pupil = collection_named("pupil");
	struct value here;
	struct value planned;

	for (size_t i = 0; i < 2; i++) {
		here = record_value(record, columns[i]);
		planned = plan_value(&matching->plan->pupil, columns[i]);
		if (here.type != VALUE_NULL && planned.type != VALUE_NULL &&
		    !compare_values(collection_column(pupil,
					bytes_of_text(columns[i])),
			&here, &planned))
			doubt(matching, DOUBT_IDENTITY, sentences[i]);
	}
}

static enum status
judge_known(const struct matching *matching, uint64_t pupil, struct error *err)
{
	struct record record;
	struct value holder;
	enum status status;

	status =
	    record_get(matching->replica, pupil, matching->arena, &record, err);
	if (status != STATUS_OK)
		return status;
	judge_identity(matching, &record);
	holder = record_value(&record, "holder");
	if (holder.type != VALUE_INTEGER ||
	    (uint64_t)holder.integer !=
		replica_identity(matching->replica).school)
		doubt(matching, DOUBT_HELD_ELSEWHERE,
		    "Another school holds this child's file; it has to pass "
		    "it on first.");
	return STATUS_OK;
}

/* A former UPN in the file that is, here, another pupil's UPN. */
static enum status
judge_former(const struct matching *matching, uint64_t pupil, struct error *err)
{
	const struct plan_record *record = matching->plan->records;
	struct here *now = NULL;
	struct value value;
	enum status status = STATUS_OK;

	for (; record != NULL && status == STATUS_OK; record = record->next) {
		if (strcmp(record->collection->name, "identifier") != 0)
			continue;
		value = plan_value(record, "value");
		status = find_by_text(matching->replica, "pupil", "upn",
		    value.bytes, matching->arena, &now, err);
		for (; now != NULL; now = now->next)
			if (now->id != pupil)
				doubt(matching, DOUBT_FORMER_UPN,
				    "Its former UPN is the UPN of another "
				    "pupil here; they may be the same child.");
	}
	return status;
}

enum status
match_pupil(struct replica *replica, const struct plan *plan, uint32_t accept,
    struct arena *arena, struct remarks *remarks, uint64_t *pupil,
    struct error *err)
{
	struct matching matching = { replica, plan, accept & DOUBTS_ACCEPTABLE,
		arena, remarks };
	struct value upn = plan_value(&plan->pupil, "upn");
	enum status status = STATUS_OK;

	*pupil = 0;
	judge_upn(&matching, &upn);
	if (upn.type == VALUE_TEXT)
		status = choose(&matching, upn.bytes, pupil, err);
	if (status == STATUS_OK && *pupil != 0)
		status = judge_known(&matching, *pupil, err);
	if (status == STATUS_OK)
		status = judge_former(&matching, *pupil, err);
	return status;
}
