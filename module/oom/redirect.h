/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_REDIRECT_H
#define OE_REDIRECT_H

#include <linux/kprobes.h>
#include <linux/types.h>

/*
 * A function whose entry is redirected: the compiler must call it as the ABI
 * says and believe nothing about its body, which is not what will run. noipa
 * says that; clang has no noipa, but does not look that far either.
 */
#if __has_attribute(__noipa__)
#define OE_REDIRECTED noinline __attribute__((__noipa__))
#else
#define OE_REDIRECTED noinline
#endif

/* For their bodies: an argument that is used, a result that is not known. */
#define oe_opaque(var) asm volatile("" : "+r"(var) : : "memory")

int oe_redirect_init(void);
int oe_redirect_register(struct kprobe *probe);
void oe_redirect_post_handler(struct kprobe *probe, struct pt_regs *regs,
			      unsigned long flags);

#endif /* OE_REDIRECT_H */
