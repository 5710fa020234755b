// SPDX-License-Identifier: GPL-2.0-only
/*
 * A livepatch of one function (function=) that changes nothing: its replacement jumps behind the
 * call of ftrace at its entry. For the tests, on x86_64.
 */
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/livepatch.h>
#include <linux/module.h>

static char *function = "mem_cgroup_out_of_memory";
module_param(function, charp, 0444);

/* All functions in question take up to three words and return one, or none. */
typedef unsigned long (*body_fn)(unsigned long a, unsigned long b, unsigned long c);

static body_fn body;

static noinline unsigned long run_body(unsigned long a, unsigned long b, unsigned long c)
{
	return body(a, b, c);
}

static struct klp_func funcs[] = {
	{ .new_func = run_body },
	{}
};

static struct klp_object objects[] = {
	{ .funcs = funcs },
	{}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objects,
};

static int __init livepatch_init(void)
{
	struct kprobe probe = {
		.symbol_name = function,
		.flags = KPROBE_FLAG_DISABLED,
	};
	int err = register_kprobe(&probe);

	if (err)
		return err;
	body = (body_fn)((unsigned long)probe.addr + MCOUNT_INSN_SIZE);
	unregister_kprobe(&probe);
	funcs[0].old_name = function;
	return klp_enable_patch(&patch);
}

static void __exit livepatch_exit(void)
{
}

module_init(livepatch_init);
module_exit(livepatch_exit);
MODULE_DESCRIPTION("A livepatch that changes nothing, for the tests of oom_embedded");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
