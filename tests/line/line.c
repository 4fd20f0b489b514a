/* The line itself: its listener, its lanes, its commands and its counts. */
#include "tests/line/line.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "throughline-line: a slow, lossy line between two TCP ends\n"
    "\n"
    "  --to HOST:PORT        where the line leads (needed)\n"
    "  --listen ADDR:PORT    where it begins (127.0.0.1:0: any free port)\n"
    "  --rate 64kbit         bit, kbit or mbit a second, each way\n"
    "  --delay 300ms         one way; ms or s\n"
    "  --loss 5%             of the segments are sent again, and late\n"
    "  --drop-every 5s       cut every connection so often\n"
    "  --down                begin with the line down\n"
    "  --split N             at most N bytes a segment (1460)\n"
    "  --seed N              of the losses (1)\n"
    "  --count-file FILE     a line of JSON at each cut and at the end\n"
    "\n"
    "It says on one line where it listens, then takes words on standard\n"
    "input and answers each with a line: cut, down, up, stop.  The end of a\n"
    "piped input is a stop.\n";

static void on_connection(uv_stream_t *listener, int result);
static void on_command_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buf);
static void on_command(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf);
static void on_drop(uv_timer_t *timer);
static void on_signal(uv_signal_t *signal, int number);

static int
fail(const char *what, int result)
{
	fprintf(stderr, "line: %s: %s\n", what, uv_strerror(result));
	return 1;
}

/* splitmix64, as a number from 0 up to 1 */
static double
chance(struct line *line)
{
	uint64_t z = line->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

uint64_t
line_schedule(struct line *line, int direction, size_t bytes)
{
	const struct options *options = &line->options;
	struct lane *lane = &line->lanes[direction];
	uint64_t now = uv_hrtime();
	double travel = options->delay_ns;
	double resend = LINE_RESEND_MS * 1e6 + options->delay_ns * 2;

	if (lane->free_ns < now)
		lane->free_ns = now;
	if (options->rate_bits > 0)
		lane->free_ns +=
		    (uint64_t)((double)bytes * 8e9 / options->rate_bits);
	while (bytes > 0 && chance(line) < options->loss) {
		line->lost++;
		travel += resend;
		resend *= 2;
	}
	return lane->free_ns + (uint64_t)travel;
}

/* About a second of waiting on top of what is under way. */
static size_t
choose_queue_limit(const struct options *options)
{
	double bytes = LINE_QUEUE_BYTES_MAX;

	if (options->rate_bits > 0)
		bytes =
		    options->rate_bits / 8 * (1 + options->delay_ns * 2 / 1e9);
	if (bytes > LINE_QUEUE_BYTES_MAX)
		return LINE_QUEUE_BYTES_MAX;
	return bytes < LINE_QUEUE_BYTES_MIN ? LINE_QUEUE_BYTES_MIN
	                                    : (size_t)bytes;
}

static void
count(struct line *line, const char *event)
{
	if (line->counts == NULL)
		return;
	fprintf(line->counts,
	    "{\"event\": \"%s\", \"ms\": %" PRIu64 ", \"connections\": %u, "
	    "\"up\": %" PRIu64 ", \"down\": %" PRIu64 ", \"cuts\": %" PRIu64
	    ", \"lost\": %" PRIu64 ", \"queue_max\": %zu}\n",
	    event, (uv_hrtime() - line->began_ns) / 1000000, line->connections,
	    line->lanes[LINE_UP].bytes, line->lanes[LINE_DOWN].bytes,
	    line->cuts, line->lost, line->queue_max);
	fflush(line->counts);
}

/* Counted first: who sees the reset may look at the counts. */
static void
cut(struct line *line)
{
	line->cuts++;
	count(line, "cut");
	pair_cut_all(line);
}

static void
stop(struct line *line)
{
	uv_handle_t *const handles[] = { (uv_handle_t *)&line->listener,
		(uv_handle_t *)&line->drop, (uv_handle_t *)&line->interrupted,
		(uv_handle_t *)&line->terminated };

	if (uv_is_closing(handles[0]))
		return;
	count(line, "stop");
	pair_cut_all(line);
	for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++)
		uv_close(handles[i], NULL);
	if (line->has_commands)
		uv_close(&line->commands.handle, NULL);
}

static void
say(const char *answer)
{
	printf("%s\n", answer);
	fflush(stdout);
}

static void
obey(struct line *line, const char *word)
{
	if (strcmp(word, "cut") == 0) {
		cut(line);
	} else if (strcmp(word, "down") == 0) {
		line->down = true;
		cut(line);
	} else if (strcmp(word, "up") == 0) {
		line->down = false;
	} else if (strcmp(word, "stop") == 0) {
		stop(line);
		return;
	} else {
		say("unknown; the words are cut, down, up and stop");
		return;
	}
	say(word);
}

static void
on_command_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buf)
{
	struct line *line = handle->data;

	(void)hint;
	*buf = uv_buf_init(line->input, sizeof(line->input));
}

static void
on_command(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
	struct line *line = stream->data;

	if (got < 0) {
		stop(line);
		return;
	}
	for (ssize_t i = 0; i < got && !uv_is_closing(&line->commands.handle);
	     i++) {
		if (buf->base[i] == '\n') {
			line->command[line->command_bytes] = '\0';
			line->command_bytes = 0;
			obey(line, line->command);
		} else if (line->command_bytes < LINE_COMMAND_BYTES - 1) {
			line->command[line->command_bytes++] = buf->base[i];
		}
	}
}

static void
on_connection(uv_stream_t *listener, int result)
{
	if (result == 0)
		pair_accept(listener->data);
}

static void
on_drop(uv_timer_t *timer)
{
	cut(timer->data);
}

static void
on_signal(uv_signal_t *signal, int number)
{
	(void)number;
	stop(signal->data);
}

/* Words come from a pipe or a terminal; /dev/null or a file has none. */
static void
listen_for_commands(struct line *line)
{
	uv_handle_type type = uv_guess_handle(0);
	int result = UV_ENOTSUP;

	if (type == UV_NAMED_PIPE) {
		uv_pipe_init(&line->loop, &line->commands.pipe, 0);
		result = uv_pipe_open(&line->commands.pipe, 0);
	} else if (type == UV_TTY) {
		result = uv_tty_init(&line->loop, &line->commands.tty, 0, 1);
	}
	if (result != 0)
		return;
	line->has_commands = true;
	line->commands.handle.data = line;
	uv_read_start(&line->commands.stream, on_command_alloc, on_command);
}

static int
resolve(struct line *line, const char *text, struct sockaddr_storage *out)
{
	uv_getaddrinfo_t request;
	char host[256];
	char service[8];
	int port = 0;
	int result;

	if (!options_split_address(text, host, sizeof(host), &port))
		return UV_EINVAL;
	snprintf(service, sizeof(service), "%d", port);
	result = uv_getaddrinfo(&line->loop, &request, NULL, host, service,
	    &(struct addrinfo){ .ai_family = AF_INET,
		.ai_socktype = SOCK_STREAM });
	if (result != 0)
		return result;
	memcpy(out, request.addrinfo->ai_addr, request.addrinfo->ai_addrlen);
	uv_freeaddrinfo(request.addrinfo);
	return 0;
}

/* A small receive buffer, else the kernel would hide how slow the line is. */
static int
begin_to_listen(struct line *line, const struct sockaddr_storage *where)
{
	struct sockaddr_storage bound = { 0 };
	int small = (int)line->queue_limit;
	int bytes = sizeof(bound);
	char name[64];
	int result;

	uv_tcp_init(&line->loop, &line->listener);
	line->listener.data = line;
	result =
	    uv_tcp_bind(&line->listener, (const struct sockaddr *)where, 0);
	if (result == 0 && line->options.rate_bits > 0)
		uv_recv_buffer_size((uv_handle_t *)&line->listener, &small);
	if (result == 0)
		result = uv_listen((uv_stream_t *)&line->listener, 128,
		    on_connection);
	if (result == 0)
		result = uv_tcp_getsockname(&line->listener,
		    (struct sockaddr *)&bound, &bytes);
	if (result != 0)
		return result;
	uv_ip4_name((struct sockaddr_in *)&bound, name, sizeof(name));
	printf("listening on %s:%d\n", name,
	    ntohs(((struct sockaddr_in *)&bound)->sin_port));
	fflush(stdout);
	return 0;
}

static void
start_timers(struct line *line)
{
	uint64_t every_ms = (uint64_t)(line->options.drop_every_ns / 1e6);

	uv_timer_init(&line->loop, &line->drop);
	uv_signal_init(&line->loop, &line->interrupted);
	uv_signal_init(&line->loop, &line->terminated);
	line->drop.data = line;
	line->interrupted.data = line;
	line->terminated.data = line;
	if (every_ms > 0)
		uv_timer_start(&line->drop, on_drop, every_ms, every_ms);
	uv_signal_start(&line->interrupted, on_signal, SIGINT);
	uv_signal_start(&line->terminated, on_signal, SIGTERM);
}

static int
run(struct line *line)
{
	struct sockaddr_storage where = { 0 };
	int result;

	result = resolve(line, line->options.to, &line->to);
	if (result != 0)
		return fail(line->options.to, result);
	result = resolve(line, line->options.listen, &where);
	if (result != 0)
		return fail(line->options.listen, result);
	if (line->options.count_file != NULL) {
		line->counts = fopen(line->options.count_file, "w");
		if (line->counts == NULL)
			return fail(line->options.count_file, UV_EIO);
	}
	if (line->options.loss > 0)
		fprintf(stderr, "line: seed %" PRIu64 "\n", line->options.seed);

	/* Ready for signals before it is known where it listens. */
	start_timers(line);
	listen_for_commands(line);
	result = begin_to_listen(line, &where);
	if (result != 0) {
		stop(line);
		fail(line->options.listen, result);
	}
	uv_run(&line->loop, UV_RUN_DEFAULT);
	if (result != 0)
		return 1;
	printf("up %" PRIu64 " bytes, down %" PRIu64 " bytes, %" PRIu64
	       " cuts\n",
	    line->lanes[LINE_UP].bytes, line->lanes[LINE_DOWN].bytes,
	    line->cuts);
	return 0;
}

int
main(int argc, char **argv)
{
	static struct line line;
	int result;

	if (!options_parse(&line.options, argc, argv))
		return 2;
	if (line.options.help) {
		fputs(HELP, stdout);
		return 0;
	}
	line.down = line.options.down;
	line.random = line.options.seed;
	line.queue_limit = choose_queue_limit(&line.options);
	line.began_ns = uv_hrtime();
	uv_loop_init(&line.loop);
	result = run(&line);
	if (line.counts != NULL)
		fclose(line.counts);
	uv_loop_close(&line.loop);
	return result;
}
