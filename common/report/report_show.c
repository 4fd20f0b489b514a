/*
 * A report for a person: found or made, named, and written out.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/report/report_private.h"
#include "common/support/file.h"

enum status
report_render_json(const json_t *report, struct buffer *out, struct error *err)
{
	char *text = json_dumps(report, JSON_INDENT(2));
	enum status status = STATUS_NOMEM;

	if (text != NULL)
		status = buffer_append(out, bytes_of_text(text));
	if (status == STATUS_OK)
		status = buffer_append(out, bytes_of_text("\n"));
	free(text);
	if (status != STATUS_OK)
		return error_set(err, status, "write the report");
	return STATUS_OK;
}

struct report_wish
report_read_wish(const struct options *options)
{
	return (struct report_wish){
		.json = options_flag(options, "json"),
		.html = options_text(options, "html", NULL),
		.day = options_text(options, "day", NULL),
	};
}

/* A look of now, compared with the last night. */
static enum status
look_now(struct replica *replica, const struct report_about *about,
    json_t **report, struct error *err)
{
	json_t *earlier = NULL;
	enum status status = report_make(replica, about, report, err);

	if (status != STATUS_OK)
		return status;
	status = report_load_last(replica, report_text(*report, "day"), true,
	    &earlier, err);
	if (status == STATUS_OK)
		report_compare(*report, earlier);
	json_decref(earlier);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
get_report(struct replica *replica, const struct report_about *about,
    const char *day, json_t **report, struct error *err)
{
	if (day == NULL)
		return look_now(replica, about, report, err);
	if (day_of_text(bytes_of_text(day)) == DAY_NONE ||
	    !date_is_valid(bytes_of_text(day)))
		return error_set(err, STATUS_USAGE,
		    "\"%s\" is not a day: write it like 2026-11-23", day);
	return report_load(replica, day, report, err);
}

/* The page of a school has names: for this user alone. */
static enum status
write_page(const json_t *report, const char *path, struct error *err)
{
	struct buffer page = { 0 };
	enum status status = report_render_html(report, &page, err);

	if (status == STATUS_OK)
		status = file_write(path, buffer_view(&page), FILE_SECRET, err);
	buffer_deinit(&page);
	return status;
}

static enum status
print(const json_t *report, const struct report_wish *wish, struct error *err)
{
	struct buffer text = { 0 };
	enum status status;

	status = wish->json ? report_render_json(report, &text, err)
	                    : report_render_text(report, &text, err);
	if (status == STATUS_OK)
		fwrite(buffer_view(&text).data, 1, text.size, stdout);
	buffer_deinit(&text);
	return status;
}

enum status
report_show(struct replica *replica, const struct report_about *about,
    const struct report_wish *wish, struct error *err)
{
	json_t *report = NULL;
	enum status status;

	if (wish->json && wish->html != NULL)
		return error_set(err, STATUS_USAGE,
		    "say --json or --html FILE, not both");
	status = get_report(replica, about, wish->day, &report, err);
	if (status == STATUS_OK)
		status = report_add_names(replica, report, err);
	if (status == STATUS_OK && wish->html != NULL) {
		status = write_page(report, wish->html, err);
		if (status == STATUS_OK)
			printf("The report is in %s.%s\n", wish->html,
			    report_is_of_hub(report)
				? ""
				: "  It names children: keep it safe.");
	} else if (status == STATUS_OK) {
		status = print(report, wish, err);
	}
	json_decref(report);
	return status;
}
