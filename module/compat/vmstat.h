/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of the memory management that have moved between kernels. */
#ifndef OE_COMPAT_VMSTAT_H
#define OE_COMPAT_VMSTAT_H

#include <linux/swap.h>
#include <linux/version.h>
#include <linux/vmstat.h>

/* NR_PAGETABLE counted by node: 5.11 */
static inline unsigned long oe_vmstat_pagetables(void)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
	return global_zone_page_state(NR_PAGETABLE);
#else
	return global_node_page_state(NR_PAGETABLE);
#endif
}

/* NR_SWAPCACHE: 5.12; before that it is not told to modules */
static inline unsigned long oe_vmstat_swapcache(void)
{
#if defined(CONFIG_SWAP) && LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0)
	return global_node_page_state(NR_SWAPCACHE);
#else
	return 0;
#endif
}

/* Free swap; total_swap_pages is not exported on any of them. */
static inline unsigned long oe_vmstat_free_swap(void)
{
	return max(get_nr_swap_pages(), 0L);
}

#endif /* OE_COMPAT_VMSTAT_H */
