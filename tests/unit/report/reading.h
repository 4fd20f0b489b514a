/*
 * Making reports and reading their renderings; and a world in which every kind
 * of trouble has a child.
 */
#ifndef TESTS_UNIT_REPORT_READING_H
#define TESTS_UNIT_REPORT_READING_H

#include "common/report/report.h"
#include "tests/unit/report/fixture.h"

#define TODAY "2026-11-23"

enum {
	RENDERINGS = 3, /* text, HTML, JSON */
	INVENTED = 10
};

/* All that tells of a child in trouble(). */
static const char *const invented[INVENTED] = { "Teodora", "Okafor", "Brandt",
	"Lindqvist", "C999200119017", "R674123101121", "2015-01-19",
	"19 January 2015", "Penhallow", "2015-03-02" };

static inline void
trouble(struct world *world)
{
	uint64_t pupil = add_teodora(world);

	add_transfer(world, pupil, world->elm, "Okafor-Lane", "2026-07-21");
	fixture_insert(world->replica, pupil, "package", "transfer",
	    id_text(last_of(world, "transfer")), "kind", "ctf", NULL);
	fixture_insert(world->replica, pupil, "circumstance", "kind",
	    "young_carer", "review_on", "2026-11-01", NULL);
	fixture_insert(world->replica, pupil, "support_plan", "kind", "medical",
	    "review_on", "2026-11-01", NULL);
	fixture_insert(world->replica, pupil, "retention", "act", "review",
	    "due_on", "2026-11-01", NULL);
	fixture_update(world->replica, pupil, pupil, "fsm_review_date",
	    "2026-11-01", NULL);
	add_child(world, world->elm, "Brandt", "C999200119017");
	add_child(world, world->elm, "OKAFOR LANE", "R674123101121");
	fixture_pupil(world->replica, "Lindqvist", world->oak);
	pupil = add_child(world, world->oak, "Penhallow", "");
	fixture_update(world->replica, pupil, last_of(world, "enrolment"),
	    "leaving_date", "2026-11-20", NULL);
	fixture_insert(world->replica, world->elm, "expected_pupil", "surname",
	    "Penhallow", "forename", "Ana", "birth_date", "2015-03-02",
	    "nc_year_actual", "7", "from_school", id_text(world->oak),
	    "entry_date", "2026-09-02", "state", "expected", NULL);
}

static inline struct report_about
about_on(const char *day, uint64_t school)
{
	return (struct report_about){
		.title = school == 0 ? "Invented partnership" : "Oak Primary",
		.school = school,
		.now_ms = (uint64_t)day_of_text(bytes_of_text(day)) *
		          UINT64_C(86400000),
	};
}

static inline json_t *
made_on(struct world *world, const char *day, uint64_t school)
{
	struct report_about about = about_on(day, school);
	json_t *report = NULL;

	assert_ok(report_make(world->replica, &about, &report, err));
	return report;
}

/* Ended by NUL, in buffer, until the next call. */
static inline const char *
rendered(const json_t *report, int rendering, struct buffer *buffer)
{
	static enum status (*const render[RENDERINGS])(const json_t *,
	    struct buffer *, struct error *) = { report_render_text,
		report_render_html, report_render_json };

	buffer_clear(buffer);
	assert_ok(render[rendering](report, buffer, err));
	assert_int_equal(buffer_append(buffer,
			     (struct bytes){ (const uint8_t *)"", 1 }),
	    STATUS_OK);
	return (const char *)buffer_view(buffer).data;
}

#endif
