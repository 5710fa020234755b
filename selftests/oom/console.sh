#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The kill does not wait for the console. While the kernel writes its report, only errors go to
# the console, whatever console_loglevel is; the log has the whole report, and afterwards the
# level is what it was. With console_first=1 nothing is held back.
#
# set: oom
# needs: guard

# shellcheck source=../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

# A probe of the kernel's own tracing reads the level at the moment of the report.
level_at_report()
{
	awk '/oe_report:/ { sub(/.*level=/, ""); level = $1 } END { print level }' "$TRACING/trace"
}

console_level()
{
	read -r level _ </proc/sys/kernel/printk
	echo "$level"
}

kill_one()
{
	echo >"$TRACING/trace"
	mark_log
	spawn "$1" 8192 900
	echo f >/proc/sysrq-trigger
	reap "$pid"
}

stop_probe()
{
	echo 0 >"$TRACING/events/kprobes/oe_report/enable"
	echo >"$TRACING/kprobe_events"
}

needs guard
plan 12
echo 'p:oe_report dump_header level=@console_printk:s32' >"$TRACING/kprobe_events" ||
	skip_all "no kprobe events on this kernel"
trap 'stop_probe; clean_up' EXIT
echo 1 >"$TRACING/events/kprobes/oe_report/enable"
load_module selection_order=rank rank_threshold=100
echo 1 >/proc/sys/vm/oom_dump_tasks
was=$(console_level)
echo 7 >/proc/sys/kernel/printk

kill_one first
equal "the victim dies" 137 "$rc"
equal "at the report the console shows errors only" 4 "$(level_at_report)"
equal "afterwards the level is what it was" 7 "$(console_level)"
check "the report is in the log" log_says 'invoked oom-killer'
check "with a line for each process" log_says ' first$'
check "the kernel names its victim" log_says 'Killed process .*first'

echo 3 >/proc/sys/kernel/printk
kill_one second
equal "a console that shows less is left alone" 3 "$(level_at_report)"
equal "afterwards, too" 3 "$(console_level)"

echo 7 >/proc/sys/kernel/printk
set_to console_first 1
kill_one third
equal "console_first: the victim dies" 137 "$rc"
equal "and the console shows all" 7 "$(level_at_report)"
equal "afterwards, too" 7 "$(console_level)"
echo "$was" >/proc/sys/kernel/printk
put console_first 2
equal "only 0 and 1 are taken" 1 "$(get console_first)"
stop_probe
finish
