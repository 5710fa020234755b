// SPDX-License-Identifier: GPL-2.0-only
/*
 * The process that the kernel really killed, whichever process the module chose:
 * the first task that the tracepoint mark_victim reports after oe_victim_arm(),
 * if a kill was counted. A process that is ending anyway, be it the caller or the
 * chosen one, is marked and not killed.
 */
#include "core.h"

#include <linux/cgroup.h>
#include <linux/kconfig.h>
#include <linux/ktime.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/oom.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/tracepoint.h>
#include <linux/vmstat.h>

#include <trace/events/oom.h>

#include "compat/compat.h"
#include "episode.h"
#include "rank/cgroup.h"
#include "rank/group.h"
#include "rank/ranking.h"
#include "tasks.h"
#include "tasks/command_line.h"
#include "lib/arguments.h"
#include "lib/tracepoint.h"
#include "memory/event_count.h"
#include "memory/memcg.h"
#include "oom/coverage.h"
#include "oom/pending.h"
#include "oom/victim.h"

/*
 * Marks happen under oom_lock, so one at a time; armed and read under it too,
 * except that without kprobes the settling worker reads: hence the acquire.
 */
static struct {
	struct tracepoint *point;
	bool armed; /* the record is free for the next mark */
	bool marked; /* release/acquire: the record is complete */
	bool killed; /* and not only marked */
	unsigned long nr_kills; /* the kernel's count when it was armed */
	u64 when_ns;
	struct oe_process process;
	struct task_struct *task; /* a reference; xchg() takes it */
	char arguments[OE_ARGUMENTS_SIZE];
	char cgroup[OE_MEMCG_PATH];
} victim;

/*
 * The path in the default hierarchy. With cgroup v1 all processes are in the root
 * of that: then the path in the hierarchy of the memory controller. Caller holds
 * rcu_read_lock().
 */
static void name_cgroup(struct task_struct *p)
{
#ifdef CONFIG_CGROUPS
	struct cgroup *cgroup = oe_cgroup_of(p);

#ifdef CONFIG_MEMCG
	struct mem_cgroup *memcg = mem_cgroup_from_task(p);

	if (memcg && oe_cgroup_is_root(cgroup))
		cgroup = memcg->css.cgroup;
#endif
	cgroup_path(cgroup, victim.cgroup, sizeof(victim.cgroup));
#endif
}

static void drop_task(struct task_struct *task)
{
	if (task)
		put_task_struct(task);
}

/*
 * The kernel counts a kill before it marks the victim, and whoever kills holds
 * oom_lock. If it does not count, each mark is taken for a kill.
 */
static bool has_killed(void)
{
	return !IS_ENABLED(CONFIG_VM_EVENT_COUNTERS) ||
	       oe_event_count(OOM_KILL) != victim.nr_kills;
}

static void record_victim(struct task_struct *p)
{
	struct oe_ranking ranking;

	rcu_read_lock();
	/* The killer holds task_lock, or p is current. */
	ranking = oe_rank_peek(p, OE_EXE_HELD);
	rcu_read_unlock();
	victim.when_ns = ktime_get_ns();
	victim.process = (struct oe_process){
		.pid = p->tgid,
		.uid = task_uid(p),
		.rank = ranking.rank,
		.source = ranking.source,
		.rss = p->mm ? oe_mm_rss(p->mm) : 0,
	};
	/* The leader's name, as everywhere; a torn read is still terminated. */
	strscpy(victim.process.comm, p->group_leader->comm,
		sizeof(victim.process.comm));
	if (ranking.source == OE_SOURCE_GROUP)
		oe_group_name(ranking.group, victim.process.group);
	/* For oe_victim_take(): a probe may not take the locks of cgroup_path(). */
	victim.task = get_task_struct(p);
	victim.killed = has_killed();
	victim.armed = false;
	/* Pairs with oe_victim_is_marked(). */
	smp_store_release(&victim.marked, true);
}

static void note_victim(struct task_struct *p)
{
	oe_pending_add(p);
	if (READ_ONCE(victim.armed))
		record_victim(p);
	else /* The call may have bypassed the module. */
		oe_coverage_check_soon();
}

#ifdef OE_HAVE_MARK_VICTIM_PID
static void on_mark(void *data, int pid)
{
	struct task_struct *p;

	rcu_read_lock();
	p = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_PID);
	if (p)
		note_victim(p);
	else
		oe_pending_add(NULL);
	rcu_read_unlock();
}
#else
static void on_mark(void *data, struct task_struct *p, uid_t uid)
{
	note_victim(p);
}
#endif

/**
 * oe_victim_init - start to listen
 *
 * Without the tracepoint oe_victim_is_marked() judges by the expected victim.
 *
 * Context: module init.
 */
void oe_victim_init(void)
{
	struct tracepoint *point = oe_tracepoint_find("mark_victim");
	int err = point ? tracepoint_probe_register(point, on_mark, NULL) :
			  -ENOENT;

	/* As check_types() in fork.c. */
	check_trace_callback_type_mark_victim(on_mark);
	if (err) {
		pr_warn("no mark_victim tracepoint (%d): victims other than the chosen one go unnamed\n",
			err);
		return;
	}
	victim.point = point;
	oe_pending_begin();
}

/**
 * oe_victim_exit - stop to listen
 *
 * Context: module exit, may sleep.
 */
void oe_victim_exit(void)
{
	if (!victim.point)
		return;
	tracepoint_probe_unregister(victim.point, on_mark, NULL);
	tracepoint_synchronize_unregister();
	drop_task(xchg(&victim.task, NULL));
}

/**
 * oe_victim_expect - read the command line of a process that is about to die
 * @expected: whom we want, or NULL
 *
 * Its memory may be gone as soon as the kernel has killed it.
 *
 * Context: oom_lock held, before the kernel kills.
 */
void oe_victim_expect(struct task_struct *expected)
{
	if (expected)
		oe_command_line_read(expected, victim.arguments);
	else
		victim.arguments[0] = '\0';
}

/**
 * oe_victim_arm - record the next process that the kernel marks
 *
 * Context: oom_lock held.
 */
void oe_victim_arm(void)
{
	WRITE_ONCE(victim.marked, false);
	drop_task(xchg(&victim.task, NULL));
	victim.nr_kills = oe_event_count(OOM_KILL);
	WRITE_ONCE(victim.armed, true); /* read by on_mark() */
}

/**
 * oe_victim_is_marked - was somebody marked since oe_victim_arm()?
 * @expected: whom we wanted, or NULL; asked when there is no tracepoint
 *
 * Context: any.
 * Return: true if somebody was.
 */
bool oe_victim_is_marked(struct task_struct *expected)
{
	if (!victim.point)
		return expected && tsk_is_oom_victim(expected);
	/* Pairs with record_victim(). */
	return smp_load_acquire(&victim.marked);
}

/* Did the kernel mark a process that is not the one it was to mark? */
static bool is_another(struct task_struct *task, struct task_struct *expected)
{
	return task && (!expected || !same_thread_group(task, expected));
}

/**
 * oe_victim_take - the process that was marked since oe_victim_arm()
 * @expected: as for oe_victim_is_marked(), which was true
 * @process: filled in when it is known who it was
 * @when_ns: CLOCK_MONOTONIC of the mark, 0 if not known
 *
 * Context: OOM path, or the settling worker in its place.
 * Return: true if it was killed. Otherwise it was ending anyway, and nothing is
 * filled in.
 */
bool oe_victim_take(struct task_struct *expected, struct oe_process *process,
		    u64 *when_ns)
{
	struct task_struct *task = xchg(&victim.task, NULL);

	if (victim.point ? !victim.killed : !has_killed()) {
		drop_task(task);
		return false;
	}
	if (victim.point) {
		*process = victim.process;
		*when_ns = victim.when_ns;
	} else {
		*when_ns = 0;
	}
	victim.cgroup[0] = '\0';
	rcu_read_lock();
	if (task || !victim.point)
		name_cgroup(task ?: expected);
	rcu_read_unlock();
	if (is_another(task, expected))
		oe_command_line_read(task, victim.arguments);
	drop_task(task);
	return true;
}

/**
 * oe_victim_cgroup - the cgroup of the process that was taken last
 *
 * Context: after oe_victim_take(), and as that.
 * Return: its path, "" if it is not known.
 */
const char *oe_victim_cgroup(void)
{
	return victim.cgroup;
}

/**
 * oe_victim_arguments - the command line that was read last
 *
 * Context: as oe_victim_take(), or after oe_victim_expect() with oom_lock held.
 * Return: text, "" if it is not known.
 */
const char *oe_victim_arguments(void)
{
	return victim.arguments;
}
