/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SIGTERM before SIGKILL, in an emergency that is asked for.
 */
#ifndef OE_TERMINATE_H
#define OE_TERMINATE_H

#include "../episode.h"

struct task_struct;

/**
 * enum oe_terminated - how a wait for a process to end has ended
 * @OE_TERMINATED_GONE: it has given its memory back
 * @OE_TERMINATED_ENOUGH: it lives, and has given enough back
 * @OE_TERMINATED_STAYS: it has to be killed
 * @OE_TERMINATED_IN_VAIN: it has ended, and its memory is still in use
 * @OE_TERMINATED_CANCELLED: no process is to be killed any more
 */
enum oe_terminated {
	OE_TERMINATED_GONE,
	OE_TERMINATED_ENOUGH,
	OE_TERMINATED_STAYS,
	OE_TERMINATED_IN_VAIN,
	OE_TERMINATED_CANCELLED,
};

/**
 * struct oe_termination - a process that got SIGTERM
 * @victim: its group leader; the owner of the termination has a reference
 * @all_anon: pages of all processes that were in no file when it got SIGTERM
 * @its_anon: its own at that time
 * @lent_kb: given to the allocator by the module, and to be taken back
 * @nr_machine: emergencies of the machine until then
 * @until_kb: so much available memory is enough; 0 for no such amount
 */
struct oe_termination {
	struct task_struct *victim;
	unsigned long all_anon;
	unsigned long its_anon;
	u64 lent_kb;
	unsigned int nr_machine;
	unsigned int until_kb;
};

#ifdef CONFIG_OE_LEVELS
void oe_terminate(const struct oe_episode *episode,
		  struct oe_termination *termination);
bool oe_terminate_is_cancelled(const struct oe_termination *termination);
enum oe_terminated oe_terminate_wait(const struct oe_termination *termination,
				     unsigned int term_ms);
#else
/* Without early_term_ms none gets SIGTERM first. */
static inline void oe_terminate(const struct oe_episode *episode,
				struct oe_termination *termination)
{
}

static inline bool
oe_terminate_is_cancelled(const struct oe_termination *termination)
{
	return false;
}

static inline enum oe_terminated
oe_terminate_wait(const struct oe_termination *termination,
		  unsigned int term_ms)
{
	return OE_TERMINATED_CANCELLED;
}
#endif

#endif /* OE_TERMINATE_H */
