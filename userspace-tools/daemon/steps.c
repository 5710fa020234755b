// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps: how each kind is begun, when it has happened, how it ends. Nothing here waits.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/pipeline.h"

enum {
	SYNC_MS = 5000,
};

static void say_result(const struct oe_pipeline *pipeline, const char *what,
		       int status)
{
	if (status < 0)
		oe_log(OE_LOG_ERROR, "%s: %s failed: %s", pipeline->name, what,
		       strerror(-status));
	else if (WIFSIGNALED(status))
		oe_log(OE_LOG_WARNING, "%s: %s was ended by signal %d",
		       pipeline->name, what, WTERMSIG(status));
	else if (WEXITSTATUS(status))
		oe_log(OE_LOG_WARNING, "%s: %s ended with status %d",
		       pipeline->name, what, WEXITSTATUS(status));
}

/* Signals that ask a service for something, and do not end it. */
static bool is_harmless(int number)
{
	return number == SIGUSR1 || number == SIGUSR2 || number == SIGCONT ||
	       number == SIGSTOP || number == SIGTSTP || number == SIGURG ||
	       number == SIGWINCH || number == SIGCHLD;
}

static bool begin_signal(struct oe_pipeline *pipeline,
			 const struct oe_conf_step *step)
{
	int count = oe_members_signal(pipeline->service, step->signal);

	if (count && step->signal == SIGKILL)
		oe_members_release(pipeline->service);
	pipeline->ended |= count && !is_harmless(step->signal);
	oe_log(OE_LOG_INFO, "%s: signal %d to %d processes", pipeline->name,
	       step->signal, count);
	return false;
}

/**
 * oe_steps_run - have the worker run a command
 * @pipeline: for which
 * @argv: the command
 * @ms: how long it may take
 *
 * Return: true if its end has to be waited for.
 */
bool oe_steps_run(struct oe_pipeline *pipeline, const char *const *argv, int ms)
{
	oe_log(OE_LOG_INFO, "%s: runs %s", pipeline->name, argv[0]);
	pipeline->job = oe_worker_run(argv, ms);
	pipeline->ended = true;
	if (pipeline->job >= 0)
		return true;
	say_result(pipeline, argv[0], pipeline->job);
	pipeline->job = OE_NO_JOB;
	return false;
}

static bool begin_helper(const struct oe_conf *conf,
			 struct oe_pipeline *pipeline,
			 const struct oe_conf_step *step)
{
	char line[64] = "go ";
	int err;

	strncat(line, conf->modes[pipeline->mode].name, sizeof(line) - 8);
	strcat(line, "\n");
	err = oe_helper_ask(step->helper, line);
	if (err)
		say_result(pipeline, step->text, err);
	return !err;
}

/* Data first, as far as that works without memory; then the machine. */
static bool begin_reboot(struct oe_pipeline *pipeline)
{
	oe_log(OE_LOG_ERROR, "%s: restarts the machine", pipeline->name);
	pipeline->step_until_ms = oe_now_ms() + SYNC_MS;
	pipeline->job = oe_worker_sync(SYNC_MS);
	if (pipeline->job < 0) {
		say_result(pipeline, "sync", pipeline->job);
		pipeline->job = OE_NO_JOB;
	}
	return true;
}

/**
 * oe_steps_begin - begin a step
 * @conf: in force
 * @pipeline: the owner of the step
 *
 * Return: true if its end has to be waited for.
 */
bool oe_steps_begin(const struct oe_conf *conf, struct oe_pipeline *pipeline)
{
	const struct oe_conf_step *step = &conf->steps[pipeline->step];

	pipeline->job = OE_NO_JOB;
	pipeline->step_until_ms = oe_now_ms() + step->ms;
	switch (step->type) {
	case OE_STEP_SIGNAL:
		return begin_signal(pipeline, step);
	case OE_STEP_WAIT:
	case OE_STEP_SLEEP:
		return !pipeline->late;
	case OE_STEP_RUN:
		return !pipeline->late &&
		       oe_steps_run(pipeline, step->argv, step->ms);
	case OE_STEP_HELPER:
		return !pipeline->late && begin_helper(conf, pipeline, step);
	case OE_STEP_RESTART:
		pipeline->stage = OE_PIPELINE_PAUSED;
		pipeline->ended = true;
		return true;
	case OE_STEP_REBOOT:
		return begin_reboot(pipeline);
	case OE_STEP_KILL_NEXT:
		oe_kill_next(pipeline->name, step->text,
			     conf->daemon.kill_interval_ms);
		return false;
	}
	return false;
}

static bool job_is_done(struct oe_pipeline *pipeline, const char *what)
{
	int status;

	if (pipeline->job == OE_NO_JOB)
		return true;
	if (!oe_worker_is_done(pipeline->job, &status))
		return false;
	pipeline->job = OE_NO_JOB;
	say_result(pipeline, what, status);
	return true;
}

/**
 * oe_steps_has_happened - has what a step waits for happened?
 * @conf: in force
 * @pipeline: the owner of the step
 *
 * Return: true if it has.
 */
bool oe_steps_has_happened(const struct oe_conf *conf,
			   struct oe_pipeline *pipeline)
{
	const struct oe_conf_step *step = &conf->steps[pipeline->step];

	switch (step->type) {
	case OE_STEP_WAIT:
		return oe_members_are_gone(pipeline->service);
	case OE_STEP_RUN:
		return job_is_done(pipeline, step->argv[0]);
	case OE_STEP_RESTART:
		return job_is_done(pipeline, "restart");
	case OE_STEP_HELPER:
		return oe_helper_has_answered(step->helper);
	case OE_STEP_REBOOT:
		return job_is_done(pipeline, "sync");
	case OE_STEP_SIGNAL:
	case OE_STEP_SLEEP:
	case OE_STEP_KILL_NEXT:
		return false;
	}
	return true;
}

/**
 * oe_steps_end - a step has happened, or its time is over
 * @conf: in force
 * @pipeline: the owner of the step; its next step is to be begun
 */
void oe_steps_end(const struct oe_conf *conf, struct oe_pipeline *pipeline)
{
	const struct oe_conf_step *step = &conf->steps[pipeline->step];

	if (pipeline->job != OE_NO_JOB) {
		oe_log(OE_LOG_WARNING, "%s: a command is late", pipeline->name);
		oe_worker_forget(pipeline->job);
		pipeline->job = OE_NO_JOB;
	}
	if (step->type == OE_STEP_HELPER && oe_helper_is_busy(step->helper))
		oe_log(OE_LOG_WARNING, "%s: helper %s is late", pipeline->name,
		       step->text);
	if (step->type == OE_STEP_REBOOT && reboot(RB_AUTOBOOT))
		oe_log(OE_LOG_ERROR, "%s: cannot restart the machine: %s",
		       pipeline->name, strerror(errno));
	pipeline->step++;
	pipeline->stage = OE_PIPELINE_STEP;
}
