/*
 * run: the agent, and the page beside it.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "client/agent/agent.h"
#include "client/command/command.h"
#include "client/interface/interface.h"
#include "client/page/page.h"
#include "common/support/number.h"

enum {
	RUN_TRIES = 20,
	RUN_AGAIN_MS = 50,
	ADDRESS_BYTES = 64,
};

static const struct option_rule run_rules[] = {
	COMMAND_RULES,
	{ "hub", "HOST:PORT", "reach the hub here instead", 0 },
	{ "proxy", "HOST:PORT", "go through this web proxy", 0 },
	{ "log", "FILE", "log here instead of standard error", 0 },
	{ "ui", "ADDR:PORT",
	    "where the page is (usually 127.0.0.1:8787, or another port when "
	    "that is taken); off: nowhere",
	    0 },
	{ 0 },
};

struct running {
	struct command *command;
	uv_loop_t loop;
	uv_signal_t signals[2];
	struct agent *agent;
	struct replica *served; /* the page's own connection */
	struct interface *interface;
	struct error why;
};

static void
on_signal(uv_signal_t *handle, int number)
{
	struct running *running = handle->data;

	(void)number;
	agent_stop(running->agent);
}

static void
on_done(struct agent *agent, const struct error *why, void *user)
{
	struct running *running = user;

	(void)agent;
	running->why = *why;
	interface_close(running->interface, NULL, NULL);
	running->interface = NULL;
	for (int i = 0; i < 2; i++)
		uv_close((uv_handle_t *)&running->signals[i], NULL);
}

/* --- the page ------------------------------------------------------------- */

/* Called on other threads: the folder is only read. */
static enum status
open_for_job(void *user, struct replica **out, struct error *err)
{
	const struct running *running = user;

	return folder_open_replica(running->command->folder, true, out, err);
}

static bool
find_asset(const char *path, struct interface_asset *asset)
{
	const struct page_asset *found = page_asset(bytes_of_text(path));

	if (found != NULL)
		*asset = (struct interface_asset){ found->type, found->body,
			found->digest, page_asset_is_forever(found) };
	return found != NULL;
}

/* "127.0.0.1:8787", "[::1]:8787" */
static enum status
read_place(const char *text, char address[ADDRESS_BYTES], uint16_t *port,
    struct error *err)
{
	const char *colon = strrchr(text, ':');
	size_t size = colon == NULL ? 0 : (size_t)(colon - text);
	int64_t number = 0;

	if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
		text++;
		size -= 2;
	}
	if (size == 0 || size >= ADDRESS_BYTES ||
	    !number_parse(colon + 1, 0, UINT16_MAX, &number))
		return error_set(err, STATUS_USAGE,
		    "--ui takes ADDR:PORT, such as 127.0.0.1:%d, or off",
		    INTERFACE_PORT);
	memcpy(address, text, size);
	address[size] = '\0';
	*port = (uint16_t)number;
	return STATUS_OK;
}

/* --ui, or `ui` of client.conf. */
static enum status
open_page(struct command *command, struct running *running)
{
	const char *place = options_text(&command->options, "ui",
	    config_text(&command->folder->config, "ui", NULL));
	char address[ADDRESS_BYTES] = "127.0.0.1";
	struct interface_options options = {
		.address = address,
		.port = INTERFACE_PORT,
		.open_replica = open_for_job,
		.asset = find_asset,
		.user = running,
	};
	enum status status = STATUS_OK;

	if (place != NULL && strcmp(place, "off") == 0)
		return STATUS_OK;
	if (place != NULL)
		status =
		    read_place(place, address, &options.port, &command->error);
	if (status == STATUS_OK)
		status = folder_open_replica(command->folder, true,
		    &running->served, &command->error);
	if (status != STATUS_OK)
		return status;
	options.replica = running->served;
	status = interface_create(&running->loop, &options, &running->interface,
	    &command->error);
	/* Another school's computer, or program, may have the usual port. */
	if (status != STATUS_OK && place == NULL) {
		options.port = 0;
		status = interface_create(&running->loop, &options,
		    &running->interface, &command->error);
	}
	return status;
}

/* --- the agent ------------------------------------------------------------ */

static enum status
run_agent(struct command *command, struct log *log)
{
	static const struct agent_handlers handlers = { NULL, on_done };
	static const int numbers[2] = { SIGINT, SIGTERM };
	struct running running = { .command = command };
	struct agent_options options = {
		.folder = command->folder,
		.replica = command->replica,
		.log = log,
		.mode = AGENT_RUN,
	};
	enum status status;

	if (uv_loop_init(&running.loop) != 0)
		return error_set(&command->error, STATUS_NOMEM, "run");
	status = open_page(command, &running);
	if (status == STATUS_OK)
		status = agent_start(&running.loop, &options, &handlers,
		    &running, &running.agent, &command->error);
	if (status == STATUS_OK) {
		for (int i = 0; i < 2; i++) {
			uv_signal_init(&running.loop, &running.signals[i]);
			running.signals[i].data = &running;
			uv_signal_start(&running.signals[i], on_signal,
			    numbers[i]);
		}
		printf("running on %s; the hub is %s:%u\n", command->data,
		    command->folder->host, command->folder->port);
		if (running.interface != NULL)
			printf("the page is at http://%s/\n",
			    interface_address(running.interface));
		fflush(stdout);
		uv_run(&running.loop, UV_RUN_DEFAULT);
		status = running.why.status;
		command->error = running.why;
	}
	interface_close(running.interface, NULL, NULL);
	uv_run(&running.loop, UV_RUN_DEFAULT);
	replica_close(running.served);
	agent_destroy(running.agent);
	(void)uv_loop_close(&running.loop);
	return status;
}

/* Other commands hold the folder too, most of them for a moment. */
static enum status
lock_folder(struct command *command, struct folder_lock **lock)
{
	enum status status;

	status = folder_lock(command->data, lock, &command->error);
	for (int i = 0; i < RUN_TRIES && status == STATUS_BUSY; i++) {
		uv_sleep(RUN_AGAIN_MS);
		status = folder_lock(command->data, lock, &command->error);
	}
	return status;
}

static enum status
run_run(struct command *command)
{
	const char *path = options_text(&command->options, "log", NULL);
	struct folder_lock *lock = NULL;
	struct log *log = NULL;
	enum status status;

	status = command_use_hub(command);
	if (status == STATUS_OK)
		status = lock_folder(command, &lock);
	if (status == STATUS_OK)
		status = log_open(path, LOG_INFO, &log, &command->error);
	if (status == STATUS_OK)
		status = run_agent(command, log);
	log_close(log);
	folder_unlock(lock);
	return status;
}

const struct command_entry command_run = {
	.name = "run",
	.usage = "run",
	.about = "stay connected: send and receive as things happen",
	.needs = COMMAND_WRITES,
	.rules = run_rules,
	.run = run_run,
};
