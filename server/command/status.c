/*
 * status: how the hub and its computers stand, and what needs a person.
 */
#include <signal.h>
#include <stdio.h>
#include <uv.h>

#include "server/command/view_problems.h"

enum {
	WATCH_MS = 2000,
	STANDARD_OUTPUT = 1,
	SCREEN_BYTES = 1024 * 1024,
};

static const struct option_rule status_rules[] = {
	COMMAND_RULES,
	{ "watch", NULL, "go on showing it, every two seconds", 0 },
	{ 0 },
};

/* *problems: how many things need a person. */
static enum status
show(struct command *command, size_t *problems)
{
	struct view view;
	enum status status;

	status = view_look(command, &view, &command->error);
	if (status == STATUS_OK) {
		*problems = view_judge(&view, NULL, NULL);
		if (command->json)
			output_json(view_json(&view));
		else
			view_print(&view);
	}
	view_deinit(&view);
	return status;
}

/* --- again and again ------------------------------------------------------ */

struct watching {
	struct command *command;
	uv_timer_t timer;
	uv_signal_t signals[2];
	enum status status;
};

static void
end_watching(struct watching *watching)
{
	if (uv_is_closing((uv_handle_t *)&watching->timer))
		return;
	uv_close((uv_handle_t *)&watching->timer, NULL);
	for (int i = 0; i < 2; i++)
		uv_close((uv_handle_t *)&watching->signals[i], NULL);
}

static void
on_signal(uv_signal_t *handle, int number)
{
	(void)number;
	end_watching(handle->data);
}

/* The screen is cleared and written in one piece, so nothing flickers. */
static void
on_timer(uv_timer_t *timer)
{
	struct watching *watching = timer->data;
	size_t problems;

	if (uv_guess_handle(STANDARD_OUTPUT) == UV_TTY)
		fputs("\033[H\033[J", stdout);
	watching->status = show(watching->command, &problems);
	if (watching->status == STATUS_OK && fflush(stdout) != 0)
		watching->status = error_set(&watching->command->error,
		    STATUS_IO, "the output could not be written");
	if (watching->status != STATUS_OK)
		end_watching(watching);
}

static enum status
watch(struct command *command)
{
	static const int numbers[2] = { SIGINT, SIGTERM };
	struct watching watching = { .command = command };
	uv_loop_t loop;

	if (uv_loop_init(&loop) != 0)
		return error_set(&command->error, STATUS_NOMEM, "watch");
	setvbuf(stdout, NULL, _IOFBF, SCREEN_BYTES);
	uv_timer_init(&loop, &watching.timer);
	watching.timer.data = &watching;
	uv_timer_start(&watching.timer, on_timer, 0, WATCH_MS);
	for (int i = 0; i < 2; i++) {
		uv_signal_init(&loop, &watching.signals[i]);
		watching.signals[i].data = &watching;
		uv_signal_start(&watching.signals[i], on_signal, numbers[i]);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&loop);
	return watching.status;
}

/* --- the command ---------------------------------------------------------- */

static enum status
run_status(struct command *command)
{
	bool watches = options_flag(&command->options, "watch");
	size_t problems = 0;
	enum status status;

	if (watches && command->json)
		return error_set(&command->error, STATUS_USAGE,
		    "--json is one document: leave out --watch");
	if (watches)
		return watch(command);
	status = show(command, &problems);
	if (status == STATUS_OK && problems > 0)
		status = error_set(&command->error, STATUS_INVALID,
		    problems == 1 ? "%zu thing needs a person"
				  : "%zu things need a person",
		    problems);
	return status;
}

const struct command_entry command_status = {
	.name = "status",
	.usage = "status [--json | --watch]",
	.about = "how all computers stand; exit status 1: something needs a "
		 "person",
	.needs = COMMAND_READS,
	.rules = status_rules,
	.run = run_status,
};
