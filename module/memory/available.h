/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_AVAILABLE_H
#define OE_AVAILABLE_H

#include <linux/types.h>

struct mem_cgroup;

/**
 * struct oe_available - how much can still be allocated
 * @kb: KiB, by a process, see oe_available_kb()
 * @kernel_kb: KiB, by the kernel, see oe_supply_for_kernel()
 * @level_kb: KiB, what the levels and the forecast are computed from: see
 *	oe_supply_for_level()
 */
struct oe_available {
	u64 kb;
	u64 kernel_kb;
	u64 level_kb;
};

/**
 * struct oe_memcg_amount - how much a memory cgroup can still be charged
 * @kb: KiB, see oe_supply_in_cgroup()
 * @room_kb: KiB, the same without what swapping brings
 * @limit_kb: KiB, the lowest memory.max, of its own and those above
 */
struct oe_memcg_amount {
	u64 kb;
	u64 room_kb;
	u64 limit_kb;
};

unsigned long oe_free_swap_pages(void);
unsigned long oe_available_pages(void);
u64 oe_available_kb(void);
u64 oe_available_for_kill_kb(void);
void oe_available_read(struct oe_available *amount);
bool oe_available_in_memcg(struct mem_cgroup *memcg,
			   struct oe_memcg_amount *amount);
void oe_available_prime(unsigned long swapped);
void oe_available_learn(void);
unsigned long oe_used_pages(void);

#endif /* OE_AVAILABLE_H */
