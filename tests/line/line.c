/* The line itself: its listener, its lanes, its commands and its counts. */
#include "tests/line/line.h"

#include <inttypes.h>
#include <signal.h>
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
    "  --tun [auto]          carry real IP packets, so that TCP itself meets\n"
    "                        the line; auto: where that is permitted\n"
    "  --reorder 1%          of the packets come late (--tun)\n"
    "  --duplicate 1%        of the packets come twice (--tun)\n"
    "  --drop-every 5s       cut every connection so often\n"
    "  --down                begin with the line down\n"
    "  --split N             at most N bytes a segment (1460)\n"
    "  --seed N              of the losses (1)\n"
    "  --count-file FILE     a line of JSON at each cut and at the end\n"
    "\n"
    "It says on one line where it listens, then takes words on standard\n"
    "input and answers each with a line: cut, down, up, stop.  The end of a\n"
    "piped input is a stop.  cut resets every connection; down resets them\n"
    "too, and refuses new ones, but with --tun it is silence.\n"
    "\n"
    "With --tun two network namespaces are joined by packets (root, or user\n"
    "namespaces and /dev/net/tun); where that is not permitted it says why\n"
    "and ends with 3.  The near end is still a TCP port outside.  It also\n"
    "says by which command a program is run inside, at the near end, and at\n"
    "which address it then finds the far one.\n";

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

uint64_t
line_schedule(struct line *line, int direction, size_t bytes)
{
	const struct shape *shape = &line->shape;
	uint64_t *free_ns = &line->free_ns[direction];
	uint64_t now = uv_hrtime();
	double travel = shape->delay_ns;
	double resend = LINE_RESEND_MS * 1e6 + shape->delay_ns * 2;

	if (*free_ns < now)
		*free_ns = now;
	if (shape->rate_bits > 0)
		*free_ns += (uint64_t)((double)bytes * 8e9 / shape->rate_bits);
	while (bytes > 0 && dice_throw(&line->random) < shape->loss) {
		line->lost++;
		travel += resend;
		resend *= 2;
	}
	return *free_ns + (uint64_t)travel;
}

/* About a second of waiting on top of what is under way. */
static size_t
choose_queue_limit(const struct shape *shape)
{
	double bytes = LINE_QUEUE_BYTES_MAX;

	if (shape->rate_bits > 0)
		bytes = shape->rate_bits / 8 * (1 + shape->delay_ns * 2 / 1e9);
	if (bytes > LINE_QUEUE_BYTES_MAX)
		return LINE_QUEUE_BYTES_MAX;
	return bytes < LINE_QUEUE_BYTES_MIN ? LINE_QUEUE_BYTES_MIN
	                                    : (size_t)bytes;
}

static void
count_packets(struct line *line, const char *way, const struct packets *packets)
{
	fprintf(line->counts,
	    ", \"packets_%s\": {\"passed\": %" PRIu64 ", \"lost\": %" PRIu64
	    ", \"dropped\": %" PRIu64 ", \"late\": %" PRIu64
	    ", \"twice\": %" PRIu64 "}",
	    way, packets->passed, packets->lost, packets->dropped,
	    packets->late, packets->twice);
}

static void
count(struct line *line, const char *event)
{
	const struct door *last = &line->doors[line->door_count - 1];

	if (line->counts == NULL || line->door_count == 0)
		return;
	fprintf(line->counts,
	    "{\"event\": \"%s\", \"ms\": %" PRIu64 ", \"connections\": %u, "
	    "\"up\": %" PRIu64 ", \"down\": %" PRIu64 ", \"cuts\": %" PRIu64
	    ", \"lost\": %" PRIu64 ", \"queue_max\": %zu",
	    event, (uv_hrtime() - line->began_ns) / 1000000, last->connections,
	    last->bytes[LINE_UP], last->bytes[LINE_DOWN], line->cuts,
	    line->lost, line->queue_max);
	if (line->has_tun) {
		count_packets(line, "up", &line->tun.sides[TUN_NEAR].leaving);
		count_packets(line, "down", &line->tun.sides[TUN_FAR].leaving);
	}
	fprintf(line->counts, "}\n");
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
	uv_handle_t *const handles[] = { (uv_handle_t *)&line->drop,
		(uv_handle_t *)&line->interrupted,
		(uv_handle_t *)&line->terminated };

	if (uv_is_closing(handles[0]))
		return;
	count(line, "stop");
	pair_cut_all(line);
	for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++)
		uv_close(handles[i], NULL);
	for (int i = 0; i < line->door_count; i++)
		uv_close((uv_handle_t *)&line->doors[i].listener, NULL);
	tun_stop(&line->tun);
	if (line->has_commands)
		uv_close(&line->commands.handle, NULL);
}

static void
say(const char *answer)
{
	printf("%s\n", answer);
	fflush(stdout);
}

/* A proxy can only reset; where packets are carried, they just stop. */
static void
go_down(struct line *line, bool down)
{
	line->down = down;
	line->tun.is_down = down;
	if (down && !line->has_tun)
		cut(line);
	else if (down)
		count(line, "down");
}

static void
obey(struct line *line, const char *word)
{
	if (strcmp(word, "cut") == 0) {
		cut(line);
	} else if (strcmp(word, "down") == 0) {
		go_down(line, true);
	} else if (strcmp(word, "up") == 0) {
		go_down(line, false);
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

/* Packets where they are wished for: false if they are needed and not here. */
static bool
try_packets(struct line *line)
{
	const struct options *options = &line->options;
	char why[128];

	line->shape = options->shape;
	if (options->tun == TUN_NO)
		return true;
	line->has_tun = tun_open(&line->tun, &options->shape, options->seed,
	    why, sizeof(why));
	if (line->has_tun) {
		line->shape = (struct shape){ 0 };
		line->tun.is_down = line->down;
	} else {
		fprintf(stderr, "line: packets are not permitted here: %s%s\n",
		    why, options->tun == TUN_AUTO ? "; a proxy instead" : "");
	}
	return line->has_tun || options->tun == TUN_AUTO;
}

static int
run(struct line *line)
{
	const struct door *last;
	int result;

	if (line->options.count_file != NULL) {
		line->counts = fopen(line->options.count_file, "w");
		if (line->counts == NULL)
			return fail(line->options.count_file, UV_EIO);
	}
	if (line->options.shape.loss > 0 || line->has_tun)
		fprintf(stderr, "line: seed %" PRIu64 "\n", line->options.seed);

	/* Ready for signals before it is known where it listens. */
	start_timers(line);
	listen_for_commands(line);
	if (line->has_tun)
		tun_start(&line->tun, &line->loop);
	result = door_open_all(line);
	if (result != 0) {
		stop(line);
		fail("open the line", result);
	}
	uv_run(&line->loop, UV_RUN_DEFAULT);
	if (result != 0)
		return 1;
	last = &line->doors[line->door_count - 1];
	printf("up %" PRIu64 " bytes, down %" PRIu64 " bytes, %" PRIu64
	       " cuts\n",
	    last->bytes[LINE_UP], last->bytes[LINE_DOWN], line->cuts);
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
	line.queue_limit = choose_queue_limit(&line.options.shape);
	line.began_ns = uv_hrtime();
	signal(SIGPIPE, SIG_IGN);
	/* First of all: a user namespace is not for who has threads. */
	if (!try_packets(&line))
		return LINE_NOT_PERMITTED;
	uv_loop_init(&line.loop);
	result = run(&line);
	if (line.counts != NULL)
		fclose(line.counts);
	uv_loop_close(&line.loop);
	if (line.has_tun)
		tun_close(&line.tun);
	return result;
}
