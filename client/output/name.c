#include "client/output/name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/output/value.h"
#include "common/replica/record.h"
#include "protocol/identifier.h"

bool
output_record_name(const struct record *record, char *out, size_t capacity)
{
	struct value name = record_value(record, "name");
	struct value surname = record_value(record, "surname");
	size_t size;

	if (name.type != VALUE_TEXT)
		name = record_value(record, "forename");
	if (name.type != VALUE_TEXT)
		return false;
	output_copy_text(name.bytes, out, capacity);
	size = strlen(out);
	if (surname.type == VALUE_TEXT && capacity - size > sizeof(" ...")) {
		out[size] = ' ';
		output_copy_text(surname.bytes, out + size + 1,
		    capacity - size - 1);
	}
	return true;
}

bool
output_name(struct replica *replica, uint64_t id, char *out, size_t capacity)
{
	struct arena arena = { 0 };
	struct record record;
	bool known;

	known = record_get(replica, id, &arena, &record, ERROR_IGNORED) ==
	            STATUS_OK &&
	        record.state == RECORD_LIVE &&
	        output_record_name(&record, out, capacity);
	arena_deinit(&arena);
	return known;
}

/* The school of which this is a computer; 0 for one that is not known. */
static uint64_t
school_of_site(struct replica *replica, uint32_t site)
{
	struct value number = value_integer((int64_t)site);
	struct value school = value_null();
	struct arena arena = { 0 };
	struct record record;
	uint64_t id;

	if (record_find(replica, "site", "number", &number, &id,
		ERROR_IGNORED) == STATUS_OK &&
	    record_get(replica, id, &arena, &record, ERROR_IGNORED) ==
		STATUS_OK)
		school = record_value(&record, "school");
	arena_deinit(&arena);
	return school.type == VALUE_INTEGER ? (uint64_t)school.integer : 0;
}

void
output_writer(struct replica *replica, uint32_t site, uint64_t author,
    char *out, size_t capacity)
{
	char school[NAME_BYTES], person[NAME_BYTES];
	uint64_t id;

	if (site == SITE_HUB) {
		snprintf(out, capacity, "the hub");
		return;
	}
	id = school_of_site(replica, site);
	if (id == 0 || !output_name(replica, id, school, sizeof(school)))
		snprintf(school, sizeof(school), "another school");
	if (author != 0 && output_name(replica, author, person, sizeof(person)))
		snprintf(out, capacity, "%s, %s", person, school);
	else
		snprintf(out, capacity, "%s, computer %" PRIu32, school, site);
}
