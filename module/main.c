// SPDX-License-Identifier: GPL-2.0-only
/*
 * oom_embedded: policy for an embedded Linux system that runs out of memory.
 *
 * Exit is init in reverse: the interface published last is withdrawn first.
 */
#include "core.h"

#include <linux/module.h>
#include <linux/proc_fs.h>

#include "rank/group.h"
#include "rank/group_pass.h"
#include "rank/name_index.h"
#include "oom/coverage.h"
#include "oom/early.h"
#include "oom/hold.h"
#include "oom/intercept.h"
#include "oom/quiet.h"
#include "oom/request.h"
#include "oom/settle.h"
#include "levels/level.h"
#include "record/memory_report.h"
#include "record/report_log.h"
#include "notify.h"
#include "levels/pressure.h"
#include "rank/rank.h"
#include "memory/reserve.h"
#include "memory/swappiness.h"
#include "sysfs/root.h"
#include "oom/victim.h"
#include "tasks/decide.h"
#include "tasks/mirror.h"
#include "tunables.h"

static bool kprobes = true;
module_param(kprobes, bool, 0444);
MODULE_PARM_DESC(
	kprobes,
	"wrap out_of_memory() by a kprobe (default); 0 = OOM notifier only");

static int wrap_memcg(void)
{
	static bool said;
	int err = oe_intercept_memcg_init();

	if (err && !said)
		pr_warn("mem_cgroup_out_of_memory() cannot be wrapped (%d): no window for memory cgroups\n",
			err);
	said = true;
	return err;
}

/*
 * Called at load, and repeated later while it returns -EAGAIN because something
 * that it needs is switched off or taken.
 */
static int wrap_kernel(void)
{
	int err = oe_intercept_kprobe_init();
	int err_memcg;

	if (!oe_coverage_has(OE_COVER_OOM))
		return err ? err : -EAGAIN;
	oe_request_init();
	err_memcg = wrap_memcg();
	return err ? err : err_memcg;
}

static void start_wrapping(void)
{
	int err = kprobes ? wrap_kernel() : -ECANCELED;

	if (err == -ECANCELED)
		pr_info("kprobes=0: memory cgroup OOM is not covered, and there is no guard\n");
	else if (err && !oe_coverage_has(OE_COVER_OOM))
		pr_warn("out_of_memory() cannot be wrapped (%d)%s: memory cgroup OOM is not covered, and there is no guard\n",
			err,
			err == -EAGAIN ?
				" as long as kprobes or ftrace are switched off or used by others" :
				"");
	oe_coverage_start(err == -EAGAIN ? wrap_kernel : NULL,
			  oe_settle_reserve);
}

/* For an OOM, in which nothing can be allocated. */
static int set_memory_aside(void)
{
	oe_decide_init();
	return oe_hold_init();
}

/* The caches of the groups, too: of those that were made. */
static void free_memory(void)
{
	oe_group_pass_free();
	oe_name_index_free();
	oe_decide_exit();
	oe_hold_exit();
}

static int start_watching(void)
{
	int err;

	oe_swappiness_init();
	err = oe_level_start();
	if (err)
		goto err_exit_swappiness;
	err = oe_early_init();
	if (err)
		goto err_stop_level;
	err = oe_mirror_init();
	if (err)
		goto err_exit_early;
	return 0;

err_exit_early:
	oe_early_exit();
err_stop_level:
	oe_level_stop();
err_exit_swappiness:
	oe_swappiness_exit();
	return err;
}

static void stop_watching(void)
{
	oe_mirror_exit();
	oe_early_exit();
	oe_level_stop();
	oe_swappiness_exit();
}

static int init_report(void)
{
	int err = oe_memreport_init();

	if (err)
		return err;
	err = oe_report_log_init();
	if (err)
		oe_memreport_exit();
	return err;
}

static void exit_report(void)
{
	oe_report_log_exit();
	oe_memreport_exit();
}

/* /proc/oom_embedded, for a file of the levels and one of sysfs/self.c. */
static struct proc_dir_entry *proc_dir;

static int init_proc(void)
{
	int err;

	if (IS_ENABLED(CONFIG_PROC_FS)) {
		proc_dir = proc_mkdir(OOM_EMBEDDED_NAME, NULL);
		if (!proc_dir)
			return -ENOMEM;
	}
	err = oe_pressure_init(oe_level_now);
	if (err)
		proc_remove(proc_dir);
	return err;
}

static void exit_proc(void)
{
	oe_pressure_exit();
	proc_remove(proc_dir);
}

static int __init oe_init(void)
{
	int err;

	err = oe_level_config_init();
	if (err)
		return err;
	err = set_memory_aside();
	if (err)
		goto err_free_memory;
	err = oe_rank_init();
	if (err)
		goto err_free_memory;
	err = oe_notify_init();
	if (err)
		goto err_exit_rank;
	oe_quiet_init();
	oe_victim_init();
	oe_reserve_init();
	err = init_report();
	if (err)
		goto err_exit_victim;
	err = init_proc();
	if (err)
		goto err_exit_report;
	err = start_watching();
	if (err)
		goto err_exit_proc;
	err = oe_sysfs_init();
	if (err)
		goto err_stop_watching;
	err = oe_intercept_notifier_init();
	if (err)
		goto err_exit_sysfs;
	start_wrapping();
	oe_early_changed();
	oe_tunables_warn();
	return 0;

err_exit_sysfs:
	oe_sysfs_exit();
err_stop_watching:
	stop_watching();
err_exit_proc:
	exit_proc();
err_exit_report:
	exit_report();
err_exit_victim:
	oe_reserve_exit();
	oe_victim_exit();
	oe_quiet_exit();
	oe_notify_exit();
err_exit_rank:
	oe_group_exit();
	oe_rank_exit();
err_free_memory:
	free_memory();
	return err;
}

static void __exit oe_exit(void)
{
	oe_coverage_stop();
	oe_notify_hurry();
	oe_request_exit();
	oe_intercept_memcg_exit();
	oe_intercept_kprobe_exit();
	oe_intercept_notifier_exit();
	oe_sysfs_exit();
	stop_watching();
	exit_proc();
	exit_report();
	oe_reserve_exit();
	oe_victim_exit();
	oe_quiet_exit();
	oe_notify_exit();
	oe_group_exit();
	oe_rank_exit();
	free_memory();
}

module_init(oe_init);
module_exit(oe_exit);

MODULE_DESCRIPTION("Protects, ranks and warns when the system is out of memory");
MODULE_AUTHOR("The oom_embedded maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(OE_VERSION);
