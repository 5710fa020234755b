// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process without rights makes itself more expendable than it is. ranking.c
 * says what that counts for, rank.c stores it.
 *
 * A process that is slow by nature or on purpose (nice, a CPU quota, a stopped
 * container) must not hold the lock for which a manager waits in an OOM. So the
 * change is made by a kernel worker, for one such process at a time.
 */
#include "core.h"

#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/workqueue.h>

#include "rank/offer.h"
#include "rank/rank.h"
#include "rank/rank_table.h"
#include "rank/ranking.h"

static void make_offer(struct work_struct *work);

/* The request under way. Its process waits for the worker, so @task lives. */
static struct {
	struct mutex lock; /* everything below */
	struct work_struct work;
	struct task_struct *task;
	struct oe_offer offer;
	struct oe_rank_entry *entry;
	int err;
} request = {
	.lock = __MUTEX_INITIALIZER(request.lock),
	.work = __WORK_INITIALIZER(request.work, make_offer),
};

static bool is_no_less(struct task_struct *p, unsigned int rank)
{
	bool is;

	rcu_read_lock();
	is = rank >= oe_rank_of(p).rank;
	rcu_read_unlock();
	return is;
}

/* The rankings that are compared change under the lock only. */
static void make_offer(struct work_struct *work)
{
	mutex_lock(&oe_rank_table_lock);
	request.err = -EPERM;
	if (is_no_less(request.task, request.offer.rank))
		request.err = __oe_rank_offer(task_tgid(request.task),
					      request.offer, request.entry);
	mutex_unlock(&oe_rank_table_lock);
}

static int request_offer(struct oe_offer offer, struct oe_rank_entry *entry)
{
	int err;

	err = mutex_lock_killable(&request.lock);
	if (err)
		return err;
	request.task = current;
	request.offer = offer;
	request.entry = entry;
	queue_work(system_wq, &request.work);
	flush_work(&request.work);
	err = request.err;
	mutex_unlock(&request.lock);
	return err;
}

/**
 * oe_offer_make - current's process makes itself more expendable than it is
 * @rank: its ranking is at least this from now on, and that of its children
 *
 * Counts as long as the process has the effective user that it has now, so that
 * a program that changes it (setuid) is not judged by what its starter has said.
 * An offer of root counts whatever the process becomes.
 *
 * Context: process context, may sleep and allocate.
 * Return: 0; -EPERM if @rank is below the ranking that counts, or forbidden by
 * `allow_offers`; -EOPNOTSUPP on a kernel that does not tell of fork and exit;
 * -ENOMEM or -EINTR.
 */
int oe_offer_make(unsigned int rank)
{
	const struct oe_offer offer = { rank, current_euid() };
	struct oe_rank_entry *entry;
	int err;

	if (!READ_ONCE(oe_config.allow_offers))
		return -EPERM;
	/* Before the locks: only this process waits for memory. */
	entry = oe_rank_table_alloc_no_spare();
	if (!entry)
		return -ENOMEM;
	err = request_offer(offer, entry);
	if (err)
		oe_rank_table_free(entry);
	return err;
}
