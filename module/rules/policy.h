/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy: numbers in, verdict out. No kernel types beyond <linux/types.h>,
 * no state, no side effects, so that the same code decides in the OOM path, in
 * the dry run (`candidates`) and in the tests.
 */
#ifndef OE_POLICY_H
#define OE_POLICY_H

#include <linux/types.h>

enum {
	OE_RANK_NEVER = 0,
	OE_RANK_MAX = 1000,
};

/**
 * enum oe_order - which of the eligible goes first
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
 */
struct oe_policy {
	unsigned int threshold;
	enum oe_order order;
};

/**
 * struct oe_candidate - one process, as the policy sees it
 * @task: opaque to the policy; the caller's handle on the process
 * @badness: the value of oom_badness(), in pages; may be negative
 * @pid: process id in the initial pid namespace, > 0, unique
 * @rank: 0..OE_RANK_MAX, higher is more expendable
 * @group: index of the group that @rank came from, if it did; not looked at
 * @source: where @rank came from (&enum oe_source); the policy ignores it
 * @unkillable: the kernel's own exceptions: init, oom_score_adj -1000, ...
 */
struct oe_candidate {
	void *task;
	s64 badness;
	s32 pid;
	u16 rank;
	u8 group;
	u8 source : 7;
	u8 unkillable : 1;
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
 * struct oe_choice - the outcome of a pass over all candidates
 * @victim: first in order among the eligible; pid 0 if there is none
 * @runner_up: second in order among the eligible; pid 0 if there is none
 * @spare: the process to give up without a victim under no_victim_action
 *	"unprotect": the highest ranked protected one, ranking 0 excepted;
 *	pid 0 if there is none
 * @nr_eligible: how many may be chosen
 * @nr_protected: how many are kept by their ranking
 * @nr_unkillable: how many are kept by the kernel's own exceptions
 *
 * Starts zeroed.
 */
struct oe_choice {
	struct oe_candidate victim;
	struct oe_candidate runner_up;
	struct oe_candidate spare;
	unsigned int nr_eligible;
	unsigned int nr_protected;
	unsigned int nr_unkillable;
};

enum oe_verdict oe_policy_verdict(const struct oe_policy *policy,
				  const struct oe_candidate *c);
bool oe_policy_before(enum oe_order order, const struct oe_candidate *a,
		      const struct oe_candidate *b);
void oe_policy_consider(const struct oe_policy *policy,
			struct oe_choice *choice, const struct oe_candidate *c);

#endif /* OE_POLICY_H */
