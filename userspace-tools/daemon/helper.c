// SPDX-License-Identifier: GPL-2.0-only
/*
 * Helpers: programs that are started beforehand, lock themselves into memory
 * and wait. In an emergency a helper acts without a fork and without an exec.
 *
 * A helper reads lines from stdin and answers each with a line on stdout. "try"
 * comes at the start and has no effect; "go MODE" is the order. A pipe keeps the
 * page of its last line, so that after the dry run a line needs no memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	ANSWER = 64,
	REVIVE_MS = 5000,
};

static struct helper {
	pid_t pid; /* 0: the helper does not run */
	int ask;
	int answer;
	bool busy;
	int64_t died_ms;
} helpers[OE_CONF_MAX_HELPERS];

static int nr_helpers;

static void become_helper(const char *const *argv, int in, int out,
			  pid_t manager)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != manager)
		_exit(127);
	oe_child_reset();
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static int start_helper(struct helper *helper, const char *const *argv)
{
	pid_t manager = getpid();
	int in[2];
	int out[2];

	if (pipe2(in, O_CLOEXEC))
		return -errno;
	if (pipe2(out, O_CLOEXEC)) {
		close(in[0]);
		close(in[1]);
		return -errno;
	}
	helper->pid = fork();
	if (!helper->pid)
		become_helper(argv, in[0], out[1], manager);
	close(in[0]);
	close(out[1]);
	if (helper->pid < 0) {
		close(in[1]);
		close(out[0]);
		helper->pid = 0;
		return -errno;
	}
	helper->ask = in[1];
	helper->answer = out[0];
	helper->busy = false;
	fcntl(helper->ask, F_SETFL, O_NONBLOCK);
	fcntl(helper->answer, F_SETFL, O_NONBLOCK);
	return 0;
}

static void forget_helper(struct helper *helper)
{
	if (!helper->pid)
		return;
	close(helper->ask);
	close(helper->answer);
	helper->pid = 0;
	helper->busy = false;
	helper->died_ms = oe_now_ms();
}

/**
 * oe_helper_start_all - start the helpers of a configuration
 * @conf: the configuration
 *
 * Return: how many could not be started.
 */
int oe_helper_start_all(const struct oe_conf *conf)
{
	int failed = 0;

	for (int i = 0; i < conf->nr_helpers; i++) {
		int err = start_helper(&helpers[i], conf->helpers[i].argv);

		if (!err)
			continue;
		oe_log(OE_LOG_ERROR, "cannot start helper %s: %s",
		       conf->helpers[i].name, strerror(-err));
		failed++;
	}
	nr_helpers = conf->nr_helpers;
	return failed;
}

/**
 * oe_helper_stop_all - end all helpers
 */
void oe_helper_stop_all(void)
{
	for (int i = 0; i < nr_helpers; i++) {
		pid_t pid = helpers[i].pid;

		forget_helper(&helpers[i]);
		if (pid)
			kill(pid, SIGTERM);
	}
	nr_helpers = 0;
}

/**
 * oe_helper_restart_all - start other helpers in the place of those that run
 * @conf: the configuration
 *
 * Each is told to try, which touches its pipes, and not waited for.
 */
void oe_helper_restart_all(const struct oe_conf *conf)
{
	oe_helper_stop_all();
	oe_helper_start_all(conf);
	for (int i = 0; i < conf->nr_helpers; i++)
		oe_helper_ask(i, "try\n");
}

/**
 * oe_helper_pid - the process of a helper
 * @helper: index
 *
 * Return: its pid; 0 = the helper does not run.
 */
int oe_helper_pid(int helper)
{
	return helper < nr_helpers ? helpers[helper].pid : 0;
}

/**
 * oe_helper_died - a child has ended: was it a helper?
 * @pid: the child
 *
 * Return: true if it was. oe_helper_revive() starts the helper again.
 */
bool oe_helper_died(int pid)
{
	for (int i = 0; i < nr_helpers; i++)
		if (helpers[i].pid == pid) {
			forget_helper(&helpers[i]);
			return true;
		}
	return false;
}

/**
 * oe_helper_revive - start dead helpers again, each after some seconds
 * @conf: in force
 *
 * Return: true if a process was forked.
 */
bool oe_helper_revive(const struct oe_conf *conf)
{
	bool forked = false;

	for (int i = 0; i < nr_helpers; i++) {
		if (helpers[i].pid ||
		    oe_now_ms() - helpers[i].died_ms < REVIVE_MS)
			continue;
		oe_log(OE_LOG_WARNING, "helper %s had ended: started again",
		       conf->helpers[i].name);
		if (start_helper(&helpers[i], conf->helpers[i].argv))
			helpers[i].died_ms = oe_now_ms();
		else
			oe_helper_ask(i, "try\n");
		forked = true;
	}
	return forked;
}

/**
 * oe_helper_ask - tell a helper what to do
 * @helper: index
 * @what: a line
 *
 * Return: 0; -ESRCH if the helper does not run; -EBUSY if it has not answered
 * the line before; -EIO if the line was taken in part.
 */
int oe_helper_ask(int helper, const char *what)
{
	struct helper *one = &helpers[helper];
	size_t length = strlen(what);
	ssize_t put;

	if (!one->pid)
		return -ESRCH;
	if (one->busy && !oe_helper_has_answered(helper))
		return -EBUSY;
	put = write(one->ask, what, length);
	if (put != (ssize_t)length)
		return put < 0 ? -errno : -EIO;
	one->busy = true;
	return 0;
}

/**
 * oe_helper_has_answered - has a helper answered its last line?
 * @helper: index
 *
 * Return: true if it has, if it has had no line, or if it has died.
 */
bool oe_helper_has_answered(int helper)
{
	struct helper *one = &helpers[helper];
	char answer[ANSWER];
	ssize_t got;

	if (!one->pid || !one->busy)
		return true;
	got = read(one->answer, answer, sizeof(answer));
	if (got < 0 && errno == EAGAIN)
		return false;
	one->busy = false;
	return true;
}

/**
 * oe_helper_is_busy - does a helper still owe an answer?
 * @helper: index
 *
 * Return: true if it did when oe_helper_has_answered() last looked.
 */
bool oe_helper_is_busy(int helper)
{
	return helpers[helper].busy;
}

/**
 * oe_helper_wait - wait for the answer; at the start only
 * @helper: index
 * @ms: how long
 *
 * Return: 0; -ESRCH if the helper does not run; -ETIMEDOUT; -EPIPE if it has
 * closed its stdout.
 */
int oe_helper_wait(int helper, int ms)
{
	struct pollfd pfd = { .fd = helpers[helper].answer, .events = POLLIN };
	char answer[ANSWER];

	if (!helpers[helper].pid)
		return -ESRCH;
	if (poll(&pfd, 1, ms) != 1)
		return -ETIMEDOUT;
	helpers[helper].busy = false;
	/* An end of file is not an answer. */
	return read(helpers[helper].answer, answer, sizeof(answer)) > 0 ?
		       0 :
		       -EPIPE;
}
