/* SPDX-License-Identifier: GPL-2.0-only */
/* How often something has happened to the memory since the boot. */
#ifndef OE_EVENT_COUNT_H
#define OE_EVENT_COUNT_H

#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/vmstat.h>

/**
 * oe_event_count - a sum of /proc/vmstat
 * @event: &enum vm_event_item
 *
 * Not all_vm_events(): it waits for CPUs that come and go, which may allocate. A
 * CPU that has gone has given its counts to another one.
 *
 * Context: any; reads counters only.
 * Return: how often; 0 on a kernel that does not count (CONFIG_VM_EVENT_COUNTERS).
 */
static inline unsigned long oe_event_count(unsigned int event)
{
	unsigned long sum = 0;
#ifdef CONFIG_VM_EVENT_COUNTERS
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(vm_event_states, cpu).event[event]);
#endif
	return sum;
}

#endif /* OE_EVENT_COUNT_H */
