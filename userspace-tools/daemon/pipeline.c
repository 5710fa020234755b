// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pipelines: the steps of a service, or of a mode, one after another and each
 * with its time. Several go on at the same time; nothing here ever waits.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	MODE = OE_CONF_MAX_SERVICES, /* the mode's own pipeline */
	NR_PIPELINES,
	TICK_MS = 20, /* how often it is looked whether processes are gone */
	SYNC_MS = 5000,
	MODE_LIMIT_MS = 60 * 1000,
	NO_JOB = -1,
};

enum stage {
	IDLE,
	STEP, /* a step is to be begun */
	WAITING, /* for the step's end or its time */
	PAUSED, /* until memory is back, for the restart */
};

struct pipeline {
	enum stage stage;
	const char *name;
	int service; /* -1: a mode's */
	int step;
	int end;
	int job;
	int mode;
	int64_t step_until_ms;
	int64_t until_ms;
	bool late;
	bool restarting; /* memory is back: nobody waits for the rest */
	bool ended; /* a step may have ended the service, which owes it its restart */
	bool resumed; /* from an earlier manager: the service may run again meanwhile */
};

static struct pipeline pipelines[NR_PIPELINES];

/* --- steps --------------------------------------------------------------- */

static void say_result(const struct pipeline *pipeline, const char *what,
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

static bool begin_signal(struct pipeline *pipeline,
			 const struct oe_conf_step *step)
{
	int count = oe_members_signal(pipeline->service, step->signal);

	pipeline->ended |= count && !is_harmless(step->signal);
	oe_log(OE_LOG_INFO, "%s: signal %d to %d processes", pipeline->name,
	       step->signal, count);
	return false;
}

static bool begin_job(struct pipeline *pipeline, const char *const *argv,
		      int ms)
{
	oe_log(OE_LOG_INFO, "%s: runs %s", pipeline->name, argv[0]);
	pipeline->job = oe_worker_run(argv, ms);
	pipeline->ended = true;
	if (pipeline->job >= 0)
		return true;
	say_result(pipeline, argv[0], pipeline->job);
	pipeline->job = NO_JOB;
	return false;
}

static bool begin_helper(const struct oe_conf *conf, struct pipeline *pipeline,
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
static bool begin_reboot(struct pipeline *pipeline)
{
	oe_log(OE_LOG_ERROR, "%s: restarts the machine", pipeline->name);
	pipeline->step_until_ms = oe_now_ms() + SYNC_MS;
	pipeline->job = oe_worker_sync(SYNC_MS);
	if (pipeline->job < 0) {
		say_result(pipeline, "sync", pipeline->job);
		pipeline->job = NO_JOB;
	}
	return true;
}

/* Begins a step; true if it has to be waited for. */
static bool begin_step(const struct oe_conf *conf, struct pipeline *pipeline)
{
	const struct oe_conf_step *step = &conf->steps[pipeline->step];

	pipeline->job = NO_JOB;
	pipeline->step_until_ms = oe_now_ms() + step->ms;
	switch (step->type) {
	case OE_STEP_SIGNAL:
		return begin_signal(pipeline, step);
	case OE_STEP_WAIT:
	case OE_STEP_SLEEP:
		return !pipeline->late;
	case OE_STEP_RUN:
		return !pipeline->late &&
		       begin_job(pipeline, step->argv, step->ms);
	case OE_STEP_HELPER:
		return !pipeline->late && begin_helper(conf, pipeline, step);
	case OE_STEP_RESTART:
		pipeline->stage = PAUSED;
		pipeline->ended = true;
		return true;
	case OE_STEP_REBOOT:
		return begin_reboot(pipeline);
	}
	return false;
}

static bool job_is_done(struct pipeline *pipeline, const char *what)
{
	int status;

	if (pipeline->job == NO_JOB)
		return true;
	if (!oe_worker_is_done(pipeline->job, &status))
		return false;
	pipeline->job = NO_JOB;
	say_result(pipeline, what, status);
	return true;
}

/* Has what the step waits for happened? */
static bool has_happened(const struct oe_conf *conf, struct pipeline *pipeline)
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
		return false;
	}
	return true;
}

static void end_step(const struct oe_conf *conf, struct pipeline *pipeline)
{
	const struct oe_conf_step *step = &conf->steps[pipeline->step];

	if (pipeline->job != NO_JOB) {
		oe_log(OE_LOG_WARNING, "%s: a command is late", pipeline->name);
		oe_worker_forget(pipeline->job);
		pipeline->job = NO_JOB;
	}
	if (step->type == OE_STEP_HELPER && oe_helper_is_busy(step->helper))
		oe_log(OE_LOG_WARNING, "%s: helper %s is late", pipeline->name,
		       step->text);
	if (step->type == OE_STEP_REBOOT && reboot(RB_AUTOBOOT))
		oe_log(OE_LOG_ERROR, "%s: cannot restart the machine: %s",
		       pipeline->name, strerror(errno));
	pipeline->step++;
	pipeline->stage = STEP;
}

/* --- services that wait for their restart -------------------------------- */

/* The first restart among the steps of a service from one on; -1 = none. */
static int next_restart(const struct oe_conf *conf, int service, int from)
{
	const struct oe_conf_service *it = &conf->services[service];

	if (from < it->first_step)
		from = it->first_step;
	for (int i = from; i < it->first_step + it->nr_steps; i++)
		if (conf->steps[i].type == OE_STEP_RESTART)
			return i;
	return -1;
}

static bool owes_restart(const struct oe_conf *conf,
			 const struct pipeline *pipeline)
{
	return pipeline->stage != IDLE && pipeline->service >= 0 &&
	       pipeline->ended &&
	       next_restart(conf, pipeline->service, pipeline->step) >= 0;
}

/* For a manager that is started after this one. */
static void note_waiting(const struct oe_conf *conf)
{
	struct oe_state *state = oe_state_now();
	bool changed = false;

	for (int i = 0; i < OE_CONF_MAX_SERVICES; i++) {
		const char *name = owes_restart(conf, &pipelines[i]) ?
					   conf->services[i].name :
					   "";

		if (!strncmp(state->waiting[i], name, OE_STATE_NAME - 1))
			continue;
		oe_state_set_text(state->waiting[i], OE_STATE_NAME, name);
		changed = true;
	}
	if (changed)
		oe_state_publish();
}

static void wait_for_restart(const struct oe_conf *conf, int service, int step)
{
	const struct oe_conf_service *it = &conf->services[service];

	pipelines[service] = (struct pipeline){
		.stage = PAUSED,
		.name = it->name,
		.service = service,
		.step = step,
		.end = it->first_step + it->nr_steps,
		.job = NO_JOB,
		.ended = true,
		.resumed = true,
	};
}

static int find_service(const struct oe_conf *conf, const char *name)
{
	for (int i = 0; i < conf->nr_services; i++)
		if (oe_state_is_text(name, OE_STATE_NAME,
				     conf->services[i].name))
			return i;
	return -1;
}

/**
 * oe_pipeline_resume - services of an earlier manager wait for their restart
 * @conf: in force
 * @state: what that manager has left
 */
void oe_pipeline_resume(const struct oe_conf *conf,
			const struct oe_state *state)
{
	for (int i = 0; i < OE_CONF_MAX_SERVICES; i++) {
		int service = find_service(conf, state->waiting[i]);
		int step = service < 0 ? -1 : next_restart(conf, service, 0);

		if (!*state->waiting[i])
			continue;
		if (step < 0) {
			oe_log(OE_LOG_ERROR,
			       "service %s waits for its restart, and there is no command for it any more",
			       state->waiting[i]);
			continue;
		}
		oe_log(OE_LOG_INFO, "service %s still waits for its restart",
		       conf->services[service].name);
		wait_for_restart(conf, service, step);
	}
	note_waiting(conf);
}

/* --- pipelines ----------------------------------------------------------- */

static void check_limit(struct pipeline *pipeline, int64_t now)
{
	if (pipeline->late || pipeline->stage == PAUSED ||
	    now < pipeline->until_ms)
		return;
	oe_log(OE_LOG_WARNING,
	       "%s: its time is over, what only waits or runs is left out",
	       pipeline->name);
	pipeline->late = true;
	pipeline->step_until_ms = now;
}

static void begin_restart(const struct oe_conf *conf, struct pipeline *pipeline)
{
	const struct oe_conf_service *service =
		&conf->services[pipeline->service];

	pipeline->late = false;
	pipeline->restarting = true;
	pipeline->until_ms = INT64_MAX;
	pipeline->step_until_ms = oe_now_ms() + service->restart_ms;
	pipeline->stage = WAITING;
	if (pipeline->resumed && !oe_members_are_gone(pipeline->service))
		oe_log(OE_LOG_INFO, "%s: runs already", pipeline->name);
	else
		begin_job(pipeline, service->restart, service->restart_ms);
}

/* Goes on as far as it can. */
static void continue_pipeline(const struct oe_conf *conf,
			      struct pipeline *pipeline, bool fine)
{
	int64_t now = oe_now_ms();

	check_limit(pipeline, now);
	while (pipeline->stage != IDLE) {
		if (pipeline->stage == PAUSED) {
			if (!fine)
				return;
			begin_restart(conf, pipeline);
		}
		if (pipeline->stage == WAITING) {
			if (!has_happened(conf, pipeline) &&
			    now < pipeline->step_until_ms)
				return;
			end_step(conf, pipeline);
		}
		if (pipeline->step == pipeline->end) {
			pipeline->stage = IDLE;
			oe_log(OE_LOG_DEBUG, "%s: through", pipeline->name);
			return;
		}
		if (!begin_step(conf, pipeline))
			pipeline->step++;
		else if (pipeline->stage == STEP)
			pipeline->stage = WAITING;
	}
}

static bool is_urgent(const struct pipeline *pipeline)
{
	return (pipeline->stage == STEP || pipeline->stage == WAITING) &&
	       !pipeline->restarting;
}

/* One that is under way goes on; one that restarts its service begins anew. */
static void start_pipeline(struct pipeline *pipeline, const char *name,
			   int service, int first, int count, int limit_ms)
{
	if (is_urgent(pipeline) || !count)
		return;
	if (pipeline->stage == WAITING && pipeline->job != NO_JOB)
		oe_worker_forget(pipeline->job);
	*pipeline = (struct pipeline){
		.stage = STEP,
		.name = name,
		.service = service,
		.step = first,
		.end = first + count,
		.job = NO_JOB,
		.until_ms = oe_now_ms() + limit_ms,
	};
}

static void start_service(const struct oe_conf *conf, int mode, int number)
{
	const struct oe_conf_service *service = &conf->services[number];

	start_pipeline(&pipelines[number], service->name, number,
		       service->first_step, service->nr_steps,
		       service->limit_ms);
	pipelines[number].mode = mode;
}

/**
 * oe_pipeline_start - begin the steps of a mode and of its services
 * @conf: in force
 * @mode: index
 */
void oe_pipeline_start(const struct oe_conf *conf, int mode)
{
	const struct oe_conf_mode *entered = &conf->modes[mode];

	start_pipeline(&pipelines[MODE], entered->name, -1, entered->first_step,
		       entered->nr_steps, MODE_LIMIT_MS);
	pipelines[MODE].mode = mode;
	for (int i = 0; i < entered->nr_services; i++)
		start_service(conf, mode, entered->services[i]);
	oe_pipeline_run(conf, false);
}

/**
 * oe_pipeline_repeat - one more emergency in a mode: its services once more
 * @conf: in force
 * @mode: index
 *
 * Those that have processes, because they were started again meanwhile.
 */
void oe_pipeline_repeat(const struct oe_conf *conf, int mode)
{
	const struct oe_conf_mode *now = &conf->modes[mode];

	for (int i = 0; i < now->nr_services; i++)
		if (!oe_members_are_gone(now->services[i]))
			start_service(conf, mode, now->services[i]);
	oe_pipeline_run(conf, false);
}

static int64_t next_of(const struct oe_conf *conf,
		       const struct pipeline *pipeline)
{
	int64_t left = pipeline->step_until_ms - oe_now_ms();

	if (pipeline->stage != WAITING)
		return OE_FOREVER;
	/* Processes and helpers are asked; commands tell through their descriptor. */
	if (conf->steps[pipeline->step].type == OE_STEP_WAIT ||
	    conf->steps[pipeline->step].type == OE_STEP_HELPER)
		left = left < TICK_MS ? left : TICK_MS;
	return left < 0 ? 0 : left;
}

/**
 * oe_pipeline_run - go on with all of them
 * @conf: in force
 * @fine: memory is back: what waits for that may go on
 *
 * Return: milliseconds until it has to be called again, or OE_FOREVER.
 */
int64_t oe_pipeline_run(const struct oe_conf *conf, bool fine)
{
	int64_t next = OE_FOREVER;

	for (int i = 0; i < NR_PIPELINES; i++) {
		int64_t left;

		if (pipelines[i].stage == IDLE)
			continue;
		continue_pipeline(conf, &pipelines[i], fine);
		left = pipelines[i].stage == IDLE ?
			       OE_FOREVER :
			       next_of(conf, &pipelines[i]);
		if (left != OE_FOREVER && (next == OE_FOREVER || left < next))
			next = left;
	}
	note_waiting(conf);
	return next;
}

/**
 * oe_pipeline_is_urgent - is something under way that an acknowledgement has to wait for?
 *
 * Return: true if so.
 */
bool oe_pipeline_is_urgent(void)
{
	for (int i = 0; i < NR_PIPELINES; i++)
		if (is_urgent(&pipelines[i]))
			return true;
	return false;
}

/* To another place, with other numbers of its steps. */
static void move_pipeline(const struct oe_conf *conf,
			  const struct pipeline *old, const char *name)
{
	int service = find_service(conf, name);
	int step = service < 0 ? -1 : next_restart(conf, service, 0);

	if (step < 0) {
		oe_log(OE_LOG_ERROR,
		       "service %s waits for its restart, and the new configuration has no command for it",
		       name);
		return;
	}
	wait_for_restart(conf, service, step);
	if (!old->restarting)
		return;
	pipelines[service].stage = WAITING;
	pipelines[service].restarting = true;
	pipelines[service].job = old->job;
	pipelines[service].until_ms = INT64_MAX;
	pipelines[service].step_until_ms = old->step_until_ms;
}

/**
 * oe_pipeline_move - another configuration is in force: its steps are others
 * @before: the one before
 * @conf: the one in force
 *
 * Not while steps of an emergency are under way. A service that waits for its restart goes on
 * waiting for it.
 */
void oe_pipeline_move(const struct oe_conf *before, const struct oe_conf *conf)
{
	static struct pipeline old[NR_PIPELINES];

	memcpy(old, pipelines, sizeof(old));
	memset(pipelines, 0, sizeof(pipelines));
	for (int i = 0; i < NR_PIPELINES; i++) {
		if (owes_restart(before, &old[i]))
			move_pipeline(conf, &old[i],
				      before->services[old[i].service].name);
		else if (old[i].stage != IDLE && old[i].job != NO_JOB)
			oe_worker_forget(old[i].job);
	}
	note_waiting(conf);
}
