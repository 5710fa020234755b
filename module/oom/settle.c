// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of an episode that came in by the OOM notifier. There is no hook after
 * the kernel's kill, so a worker looks how it ended and takes the steering back.
 */
#include "core.h"

#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/workqueue.h>

#include "oom/episode.h"
#include "oom/settle.h"
#include "oom/steer.h"
#include "oom/victim.h"

enum {
	SETTLE_POLL_MS = 10,
	/* By then the kernel has chosen, or it will not choose. */
	SETTLE_LIMIT_MS = 1000,
};

static void settle_work(struct work_struct *work);

static struct {
	struct mutex lock; /* its holders never allocate */
	/* With a rescuer: no memory needed. NULL while all calls are wrapped. */
	struct workqueue_struct *queue;
	struct delayed_work work;
	struct oe_episode *episode; /* NULL = nothing to settle */
	bool steered;
	bool was_origin;
	unsigned long deadline;
} settle = {
	.lock = __MUTEX_INITIALIZER(settle.lock),
	.work = __DELAYED_WORK_INITIALIZER(settle.work, settle_work, 0),
};

static void settle_now(void)
{
	struct oe_episode *episode = settle.episode;

	lockdep_assert_held(&settle.lock);
	if (!episode)
		return;
	if (settle.steered)
		oe_unsteer(episode->decision.task, settle.was_origin);
	settle.episode = NULL;
	oe_episode_end(episode, OE_OUTCOME_NOT_KILLED);
}

static bool is_settled(const struct oe_episode *episode)
{
	struct task_struct *ours = episode->decision.task;

	return oe_victim_is_marked(ours) || (ours && !pid_alive(ours)) ||
	       time_after(jiffies, settle.deadline);
}

static void queue_work_soon(void)
{
	/* Set by oe_settle_reserve(). */
	struct workqueue_struct *queue = READ_ONCE(settle.queue);

	queue_delayed_work(queue ?: system_wq, &settle.work,
			   msecs_to_jiffies(SETTLE_POLL_MS));
}

static void settle_work(struct work_struct *work)
{
	mutex_lock(&settle.lock);
	if (settle.episode) {
		if (is_settled(settle.episode))
			settle_now();
		else
			queue_work_soon();
	}
	mutex_unlock(&settle.lock);
}

/**
 * oe_settle_killed - end what the notifier has begun, if the kernel has killed
 *
 * The worker would do it a moment later.
 *
 * Context: process context, may sleep.
 */
void oe_settle_killed(void)
{
	mutex_lock(&settle.lock);
	if (settle.episode && is_settled(settle.episode))
		settle_now();
	mutex_unlock(&settle.lock);
}

/**
 * oe_settle - end what the notifier has begun
 *
 * To be called first by every way in: the machine has one episode at a time, and
 * a new call means that the kernel is through with the last one.
 *
 * Context: OOM path, oom_lock held: the notifier is not running.
 */
void oe_settle(void)
{
	mutex_lock(&settle.lock);
	settle_now();
	mutex_unlock(&settle.lock);
}

/**
 * oe_settle_later - the kernel is about to choose; end the episode after that
 * @episode: the machine's
 * @steer: towards episode->decision.task
 *
 * Context: OOM path, oom_lock held, after oe_settle().
 */
void oe_settle_later(struct oe_episode *episode, bool steer)
{
	mutex_lock(&settle.lock);
	if (steer)
		oe_steer(episode->decision.task, &settle.was_origin);
	settle.steered = steer;
	settle.episode = episode;
	settle.deadline = jiffies + msecs_to_jiffies(SETTLE_LIMIT_MS);
	queue_work_soon();
	mutex_unlock(&settle.lock);
}

/**
 * oe_settle_reserve - calls may come in by the notifier
 *
 * That is so from the load on, or when something takes the redirects away. The
 * kernel's own queue serves for a call that comes before this, or if there is no
 * memory: then it may have to wait for some.
 *
 * Context: process context, may sleep and allocate; the caller serialises.
 */
void oe_settle_reserve(void)
{
	if (!settle.queue)
		WRITE_ONCE(settle.queue, /* queue_work_soon() */
			   alloc_workqueue("oom_embedded",
					   WQ_MEM_RECLAIM | WQ_UNBOUND, 1));
}

/**
 * oe_settle_exit - give the steering back, stop the worker
 *
 * Context: module exit, may sleep; no way in is left.
 */
void oe_settle_exit(void)
{
	oe_settle();
	cancel_delayed_work_sync(&settle.work);
	if (settle.queue)
		destroy_workqueue(settle.queue);
}
