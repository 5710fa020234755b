// SPDX-License-Identifier: GPL-2.0-only
/*
 * The owners of memory: the sums of a report, sorted so that each page counts once. A person looks
 * last for memory that is in no process, and no kill brings it back.
 */
#include "cli/commands/account.h"

#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

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
	OTHER,
	FREE,
};

enum {
	MOUNTS_MAX = 3, /* that are named */
	MOUNT_KB_MIN = 1024,
	PATH_SIZE = 64,
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
	[OTHER] = { "not accounted (pipes, sockets, zram, drivers)",
		    "unaccounted_kb", 0 },
	[FREE] = { "free", "free_kb", 0 },
};

static void write_verdict(struct account *account)
{
	static const enum part others[] = { TMPFS, SLAB, PAGE_TABLES,
					    KERNEL_STACKS, OTHER };
	const struct account_part *part = account->part;
	const struct account_part *most = &part[TMPFS];
	long long used = part[PROCESSES].kb;
	char of_all[FORMAT_SIZE];
	char held[FORMAT_SIZE];
	char all[FORMAT_SIZE];
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		used += part[others[i]].kb;
		if (part[others[i]].kb > most->kb)
			most = &part[others[i]];
	}
	format_kb(held, part[PROCESSES].kb);
	format_kb(all, account->total_kb);
	if (part[PROCESSES].kb >= used / 2)
		snprintf(account->verdict, ACCOUNT_TEXT,
			 "processes hold %s of %s", held, all);
	else
		snprintf(
			account->verdict, ACCOUNT_TEXT,
			"%s of %s: %s; processes hold %s, so killing them hardly helps",
			format_kb(of_all, most->kb), all, most->name, held);
}

/**
 * account_make - sort the sums of a report
 * @account: result
 * @field: of the report, named as in /proc/meminfo
 * @nr: of @field
 *
 * Return: false if a sum that matters is missing.
 */
bool account_make(struct account *account, const struct oe_field *field,
		  size_t nr)
{
	struct account_part *part = account->part;
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
	part[FREE].kb = SUM("MemFree");
#undef SUM
	if (account->total_kb <= 0 || part[PROCESSES].kb <= 0)
		return false;
	rest = account->total_kb;
	for (i = 0; i < ACCOUNT_PARTS; i++) {
		if (part[i].kb < 0)
			part[i].kb = 0;
		rest -= part[i].kb;
	}
	/* The kernel's counters are not read at one moment. */
	part[OTHER].kb = rest > 0 ? rest : 0;
	write_verdict(account);
	return true;
}

static long long mount_kb(const char *path)
{
	struct statvfs fs;

	if (statvfs(path, &fs))
		return 0;
	return (long long)((fs.f_blocks - fs.f_bfree) * fs.f_frsize / 1024);
}

/**
 * struct mounts - the fullest tmpfs, the fullest first
 * @nr: of them
 * @kb: the memory in each
 * @path: the mount point of each
 */
struct mounts {
	int nr;
	long long kb[MOUNTS_MAX];
	char path[MOUNTS_MAX][PATH_SIZE];
};

static void add_mount(struct mounts *mounts, const char *path, long long kb)
{
	int at = mounts->nr;

	while (at > 0 && mounts->kb[at - 1] < kb)
		at--;
	if (at == MOUNTS_MAX)
		return;
	if (mounts->nr < MOUNTS_MAX)
		mounts->nr++;
	for (int i = mounts->nr - 1; i > at; i--) {
		mounts->kb[i] = mounts->kb[i - 1];
		memcpy(mounts->path[i], mounts->path[i - 1], PATH_SIZE);
	}
	mounts->kb[at] = kb;
	snprintf(mounts->path[at], PATH_SIZE, "%s", path);
}

/**
 * account_mounts - the tmpfs that hold most now
 * @text: result: "/tmp 150.0 MiB, /run 2.0 MiB"; "" if none holds a megabyte
 * @size: of @text
 *
 * Those that this process sees, of 1 MiB at least.
 *
 * Return: @text.
 */
const char *account_mounts(char *text, size_t size)
{
	struct mounts mounts = { 0 };
	const struct mntent *entry;
	char path[PATH_SIZE * 4];
	char kb[FORMAT_SIZE];
	FILE *file;

	*text = '\0';
	snprintf(path, sizeof(path), "%s/self/mounts", oe_proc_root());
	file = setmntent(path, "re");
	if (!file)
		return text;
	while ((entry = getmntent(file))) {
		long long held;

		if (strcmp(entry->mnt_type, "tmpfs"))
			continue;
		held = mount_kb(entry->mnt_dir);
		if (held >= MOUNT_KB_MIN)
			add_mount(&mounts, entry->mnt_dir, held);
	}
	endmntent(file);
	for (int i = 0; i < mounts.nr; i++) {
		size_t used = strlen(text);

		snprintf(text + used, size - used, "%s%s %s", used ? ", " : "",
			 mounts.path[i], format_kb(kb, mounts.kb[i]));
	}
	printable(text);
	return text;
}
