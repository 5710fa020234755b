/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways in: how "the kernel is out of memory" becomes an episode.
 */
#ifndef OE_INTERCEPT_H
#define OE_INTERCEPT_H

#include <linux/types.h>

int oe_intercept_notifier_init(void);
void oe_intercept_notifier_exit(void);
void oe_intercept_settle(void);

int oe_intercept_pm_init(void);
void oe_intercept_pm_exit(void);
bool oe_intercept_is_silent(void);

#ifdef CONFIG_KPROBES

int oe_intercept_kprobe_init(void);
void oe_intercept_kprobe_exit(void);
bool oe_intercept_kprobe_active(void);
bool oe_intercept_kprobe_handles(void);

#else

#include <linux/errno.h>

static inline int oe_intercept_kprobe_init(void)
{
	return -EOPNOTSUPP;
}

static inline void oe_intercept_kprobe_exit(void)
{
}

static inline bool oe_intercept_kprobe_active(void)
{
	return false;
}

static inline bool oe_intercept_kprobe_handles(void)
{
	return false;
}

#endif /* CONFIG_KPROBES */

#endif /* OE_INTERCEPT_H */
