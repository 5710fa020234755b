// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pipelines: the steps of a service, or of a mode, one after another and each
 * with its time. Several go on at the same time; nothing here ever waits.
 */
#include <string.h>

#include "daemon/pipeline.h"

enum {
	MODE = OE_CONF_MAX_SERVICES, /* the mode's own pipeline */
	NR_PIPELINES,
	TICK_MS = 20, /* how often it is looked whether processes are gone */
	MODE_LIMIT_MS = 60 * 1000,
};

static struct oe_pipeline pipelines[NR_PIPELINES];

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
			 const struct oe_pipeline *pipeline)
{
	return pipeline->stage != OE_PIPELINE_IDLE && pipeline->service >= 0 &&
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

	pipelines[service] = (struct oe_pipeline){
		.stage = OE_PIPELINE_PAUSED,
		.name = it->name,
		.service = service,
		.step = step,
		.end = it->first_step + it->nr_steps,
		.job = OE_NO_JOB,
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
 * @state: the state of that manager
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

static void check_limit(struct oe_pipeline *pipeline, int64_t now)
{
	if (pipeline->late || pipeline->stage == OE_PIPELINE_PAUSED ||
	    now < pipeline->until_ms)
		return;
	oe_log(OE_LOG_WARNING,
	       "%s: its time is over, what only waits or runs is left out",
	       pipeline->name);
	pipeline->late = true;
	pipeline->step_until_ms = now;
}

static void begin_restart(const struct oe_conf *conf,
			  struct oe_pipeline *pipeline)
{
	const struct oe_conf_service *service =
		&conf->services[pipeline->service];

	pipeline->late = false;
	pipeline->restarting = true;
	pipeline->until_ms = INT64_MAX;
	pipeline->step_until_ms = oe_now_ms() + service->restart_ms;
	pipeline->stage = OE_PIPELINE_WAITING;
	if (pipeline->resumed && !oe_members_are_gone(pipeline->service))
		oe_log(OE_LOG_INFO, "%s: runs already", pipeline->name);
	else
		oe_steps_run(pipeline, service->restart, service->restart_ms);
}

/* Goes on as far as it can. */
static void continue_pipeline(const struct oe_conf *conf,
			      struct oe_pipeline *pipeline, bool fine)
{
	int64_t now = oe_now_ms();

	check_limit(pipeline, now);
	while (pipeline->stage != OE_PIPELINE_IDLE) {
		if (pipeline->stage == OE_PIPELINE_PAUSED) {
			if (!fine)
				return;
			begin_restart(conf, pipeline);
		}
		if (pipeline->stage == OE_PIPELINE_WAITING) {
			if (!oe_steps_has_happened(conf, pipeline) &&
			    now < pipeline->step_until_ms)
				return;
			oe_steps_end(conf, pipeline);
		}
		if (pipeline->step == pipeline->end) {
			pipeline->stage = OE_PIPELINE_IDLE;
			oe_log(OE_LOG_DEBUG, "%s: through", pipeline->name);
			return;
		}
		if (!oe_steps_begin(conf, pipeline))
			pipeline->step++;
		else if (pipeline->stage == OE_PIPELINE_STEP)
			pipeline->stage = OE_PIPELINE_WAITING;
	}
}

static bool is_urgent(const struct oe_pipeline *pipeline)
{
	return (pipeline->stage == OE_PIPELINE_STEP ||
		pipeline->stage == OE_PIPELINE_WAITING) &&
	       !pipeline->restarting;
}

/* One that is under way goes on; one that restarts its service begins anew. */
static void start_pipeline(struct oe_pipeline *pipeline, const char *name,
			   int service, int first, int count, int limit_ms)
{
	if (is_urgent(pipeline) || !count)
		return;
	if (pipeline->stage == OE_PIPELINE_WAITING &&
	    pipeline->job != OE_NO_JOB)
		oe_worker_forget(pipeline->job);
	*pipeline = (struct oe_pipeline){
		.stage = OE_PIPELINE_STEP,
		.name = name,
		.service = service,
		.step = first,
		.end = first + count,
		.job = OE_NO_JOB,
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
 * Only services that have processes again, because they were restarted
 * meanwhile.
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
		       const struct oe_pipeline *pipeline)
{
	int64_t left = pipeline->step_until_ms - oe_now_ms();

	if (pipeline->stage != OE_PIPELINE_WAITING)
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
 * @fine: memory is back: steps that wait for that may go on
 *
 * Return: milliseconds until it has to be called again, or OE_FOREVER.
 */
int64_t oe_pipeline_run(const struct oe_conf *conf, bool fine)
{
	int64_t next = OE_FOREVER;

	oe_kill_look();
	for (int i = 0; i < NR_PIPELINES; i++) {
		int64_t left;

		if (pipelines[i].stage == OE_PIPELINE_IDLE)
			continue;
		continue_pipeline(conf, &pipelines[i], fine);
		left = pipelines[i].stage == OE_PIPELINE_IDLE ?
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
			  const struct oe_pipeline *old, const char *name)
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
	pipelines[service].stage = OE_PIPELINE_WAITING;
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
	static struct oe_pipeline old[NR_PIPELINES];

	memcpy(old, pipelines, sizeof(old));
	memset(pipelines, 0, sizeof(pipelines));
	for (int i = 0; i < NR_PIPELINES; i++)
		if (owes_restart(before, &old[i]))
			move_pipeline(conf, &old[i],
				      before->services[old[i].service].name);
	note_waiting(conf);
}
