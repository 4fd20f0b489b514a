#include "server/night/night_lines.h"

#include <stdio.h>
#include <string.h>

#include "common/report/report.h"

enum {
	WHAT_BYTES = 64
};

static void
add_job(const json_t *job, json_t *lines)
{
	const char *name = json_string_value(json_object_get(job, "job"));
	const char *grade = json_string_value(json_object_get(job, "grade"));
	const char *sentence =
	    json_string_value(json_object_get(job, "sentence"));
	char what[WHAT_BYTES];

	if (name == NULL || grade == NULL || sentence == NULL)
		return;
	snprintf(what, sizeof(what), "Night: %s", name);
	for (char *at = strchr(what, '_'); at != NULL; at = strchr(at, '_'))
		*at = ' ';
	report_add_line(lines, what,
	    strcmp(grade, night_grade_word(NIGHT_OK)) != 0, "%s", sentence);
}

void
night_add_lines(const struct night_row *row, json_t *lines)
{
	json_t *job;
	size_t i;

	report_add_line(lines, "Night", row->ended_ms == 0,
	    row->ended_ms == 0 ? "that of %s has not come to its end"
			       : "that of %s was the last",
	    row->day);
	json_array_foreach(json_object_get(row->document, "jobs"), i, job)
	{
		add_job(job, lines);
	}
}

enum status
night_add_last_lines(struct replica *replica, json_t *lines, struct error *err)
{
	struct night_row row = { .document = NULL };
	enum status status = night_load(replica, NULL, &row, err);

	if (status == STATUS_NOT_FOUND) {
		report_add_line(lines, "Night", true,
		    "the hub has had no night yet");
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		night_add_lines(&row, lines);
	night_row_deinit(&row);
	return status;
}
