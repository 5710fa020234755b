// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sums of /proc/meminfo that a module can read without opening a file, and
 * where the memory is.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/vmstat.h>

#include "compat/vmstat.h"
#include "lib/units.h"
#include "memory/available.h"
#include "memory/totals.h"

static unsigned long cached_pages(unsigned long buffers)
{
	unsigned long files = global_node_page_state(NR_FILE_PAGES);
	unsigned long others = oe_vmstat_swapcache() + buffers;

	return files > others ? files - others : 0;
}

/**
 * oe_memtotals_read - fill in all sums
 * @totals: filled in
 *
 * SwapTotal is left at 0: no kernel exports it.
 *
 * Context: process context, also the OOM path: allocates nothing, takes
 * spinlocks whose holders do not allocate.
 */
void oe_memtotals_read(struct oe_memtotals *totals)
{
	unsigned long slab_reclaimable =
		global_node_page_state_pages(NR_SLAB_RECLAIMABLE_B);
	unsigned long slab_unreclaimable =
		global_node_page_state_pages(NR_SLAB_UNRECLAIMABLE_B);
	unsigned long active = global_node_page_state(NR_ACTIVE_ANON) +
			       global_node_page_state(NR_ACTIVE_FILE);
	unsigned long inactive = global_node_page_state(NR_INACTIVE_ANON) +
				 global_node_page_state(NR_INACTIVE_FILE);
	unsigned long *kb = totals->kb;
	struct sysinfo info;

	si_meminfo(&info);
	kb[OE_MEMTOTAL_MemTotal] = oe_to_kib(info.totalram);
	kb[OE_MEMTOTAL_MemFree] = oe_to_kib(info.freeram);
	kb[OE_MEMTOTAL_MemAvailable] = oe_to_kib(max(si_mem_available(), 0L));
	kb[OE_MEMTOTAL_Buffers] = oe_to_kib(info.bufferram);
	kb[OE_MEMTOTAL_Cached] = oe_to_kib(cached_pages(info.bufferram));
	kb[OE_MEMTOTAL_SwapTotal] = 0;
	kb[OE_MEMTOTAL_SwapFree] = oe_to_kib(oe_free_swap_pages());
	kb[OE_MEMTOTAL_Active] = oe_to_kib(active);
	kb[OE_MEMTOTAL_Inactive] = oe_to_kib(inactive);
	kb[OE_MEMTOTAL_Unevictable] =
		oe_to_kib(global_node_page_state(NR_UNEVICTABLE));
	kb[OE_MEMTOTAL_Mlocked] = oe_to_kib(global_zone_page_state(NR_MLOCK));
	kb[OE_MEMTOTAL_Dirty] =
		oe_to_kib(global_node_page_state(NR_FILE_DIRTY));
	kb[OE_MEMTOTAL_Writeback] =
		oe_to_kib(global_node_page_state(NR_WRITEBACK));
	kb[OE_MEMTOTAL_AnonPages] =
		oe_to_kib(global_node_page_state(NR_ANON_MAPPED));
	kb[OE_MEMTOTAL_Mapped] =
		oe_to_kib(global_node_page_state(NR_FILE_MAPPED));
	kb[OE_MEMTOTAL_Shmem] = oe_to_kib(info.sharedram);
	kb[OE_MEMTOTAL_Slab] = oe_to_kib(slab_reclaimable + slab_unreclaimable);
	kb[OE_MEMTOTAL_SReclaimable] = oe_to_kib(slab_reclaimable);
	kb[OE_MEMTOTAL_SUnreclaim] = oe_to_kib(slab_unreclaimable);
	kb[OE_MEMTOTAL_KernelStack] =
		global_node_page_state(NR_KERNEL_STACK_KB);
	kb[OE_MEMTOTAL_PageTables] = oe_to_kib(oe_vmstat_pagetables());
	kb[OE_MEMTOTAL_Zspages] = oe_to_kib(oe_vmstat_zspages());
}

static u32 part_kb(unsigned long pages)
{
	return min_t(u64, oe_pages_to_kb(pages), U32_MAX);
}

/**
 * oe_memparts_read - where the memory is, in a few parts
 * @kb: filled in: KiB, by &enum oe_mempart
 *
 * Context: any; reads counters only.
 */
void oe_memparts_read(u32 kb[OE_NR_MEMPARTS])
{
	unsigned long shmem = global_node_page_state(NR_SHMEM);
	unsigned long files = cached_pages(0);

	kb[OE_MEMPART_free] = part_kb(global_zone_page_state(NR_FREE_PAGES));
	kb[OE_MEMPART_anon] = part_kb(global_node_page_state(NR_ANON_MAPPED));
	kb[OE_MEMPART_cache] = part_kb(files - min(files, shmem));
	kb[OE_MEMPART_shmem] = part_kb(shmem);
	kb[OE_MEMPART_slab] =
		part_kb(global_node_page_state_pages(NR_SLAB_RECLAIMABLE_B) +
			global_node_page_state_pages(NR_SLAB_UNRECLAIMABLE_B));
	kb[OE_MEMPART_store] = part_kb(oe_vmstat_zspages());
}

/**
 * oe_memtotal_name - the name of a sum in /proc/meminfo
 * @total: the sum
 *
 * Return: a constant string.
 */
const char *oe_memtotal_name(enum oe_memtotal total)
{
	/* clang-format off */
#define OE_MEMTOTAL_NAME(name) #name,
	static const char *const names[] = { OE_MEMTOTALS(OE_MEMTOTAL_NAME) };
#undef OE_MEMTOTAL_NAME
	/* clang-format on */

	return names[total];
}
