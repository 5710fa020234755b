/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_REDIRECT_H
#define OE_REDIRECT_H

#include <linux/kprobes.h>
#include <linux/types.h>

int oe_redirect_init(void);
int oe_redirect_register(struct kprobe *probe);
void oe_redirect_post_handler(struct kprobe *probe, struct pt_regs *regs,
			      unsigned long flags);

#endif /* OE_REDIRECT_H */
