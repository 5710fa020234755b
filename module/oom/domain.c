// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of domains. A fixed number of slots, so that the OOM path allocates
 * nothing. A memory cgroup takes the slot that was idle for longest, which
 * belonged to an emergency that is over.
 *
 * A domain is claimed by one task at a time. For the machine that is certain,
 * because the kernel holds oom_lock; several members of a memory cgroup may come
 * at once.
 */
#include "core.h"

#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/memcontrol.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "oom/domain.h"

enum {
	NR_MEMCGS = IS_ENABLED(CONFIG_MEMCG) ? 24 : 0,
	MACHINE = 0,
	NR_SLOTS = 1 + NR_MEMCGS,
};

static struct {
	spinlock_t lock; /* serial and owner of each slot */
	unsigned int nr_machine; /* emergencies of the machine */
	wait_queue_head_t released;
	struct oe_domain_state slots[NR_SLOTS];
} domains = {
	.lock = __SPIN_LOCK_UNLOCKED(domains.lock),
	.released = __WAIT_QUEUE_HEAD_INITIALIZER(domains.released),
};

/* 0 for the machine; css serial numbers begin with 1. */
static u64 serial_of(const struct oe_call *call)
{
#ifdef CONFIG_MEMCG
	const struct mem_cgroup *memcg = call->domain.memcg ?:
							      call->domain.within;

	if (memcg)
		return memcg->css.serial_nr;
#endif
	return 0;
}

static struct oe_domain_state *find_slot(u64 serial)
{
	unsigned int i;

	lockdep_assert_held(&domains.lock);
	if (!serial)
		return &domains.slots[MACHINE];
	for (i = MACHINE + 1; i < NR_SLOTS; i++)
		if (domains.slots[i].serial == serial)
			return &domains.slots[i];
	return NULL;
}

/* The slot of an open emergency is reused only if all are open. */
static bool is_idler(const struct oe_domain_state *a,
		     const struct oe_domain_state *b)
{
	if (a->open != b->open)
		return b->open;
	return a->used_ns < b->used_ns;
}

static struct oe_domain_state *recycle_slot(u64 serial)
{
	struct oe_domain_state *idlest = NULL;
	unsigned int i;

	lockdep_assert_held(&domains.lock);
	for (i = MACHINE + 1; i < NR_SLOTS; i++) {
		struct oe_domain_state *slot = &domains.slots[i];

		if (!slot->owner && (!idlest || is_idler(slot, idlest)))
			idlest = slot;
	}
	if (!idlest)
		return NULL;
	if (idlest->open && ktime_get_ns() < idlest->reopen_until_ns)
		oe_stat_inc(OE_STAT_domain_overflow);
	*idlest = (struct oe_domain_state){ .serial = serial };
	return idlest;
}

/**
 * oe_domain_claim - enter the domain of a call
 * @call: the call
 *
 * Context: OOM path; takes a spinlock, allocates nothing.
 * Return: its state, to be given to oe_domain_release(); NULL if another task
 * is inside, or if every slot is in use, which is counted.
 */
struct oe_domain_state *oe_domain_claim(const struct oe_call *call)
{
	u64 serial = serial_of(call);
	struct oe_domain_state *state;

	spin_lock(&domains.lock);
	state = find_slot(serial);
	if (!state) {
		state = recycle_slot(serial);
		if (!state)
			oe_stat_inc(OE_STAT_domain_overflow);
	} else if (state->owner) {
		state = NULL;
	}
	if (state) {
		state->owner = current;
		state->hurried = false;
		state->used_ns = ktime_get_ns();
		/* A request does not mean that memory has run out. */
		if (!serial && !oe_kind_is_asked(call->kind))
			WRITE_ONCE(domains.nr_machine, domains.nr_machine + 1);
		state->nr_machine = domains.nr_machine;
	}
	spin_unlock(&domains.lock);
	return state;
}

/**
 * oe_domain_release - leave a domain
 * @state: from oe_domain_claim()
 *
 * Context: OOM path, or a worker that ends the episode in its place.
 */
void oe_domain_release(struct oe_domain_state *state)
{
	spin_lock(&domains.lock);
	state->owner = NULL;
	spin_unlock(&domains.lock);
	wake_up_all(&domains.released);
}

/**
 * oe_domain_owned - the domain of a call, if current is inside already
 * @call: the call
 *
 * Context: OOM path.
 * Return: the state that oe_domain_claim() had returned to current, or NULL.
 */
struct oe_domain_state *oe_domain_owned(const struct oe_call *call)
{
	struct oe_domain_state *state;

	spin_lock(&domains.lock);
	state = find_slot(serial_of(call));
	if (state && state->owner != current)
		state = NULL;
	spin_unlock(&domains.lock);
	return state;
}

/**
 * oe_domain_is_preempted - has an emergency of the machine begun meanwhile?
 * @state: claimed by current
 *
 * Context: OOM path.
 * Return: true if it has since oe_domain_claim(); never for the machine itself.
 */
bool oe_domain_is_preempted(const struct oe_domain_state *state)
{
	return READ_ONCE(domains.nr_machine) != state->nr_machine;
}

/**
 * oe_domain_machine_in_aftermath - may memory of the machine's last victim still
 *	be on its way?
 *
 * Context: OOM path, oom_lock held; without that lock it is a hint.
 * Return: true for half a second after a kill.
 */
bool oe_domain_machine_in_aftermath(void)
{
	return ktime_get_ns() <
	       READ_ONCE(domains.slots[MACHINE].aftermath_until_ns);
}

/**
 * oe_domain_machine_settles - a process that got SIGTERM is not waited for any more
 *
 * Context: process context; takes a spinlock.
 */
void oe_domain_machine_settles(void)
{
	u64 until_ns = ktime_get_ns() + OE_AFTERMATH_MS * (u64)NSEC_PER_MSEC;
	struct oe_domain_state *machine = &domains.slots[MACHINE];

	spin_lock(&domains.lock);
	/* With an owner it is the owner's. */
	if (!machine->owner && machine->aftermath_until_ns > until_ns)
		WRITE_ONCE(machine->aftermath_until_ns, until_ns); /* a hint */
	spin_unlock(&domains.lock);
}

static bool has_owner(u64 serial)
{
	struct oe_domain_state *state;
	bool owned;

	spin_lock(&domains.lock);
	state = find_slot(serial);
	owned = state && state->owner && state->owner != current;
	spin_unlock(&domains.lock);
	return owned;
}

/**
 * oe_domain_machine_is_open - is another task inside an emergency of the machine?
 *
 * Context: process context; takes a spinlock.
 * Return: true if so.
 */
bool oe_domain_machine_is_open(void)
{
	return has_owner(0);
}

/**
 * oe_domain_nr_machine - how often memory of the machine has run out
 *
 * Context: any.
 * Return: a number that wraps; emergencies that are asked for do not count.
 */
unsigned int oe_domain_nr_machine(void)
{
	return READ_ONCE(domains.nr_machine);
}

/**
 * oe_domain_hurry - ask the task that is inside a domain to end its window
 * @call: of a caller that cannot wait
 *
 * Context: OOM path.
 * Return: true if there is such a task.
 */
bool oe_domain_hurry(const struct oe_call *call)
{
	struct oe_domain_state *state;
	bool owned;

	spin_lock(&domains.lock);
	state = find_slot(serial_of(call));
	owned = state && state->owner && state->owner != current;
	if (owned)
		WRITE_ONCE(state->hurried, true); /* read by oe_grace_spend() */
	spin_unlock(&domains.lock);
	return owned;
}

/**
 * oe_domain_wait - wait until the task that is inside a domain has left it
 * @call: names the domain
 * @timeout_ms: not longer than this
 *
 * Context: OOM path; sleeps, and returns early if current is killed.
 */
void oe_domain_wait(const struct oe_call *call, unsigned int timeout_ms)
{
	u64 serial = serial_of(call);

	wait_event_killable_timeout(domains.released, !has_owner(serial),
				    msecs_to_jiffies(timeout_ms));
}
