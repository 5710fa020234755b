// SPDX-License-Identifier: GPL-2.0-only
/*
 * Telling userspace: the counter, the pollers, the uevents.
 *
 * Counting and waking allocate nothing. Sending a uevent allocates, and takes
 * the kernel's uevent mutex, whose holder may itself wait for memory. So a
 * thread of this module sends uevents, with access to the reserves, and the OOM
 * path waits for the thread for a limited time.
 */
#include "core.h"

#include <linux/capability.h>
#include <linux/delay.h>
#include <linux/kernfs.h>
#include <linux/kfifo.h>
#include <linux/kobject.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/wait.h>
#include <uapi/linux/sched/types.h>

#include "lib/stash.h"
#include "notify.h"

enum {
	/* Uevents: one of each domain, and the places kept; and their text. */
	QUEUE_LENGTH = 32,
	QUEUE_BYTES = 8192, /* a power of two */
	/* For what is not of a memory cgroup. */
	PLACES_KEPT = 8,
	BYTES_KEPT = 2048,
	REFILL_RETRY_MS = 200,
	LISTENERS_US = 2000,
};

static struct {
	atomic64_t wanted;
	atomic64_t done;
	atomic64_t done_ns; /* CLOCK_MONOTONIC of the last change of done */
	/* Last value of wanted that a privileged process read, or -1. */
	atomic64_t seen;
	pid_t follower; /* thread group of that process */

	spinlock_t lock;
	bool awaited; /* under lock: an announcement waits for the follower */

	STRUCT_KFIFO_REC_2(QUEUE_BYTES) queue; /* under lock: the texts */
	unsigned int nr_waiting; /* under lock: in it */
	unsigned long nr_queued; /* under lock */
	unsigned long nr_sent; /* release by the thread, acquire by waiters */
	bool attached; /* under lock: kobj and node are valid */
	struct kobject *kobj;
	struct kernfs_node *node;

	bool hurry; /* at unload: do not wait for userspace */
	wait_queue_head_t wait; /* for sent, seen and done */
	wait_queue_head_t work; /* for the thread */
	struct task_struct *thread;
	char outgoing[OE_UEVENT_TEXT]; /* the thread's */
} notify;

/*
 * A socket that drops a buffer from the reserves counts it in a counter that
 * only CONFIG_INET allocates: without it the kernel writes through a NULL
 * pointer. On such a kernel the thread waits for memory instead of using the
 * reserves.
 */
static int emit_uevent(char *envp[])
{
	unsigned int noreclaim;
	int err;

	if (!IS_ENABLED(CONFIG_INET))
		return kobject_uevent_env(notify.kobj, KOBJ_CHANGE, envp);
	noreclaim = memalloc_noreclaim_save();
	err = kobject_uevent_env(notify.kobj, KOBJ_CHANGE, envp);
	memalloc_noreclaim_restore(noreclaim);
	return err;
}

static void send_uevent(char *text, unsigned int length)
{
	char *envp[OE_UEVENT_KEYS + 1];
	char *end = text + length;
	unsigned int i = 0;

	for (; text < end && i < OE_UEVENT_KEYS; text += strlen(text) + 1)
		envp[i++] = text;
	envp[i] = NULL;

	oe_stash_empty();
	if (emit_uevent(envp))
		oe_stat_inc(OE_STAT_uevent_failed);
}

/* The length of the next one, which is in notify.outgoing then; 0 = there is none. */
static unsigned int take_uevent(void)
{
	unsigned int length;

	spin_lock(&notify.lock);
	length = kfifo_out(&notify.queue, notify.outgoing,
			   sizeof(notify.outgoing));
	if (length)
		notify.nr_waiting--;
	spin_unlock(&notify.lock);
	return length;
}

static bool has_work(void)
{
	return !kfifo_is_empty(&notify.queue) || kthread_should_stop();
}

static int run_sender(void *unused)
{
	unsigned int length;
	bool full = false;

	/* Real-time: the uevent must not wait behind the processes that leak. */
	sched_set_fifo_low(current);
	for (;;) {
		full = oe_stash_fill();
		wait_event_idle_timeout(
			notify.work, has_work(),
			full ? MAX_SCHEDULE_TIMEOUT :
			       msecs_to_jiffies(REFILL_RETRY_MS));
		while ((length = take_uevent())) {
			send_uevent(notify.outgoing, length);
			/* Pairs with is_sent(). */
			smp_store_release(&notify.nr_sent, notify.nr_sent + 1);
			wake_up_all(&notify.wait);
		}
		if (kthread_should_stop())
			return 0;
	}
}

/*
 * A process that has read the last count is most likely waiting for the next
 * one. The process that asks for memory cannot read meanwhile.
 */
static bool has_follower(void)
{
	lockdep_assert_held(&notify.lock);
	return (notify.awaited ||
		atomic64_read(&notify.seen) == atomic64_read(&notify.wanted)) &&
	       READ_ONCE(notify.follower) != current->tgid;
}

/**
 * oe_notify_wake - count one more OOM episode and wake the pollers
 * @ticket: count and follower are filled in
 *
 * Context: process context, also the OOM path: spinlocks only, no allocation.
 */
void oe_notify_wake(struct oe_ticket *ticket)
{
	spin_lock(&notify.lock);
	ticket->follower = notify.awaited = has_follower();
	ticket->count = atomic64_inc_return(&notify.wanted);
	if (notify.attached)
		sysfs_notify_dirent(notify.node);
	spin_unlock(&notify.lock);
}

/**
 * oe_notify_count - count one more OOM episode, and wake nobody
 *
 * Context: OOM path, while the machine is about to be suspended.
 * Return: the count.
 */
u64 oe_notify_count(void)
{
	u64 count;

	spin_lock(&notify.lock);
	notify.awaited = has_follower();
	count = atomic64_inc_return(&notify.wanted);
	spin_unlock(&notify.lock);
	return count;
}

/**
 * oe_notify_catch_up - wake the pollers of what oe_notify_count() has counted
 *
 * Context: process context.
 */
void oe_notify_catch_up(void)
{
	spin_lock(&notify.lock);
	if (notify.attached)
		sysfs_notify_dirent(notify.node);
	spin_unlock(&notify.lock);
}

static bool has_place(const struct oe_uevent *uevent)
{
	unsigned int places = QUEUE_LENGTH - notify.nr_waiting;
	unsigned int bytes = kfifo_avail(&notify.queue);

	lockdep_assert_held(&notify.lock);
	if (uevent->yields)
		return places > PLACES_KEPT &&
		       bytes >= BYTES_KEPT + uevent->used;
	return places && bytes >= uevent->used;
}

/**
 * oe_notify_send - hand a uevent to the thread
 * @uevent: copied
 *
 * Context: process context, also the OOM path: spinlocks only, no allocation.
 * Return: a ticket for oe_notify_wait(); 0 if the queue was full, which
 * stats/uevent_failed counts.
 */
unsigned long oe_notify_send(const struct oe_uevent *uevent)
{
	unsigned long ticket = 0;

	spin_lock(&notify.lock);
	if (notify.attached && has_place(uevent)) {
		kfifo_in(&notify.queue, uevent->text, uevent->used);
		notify.nr_waiting++;
		ticket = ++notify.nr_queued;
	}
	spin_unlock(&notify.lock);
	if (ticket)
		wake_up(&notify.work);
	else
		oe_stat_inc(OE_STAT_uevent_failed);
	return ticket;
}

static bool is_sent(unsigned long ticket)
{
	/* Pairs with run_sender(). */
	return smp_load_acquire(&notify.nr_sent) >= ticket;
}

static bool was_read(const struct oe_ticket *ticket)
{
	return !ticket->follower ||
	       atomic64_read(&notify.seen) >= (s64)ticket->count;
}

static bool is_announced(const struct oe_ticket *ticket)
{
	/*
	 * Without CONFIG_INET the thread may enter the OOM path itself. Nothing
	 * gets out until that has ended.
	 */
	return (is_sent(ticket->uevent) || current == notify.thread) &&
	       was_read(ticket);
}

/* The follower did not read the count: do not wait for it next time. */
static void give_up_follower(void)
{
	spin_lock(&notify.lock);
	notify.awaited = false;
	spin_unlock(&notify.lock);
}

/**
 * oe_notify_wait - wait until userspace has been told
 * @ticket: from oe_notify_wake(), with the uevent's
 * @timeout_ms: not longer than this
 *
 * Waits for the uevent, and for the follower to read the count. A follower that
 * does not come costs this wait once.
 *
 * Context: process context, also the OOM path; sleeps.
 * Return: true if the uevent is out.
 */
bool oe_notify_wait(const struct oe_ticket *ticket, unsigned int timeout_ms)
{
	wait_event_timeout(notify.wait, is_announced(ticket),
			   msecs_to_jiffies(timeout_ms));
	if (!was_read(ticket))
		give_up_follower();
	if (!is_sent(ticket->uevent)) {
		oe_stat_inc(OE_STAT_uevent_timeouts);
		return false;
	}
	/* Let the listeners run, also on a machine with one CPU. */
	usleep_range(LISTENERS_US, 2 * LISTENERS_US);
	return true;
}

/**
 * oe_notify_flush - wait until a uevent is out
 * @ticket: of the uevent
 *
 * For a sender of more uevents than the queue has room for.
 *
 * Context: process context, sleeps; not the OOM path.
 */
void oe_notify_flush(unsigned long ticket)
{
	wait_event_idle(notify.wait, is_sent(ticket));
}

/**
 * oe_notify_wanted - OOM episodes so far
 *
 * Context: any.
 * Return: the count.
 */
u64 oe_notify_wanted(void)
{
	return atomic64_read(&notify.wanted);
}

/**
 * oe_notify_done - the last count that userspace has acknowledged
 *
 * Context: any.
 * Return: the count.
 */
u64 oe_notify_done(void)
{
	return atomic64_read(&notify.done);
}

/**
 * oe_notify_done_ns - when userspace acknowledged
 * @count: this episode or a later one
 *
 * Context: any.
 * Return: CLOCK_MONOTONIC, or 0 if it has not.
 */
u64 oe_notify_done_ns(u64 count)
{
	if (atomic64_read(&notify.done) < (s64)count)
		return 0;
	/*
	 * Pairs with the full barrier in raise_to(). Not a read_acquire, which
	 * older 32-bit kernels do not have for 64 bits.
	 */
	smp_rmb();
	return atomic64_read(&notify.done_ns);
}

/**
 * oe_notify_wait_done - wait until userspace acknowledges
 * @count: this episode
 * @timeout_ms: not longer than this
 *
 * Context: process context, also the OOM path; sleeps, and returns early if
 * current is killed.
 * Return: true if userspace has acknowledged, or the module is being unloaded.
 */
bool oe_notify_wait_done(u64 count, unsigned int timeout_ms)
{
	return wait_event_killable_timeout(notify.wait,
					   oe_notify_done() >= count ||
						   READ_ONCE(notify.hurry),
					   msecs_to_jiffies(timeout_ms)) > 0;
}

/**
 * oe_notify_hurry - end all waits for an acknowledgement of userspace
 *
 * Context: module exit.
 */
void oe_notify_hurry(void)
{
	WRITE_ONCE(notify.hurry, true); /* read by oe_notify_wait_done() */
	wake_up_all(&notify.wait);
}

/**
 * oe_notify_is_hurried - is the module about to be unloaded?
 * Context: any.
 * Return: true after oe_notify_hurry().
 */
bool oe_notify_is_hurried(void)
{
	return READ_ONCE(notify.hurry);
}

static void raise_to(atomic64_t *mark, u64 count)
{
	s64 old = atomic64_read(mark);

	while (old < (s64)count && !atomic64_try_cmpxchg(mark, &old, count))
		;
}

/**
 * oe_notify_read - userspace reads the counter
 *
 * Only a process that might act on it is a follower. Another one must not be
 * able to end the OOM path's wait, or to prolong it.
 *
 * Context: process context, in the reader.
 * Return: the value that it is shown.
 */
u64 oe_notify_read(void)
{
	u64 wanted = oe_notify_wanted();

	if (!ns_capable_noaudit(&init_user_ns, CAP_SYS_RESOURCE))
		return wanted;
	spin_lock(&notify.lock);
	notify.awaited = false;
	spin_unlock(&notify.lock);
	WRITE_ONCE(notify.follower, current->tgid); /* read by has_follower() */
	raise_to(&notify.seen, wanted);
	wake_up_all(&notify.wait);
	return wanted;
}

/**
 * oe_notify_acknowledge - userspace has handled everything up to a count
 * @count: done <= count <= wanted
 *
 * Context: process context.
 * Return: 0 or -ERANGE.
 */
int oe_notify_acknowledge(u64 count)
{
	if (count < oe_notify_done() || count > oe_notify_wanted())
		return -ERANGE;
	/* Publish done_ns before done; pairs with oe_notify_done_ns(). */
	atomic64_set(&notify.done_ns, ktime_get_ns());
	raise_to(&notify.done, count);
	wake_up_all(&notify.wait);
	return 0;
}

/**
 * oe_notify_attach - sysfs exists: from now on uevents are sent
 * @kobj: sender of the uevents
 * @wanted: node of `reconfigure_wanted`
 *
 * Both stay the caller's, until oe_notify_detach() has returned.
 *
 * Context: process context.
 */
void oe_notify_attach(struct kobject *kobj, struct kernfs_node *wanted)
{
	spin_lock(&notify.lock);
	notify.kobj = kobj;
	notify.node = wanted;
	notify.attached = true;
	spin_unlock(&notify.lock);
}

/**
 * oe_notify_detach - sysfs goes away
 *
 * On return all queued uevents have been sent.
 *
 * Context: process context, may sleep.
 */
void oe_notify_detach(void)
{
	unsigned long last;

	spin_lock(&notify.lock);
	notify.attached = false;
	last = notify.nr_queued;
	spin_unlock(&notify.lock);
	wait_event(notify.wait, is_sent(last));
}

/**
 * oe_notify_init - start the thread
 *
 * Context: module init.
 * Return: 0 or a negative errno.
 */
int oe_notify_init(void)
{
	atomic64_set(&notify.seen, -1);
	spin_lock_init(&notify.lock);
	INIT_KFIFO(notify.queue);
	init_waitqueue_head(&notify.wait);
	init_waitqueue_head(&notify.work);
	notify.thread = kthread_run(run_sender, NULL, "oom_embedded");
	return PTR_ERR_OR_ZERO(notify.thread);
}

/**
 * oe_notify_exit - stop the thread
 *
 * Context: module exit, may sleep.
 */
void oe_notify_exit(void)
{
	kthread_stop(notify.thread);
	oe_stash_empty();
}
