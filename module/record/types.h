/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A memory report, for those who make it and those who read it.
 */
#ifndef OE_RECORD_TYPES_H
#define OE_RECORD_TYPES_H

#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "rules/watermark.h"
#include "rank/group.h"
#include "memory/totals.h"

/**
 * enum oe_memreport_reason - why a report was taken
 * @OE_MEMREPORT_IMMINENT: the level imminent_oom was entered
 * @OE_MEMREPORT_OOM: the machine is out of memory, or SysRq says so
 * @OE_NR_MEMREPORTS: how many there are
 */
enum oe_memreport_reason {
	OE_MEMREPORT_IMMINENT,
	OE_MEMREPORT_OOM,
	OE_NR_MEMREPORTS,
};

enum {
	/* "group:" and a name, or the name of another source. */
	OE_MEMREPORT_SOURCE = 6 + OE_GROUP_NAME,
};

/**
 * struct oe_memreport_process - a process in a report
 * @rss: resident pages; at most 2^32 - 1, as @swap
 * @swap: pages swapped out
 * @pid: thread group id in the initial pid namespace
 * @uid: of its leader
 * @rank: its ranking
 * @source: &enum oe_source
 * @group: with OE_SOURCE_GROUP its place in the report's group names
 * @comm: of its leader
 */
struct oe_memreport_process {
	u32 rss;
	u32 swap;
	pid_t pid;
	kuid_t uid;
	u16 rank;
	u8 source;
	u8 group;
	char comm[TASK_COMM_LEN];
};

/**
 * struct oe_memreport_names - the names of all groups
 * @groups: by their index
 */
struct oe_memreport_names {
	char groups[OE_NR_GROUPS][OE_GROUP_NAME];
};

/**
 * struct oe_memreport_head - what is said of the machine, not of its processes
 * @reason: the same for every report in this place
 * @seq: the OOM's, or the count of OOMs so far
 * @uptime_ns: CLOCK_MONOTONIC
 * @time_ns: CLOCK_REALTIME
 * @level: at that time
 * @level_was: the one that userspace had been told before
 * @totals: the sums
 */
struct oe_memreport_head {
	enum oe_memreport_reason reason;
	u64 seq;
	u64 uptime_ns;
	u64 time_ns;
	enum oe_level level;
	enum oe_level level_was;
	struct oe_memtotals totals;
};

/**
 * struct oe_memreport - a snapshot of the machine's memory
 * @version: odd while it is written; 0 before the first
 * @head: of the machine; SwapTotal is complete when the report is
 * @nr_processes: how many there were
 * @nr_recorded: how many of them are in @processes: the biggest
 * @room: size of @processes
 * @processes: in no order
 * @names: of the groups, as they were; NULL before the first group, then there
 *	until the end
 *
 * Has one taker at a time; readers take no lock and compare @version.
 */
struct oe_memreport {
	seqcount_t version;
	struct oe_memreport_head head;
	unsigned int nr_processes;
	unsigned int nr_recorded;
	unsigned int room;
	struct oe_memreport_process *processes;
	struct oe_memreport_names *names;
};

/**
 * oe_memreport_size - the size by which processes are sorted
 * @process: in a report
 *
 * Return: pages, resident and swapped out.
 */
static inline unsigned long
oe_memreport_size(const struct oe_memreport_process *process)
{
	return (unsigned long)process->rss + process->swap;
}

#endif /* OE_RECORD_TYPES_H */
