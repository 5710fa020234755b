// SPDX-License-Identifier: GPL-2.0-only
/*
 * Somebody else in the kernel, for the tests: one thing a load, undone at unload.
 *
 *	what=kprobe	probes at the entry and at the return of the functions that
 *			oom_embedded redirects
 *	what=redirect	an ftrace_ops that may redirect them, as a livepatch is one
 *	what=thief	an ftrace_ops that leaves the functions where they are, whatever
 *			others want; idle until /sys/module/oe_foreign/parameters/steal is 1
 *	what=delay	whoever calls the function waits for delay_ms first; meanwhile
 *			/sys/module/oe_foreign/parameters/inside is Y
 *	what=watchdog	the device 10:130, which restarts nothing
 *
 * function= is the only one, for redirect, thief and delay.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/processor.h>
#include <linux/string.h>

#include "compat/compat.h"

static char *what = "kprobe";
module_param(what, charp, 0444);

static char *function = "mem_cgroup_out_of_memory";
module_param(function, charp, 0444);

static bool steal;
module_param(steal, bool, 0644);

static uint delay_ms = 600;
module_param(delay_ms, uint, 0444);

static bool inside;
module_param(inside, bool, 0444);

struct kind {
	const char *name;
	int (*begin)(void);
	void (*end)(void);
};

#ifdef CONFIG_KPROBES

static const char *const functions[] = {
	"out_of_memory",
	"oom_kill_process",
	"oom_evaluate_task",
	"mem_cgroup_out_of_memory",
};

static struct kprobe probes[ARRAY_SIZE(functions)];
static struct kretprobe ret_probes[ARRAY_SIZE(functions)];

static int on_entry(struct kprobe *probe, struct pt_regs *regs)
{
	return 0;
}

static int on_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	return 0;
}

/* A kernel without memory cgroups lacks one of them. */
static int begin_probes(void)
{
	unsigned int i;
	int nr = 0;

	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		probes[i].symbol_name = functions[i];
		probes[i].pre_handler = on_entry;
		if (register_kprobe(&probes[i]))
			probes[i].addr = NULL;
		else
			nr++;
		ret_probes[i].kp.symbol_name = functions[i];
		ret_probes[i].handler = on_return;
		if (register_kretprobe(&ret_probes[i]))
			ret_probes[i].kp.addr = NULL;
		else
			nr++;
	}
	return nr ? 0 : -ENOENT;
}

static void end_probes(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		if (ret_probes[i].kp.addr)
			unregister_kretprobe(&ret_probes[i]);
		if (probes[i].addr)
			unregister_kprobe(&probes[i]);
	}
}

static int on_delayed(struct kprobe *probe, struct pt_regs *regs)
{
	u64 until_ns = ktime_get_ns() + delay_ms * (u64)NSEC_PER_MSEC;

	WRITE_ONCE(inside, true);
	/* mdelay() is too short where an emulated CPU was slow at boot. */
	while (ktime_get_ns() < until_ns)
		cpu_relax();
	WRITE_ONCE(inside, false);
	return 0;
}

static struct kprobe delay;

static int begin_delay(void)
{
	delay.symbol_name = function;
	delay.pre_handler = on_delayed;
	return register_kprobe(&delay);
}

static void end_delay(void)
{
	unregister_kprobe(&delay);
}

#else

static int begin_probes(void)
{
	return -EOPNOTSUPP;
}

static void end_probes(void)
{
}

static int begin_delay(void)
{
	return -EOPNOTSUPP;
}

static void end_delay(void)
{
}

#endif /* CONFIG_KPROBES */

#if defined(CONFIG_KPROBES_ON_FTRACE) && defined(CONFIG_X86_64)

static unsigned long entry;

static int find_entry(void)
{
	struct kprobe probe = {
		.symbol_name = function,
		.flags = KPROBE_FLAG_DISABLED,
	};
	int err = register_kprobe(&probe);

	if (err)
		return err;
	entry = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
	return 0;
}

static void notrace leave_there(unsigned long ip, unsigned long parent_ip,
				struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (READ_ONCE(steal))
		instruction_pointer_set(ftrace_get_regs(fregs), ip + MCOUNT_INSN_SIZE);
}

static struct ftrace_ops ops = {
	.func = leave_there,
};

static int begin_ops(unsigned long flags)
{
	int err = find_entry();

	if (err)
		return err;
	ops.flags = FTRACE_OPS_FL_SAVE_REGS | flags;
	err = ftrace_set_filter_ip(&ops, entry, 0, 0);
	if (err)
		return err;
	err = register_ftrace_function(&ops);
	if (err)
		ftrace_set_filter_ip(&ops, entry, 1, 0);
	return err;
}

static void end_ops(void)
{
	unregister_ftrace_function(&ops);
	ftrace_set_filter_ip(&ops, entry, 1, 0);
}

static int begin_redirect(void)
{
	return begin_ops(FTRACE_OPS_FL_IPMODIFY);
}

static int begin_thief(void)
{
	return begin_ops(0);
}

#else

static int begin_redirect(void)
{
	return -EOPNOTSUPP;
}

static int begin_thief(void)
{
	return -EOPNOTSUPP;
}

static void end_ops(void)
{
}

#endif /* CONFIG_KPROBES_ON_FTRACE */

static const struct file_operations watchdog_fops = {
	.owner = THIS_MODULE,
};

static struct miscdevice watchdog = {
	.minor = WATCHDOG_MINOR,
	.name = "watchdog",
	.fops = &watchdog_fops,
};

static int begin_watchdog(void)
{
	return misc_register(&watchdog);
}

static void end_watchdog(void)
{
	misc_deregister(&watchdog);
}

static const struct kind kinds[] = {
	{ "kprobe", begin_probes, end_probes },
	{ "redirect", begin_redirect, end_ops },
	{ "thief", begin_thief, end_ops },
	{ "delay", begin_delay, end_delay },
	{ "watchdog", begin_watchdog, end_watchdog },
};

static const struct kind *kind;

static int __init foreign_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(what, kinds[i].name))
			kind = &kinds[i];
	return kind ? kind->begin() : -EINVAL;
}

static void __exit foreign_exit(void)
{
	kind->end();
}

module_init(foreign_init);
module_exit(foreign_exit);
MODULE_DESCRIPTION("Somebody else in the kernel, for the tests of oom_embedded");
MODULE_LICENSE("GPL");
