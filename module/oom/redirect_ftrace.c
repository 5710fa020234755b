// SPDX-License-Identifier: GPL-2.0-only
/*
 * Redirects by ftrace, as livepatch does it: on kernels on which a
 * kprobe at a function's entry would be a callback of ftrace anyway.
 *
 * It is better than that kprobe in three ways. As long as a permanent callback
 * is registered kernel.ftrace_enabled=0 is refused. Switching all kprobes off
 * does not reach it. And kprobes of others on the same function, which come and
 * go, do not affect it: kprobes of one address share a probe, and when
 * the first of them has no post handler and a later one has, the kernel removes
 * that probe from a list that it is not on.
 */
#include "core.h"

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>

#include "compat/compat.h"
#include "oom/redirect.h"

/*
 * Not sanitized: ftrace's trampoline, which is assembler, has filled the
 * registers, and KMSAN takes them for uninitialised.
 */
static __no_sanitize_or_inline void notrace on_entry(unsigned long ip,
						     unsigned long parent_ip,
						     struct ftrace_ops *ops,
						     struct ftrace_regs *fregs)
{
	struct oe_redirect *redirect =
		container_of(ops, struct oe_redirect, ops);
	unsigned long address = redirect->where(redirect);

	if (address)
		instruction_pointer_set(ftrace_get_regs(fregs), address);
}
NOKPROBE_SYMBOL(on_entry);

/*
 * A disabled kprobe resolves the symbol and tells whether ftrace can trace it;
 * it changes nothing.
 */
static int find_entry(struct oe_redirect *redirect)
{
	struct kprobe *probe = &redirect->probe;
	int err;

	*probe = (struct kprobe){
		.symbol_name = redirect->symbol,
		.addr = redirect->symbol ? NULL : redirect->function,
		.flags = KPROBE_FLAG_DISABLED,
	};
	err = register_kprobe(probe);
	if (err)
		return err;
	redirect->address = (unsigned long)probe->addr;
	if (!(probe->flags & KPROBE_FLAG_FTRACE))
		err = -EOPNOTSUPP;
	unregister_kprobe(probe);
	return err;
}

static int add_ops(struct oe_redirect *redirect)
{
	struct ftrace_ops *ops = &redirect->ops;
	int err = find_entry(redirect);

	if (err)
		return err;
	*ops = (struct ftrace_ops){
		.func = on_entry,
		.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY |
			 FTRACE_OPS_FL_PERMANENT,
	};
	err = ftrace_set_filter_ip(ops, redirect->address, 0, 0);
	if (err)
		return err;
	err = register_ftrace_function(ops);
	if (err)
		ftrace_set_filter_ip(ops, redirect->address, 1, 0);
	return err;
}

static void remove_ops(struct oe_redirect *redirect)
{
	struct ftrace_ops *ops = &redirect->ops;

	/* Waits for everybody who is in on_entry(). */
	WARN_ON(unregister_ftrace_function(ops));
	/* Frees the filter. */
	ftrace_set_filter_ip(ops, redirect->address, 1, 0);
}

const struct oe_mechanism oe_mechanism_ftrace = {
	.add = add_ops,
	.remove = remove_ops,
};
