// SPDX-License-Identifier: GPL-2.0-only
/*
 * The owners of memory: the sums of a report, sorted so that each page counts once. A person looks
 * last for memory that is in no process, and no kill brings it back.
 */
#include "cli/commands/account.h"

#include <stdio.h>
#include <string.h>

#include "cli/print/format.h"
#include "common/proc.h"

enum part {
	PROCESSES,
	TMPFS,
	CACHE,
	SLAB_RECLAIMABLE,
	SLAB,
	PAGE_TABLES,
	KERNEL_STACKS,
	STORE,
	HUGETLB,
	VMALLOC,
	OTHER,
	FREE,
};

static const struct account_part names[ACCOUNT_PARTS] = {
	[PROCESSES] = { "processes", "processes_kb", 0 },
	[TMPFS] = { "tmpfs and shared memory", "tmpfs_kb", 0 },
	[CACHE] = { "page cache", "cache_kb", 0 },
	[SLAB_RECLAIMABLE] = { "kernel objects that can be dropped",
			       "slab_reclaimable_kb", 0 },
	[SLAB] = { "kernel objects", "slab_kb", 0 },
	[PAGE_TABLES] = { "page tables", "page_tables_kb", 0 },
	[KERNEL_STACKS] = { "kernel stacks", "kernel_stacks_kb", 0 },
	[STORE] = { "zram and zswap", "store_kb", 0 },
	[HUGETLB] = { "huge pages (hugetlb), now", "hugetlb_kb", 0 },
	[VMALLOC] = { "vmalloc, now", "vmalloc_kb", 0 },
	[OTHER] = { "not accounted (pipes, sockets, drivers)", "unaccounted_kb",
		    0 },
	[FREE] = { "free", "free_kb", 0 },
};

/*
 * The store of zram and zswap goes with the processes as far as the swapped memory is theirs: tmpfs
 * may be swapped out, too. @swapped: KiB of the processes; @all: of all
 */
static long long own_store(const struct account_part *part, long long swapped,
			   long long all)
{
	return all > swapped ? part[STORE].kb * swapped / all : part[STORE].kb;
}

static void write_verdict(struct account *account, long long store)
{
	static const enum part others[] = { TMPFS,	   SLAB,    PAGE_TABLES,
					    KERNEL_STACKS, HUGETLB, VMALLOC,
					    OTHER };
	const struct account_part *part = account->part;
	const struct account_part *most = &part[TMPFS];
	long long own = part[PROCESSES].kb + store;
	long long used = part[PROCESSES].kb + part[STORE].kb;
	char of_all[FORMAT_SIZE];
	char held[FORMAT_SIZE];
	char all[FORMAT_SIZE];
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		used += part[others[i]].kb;
		if (part[others[i]].kb > most->kb)
			most = &part[others[i]];
	}
	if (part[STORE].kb - store > most->kb)
		most = &part[STORE];
	format_kb(held, own);
	format_kb(all, account->total_kb);
	if (own < used / 2)
		snprintf(
			account->verdict, ACCOUNT_TEXT,
			"%s of %s: %s; processes hold %s, so killing them hardly helps",
			format_kb(of_all, most->kb), all, most->name, held);
	else if (store)
		snprintf(account->verdict, ACCOUNT_TEXT,
			 "processes hold %s of %s, %s of it in zram or zswap",
			 held, all, format_kb(of_all, store));
	else
		snprintf(account->verdict, ACCOUNT_TEXT,
			 "processes hold %s of %s", held, all);
}

/*
 * A module can read neither. They may have been different at the report, so they are at most what
 * is in no other part.
 */
static long long take_now(struct account_part *part, long long kb,
			  long long rest)
{
	part->kb = kb < rest ? kb : rest;
	if (part->kb < 0)
		part->kb = 0;
	return rest - part->kb;
}

static long long meminfo_kb(const char *key)
{
	long long kb;

	return oe_proc_meminfo(key, &kb) ? 0 : kb;
}

/**
 * account_make - sort the sums of a report
 * @account: result
 * @field: of the report, named as in /proc/meminfo
 * @nr: of @field
 *
 * Huge pages and vmalloc are those of now, from /proc/meminfo.
 *
 * Return: false if a sum that matters is missing.
 */
bool account_make(struct account *account, const struct oe_field *field,
		  size_t nr)
{
	struct account_part *part = account->part;
	long long all_swapped;
	long long swapped;
	long long rest;
	size_t i;

#define SUM(key) oe_field_number(field, nr, key, 0)
	memcpy(part, names, sizeof(names));
	account->total_kb = SUM("MemTotal");
	part[PROCESSES].kb = SUM("AnonPages");
	part[TMPFS].kb = SUM("Shmem");
	part[CACHE].kb = SUM("Cached") + SUM("Buffers") - SUM("Shmem");
	part[SLAB_RECLAIMABLE].kb = SUM("SReclaimable");
	part[SLAB].kb = SUM("SUnreclaim");
	part[PAGE_TABLES].kb = SUM("PageTables");
	part[KERNEL_STACKS].kb = SUM("KernelStack");
	part[STORE].kb = SUM("Zspages");
	part[FREE].kb = SUM("MemFree");
	/* The report's total has the processes' part of what is swapped out. */
	swapped = SUM("SwapTotal") - SUM("SwapFree");
	all_swapped = meminfo_kb("SwapTotal") - SUM("SwapFree");
#undef SUM
	if (account->total_kb <= 0 || part[PROCESSES].kb <= 0)
		return false;
	rest = account->total_kb;
	for (i = 0; i < ACCOUNT_PARTS; i++) {
		if (part[i].kb < 0)
			part[i].kb = 0;
		rest -= part[i].kb;
	}
	rest = take_now(&part[HUGETLB], meminfo_kb("Hugetlb"), rest);
	/* Stacks are vmalloc, too, in most kernels. */
	rest = take_now(&part[VMALLOC],
			meminfo_kb("VmallocUsed") - part[KERNEL_STACKS].kb,
			rest);
	/* The kernel's counters are not read at one moment. */
	part[OTHER].kb = rest > 0 ? rest : 0;
	write_verdict(account, own_store(part, swapped, all_swapped));
	return true;
}
