#include "server/authority/schools.h"

#include <string.h>

#include "common/replica/record.h"

static void
copy_text(const struct record *record, const char *column, char *out,
    size_t capacity)
{
	struct value value = record_value(record, column);
	size_t size = value.type == VALUE_TEXT ? value.bytes.size : 0;

	if (size >= capacity)
		size = capacity - 1;
	if (size > 0)
		memcpy(out, value.bytes.data, size);
	out[size] = '\0';
}

static void
load(const struct record *record, struct school *school)
{
	struct value member = record_value(record, "member");
	struct value closed = record_value(record, "closed_on");

	school->id = record->id;
	school->member =
	    member.type == VALUE_TEXT && bytes_equal_text(member.bytes, "Y");
	school->closed = closed.type != VALUE_NULL;
	copy_text(record, "name", school->name, sizeof(school->name));
	copy_text(record, "phase", school->phase, sizeof(school->phase));
	copy_text(record, "laestab", school->laestab, sizeof(school->laestab));
	copy_text(record, "urn", school->urn, sizeof(school->urn));
}

enum status
schools_get(struct replica *replica, uint64_t id, struct school *school,
    struct error *err)
{
	struct arena arena = { 0 };
	struct record record;
	enum status status;

	status = record_get(replica, id, &arena, &record, err);
	if (status == STATUS_OK &&
	    strcmp(record.collection->name, "school") != 0)
		status =
		    error_set(err, STATUS_NOT_FOUND, "that is not a school");
	if (status == STATUS_OK)
		load(&record, school);
	arena_deinit(&arena);
	return status;
}

struct walk {
	schools_visitor *visit;
	void *context;
};

static bool
visit_record(void *context, const struct record *record)
{
	struct walk *walk = context;
	struct school school;

	load(record, &school);
	return walk->visit(walk->context, &school);
}

enum status
schools_each(struct replica *replica, schools_visitor *visit, void *context,
    struct error *err)
{
	struct walk walk = { visit, context };
	struct record_query query = {
		.collection = catalogue_collection(bytes_of_text("school")),
	};

	return record_each(replica, &query, visit_record, &walk, err);
}

struct search {
	const char *laestab;
	struct school *school;
	bool found;
};

/* A member before one that is not: a school may have been outside once. */
static bool
match(void *context, const struct school *school)
{
	struct search *search = context;

	if (strcmp(school->laestab, search->laestab) != 0)
		return true;
	if (!search->found || school->member)
		*search->school = *school;
	search->found = true;
	return !school->member;
}

enum status
schools_find(struct replica *replica, const char *laestab,
    struct school *school, struct error *err)
{
	struct search search = { .laestab = laestab, .school = school };
	enum status status;

	status = schools_each(replica, match, &search, err);
	if (status == STATUS_OK && !search.found)
		return error_set(err, STATUS_NOT_FOUND,
		    "no school has the LAEstab %.20s; `throughline-hub school "
		    "list` shows those that are known",
		    laestab);
	return status;
}
