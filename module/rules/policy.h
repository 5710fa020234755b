/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy: numbers in, verdict out. No kernel types beyond <linux/types.h>,
 * no state, no side effects, so that the same code decides in the OOM path, in
 * the dry run (`candidates`) and in the tests.
 */
#ifndef OE_POLICY_H
#define OE_POLICY_H

#include <linux/types.h>
#include <uapi/oom_embedded.h>

enum {
	OE_RANK_NEVER = OOM_EMBEDDED_RANK_NEVER,
	OE_RANK_MAX = OOM_EMBEDDED_RANK_MAX,
	/* A candidate that brings less is small: this share of the memory. */
	OE_SMALL_SHARE = 100,
	/* A candidate that holds more is a hog. */
	OE_HOG_SHARE = 4,
	/* Memory is elsewhere if these shares of it are in no process. */
	OE_ELSEWHERE_ALL_SHARE = 2,
	OE_ELSEWHERE_ELIGIBLE_SHARE = 4,
	OE_ELSEWHERE_FIRST_SHARE = 32,
};

/**
 * enum oe_order - the order among the eligible
 * @OE_ORDER_BADNESS: the kernel's measure decides, then the lowest pid
 * @OE_ORDER_RANK: highest ranking, then badness, then lowest pid
 */
enum oe_order {
	OE_ORDER_BADNESS,
	OE_ORDER_RANK,
};

/**
 * struct oe_policy - the tunables that a choice depends on
 * @threshold: rankings below it are protected, 0..OE_RANK_MAX
 * @order: see &enum oe_order
 * @min_gain: a candidate that holds fewer pages goes last; 0 = none does
 */
struct oe_policy {
	unsigned int threshold;
	enum oe_order order;
	unsigned long min_gain;
};

/**
 * enum oe_tie - why one process dies with another
 * @OE_TIE_NONE: it does not
 * @OE_TIE_MEMORY: both have one address space
 * @OE_TIE_PIDNS: it is in the pid namespace whose init the other is
 * @OE_TIE_CGROUP: both are in a memory cgroup with memory.oom.group
 * @OE_NR_TIES: how many there are
 */
enum oe_tie {
	OE_TIE_NONE,
	OE_TIE_MEMORY,
	OE_TIE_PIDNS,
	OE_TIE_CGROUP,
	OE_NR_TIES,
};

/**
 * struct oe_candidate - one process, as the policy sees it
 * @task: opaque to the policy; the caller's handle on the process
 * @badness: the value of oom_badness(), in pages; may be negative
 * @pid: process id in the initial pid namespace, > 0, unique
 * @rank: 0..OE_RANK_MAX, higher is more expendable
 * @group: index of the group that @rank came from, if it did; not looked at
 * @source: the origin of @rank (&enum oe_source); the policy ignores it
 * @unkillable: the kernel's own exceptions: init, oom_score_adj -1000, ...
 * @origin: the kernel wants it first: it runs swapoff or stops KSM
 * @rss: resident pages; for reports
 * @swap: pages swapped out; for reports
 * @gain: pages that its end brings: these, and page tables
 * @set_rank: the lowest ranking among those who die with it, itself included
 * @tie: why the process of that ranking dies with it; OE_TIE_NONE = it is @task
 * @keeper: that process, opaque; with @tie only
 */
struct oe_candidate {
	void *task;
	s64 badness;
	s32 pid;
	u16 rank;
	u8 group;
	u8 source;
	unsigned long rss;
	unsigned long swap;
	unsigned long gain;
	u16 set_rank;
	u8 tie;
	bool unkillable;
	bool origin;
	void *keeper;
};

/**
 * enum oe_verdict - may a process be chosen?
 * @OE_ELIGIBLE: yes
 * @OE_PROTECTED: not at the present threshold
 * @OE_UNKILLABLE: never: the kernel would not choose it either
 */
enum oe_verdict {
	OE_ELIGIBLE,
	OE_PROTECTED,
	OE_UNKILLABLE,
};

/**
 * enum oe_why - the decisive difference
 * @OE_WHY_ONLY: no other process may be chosen
 * @OE_WHY_ORIGIN: the kernel's own mark
 * @OE_WHY_GAIN: the other one holds too little
 * @OE_WHY_RANK: the ranking
 * @OE_WHY_BADNESS: the kernel's measure
 * @OE_WHY_PID: the lower pid
 * @OE_WHY_UNPROTECTED: a protected process was given up
 * @OE_WHY_ELSEWHERE: it asked for memory, and memory is not in processes
 * @OE_NR_WHYS: how many there are
 */
enum oe_why {
	OE_WHY_ONLY,
	OE_WHY_ORIGIN,
	OE_WHY_GAIN,
	OE_WHY_RANK,
	OE_WHY_BADNESS,
	OE_WHY_PID,
	OE_WHY_UNPROTECTED,
	OE_WHY_ELSEWHERE,
	OE_NR_WHYS,
};

/**
 * struct oe_first_two - the first and the second in an order
 * @victim: the first; pid 0 if there is none
 * @runner_up: the second; pid 0 if there is none
 */
struct oe_first_two {
	struct oe_candidate victim;
	struct oe_candidate runner_up;
};

/**
 * struct oe_choice - the outcome of a pass over all candidates
 * @declared: the first two among the eligible, if no size counts
 * @enough: the first two among those that hold at least &oe_policy.min_gain
 * @biggest: the eligible one that holds most; pid 0 if there is none
 * @nr_eligible: how many may be chosen
 * @nr_protected: how many are kept by their ranking
 * @nr_unkillable: how many are kept by the kernel's own exceptions
 * @pages: pages of all processes together
 * @eligible_pages: pages of all that may be chosen
 *
 * Starts zeroed.
 */
struct oe_choice {
	struct oe_first_two declared;
	struct oe_first_two enough;
	struct oe_candidate biggest;
	unsigned int nr_eligible;
	unsigned int nr_protected;
	unsigned int nr_unkillable;
	u64 pages;
	u64 eligible_pages;
};

enum oe_verdict oe_policy_verdict(const struct oe_policy *policy,
				  const struct oe_candidate *c);
bool oe_policy_is_small(const struct oe_policy *policy,
			const struct oe_candidate *c);
bool oe_policy_before(const struct oe_policy *policy,
		      const struct oe_candidate *a,
		      const struct oe_candidate *b);
enum oe_why oe_policy_why(const struct oe_policy *policy,
			  const struct oe_candidate *a,
			  const struct oe_candidate *b);
bool oe_policy_given_up_before(const struct oe_candidate *a,
			       const struct oe_candidate *b);
void oe_policy_consider(const struct oe_policy *policy,
			struct oe_choice *choice, const struct oe_candidate *c);
unsigned long oe_policy_min_gain(unsigned long wanted, unsigned long memory,
				 unsigned long biggest);
bool oe_policy_put_small_last(const struct oe_policy *policy,
			      const struct oe_choice *choice,
			      struct oe_first_two *two);
bool oe_policy_is_elsewhere(const struct oe_choice *choice,
			    const struct oe_candidate *first,
			    unsigned long used);

#endif /* OE_POLICY_H */
