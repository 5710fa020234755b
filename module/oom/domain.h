/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An OOM belongs to a domain: the machine, or one memory cgroup. Each has an
 * emergency of its own, with its own budget of grace.
 */
#ifndef OE_DOMAIN_H
#define OE_DOMAIN_H

#include <linux/types.h>

#include "../episode.h"

struct task_struct;

/**
 * struct oe_budget - time that userspace may be given, see oom/grace.c
 * @left_ns: the time that is left
 * @updated_ns: CLOCK_MONOTONIC of the last change; 0 = never used, full
 */
struct oe_budget {
	u64 left_ns;
	u64 updated_ns;
};

/**
 * struct oe_domain_state - the state of a domain between calls
 * @serial: of the memory cgroup; never used twice, unlike its address. 0 for
 *	the machine, and in a free slot.
 * @used_ns: CLOCK_MONOTONIC of the last call
 * @nr_machine: emergencies of the machine when it was claimed
 * @owner: the task that is inside, from oe_domain_claim() to
 *	oe_domain_release(); compared, never followed
 * @hurried: the owner shall end its window
 * @open: the episode has no victim yet: a call before @reopen_until_ns is the
 *	same emergency
 * @fresh: the episode has not had its window yet
 * @chosen: in this call a victim has been chosen, or nobody
 * @ended: this call has come to its end
 * @unreported: it has ended, and that is not reported yet
 * @nr_retries: calls in a row that ended without a kill
 * @no_victim_action: &enum oe_no_victim_action, as it was when the victim was chosen
 * @in_aftermath: the choice was made before @aftermath_until_ns
 * @nr_in_vain: processes chosen in a row for memory that is in no process, and
 *	that had not asked for it
 * @in_vain_until_ns: CLOCK_MONOTONIC; the row ends then
 * @reopen_until_ns: CLOCK_MONOTONIC
 * @aftermath_until_ns: memory of the last victim may still be on its way; 0
 *	before the first one
 * @budget: of grace
 * @episode: the emergency that goes on, or the last one
 *
 * Everything but @serial, @owner and @hurried belongs to the owner.
 */
struct oe_domain_state {
	u64 serial;
	u64 used_ns;
	unsigned int nr_machine;
	struct task_struct *owner;
	bool hurried;
	bool open;
	bool fresh;
	bool chosen;
	bool ended;
	bool unreported;
	unsigned int nr_retries;
	unsigned int no_victim_action;
	bool in_aftermath;
	unsigned int nr_in_vain;
	u64 in_vain_until_ns;
	u64 reopen_until_ns;
	u64 aftermath_until_ns;
	struct oe_budget budget;
	struct oe_episode episode;
};

enum {
	/*
	 * A victim that is gone has left its memory a moment before the
	 * allocator sees it (per-CPU lists, work items). Do not panic or
	 * unprotect for want of that memory.
	 */
	OE_AFTERMATH_MS = 500,
};

struct oe_domain_state *oe_domain_claim(const struct oe_call *call);
void oe_domain_release(struct oe_domain_state *state);
struct oe_domain_state *oe_domain_owned(const struct oe_call *call);
bool oe_domain_is_preempted(const struct oe_domain_state *state);
bool oe_domain_machine_in_aftermath(void);
void oe_domain_machine_settles(void);
bool oe_domain_machine_is_open(void);
unsigned int oe_domain_nr_machine(void);
bool oe_domain_hurry(const struct oe_call *call);
void oe_domain_wait(const struct oe_call *call, unsigned int timeout_ms);

#endif /* OE_DOMAIN_H */
