/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of the memory management that have moved between kernels. */
#ifndef OE_COMPAT_VMSTAT_H
#define OE_COMPAT_VMSTAT_H

#include <linux/version.h>
#include <linux/vmstat.h>

/* NR_PAGETABLE counted by node: 5.11 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define oe_vmstat_pagetables() global_zone_page_state(NR_PAGETABLE)
#else
#define oe_vmstat_pagetables() global_node_page_state(NR_PAGETABLE)
#endif

/* NR_SWAPCACHE: 5.12; before that it is not told to modules */
#if defined(CONFIG_SWAP) && LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0)
#define oe_vmstat_swapcache() global_node_page_state(NR_SWAPCACHE)
#else
#define oe_vmstat_swapcache() 0UL
#endif

/* NR_ZSPAGES exists with CONFIG_ZSMALLOC only, also where that is a module */
#if IS_ENABLED(CONFIG_ZSMALLOC)
#define oe_vmstat_zspages() global_zone_page_state(NR_ZSPAGES)
#else
#define oe_vmstat_zspages() 0UL
#endif

/*
 * zone_cma_pages(): 5.12; before that only the free ones are known, and those in
 * use count as memory of the kernel
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 12, 0)
#define zone_cma_pages(zone) zone_page_state(zone, NR_FREE_CMA_PAGES)
#endif

#endif /* OE_COMPAT_VMSTAT_H */
