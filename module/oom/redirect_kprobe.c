// SPDX-License-Identifier: GPL-2.0-only
/*
 * Redirects by kprobes: on every kernel that has them.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>

#include "oom/redirect.h"

/*
 * riscv64 6.12 refuses a probe on the first instruction. Eight bytes on, still
 * in front of the prologue, arguments and return address are in place.
 */
static const unsigned int offsets[] = { 0, 8 };

/* The offset that the kernel accepted first. Only this one is rehearsed. */
static const unsigned int *proven;

static int on_probe(struct kprobe *probe, struct pt_regs *regs)
{
	struct oe_redirect *redirect =
		container_of(probe, struct oe_redirect, probe);
	unsigned long address = redirect->where(redirect);

	if (!address)
		return 0;
	instruction_pointer_set(regs, address);
	return 1;
}
NOKPROBE_SYMBOL(on_probe);

/*
 * Does nothing, and must be there. A probe with a post handler is never
 * optimised to a jump that ignores the redirect (seen on armhf).
 */
static void after_probe(struct kprobe *probe, struct pt_regs *regs,
			unsigned long flags)
{
}
NOKPROBE_SYMBOL(after_probe);

static int add_at(struct oe_redirect *redirect, unsigned int offset)
{
	int err;

	redirect->probe = (struct kprobe){
		.symbol_name = redirect->symbol,
		.addr = redirect->symbol ? NULL : redirect->function,
		.offset = offset,
		.pre_handler = on_probe,
		.post_handler = after_probe,
		/* Enabled below, when where() can know the address. */
		.flags = KPROBE_FLAG_DISABLED,
	};
	err = register_kprobe(&redirect->probe);
	if (err)
		return err;
	redirect->address = (unsigned long)redirect->probe.addr;
	err = enable_kprobe(&redirect->probe);
	if (err)
		unregister_kprobe(&redirect->probe);
	return err;
}

static int add_probe(struct oe_redirect *redirect)
{
	unsigned int i;
	int err = -EINVAL;

	if (proven)
		return add_at(redirect, *proven);
	for (i = 0; err == -EINVAL && i < ARRAY_SIZE(offsets); i++)
		err = add_at(redirect, offsets[i]);
	if (!err)
		proven = &offsets[i - 1];
	return err;
}

static void remove_probe(struct oe_redirect *redirect)
{
	unregister_kprobe(&redirect->probe);
}

const struct oe_mechanism oe_mechanism_kprobe = {
	.add = add_probe,
	.remove = remove_probe,
};
