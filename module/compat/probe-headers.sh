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

# block_rq_complete told an int before it told a blk_status_t.
sed -n 's/.*TP_PROTO(struct request \*rq, \([a-z_]*\) error.*/-DOE_RQ_STATUS=\1/p' trace/events/block.h
exit 0
