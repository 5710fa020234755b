// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of the kernel: faults that wait for a read, and pages that are read
 * again.
 */
#include "core.h"

#include <linux/mm.h>
#include <linux/vmstat.h>

#include "memory/event_count.h"
#include "memory/faults.h"

/* global_node_page_state() takes the upper half of the range for negative. */
static unsigned long node_count(unsigned int item)
{
	return atomic_long_read(&vm_node_stat[item]);
}

/* The same names have moved from one enum to another. */
#ifdef OE_HAVE_NODE_STEAL
#define stolen_count node_count
#else
#define stolen_count oe_event_count
#endif

/**
 * oe_faults_read - faults and refaults since the boot
 * @sample: zeroed; these fields are set, and stay 0 on a kernel that does not
 *	count them
 *
 * Context: any; reads counters only.
 */
void oe_faults_read(struct oe_stall_sample *sample)
{
	sample->major_faults = oe_event_count(PGMAJFAULT);
	sample->swapins = oe_event_count(PSWPIN);
#ifdef CONFIG_SWAP
	sample->swap_ahead = oe_event_count(SWAP_RA);
#endif
	sample->stolen =
		stolen_count(PGSTEAL_KSWAPD) + stolen_count(PGSTEAL_DIRECT);
	sample->file_refaults = node_count(WORKINGSET_REFAULT_FILE);
	sample->anon_refaults = node_count(WORKINGSET_REFAULT_ANON);
}
