// SPDX-License-Identifier: GPL-2.0-only
/*
 * The oom_score_adj that a process has of its own, while the rankings are mirrored
 * to that file (mirror.c).
 *
 * A process whose value is not its own has an entry here. A child gets the value
 * of its parent early in its fork; the fork's tracepoint gives it the parent's own
 * value before it runs. So a process without an entry has a value of its own, but
 * for one that is still being forked.
 */
#include "core.h"

#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seqlock.h>
#include <linux/slab.h>

#include "compat/compat.h"
#include "lib/pause.h"
#include "lib/pid_table.h"
#include "rules/adj_rule.h"
#include "rules/policy.h"
#include "tasks/own_adj.h"

enum {
	/*
	 * Programs read their value when they start, keep it, and give it to
	 * their children later, as sshd does. They must not read ours.
	 */
	SETTLE_MS = 3000,
};

/**
 * struct entry - the facts about one thread group
 * @node: in the table; one reference of its pid is held
 * @rcu: for freeing, once out of the table
 * @record: changed under own.seq, by one writer
 * @since: jiffies at which it had @record.original first
 */
struct entry {
	struct oe_pid_node node;
	struct rcu_head rcu;
	struct oe_adj_record record;
	unsigned long since;
};

struct oe_pid_table *oe_own_adj_table;

static struct {
	seqcount_t seq; /* a process's value, and its record */
} own = {
	.seq = SEQCNT_ZERO(own.seq),
};

static struct entry *entry_of(struct oe_pid_node *node)
{
	return container_of(node, struct entry, node);
}

static void free_entry(struct rcu_head *head)
{
	struct entry *entry = container_of(head, struct entry, rcu);

	put_pid(entry->node.pid);
	kfree(entry);
}

static void remove_entry(struct entry *entry)
{
	if (oe_pid_table_remove(oe_own_adj_table, &entry->node, NULL))
		call_rcu(&entry->rcu, free_entry);
}

static short value_of(struct task_struct *p)
{
	return READ_ONCE(p->signal->oom_score_adj); /* written by anybody */
}

/* It has a copy of its parent's value, and cannot have run. */
static bool is_new(struct task_struct *p)
{
	return READ_ONCE(p->__state) == TASK_NEW;
}

static struct entry *find_entry(struct oe_pid_table *table,
				struct task_struct *p)
{
	struct pid *pid = task_tgid(p);
	struct oe_pid_node *node = pid ? oe_pid_table_find(table, pid) : NULL;

	return node ? entry_of(node) : NULL;
}

/*
 * The kernel writes the value under a mutex that modules cannot take, and not all
 * architectures exchange 16 bits. False if it was not @old.
 */
static bool replace_value(short *value, short old, short new)
{
	u32 *word = PTR_ALIGN_DOWN((u32 *)value, sizeof(*word));
	unsigned int half = ((unsigned long)value & sizeof(*value)) / 2;
	union {
		u32 word;
		short half[2];
	} before, after;

	do {
		before.word = READ_ONCE(*word);
		if (before.half[half] != old)
			return false;
		after = before;
		after.half[half] = new;
	} while (cmpxchg(word, before.word, after.word) != before.word);
	return true;
}

/* Readers see value and record change together. If another writer was faster, neither changes. */
static void give_value(struct entry *entry, struct task_struct *p, short value)
{
	preempt_disable(); /* readers spin meanwhile */
	write_seqcount_begin(&own.seq);
	if (replace_value(&p->signal->oom_score_adj, entry->record.written,
			  value))
		oe_adj_rule_gave(&entry->record, value);
	write_seqcount_end(&own.seq);
	preempt_enable();
}

static void lose_value(struct entry *entry, short value)
{
	bool lost;

	preempt_disable();
	write_seqcount_begin(&own.seq);
	lost = oe_adj_rule_lost(&entry->record, value);
	write_seqcount_end(&own.seq);
	preempt_enable();
	entry->since = jiffies;
	if (lost)
		oe_stat_inc(OE_STAT_mirror_overwritten);
}

static short own_value(const struct entry *entry, struct task_struct *p)
{
	unsigned int seq;
	short value;

	do {
		seq = read_seqcount_begin(&own.seq);
		value = oe_adj_rule_own(&entry->record, value_of(p));
	} while (read_seqcount_retry(&own.seq, seq));
	return value;
}

static short value_of_child(const struct entry *entry,
			    struct task_struct *parent,
			    struct task_struct *child, short *has)
{
	unsigned int seq;
	short value;

	do {
		seq = read_seqcount_begin(&own.seq);
		*has = value_of(child);
		value = oe_adj_rule_of_child(&entry->record, value_of(parent),
					     *has);
	} while (read_seqcount_retry(&own.seq, seq));
	return value;
}

/**
 * oe_own_adj_recorded - oe_own_adj_of() while values are mirrored
 * @p: any of its threads
 *
 * Context: as oe_own_adj_of().
 * Return: -1000..1000
 */
short oe_own_adj_recorded(struct task_struct *p)
{
	/* Published by oe_own_adj_begin(). */
	struct oe_pid_table *table = READ_ONCE(oe_own_adj_table);
	struct task_struct *parent;
	struct entry *entry;
	short has;

	if (!table)
		return value_of(p);
	entry = find_entry(table, p);
	if (entry)
		return own_value(entry, p);
	if (!is_new(p->group_leader))
		return value_of(p);
	parent = rcu_dereference(p->real_parent)->group_leader;
	entry = find_entry(table, parent);
	return entry ? value_of_child(entry, parent, p, &has) : value_of(p);
}

/**
 * oe_own_adj_fork - a new process must not keep what its parent was given
 * @parent: the one that forked, any of its threads
 * @child: visible, and not running yet
 *
 * Context: tracepoint, preemption off; allocates nothing.
 */
void oe_own_adj_fork(struct task_struct *parent, struct task_struct *child)
{
	struct oe_pid_table *table;
	struct entry *entry;
	short value;
	short has;

	rcu_read_lock();
	table = READ_ONCE(
		oe_own_adj_table); /* published by oe_own_adj_begin() */
	entry = table ? find_entry(table, parent) : NULL;
	if (entry) {
		value = value_of_child(entry, parent, child, &has);
		if (value != has)
			replace_value(&child->signal->oom_score_adj, has,
				      value);
	}
	rcu_read_unlock();
	/* Before the state changes; pairs with smp_rmb() in oe_own_adj_mirror(). */
	smp_wmb();
}

static void keep_present(struct oe_pid_node *present,
			 const struct oe_pid_node *node)
{
}

/* Without memory the next sweep tries again. */
static void add_entry(struct task_struct *p, short value)
{
	struct entry *entry =
		kzalloc(sizeof(*entry), GFP_NOWAIT | __GFP_NOWARN);
	struct pid *pid = task_tgid(p);

	if (!entry || !pid) {
		kfree(entry);
		return;
	}
	entry->node.pid = get_pid(pid);
	entry->since = jiffies;
	oe_adj_rule_begin(&entry->record, value);
	oe_pid_table_insert(oe_own_adj_table, &entry->node, keep_present);
}

static bool has_settled(const struct entry *entry)
{
	return oe_pause_is_over(entry->since, SETTLE_MS, jiffies);
}

/**
 * oe_own_adj_mirror - bring the value of one process up to date
 * @c: its task, its ranking and that of its kill set are used
 * @policy: in force
 *
 * A process must have had its own value for SETTLE_MS before it gets another one.
 * A value that somebody else writes over ours stays.
 *
 * Context: process context, under rcu_read_lock(); between oe_own_adj_begin() and
 * oe_own_adj_end(), one caller at a time.
 */
void oe_own_adj_mirror(const struct oe_candidate *c,
		       const struct oe_adj_policy *policy)
{
	struct task_struct *p = c->task;
	struct entry *entry;
	short value;
	short has;

	if (is_new(p))
		return;
	smp_rmb(); /* pairs with smp_wmb() in oe_own_adj_fork() */
	has = value_of(p);
	entry = find_entry(oe_own_adj_table, p);
	if (!entry) {
		value = oe_adj_rule_value(policy, c->rank, c->set_rank, has);
		if (value != has)
			add_entry(p, has);
		return;
	}
	if (has != entry->record.written) {
		lose_value(entry, has);
		return;
	}
	value = oe_adj_rule_value(policy, c->rank, c->set_rank,
				  entry->record.original);
	if (value != has && !entry->record.left && has_settled(entry))
		give_value(entry, p, value);
}

static struct task_struct *leader_of(struct entry *entry)
{
	return pid_task(entry->node.pid, PIDTYPE_TGID);
}

static int drop_if_dead(struct oe_pid_node *node, void *unused)
{
	struct entry *entry = entry_of(node);

	if (!leader_of(entry))
		remove_entry(entry);
	return 0;
}

/**
 * oe_own_adj_drop_dead - forget processes that are gone
 *
 * Context: as oe_own_adj_mirror(), not under RCU.
 */
void oe_own_adj_drop_dead(void)
{
	oe_pid_table_walk(oe_own_adj_table, drop_if_dead, NULL);
}

static int take_value_back(struct oe_pid_node *node, void *any)
{
	struct entry *entry = entry_of(node);
	struct task_struct *p = leader_of(entry);

	if (entry->record.past)
		*(bool *)any = true;
	if (p && entry->record.written != entry->record.original)
		give_value(entry, p, entry->record.original);
	entry->record.left = false;
	return 0;
}

/**
 * oe_own_adj_take_back - every process gets its own value back
 *
 * A value that somebody else has written stays until values are mirrored again. A
 * process that is being forked gets its own value by oe_own_adj_fork().
 *
 * Context: as oe_own_adj_mirror(), not under RCU.
 * Return: true if any process was ever given a value.
 */
bool oe_own_adj_take_back(void)
{
	bool any = false;

	oe_pid_table_walk(oe_own_adj_table, take_value_back, &any);
	return any;
}

/**
 * oe_own_adj_begin - before values are mirrored
 *
 * Context: process context, may sleep; serialised with oe_own_adj_end(). Never calls
 * the OOM killer.
 * Return: 0 or -ENOMEM.
 */
int oe_own_adj_begin(void)
{
	struct oe_pid_table *table;

	table = kvzalloc(sizeof(*table),
			 GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	if (!table)
		return -ENOMEM;
	oe_pid_table_grow(table);
	/* Publish it empty; pairs with READ_ONCE() of its readers. */
	smp_store_release(&oe_own_adj_table, table);
	return 0;
}

static int drop_any(struct oe_pid_node *node, void *unused)
{
	remove_entry(entry_of(node));
	return 0;
}

/**
 * oe_own_adj_end - forget everything
 *
 * All values were taken back, and the fork's tracepoint is detached.
 *
 * Context: as oe_own_adj_begin().
 */
void oe_own_adj_end(void)
{
	struct oe_pid_table *table = oe_own_adj_table;

	oe_pid_table_walk(table, drop_any, NULL);
	WRITE_ONCE(oe_own_adj_table, NULL); /* read under RCU */
	synchronize_rcu();
	oe_pid_table_free(table);
	kvfree(table);
}

/**
 * oe_own_adj_exit - the module goes
 *
 * Context: module exit, may sleep; after oe_own_adj_end().
 */
void oe_own_adj_exit(void)
{
	rcu_barrier(); /* free_entry() is in this module */
}
