/*
 * The model, made in one place.
 */
#include "common/report/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/replica/sql.h"
#include "common/report/arrival.h"
#include "common/report/findings.h"
#include "common/report/report_private.h"
#include "common/support/clock.h"
#include "protocol/identifier.h"

enum {
	MODEL_VERSION = 1,
	LINE_BYTES = 512,
	KEY_BYTES = 64
};

static const char *const urgency_names[] = {
	[FINDING_OVERDUE] = "overdue",
	[FINDING_SOON] = "soon",
	[FINDING_UNDATED] = "undated",
	[FINDING_IN_TIME] = "in_time",
};

void
report_add_line(json_t *lines, const char *what, bool attention,
    const char *format, ...)
{
	char text[LINE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	report_cut(text);
	json_array_append_new(lines, json_pack("{s:s, s:s, s:b}", "what", what,
					 "text", text, "attention", attention));
}

/* --- small parts ---------------------------------------------------------- */

static json_t *
id_json(uint64_t id)
{
	char text[IDENTIFIER_TEXT_BYTES];

	if (id == 0)
		return json_null();
	identifier_format(id, text);
	return json_string(text);
}

static json_t *
day_json(int32_t day)
{
	char text[DAY_TEXT_BYTES];

	day_format(day, text);
	return text[0] == '\0' ? json_null() : json_string(text);
}

/* A school's name is nobody's secret, and outlives its record here. */
static json_t *
school_json(struct replica *replica, uint64_t school)
{
	struct sql *sql =
	    sql_use(replica, "SELECT name FROM school WHERE id = ?1");
	struct bytes name;
	json_t *json = NULL;

	sql_bind_id(sql, 1, school);
	if (school != 0 && sql_step(sql, ERROR_IGNORED) == STATUS_OK) {
		name = sql_column_bytes(sql, 0);
		json = json_stringn((const char *)name.data, name.size);
	}
	sql_release(sql);
	return json != NULL ? json : json_null();
}

static void
add_to(json_t *object, const char *member, json_int_t more)
{
	json_t *count = json_object_get(object, member);

	json_integer_set(count, json_integer_value(count) + more);
}

/* --- findings ------------------------------------------------------------- */

struct making {
	struct replica *replica;
	const struct report_about *about;
	int32_t today;
	json_t *report;
	json_t *sections[FINDING_KINDS]; /* borrowed */
	json_t *groups;                  /* of schools, by their ids */
};

static void
add_sections(struct making *making)
{
	for (int i = 0; i < FINDING_KINDS; i++) {
		enum finding_kind kind = (enum finding_kind)i;
		bool deadline = finding_kind_is_deadline(kind);
		json_t *section = json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, "
					    "s:n, s:n, s:[], s:[]}",
		    "kind", finding_kind_name(kind), "title",
		    finding_kind_title(kind), "advice",
		    finding_kind_advice(kind), "count", 0, "overdue", 0, "soon",
		    0, "new", "gone", "schools", "keys");

		if (making->about->school != 0)
			json_object_set_new(section, "items", json_array());
		json_array_append_new(json_object_get(making->report,
					  report_lists[deadline]),
		    section);
		making->sections[kind] = section;
	}
}

/* Who must act, with which other school: counts, and no child. */
static void
add_to_group(struct making *making, json_t *section,
    const struct finding *finding)
{
	uint64_t partner =
	    finding->acts == finding->school ? finding->other : finding->school;
	char key[KEY_BYTES];
	json_t *group;

	snprintf(key, sizeof(key), "%d/%" PRIu64 "/%" PRIu64,
	    (int)finding->kind, finding->acts, partner);
	group = json_object_get(making->groups, key);
	if (group == NULL) {
		group = json_pack("{s:o, s:o, s:i, s:i, s:i, s:o}", "acts",
		    school_json(making->replica, finding->acts), "with",
		    school_json(making->replica, partner), "count", 0,
		    "overdue", 0, "soon", 0, "next_due",
		    day_json(finding->due));
		json_array_append(json_object_get(section, "schools"), group);
		json_object_set_new(making->groups, key, group);
	}
	add_to(group, "count", 1);
	add_to(group, "overdue", finding->urgency == FINDING_OVERDUE);
	add_to(group, "soon", finding->urgency == FINDING_SOON);
}

static void
add_item(struct making *making, json_t *section, const struct finding *finding,
    const char *key)
{
	bool pair = finding->records[1] != 0;
	json_t *days = finding->due == DAY_NONE
	                   ? json_null()
	                   : json_integer(finding->due - making->today);

	json_array_append_new(json_object_get(section, "items"),
	    json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "key",
		key, "subject", id_json(finding->subject), "second",
		id_json(pair ? finding->records[1] : 0), "school",
		school_json(making->replica, finding->school), "other",
		school_json(making->replica, finding->other), "acts",
		school_json(making->replica, finding->acts), "due_on",
		day_json(finding->due), "days", days, "urgency",
		urgency_names[finding->urgency]));
}

static bool
add_finding(void *context, const struct finding *finding)
{
	struct making *making = context;
	json_t *section = making->sections[finding->kind];
	char key[KEY_BYTES];

	snprintf(key, sizeof(key), "%" PRIu64 "-%" PRIu64, finding->records[0],
	    finding->records[1]);
	add_to(section, "count", 1);
	add_to(section, "overdue", finding->urgency == FINDING_OVERDUE);
	add_to(section, "soon", finding->urgency == FINDING_SOON);
	json_array_append_new(json_object_get(section, "keys"),
	    json_string(key));
	add_to_group(making, section, finding);
	if (making->about->school != 0)
		add_item(making, section, finding, key);
	return true;
}

/* --- arrival -------------------------------------------------------------- */

struct chasing {
	struct making *making;
	json_t *from;     /* counts by school */
	json_t *children; /* NULL at the hub */
};

static bool
add_child(void *context, const struct arrival_child *child)
{
	struct chasing *chasing = context;
	json_t *school =
	    school_json(chasing->making->replica, child->from_school);
	json_t *group = NULL;
	size_t i;

	json_array_foreach(chasing->from, i, group)
	{
		if (json_equal(json_object_get(group, "school"), school))
			break;
	}
	if (i == json_array_size(chasing->from)) {
		group = json_pack("{s:O, s:i}", "school", school, "count", 0);
		json_array_append_new(chasing->from, group);
	}
	add_to(group, "count", 1);
	if (chasing->children != NULL)
		json_array_append_new(chasing->children,
		    json_pack("{s:o, s:O}", "subject", id_json(child->subject),
			"from", school));
	json_decref(school);
	return true;
}

static enum status
add_arrival(struct making *making, uint64_t school, int year, bool always,
    struct error *err)
{
	struct chasing chasing = { making, json_array(), NULL };
	struct arrival arrival;
	enum status status;

	if (making->about->school != 0)
		chasing.children = json_array();
	status = arrival_check(making->replica, school, year, making->today,
	    &arrival, add_child, &chasing, err);
	if (status != STATUS_OK || arrival.expected == 0 ||
	    (!always && arrival.to_chase == 0)) {
		json_decref(chasing.from);
		json_decref(chasing.children);
		return status;
	}
	json_array_append_new(json_object_get(making->report, "arrival"),
	    json_pack("{s:o, s:i, s:i, s:i, s:i, s:o, s:o*}", "school",
		school_json(making->replica, school), "year", year, "expected",
		(int)arrival.expected, "on_roll", (int)arrival.on_roll,
		"to_chase", (int)arrival.to_chase, "from", chasing.from,
		"children", chasing.children));
	return status;
}

/* In September and October all schools that expect children; until the year
 * ends those that still chase some. */
static enum status
add_arrivals(struct making *making, struct error *err)
{
	struct clock_date now = clock_date_of((int64_t)making->about->now_ms);
	struct sql *sql = sql_use(making->replica,
	    "SELECT id FROM school WHERE member = 'Y' AND (?1 = 0 OR id = ?1)"
	    " ORDER BY name, id");
	enum status status = STATUS_OK;

	sql_bind_id(sql, 1, making->about->school);
	while (now.month >= ARRIVAL_FIRST_MONTH && status == STATUS_OK) {
		status = sql_step(sql, err);
		if (status == STATUS_OK)
			status = add_arrival(making, sql_column_id(sql, 0),
			    now.year, now.month <= ARRIVAL_LAST_MONTH, err);
	}
	sql_release(sql);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* --- all ------------------------------------------------------------------ */

static void
begin(struct making *making)
{
	const struct report_about *about = making->about;
	char now[CLOCK_TEXT_BYTES];

	clock_format((int64_t)about->now_ms, now);
	making->report =
	    json_pack("{s:i, s:s, s:s, s:o, s:s, s:n, s:o, s:[], s:[], s:[]}",
		"version", MODEL_VERSION, "for",
		about->school == 0 ? "hub" : "school", "title", about->title,
		"day", day_json(making->today), "made_at", now, "compared_with",
		"sync",
		about->sync != NULL ? json_deep_copy(about->sync)
				    : json_array(),
		"findings", "deadlines", "arrival");
	making->groups = json_object();
	if (making->report != NULL)
		add_sections(making);
}

enum status
report_make(struct replica *replica, const struct report_about *about,
    json_t **report, struct error *err)
{
	struct making making = { .replica = replica, .about = about };
	struct findings_view view = { .school = about->school };
	enum status status;

	making.today = day_of_unix_ms(about->now_ms);
	view.today = making.today;
	begin(&making);
	status = making.report != NULL
	             ? findings_look(replica, &view, add_finding, &making, err)
	             : error_set(err, STATUS_NOMEM, "begin a report");
	if (status == STATUS_OK)
		status = add_arrivals(&making, err);
	json_decref(making.groups);
	if (status != STATUS_OK) {
		json_decref(making.report);
		return error_wrap(err, "make the report");
	}
	*report = making.report;
	return STATUS_OK;
}
