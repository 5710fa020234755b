/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_MEMTOTALS_H
#define OE_MEMTOTALS_H

#include <linux/types.h>

/* clang-format off */

/* As in /proc/meminfo, in its order; Zspages is nr_zspages of /proc/vmstat. */
#define OE_MEMTOTALS(X)			\
	X(MemTotal)			\
	X(MemFree)			\
	X(MemAvailable)			\
	X(Buffers)			\
	X(Cached)			\
	X(SwapTotal)			\
	X(SwapFree)			\
	X(Active)			\
	X(Inactive)			\
	X(Unevictable)			\
	X(Mlocked)			\
	X(Dirty)			\
	X(Writeback)			\
	X(AnonPages)			\
	X(Mapped)			\
	X(Shmem)			\
	X(Slab)				\
	X(SReclaimable)			\
	X(SUnreclaim)			\
	X(KernelStack)			\
	X(PageTables)			\
	X(Zspages)

enum oe_memtotal {
#define OE_MEMTOTAL_ENUM(name) OE_MEMTOTAL_##name,
	OE_MEMTOTALS(OE_MEMTOTAL_ENUM)
#undef OE_MEMTOTAL_ENUM
	OE_NR_MEMTOTALS,
};
/* Parts of the memory that do not overlap; what is left is nobody's of these. */
#define OE_MEMPARTS(X)							\
	X(free)		/* free pages */				\
	X(anon)		/* anonymous memory of processes */		\
	X(cache)	/* page cache, without shmem */			\
	X(shmem)	/* tmpfs, memfd, shared memory */		\
	X(slab)		/* the kernel's own objects */			\
	X(store)	/* zram, zswap: what they take */

enum oe_mempart {
#define OE_MEMPART_ENUM(name) OE_MEMPART_##name,
	OE_MEMPARTS(OE_MEMPART_ENUM)
#undef OE_MEMPART_ENUM
	OE_NR_MEMPARTS,
};
/* clang-format on */

/**
 * struct oe_memtotals - where the machine's memory is
 * @kb: KiB, by &enum oe_memtotal
 */
struct oe_memtotals {
	unsigned long kb[OE_NR_MEMTOTALS];
};

void oe_memtotals_read(struct oe_memtotals *totals);
void oe_memparts_read(u32 kb[OE_NR_MEMPARTS]);
const char *oe_memtotal_name(enum oe_memtotal total);

#endif /* OE_MEMTOTALS_H */
