// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel that refuses oom_embedded one thing, for the tests.
 *
 *	without function	allocation number nth of its init fails, in the
 *				task that loads it
 *	function=NAME		call number nth of that function by oom_embedded
 *				returns error, and the function does not run
 *
 * nth is counted down in /sys/module/oe_faults/parameters/nth: 0 says that
 * something was refused. To be loaded before oom_embedded.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

static uint nth;
module_param(nth, uint, 0644);

static char *function;
module_param(function, charp, 0444);

static int error = -ENOMEM;
module_param(error, int, 0644);

/* As long as it is loaded. */
static struct module *target;
static int (*target_init)(void);

static int failing_init(void)
{
	int err;

	current->fail_nth = nth;
	err = target_init();
	nth = current->fail_nth;
	current->fail_nth = 0;
	return err;
}

/* Handlers of the probe have preemption off. */
static void forget_target(void)
{
	WRITE_ONCE(target, NULL);
	synchronize_rcu();
}

static int on_module(struct notifier_block *block, unsigned long state,
		     void *data)
{
	struct module *mod = data;

	if (strcmp(mod->name, "oom_embedded"))
		return NOTIFY_DONE;
	if (state == MODULE_STATE_GOING) {
		forget_target();
	} else if (state == MODULE_STATE_COMING) {
		WRITE_ONCE(target, mod);
		if (!function) {
			target_init = mod->init;
			mod->init = failing_init;
		}
	}
	return NOTIFY_DONE;
}

static struct notifier_block module_block = {
	.notifier_call = on_module,
};

/* In place of the function; for one that returns a pointer, too. */
static long notrace refuse_call(void)
{
	return error;
}

static int on_call(struct kprobe *probe, struct pt_regs *regs)
{
	struct module *mod = READ_ONCE(target);
	unsigned long caller = *(unsigned long *)kernel_stack_pointer(regs);

	if (!mod || !nth || !within_module(caller, mod) || --nth)
		return 0;
	instruction_pointer_set(regs, (unsigned long)refuse_call);
	return 1;
}
NOKPROBE_SYMBOL(on_call);

/* Without one, the probe must not redirect. */
static void after_call(struct kprobe *probe, struct pt_regs *regs,
		       unsigned long flags)
{
}
NOKPROBE_SYMBOL(after_call);

static struct kprobe probe = {
	.pre_handler = on_call,
	.post_handler = after_call,
};

static int __init faults_init(void)
{
	int err = 0;

	if (function) {
		probe.symbol_name = function;
		err = register_kprobe(&probe);
	}
	if (err)
		return err;
	return register_module_notifier(&module_block);
}

static void __exit faults_exit(void)
{
	unregister_module_notifier(&module_block);
	if (function)
		unregister_kprobe(&probe);
}

module_init(faults_init);
module_exit(faults_exit);
MODULE_DESCRIPTION("Refuses oom_embedded one thing, for its tests");
MODULE_LICENSE("GPL");
