#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Prints a -D for each thing that backports spread over version numbers, so that only the kernel's
# headers can tell. Called by Kbuild; $1 is the include directory of the kernel's sources.
cd "$1" || exit 0

grep -qs get_mm_rss_sum linux/mm.h && echo -DOE_HAVE_RSS_SUM

# mark_victim told a pid before it told a task.
grep -A2 'TRACE_EVENT(mark_victim' trace/events/oom.h | grep -q 'int pid' && echo -DOE_HAVE_MARK_VICTIM_PID

# sched_process_exit tells group_dead, too: 6.16 and backports.
grep -A3 'sched_process_exit,' trace/events/sched.h | grep -q group_dead && echo -DOE_HAVE_EXIT_GROUP_DEAD

# Reclaimed pages are counted by node: 7.x. The names in another enum would count something else.
grep -q PGSTEAL_KSWAPD linux/mmzone.h && echo -DOE_HAVE_NODE_STEAL

# The tracepoints of direct reclaim tell a memory cgroup, too: 7.x.
grep -A2 'mm_vmscan_direct_reclaim_end,' trace/events/vmscan.h | grep -q memcg && echo -DOE_HAVE_RECLAIM_MEMCG

# block_rq_complete told an int before it told a blk_status_t.
sed -n 's/.*TP_PROTO(struct request \*rq, \([a-z_]*\) error.*/-DOE_RQ_STATUS=\1/p' trace/events/block.h
exit 0
