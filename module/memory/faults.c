// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of the kernel: faults that wait for a read, and pages that are read
 * again.
 */
#include "core.h"

#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/vmstat.h>

#include "memory/faults.h"

/*
 * Not all_vm_events(): it waits for CPUs that come and go, which may allocate. A
 * CPU that has gone has given its counts to another one.
 */
static void read_events(struct oe_stall_sample *sample)
{
#ifdef CONFIG_VM_EVENT_COUNTERS
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const unsigned long *event =
			per_cpu(vm_event_states, cpu).event;

		sample->major_faults += READ_ONCE(event[PGMAJFAULT]);
		sample->swapins += READ_ONCE(event[PSWPIN]);
#ifdef CONFIG_SWAP
		sample->swap_ahead += READ_ONCE(event[SWAP_RA]);
#endif
	}
#endif
}

/* global_node_page_state() takes the upper half of the range for negative. */
static unsigned long node_count(enum node_stat_item item)
{
	return atomic_long_read(&vm_node_stat[item]);
}

/**
 * oe_faults_read - faults and refaults since the boot
 * @sample: zeroed; these fields are set, and stay 0 on a kernel that does not
 *	count them
 *
 * Context: any; reads counters only.
 */
void oe_faults_read(struct oe_stall_sample *sample)
{
	read_events(sample);
	sample->file_refaults = node_count(WORKINGSET_REFAULT_FILE);
	sample->anon_refaults = node_count(WORKINGSET_REFAULT_ANON);
}
