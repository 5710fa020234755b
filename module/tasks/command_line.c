// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line of another process, read in the path of an OOM. It is in the
 * memory of that process: no page of it is brought in, no lock is waited for, and
 * the process itself may have put anything there.
 */
#include "core.h"

#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "compat/compat.h"
#include "tasks/command_line.h"

/* As find_lock_task_mm(), which is not exported. */
static struct mm_struct *get_mm(struct task_struct *p)
{
	struct mm_struct *mm = NULL;
	struct task_struct *t;

	rcu_read_lock();
	for_each_thread(p, t) {
		mm = get_task_mm(t);
		if (mm)
			break;
	}
	rcu_read_unlock();
	return mm;
}

#ifdef OE_HAVE_NOFAULT
/*
 * Arguments are in private anonymous memory, unless a process moves them with
 * prctl(). Other memory has drivers and file systems behind it, and the walk that
 * hugetlb had of its own in older kernels does not know FOLL_NOFAULT.
 */
static bool is_plain(struct mm_struct *mm, unsigned long address)
{
	struct vm_area_struct *vma = find_vma(mm, address);

	return vma && vma->vm_start <= address && vma_is_anonymous(vma) &&
	       !(vma->vm_flags & (VM_IO | VM_PFNMAP | VM_SHARED));
}

/* As many bytes as are in memory; mmap_lock is held, and all in one page. */
static bool copy_resident(struct mm_struct *mm, unsigned long address,
			  char *text, unsigned int length)
{
	struct page *page;

	if (!is_plain(mm, address) ||
	    get_user_pages_remote(mm, address, 1, FOLL_NOFAULT, &page,
				  OE_NO_VMAS NULL) != 1)
		return false;
	memcpy_from_page(text, page, offset_in_page(address), length);
	put_page(page);
	return true;
}
#else
/* Nothing that is exported leaves out what is not in memory. */
static bool copy_resident(struct mm_struct *mm, unsigned long address,
			  char *text, unsigned int length)
{
	return false;
}
#endif

/* Returns how many bytes could be read. */
static unsigned int read_arguments(struct mm_struct *mm, char *text)
{
	/* Not under arg_lock: if the two do not match, it is other memory of it. */
	unsigned long begin = READ_ONCE(mm->arg_start);
	unsigned long end = READ_ONCE(mm->arg_end);
	unsigned int length;
	unsigned int part;
	unsigned int done;

	/* The process that asks for memory may itself hold the lock. */
	if (end <= begin || !mmap_read_trylock(mm))
		return 0;
	length = min_t(unsigned long, end - begin, OE_ARGUMENTS_MAX);
	for (done = 0; done < length; done += part) {
		unsigned long address = begin + done;

		part = min_t(unsigned long, length - done,
			     PAGE_SIZE - offset_in_page(address));
		if (!copy_resident(mm, address, text + done, part))
			break;
	}
	mmap_read_unlock(mm);
	return done;
}

/**
 * oe_command_line_read - the beginning of a process's command line
 * @p: a thread of it; the caller holds a reference
 * @text: filled in, as it is there, with control characters and all: what is in
 *	memory of its first OE_ARGUMENTS_MAX bytes; "" = none of it can be read
 *	without waiting
 *
 * It is what the process says of itself, to be told and not to be believed.
 *
 * Context: OOM path; takes task locks, tries mmap_lock; allocates nothing.
 */
void oe_command_line_read(struct task_struct *p, char text[OE_ARGUMENTS_SIZE])
{
	struct mm_struct *mm = get_mm(p);
	unsigned int length = 0;

	if (mm) {
		length = read_arguments(mm, text);
		/* If it has ended meanwhile, a worker takes its memory down. */
		mmput_async(mm);
	}
	oe_arguments_join(text, length);
}
