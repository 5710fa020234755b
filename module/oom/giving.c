// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that processes give back. A process that ends may take long, if it is
 * much; a process that cannot end gives nothing, and need not be waited for.
 */
#include "core.h"

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/vmstat.h>

#include "oom/giving.h"

/**
 * oe_giving_in_use - memory of processes that is in no file
 *
 * Free pages would not tell: a CPU keeps some on a list of its own, and others
 * take them.
 *
 * Context: any.
 * Return: pages of all processes.
 */
unsigned long oe_giving_in_use(void)
{
	return global_node_page_state(NR_ANON_MAPPED);
}

/**
 * oe_giving_begin - begin to look
 * @giving: filled in
 * @settle_ms: OE_GIVING_ENDED_MS or OE_GIVING_DYING_MS
 *
 * Context: any.
 */
void oe_giving_begin(struct oe_giving *giving, unsigned int settle_ms)
{
	giving->least = oe_giving_in_use();
	giving->since_ns = ktime_get_ns();
	giving->settle_ms = settle_ms;
}

/**
 * oe_giving_goes_on - is it worth while to wait for more?
 * @giving: from oe_giving_begin()
 *
 * Each new low of the memory in use, by more than 2 MB, begins the time anew.
 * Memory that only comes and goes makes no new low, so the wait ends.
 *
 * Context: any.
 * Return: false if none has come back for @settle_ms of oe_giving_begin().
 */
bool oe_giving_goes_on(struct oe_giving *giving)
{
	unsigned long in_use = oe_giving_in_use();
	u64 now_ns = ktime_get_ns();

	if (in_use + OE_GIVING_NOISE_PAGES < giving->least) {
		giving->least = in_use;
		giving->since_ns = now_ns;
	}
	return now_ns - giving->since_ns <
	       giving->settle_ms * (u64)NSEC_PER_MSEC;
}
