// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines for the people who look after the system. A line that is written may need memory, in a
 * pipe as in syslog's socket, so the scribe, a process of its own, writes it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	STOP_MS = 500,
	MINUTE_MS = 60 * 1000,
};

static struct {
	enum oe_log_target target;
	int level;
	int rate;
	int64_t minute_began_ms;
	int in_minute;
	int dropped;
	struct oe_ring *ring; /* NULL: no scribe, written immediately */
	pid_t manager;
	pid_t scribe;
	int syslog_socket;
} log_state = { .level = OE_LOG_INFO };

/* --- the scribe ---------------------------------------------------------- */

/* libc's syslog(3) would bring its time zones along, locked into our memory. */
static void send_syslog(int priority, const char *text)
{
	static const struct sockaddr_un address = { .sun_family = AF_UNIX,
						    .sun_path = "/dev/log" };
	char line[OE_LINE + 64];
	int length = snprintf(line, sizeof(line), "<%d>oom-embeddedd[%d]: %s",
			      LOG_DAEMON | priority, (int)log_state.manager,
			      text);

	sendto(log_state.syslog_socket, line, (size_t)length, MSG_NOSIGNAL,
	       (const struct sockaddr *)&address, sizeof(address));
}

static void write_line(int level, const char *text)
{
	static const int priorities[] = { LOG_ERR, LOG_WARNING, LOG_INFO,
					  LOG_DEBUG };
	static const char *const words[] = { "error: ", "warning: ", "", "" };

	if (log_state.target == OE_LOG_TO_SYSLOG)
		send_syslog(priorities[level], text);
	else if (getenv("JOURNAL_STREAM"))
		fprintf(stderr, "<%d>%s\n", priorities[level], text);
	else
		fprintf(stderr, "oom-embeddedd: %s%s\n", words[level], text);
}

static void run_scribe(void)
{
	struct pollfd pfd = { .fd = oe_ring_fd(log_state.ring),
			      .events = POLLIN };
	const char *text;
	uint64_t count;
	int level;

	for (;;) {
		if (poll(&pfd, 1, -1) > 0 &&
		    read(pfd.fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
			_exit(1);
		while ((text = oe_ring_first(log_state.ring, &level))) {
			write_line(level, text);
			oe_ring_drop(log_state.ring);
		}
	}
}

/* --- the manager --------------------------------------------------------- */

/**
 * oe_log_init - be ready to write lines
 * @target: the target
 */
void oe_log_init(enum oe_log_target target)
{
	log_state.target = target;
	if (target == OE_LOG_TO_SYSLOG)
		log_state.syslog_socket =
			socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	log_state.manager = getpid();
}

/**
 * oe_log_start - fork the scribe; also again after it has died
 *
 * Until then lines are written by the manager itself.
 *
 * Return: true if a process was forked.
 */
bool oe_log_start(void)
{
	if (log_state.scribe > 0)
		return false;
	if (!log_state.ring)
		log_state.ring = oe_ring_create();
	if (!log_state.ring)
		return false;
	log_state.scribe = oe_child_fork("oom-scribe", run_scribe);
	return log_state.scribe > 0;
}

/**
 * oe_log_died - was it the scribe that has ended?
 * @pid: of a child that has ended
 *
 * Return: true if it was.
 */
bool oe_log_died(int pid)
{
	if (pid != log_state.scribe)
		return false;
	log_state.scribe = 0;
	return true;
}

/**
 * oe_log_pid - the scribe
 *
 * Return: its pid; 0 = there is none.
 */
int oe_log_pid(void)
{
	return log_state.scribe > 0 ? log_state.scribe : 0;
}

/**
 * oe_log_stop - end the scribe; its unwritten lines get a moment
 *
 * From then on lines are written by the manager itself.
 */
void oe_log_stop(void)
{
	if (log_state.scribe > 0) {
		oe_child_drain(log_state.ring, STOP_MS);
		kill(log_state.scribe, SIGKILL);
	}
	log_state.scribe = 0;
	log_state.ring = NULL;
}

/**
 * oe_log_set - choose the lines that are written
 * @level: the least urgent one that is written
 * @rate: how many lines a minute, errors not counted; 0 = any number
 */
void oe_log_set(int level, int rate)
{
	log_state.level = level;
	log_state.rate = rate;
}

static void put_line(int level, const char *text)
{
	if (!log_state.ring)
		write_line(level, text);
	else if (!oe_ring_put(log_state.ring, level, text))
		log_state.dropped++;
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
			put_line(OE_LOG_WARNING, text);
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

/**
 * oe_log - write a line
 * @level: how important it is
 * @format: as of printf(3); the line is cut off after OE_LINE - 1 characters
 *
 * Needs no memory once the scribe is there.
 */
void oe_log(enum oe_conf_log level, const char *format, ...)
{
	char text[OE_LINE];
	va_list args;

	if ((int)level > log_state.level || !is_allowed(level))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	put_line((int)level, text);
}
