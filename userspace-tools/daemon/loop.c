// SPDX-License-Identifier: GPL-2.0-only
/*
 * The main loop of the manager.
 */
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/daemon.h"

static struct {
	int signals;
	bool stop;
	bool reload;
} loop = { .signals = -1 };

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

/* No emergency is under way. */
static bool is_calm(void)
{
	return oe_mode_is_calm() && !oe_pipeline_is_urgent();
}

/* Not replaced here: a fork may have to wait for memory. */
static void bury_children(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
		if (loop.stop || oe_helper_died(pid))
			continue;
		if (oe_worker_died(pid))
			oe_log(OE_LOG_ERROR, "the worker had ended");
		else if (!oe_log_died(pid))
			oe_notify_died(pid);
	}
}

/* At leisure. Each fork makes the manager's pages copy-on-write, which must not last. */
static void revive_children(void)
{
	bool forked = oe_worker_start();

	forked |= oe_log_start();
	forked |= oe_notify_start();
	forked |= oe_helper_revive(oe_active_conf());
	if (forked)
		oe_memory_lock();
}

/* Reading a configuration takes memory, and its steps may be others. */
static void ask_for_reload(void)
{
	loop.reload = true;
	if (!is_calm())
		oe_log(OE_LOG_INFO,
		       "the configuration will be read again after this emergency");
}

static void read_signals(void)
{
	struct signalfd_siginfo info;

	while (read(loop.signals, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGHUP:
			ask_for_reload();
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

/**
 * oe_loop_open - block signals and be ready to wait for them
 *
 * Return: 0 or a negative errno.
 */
int oe_loop_open(void)
{
	int err = oe_watch_open();

	loop.signals = open_signals();
	return err ? err : oe_watch_add(loop.signals, read_signals);
}

static void look_around(void)
{
	const struct oe_conf *conf = oe_active_conf();
	struct oe_sense sense;

	/* Tasks that need memory wait until memory is back. */
	bool calm = is_calm();

	if (oe_watch_is_sample_due(conf->daemon.sample_ms)) {
		if (calm) {
			oe_sense_refresh();
			oe_exe_rules_look(conf);
		}
		oe_sense_read(&sense);
		oe_mode_update(conf, &sense);
	}
	/* Sampling may have begun something. */
	if (!calm || oe_pipeline_is_urgent())
		return;
	if (loop.reload) {
		loop.reload = false;
		oe_reload();
		conf = oe_active_conf();
	}
	if (oe_watch_is_scan_due(conf->daemon.scan_ms))
		oe_procs_scan(conf);
	revive_children();
	oe_link_regain();
}

static int next_timeout(int64_t pipeline_ms)
{
	int64_t left = oe_watch_sample_left();
	int longest = oe_notify_longest_wait();

	if (longest != OE_FOREVER && longest < left)
		left = longest;

	if (pipeline_ms != OE_FOREVER && pipeline_ms < left)
		left = pipeline_ms;
	return (int)left;
}

/**
 * oe_loop_run - work until a signal asks for the end
 */
void oe_loop_run(void)
{
	int64_t next = OE_FOREVER;
	int count;

	while (!loop.stop) {
		oe_notify_alive();
		count = oe_watch_wait(next_timeout(next));
		/* Serve the module first: an emergency has precedence. */
		oe_link_listen();
		oe_watch_serve(count);
		if (oe_control_wants_reload())
			ask_for_reload();
		look_around();
		next = oe_pipeline_run(oe_active_conf(), oe_mode_is_fine());
		oe_link_acknowledge();
	}
}
