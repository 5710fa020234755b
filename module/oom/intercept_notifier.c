// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way in on every kernel: the OOM notifier, called for global and SysRq OOM
 * before the kernel selects.
 *
 * Where out_of_memory() is wrapped, the wrapper has done everything by then.
 * Otherwise the whole sequence runs here, and because there is no hook after
 * the kill, a worker looks how it ended and takes the steering back.
 */
#include "core.h"

#include <linux/jiffies.h>
#include <linux/kallsyms.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "oom/episode.h"
#include "oom/intercept.h"
#include "oom/victim.h"
#include "tasks.h"

enum {
	SETTLE_POLL_MS = 10,
	/* The kernel has chosen long before that, or it has not at all. */
	SETTLE_LIMIT_MS = 1000,
};

static void settle_work(struct work_struct *work);

static struct {
	struct mutex lock; /* its holders never allocate */
	struct workqueue_struct *queue; /* with a rescuer: no memory needed */
	struct delayed_work work;
	struct oe_episode *episode; /* NULL = nothing to settle */
	bool steered;
	bool was_origin;
	unsigned long deadline;
	char symbol[KSYM_SYMBOL_LEN]; /* too large for the OOM path's stack */
} settle = {
	.lock = __MUTEX_INITIALIZER(settle.lock),
	.work = __DELAYED_WORK_INITIALIZER(settle.work, settle_work, 0),
};

/* The SysRq handler calls out_of_memory() from a work item of its own. */
static bool is_sysrq(void)
{
	struct work_struct *work = current_work();

	if (!work)
		return false;
	sprint_symbol_no_offset(settle.symbol, (unsigned long)work->func);
	return !strcmp(settle.symbol, "moom_callback");
}

static void settle_now(void)
{
	struct oe_episode *episode = settle.episode;

	lockdep_assert_held(&settle.lock);
	if (!episode)
		return;
	if (settle.steered)
		oe_unsteer(episode->decision.task, settle.was_origin);
	settle.episode = NULL;
	oe_handle_end(episode, OE_OUTCOME_NOT_KILLED);
}

/**
 * oe_intercept_settle - end what the notifier has begun
 *
 * Around loading and unloading an OOM may come by the notifier and the next one
 * by the kprobe; there is one episode at a time, so the first has to end.
 *
 * Context: OOM path, oom_lock held: the notifier is not running.
 */
void oe_intercept_settle(void)
{
	mutex_lock(&settle.lock);
	settle_now();
	mutex_unlock(&settle.lock);
}

static bool is_settled(const struct oe_episode *episode)
{
	struct task_struct *ours = episode->decision.task;
	struct oe_process killed;
	u64 when_ns;

	return oe_victim_marked(ours, &killed, &when_ns) ||
	       (ours && !pid_alive(ours)) ||
	       time_after(jiffies, settle.deadline);
}

static void settle_later(void)
{
	queue_delayed_work(settle.queue, &settle.work,
			   msecs_to_jiffies(SETTLE_POLL_MS));
}

static void settle_work(struct work_struct *work)
{
	mutex_lock(&settle.lock);
	if (settle.episode) {
		if (is_settled(settle.episode))
			settle_now();
		else
			settle_later();
	}
	mutex_unlock(&settle.lock);
}

static void fill_call(struct oe_call *call)
{
	*call = (struct oe_call){
		.kind = is_sysrq() ? OE_KIND_SYSRQ : OE_KIND_GLOBAL,
		.domain.totalpages = oe_tasks_totalpages(NULL),
		/* Not told to a notifier. */
		.order = -1,
	};
}

/* True if the kernel shall try to allocate again instead of selecting. */
static bool handle_call(void)
{
	struct oe_episode *episode;
	enum oe_purpose purpose;
	struct oe_call call;

	lockdep_assert_held(&settle.lock);
	/* Called again means that the kernel is through with the last one. */
	settle_now();
	fill_call(&call);
	purpose = oe_handle_classify(&call);
	if (purpose != OE_PURPOSE_KILL) {
		oe_stat_inc(OE_STAT_victim_pending);
		/* As the wrapper does where there is no guard. */
		return purpose == OE_PURPOSE_WAIT &&
		       READ_ONCE(oe_config.mode) == OE_MODE_ENFORCE;
	}

	episode = oe_handle_begin(&call);
	if (oe_handle_grace(episode))
		return true;
	oe_handle_decide(episode);
	settle.steered = false;
	if (episode->mode == OE_MODE_ENFORCE) {
		if (!episode->decision.task)
			return oe_handle_no_victim(episode);
		oe_steer(episode->decision.task, &settle.was_origin);
		settle.steered = true;
	}
	settle.episode = episode;
	settle.deadline = jiffies + msecs_to_jiffies(SETTLE_LIMIT_MS);
	settle_later();
	return false;
}

static int on_oom(struct notifier_block *block, unsigned long unused,
		  void *data)
{
	unsigned long *freed = data;

	if (oe_intercept_kprobe_handles())
		return NOTIFY_OK;
	if (READ_ONCE(oe_config.mode) == OE_MODE_OFF ||
	    oe_intercept_is_silent())
		return NOTIFY_OK;
	if (oe_intercept_kprobe_active())
		oe_stat_inc(OE_STAT_probe_missed);
	/* Somebody in front of us found memory: nobody will be chosen. */
	if (*freed)
		return NOTIFY_OK;

	mutex_lock(&settle.lock);
	if (handle_call())
		*freed = 1;
	mutex_unlock(&settle.lock);
	return NOTIFY_OK;
}

static struct notifier_block oom_block = {
	.notifier_call = on_oom,
	/* Last: the others may find memory, then there is nothing to decide. */
	.priority = INT_MIN,
};

/**
 * oe_intercept_notifier_init - listen to the kernel's OOM notifier
 *
 * Context: module init, may sleep.
 * Return: 0 or -ENOMEM.
 */
int oe_intercept_notifier_init(void)
{
	int err;

	settle.queue =
		alloc_workqueue("oom_embedded", WQ_MEM_RECLAIM | WQ_UNBOUND, 1);
	if (!settle.queue)
		return -ENOMEM;
	err = register_oom_notifier(&oom_block);
	if (err)
		destroy_workqueue(settle.queue);
	return err;
}

/**
 * oe_intercept_notifier_exit - stop to listen; gives the steering back
 *
 * Context: module exit, may sleep; waits for a notifier call that is running.
 */
void oe_intercept_notifier_exit(void)
{
	unregister_oom_notifier(&oom_block);
	mutex_lock(&settle.lock);
	settle_now();
	mutex_unlock(&settle.lock);
	cancel_delayed_work_sync(&settle.work);
	destroy_workqueue(settle.queue);
}
