// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of the kernel: faults that wait for a read, and pages that are read
 * again.
 */
#include "core.h"

#include <linux/cpumask.h>
#include <linux/kconfig.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/vmstat.h>

#include "memory/faults.h"

/*
 * Not all_vm_events(): it waits for CPUs that come and go, which may allocate. A
 * CPU that has gone has given its counts to another one.
 */
static unsigned long event_count(unsigned int event)
{
	unsigned long sum = 0;
#ifdef CONFIG_VM_EVENT_COUNTERS
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(vm_event_states, cpu).event[event]);
#endif
	return sum;
}

/* global_node_page_state() takes the upper half of the range for negative. */
static unsigned long node_count(unsigned int item)
{
	return atomic_long_read(&vm_node_stat[item]);
}

/* The same names have moved from one enum to another. */
#ifdef OE_HAVE_NODE_STEAL
#define stolen_count node_count
#else
#define stolen_count event_count
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
	sample->major_faults = event_count(PGMAJFAULT);
	sample->swapins = event_count(PSWPIN);
#ifdef CONFIG_SWAP
	sample->swap_ahead = event_count(SWAP_RA);
#endif
	sample->stolen =
		stolen_count(PGSTEAL_KSWAPD) + stolen_count(PGSTEAL_DIRECT);
	sample->file_refaults = node_count(WORKINGSET_REFAULT_FILE);
	sample->anon_refaults = node_count(WORKINGSET_REFAULT_ANON);
}
