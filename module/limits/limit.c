// SPDX-License-Identifier: GPL-2.0-only
/*
 * Per-user limits: a thread that measures the users that have one and takes
 * the steps that limit_rule.c says. It exists while there is a limit.
 *
 * A scan walks all processes by their number and needs RCU for one process at
 * a time only, so it can be preempted anywhere and starts over nowhere. It
 * allocates nothing. In the table it finds the limit of a process by its uid;
 * the processes of users without a limit are not looked at any further.
 */
#include "core.h"

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/freezer.h>
#include <linux/idr.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/oom.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/xarray.h>

#include "compat/compat.h"
#include "lib/units.h"
#include "limits/limit.h"
#include "tasks.h"

enum {
	/* Behind whoever works, as ksmd; but it must get its turn. */
	LIMIT_NICE = 5,
};

static struct {
	struct xarray table; /* by kuid; changed under the directory's lock */
	struct mutex lock; /* the scan; a limit leaves the table under it */
	wait_queue_head_t wait;
	bool kicked; /* set by sysfs, cleared by the thread */
	unsigned int period_ms;
	struct task_struct *thread; /* under the directory's lock */
} limits = {
	.table = XARRAY_INIT(limits.table, 0),
	.lock = __MUTEX_INITIALIZER(limits.lock),
	.wait = __WAIT_QUEUE_HEAD_INITIALIZER(limits.wait),
	.period_ms = OE_LIMIT_PERIOD_MS,
};

static void replace_pid(struct pid **slot, struct pid *pid)
{
	struct pid *old = *slot;

	*slot = get_pid(pid);
	put_pid(old);
}

/**
 * struct found - a process found again
 * @process: for the record
 * @here: it has memory
 * @ending: it is exiting
 * @may_die: it is this user's, and neither protected nor exiting
 */
struct found {
	struct oe_process process;
	bool here;
	bool ending;
	bool may_die;
};

/* Its memory comes back whatever we do. */
static bool is_ending(struct task_struct *p)
{
	return (p->signal->flags & SIGNAL_GROUP_EXIT) || tsk_is_oom_victim(p) ||
	       !atomic_read(&p->signal->live);
}

/* The OOM reaper has been there: nothing more is to come. */
static bool is_reaped(struct task_struct *p)
{
	return tsk_is_oom_victim(p) &&
	       mm_flags_test(MMF_OOM_SKIP, p->signal->oom_mm);
}

static void find(const struct oe_limit *limit, struct pid *tgid,
		 struct found *found)
{
	const struct oe_policy policy = oe_config_policy();
	struct oe_candidate c;
	struct task_struct *p;

	*found = (struct found){};
	rcu_read_lock();
	p = pid_task(tgid, PIDTYPE_TGID);
	if (p && !is_reaped(p) && oe_tasks_snapshot(p, &c)) {
		found->here = true;
		found->ending = is_ending(p);
		found->may_die = !found->ending &&
				 uid_eq(task_uid(p), limit->uid) &&
				 oe_policy_verdict(&policy, &c) == OE_ELIGIBLE;
		oe_tasks_describe(&c, &found->process);
	}
	rcu_read_unlock();
}

static bool may_be_chosen(struct task_struct *p)
{
	const struct oe_policy policy = oe_config_policy();
	struct oe_candidate c;

	return oe_tasks_snapshot(p, &c) &&
	       oe_policy_verdict(&policy, &c) == OE_ELIGIBLE;
}

/* Walks in the order of pids: of two equals the lower one is the bigger. */
static void account(struct oe_limit *limit, struct task_struct *p)
{
	struct oe_limit_use *use = &limit->use;
	unsigned long pages = oe_tasks_rss(p);

	use->pages += pages;
	if (is_ending(p)) {
		use->ending += pages;
		return;
	}
	if (pages <= use->biggest_pages || !may_be_chosen(p))
		return;
	use->biggest_pages = pages;
	replace_pid(&use->biggest, task_tgid(p));
}

static void visit(struct task_struct *p)
{
	struct oe_limit *limit;

	if (p->flags & PF_KTHREAD)
		return;
	limit = oe_limit_find(task_uid(p));
	if (limit)
		account(limit, p);
}

/* Visits the first process whose number is not below @nr; false at the end. */
static bool visit_from(int *nr)
{
	struct task_struct *p;
	struct pid *pid;

	rcu_read_lock();
	pid = idr_get_next(&init_pid_ns.idr, nr);
	p = pid_task(pid, PIDTYPE_TGID); /* NULL for the other threads */
	if (p)
		visit(p);
	rcu_read_unlock();
	return pid;
}

static void measure(void)
{
	struct oe_limit *limit;
	unsigned long uid;
	int nr = 1;

	xa_for_each(&limits.table, uid, limit) {
		replace_pid(&limit->use.biggest, NULL);
		limit->use = (struct oe_limit_use){};
	}
	while (visit_from(&nr)) {
		nr++;
		cond_resched();
	}
}

static enum oe_limit_victim victim_state(const struct oe_limit *limit,
					 bool enforce)
{
	struct found found;

	if (!limit->victim)
		return OE_LIMIT_ALIVE;
	find(limit, limit->victim, &found);
	if (!found.here)
		return OE_LIMIT_GONE;
	if (found.ending)
		return OE_LIMIT_ENDING;
	return found.may_die && enforce ? OE_LIMIT_ALIVE : OE_LIMIT_SPARED;
}

static void look(const struct oe_limit *limit, struct oe_limit_view *view)
{
	bool enforce = READ_ONCE(oe_config.mode) == OE_MODE_ENFORCE;

	*view = (struct oe_limit_view){
		.now_ms = ktime_to_ms(ktime_get()),
		.max_kb = READ_ONCE(limit->max_kb),
		.use_kb = oe_pages_to_kb(limit->use.pages),
		.ending_kb = oe_pages_to_kb(limit->use.ending),
		.allowed_ms = READ_ONCE(limit->exceed_allowed_ms),
		.term_timeout_ms = READ_ONCE(limit->term_timeout_ms),
		.enforce = enforce,
		.has_candidate = limit->use.biggest,
		.victim = victim_state(limit, enforce),
	};
}

/* Looked at once more, because time has passed since the walk. */
static bool send(struct oe_limit *limit, const struct oe_limit_view *view,
		 enum oe_limit_step step)
{
	struct pid *tgid = limit->victim ?: limit->use.biggest;
	int signal = step == OE_LIMIT_KILL ? SIGKILL : SIGTERM;
	struct found found;

	find(limit, tgid, &found);
	/* From the kernel: no permission is asked, and no number looked up. */
	if (!found.may_die || kill_pid(tgid, signal, 1)) {
		limit->state.signal = limit->victim ? OE_LIMIT_SIGTERM :
						      OE_LIMIT_NO_SIGNAL;
		return false;
	}
	replace_pid(&limit->victim, tgid);
	oe_limit_report(limit, view, step, &found.process);
	return true;
}

static void tell(const struct oe_limit *limit, const struct oe_limit_view *view,
		 enum oe_limit_step step)
{
	struct pid *tgid = NULL;
	struct found found = {};

	if (step == OE_LIMIT_OBSERVED)
		tgid = limit->use.biggest;
	else if (step == OE_LIMIT_BLOCKED)
		tgid = limit->victim;
	if (tgid)
		find(limit, tgid, &found);
	oe_limit_report(limit, view, step, &found.process);
}

/* Takes all steps that are due; false if it must be measured again first. */
static bool take_steps(struct oe_limit *limit, const struct oe_limit_view *view)
{
	for (;;) {
		enum oe_limit_step step = oe_limit_next(&limit->state, view);

		switch (step) {
		case OE_LIMIT_WAIT:
			return true;
		case OE_LIMIT_TERMINATE:
		case OE_LIMIT_KILL:
			return send(limit, view, step);
		case OE_LIMIT_ENDED:
			WRITE_ONCE(limit->nr_kills, limit->nr_kills + 1);
			return false;
		case OE_LIMIT_LET_GO:
			return false;
		case OE_LIMIT_EXCEEDED:
		case OE_LIMIT_BLOCKED:
		case OE_LIMIT_OBSERVED:
		case OE_LIMIT_RECOVERED:
			tell(limit, view, step);
			break;
		}
	}
}

/* What sysfs shows. */
static void publish(struct oe_limit *limit, const struct oe_limit_view *view)
{
	u64 exceeded_ms = 0;

	if (limit->state.above)
		exceeded_ms = view->now_ms - limit->state.since_ms;
	WRITE_ONCE(limit->rss_kb, min_t(u64, view->use_kb, ULONG_MAX));
	WRITE_ONCE(limit->exceeded_ms, min_t(u64, exceeded_ms, ULONG_MAX));
}

static unsigned int judge(struct oe_limit *limit)
{
	struct oe_limit_view view;
	bool done;

	look(limit, &view);
	done = take_steps(limit, &view);
	if (!limit->state.signal)
		replace_pid(&limit->victim, NULL);
	publish(limit, &view);
	return done ? oe_limit_wait_ms(&limit->state, &view,
				       oe_limit_period_ms()) :
		      0;
}

static unsigned int judge_all(void)
{
	unsigned int wait_ms = oe_limit_period_ms();
	struct oe_limit *limit;
	unsigned long uid;

	xa_for_each(&limits.table, uid, limit) {
		wait_ms = min(wait_ms, judge(limit));
		cond_resched();
	}
	return wait_ms;
}

static void forget_all(void)
{
	static const struct oe_limit_view nothing;
	struct oe_limit *limit;
	unsigned long uid;

	xa_for_each(&limits.table, uid, limit) {
		limit->state = (struct oe_limit_state){};
		replace_pid(&limit->victim, NULL);
		publish(limit, &nothing);
	}
}

/* Returns after how many ms the next one is due. */
static unsigned int scan(void)
{
	unsigned int wait_ms = oe_limit_period_ms();

	mutex_lock(&limits.lock);
	if (READ_ONCE(oe_config.mode) == OE_MODE_OFF) {
		forget_all();
	} else {
		measure();
		wait_ms = judge_all();
	}
	mutex_unlock(&limits.lock);
	return wait_ms;
}

static bool has_work(void)
{
	return READ_ONCE(limits.kicked) || kthread_should_stop();
}

static int run(void *unused)
{
	unsigned int wait_ms;

	set_user_nice(current, LIMIT_NICE);
	/* Nobody can react to a SIGTERM while the system is being suspended. */
	set_freezable();
	while (!kthread_should_stop()) {
		WRITE_ONCE(limits.kicked, false); /* set by oe_limit_kick() */
		wait_ms = scan();
		wait_event_freezable_timeout(limits.wait, has_work(),
					     msecs_to_jiffies(wait_ms));
	}
	return 0;
}

static int need_thread(void)
{
	struct task_struct *thread;

	if (limits.thread)
		return 0;
	thread = kthread_run(run, NULL, "oom_embed_limit");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	limits.thread = thread;
	return 0;
}

static void stop_idle_thread(void)
{
	if (!limits.thread || !xa_empty(&limits.table))
		return;
	kthread_stop(limits.thread);
	limits.thread = NULL;
}

/**
 * oe_limit_alloc - a limit that limits nothing yet
 * @uid: whose
 *
 * Context: process context, allocates.
 * Return: the limit, or NULL.
 */
struct oe_limit *oe_limit_alloc(kuid_t uid)
{
	struct oe_limit *limit = kzalloc(sizeof(*limit), GFP_KERNEL);

	if (!limit)
		return NULL;
	limit->uid = uid;
	limit->term_timeout_ms = OE_LIMIT_TERM_TIMEOUT_MS;
	return limit;
}

/**
 * oe_limit_free - give it back
 * @limit: not in the table
 *
 * Context: process context.
 */
void oe_limit_free(struct oe_limit *limit)
{
	put_pid(limit->victim);
	put_pid(limit->use.biggest);
	kfree(limit);
}

/**
 * oe_limit_find - the limit of a user
 * @uid: whose
 *
 * Context: under something that keeps limits in the table: the lock of their
 * directory or that of the scan.
 * Return: the limit, or NULL.
 */
struct oe_limit *oe_limit_find(kuid_t uid)
{
	return xa_load(&limits.table, __kuid_val(uid));
}

/**
 * oe_limit_any - some limit, for whoever wants to remove them all
 *
 * Context: under the lock of their directory.
 * Return: a limit, or NULL if there is none.
 */
struct oe_limit *oe_limit_any(void)
{
	unsigned long uid = 0;

	return xa_find(&limits.table, &uid, ULONG_MAX, XA_PRESENT);
}

/**
 * oe_limit_add - put it in force
 * @limit: for a user that has none
 *
 * Context: process context, allocates; under the lock of their directory.
 * Return: 0 or a negative errno.
 */
int oe_limit_add(struct oe_limit *limit)
{
	int err;

	err = need_thread();
	if (err)
		return err;
	err = xa_insert(&limits.table, __kuid_val(limit->uid), limit,
			GFP_KERNEL);
	if (err)
		stop_idle_thread();
	else
		oe_limit_kick();
	return err;
}

/**
 * oe_limit_remove - put it out of force
 * @limit: in the table
 *
 * Nothing happens because of it when this has returned.
 *
 * Context: process context, may sleep; under the lock of their directory.
 */
void oe_limit_remove(struct oe_limit *limit)
{
	mutex_lock(&limits.lock);
	xa_erase(&limits.table, __kuid_val(limit->uid));
	mutex_unlock(&limits.lock);
	stop_idle_thread();
}

/**
 * oe_limit_kick - something has been changed: look now
 *
 * Context: any that may wake up others.
 */
void oe_limit_kick(void)
{
	WRITE_ONCE(limits.kicked, true); /* read by has_work() */
	wake_up(&limits.wait);
}

/**
 * oe_limit_period_ms - the longest time between two scans
 *
 * Context: any.
 * Return: ms.
 */
unsigned int oe_limit_period_ms(void)
{
	return READ_ONCE(limits.period_ms); /* by oe_limit_set_period_ms() */
}

/**
 * oe_limit_set_period_ms - how often to measure
 * @period_ms: OE_LIMIT_PERIOD_MIN_MS..OE_LIMIT_PERIOD_MAX_MS
 *
 * Context: as oe_limit_kick().
 */
void oe_limit_set_period_ms(unsigned int period_ms)
{
	WRITE_ONCE(limits.period_ms, period_ms); /* oe_limit_period_ms() */
	oe_limit_kick();
}
