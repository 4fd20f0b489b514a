/*
 * night: the hub's own night's work, now, beside a hub that serves.
 */
#include "server/night/night.h"

#include <signal.h>
#include <stdio.h>

#include "server/command/command.h"

static const struct option_rule night_rules[] = {
	COMMAND_RULES,
	{ 0 },
};

struct running {
	struct command *command;
	struct night *night;
	uv_signal_t signals[2];
	enum night_grade grade;
	uint32_t wanting; /* jobs that did not end well */
	struct error why;
};

/* --- while it runs -------------------------------------------------------- */

static void
on_job(const char *job, void *user)
{
	(void)user;
	output_progress(job);
}

static void
on_progress(const char *job, unsigned percent, void *user)
{
	char text[64];

	(void)user;
	snprintf(text, sizeof(text), "%s: %u %%", job, percent);
	output_progress(text);
}

static void
print_outcome(const struct night_outcome *outcome)
{
	const json_t *detail;
	size_t i;

	printf("%-7s  %-13s  %s\n", night_grade_word(outcome->grade),
	    outcome->job, outcome->sentence);
	json_array_foreach(outcome->details, i, detail)
	{
		printf("%25s%s\n", "", json_string_value(detail));
	}
	if (outcome->more > 0)
		printf("%25sand %llu more\n", "",
		    (unsigned long long)outcome->more);
}

static void
on_outcome(const struct night_outcome *outcome, void *user)
{
	struct running *running = user;

	output_progress(NULL);
	running->wanting += outcome->grade != NIGHT_OK;
	if (!running->command->json)
		print_outcome(outcome);
	fflush(stdout);
}

static void
end_signals(struct running *running)
{
	for (int i = 0; i < 2; i++)
		if (!uv_is_closing((uv_handle_t *)&running->signals[i]))
			uv_close((uv_handle_t *)&running->signals[i], NULL);
}

static void
on_ended(enum night_grade grade, const struct error *why, void *user)
{
	struct running *running = user;

	output_progress(NULL);
	running->grade = grade;
	running->why = *why;
	running->night = NULL;
	end_signals(running);
}

static void
on_signal(uv_signal_t *handle, int number)
{
	struct running *running = handle->data;

	(void)number;
	if (running->night != NULL)
		night_stop(running->night);
}

/* --- the command ---------------------------------------------------------- */

static const struct night_handlers handlers = {
	.on_job = on_job,
	.on_progress = on_progress,
	.on_outcome = on_outcome,
	.on_ended = on_ended,
};

static enum status
run_on_loop(struct running *running)
{
	static const int numbers[2] = { SIGINT, SIGTERM };
	struct command *command = running->command;
	struct night_options options = { .folder = command->folder,
		/* A hub that serves has to know of its certificate. */
		.renews = !hub_folder_is_served(command->data) };
	enum status status;
	uv_loop_t loop;

	if (uv_loop_init(&loop) != 0)
		return error_set(&command->error, STATUS_NOMEM, "night");
	for (int i = 0; i < 2; i++) {
		uv_signal_init(&loop, &running->signals[i]);
		running->signals[i].data = running;
		uv_signal_start(&running->signals[i], on_signal, numbers[i]);
	}
	status = night_run(&loop, &options, &handlers, running, &running->night,
	    &command->error);
	if (status != STATUS_OK)
		end_signals(running);
	uv_run(&loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&loop);
	return status;
}

static enum status
print_json(struct command *command)
{
	struct night_row row = { .document = NULL };
	struct replica *replica = NULL;
	enum status status;

	status = hub_folder_open_replica(command->folder, false, &replica,
	    &command->error);
	if (status == STATUS_OK)
		status = night_load(replica, NULL, &row, &command->error);
	if (status == STATUS_OK)
		output_json(night_row_json(&row));
	night_row_deinit(&row);
	replica_close(replica);
	return status;
}

static enum status
run_night(struct command *command)
{
	struct running running = { .command = command };
	enum status status;

	status = run_on_loop(&running);
	if (status == STATUS_OK && running.why.status != STATUS_OK) {
		command->error = running.why;
		status = running.why.status;
	}
	if (status == STATUS_OK && command->json)
		status = print_json(command);
	if (status == STATUS_OK && running.grade != NIGHT_OK)
		status = error_set(&command->error, STATUS_INVALID,
		    "%u of the night's jobs did not end well: see to what "
		    "they say, and run `throughline-hub night` again",
		    (unsigned)running.wanting);
	return status;
}

const struct command_entry command_night = {
	.name = "night",
	.usage = "night",
	.about = "the night's work now: check, backup, and what runs out",
	.needs = COMMAND_FOLDER,
	.rules = night_rules,
	.run = run_night,
};
