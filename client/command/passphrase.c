/*
 * Who is there: --as and a passphrase, from the terminal without echo or from a
 * file descriptor; never from the arguments or the environment, where others
 * can read it.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "client/command/command.h"

enum {
	TYPED_ENTER = '\r',
	TYPED_LINE = '\n',
	TYPED_BACKSPACE = 0x08,
	TYPED_DELETE = 0x7f,
	TYPED_END = 0x04,
	TYPED_STOP = 0x03,
	TERMINAL = 0, /* standard input */
};

/* --- from a file descriptor ----------------------------------------------- */

/* A byte at a time: what is behind the line is somebody else's. */
static enum status
read_line(uv_file file, char out[PASSPHRASE_BYTES_MAX + 1], struct error *err)
{
	size_t size = 0;
	char byte = 0;
	uv_buf_t buffer = uv_buf_init(&byte, 1);
	uv_fs_t request;
	int got;

	for (;;) {
		got = uv_fs_read(NULL, &request, file, &buffer, 1, -1, NULL);
		uv_fs_req_cleanup(&request);
		if (got < 0)
			return error_set(err, STATUS_IO,
			    "the passphrase could not be read: %s",
			    uv_strerror(got));
		if (got == 0 || byte == '\n')
			break;
		if (size == PASSPHRASE_BYTES_MAX)
			return error_set(err, STATUS_TOO_LARGE,
			    "a passphrase has at most %d bytes",
			    PASSPHRASE_BYTES_MAX);
		out[size++] = byte;
	}
	if (size > 0 && out[size - 1] == '\r')
		size--;
	out[size] = '\0';
	if (size == 0)
		return error_set(err, STATUS_USAGE,
		    "no passphrase came from --passphrase-fd");
	return STATUS_OK;
}

/* --- from the terminal ---------------------------------------------------- */

struct typing {
	uv_tty_t tty;
	char bytes[64];
	char *out;
	size_t size;
	bool stopped;
};

static void
give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct typing *typing = handle->data;

	(void)suggested;
	*buffer = uv_buf_init(typing->bytes, sizeof(typing->bytes));
}

/* One character, of however many bytes. */
static void
take_back(struct typing *typing)
{
	while (typing->size > 0 &&
	       ((unsigned char)typing->out[--typing->size] & 0xc0) == 0x80)
		;
}

/* False: that was all. */
static bool
take_byte(struct typing *typing, char byte)
{
	switch (byte) {
	case TYPED_STOP:
	case TYPED_END:
		typing->stopped = byte == TYPED_STOP || typing->size == 0;
		return false;
	case TYPED_ENTER:
	case TYPED_LINE:
		return false;
	case TYPED_BACKSPACE:
	case TYPED_DELETE:
		take_back(typing);
		return true;
	default:
		if (typing->size < PASSPHRASE_BYTES_MAX)
			typing->out[typing->size++] = byte;
		return true;
	}
}

static void
on_typed(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
	struct typing *typing = stream->data;
	bool more = count >= 0;

	(void)buffer;
	typing->stopped = count < 0;
	for (ssize_t i = 0; more && i < count; i++)
		more = take_byte(typing, typing->bytes[i]);
	sodium_memzero(typing->bytes, sizeof(typing->bytes));
	if (!more) {
		uv_read_stop(stream);
		uv_close((uv_handle_t *)stream, NULL);
	}
}

static enum status
type_line(const char *prompt, char out[PASSPHRASE_BYTES_MAX + 1],
    struct error *err)
{
	struct typing typing = { .out = out };
	uv_loop_t loop;
	int wrong;

	if (uv_guess_handle(TERMINAL) != UV_TTY)
		return error_set(err, STATUS_USAGE,
		    "a passphrase is needed: run this at a terminal, or give "
		    "it by --passphrase-fd N");
	wrong = uv_loop_init(&loop);
	if (wrong == 0)
		wrong = uv_tty_init(&loop, &typing.tty, TERMINAL, 1);
	if (wrong != 0)
		return error_set(err, STATUS_IO,
		    "the terminal could not be read: %s", uv_strerror(wrong));
	typing.tty.data = &typing;
	fprintf(stderr, "%s: ", prompt);
	fflush(stderr);
	uv_tty_set_mode(&typing.tty, UV_TTY_MODE_RAW);
	uv_read_start((uv_stream_t *)&typing.tty, give_room, on_typed);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_tty_reset_mode();
	uv_loop_close(&loop);
	fputc('\n', stderr);
	out[typing.size] = '\0';
	if (typing.stopped || typing.size == 0)
		return error_set(err, STATUS_CANCELLED,
		    "no passphrase was typed");
	return STATUS_OK;
}

static enum status
type_new(const char *prompt, char out[PASSPHRASE_BYTES_MAX + 1],
    struct error *err)
{
	char again[PASSPHRASE_BYTES_MAX + 1];
	enum status status = type_line(prompt, out, err);

	if (status == STATUS_OK)
		status = type_line("The same again", again, err);
	if (status == STATUS_OK && strcmp(out, again) != 0)
		status = error_set(err, STATUS_INVALID,
		    "the two are not the same; nothing was changed");
	sodium_memzero(again, sizeof(again));
	return status;
}

enum status
command_read_passphrase(struct command *command, const char *prompt,
    bool is_new, char out[PASSPHRASE_BYTES_MAX + 1])
{
	int64_t file = -1;
	enum status status;

	status = options_integer(&command->options, "passphrase-fd", 0, 1023,
	    &file, &command->error);
	if (status != STATUS_OK)
		return status;
	if (file >= 0)
		return read_line((uv_file)file, out, &command->error);
	return is_new ? type_new(prompt, out, &command->error)
	              : type_line(prompt, out, &command->error);
}

/* --- entering ------------------------------------------------------------- */

static enum status
enter_as(struct command *command, const char *name)
{
	char passphrase[PASSPHRASE_BYTES_MAX + 1] = "";
	char prompt[64];
	uint64_t count;
	enum status status;

	status =
	    viewer_count_accounts(command->replica, &count, &command->error);
	if (status == STATUS_OK && count == 0)
		return error_set(&command->error, STATUS_NOT_FOUND,
		    "this school has no account yet (or has not synced); leave "
		    "out --as, or make the first by `throughline staff add`");
	snprintf(prompt, sizeof(prompt), "Passphrase of %.40s", name);
	if (status == STATUS_OK)
		status =
		    command_read_passphrase(command, prompt, false, passphrase);
	if (status == STATUS_OK)
		status = login_enter(command->replica, name,
		    bytes_of_text(passphrase), command->now_ms,
		    &command->attempt, &command->viewer, &command->error);
	sodium_memzero(passphrase, sizeof(passphrase));
	return status;
}

enum status
command_enter(struct command *command)
{
	const char *name = options_text(&command->options, "as", NULL);
	enum status status;

	command->view = (struct view){
		.replica = command->replica,
		.viewer = &command->viewer,
		.act = AUDIT_OPENED,
		.now_ms = command->now_ms,
	};
	if (name != NULL)
		return enter_as(command, name);
	status = viewer_begin_set_up(command->replica, &command->viewer,
	    &command->error);
	if (status == STATUS_DENIED)
		return error_set(&command->error, status,
		    "this school has accounts: say who you are by --as LOGIN");
	return status;
}
