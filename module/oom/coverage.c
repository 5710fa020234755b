// SPDX-License-Identifier: GPL-2.0-only
/*
 * The coverage at this moment. Root can switch off kprobes and ftrace, of which
 * the redirects are made. The redirects are therefore rehearsed once a second,
 * when `coverage` is read, and when the kernel has killed a process or asked
 * for a victim past the module.
 *
 * A rehearsal proves a mechanism, not each function. If a call went past a
 * redirect whose mechanism works, somebody else has sent it elsewhere. That
 * function counts as lost until a call comes by again.
 */
#include "core.h"

#include <linux/bits.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kernfs.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>

#include <uapi/oom_embedded.h>

#include "notify.h"
#include "oom/coverage.h"
#include "oom/redirect.h"
#include "rank/rank.h"

enum {
	CHECK_MS = 1000,
	/* Pause between two tries to wrap what could not be wrapped at load. */
	RETRY_MS = 10 * 1000,
};

/*
 * Features of this kernel beside the OOM of the machine. Without memory
 * cgroups, no window for them is missing.
 */
enum {
	HAS_MEMCG = BIT(0),
	HAS_GUARD = BIT(1),
	HAS_INHERITANCE = BIT(2),
	HAS_WINDOW = BIT(3),
};

static void check_work(struct work_struct *work);

static struct {
	const struct oe_redirect *redirects[OE_NR_COVERS];
	bool missed[OE_NR_COVERS]; /* see oe_coverage_missed() */

	struct mutex
		lock; /* down to the next blank line; its holders never allocate */
	bool telling;
	unsigned int told; /* HAS_... */
	struct kernfs_node *node;
	struct oe_uevent uevent;

	/* Raw: taken by a tracepoint's handler. */
	raw_spinlock_t work_lock;
	bool working; /* under work_lock: work may be queued */
	struct delayed_work work;
	int (*retry)(void); /* the worker's, as the next one */
	unsigned long next_retry; /* jiffies */
	void (*unwrapped)(void); /* see oe_coverage_start() */
} coverage = {
	.lock = __MUTEX_INITIALIZER(coverage.lock),
	.work_lock = __RAW_SPIN_LOCK_UNLOCKED(coverage.work_lock),
};

/**
 * oe_coverage_provide - something is covered as long as a redirect works
 * @cover: the part of the coverage
 * @redirect: registered; NULL: no longer covered
 *
 * Context: process context.
 */
void oe_coverage_provide(enum oe_cover cover,
			 const struct oe_redirect *redirect)
{
	/* Read by oe_coverage_has(). */
	WRITE_ONCE(coverage.missed[cover], false);
	WRITE_ONCE(coverage.redirects[cover], redirect);
}

/**
 * oe_coverage_saw - a call has come by a redirect
 * @cover: the part of the coverage
 *
 * Context: any.
 */
void oe_coverage_saw(enum oe_cover cover)
{
	if (READ_ONCE(coverage.missed[cover]))
		WRITE_ONCE(coverage.missed[cover], false);
}

/**
 * oe_coverage_missed - a call has gone past a redirect
 * @cover: the part of the coverage
 *
 * Context: any but NMI; allocates nothing.
 */
void oe_coverage_missed(enum oe_cover cover)
{
	if (!READ_ONCE(coverage.redirects[cover]) ||
	    READ_ONCE(coverage.missed[cover]))
		return;
	/* Read by oe_coverage_has(). */
	WRITE_ONCE(coverage.missed[cover], true);
	oe_coverage_check_soon();
}

/**
 * oe_coverage_has - is it covered, as far as we know?
 * @cover: the part of the coverage
 *
 * Context: any.
 * Return: true if it was when the redirects were rehearsed last, and no call has
 * gone past it.
 */
bool oe_coverage_has(enum oe_cover cover)
{
	const struct oe_redirect *redirect =
		READ_ONCE(coverage.redirects[cover]);

	return redirect && !READ_ONCE(coverage.missed[cover]) &&
	       oe_redirect_works(redirect);
}

static unsigned int what_there_is(void)
{
	bool memcg = IS_ENABLED(CONFIG_MEMCG) && oe_coverage_has(OE_COVER_OOM);
	unsigned int has = 0;

	if (memcg)
		has |= HAS_MEMCG;
	if (oe_coverage_has(OE_COVER_GUARD))
		has |= HAS_GUARD;
	if (oe_rank_inherits())
		has |= HAS_INHERITANCE;
	if (!memcg || oe_coverage_has(OE_COVER_WINDOW))
		has |= HAS_WINDOW;
	return has;
}

static void write_words(unsigned int has, char text[OE_COVERAGE_TEXT])
{
	scnprintf(text, OE_COVERAGE_TEXT, "global%s%s%s%s",
		  has & HAS_MEMCG ? " memcg" : "",
		  has & HAS_GUARD ? " guard" : "",
		  has & HAS_INHERITANCE ? "" : " no-inherit",
		  has & HAS_WINDOW ? "" : " no-window");
}

/* Log, uevent, pollers. */
static void tell_change(unsigned int has, const char *text)
{
	struct oe_uevent *uevent = &coverage.uevent;
	char before[OE_COVERAGE_TEXT];

	lockdep_assert_held(&coverage.lock);
	write_words(coverage.told, before);
	if (coverage.told & ~has)
		pr_warn("coverage was \"%s\" and is \"%s\": kprobes or ftrace are switched off, or used by others\n",
			before, text);
	else
		pr_notice("coverage was \"%s\" and is \"%s\"\n", before, text);
	coverage.told = has;
	memset(uevent, 0, sizeof(*uevent));
	oe_uevent_add(uevent,
		      OOM_EMBEDDED_KEY_EVENT "=" OOM_EMBEDDED_EVENT_COVERAGE);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_SEQ "=%llu", oe_notify_wanted());
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_COVERAGE "=%s", text);
	oe_notify_send(uevent);
	if (coverage.node)
		sysfs_notify_dirent(coverage.node);
}

/**
 * oe_coverage_check - look what is covered now, and tell if it has changed
 * @text: filled in with the words of the file `coverage`
 *
 * Context: process context, may sleep; allocates nothing; not the OOM path.
 */
void oe_coverage_check(char text[OE_COVERAGE_TEXT])
{
	unsigned int has;

	mutex_lock(&coverage.lock);
	oe_redirect_rehearse();
	has = what_there_is();
	write_words(has, text);
	if (coverage.telling && has != coverage.told)
		tell_change(has, text);
	mutex_unlock(&coverage.lock);
}

static void queue_check(unsigned int ms)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&coverage.work_lock, flags);
	if (coverage.working)
		mod_delayed_work(system_power_efficient_wq, &coverage.work,
				 msecs_to_jiffies(ms));
	raw_spin_unlock_irqrestore(&coverage.work_lock, flags);
}

static void retry_load(void)
{
	if (!coverage.retry || time_before(jiffies, coverage.next_retry))
		return;
	coverage.next_retry = jiffies + msecs_to_jiffies(RETRY_MS);
	if (coverage.retry() != -EAGAIN)
		coverage.retry = NULL;
}

static void check_work(struct work_struct *work)
{
	char text[OE_COVERAGE_TEXT];

	if (READ_ONCE(oe_config.mode) != OE_MODE_OFF) {
		retry_load();
		oe_coverage_check(text);
	}
	if (!oe_coverage_has(OE_COVER_OOM))
		coverage.unwrapped();
	queue_check(CHECK_MS);
}

/**
 * oe_coverage_check_soon - something has gone past the module
 *
 * Context: any but NMI; allocates nothing.
 */
void oe_coverage_check_soon(void)
{
	queue_check(0);
}

static void set_node(struct kernfs_node *node)
{
	mutex_lock(&coverage.lock);
	coverage.node = node;
	mutex_unlock(&coverage.lock);
}

/**
 * oe_coverage_attach - sysfs exists: from now on pollers are woken
 * @node: of `coverage`; the caller's, until oe_coverage_detach() has returned
 *
 * Context: process context.
 */
void oe_coverage_attach(struct kernfs_node *node)
{
	set_node(node);
}

/**
 * oe_coverage_detach - sysfs goes away
 *
 * Context: process context.
 */
void oe_coverage_detach(void)
{
	set_node(NULL);
}

static void set_telling(bool telling)
{
	mutex_lock(&coverage.lock);
	coverage.told = what_there_is();
	coverage.telling = telling;
	mutex_unlock(&coverage.lock);
}

static void set_working(bool working)
{
	raw_spin_lock_irq(&coverage.work_lock);
	coverage.working = working;
	raw_spin_unlock_irq(&coverage.work_lock);
}

/**
 * oe_coverage_start - the ways in are as they are: watch them
 * @retry: wraps what could not be wrapped at load because something was switched
 *	off; called until it returns anything but -EAGAIN; NULL: nothing to retry
 * @unwrapped: called, also more than once, if a call of out_of_memory() may come in
 *	by the notifier only
 *
 * Context: module init, last step.
 */
void oe_coverage_start(int (*retry)(void), void (*unwrapped)(void))
{
	coverage.retry = retry;
	coverage.unwrapped = unwrapped;
	coverage.next_retry = jiffies + msecs_to_jiffies(RETRY_MS);
	/* Deferrable: an idle CPU is not woken for it. */
	INIT_DEFERRABLE_WORK(&coverage.work, check_work);
	set_telling(true);
	if (!oe_coverage_has(OE_COVER_OOM))
		unwrapped();
	/* Coverage that never existed cannot be lost. */
	if (!retry && !oe_coverage_has(OE_COVER_OOM))
		return;
	set_working(true);
	queue_check(CHECK_MS);
}

/**
 * oe_coverage_stop - the ways in are about to be taken away
 *
 * Context: module exit, first step; may sleep; after oe_coverage_start().
 */
void oe_coverage_stop(void)
{
	set_working(false);
	cancel_delayed_work_sync(&coverage.work);
	set_telling(false);
}
