/*
 * Two network namespaces of this process alone, joined by packets that this
 * process carries.  In each there is a TUN device:
 *
 *	near 10.77.0.1  --- packets_put ... packets_take ---  far 10.77.0.2
 *
 * The kernel's own TCP runs at both ends, and meets what the shape says: what
 * is lost it sends again, what is late it waits for.  Nothing outside is
 * touched, and all of it goes with the process, however that ends.
 *
 * It takes root, or user namespaces and a /dev/net/tun that all may open.
 * Packets of an address family other than IPv4 are dropped.
 */
#ifndef TESTS_LINE_TUN_H
#define TESTS_LINE_TUN_H

#include <stdbool.h>
#include <uv.h>

#include "tests/line/packets.h"

enum {
	TUN_NEAR,
	TUN_FAR,
	TUN_MTU = 1500,
};

#define TUN_NEAR_ADDRESS "10.77.0.1"
#define TUN_FAR_ADDRESS  "10.77.0.2"

struct tun;

struct tun_side {
	struct tun *tun;
	const char *address;
	const char *peer;
	uv_thread_t thread; /* it lives in the namespace */
	uv_sem_t wish;
	uv_sem_t answer;
	bool is_ending;
	int process; /* the thread, as the kernel numbers it */
	int device;  /* the TUN device's file */
	int socket;  /* what was wished for */
	int error;   /* errno, or 0 */
	const char *step;
	uv_poll_t poll;
	struct packets leaving; /* what this side has sent */
};

struct tun {
	struct tun_side sides[2];
	uv_timer_t timer;
	bool is_down;    /* all that is sent is lost */
	bool is_started; /* the handles are of the loop */
	bool has_users;  /* a user namespace had to be made as well */
};

/*
 * Make both namespaces and their devices; seed is of the dice.  Before this
 * process has started a thread.  False, with a sentence in why, where that is
 * not permitted; there is then nothing to close.
 */
bool tun_open(struct tun *tun, const struct shape *shape, uint64_t seed,
    char *why, size_t why_bytes);

/* A new TCP socket inside one of them, for the caller to close; or -1. */
int tun_socket(struct tun *tun, int side);

/* Begin to carry packets. */
void tun_start(struct tun *tun, uv_loop_t *loop);

/* Close the handles; the loop has to run once more. */
void tun_stop(struct tun *tun);

/* Let the namespaces go, after the loop has ended. */
void tun_close(struct tun *tun);

#endif
