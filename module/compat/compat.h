/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every difference between the kernels from 5.10 to 7.x. The sources are
 * written as for the newest kernel; each shim supplies a missing name and says
 * which kernel lets us delete it. OE_HAVE_* come from Kbuild, which looks into
 * the headers where a backport makes the version number meaningless.
 */
#ifndef OE_COMPAT_H
#define OE_COMPAT_H

#include <linux/kprobes.h>
#include <linux/memcontrol.h>
#include <linux/mempolicy.h>
#include <linux/mm.h>
#include <linux/sched/coredump.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/swap.h>
#include <linux/version.h>

/* panic_notifier.h, task->__state, mempolicy->nodes, file_open_root(path): 5.14 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
#include <linux/panic_notifier.h>
#define oe_mempolicy_nodes(policy) ((policy)->nodes)
#else
#define __state state
#define file_open_root(root, ...) \
	(file_open_root)((root)->dentry, (root)->mnt, __VA_ARGS__)
#define oe_mempolicy_nodes(policy) ((policy)->v.nodes)
#endif

/* mm_flags_test(): 6.18 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define mm_flags_test(flag, mm) test_bit(flag, &(mm)->flags)
#endif

/* ftrace_regs, an argument of ftrace's callbacks: 5.11 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define ftrace_regs pt_regs
#define ftrace_get_regs(regs) (regs)
#endif

/* const kobj_type, and const kobject of a uevent: 6.2 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define OE_KTYPE_CONST
#else
#define OE_KTYPE_CONST const
#endif

/* kset_uevent_ops without the kset: 5.18 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 18, 0)
#define OE_UEVENT_ARGS struct kset *kset, struct kobject *kobj
#else
#define OE_UEVENT_ARGS OE_KTYPE_CONST struct kobject *kobj
#endif

/* const bin_attribute, and groups that hold them so: 6.16 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
#define OE_BIN_CONST
#else
#define OE_BIN_CONST const
#endif

/* signal->core_state, FOLL_NOFAULT: 5.16 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 16, 0)
#define oe_is_dumping_core(p) ((p)->signal->flags & SIGNAL_GROUP_COREDUMP)
#else
#define oe_is_dumping_core(p) ((p)->signal->core_state)
#define OE_HAVE_NOFAULT
#endif

/* get_user_pages_remote() without vmas: 6.5 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define OE_NO_VMAS NULL,
#else
#define OE_NO_VMAS
#endif

/*
 * If get_mm_rss_sum() exists, oom_badness() sums the per-CPU counters
 * exactly. 7.2 has it, 6.12 has not; backports come and go, hence the look at
 * the header.
 */
#ifdef OE_HAVE_RSS_SUM
#define oe_mm_counter get_mm_counter_sum
#define oe_mm_rss get_mm_rss_sum
#else
#define oe_mm_counter get_mm_counter
#define oe_mm_rss get_mm_rss
#endif

/* With kCFI a tracepoint's handler must have its prototype. */
#ifdef OE_HAVE_EXIT_GROUP_DEAD
#define OE_EXIT_ARGS struct task_struct *p, bool group_dead
#else
#define OE_EXIT_ARGS struct task_struct *p
#endif

#ifdef OE_HAVE_RECLAIM_MEMCG
#define OE_RECLAIM_BEGIN_ARGS gfp_t gfp, int order, struct mem_cgroup *memcg
#define OE_RECLAIM_END_ARGS unsigned long nr_reclaimed, struct mem_cgroup *memcg
#else
#define OE_RECLAIM_BEGIN_ARGS int order, gfp_t gfp
#define OE_RECLAIM_END_ARGS unsigned long nr_reclaimed
#endif

/* for_each_alias(): 7.x, where the field it uses has moved */
#ifndef for_each_alias
#define for_each_alias(dentry, inode) \
	hlist_for_each_entry(dentry, &(inode)->i_dentry, d_u.d_alias)
#endif

#endif /* OE_COMPAT_H */
