/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways in: how "the kernel is out of memory" becomes an episode.
 */
#ifndef OE_INTERCEPT_H
#define OE_INTERCEPT_H

#include <linux/types.h>

enum {
	/* Between two tries on the way into suspend, when nobody may be chosen. */
	OE_QUIET_RETRY_MS = 20,
};

int oe_intercept_notifier_init(void);
void oe_intercept_notifier_exit(void);

#ifdef CONFIG_KPROBES

int oe_intercept_kprobe_init(void);
void oe_intercept_kprobe_exit(void);
bool oe_intercept_kprobe_handles(void);
bool oe_intercept_kprobe_let_by(void);
void oe_intercept_kprobe_asked(unsigned long *freed);

#else

#include <linux/errno.h>

static inline int oe_intercept_kprobe_init(void)
{
	return -EOPNOTSUPP;
}

static inline void oe_intercept_kprobe_exit(void)
{
}

static inline bool oe_intercept_kprobe_handles(void)
{
	return false;
}

static inline bool oe_intercept_kprobe_let_by(void)
{
	return false;
}

static inline void oe_intercept_kprobe_asked(unsigned long *freed)
{
}

#endif /* CONFIG_KPROBES */

#if defined(CONFIG_KPROBES) && defined(CONFIG_MEMCG)

int oe_intercept_memcg_init(void);
void oe_intercept_memcg_exit(void);
bool oe_intercept_memcg_handles(void);
bool oe_intercept_memcg_let_by(void);

#else

static inline int oe_intercept_memcg_init(void)
{
	return 0;
}

static inline void oe_intercept_memcg_exit(void)
{
}

static inline bool oe_intercept_memcg_handles(void)
{
	return true;
}

static inline bool oe_intercept_memcg_let_by(void)
{
	return false;
}

#endif /* CONFIG_KPROBES && CONFIG_MEMCG */

#endif /* OE_INTERCEPT_H */
