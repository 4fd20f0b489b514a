/*
 * init, serve: a hub comes to be, and does its work.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "common/net/listener.h"
#include "server/command/command.h"
#include "server/service/service.h"

/* --- init ----------------------------------------------------------------- */

static const struct option_rule init_rules[] = {
	COMMAND_RULES,
	{ "name", "NAME", "the partnership's name", OPTION_REQUIRED },
	{ "host", "HOST",
	    "a name or address by which computers reach the hub; the first "
	    "goes into invitations",
	    OPTION_REPEATED },
	{ "listen", "ADDR:PORT",
	    "where to listen (" HUB_SETTINGS_LISTEN "); port 0 picks one", 0 },
	{ "certificate-days", "N", "how long certificates are good for", 0 },
	{ 0 },
};

static enum status
take_text(struct command *command, const char *option, const char *text,
    char *out, size_t capacity)
{
	if (strlen(text) >= capacity)
		return error_set(&command->error, STATUS_USAGE,
		    "--%s is too long", option);
	memcpy(out, text, strlen(text) + 1);
	return STATUS_OK;
}

/* Without --host: the name of this computer. */
static enum status
take_hosts(struct command *command, struct hub_settings *settings)
{
	size_t size = sizeof(settings->hosts[0]);
	enum status status = STATUS_OK;
	const char *host;

	while (status == STATUS_OK &&
	       (host = options_repeated(&command->options, "host",
		    settings->host_count)) != NULL) {
		if (settings->host_count == CERTIFICATE_HOSTS)
			return error_set(&command->error, STATUS_USAGE,
			    "%d hosts are the most", CERTIFICATE_HOSTS);
		status = take_text(command, "host", host,
		    settings->hosts[settings->host_count++],
		    sizeof(settings->hosts[0]));
	}
	if (settings->host_count == 0 &&
	    uv_os_gethostname(settings->hosts[0], &size) == 0)
		settings->host_count = 1;
	return status;
}

static enum status
take_settings(struct command *command, struct hub_settings *settings)
{
	const struct options *options = &command->options;
	struct sockaddr_storage address;
	int64_t days = LIMIT_CERTIFICATE_DAYS;
	enum status status;

	status = take_text(command, "name", options_text(options, "name", ""),
	    settings->name, sizeof(settings->name));
	if (status == STATUS_OK)
		status = take_text(command, "listen",
		    options_text(options, "listen", HUB_SETTINGS_LISTEN),
		    settings->listen, sizeof(settings->listen));
	if (status == STATUS_OK && listener_parse_address(settings->listen,
				       &address, &command->error) != STATUS_OK)
		status = error_set(&command->error, STATUS_USAGE,
		    "--listen needs an address of this computer and a port, "
		    "such as " HUB_SETTINGS_LISTEN);
	if (status == STATUS_OK)
		status = take_hosts(command, settings);
	if (status == STATUS_OK)
		status = options_integer(options, "certificate-days", 1, 3650,
		    &days, &command->error);
	settings->certificate_seconds = days * 24 * 60 * 60;
	return status;
}

static enum status
run_init(struct command *command)
{
	struct hub_settings settings = hub_settings_default();
	enum status status;

	status = take_settings(command, &settings);
	if (status == STATUS_OK)
		status =
		    hub_folder_init(command->data, &settings, &command->error);
	if (status != STATUS_OK)
		return status;
	if (command->json)
		output_json(json_pack("{s:s, s:s, s:s, s:s}", "data",
		    command->data, "name", settings.name, "host",
		    settings.hosts[0], "listen", settings.listen));
	else
		printf("A hub for %s is in %s; computers reach it as %s.\n"
		       "Next: `throughline-hub serve --data %s`, and "
		       "`throughline-hub school add --data %s`.\nKeep a copy "
		       "of its keys apart from its data: `throughline-hub "
		       "keys export FILE --data %s`.\n",
		    settings.name, command->data, settings.hosts[0],
		    command->data, command->data, command->data);
	return STATUS_OK;
}

const struct command_entry command_init = {
	.name = "init",
	.usage = "init --name NAME [--host HOST]... [--listen ADDR:PORT]",
	.about = "make a new hub: keys, certificate, database",
	.needs = COMMAND_NOTHING,
	.rules = init_rules,
	.run = run_init,
};

/* --- serve ---------------------------------------------------------------- */

static const struct option_rule serve_rules[] = {
	COMMAND_RULES,
	{ "log", "FILE", "log here instead of standard error", 0 },
	{ 0 },
};

struct serving {
	uv_signal_t signals[2];
	struct service *service;
};

static void
on_signal(uv_signal_t *handle, int number)
{
	struct serving *serving = handle->data;

	(void)number;
	service_stop(serving->service);
	for (int i = 0; i < 2; i++)
		if (!uv_is_closing((uv_handle_t *)&serving->signals[i]))
			uv_close((uv_handle_t *)&serving->signals[i], NULL);
}

static enum status
serve(struct command *command, struct log *log)
{
	static const int numbers[2] = { SIGINT, SIGTERM };
	struct service_options options = {
		.folder = command->folder,
		.replica = command->replica,
		.log = log,
	};
	struct serving serving = { .service = NULL };
	enum status status;
	uv_loop_t loop;

	if (uv_loop_init(&loop) != 0)
		return error_set(&command->error, STATUS_NOMEM, "serve");
	status =
	    service_start(&loop, &options, &serving.service, &command->error);
	for (int i = 0; status == STATUS_OK && i < 2; i++) {
		uv_signal_init(&loop, &serving.signals[i]);
		serving.signals[i].data = &serving;
		uv_signal_start(&serving.signals[i], on_signal, numbers[i]);
	}
	if (status == STATUS_OK) {
		printf("listening on %s\n", service_address(serving.service));
		fflush(stdout);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	service_destroy(serving.service);
	(void)uv_loop_close(&loop);
	return status;
}

/* hub.crt is renewed here, before it is shown to anybody. */
static enum status
renew(struct command *command, struct log *log)
{
	enum status status;

	if (!hub_folder_wants_renewal(command->folder,
		(int64_t)command->now_ms))
		return STATUS_OK;
	status = hub_folder_renew(command->folder, &command->error);
	if (status == STATUS_OK)
		log_plain(log, LOG_INFO, "hub.renewed");
	return status;
}

static enum status
run_serve(struct command *command)
{
	const char *path = options_text(&command->options, "log", NULL);
	struct hub_lock *lock = NULL;
	struct log *log = NULL;
	enum status status;

	status = hub_folder_lock(command->data, &lock, &command->error);
	if (status == STATUS_OK)
		status = log_open(path, LOG_INFO, &log, &command->error);
	if (status == STATUS_OK)
		status = renew(command, log);
	if (status == STATUS_OK)
		status = serve(command, log);
	log_close(log);
	hub_folder_unlock(lock);
	return status;
}

const struct command_entry command_serve = {
	.name = "serve",
	.usage = "serve",
	.about = "do the hub's work; says on one line where it listens",
	.needs = COMMAND_WRITES,
	.rules = serve_rules,
	.run = run_serve,
};
