// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way in for memory cgroups: mem_cgroup_out_of_memory() is wrapped.
 *
 * It is entered before oom_lock is taken. The window for userspace is spent
 * here, so that an OOM of the machine, or of another cgroup, does not wait for
 * it. The choice and the kill come later, in out_of_memory(), which the
 * original calls under the lock.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/memcontrol.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "oom/coverage.h"
#include "oom/detour.h"
#include "oom/episode.h"
#include "oom/grace.h"
#include "oom/intercept.h"
#include "oom/quiet.h"
#include "tasks.h"

/* Never runs: its probe sends the CPU to mem_cgroup_out_of_memory(). */
static OE_REDIRECTED bool resume_memcg(struct mem_cgroup *memcg, gfp_t gfp,
				       int order)
{
	bool ret = true; /* "try again", should the probe be switched off */

	oe_opaque(memcg);
	oe_opaque(gfp);
	oe_opaque(order);
	oe_opaque(ret);
	return ret;
}

static bool wrapped_memcg(struct mem_cgroup *memcg, gfp_t gfp, int order);

static struct oe_detour memcg_detour = {
	.symbol = "mem_cgroup_out_of_memory",
	.wrapper = wrapped_memcg,
	.resume = resume_memcg,
};

static bool call_original(struct mem_cgroup *memcg, gfp_t gfp, int order)
{
	bool ret;

	oe_detour_pass(&memcg_detour);
	ret = resume_memcg(memcg, gfp, order);
	oe_detour_passed(&memcg_detour);
	return ret;
}

/* A task in wrapped_memcg(), on its stack. */
struct visit {
	struct list_head list;
	struct task_struct *task;
};

static LIST_HEAD(visits);
static DEFINE_SPINLOCK(visits_lock); /* its holders never allocate */

static void begin_visit(struct visit *visit)
{
	visit->task = current;
	spin_lock(&visits_lock);
	list_add(&visit->list, &visits);
	spin_unlock(&visits_lock);
	oe_coverage_saw(OE_COVER_WINDOW);
}

static void end_visit(struct visit *visit)
{
	spin_lock(&visits_lock);
	list_del(&visit->list);
	spin_unlock(&visits_lock);
}

/**
 * oe_intercept_memcg_handles - has the OOM of current's memory cgroup come by
 *	here?
 *
 * Context: OOM path of a memory cgroup.
 * Return: true inside the original that wrapped_memcg() has called.
 */
bool oe_intercept_memcg_handles(void)
{
	struct visit *visit;
	bool found = false;

	spin_lock(&visits_lock);
	list_for_each_entry(visit, &visits, list)
		found = found || visit->task == current;
	spin_unlock(&visits_lock);
	return found;
}

/**
 * oe_intercept_memcg_let_by - may it have been let by, because of mode=off?
 *
 * Context: OOM path of a memory cgroup, if oe_intercept_memcg_handles() is false.
 * Return: true if so; then it says nothing about the coverage.
 */
bool oe_intercept_memcg_let_by(void)
{
	return oe_detour_has_let_by(&memcg_detour);
}

/* Runs instead of the original, in the caller's process context; may sleep. */
static bool wrapped_memcg(struct mem_cgroup *memcg, gfp_t gfp, int order)
{
	const struct oe_call call = {
		.kind = OE_KIND_MEMCG,
		.domain.memcg = memcg,
		.domain.totalpages = oe_tasks_totalpages(memcg),
		.order = order,
		.gfp = gfp,
		.may_wait = oe_grace_may_wait(gfp),
		.followed = true,
	};
	struct visit visit;
	bool ret = true;

	oe_detour_enter(&memcg_detour);
	begin_visit(&visit);
	/* Without a window there is nothing to do before out_of_memory(). */
	if (oe_quiet_now()) {
		ret = call_original(memcg, gfp, order);
		oe_episode_finish(&call);
		/* A page fault is retried immediately. */
		if (!ret)
			schedule_timeout_killable(
				msecs_to_jiffies(OE_QUIET_RETRY_MS));
	} else if (!oe_episode_prepare(&call)) {
		ret = call_original(memcg, gfp, order);
		oe_episode_finish(&call);
	}
	end_visit(&visit);
	oe_detour_leave(&memcg_detour);
	return ret;
}

/**
 * oe_intercept_memcg_init - wrap mem_cgroup_out_of_memory()
 *
 * Without it windows of memory cgroups are not opened, because they would hold
 * up all others.
 *
 * Context: module init, or a worker that tries again; may sleep; after
 * oe_intercept_kprobe_init().
 * Return: 0, also if it is wrapped already; -EAGAIN if somebody else redirects
 * it; or the errno that says why it cannot be done here.
 */
int oe_intercept_memcg_init(void)
{
	int err;

	if (memcg_detour.active)
		return 0;
	err = oe_detour_register(&memcg_detour);
	if (err)
		return err == -EBUSY ? -EAGAIN : err;
	oe_coverage_provide(OE_COVER_WINDOW, &memcg_detour.enter);
	return 0;
}

/**
 * oe_intercept_memcg_exit - unwrap it, also in the middle of an OOM
 *
 * Context: module exit, may sleep; before oe_intercept_kprobe_exit().
 */
void oe_intercept_memcg_exit(void)
{
	oe_coverage_provide(OE_COVER_WINDOW, NULL);
	oe_detour_unregister(&memcg_detour);
}
