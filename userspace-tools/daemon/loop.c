// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the manager waits for, and what it does from time to time.
 */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	EVENTS = 8,
};

static struct {
	int epoll;
	int signals;
	int64_t sample_at_ms;
	int64_t scan_at_ms;
	bool stop;
} loop = { .epoll = -1, .signals = -1 };

/**
 * oe_loop_watch - wait for it too
 * @fd: to be read; -1 = nothing
 */
void oe_loop_watch(int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (fd >= 0)
		epoll_ctl(loop.epoll, EPOLL_CTL_ADD, fd, &event);
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/**
 * oe_loop_open - block signals and be ready to wait for them
 */
void oe_loop_open(void)
{
	loop.epoll = epoll_create1(EPOLL_CLOEXEC);
	loop.signals = open_signals();
	oe_loop_watch(loop.signals);
}

/**
 * oe_loop_sample_now - look at memory as soon as it is the loop's turn
 */
void oe_loop_sample_now(void)
{
	loop.sample_at_ms = 0;
}

/**
 * oe_loop_scan_now - look at all processes as soon as it is the loop's turn
 */
void oe_loop_scan_now(void)
{
	loop.scan_at_ms = 0;
}

/* Helpers are started again when there is time; the worker at once, it is small. */
static void bury_children(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
		if (loop.stop || oe_helper_died(pid))
			continue;
		if (oe_worker_died(pid)) {
			oe_log(OE_LOG_ERROR, "the worker had ended");
			oe_worker_start();
		}
		if (oe_log_died(pid))
			oe_log_start();
	}
}

static void read_signals(void)
{
	struct signalfd_siginfo info;

	while (read(loop.signals, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGHUP:
			oe_reload();
			break;
		case SIGUSR1:
			oe_control_say_status();
			break;
		case SIGCHLD:
			bury_children();
			break;
		default:
			loop.stop = true;
		}
	}
}

static void look_around(void)
{
	const struct oe_conf *conf = oe_in_force();
	struct oe_sense sense;
	int64_t now = oe_now_ms();

	if (now >= loop.sample_at_ms) {
		loop.sample_at_ms = now + conf->daemon.sample_ms;
		oe_sense_read(&sense);
		oe_mode_update(conf, &sense);
		oe_log_alive();
	}
	/* What needs memory is done when there is some. */
	if (!oe_mode_is_calm() || oe_pipeline_is_urgent())
		return;
	if (now >= loop.scan_at_ms) {
		loop.scan_at_ms = now + conf->daemon.scan_ms;
		oe_procs_scan(conf);
		oe_helper_revive(conf);
	}
	oe_link_regain();
}

static int timeout(int64_t pipeline_ms)
{
	int64_t left = loop.sample_at_ms - oe_now_ms();

	if (pipeline_ms != OE_FOREVER && pipeline_ms < left)
		left = pipeline_ms;
	return left < 0 ? 0 : (int)left;
}

/**
 * oe_loop_run - until it is asked to end
 */
void oe_loop_run(void)
{
	struct epoll_event events[EVENTS];
	int64_t next = OE_FOREVER;
	int count;

	while (!loop.stop) {
		count = epoll_wait(loop.epoll, events, EVENTS, timeout(next));
		/* First of all, whatever else there is. */
		oe_link_listen();
		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == loop.signals)
				read_signals();
			else if (events[i].data.fd == oe_control_fd())
				oe_control_read();
			else if (events[i].data.fd == oe_worker_fd())
				oe_worker_drain();
		}
		look_around();
		next = oe_pipeline_run(oe_in_force(), oe_mode_is_fine());
		oe_link_acknowledge();
	}
}
