#include "tests/line/tun.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	TUN_TURN = 64, /* packets that one side may send in a turn */
};

static void live_inside(void *argument);
static void on_packet(uv_poll_t *poll, int result, int events);
static void on_due(uv_timer_t *timer);

/* --- inside a namespace: its thread */

static bool
raise_interface(int control, const char *name)
{
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	return ioctl(control, SIOCSIFFLAGS, &request) == 0;
}

static bool
set_address(int control, unsigned long what, const char *address)
{
	struct ifreq request = { .ifr_name = "line" };
	struct sockaddr_in in = { .sin_family = AF_INET };

	inet_pton(AF_INET, address, &in.sin_addr);
	memcpy(&request.ifr_addr, &in, sizeof(in));
	return ioctl(control, what, &request) == 0;
}

static bool
configure(const struct tun_side *side)
{
	struct ifreq mtu = { .ifr_name = "line", .ifr_mtu = TUN_MTU };
	int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool done = control >= 0 && ioctl(control, SIOCSIFMTU, &mtu) == 0 &&
	            set_address(control, SIOCSIFADDR, side->address) &&
	            set_address(control, SIOCSIFDSTADDR, side->peer) &&
	            raise_interface(control, "lo") &&
	            raise_interface(control, "line");
	int error = errno;

	if (control >= 0)
		close(control);
	errno = error;
	return done;
}

static bool
settle_inside(struct tun_side *side)
{
	struct ifreq request = { .ifr_name = "line",
		.ifr_flags = IFF_TUN | IFF_NO_PI };

	side->process = gettid();
	side->step = "make a network namespace";
	if (unshare(CLONE_NEWNET) != 0)
		return false;
	side->step = "open /dev/net/tun";
	side->device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (side->device < 0)
		return false;
	side->step = "make a TUN device";
	if (ioctl(side->device, TUNSETIFF, &request) != 0)
		return false;
	side->step = "give the TUN device its address";
	return configure(side);
}

/* A socket belongs to the namespace of the thread that makes it. */
static void
live_inside(void *argument)
{
	struct tun_side *side = argument;

	side->error = settle_inside(side) ? 0 : errno;
	uv_sem_post(&side->answer);
	for (;;) {
		uv_sem_wait(&side->wish);
		if (side->is_ending)
			return;
		side->socket = socket(AF_INET,
		    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		uv_sem_post(&side->answer);
	}
}

/* --- outside */

static int
side_open(struct tun_side *side)
{
	side->device = -1;
	side->is_ending = false;
	uv_sem_init(&side->wish, 0);
	uv_sem_init(&side->answer, 0);
	if (uv_thread_create(&side->thread, live_inside, side) != 0)
		return EAGAIN;
	uv_sem_wait(&side->answer);
	return side->error;
}

static void
side_close(struct tun_side *side)
{
	if (side->thread == 0)
		return;
	side->is_ending = true;
	uv_sem_post(&side->wish);
	uv_thread_join(&side->thread);
	side->thread = 0;
	uv_sem_destroy(&side->wish);
	uv_sem_destroy(&side->answer);
	if (side->device >= 0)
		close(side->device);
}

static int
open_sides(struct tun *tun, const char **step)
{
	int error = 0;

	for (int i = 0; i < 2 && error == 0; i++) {
		error = side_open(&tun->sides[i]);
		*step = tun->sides[i].step;
	}
	if (error != 0) {
		side_close(&tun->sides[TUN_NEAR]);
		side_close(&tun->sides[TUN_FAR]);
	}
	return error;
}

static bool
write_file(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	bool done = file >= 0 &&
	            write(file, text, strlen(text)) == (ssize_t)strlen(text);

	if (file >= 0)
		close(file);
	return done;
}

/* Root of a namespace of one's own may do inside it what root may. */
static bool
become_root_inside(void)
{
	char users[64];
	char groups[64];

	snprintf(users, sizeof(users), "0 %u 1", (unsigned)geteuid());
	snprintf(groups, sizeof(groups), "0 %u 1", (unsigned)getegid());
	return unshare(CLONE_NEWUSER) == 0 &&
	       write_file("/proc/self/setgroups", "deny") &&
	       write_file("/proc/self/uid_map", users) &&
	       write_file("/proc/self/gid_map", groups);
}

bool
tun_open(struct tun *tun, const struct shape *shape, uint64_t seed, char *why,
    size_t why_bytes)
{
	const char *step = "";
	int error;

	*tun = (struct tun){ .sides = { { .tun = tun,
					    .address = TUN_NEAR_ADDRESS,
					    .peer = TUN_FAR_ADDRESS },
				 { .tun = tun,
				     .address = TUN_FAR_ADDRESS,
				     .peer = TUN_NEAR_ADDRESS } } };

	error = open_sides(tun, &step);
	if (error == EPERM && become_root_inside()) {
		tun->has_users = true;
		error = open_sides(tun, &step);
	}
	if (error != 0) {
		snprintf(why, why_bytes, "cannot %s: %s", step,
		    strerror(error));
		return false;
	}
	for (unsigned i = 0; i < 2; i++)
		packets_init(&tun->sides[i].leaving, shape, seed + i);
	return true;
}

int
tun_socket(struct tun *tun, int side)
{
	uv_sem_post(&tun->sides[side].wish);
	uv_sem_wait(&tun->sides[side].answer);
	return tun->sides[side].socket;
}

void
tun_start(struct tun *tun, uv_loop_t *loop)
{
	uv_timer_init(loop, &tun->timer);
	tun->timer.data = tun;
	for (int i = 0; i < 2; i++) {
		struct tun_side *side = &tun->sides[i];

		uv_poll_init(loop, &side->poll, side->device);
		side->poll.data = side;
		uv_poll_start(&side->poll, UV_READABLE, on_packet);
	}
	tun->is_started = true;
}

static void
arm(struct tun *tun)
{
	uint64_t due = packets_due(&tun->sides[TUN_NEAR].leaving);
	uint64_t other = packets_due(&tun->sides[TUN_FAR].leaving);
	uint64_t now = uv_hrtime();

	if (other < due)
		due = other;
	if (due == PACKETS_NEVER)
		return;
	uv_update_time(tun->timer.loop);
	uv_timer_start(&tun->timer, on_due,
	    due > now ? (due - now + 999999) / 1000000 : 0, 0);
}

static void
on_packet(uv_poll_t *poll, int result, int events)
{
	struct tun_side *side = poll->data;
	unsigned char packet[TUN_MTU];

	(void)events;
	if (result != 0)
		return;
	for (int i = 0; i < TUN_TURN; i++) {
		ssize_t got = read(side->device, packet, sizeof(packet));

		if (got <= 0)
			break;
		if (packet[0] >> 4 != 4)
			continue;
		if (side->tun->is_down)
			side->leaving.lost++;
		else
			packets_put(&side->leaving, uv_hrtime(), packet,
			    (size_t)got);
	}
	arm(side->tun);
}

static void
on_due(uv_timer_t *timer)
{
	struct tun *tun = timer->data;
	unsigned char packet[TUN_MTU];
	size_t bytes;

	for (int i = 0; i < 2; i++) {
		struct packets *packets = &tun->sides[i].leaving;
		int device = tun->sides[1 - i].device;

		while ((bytes = packets_take(packets, uv_hrtime(), packet,
			    sizeof(packet))) > 0) {
			if (tun->is_down ||
			    write(device, packet, bytes) != (ssize_t)bytes)
				packets->lost++;
		}
	}
	arm(tun);
}

void
tun_stop(struct tun *tun)
{
	if (!tun->is_started)
		return;
	uv_close((uv_handle_t *)&tun->timer, NULL);
	for (int i = 0; i < 2; i++)
		uv_close((uv_handle_t *)&tun->sides[i].poll, NULL);
	tun->is_started = false;
}

void
tun_close(struct tun *tun)
{
	for (int i = 0; i < 2; i++) {
		side_close(&tun->sides[i]);
		packets_deinit(&tun->sides[i].leaving);
	}
}
