// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory that a process has for itself.
 */
#include "core.h"

#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "compat/compat.h"
#include "tasks/private.h"

static unsigned long huge_pages(struct mm_struct *mm)
{
#ifdef CONFIG_HUGETLB_PAGE
	return atomic_long_read(&mm->hugetlb_usage);
#else
	return 0;
#endif
}

static unsigned long private_pages(struct mm_struct *mm)
{
	return oe_mm_counter(mm, MM_ANONPAGES) +
	       oe_mm_counter(mm, MM_SWAPENTS) +
	       mm_pgtables_bytes(mm) / PAGE_SIZE + huge_pages(mm);
}

static unsigned long shared_pages(struct mm_struct *mm)
{
	return oe_mm_counter(mm, MM_SHMEMPAGES);
}

/* A leader may have exited first. Between vfork and exec it is the parent's. */
static __always_inline unsigned long
look_at(struct task_struct *p, unsigned long (*count)(struct mm_struct *mm))
{
	unsigned long pages = 0;
	struct task_struct *t;

	for_each_thread(p, t) {
		struct mm_struct *mm;

		task_lock(t);
		mm = t->mm;
		if (mm && !in_vfork(t))
			pages = count(mm);
		task_unlock(t);
		if (mm)
			break;
	}
	return pages;
}

/**
 * oe_private_pages - the memory that only this process has
 * @p: its group leader
 *
 * After a fork the pages that both still have count for both.
 *
 * Context: under rcu_read_lock(); allocates nothing.
 * Return: pages: anonymous, swapped out, page tables, huge (hugetlb).
 */
unsigned long oe_private_pages(struct task_struct *p)
{
	return look_at(p, private_pages);
}

/**
 * oe_private_shared - how much of files in memory a process has mapped
 * @p: its group leader
 *
 * Context: under rcu_read_lock(); allocates nothing.
 * Return: resident pages.
 */
unsigned long oe_private_shared(struct task_struct *p)
{
	return look_at(p, shared_pages);
}
