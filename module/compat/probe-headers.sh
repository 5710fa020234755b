#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Prints a -D for each thing that backports spread over version numbers, so
# that only the kernel's headers can tell. Called by Kbuild; $1 is the include
# directory of the kernel's sources.
include=$1

grep -qs get_mm_rss_sum "$include/linux/mm.h" && echo -DOE_HAVE_RSS_SUM

# mark_victim told a pid before it told a task.
sed -n '/^TRACE_EVENT(mark_victim/,/TP_ARGS/p' \
	"$include/trace/events/oom.h" 2>/dev/null | grep -q 'int pid' && echo -DOE_HAVE_MARK_VICTIM_PID

# sched_process_exit tells group_dead, too: 6.16 and backports.
grep -A3 'sched_process_exit,' "$include/trace/events/sched.h" 2>/dev/null |
	grep -q group_dead && echo -DOE_HAVE_EXIT_GROUP_DEAD
exit 0
