/*
 * The hub's own night: begun by the tick, told in the log, ended when the
 * service stops.
 */
#include "common/support/clock.h"
#include "server/service/service_private.h"

static void on_renewed(void *user);
static void on_job(const char *job, void *user);
static void on_outcome(const struct night_outcome *outcome, void *user);
static void on_ended(enum night_grade grade, const struct error *why,
    void *user);

static const struct night_handlers handlers = {
	.on_renewed = on_renewed,
	.on_job = on_job,
	.on_outcome = on_outcome,
	.on_ended = on_ended,
};

enum status
nightly_init(struct service *service, struct error *err)
{
	const struct service_options *options = &service->options;

	service->schedule = (struct schedule){
		.at_minute = options->folder->settings.night_minute,
		.started_ms = (uint64_t)clock_unix_ms(),
		.quiet_ms = options->quiet_ms != 0 ? options->quiet_ms
		                                   : SCHEDULE_QUIET_MS,
	};
	return night_last_ms(options->replica, &service->schedule.last_ms, err);
}

void
nightly_tick(struct service *service)
{
	struct night_options options = { .folder = service->options.folder,
		.renews = true,
		.jobs = service->options.night_jobs };
	uint64_t now_ms = (uint64_t)clock_unix_ms();
	struct error err = { 0 };
	enum status status;

	if (service->stopping || service->night != NULL ||
	    !schedule_is_due(&service->schedule, now_ms))
		return;
	service->schedule.last_ms = now_ms;
	log_plain(service->options.log, LOG_INFO, "night.begins");
	status = night_run(service->tick.loop, &options, &handlers, service,
	    &service->night, &err);
	if (status != STATUS_OK)
		log_event(service->options.log, LOG_WARNING, "night.failed",
		    LOG_STATUS(status));
}

static void
on_renewed(void *user)
{
	struct service *service = user;
	struct error err = { 0 };
	enum status status = service_show_certificate(service, &err);

	log_event(service->options.log,
	    status == STATUS_OK ? LOG_INFO : LOG_WARNING, "hub.renewed",
	    LOG_STATUS(status));
}

static void
on_job(const char *job, void *user)
{
	struct service *service = user;

	log_event(service->options.log, LOG_INFO, "night.job",
	    LOG_TOKEN("job", job));
}

static void
on_outcome(const struct night_outcome *outcome, void *user)
{
	struct service *service = user;

	log_event(service->options.log,
	    outcome->grade == NIGHT_OK ? LOG_INFO : LOG_WARNING,
	    "night.outcome", LOG_TOKEN("job", outcome->job),
	    LOG_TOKEN("grade", night_grade_word(outcome->grade)),
	    LOG_NUMBER("ms", outcome->ms));
}

static void
on_ended(enum night_grade grade, const struct error *why, void *user)
{
	struct service *service = user;

	log_event(service->options.log,
	    why->status == STATUS_OK ? LOG_INFO : LOG_WARNING, "night.ended",
	    LOG_TOKEN("grade", night_grade_word(grade)),
	    LOG_STATUS(why->status));
	service->night = NULL;
	service_touch(service);
}
