// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way in on every kernel: the OOM notifier, called for global and SysRq OOM
 * before the kernel selects.
 *
 * If out_of_memory() is wrapped, the wrapper has done everything by then.
 * Otherwise the whole sequence runs here, and the worker of settle.c ends it.
 */
#include "core.h"

#include <linux/delay.h>
#include <linux/kallsyms.h>
#include <linux/limits.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/suspend.h>
#include <linux/workqueue.h>

#include "oom/coverage.h"
#include "oom/episode.h"
#include "oom/grace.h"
#include "oom/intercept.h"
#include "oom/others.h"
#include "oom/quiet.h"
#include "oom/settle.h"
#include "record/memory_report.h"
#include "tasks.h"

/* The SysRq handler calls out_of_memory() from a work item of its own. */
static bool is_sysrq(void)
{
	/* Too large for the OOM path's stack; oom_lock is held. */
	static char symbol[KSYM_SYMBOL_LEN];
	struct work_struct *work = current_work();

	if (!work)
		return false;
	sprint_symbol_no_offset(symbol, (unsigned long)work->func);
	return !strcmp(symbol, "moom_callback");
}

static void fill_call(struct oe_call *call)
{
	bool sysrq = is_sysrq();
	bool quiet = oe_quiet_now();

	*call = (struct oe_call){
		.kind = sysrq ? OE_KIND_SYSRQ : OE_KIND_GLOBAL,
		.domain.totalpages = oe_tasks_totalpages(NULL),
		/* Not told to a notifier. */
		.order = -1,
		.may_wait = !quiet && (sysrq || oe_grace_may_wait(0)),
		.quiet = quiet,
	};
}

static bool pass_on(void *ctx, enum oe_purpose purpose, bool *ret)
{
	/* The notifier is not called while the kernel's OOM killer is off. */
	if (purpose == OE_PURPOSE_ASK)
		return false;
	oe_stat_inc(OE_STAT_victim_pending);
	/* As the wrapper does where there is no guard. */
	*ret = purpose == OE_PURPOSE_WAIT &&
	       READ_ONCE(oe_config.mode) == OE_MODE_ENFORCE;
	return true;
}

static bool leave_to_kernel(void *ctx, struct oe_episode *episode)
{
	oe_settle_later(episode, false);
	return false;
}

static bool kill_nobody(void *ctx, struct oe_episode *episode)
{
	bool again = oe_episode_no_victim(episode);

	/*
	 * If quiet the kernel shall try again: otherwise it would choose by
	 * itself. Nothing but time can help.
	 */
	if (!again && oe_quiet_for(episode)) {
		msleep(OE_QUIET_RETRY_MS);
		again = true;
	}
	return again;
}

/* There are no others to ask: they have been called before this one. */
static const struct oe_way notifier_way = {
	.pass_on = pass_on,
	.leave = leave_to_kernel,
	.kill_nobody = kill_nobody,
};

static int on_oom(struct notifier_block *block, unsigned long unused,
		  void *data)
{
	unsigned long *freed = data;
	struct oe_episode *episode;
	struct oe_call call;

	if (oe_intercept_kprobe_handles()) {
		oe_intercept_kprobe_asked(freed);
		return NOTIFY_OK;
	}
	if (READ_ONCE(oe_config.mode) == OE_MODE_OFF)
		return NOTIFY_OK;
	if (oe_coverage_has(OE_COVER_OOM) && !oe_intercept_kprobe_let_by()) {
		oe_stat_inc(OE_STAT_probe_missed);
		oe_coverage_missed(OE_COVER_OOM);
	}
	/* Another notifier has found memory: the kernel will choose no victim. */
	if (*freed)
		return NOTIFY_OK;

	oe_settle();
	fill_call(&call);
	if (oe_episode_run(&call, &notifier_way, NULL, &episode))
		*freed = 1;
	if (episode) {
		oe_settle_later(episode, true);
		oe_episode_leave(&call, episode);
	}
	/* Not at the end of the episode, which is later: the victim may be gone. */
	oe_memreport_take(OE_MEMREPORT_OOM);
	return NOTIFY_OK;
}

static struct notifier_block oom_block = {
	.notifier_call = on_oom,
	/*
	 * Runs last: if another notifier finds memory, there is nothing to
	 * decide.
	 */
	.priority = INT_MIN,
};

/* The victim of a moment ago counts as one of the suspend. */
static int on_pm(struct notifier_block *block, unsigned long event, void *data)
{
	oe_settle_killed();
	return NOTIFY_OK;
}

static struct notifier_block pm_block = {
	.notifier_call = on_pm,
	/* Runs before that of quiet.c, which counts. */
	.priority = 1,
};

/**
 * oe_intercept_notifier_init - listen to the kernel's OOM notifier, and to resumes
 *
 * Context: module init, may sleep.
 * Return: 0, or a negative errno.
 */
int oe_intercept_notifier_init(void)
{
	int err = oe_others_register(&oom_block);

	if (err)
		return err;
	/* The kernel refuses a block only if it is registered already. */
	register_pm_notifier(&pm_block);
	return 0;
}

/**
 * oe_intercept_notifier_exit - stop to listen; gives the steering back
 *
 * Context: module exit, may sleep; waits for a notifier call that is running.
 */
void oe_intercept_notifier_exit(void)
{
	unregister_pm_notifier(&pm_block);
	oe_others_unregister();
	oe_settle_exit();
}
