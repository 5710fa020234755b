// SPDX-License-Identifier: GPL-2.0-only
/*
 * kprobes that send the CPU somewhere else, and the proof that they do.
 *
 * A registered probe proves nothing: the function may have been inlined, the
 * architecture may refuse offset 0 or may optimise the probe to a jump that
 * ignores the redirect. So the pair of probes that wraps out_of_memory() is
 * first tried on a function of our own.
 */
#include "core.h"

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>

#include "oom/redirect.h"

/*
 * riscv64 6.12 refuses a probe on the first instruction. Eight bytes on, still
 * in front of the prologue, arguments and return address are in place.
 */
static const unsigned int offsets[] = { 0, 8 };

static unsigned int entry_offset; /* what oe_redirect_init() found to work */

/**
 * oe_redirect_post_handler - does nothing, and must be there
 * @probe: unused
 * @regs: unused
 * @flags: unused
 *
 * A probe with a post handler is never optimised to a jump, and on ftrace it
 * announces that it modifies the instruction pointer.
 */
void oe_redirect_post_handler(struct kprobe *probe, struct pt_regs *regs,
			      unsigned long flags)
{
}
NOKPROBE_SYMBOL(oe_redirect_post_handler);

/**
 * oe_redirect_register - register a probe at the entry of a function
 * @probe: symbol_name or addr, and pre_handler, are set
 *
 * Context: process context, may sleep.
 * Return: 0 or what register_kprobe() says.
 */
int oe_redirect_register(struct kprobe *probe)
{
	probe->offset = entry_offset;
	probe->post_handler = oe_redirect_post_handler;
	return register_kprobe(probe);
}

/* The rehearsal: add_one() is wrapped by add_ten(), which resumes it. */

static struct kprobe rehearsal_enter;
static struct kprobe rehearsal_resume;
static bool rehearsal_inside;

static OE_REDIRECTED int add_one(int value)
{
	oe_opaque(value);
	return value + 1;
}

static OE_REDIRECTED int resume_add_one(int value)
{
	oe_opaque(value);
	return value - 1000;
}

static OE_REDIRECTED int add_ten(int value)
{
	oe_opaque(value);
	return resume_add_one(value) + 10;
}

static int on_rehearsal_enter(struct kprobe *probe, struct pt_regs *regs)
{
	if (rehearsal_inside)
		return 0;
	rehearsal_inside = true;
	instruction_pointer_set(regs, (unsigned long)add_ten);
	return 1;
}
NOKPROBE_SYMBOL(on_rehearsal_enter);

static int on_rehearsal_resume(struct kprobe *probe, struct pt_regs *regs)
{
	instruction_pointer_set(regs, (unsigned long)rehearsal_enter.addr);
	return 1;
}
NOKPROBE_SYMBOL(on_rehearsal_resume);

static int rehearse(void)
{
	int result;
	int err;

	rehearsal_inside = false;
	rehearsal_enter = (struct kprobe){
		.addr = (kprobe_opcode_t *)add_one,
		.pre_handler = on_rehearsal_enter,
	};
	rehearsal_resume = (struct kprobe){
		.addr = (kprobe_opcode_t *)resume_add_one,
		.pre_handler = on_rehearsal_resume,
	};
	err = oe_redirect_register(&rehearsal_resume);
	if (err)
		return err;
	err = oe_redirect_register(&rehearsal_enter);
	if (err)
		goto out_unregister_resume;
	result = add_one(100);
	if (result != 100 + 1 + 10) {
		pr_warn("a redirecting kprobe at offset %u had no effect (%d)\n",
			entry_offset, result);
		err = -EOPNOTSUPP;
	}
	unregister_kprobe(&rehearsal_enter);
out_unregister_resume:
	unregister_kprobe(&rehearsal_resume);
	return err;
}

/**
 * oe_redirect_init - find out whether and how a kprobe can redirect here
 *
 * Context: module init, may sleep.
 * Return: 0; otherwise kprobes cannot be used on this kernel.
 */
int oe_redirect_init(void)
{
	unsigned int i;
	int err = -EOPNOTSUPP;

	for (i = 0; err && i < ARRAY_SIZE(offsets); i++) {
		entry_offset = offsets[i];
		err = rehearse();
	}
	return err;
}
