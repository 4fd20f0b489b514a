/* Where connections come in.  With packets, one door outside and one inside. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/line/line.h"

static void
on_connection(uv_stream_t *listener, int result)
{
	if (result == 0)
		pair_accept(listener->data);
}

static int
resolve(struct line *line, const char *text, struct sockaddr_storage *out)
{
	uv_getaddrinfo_t request;
	char host[256];
	char service[8];
	int port = 0;
	int result = UV_EINVAL;

	if (options_split_address(text, host, sizeof(host), &port)) {
		snprintf(service, sizeof(service), "%d", port);
		result =
		    uv_getaddrinfo(&line->loop, &request, NULL, host, service,
			&(struct addrinfo){ .ai_family = AF_INET,
			    .ai_socktype = SOCK_STREAM });
	}
	if (result != 0) {
		fprintf(stderr, "line: %s is no address\n", text);
		return result;
	}
	memcpy(out, request.addrinfo->ai_addr, request.addrinfo->ai_addrlen);
	uv_freeaddrinfo(request.addrinfo);
	return 0;
}

void
door_limit_buffers(struct line *line, uv_tcp_t *tcp, bool is_inside)
{
	int small = (int)line->queue_limit;

	if (line->options.shape.rate_bits > 0) {
		uv_recv_buffer_size((uv_handle_t *)tcp, &small);
		if (is_inside)
			uv_send_buffer_size((uv_handle_t *)tcp, &small);
	}
}

/* made: a socket of another namespace, or -1. */
static int
door_listen(struct line *line, int made, const struct sockaddr_storage *where)
{
	struct door *door = &line->doors[line->door_count++];
	int result;

	door->line = line;
	uv_tcp_init(&line->loop, &door->listener);
	door->listener.data = door;
	result = made < 0 ? 0 : uv_tcp_open(&door->listener, made);
	if (result == 0)
		result = uv_tcp_bind(&door->listener,
		    (const struct sockaddr *)where, 0);
	if (result == 0) {
		door_limit_buffers(line, &door->listener, made >= 0);
		result = uv_listen((uv_stream_t *)&door->listener, LINE_BACKLOG,
		    on_connection);
	}
	return result;
}

static int
door_address(const struct door *door, struct sockaddr_storage *out)
{
	int bytes = sizeof(*out);

	return uv_tcp_getsockname(&door->listener, (struct sockaddr *)out,
	    &bytes);
}

static int
port_of(const struct sockaddr_storage *address)
{
	return ntohs(((const struct sockaddr_in *)address)->sin_port);
}

static int
open_inside(struct line *line, const struct sockaddr_storage *to)
{
	struct door *near = &line->doors[0];
	struct sockaddr_storage where = { 0 };
	int made = tun_socket(&line->tun, TUN_FAR);
	int result;

	if (made < 0)
		return UV_EMFILE;
	uv_ip4_addr(TUN_FAR_ADDRESS, 0, (struct sockaddr_in *)&where);
	result = door_listen(line, made, &where);
	line->doors[1].to = *to;
	near->leads_inside = true;
	if (result == 0)
		result = door_address(&line->doors[1], &near->to);
	if (result == 0)
		fprintf(stderr,
		    "line: inside: nsenter -t %d%s "
		    "--net=/proc/%d/task/%d/ns/net"
		    " PROGRAM, to %s:%d\n",
		    getpid(),
		    line->tun.has_users ? " -U --preserve-credentials" : "",
		    getpid(), line->tun.sides[TUN_NEAR].process,
		    TUN_FAR_ADDRESS, port_of(&near->to));
	return result;
}

int
door_open_all(struct line *line)
{
	struct sockaddr_storage to = { 0 };
	struct sockaddr_storage where = { 0 };
	char name[64];
	int result;

	result = resolve(line, line->options.to, &to);
	if (result == 0)
		result = resolve(line, line->options.listen, &where);
	if (result == 0)
		result = door_listen(line, -1, &where);
	if (result == 0 && line->has_tun)
		result = open_inside(line, &to);
	if (result == 0 && !line->has_tun)
		line->doors[0].to = to;
	if (result == 0)
		result = door_address(&line->doors[0], &where);
	if (result != 0)
		return result;
	uv_ip4_name((struct sockaddr_in *)&where, name, sizeof(name));
	printf("listening on %s:%d\n", name, port_of(&where));
	fflush(stdout);
	return 0;
}
