// SPDX-License-Identifier: GPL-2.0-only
/*
 * States for systemd, and its watchdog. A state that is sent needs memory, so the herald, a
 * process of its own, sends it. It is not the process that writes the log: a journal, a terminal
 * or a disk that is stalled holds up the log, and must not look like a manager that hangs.
 */
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	STOP_MS = 500,
	/* The loop turns, and the herald looks, so often in the watchdog's time. */
	TURNS = 4,
	MAX_WATCHDOG_MS = 3600 * 1000,
};

static struct {
	int socket; /* -1: no manager of services listens */
	struct sockaddr_un address;
	socklen_t length;
	int watchdog_ms; /* 0: there is none */
	struct oe_ring *ring;
	atomic_uint *turns; /* shared; counts the turns of the manager's loop */
	pid_t herald;
} notify = { .socket = -1 };

static void send_state(const char *state)
{
	sendto(notify.socket, state, strlen(state), MSG_NOSIGNAL,
	       (const struct sockaddr *)&notify.address, notify.length);
}

/* --- the herald ---------------------------------------------------------- */

static void feed_watchdog(unsigned int *last, int64_t *next_ms)
{
	unsigned int turns = *notify.turns;
	int64_t now = oe_now_ms();

	if (now < *next_ms)
		return;
	*next_ms = now + notify.watchdog_ms / TURNS;
	if (turns != *last)
		send_state("WATCHDOG=1");
	*last = turns;
}

static void run_herald(void)
{
	struct pollfd pfd = { .fd = oe_ring_fd(notify.ring), .events = POLLIN };
	int timeout = notify.watchdog_ms ? notify.watchdog_ms / TURNS : -1;
	unsigned int last = 0;
	int64_t next_ms = 0;
	const char *state;
	uint64_t count;
	int kind;

	for (;;) {
		if (poll(&pfd, 1, timeout) > 0 &&
		    read(pfd.fd, &count, sizeof(count)) < 0)
			continue;
		while ((state = oe_ring_first(notify.ring, &kind))) {
			send_state(state);
			oe_ring_drop(notify.ring);
		}
		if (notify.watchdog_ms)
			feed_watchdog(&last, &next_ms);
	}
}

/* --- the manager --------------------------------------------------------- */

static void read_watchdog(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	long long ms = usec ? atoll(usec) / 1000 : 0;

	if (ms <= 0 || (pid && atoi(pid) != getpid()))
		return;
	notify.watchdog_ms = ms < MAX_WATCHDOG_MS ? (int)ms : MAX_WATCHDOG_MS;
}

/**
 * oe_notify_open - learn from the environment whom to tell
 *
 * Before oe_environment_clean().
 */
void oe_notify_open(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t length = path ? strlen(path) : 0;

#ifdef WITHOUT_SD_NOTIFY
	return;
#endif
	if (!length || length >= sizeof(notify.address.sun_path))
		return;
	notify.address.sun_family = AF_UNIX;
	memcpy(notify.address.sun_path, path, length);
	if (path[0] == '@')
		notify.address.sun_path[0] = '\0';
	notify.length =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	notify.socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	read_watchdog();
}

static bool make_shared(void)
{
	void *turns;

	if (notify.ring)
		return true;
	turns = mmap(NULL, sizeof(*notify.turns), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (turns == MAP_FAILED)
		return false;
	notify.turns = turns;
	notify.ring = oe_ring_create();
	return notify.ring;
}

/**
 * oe_notify_start - fork the herald, if there is anybody to tell; also again after it has died
 *
 * Return: true if a process was forked.
 */
bool oe_notify_start(void)
{
	if (notify.socket < 0 || notify.herald > 0 || !make_shared())
		return false;
	notify.herald = oe_child_fork("oom-herald", run_herald);
	return notify.herald > 0;
}

/**
 * oe_notify_died - was it the herald that has ended?
 * @pid: of a child that has ended
 *
 * Return: true if it was.
 */
bool oe_notify_died(int pid)
{
	if (pid != notify.herald)
		return false;
	notify.herald = 0;
	return true;
}

/**
 * oe_notify_pid - the herald
 *
 * Return: its pid; 0 = there is none.
 */
int oe_notify_pid(void)
{
	return notify.herald > 0 ? notify.herald : 0;
}

/**
 * oe_notify_say - tell a state
 * @state: as of sd_notify(3)
 */
void oe_notify_say(const char *state)
{
	if (notify.socket < 0)
		return;
	if (!notify.ring)
		send_state(state);
	else
		oe_ring_put(notify.ring, 0, state);
}

/**
 * oe_notify_alive - the loop has turned
 */
void oe_notify_alive(void)
{
	if (notify.turns)
		++*notify.turns;
}

/**
 * oe_notify_longest_wait - how long the loop may wait at most
 *
 * Return: milliseconds, or OE_FOREVER.
 */
int oe_notify_longest_wait(void)
{
	return notify.watchdog_ms ? notify.watchdog_ms / TURNS : OE_FOREVER;
}

/**
 * oe_notify_stop - end the herald; its unsent messages get a moment
 */
void oe_notify_stop(void)
{
	if (notify.herald <= 0)
		return;
	oe_child_drain(notify.ring, STOP_MS);
	kill(notify.herald, SIGKILL);
	notify.herald = 0;
}
