// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ending processes of a user whose allowance has ended.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>

#include "lib/units.h"
#include "limits/choose.h"
#include "limits/enforce.h"
#include "limits/measure.h"
#include "limits/report.h"
#include "limits/storm.h"
#include "limits/victims.h"
#include "tasks/kill_set.h"

enum {
	/* Tracers of tracers that are looked for at a time. */
	TRACERS = 16,
};

/**
 * struct choice - a process to end
 * @pid: the process
 * @held: what its end brings besides its own memory
 * @rank: its ranking when it was chosen; 0 if that did not count
 * @reason: for the report, or NULL
 */
struct choice {
	struct pid *pid;
	unsigned long held;
	u16 rank;
	const char *reason;
};

static void say_once(struct oe_limit_round *round,
		     enum oe_limit_outcome outcome, const char *reason,
		     struct pid *tgid)
{
	struct oe_limit_found found = {};

	if (round->limit->state.said)
		return;
	round->limit->state.said = true;
	if (tgid)
		oe_limit_look_up(round->limit, tgid, &found);
	oe_limit_report(round->limit, &round->view, outcome, reason,
			&found.process);
}

static int signal_of(const struct oe_limit *limit, enum oe_limit_signal signal)
{
	return signal == OE_LIMIT_KILLED ? SIGKILL : READ_ONCE(limit->signal);
}

struct call {
	const struct oe_limit *limit;
	int signal;
};

static void signal_sharer(struct task_struct *p, void *arg)
{
	const struct call *call = arg;

	if (oe_limit_is_about(call->limit, p))
		kill_pid(task_tgid(p), call->signal, 1);
}

/*
 * Those that have the memory of a process, too, would keep it: each child of a chain
 * of vfork() has it when its parent has ended.
 */
static void signal_sharers(const struct oe_limit *limit, struct pid *tgid,
			   int signal)
{
	struct call call = { .limit = limit, .signal = signal };
	struct task_struct *p;

	rcu_read_lock();
	p = pid_task(tgid, PIDTYPE_TGID);
	if (p)
		oe_kill_set_visit_sharers(p, signal_sharer, &call);
	rcu_read_unlock();
}

/*
 * Looks the process up again, because time has passed since the walk. From the
 * kernel, to a struct pid: no permission check, no reused number.
 */
static bool send_signal_to(struct oe_limit_round *round,
			   struct oe_limit_slot *slot,
			   enum oe_limit_signal signal, const char *reason)
{
	int number = signal_of(round->limit, signal);
	struct oe_limit_found found;

	oe_limit_look_up(round->limit, slot->pid, &found);
	if (found.fate != OE_LIMIT_ALIVE)
		return false;
	/* Before it ends: then they could not be found any more. */
	signal_sharers(round->limit, slot->pid, number);
	if (kill_pid(slot->pid, number, 1))
		return false;
	slot->gain = found.gain;
	slot->rank = found.process.rank;
	round->limit->state.said = false;
	oe_limit_report(round->limit, &round->view,
			signal == OE_LIMIT_KILLED ? OE_LIMIT_SAY_KILLED :
						    OE_LIMIT_SAY_TERMINATED,
			reason, &found.process);
	return true;
}

/* Returns false if no signal can be sent to it. */
static bool treat_slot(struct oe_limit_round *round, struct oe_limit_slot *slot,
		       const char *reason)
{
	struct oe_limit_victim before = slot->is;
	enum oe_limit_signal signal;

	signal = oe_limit_treat(&slot->is, &round->limit->state, &round->view);
	if (signal && !send_signal_to(round, slot, signal, reason)) {
		slot->is = before;
		return false;
	}
	round->need -= slot->gain + slot->held;
	return true;
}

/* Returns what is remembered of it, or NULL if no signal can be sent to it. */
static struct oe_limit_slot *end_process(struct oe_limit_round *round,
					 const struct choice *choice)
{
	struct oe_limit_victims *victims = &round->limit->victims;
	struct oe_limit_slot *slot = oe_victims_find(victims, choice->pid);
	bool is_new = !slot;
	struct oe_birth birth = {};
	bool sent;

	if (is_new)
		slot = oe_victims_add(victims, choice->pid);
	if (!slot)
		return NULL;
	slot->held = choice->held;
	if (choice->rank)
		slot->rank = choice->rank;
	if (is_new)
		oe_storm_look(round->limit, choice->pid, &birth);
	sent = treat_slot(round, slot, choice->reason);
	if (is_new && sent)
		oe_storm_note(round->limit, &birth, round->view.now_ms);
	else if (is_new)
		oe_victims_drop(victims, slot);
	put_pid(birth.parent);
	return sent ? slot : NULL;
}

/*
 * A process that is exiting and does not come to its end is not waited for. Its
 * tracer, if that keeps it, has to go. The tracer may have one, too.
 */
static void release_stuck(struct oe_limit_round *round, unsigned int i)
{
	struct oe_limit *limit = round->limit;
	struct oe_limit_slot *slot = &limit->victims.slots[i];
	unsigned long gain = slot->gain;
	struct pid *held = slot->pid;
	struct oe_limit_found found;
	unsigned int depth;

	if (!slot->told) {
		slot->told = true;
		oe_limit_look_up(limit, slot->pid, &found);
		oe_limit_report(limit, &round->view, OE_LIMIT_SAY_BLOCKED,
				"stuck", &found.process);
		kill_pid(slot->pid, SIGKILL, 1); /* it may be dumping core */
	}
	get_pid(held);
	for (depth = 0; depth < TRACERS; depth++) {
		struct choice tracer = { .held = gain, .reason = "tracer" };

		tracer.pid = oe_limit_holder(limit, held);
		put_pid(held);
		held = tracer.pid;
		if (!held)
			break;
		if (!oe_victims_find(&limit->victims, held) &&
		    end_process(round, &tracer))
			gain = 0;
	}
	put_pid(held);
}

static void release_all_stuck(struct oe_limit_round *round)
{
	struct oe_limit_victims *victims = &round->limit->victims;
	unsigned int nr = victims->nr;
	unsigned int i;

	for (i = 0; i < nr && round->need > 0; i++)
		if (victims->slots[i].is.stuck)
			release_stuck(round, i);
}

/* Memory of processes that are ending counts as given back. */
static void credit_leaving(struct oe_limit_round *round)
{
	struct oe_limit_victims *victims = &round->limit->victims;
	unsigned int i;

	for (i = 0; i < victims->nr; i++)
		if (oe_limit_is_leaving(&victims->slots[i].is))
			round->need -=
				victims->slots[i].gain + victims->slots[i].held;
}

static void hurry_asked(struct oe_limit_round *round)
{
	struct oe_limit_victims *victims = &round->limit->victims;
	unsigned int i;

	for (i = 0; i < victims->nr && round->need > 0; i++) {
		struct oe_limit_slot *slot = &victims->slots[i];

		if (oe_limit_is_asked(&slot->is) && !slot->is_parent &&
		    slot->fate == OE_LIMIT_ALIVE)
			treat_slot(round, slot, NULL);
	}
}

static void end_many(struct oe_limit_round *round)
{
	unsigned int nr = oe_choose_many(round->limit, round->need);
	struct oe_limit_candidate is;
	unsigned int i;

	for (i = 0; i < nr && round->need > 0; i++) {
		struct choice choice = { .pid = oe_choose_nth(i, &is) };

		choice.rank = is.rank;
		end_process(round, &choice);
	}
	oe_choose_end();
}

/* One at a time: another process may hold the same files. */
static void end_holder(struct oe_limit_round *round)
{
	struct choice choice = { .reason = "files" };
	struct oe_limit_candidate is;

	if (oe_choose_holder(round->limit)) {
		choice.pid = oe_choose_nth(0, &is);
		choice.held = is.gain;
		choice.rank = is.rank;
		end_process(round, &choice);
	}
	oe_choose_end();
}

static bool is_anyone_pending(const struct oe_limit_victims *victims)
{
	unsigned int i;

	for (i = 0; i < victims->nr; i++)
		if (oe_victims_is_pending(&victims->slots[i]))
			return true;
	return false;
}

static void end_more(struct oe_limit_round *round)
{
	struct oe_limit_use *use = &round->limit->use;
	const struct choice best = { .pid = use->best,
				     .rank = use->best_is.rank };
	bool are_files = use->loose_pages >= round->need;

	if (are_files)
		end_holder(round);
	if (use->best && round->need > 0)
		end_process(round, &best);
	if (use->best && round->need > 0)
		end_many(round);
	if (use->loose_pages && !are_files && round->need > 0)
		end_holder(round);
}

/*
 * A parent goes with its children. It has to do so first, because they may be
 * enough without it, and would be so again and again. Returns true if a parent
 * has just been killed.
 */
static bool end_parents(struct oe_limit_round *round)
{
	struct oe_limit_victims *victims = &round->limit->victims;
	bool is_killed = false;
	unsigned int i;

	for (i = 0; i < victims->nr; i++)
		victims->slots[i].is_parent = false;
	for (i = 0; i < OE_LIMIT_PARENTS && round->need > 0; i++) {
		struct choice choice = { .reason = "parent" };
		struct oe_limit_slot *slot;
		bool is_old;

		choice.pid = oe_storm_parent(round->limit, i);
		if (!choice.pid)
			continue;
		slot = oe_victims_find(victims, choice.pid);
		is_old = slot && slot->is.signal == OE_LIMIT_KILLED;
		slot = end_process(round, &choice);
		if (!slot)
			continue;
		slot->is_parent = true;
		is_killed |= !is_old && slot->is.signal == OE_LIMIT_KILLED;
	}
	return is_killed;
}

/* One of them is reported, the others are counted. */
static bool end_storm(struct oe_limit_round *round)
{
	struct oe_limit *limit = round->limit;
	struct oe_limit_found found = {};
	unsigned int nr;

	if (limit->use.best)
		oe_limit_look_up(limit, limit->use.best, &found);
	nr = oe_storm_sweep(limit);
	if (!nr)
		return false;
	WRITE_ONCE(limit->nr_kills, limit->nr_kills + nr); /* for sysfs */
	oe_limit_report_many(limit, nr - 1);
	oe_limit_report(limit, &round->view, OE_LIMIT_SAY_KILLED, "storm",
			&found.process);
	return true;
}

/**
 * oe_enforce - end processes, as many as the excess needs
 * @round: the look at the user, whose allowance has ended
 *
 * Context: process context, under the lock of the scan; may sleep.
 */
void oe_enforce(struct oe_limit_round *round)
{
	struct oe_limit *limit = round->limit;

	credit_leaving(round);
	if (round->need <= 0)
		return;
	if (!round->enforce) {
		say_once(round, OE_LIMIT_SAY_OBSERVED, NULL, limit->use.best);
		return;
	}
	if (oe_pages_to_kb(limit->use.fixed_pages) > round->view.max_kb) {
		say_once(round, OE_LIMIT_SAY_BLOCKED, "files", NULL);
		round->need -= limit->use.fixed_pages;
	}
	if (round->need > 0 && oe_limit_is_storm(&limit->state) &&
	    end_storm(round))
		return;
	release_all_stuck(round);
	/* The children of a parent may end with it, and then nobody else has to. */
	if (end_parents(round))
		return;
	hurry_asked(round);
	if (round->need > 0)
		end_more(round);
	if (round->need > 0 && !is_anyone_pending(&limit->victims))
		say_once(round, OE_LIMIT_SAY_BLOCKED, "nobody", NULL);
}
