// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines for whoever looks after the system, and states for systemd.
 *
 * A line that is written may need memory, be it in a pipe or in syslog's
 * socket. The manager must not wait for that: it puts its lines into a ring in
 * shared memory, and a process of its own, the scribe, writes them.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	RING = 64, /* a power of two */
	LINE = 240,
	STOP_MS = 500,
	MINUTE_MS = 60 * 1000,
	KIND_NOTIFY = 100, /* above every level of the log */
};

struct ring {
	atomic_uint written; /* by the manager; release, the line is there */
	atomic_uint read; /* by the scribe; release, the place is free */
	atomic_uint alive; /* counts the manager's rounds */
	struct {
		int kind;
		char text[LINE];
	} lines[RING];
};

static struct {
	enum oe_log_target target;
	int level;
	int rate;
	int64_t minute_began_ms;
	int in_minute;
	int dropped;
	struct ring *ring; /* NULL: no scribe, written at once */
	int event;
	pid_t manager;
	pid_t scribe;
	int syslog_socket;
	int notify_socket;
	struct sockaddr_un notify_address;
	socklen_t notify_length;
	int watchdog_ms;
} log_state = { .level = OE_LOG_INFO, .rate = 0, .notify_socket = -1 };

/* --- the scribe ---------------------------------------------------------- */

static void send_notify(const char *state)
{
	if (log_state.notify_socket < 0)
		return;
	sendto(log_state.notify_socket, state, strlen(state), MSG_NOSIGNAL,
	       (const struct sockaddr *)&log_state.notify_address,
	       log_state.notify_length);
}

/* libc's syslog(3) would bring its time zones along, locked into our memory. */
static void send_syslog(int priority, const char *text)
{
	static const struct sockaddr_un address = { .sun_family = AF_UNIX,
						    .sun_path = "/dev/log" };
	char line[LINE + 64];
	int length = snprintf(line, sizeof(line), "<%d>oom-embeddedd[%d]: %s",
			      LOG_DAEMON | priority, (int)log_state.manager,
			      text);

	sendto(log_state.syslog_socket, line, (size_t)length, MSG_NOSIGNAL,
	       (const struct sockaddr *)&address, sizeof(address));
}

static void write_line(int kind, const char *text)
{
	static const int priorities[] = { LOG_ERR, LOG_WARNING, LOG_INFO,
					  LOG_DEBUG };
	static const char *const words[] = { "error: ", "warning: ", "", "" };

	if (kind == KIND_NOTIFY)
		send_notify(text);
	else if (log_state.target == OE_LOG_TO_SYSLOG)
		send_syslog(priorities[kind], text);
	else if (getenv("JOURNAL_STREAM"))
		fprintf(stderr, "<%d>%s\n", priorities[kind], text);
	else
		fprintf(stderr, "oom-embeddedd: %s%s\n", words[kind], text);
}

static void write_ring(struct ring *ring)
{
	unsigned int read = ring->read;

	while (read !=
	       atomic_load_explicit(&ring->written, memory_order_acquire)) {
		write_line(ring->lines[read % RING].kind,
			   ring->lines[read % RING].text);
		atomic_store_explicit(&ring->read, ++read,
				      memory_order_release);
	}
}

/* systemd hears of us as long as the manager's loop turns. */
static void feed_watchdog(const struct ring *ring, unsigned int *last)
{
	unsigned int alive = ring->alive;

	if (alive != *last)
		send_notify("WATCHDOG=1");
	*last = alive;
}

static void scribe(struct ring *ring, pid_t manager)
{
	struct pollfd pfd = { .fd = log_state.event, .events = POLLIN };
	int timeout = log_state.watchdog_ms ? log_state.watchdog_ms / 3 : -1;
	unsigned int last = 0;
	uint64_t count;

	prctl(PR_SET_NAME, "oom-scribe");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != manager)
		_exit(0);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		if (poll(&pfd, 1, timeout) > 0 &&
		    read(log_state.event, &count, sizeof(count)) < 0 &&
		    errno != EAGAIN)
			_exit(1);
		write_ring(ring);
		if (timeout > 0)
			feed_watchdog(ring, &last);
	}
}

/* --- the manager --------------------------------------------------------- */

static void find_notify_socket(void)
{
	struct sockaddr_un *address = &log_state.notify_address;
	const char *path = getenv("NOTIFY_SOCKET");
	const char *watchdog = getenv("WATCHDOG_USEC");
	size_t length = path ? strlen(path) : 0;

#ifdef WITHOUT_SD_NOTIFY
	return;
#endif
	if (!length || length >= sizeof(address->sun_path))
		return;
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, length);
	if (path[0] == '@')
		address->sun_path[0] = '\0';
	log_state.notify_length =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	log_state.notify_socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (watchdog)
		log_state.watchdog_ms = atoi(watchdog) / 1000;
}

void oe_log_init(enum oe_log_target target)
{
	log_state.target = target;
	find_notify_socket();
	if (target == OE_LOG_TO_SYSLOG)
		log_state.syslog_socket =
			socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	log_state.manager = getpid();
}

static int start_scribe(void)
{
	pid_t manager = getpid();

	log_state.scribe = fork();
	if (log_state.scribe < 0)
		return -errno;
	if (!log_state.scribe)
		scribe(log_state.ring, manager);
	return log_state.scribe;
}

int oe_log_start(void)
{
	if (log_state.ring)
		return start_scribe();
	log_state.event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (log_state.event < 0)
		return -errno;
	log_state.ring = mmap(NULL, sizeof(struct ring), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (log_state.ring == MAP_FAILED) {
		log_state.ring = NULL;
		return -errno;
	}
	return start_scribe();
}

bool oe_log_died(int pid)
{
	if (!pid || pid != log_state.scribe)
		return false;
	log_state.scribe = 0;
	return true;
}

/**
 * oe_log_pid - the process that writes the lines
 *
 * Return: its pid; 0 = there is none.
 */
int oe_log_pid(void)
{
	return log_state.scribe > 0 ? log_state.scribe : 0;
}

void oe_log_stop(void)
{
	struct ring *ring = log_state.ring;
	int64_t until = oe_now_ms() + STOP_MS;

	while (ring && ring->read != ring->written && oe_now_ms() < until)
		poll(NULL, 0, 10);
	if (log_state.scribe > 0)
		kill(log_state.scribe, SIGKILL);
	log_state.scribe = 0;
	log_state.ring = NULL;
}

void oe_log_set(int level, int rate)
{
	log_state.level = level;
	log_state.rate = rate;
}

void oe_log_alive(void)
{
	if (log_state.ring)
		log_state.ring->alive++;
}

static void put(int kind, const char *text)
{
	struct ring *ring = log_state.ring;
	uint64_t one = 1;
	unsigned int written;

	if (!ring) {
		write_line(kind, text);
		return;
	}
	written = ring->written;
	if (written - atomic_load_explicit(&ring->read, memory_order_acquire) >=
	    RING) {
		log_state.dropped++;
		return;
	}
	ring->lines[written % RING].kind = kind;
	snprintf(ring->lines[written % RING].text, LINE, "%s", text);
	atomic_store_explicit(&ring->written, written + 1,
			      memory_order_release);
	/* Full only if the scribe has not looked for ages. */
	if (write(log_state.event, &one, sizeof(one)) < 0)
		return;
}

void oe_log_notify(const char *state)
{
	put(KIND_NOTIFY, state);
}

/* Errors are always said; of the rest so many a minute, and how many were not. */
static bool is_allowed(enum oe_conf_log level)
{
	int64_t now = oe_now_ms();
	char text[64];

	if (now - log_state.minute_began_ms >= MINUTE_MS) {
		if (log_state.dropped) {
			snprintf(text, sizeof(text), "%d lines were left out",
				 log_state.dropped);
			log_state.dropped = 0;
			put(OE_LOG_WARNING, text);
		}
		log_state.minute_began_ms = now;
		log_state.in_minute = 0;
	}
	if (level == OE_LOG_ERROR || !log_state.rate)
		return true;
	if (++log_state.in_minute <= log_state.rate)
		return true;
	log_state.dropped++;
	return false;
}

void oe_log(enum oe_conf_log level, const char *format, ...)
{
	char text[LINE];
	va_list args;

	if ((int)level > log_state.level || !is_allowed(level))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	put((int)level, text);
}
