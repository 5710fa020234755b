// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stand-ins for other parts of a kernel, for the selftests: a module of its own
 * that is not installed. Its parameters:
 *
 *	balloon_kb	written: take so much memory. An OOM notifier gives it
 *			back, 1 MB a call. Read: the rest of it.
 *	slow_ms		the OOM notifier sleeps so long first, with oom_lock held.
 *	charge_kb	written: charge so much to the writer's memory cgroup, as
 *			a file system does that must not be entered again.
 *	islands_kb	written: take so much, and give every second page of it
 *			back.
 *	blocks_kb	written: take so much for a moment, in blocks of four
 *			pages.
 *
 * The kernel holds a lock while a parameter is written, and a reader of one waits
 * for it.
 */
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>

enum {
	GIVEN_BACK = (1 << 20) / PAGE_SIZE,
	KB_PER_PAGE = PAGE_SIZE / 1024,
	BLOCK_ORDER = 2,
};

static unsigned int slow_ms;
module_param(slow_ms, uint, 0600);

static LIST_HEAD(balloon);
static unsigned int nr_pages; /* of the balloon */
static DEFINE_SPINLOCK(balloon_lock);

static bool give_back(void)
{
	struct page *page;

	spin_lock(&balloon_lock);
	page = list_first_entry_or_null(&balloon, struct page, lru);
	if (page) {
		list_del(&page->lru);
		nr_pages--;
	}
	spin_unlock(&balloon_lock);
	if (page)
		__free_page(page);
	return page;
}

static int on_oom(struct notifier_block *block, unsigned long unused,
		  void *data)
{
	unsigned long *freed = data;
	unsigned int i;

	msleep(READ_ONCE(slow_ms));
	for (i = 0; i < GIVEN_BACK && give_back(); i++)
		(*freed)++;
	return NOTIFY_OK;
}

static struct notifier_block oom_block = {
	.notifier_call = on_oom,
};

static int set_balloon(const char *text, const struct kernel_param *kp)
{
	unsigned int kb;
	int err = kstrtouint(text, 0, &kb);

	if (err)
		return err;
	for (; kb >= KB_PER_PAGE; kb -= KB_PER_PAGE) {
		struct page *page = alloc_page(GFP_KERNEL | __GFP_NORETRY);

		if (!page)
			return -ENOMEM;
		spin_lock(&balloon_lock);
		list_add(&page->lru, &balloon);
		nr_pages++;
		spin_unlock(&balloon_lock);
	}
	return 0;
}

static int get_balloon(char *text, const struct kernel_param *kp)
{
	return sprintf(text, "%u\n", READ_ONCE(nr_pages) * KB_PER_PAGE);
}

static const struct kernel_param_ops balloon_ops = {
	.set = set_balloon,
	.get = get_balloon,
};
module_param_cb(balloon_kb, &balloon_ops, NULL, 0600);

static void free_all(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru)
		__free_page(page);
}

static int set_charge(const char *text, const struct kernel_param *kp)
{
	LIST_HEAD(pages);
	unsigned int nofs;
	unsigned int kb;
	int err = kstrtouint(text, 0, &kb);

	if (err)
		return err;
	nofs = memalloc_nofs_save();
	for (; kb >= KB_PER_PAGE; kb -= KB_PER_PAGE) {
		struct page *page = alloc_page(GFP_KERNEL_ACCOUNT);

		if (!page) {
			err = -ENOMEM;
			break;
		}
		list_add(&page->lru, &pages);
	}
	memalloc_nofs_restore(nofs);
	free_all(&pages);
	return err;
}

static const struct kernel_param_ops charge_ops = {
	.set = set_charge,
};
module_param_cb(charge_kb, &charge_ops, NULL, 0200);

/* Between these free pages are single ones. */
static LIST_HEAD(islands);

static void free_islands(void)
{
	free_all(&islands);
	INIT_LIST_HEAD(&islands);
}

static int set_islands(const char *text, const struct kernel_param *kp)
{
	struct page *page, *next;
	unsigned int kb;
	bool keep = true;
	int err = kstrtouint(text, 0, &kb);

	if (err)
		return err;
	free_islands();
	for (; kb >= KB_PER_PAGE; kb -= KB_PER_PAGE) {
		page = alloc_page(GFP_KERNEL | __GFP_NORETRY);
		if (!page)
			return -ENOMEM;
		list_add(&page->lru, &islands);
	}
	list_for_each_entry_safe(page, next, &islands, lru) {
		keep = !keep;
		if (keep)
			continue;
		list_del(&page->lru);
		__free_page(page);
	}
	return 0;
}

static const struct kernel_param_ops islands_ops = {
	.set = set_islands,
};
module_param_cb(islands_kb, &islands_ops, NULL, 0200);

/* A victim may go on with what is kept for it, but is to end. */
static int set_blocks(const char *text, const struct kernel_param *kp)
{
	LIST_HEAD(blocks);
	struct page *page, *next;
	unsigned int kb;
	int err = kstrtouint(text, 0, &kb);

	if (err)
		return err;
	for (; kb >= KB_PER_PAGE << BLOCK_ORDER;
	     kb -= KB_PER_PAGE << BLOCK_ORDER) {
		page = fatal_signal_pending(current) ?
			       NULL :
			       alloc_pages(GFP_KERNEL | __GFP_NOWARN,
					   BLOCK_ORDER);
		if (!page) {
			err = -ENOMEM;
			break;
		}
		list_add(&page->lru, &blocks);
	}
	list_for_each_entry_safe(page, next, &blocks, lru)
		__free_pages(page, BLOCK_ORDER);
	return err;
}

static const struct kernel_param_ops blocks_ops = {
	.set = set_blocks,
};
module_param_cb(blocks_kb, &blocks_ops, NULL, 0200);

static int __init outside_init(void)
{
	return register_oom_notifier(&oom_block);
}

static void __exit outside_exit(void)
{
	unregister_oom_notifier(&oom_block);
	free_all(&balloon);
	free_islands();
}

module_init(outside_init);
module_exit(outside_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Other parts of a kernel, for the tests of oom_embedded");
