/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's time stamp counter. Under qemu's -icount shift=0 it counts
 * instructions, and ticks on by the nanosecond while the CPU is idle.
 */
#ifndef OE_BENCH_TSC_H
#define OE_BENCH_TSC_H

#include <stdint.h>

static inline uint64_t tsc(void)
{
	uint32_t low;
	uint32_t high;

	__asm__ __volatile__("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

#endif /* OE_BENCH_TSC_H */
