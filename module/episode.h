/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of an episode. Its course is in oom/episode.c.
 */
#ifndef OE_EPISODE_H
#define OE_EPISODE_H

#include <linux/gfp.h>
#include <linux/nodemask.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "core.h"

struct mem_cgroup;

/**
 * struct oe_domain - the part of the machine that is out of memory
 * @memcg: only processes below it may be chosen; NULL = the whole machine
 * @nodemask: mempolicy of the allocation, or NULL
 * @cpuset: only processes that may use the caller's nodes
 * @totalpages: oom_score_adj is a share of it, as in out_of_memory()
 * @used: pages in use that cannot be reclaimed; 0 = not of interest
 * @group: only members of the group of this name may be chosen; "" = all processes
 * @only: only this process may be chosen; NULL = all. For comparison: no reference
 * @within: the machine is the domain, and only processes below this memory cgroup
 *	may be chosen; NULL = all
 */
struct oe_domain {
	struct mem_cgroup *memcg;
	const nodemask_t *nodemask;
	bool cpuset;
	unsigned long totalpages;
	unsigned long used;
	char group[OE_GROUP_NAME];
	const struct task_struct *only;
	struct mem_cgroup *within;
};

/**
 * struct oe_process - a process as it stands in the record
 * @pid: thread group id in the initial pid namespace; 0 = no process
 * @uid: of its leader
 * @badness: in pages
 * @rss: resident pages
 * @comm: of its leader
 * @rank: its ranking
 * @source: &enum oe_source
 * @group: name of the group the ranking is from, with OE_SOURCE_GROUP
 */
struct oe_process {
	pid_t pid;
	kuid_t uid;
	s64 badness;
	unsigned long rss;
	char comm[TASK_COMM_LEN];
	u16 rank;
	u8 source;
	char group[OE_GROUP_NAME];
};

/**
 * struct oe_process_name - a process of which the record says no more than this
 * @pid: see &struct oe_process
 * @rank: see &struct oe_process
 * @comm: see &struct oe_process
 */
struct oe_process_name {
	pid_t pid;
	u16 rank;
	char comm[TASK_COMM_LEN];
};

/**
 * struct oe_decision - the victim and the runner-up
 * @victim: pid 0 if no process is eligible
 * @runner_up: pid 0 if there is none
 * @nr_eligible: see &struct oe_choice
 * @nr_protected: see &struct oe_choice
 * @passed: the first that was passed over because of somebody who would have
 *	died with it; pid 0 if none was
 * @keeper: that other process
 * @set_rank: the lowest ranking among those who die with @victim
 * @why: the decisive difference to the runner-up, &enum oe_why
 * @tie: why @keeper would have died, &enum oe_tie
 * @elsewhere: most of the memory is in no process
 * @unprotected: @victim is a protected process that was given up
 * @used: see &struct oe_domain
 * @pages: pages of all processes in the domain
 * @task: the victim's leader, one reference held by the owner of the decision;
 *	NULL if there is no victim
 */
struct oe_decision {
	struct oe_process victim;
	struct oe_process runner_up;
	unsigned int nr_eligible;
	unsigned int nr_protected;
	struct oe_process_name passed;
	struct oe_process_name keeper;
	u16 set_rank;
	u8 why;
	u8 tie;
	bool elsewhere;
	bool unprotected;
	unsigned long used;
	u64 pages;
	struct task_struct *task;
};

/**
 * enum oe_kind - the memory that ran out
 * @OE_KIND_GLOBAL: the machine's
 * @OE_KIND_CPUSET: that of the caller's cpuset
 * @OE_KIND_MEMPOLICY: that of the caller's NUMA nodes
 * @OE_KIND_MEMCG: that of a memory cgroup
 * @OE_KIND_SYSRQ: none: the operator asks for a victim
 * @OE_KIND_THRASH: none: kswapd cannot keep the working set in memory
 * @OE_KIND_REQUEST: none: a program asks for a victim
 * @OE_KIND_EARLY: none yet: the machine has less than early_kb, or is stalled, or a
 *	watched cgroup is
 * @OE_NR_KINDS: how many there are
 */
enum oe_kind {
	OE_KIND_GLOBAL,
	OE_KIND_CPUSET,
	OE_KIND_MEMPOLICY,
	OE_KIND_MEMCG,
	OE_KIND_SYSRQ,
	OE_KIND_THRASH,
	OE_KIND_REQUEST,
	OE_KIND_EARLY,
	OE_NR_KINDS,
};

/**
 * enum oe_purpose - the purpose of a call of out_of_memory()
 * @OE_PURPOSE_KILL: kill a process: the call is an episode
 * @OE_PURPOSE_WAIT: wait: an earlier victim is still giving its memory back
 * @OE_PURPOSE_NONE: kill no process for this allocation
 * @OE_PURPOSE_ASK: kill a process, unless the kernel has switched its OOM killer
 *	off, which only it knows
 */
enum oe_purpose {
	OE_PURPOSE_KILL,
	OE_PURPOSE_WAIT,
	OE_PURPOSE_NONE,
	OE_PURPOSE_ASK,
};

/**
 * enum oe_outcome - how an episode ended
 * @OE_OUTCOME_KILLED: the kernel killed a process
 * @OE_OUTCOME_NO_VICTIM: no process is eligible
 * @OE_OUTCOME_VICTIM_PENDING: the kernel waits for an earlier victim, or for the
 *	chosen one, which is ending by itself
 * @OE_OUTCOME_AVOIDED: memory came back before a victim was chosen
 * @OE_OUTCOME_NOT_KILLED: the kernel ended it without a kill: memory was found
 *	elsewhere, or the caller is dying anyway
 * @OE_OUTCOME_SIGTERM: the victim was sent SIGTERM, and has time to end
 * @OE_NR_OUTCOMES: how many there are
 */
enum oe_outcome {
	OE_OUTCOME_KILLED,
	OE_OUTCOME_NO_VICTIM,
	OE_OUTCOME_VICTIM_PENDING,
	OE_OUTCOME_AVOIDED,
	OE_OUTCOME_NOT_KILLED,
	OE_OUTCOME_SIGTERM,
	OE_NR_OUTCOMES,
};

/**
 * struct oe_call - one call of the kernel for a victim
 * @kind: as far as it is known before the kernel itself looks
 * @domain: the part of the machine that is out of memory
 * @order: of the failed allocation, or -1
 * @gfp: of the failed allocation
 * @may_wait: no other task waits for a lock that the caller holds
 * @quiet: the machine is about to be suspended: tell and wait for nobody
 * @until_kb: for OE_KIND_EARLY without a stall: so much available memory ends it
 * @stall_percent: for OE_KIND_EARLY: the share of time in a stall; 0 = it is
 *	because of the amount
 * @term_first: the victim gets SIGTERM, and is not killed in this call
 * @insists: the call after that one
 * @past_victims: earlier victims have been waited for, and do not end
 * @followed: oe_episode_finish() comes after it, without oom_lock
 */
struct oe_call {
	enum oe_kind kind;
	struct oe_domain domain;
	int order;
	gfp_t gfp;
	bool may_wait;
	bool quiet;
	bool term_first;
	bool insists;
	bool past_victims;
	bool followed;
	unsigned int until_kb;
	unsigned int stall_percent;
};

/**
 * struct oe_episode - an emergency, from the first call to the victim
 * @seq: the count that userspace was told
 * @mode: in force when the victim was chosen; before that, when it began
 * @policy: in force when the victim was chosen
 * @call: the call of the kernel
 * @trigger_pid: thread group of the caller
 * @trigger_comm: its name
 * @decision: the module's choice; holds a task reference until
 *	oe_episode_end()
 * @killed: the process that the kernel killed; pid 0 = none, or unknown
 * @outcome: set by oe_episode_end()
 * @grace_ms: how long userspace was given
 * @released: pages of the reserve that were given back
 * @swap_room: pages that could be swapped out when it was entered
 * @unboosted: pages that are usable because of oe_grace_unboost()
 * @entered_ns: CLOCK_MONOTONIC, as all that follow
 * @announced_ns: when userspace had been told
 * @grace_used_ns: duration of the wait for userspace
 * @acked_ns: when userspace acknowledged, or 0
 * @decided_ns: when the choice was made
 * @marked_ns: when the kernel marked its victim, or 0
 * @ended_ns: when the kernel returned
 */
struct oe_episode {
	u64 seq;
	enum oe_mode mode;
	struct oe_policy policy;
	struct oe_call call;
	pid_t trigger_pid;
	char trigger_comm[TASK_COMM_LEN];
	struct oe_decision decision;
	struct oe_process killed;
	enum oe_outcome outcome;
	unsigned int grace_ms;
	unsigned long released;
	unsigned long swap_room;
	unsigned long unboosted;
	u64 entered_ns;
	u64 announced_ns;
	u64 grace_used_ns;
	u64 acked_ns;
	u64 decided_ns;
	u64 marked_ns;
	u64 ended_ns;
};

/**
 * oe_kind_is_asked - is a victim asked for while allocations succeed?
 * @kind: of an emergency
 *
 * Return: true if so.
 */
static inline bool oe_kind_is_asked(enum oe_kind kind)
{
	return kind == OE_KIND_SYSRQ || kind == OE_KIND_REQUEST ||
	       kind == OE_KIND_EARLY;
}

/**
 * oe_call_is_of_cgroup - is a memory cgroup in trouble, and not the machine?
 * @call: the call
 *
 * Return: true for its OOM, and for its stall.
 */
static inline bool oe_call_is_of_cgroup(const struct oe_call *call)
{
	return call->kind == OE_KIND_MEMCG || call->domain.within;
}

/**
 * oe_call_cgroup - the memory cgroup that is in trouble
 * @call: the call
 *
 * Return: the cgroup, valid during the call, or NULL.
 */
static inline struct mem_cgroup *oe_call_cgroup(const struct oe_call *call)
{
	return call->domain.memcg ?: call->domain.within;
}

/**
 * oe_episode_is_global - is the whole machine in trouble?
 * @episode: the episode
 *
 * Return: false for a memory cgroup's OOM, and if a victim is asked for.
 */
static inline bool oe_episode_is_global(const struct oe_episode *episode)
{
	return episode->call.kind != OE_KIND_MEMCG &&
	       !oe_kind_is_asked(episode->call.kind);
}

#endif /* OE_EPISODE_H */
